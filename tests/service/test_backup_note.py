"""What is noted of the last backup is read back, and nothing is read from what is no note."""

import json
import math
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textkin_service.store.backup_note import BackupNote, note, read
from textkin_service.store.folder import Files


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return Files(tmp_path_factory.mktemp("noted"))


@settings(deadline=None)
@given(made_at=st.datetimes(timezones=st.just(UTC)), size=st.integers(0, 1 << 50))
def test_a_note_is_read_as_it_was_written(files, made_at, size):
    note(files, BackupNote(made_at, size))
    assert read(files) == BackupNote(made_at, size)
    assert [each.name for each in files.folder.iterdir()] == ["textkin.backup"]


@settings(deadline=None)
@given(
    data=st.binary()
    | st.recursive(st.none() | st.text(), st.lists).map(lambda value: json.dumps(value).encode())
)
def test_what_is_no_note_is_none(files, data):
    files.backup.write_bytes(data)
    assert read(files) is None


@pytest.mark.parametrize(
    "values",
    [
        {"made_at": "2030-01-01T00:00:00", "bytes": 1},  # of which time zone?
        {"made_at": "2030-01-01T00:00:00Z"},
        {"made_at": 5, "bytes": 1},
        {"made_at": "2030-01-01T00:00:00Z", "bytes": "many"},
        {"made_at": "2030-01-01T00:00:00Z", "bytes": None},
        {"made_at": "2030-01-01T00:00:00Z", "bytes": math.inf},
        {"made_at": "2030-01-01T00:00:00Z", "bytes": math.nan},
    ],
)
def test_half_a_note_is_none(files, values):
    files.backup.write_text(json.dumps(values), encoding="utf-8")
    assert read(files) is None


def test_without_a_file_there_is_none(tmp_path):
    assert read(Files(tmp_path)) is None
    note(Files(tmp_path), BackupNote(datetime(2030, 1, 1, tzinfo=UTC), 7))
    assert read(Files(tmp_path)) == BackupNote(datetime(2030, 1, 1, tzinfo=UTC), 7)
