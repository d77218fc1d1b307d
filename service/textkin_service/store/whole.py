"""A file that is a whole store by itself, such as a backup: opened without a trace, and what it holds."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import apsw

from textkin_service.store import folder
from textkin_service.store.connections import connect_whole, fetch_all, fetch_one
from textkin_service.store.faults import damaged, store_error, unavailable
from textkin_service.store.records import from_microseconds
from textkin_service.store.schema import BACKUP_TIME, PAGE_BYTES

_BESIDE = ("-journal", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database holds. `newest`: when its last article was ingested.

    `made_at`: when the backup was made that it is, or that it was restored from; None: it is neither.
    """

    collections: int
    articles: int
    size: int
    newest: datetime | None
    made_at: datetime | None
    scheme: str


def contents(db: apsw.Connection, path: Path) -> Contents:
    """Returns what the database at `path` holds. apsw.Error, OSError."""
    found = fetch_one(
        db, "SELECT (SELECT count(*) FROM collections), count(*), max(ingested_at) FROM articles"
    )
    collections, articles, newest = found or (0, 0, None)
    meta: dict[Any, Any] = dict(fetch_all(db, "SELECT key, value FROM meta"))
    made_at = meta.get(BACKUP_TIME)
    return Contents(
        collections=collections,
        articles=articles,
        size=path.stat().st_size,
        newest=None if newest is None else from_microseconds(newest),
        made_at=None if made_at is None else datetime.fromisoformat(made_at),
        scheme=meta.get("scheme", "none"),
    )


def open_whole(path: Path) -> apsw.Connection:
    """Opens a file for reading, once its header has been checked: nothing beside it is read, made or locked.

    StoreError: STORE_UNAVAILABLE where it cannot be read, or is not all that there is; STORE_DAMAGED.
    """
    pages = folder.check_header(path)
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size:
        raise unavailable(
            path,
            f"is not all of its store: {log.name} has the rest; make a backup of the data folder instead",
        )
    size = path.stat().st_size
    if size != pages * PAGE_BYTES:
        raise damaged(path, f"it has {size} bytes, and had {pages * PAGE_BYTES}")
    try:
        return connect_whole(path)
    except apsw.Error as error:
        raise store_error(error, path) or damaged(path, f"SQLite says {error}") from error


def remove(path: Path) -> None:
    """Removes a database with what SQLite keeps beside it, where there is any. OSError."""
    path.unlink(missing_ok=True)
    for suffix in _BESIDE:
        path.with_name(path.name + suffix).unlink(missing_ok=True)
