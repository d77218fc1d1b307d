"""Connections to the database, with the checksum of every page made and verified.

SQLite's own extension `cksumvfs` does that, below everything else: it keeps eight bytes at the end of each page for it, which
ordinary SQLite tools take for empty. They can read the file, but what they write has no checksums.
"""

from functools import cache
from pathlib import Path
from typing import Any

import apsw
from apsw import sqlite_extra

from textkin_service.store.faults import RESTORE, damaged

_VFS = "cksmvfs"
_BUSY_MILLISECONDS = 10_000


def connect(path: Path) -> apsw.Connection:
    """Opens a database that is there, in autocommit mode, for use by one thread at a time; it reads, but does not write yet.

    No close copies the log into the database unless it is told to: what is damaged must not be spread. StoreError
    (STORE_DAMAGED) where checksums would not be verified; apsw.Error.
    """
    _load_checksums()
    db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE, vfs=_VFS)
    try:
        db.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        # Without that every other value makes SQLite parse and plan a join anew, which takes longer than the join itself.
        db.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
        db.set_busy_timeout(_BUSY_MILLISECONDS)
        db.wal_autocheckpoint(0)
        db.pragma("foreign_keys", True)
        db.pragma("synchronous", "FULL")
        # The extension looks at the header when it is first read, and verifies nothing if that does not say that there are
        # checksums.
        db.execute("SELECT count(*) FROM sqlite_schema").fetchall()
        is_verified = db.pragma("checksum_verification") and db.pragma("journal_mode") == "wal"
    except BaseException:
        db.close()
        raise
    if not is_verified:
        db.close()
        raise damaged(path, f"its header does not say that its pages have checksums; {RESTORE}")
    return db


def connect_reader(path: Path) -> apsw.Connection:
    """Opens a database that is there for reading only. StoreError, apsw.Error."""
    db = connect(path)
    db.pragma("query_only", True)
    return db


def connect_whole(path: Path) -> apsw.Connection:
    """Opens a database that is all in one file, which nobody writes to, for reading: nothing beside it is read or made.

    StoreError (STORE_DAMAGED) where checksums would not be verified; apsw.Error.
    """
    _load_checksums()
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    db = apsw.Connection(f"{path.absolute().as_uri()}?immutable=1", flags=flags, vfs=_VFS)
    try:
        db.execute("SELECT count(*) FROM sqlite_schema").fetchall()
        is_verified = db.pragma("checksum_verification")
    except BaseException:
        db.close()
        raise
    if not is_verified:
        db.close()
        raise damaged(path, "its header does not say that its pages have checksums")
    return db


def create(path: Path, page_bytes: int, reserved_bytes: int) -> apsw.Connection:
    """Makes an empty database, not yet in WAL mode: what is written to it is in its one file. apsw.Error."""
    _load_checksums()
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    db = apsw.Connection(str(path), flags=flags, vfs=_VFS)
    db.pragma("page_size", page_bytes)
    db.reserve_bytes("main", reserved_bytes)
    db.pragma("synchronous", "FULL")
    return db


def fetch_all(db: apsw.Connection, query: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Returns all rows of a query. apsw.Error."""
    return db.execute(query, values).fetchall()


def fetch_one(db: apsw.Connection, query: str, values: tuple[Any, ...] = ()) -> tuple[Any, ...] | None:
    """Returns the only row of a query, or None. apsw.Error."""
    found = fetch_all(db, query, values)
    return found[0] if found else None


@cache
def _load_checksums() -> None:
    """Has the extension register with SQLite, for the whole process."""
    with apsw.Connection(":memory:") as db:
        sqlite_extra.load(db, "cksumvfs")
    db.close()
