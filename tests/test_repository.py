"""The repository keeps its promises: locks fit the dependencies, documents say what the code does."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from textkin import Client
from textkin.cli import main as textkin
from textkin.v1 import textkin_service_pb2 as pb

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
API = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
LARGEST_FILE = 1_000_000

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
BASE = PROJECT["project"]["dependencies"]
SERVICE = PROJECT["project"]["optional-dependencies"]["service"]
BUILD = PROJECT["dependency-groups"]["build"]
DEV = [each for each in PROJECT["dependency-groups"]["dev"] if isinstance(each, str)]

BENCH = PROJECT["dependency-groups"]["bench"]
FUZZ = PROJECT["dependency-groups"]["fuzz"]

LOCKS = {
    "requirements-build.lock": BUILD,
    "requirements.lock": BASE + SERVICE,
    "requirements-dev.lock": BASE + SERVICE + BUILD + DEV,
    "requirements-bench.lock": BENCH,
    "requirements-fuzz.lock": FUZZ,
}

# An error's reason where the service's code gives it one.
REASON = re.compile(r'reason(?:: str)?\s*=\s*"([A-Z_]+)"')


def tracked():
    """The files that git tracks, as paths; those deleted but not yet committed are left out."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [path for name in listed.decode().split("\0") if name and (path := ROOT / name).is_file()]


def tracked_texts():
    for path in tracked():
        try:
            yield path.relative_to(ROOT), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def locked(name):
    """The versions that a lock pins, by package; one package can have several, for different systems."""
    versions = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith((" ", "#")):
            requirement = Requirement(line.rstrip("\\ "))
            (pin,) = requirement.specifier
            assert pin.operator == "==", line
            versions.setdefault(canonicalize_name(requirement.name), []).append(pin.version)
    return versions


def between(text, start, end):
    return text.split(start, 1)[1].split("\n", 1)[1].split(end, 1)[0]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_every_dependency_to_a_version_that_fits(name):
    versions = locked(name)
    for line in LOCKS[name]:
        requirement = Requirement(line)
        found = versions.get(canonicalize_name(requirement.name), [])
        assert found, f"{name} lacks {requirement.name}: run `make lock`"
        for version in found:
            assert requirement.specifier.contains(version, prereleases=True), (
                f"{name} has {requirement.name} {version}, pyproject.toml wants {requirement.specifier}"
            )


def test_locks_agree_with_each_other():
    everything = locked("requirements-dev.lock")
    for name in LOCKS:
        for package, versions in locked(name).items():
            assert everything.get(package, versions) == versions, f"{package} differs in {name}"


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_says_what_but_not_from_where(name):
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        assert "://" not in line, line
        assert " @ " not in line, line
        pinned = re.match(r"[A-Za-z0-9._-]+(\[[a-z0-9,]+\])?==\S+( ; .+)? \\$", line)
        hashed = re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line)
        assert pinned or hashed or not line or line.startswith("#"), f"{name}: {line!r}"


def test_the_readme_begins_with_the_two_commands():
    beginning = README[: README.index("## ")]
    assert 0 < beginning.index("make demo") < beginning.index("make test")
    assert len(beginning[: beginning.index("make demo")].split()) < 80


def test_the_readme_names_every_command():
    for command in textkin.list_commands(None):
        assert f"`textkin {command}" in README, command


def test_the_readmes_python_example_runs(service, monkeypatch, capsys):
    monkeypatch.setenv("TEXTKIN_ADDRESS", service.address)
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len([line for line in example.splitlines() if line]) == 5
    story = (
        "The ferry Isolde Marrow ran aground off Kestrel Point on Monday with forty sheep and a brass band aboard. "
        "Harbourmaster Odile Fenwright blamed a faulty depth sounder, which had been due for repair since March. "
        "The band played on the car deck until two tugs from Quernmouth pulled the ship free at high water."
    )
    exec(compile(example, "README.md", "exec"), {"original": story, "draft": f"Breaking. {story}"})  # noqa: S102
    with Client() as client:
        client.delete("wire-1")
    found, relation, score = capsys.readouterr().out.splitlines()[0].split()
    assert (found, relation) == ("wire-1", "copy")
    assert float(score) > 0.5


def test_links_between_documents_lead_somewhere():
    for path, text in tracked_texts():
        if path.suffix == ".md":
            for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
                assert "://" in link or (ROOT / path.parent / link).exists(), f"{path}: {link}"


def test_the_api_page_names_every_rpc():
    methods = pb.DESCRIPTOR.services_by_name["TextkinService"].methods
    documented = re.findall(r"^\| `([A-Z]\w+)` \|", between(API, "## RPCs", "\n## "), re.MULTILINE)
    assert sorted(documented) == sorted(method.name for method in methods)


def test_the_api_page_has_every_error_reason_and_no_other():
    used = set()
    for path in (ROOT / "service").rglob("*.py"):
        used.update(REASON.findall(path.read_text(encoding="utf-8")))
    # One table has what callers are told, one what ends a start.
    tables = [
        re.findall(r"^\| `([A-Z_]+)` \|", part, re.MULTILINE)
        for part in between(API, "## Errors", "\n## ").split("\n\n")
    ]
    assert {reason for table in tables for reason in table} == used | {"INTERNAL"}
    assert all(len(table) == len(set(table)) for table in tables)


def test_the_api_pages_example_of_offsets_is_right():
    text = "Naïve 🚢 plan"
    assert text[8:12] == "plan"
    assert text.encode()[12:16] == b"plan"
    assert text.encode("utf-16-le")[2 * 9 : 2 * 13].decode("utf-16-le") == "plan"
    for shown in (text, "text[8:12]", "text[12:16]", "text.slice(9, 13)"):
        assert shown in API


def test_the_log_line_of_the_operations_page_has_the_fields_of_a_real_one(service):
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    with Client(service.address) as client:
        client.info()
    assert service.wait_for("rpc").keys() == json.loads(example).keys()


def test_no_tracked_file_is_large():
    assert [path for path in tracked() if path.stat().st_size > LARGEST_FILE] == []


def test_no_tracked_file_names_a_place_on_a_machine():
    place = re.compile(r"(?<![\w.])/(?:home|root|work|Users)/\w")
    assert [str(path) for path, text in tracked_texts() if place.search(text)] == []


def test_the_dockerfile_copies_files_that_the_build_sees():
    copies = re.findall(
        r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE
    )
    sources = {source for line in copies for source in line.split()}
    seen = {
        line[1:]
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line[:1] == "!"
    }
    assert sources == seen
    assert all((ROOT / source).exists() for source in sources)
