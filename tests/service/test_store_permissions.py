"""What a service is told of a data folder that its user may not use, and that nothing in it is harmed.

Mode bits bind no one who has root's capabilities, so the store is opened by a process without those, whoever runs the tests.
"""

import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace

import pytest

from drafts import draft
from sandbox import BOUND_BY_MODES
from textkin_service.model import Article
from textkin_service.store import SqliteStore
from textkin_service.store.folder import Files

SCHEME = "scheme-1"
GLACIER = Article(
    id="glacier", text="The glacier above Tirvenna lost forty metres this summer, surveyors said."
)
OPEN = """
import sys
from pathlib import Path
from textkin_service.errors import StoreError
from textkin_service.store import SqliteStore
try:
    with SqliteStore(Path(sys.argv[1]), "scheme-1") as store:
        print(store.counts().articles)
except StoreError as refusal:
    print(refusal.reason, refusal.message)
"""


def opened(folder):
    """What opening the folder's store says, in a process that mode bits bind."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [*BOUND_BY_MODES, sys.executable, "-c", OPEN, folder]
    return subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, text=True, check=True
    ).stdout.strip()


def count(folder):
    with SqliteStore(folder, SCHEME) as store:
        return store.counts().articles


@contextmanager
def mode(path, bits):
    before = path.stat().st_mode
    path.chmod(bits)
    try:
        yield
    finally:
        path.chmod(before)


@pytest.fixture
def filled(tmp_path):
    """The files of a store of three articles that was closed cleanly."""
    folder = tmp_path / "data"
    with SqliteStore(folder, SCHEME) as store:
        store.put([draft("default", replace(GLACIER, id=str(number))) for number in range(3)]).result()
    return Files(folder)


@pytest.mark.parametrize("bits", [0o000, 0o555])
def test_a_folder_that_may_not_be_written_to_is_refused(filled, bits):
    with mode(filled.folder, bits):
        assert opened(filled.folder) == (
            f"STORE_UNAVAILABLE the data folder {filled.folder} cannot be written to: it belongs to another user, or its file"
            " system is read-only; make it writable, or choose another"
        )
    assert count(filled.folder) == 3


def test_a_folder_that_may_not_be_made_is_refused(tmp_path):
    with mode(tmp_path, 0o555):
        assert opened(tmp_path / "data") == (
            f"STORE_UNAVAILABLE the data folder {tmp_path / 'data'} cannot be made (Permission denied); choose a folder that"
            " can be written to"
        )
    assert not list(tmp_path.iterdir())
    assert count(tmp_path / "data") == 0


@pytest.mark.parametrize(("below", "problem"), [("", "File exists"), ("data", "Not a directory")])
def test_a_folder_that_is_a_file_is_refused(tmp_path, below, problem):
    file = tmp_path / "file"
    file.write_bytes(b"somebody's")
    assert opened(file / below) == (
        f"STORE_UNAVAILABLE the data folder {file / below} cannot be made ({problem}); choose a folder that can be written to"
    )
    assert file.read_bytes() == b"somebody's"


@pytest.mark.parametrize("bits", [0o000, 0o444])
@pytest.mark.parametrize("name", ["database", "witness", "lock"])
def test_a_file_that_may_not_be_read_or_written_to_is_refused_by_name(filled, name, bits):
    path = getattr(filled, name)
    kept = path.read_bytes()
    with mode(path, bits):
        refusal = opened(filled.folder)
    assert refusal.startswith(f"STORE_UNAVAILABLE {path.name} cannot be ")
    assert str(filled.folder) not in refusal
    assert "user" in refusal or "permissions" in refusal
    assert path.read_bytes() == kept
    assert count(filled.folder) == 3


@pytest.mark.parametrize("bits", [0o000, 0o444])
def test_a_log_that_may_not_be_read_or_written_to_is_refused_and_kept(filled, bits):
    with SqliteStore(filled.folder, SCHEME) as store:
        store.put([draft("default", GLACIER)]).result()
        left = filled.log.read_bytes()
    filled.log.write_bytes(left)
    with mode(filled.log, bits):
        assert opened(filled.folder).startswith("STORE_UNAVAILABLE textkin.sqlite3 cannot be used ")
    assert filled.log.read_bytes() == left
    assert count(filled.folder) == 4
