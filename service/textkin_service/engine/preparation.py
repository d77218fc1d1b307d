"""Preparation: what the first request would wait for is loaded, and compiled before where it never was.

Each part needs no other, so that they are compiled side by side, each in a process of its own: numba compiles in one thread
of a process at a time.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from textkin_service import analysis, index, relation, screening, sketch
from textkin_service.kernels import is_compiled_anew

# By how long they take to compile, the longest first.
_PARTS = (relation, screening, index, analysis, sketch)

_PREPARE = "from {} import prepare; prepare()"


def prepare() -> None:
    """Loads all that the first request would wait for. Nothing is left to compile after it."""
    if is_compiled_anew():
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for part in _PARTS:
                pool.submit(_compile_apart, part.__name__)
    for part in _PARTS:
        part.prepare()


def _compile_apart(module: str) -> None:
    """Has another process fill the cache of compiled kernels. Where it cannot, they are compiled when they are loaded."""
    # -P: no module of the working directory is taken for one of ours.
    command = [sys.executable, "-P", "-c", _PREPARE.format(module)]
    subprocess.run(command, check=False, stdin=subprocess.DEVNULL, capture_output=True)  # noqa: S603 - no input in it
