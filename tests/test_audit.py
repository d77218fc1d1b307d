"""The audit of dependencies finds what it is for: licences, missing hashes, vulnerabilities; and says what it could not ask."""

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HASH = f"    --hash=sha256:{'0' * 64}\n"


@contextmanager
def advisories(known):
    """Serves advisories as OSV does: `known` has the name of a package with its bad version and the fixed one."""

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self):
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            name, version = query["package"]["name"], query["version"]
            bad, fixed = known.get(name, (None, None))
            affected = {
                "package": {"name": name, "ecosystem": "PyPI"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}],
                "versions": [bad],
            }
            found = [{"id": "TEXTKIN-2026-1", "modified": "2026-01-01T00:00:00Z", "affected": [affected]}]
            body = json.dumps({"vulns": found} if version == bad else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments):
            """Keeps what was asked off standard error."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def install(tmp_path):
    """Makes a folder in which a package of that metadata is installed."""

    def make(name, version, *metadata):
        info = tmp_path / "packages" / f"{name}-{version}.dist-info"
        info.mkdir(parents=True)
        lines = ["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}", *metadata]
        (info / "METADATA").write_text("\n".join(lines) + "\n", encoding="utf-8")

    return make


@pytest.fixture
def audit(tmp_path):
    def run(lock, url, *arguments):
        path = tmp_path / "requirements.lock"
        path.write_text(lock, encoding="utf-8")
        command = [sys.executable, ROOT / ".ci" / "audit.py", "--osv-url", url, *arguments, path]
        environment = os.environ | {"PYTHONPATH": str(tmp_path / "packages"), "NO_PROXY": "127.0.0.1"}
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=120, check=False
        )

    return run


def pin(name, version):
    return f"{name}=={version} \\\n{HASH}"


@pytest.mark.parametrize(
    "metadata", ["License-Expression: MIT OR GPL-3.0-only", "License: MPL-2.0 AND MIT", "License: MIT"]
)
def test_what_is_allowed_and_not_known_to_be_bad_passes(install, audit, metadata):
    install("goodware", "1.0", metadata)
    with advisories({}) as url:
        ended = audit(pin("goodware", "1.0"), url, "--strict")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert f"audit: 0 known vulnerabilities, by {url}" in ended.stdout


def test_a_known_vulnerability_fails(install, audit):
    install("goodware", "1.0", "License-Expression: MIT")
    with advisories({"goodware": ("1.0", "1.1")}) as url:
        ended = audit(pin("goodware", "1.0"), url)
    assert ended.returncode == 1
    assert "audit: goodware 1.0: TEXTKIN-2026-1, fixed in 1.1" in ended.stdout


@pytest.mark.parametrize(
    "metadata",
    [
        "License-Expression: AGPL-3.0-only",
        "License-Expression: MIT AND GPL-2.0-only",
        "License: Ask our lawyers",
        "License: MIT AND GPL-2.0-only",
        "Classifier: License :: Other/Proprietary License",
        "Summary: says nothing of a licence",
    ],
)
def test_a_licence_that_is_not_allowed_fails(install, audit, metadata):
    install("badware", "2.0", metadata)
    with advisories({}) as url:
        ended = audit(pin("badware", "2.0"), url)
    assert ended.returncode == 1
    assert "audit: badware 2.0 (requirements.lock) has the licence" in ended.stdout


def test_what_is_not_installed_as_locked_fails(install, audit):
    install("goodware", "1.0", "License-Expression: MIT")
    with advisories({}) as url:
        ended = audit(pin("goodware", "1.1") + pin("missingware", "3.0"), url)
    assert ended.returncode == 1
    assert "goodware 1.1 (requirements.lock) is installed as 1.0" in ended.stdout
    assert "missingware 3.0 (requirements.lock) is not installed" in ended.stdout


def test_without_an_advisory_service_it_says_so_and_fails_if_strict(install, audit):
    install("goodware", "1.0", "License-Expression: MIT")
    with advisories({}) as url:
        pass
    for strict, code in (([], 0), (["--strict"], 1)):
        ended = audit(pin("goodware", "1.0"), url, *strict)
        assert ended.returncode == code
        assert f"audit: NOT audited against advisories, {url} cannot be reached" in ended.stdout
