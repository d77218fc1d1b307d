"""What the tests of the client and the command line share."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from textkin import Client


class Textkin:
    """Runs the command line as its users do, in a process of its own, against one service."""

    def __init__(self, address, folder):
        self.address = address
        self.folder = folder

    def __call__(self, *arguments, stdin=b"", environment=None, code=0):
        done = subprocess.run(
            [Path(sys.executable).parent / "textkin", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            cwd=self.folder,
            env=self.environment(**(environment or {})),
            timeout=120,
            check=False,
        )
        done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return done

    def environment(self, **more):
        clean = {
            name: value
            for name, value in os.environ.items()
            if name not in {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM"} and not name.startswith("TEXTKIN_")
        }
        return clean | {"TEXTKIN_ADDRESS": self.address} | more


@pytest.fixture
def textkin(service, tmp_path):
    """The command line, in a folder of the test's own."""
    return Textkin(service.address, tmp_path)


@pytest.fixture
def client(service):
    with Client(service.address) as connected:
        yield connected


@pytest.fixture
def write(tmp_path):
    """Writes a file in the test's folder: text as UTF-8, bytes as they are."""

    def write_file(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file
