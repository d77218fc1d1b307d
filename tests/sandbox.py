"""Runs commands with parts of the file system read-only, by bubblewrap; no root user or container engine is needed."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def bubblewrap(*arguments: str | Path) -> list[str]:
    """Returns the command that ends with what the arguments say. Skips the test where it cannot be run."""
    program = shutil.which("bwrap")
    if program is None:
        pytest.skip("bubblewrap is not installed")
    return [program, "--die-with-parent", *map(str, arguments)]


def with_read_only(
    folder: Path, command: list[str], environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Runs a command to which a folder is read-only, and returns how it ended."""
    return subprocess.run(
        bubblewrap("--bind", "/", "/", "--dev", "/dev", "--ro-bind", folder, folder, *command),
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
