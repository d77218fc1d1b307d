"""The base install is the client alone: light, because every caller carries it, and quick to load."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MOST_BYTES = 60_000_000

# What a virtual environment has before anything is installed into it.
TOOLS = {"pip", "setuptools", "pkg_resources", "_distutils_hack", "wheel"}

# What imports would take along, and a call needs not.
HEAVY = {"numpy", "numba", "rich", "pygments", "click", "asyncio", "textkin_service"}


class Installed:
    """A fresh virtual environment with the base install."""

    def __init__(self, folder):
        self.bin = folder / "bin"
        subprocess.run([sys.executable, "-m", "venv", folder], check=True, timeout=120)
        pip = [self.bin / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, ROOT], check=True, timeout=250)
        (self.packages,) = folder.glob("lib/python*/site-packages")

    def run(self, *command):
        """Runs a command of it, outside of the repository and with nothing of this environment; returns what it prints."""
        done = subprocess.run(
            [self.bin / command[0], *command[1:]],
            capture_output=True,
            text=True,
            env={},
            cwd=self.packages.parent,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def loaded_by(self, statement):
        """The top modules and those of gRPC and protobuf that a statement leaves loaded."""
        print_modules = f"import sys\n{statement}\nimport json\nprint(json.dumps(list(sys.modules)))"
        return set(json.loads(self.run("python", "-c", print_modules).splitlines()[-1]))


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    return Installed(tmp_path_factory.mktemp("base"))


def test_it_is_small(installed):
    sizes = {}
    for path in installed.packages.rglob("*"):
        top = path.relative_to(installed.packages).parts[0].partition("-")[0].removesuffix(".py")
        if path.is_file() and top not in TOOLS:
            sizes[top] = sizes.get(top, 0) + path.stat().st_size
    assert {"textkin", "grpc", "google", "click", "rich"} <= sizes.keys()
    assert not {"numpy", "numba", "llvmlite", "datasketch", "wordfreq"} & sizes.keys()
    assert sum(sizes.values()) < MOST_BYTES, dict(sorted(sizes.items(), key=lambda each: -each[1]))


def test_it_is_typed(installed):
    assert (installed.packages / "textkin" / "py.typed").is_file()


def test_what_is_imported_loads_what_it_needs_and_no_more(installed):
    assert not (HEAVY | {"grpc", "google.protobuf"}) & installed.loaded_by("import textkin")
    values = "from textkin import Article, Comparison, SearchOptions, Span, TextkinError, Tls"
    assert not (HEAVY | {"grpc", "google.protobuf"}) & installed.loaded_by(values)
    client = installed.loaded_by("from textkin import Client")
    assert "grpc" in client
    assert not (HEAVY - {"asyncio"}) & client


def test_the_help_of_the_command_line_needs_no_grpc_and_no_rich(installed):
    for arguments in (["--help"], ["search", "--help"], ["ingest", "--help"]):
        called = f"from textkin.cli import main\ntry:\n    main({arguments})\nexcept SystemExit:\n    pass"
        assert not {"grpc", "google.protobuf", "numpy", "numba"} & installed.loaded_by(called)
    assert "Examples:" in installed.run("textkin", "--help")
    assert "rich" not in installed.loaded_by(
        "from textkin.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass"
    )
