"""What the SQLite store writes: operations for the group writer, each of which notes its changes."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from textkin_service.errors import AlreadyExists, FailedPrecondition, NotFound
from textkin_service.model import DEFAULT_COLLECTION, Collection, CollectionSettings
from textkin_service.store.base import Change, Dropped, Removed, StoredCollection
from textkin_service.store.records import COLLECTION_COLUMNS, collection_from, collection_row, cutoff


def find_collection(db: sqlite3.Connection, collection_id: str, now: datetime) -> StoredCollection:
    """Returns the collection, its count without the articles past their retention. NotFound."""
    row = db.execute(
        f"SELECT {COLLECTION_COLUMNS}, article_count FROM collections WHERE id = ?",  # noqa: S608 - a constant
        (collection_id,),
    ).fetchone()
    if row is None:
        raise NotFound(
            f"there is no collection {collection_id!r}; create it first",
            reason="COLLECTION_NOT_FOUND",
            metadata={"collection_id": collection_id},
        )
    return counted(db, row, now)


def counted(db: sqlite3.Connection, row: tuple[Any, ...], now: datetime) -> StoredCollection:
    """Returns the collection of COLLECTION_COLUMNS and article_count, less what is past its retention."""
    number, *_, count = row
    collection = collection_from(row, count)
    if collection.settings.retention is not None:
        (expired,) = db.execute(
            "SELECT count(*) FROM articles WHERE collection = ? AND ingested_at <= ?",
            (number, cutoff(collection.settings, now)),
        ).fetchone()
        collection = collection_from(row, count - expired)
    return StoredCollection(number, collection)


def create_collection(
    db: sqlite3.Connection, collection_id: str, settings: CollectionSettings, now: datetime
) -> Collection:
    """Creates an empty collection. AlreadyExists."""
    try:
        db.execute(
            "INSERT INTO collections (id, language, retention, max_articles, max_text_bytes, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            collection_row(collection_id, settings, now),
        )
    except sqlite3.IntegrityError as error:
        raise AlreadyExists(
            f"there is a collection {collection_id!r} already; choose another id, or delete it first",
            reason="COLLECTION_EXISTS",
            metadata={"collection_id": collection_id},
        ) from error
    return Collection(collection_id, settings, now)


def delete_collection(
    db: sqlite3.Connection, changes: list[Change], collection_id: str, now: datetime, *, force: bool
) -> int:
    """Deletes a collection and returns how many articles it held. FailedPrecondition, NotFound."""
    if collection_id == DEFAULT_COLLECTION:
        raise FailedPrecondition(
            f"the collection {collection_id!r} always exists; delete its articles instead",
            reason="COLLECTION_PROTECTED",
            metadata={"collection_id": collection_id},
        )
    stored = find_collection(db, collection_id, now)
    count = stored.collection.article_count
    if count and not force:
        raise FailedPrecondition(
            f"the collection {collection_id!r} holds {count} articles; delete them first, or set `force`",
            reason="COLLECTION_NOT_EMPTY",
            metadata={"collection_id": collection_id, "article_count": str(count)},
        )
    db.execute("DELETE FROM collections WHERE number = ?", (stored.number,))
    changes.append(Dropped(stored.number))
    return count


def delete_article(
    db: sqlite3.Connection, changes: list[Change], collection_id: str, article_id: str, now: datetime
) -> bool:
    """Deletes an article and returns whether it was there. NotFound, for the collection only."""
    stored = find_collection(db, collection_id, now)
    row = db.execute(
        "SELECT number, ingested_at FROM articles WHERE collection = ? AND id = ?",
        (stored.number, article_id),
    ).fetchone()
    if row is None:
        return False
    number, ingested_at = row
    remove_articles(db, changes, stored.number, [number])
    return bool(ingested_at > cutoff(stored.collection.settings, now))


def remove_articles(
    db: sqlite3.Connection, changes: list[Change], collection: int, numbers: Sequence[int]
) -> None:
    """Removes articles of a collection by their numbers."""
    asked = (json.dumps(numbers),)
    rows = db.execute(
        "SELECT number, sketch FROM sketches WHERE number IN (SELECT value FROM json_each(?))", asked
    ).fetchall()
    db.execute("DELETE FROM articles WHERE number IN (SELECT value FROM json_each(?))", asked)
    changes.extend(Removed(collection, number, sketch) for number, sketch in rows)


def sweep(db: sqlite3.Connection, changes: list[Change], now: datetime) -> int:
    """Removes every article past its retention and returns how many there were."""
    collections = db.execute(
        f"SELECT {COLLECTION_COLUMNS} FROM collections WHERE retention IS NOT NULL"  # noqa: S608 - a constant
    ).fetchall()
    removed = 0
    for collection in collections:
        rows = db.execute(
            "SELECT number FROM articles WHERE collection = ? AND ingested_at <= ?",
            (collection[0], cutoff(collection_from(collection, 0).settings, now)),
        ).fetchall()
        remove_articles(db, changes, collection[0], [number for (number,) in rows])
        removed += len(rows)
    return removed
