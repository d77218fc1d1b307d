"""Compiled kernels are read where they may not be written, as in an image whose file system is read-only."""

import json
import os
import subprocess
import sys

import pytest

from sandbox import with_read_only

_PROBES = """
import json
from textkin_service import kernels
print(json.dumps([kernels.probe(7), kernels.is_compiled_anew(), str(kernels.cache_folder())]))
"""
_COMMAND = [sys.executable, "-c", _PROBES]


def files(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


@pytest.fixture
def compiled(tmp_path):
    """The environment of a process that finds a kernel compiled in a folder of its own."""
    environment = {"NUMBA_CACHE_DIR": str(tmp_path)}
    subprocess.run(_COMMAND, env=os.environ | environment, check=True, capture_output=True)
    return environment


def test_a_kernel_is_read_from_a_folder_that_cannot_be_written_to(tmp_path, compiled):
    ended = with_read_only(tmp_path, _COMMAND, compiled)
    value, is_compiled_anew, folder = json.loads(ended.stdout)
    assert (value, is_compiled_anew) == (7, False)
    assert folder.startswith(str(tmp_path))


def test_a_kernel_is_read_from_a_folder_that_cannot_be_written_to_in_one_that_can(tmp_path, compiled):
    (own,) = tmp_path.iterdir()
    ended = with_read_only(own, _COMMAND, compiled)
    assert json.loads(ended.stdout) == [7, False, str(own)]


def test_what_such_a_folder_lacks_is_compiled_and_not_kept(tmp_path, compiled):
    before = files(tmp_path)
    # Compiled for a processor of another kind.
    ended = with_read_only(tmp_path, _COMMAND, compiled | {"NUMBA_CPU_NAME": "generic"})
    assert json.loads(ended.stdout)[:2] == [7, True], ended.stderr
    assert files(tmp_path) == before


def test_an_empty_folder_that_cannot_be_written_to_ends_no_start(tmp_path):
    ended = with_read_only(tmp_path, _COMMAND, {"NUMBA_CACHE_DIR": str(tmp_path)})
    assert json.loads(ended.stdout)[:2] == [7, True], ended.stderr
    assert files(tmp_path) == {}
