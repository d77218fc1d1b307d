"""Runs commands that may not do all: with parts of the file system read-only, by bubblewrap, or bound by mode bits.

No root user or container engine is needed.
"""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

# Begins a command that mode bits bind: they bind no one who has root's capabilities.
BOUND_BY_MODES = (
    ("setpriv", "--inh-caps=-dac_override,-dac_read_search", "--bounding-set=-dac_override,-dac_read_search")
    if os.geteuid() == 0
    else ()
)


@cache
def _is_allowed(program: str) -> bool:
    probe = [program, "--ro-bind", "/", "/", "--unshare-user", "--uid", "10001", "true"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def need_bubblewrap() -> str:
    """Returns the program. Skips the test where there is none, or the system lets it make no name spaces."""
    program = shutil.which("bwrap")
    if program is None:
        pytest.skip("bubblewrap is not installed")
    if not _is_allowed(program):
        pytest.skip("bubblewrap may not make name spaces here")
    return program


def with_read_only(
    folder: Path, command: list[str], environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Runs a command to which a folder is read-only, and returns how it ended."""
    mounts = ["--bind", "/", "/", "--dev", "/dev", "--ro-bind", str(folder), str(folder)]
    return subprocess.run(
        [need_bubblewrap(), "--die-with-parent", *mounts, *command],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
