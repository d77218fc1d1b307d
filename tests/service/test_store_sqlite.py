"""The SQLite store, beyond what every store promises (test_store_contract.py): what it refuses on disk."""

from contextlib import closing
from dataclasses import replace

import apsw
import pytest

from stores import FERRY, SCHEME, put
from textkin_service.errors import (
    StoreError,
)
from textkin_service.model import IngestOutcome
from textkin_service.store import SqliteStore
from textkin_service.store.connections import connect
from textkin_service.store.records import by_number


@pytest.fixture
def store(tmp_path):
    with SqliteStore(tmp_path, SCHEME) as opened:
        yield opened


def test_a_listener_that_fails_fails_its_commit_and_no_other(store):
    heard = []

    def listen(changes):
        heard.extend(changes)
        if len(heard) == 1:
            raise RuntimeError("not this one")

    store.listen(listen)
    with pytest.raises(StoreError) as failure:
        put(store, FERRY)
    assert failure.value.reason == "STORE_WRITE_FAILED"
    assert put(store, replace(FERRY, id="2")).outcome is IngestOutcome.CREATED
    assert [added.number for added in heard] == [1, 2]


def test_articles_are_looked_up_by_number_and_not_searched_for(tmp_path):
    SqliteStore(tmp_path, SCHEME).close()
    with closing(connect(tmp_path / "textkin.sqlite3")) as db:
        for tables in ("articles", "articles JOIN texts USING (number)"):
            plan = db.execute(f"EXPLAIN QUERY PLAN {by_number('*', tables, 11)}", (1, 0, *range(11)))
            assert all("USING INTEGER PRIMARY KEY" in detail for *_, detail in plan)


def test_one_folder_serves_one_store(tmp_path, store):
    with pytest.raises(StoreError, match="another process serves") as refusal:
        SqliteStore(tmp_path, SCHEME)
    assert refusal.value.reason == "STORE_IN_USE"
    store.close()
    SqliteStore(tmp_path, SCHEME).close()


def test_a_file_that_is_no_store_is_refused(tmp_path):
    (tmp_path / "textkin.sqlite3").write_bytes(b"not a database, but long enough to look at" * 100)
    with pytest.raises(StoreError) as refusal:
        SqliteStore(tmp_path, SCHEME)
    assert refusal.value.reason == "STORE_DAMAGED"


@pytest.mark.parametrize(
    ("pragma", "complaint"),
    [
        ("application_id = 7", "another program's"),
        ("user_version = 1", "schema version 1, this version of Textkin reads 3"),
        ("user_version = 99", "schema version 99"),
    ],
)
def test_a_database_of_another_program_or_version_is_refused(tmp_path, pragma, complaint):
    SqliteStore(tmp_path, SCHEME).close()
    with closing(apsw.Connection(str(tmp_path / "textkin.sqlite3"))) as db:
        db.execute(f"PRAGMA {pragma}")
    with pytest.raises(StoreError, match=complaint):
        SqliteStore(tmp_path, SCHEME)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError) as refusal:
        SqliteStore(tmp_path / "file" / "data", SCHEME)
    assert refusal.value.reason == "STORE_UNAVAILABLE"


def test_a_write_that_sqlite_refuses_fails_and_leaves_nothing(tmp_path, store):
    with closing(connect(tmp_path / "textkin.sqlite3")) as other:
        other.execute("CREATE TRIGGER no BEFORE INSERT ON articles BEGIN SELECT RAISE(FAIL, 'no'); END")
    with pytest.raises(StoreError) as failure:
        put(store, FERRY)
    assert failure.value.reason == "STORE_WRITE_FAILED"
    assert store.counts().articles == 0


def test_a_commit_is_synced_and_the_log_is_written_ahead(store):
    db = store._writer._journal.db
    assert db.pragma("journal_mode") == "wal"
    assert db.pragma("synchronous") == 2
    assert db.pragma("foreign_keys") == 1
    assert db.pragma("checksum_verification") == "1"
