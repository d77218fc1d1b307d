"""Preparation: what the first request would wait for is loaded, and compiled before where it never was.

What is compiled is compiled by two processes side by side, since numba compiles in one thread of a process at a time. No part
needs another's kernels, and those that share some are compiled by the same process.
"""

import subprocess
import sys

from textkin_service import analysis, index, relation, screening, sketch, wire
from textkin_service.kernels import is_compiled_anew

# Two halves that take about as long to compile.
_HERE = (index, analysis, sketch, wire)
_APART = (relation, screening)

_PREPARE = "; ".join(f"import {part.__name__} as part; part.prepare()" for part in _APART)


def prepare() -> None:
    """Loads all that the first request would wait for. Nothing is left to compile after it."""
    if is_compiled_anew():
        # -P: no module of the working directory is taken for one of ours. Where the other process fails, this one compiles all.
        command = [sys.executable, "-P", "-c", _PREPARE]
        quiet = subprocess.DEVNULL
        with subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet):  # noqa: S603 - no input in it
            _prepare_here()
    else:
        _prepare_here()
    for part in _APART:
        part.prepare()


def _prepare_here() -> None:
    for part in _HERE:
        part.prepare()
