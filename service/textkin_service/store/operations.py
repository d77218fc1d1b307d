"""What the SQLite store writes: operations for the group writer, each of which notes its changes."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import apsw

from textkin_service.model import DEFAULT_COLLECTION, Collection, CollectionSettings
from textkin_service.store.base import Change, Dropped, Removed, StoredCollection
from textkin_service.store.connections import fetch_all, fetch_one
from textkin_service.store.records import COLLECTION_COLUMNS, collection_from, collection_row, cutoff
from textkin_service.store.refusals import (
    collection_exists,
    collection_not_empty,
    collection_protected,
    no_collection,
)


def find_collection(db: apsw.Connection, collection_id: str, now: datetime) -> StoredCollection:
    """Returns the collection, its count without the articles past their retention. NotFound."""
    found = fetch_one(
        db,
        f"SELECT {COLLECTION_COLUMNS}, article_count FROM collections WHERE id = ?",  # noqa: S608 - a constant
        (collection_id,),
    )
    if found is None:
        raise no_collection(collection_id)
    return counted(db, found, now)


def counted(db: apsw.Connection, found: tuple[Any, ...], now: datetime) -> StoredCollection:
    """Returns the collection of COLLECTION_COLUMNS and article_count, less what is past its retention."""
    number, *_, count = found
    collection = collection_from(found, count)
    if collection.settings.retention is not None:
        ((expired,),) = fetch_all(
            db,
            "SELECT count(*) FROM articles WHERE collection = ? AND ingested_at <= ?",
            (number, cutoff(collection.settings, now)),
        )
        collection = collection_from(found, count - expired)
    return StoredCollection(number, collection)


def create_collection(
    db: apsw.Connection, collection_id: str, settings: CollectionSettings, now: datetime
) -> Collection:
    """Creates an empty collection. AlreadyExists."""
    try:
        db.execute(
            "INSERT INTO collections (id, language, retention, max_articles, max_text_bytes, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            collection_row(collection_id, settings, now),
        )
    except apsw.ConstraintError as error:
        raise collection_exists(collection_id) from error
    return Collection(collection_id, settings, now)


def delete_collection(
    db: apsw.Connection, changes: list[Change], collection_id: str, now: datetime, *, force: bool
) -> int:
    """Deletes a collection and returns how many articles it held. FailedPrecondition, NotFound."""
    if collection_id == DEFAULT_COLLECTION:
        raise collection_protected(collection_id)
    stored = find_collection(db, collection_id, now)
    count = stored.collection.article_count
    if count and not force:
        raise collection_not_empty(collection_id, count)
    db.execute("DELETE FROM collections WHERE number = ?", (stored.number,))
    changes.append(Dropped(stored.number))
    return count


def delete_article(
    db: apsw.Connection, changes: list[Change], collection_id: str, article_id: str, now: datetime
) -> bool:
    """Deletes an article and returns whether it was there. NotFound, for the collection only."""
    stored = find_collection(db, collection_id, now)
    found = fetch_one(
        db,
        "SELECT number, ingested_at FROM articles WHERE collection = ? AND id = ?",
        (stored.number, article_id),
    )
    if found is None:
        return False
    number, ingested_at = found
    remove_articles(db, changes, stored.number, [number])
    return bool(ingested_at > cutoff(stored.collection.settings, now))


def remove_articles(
    db: apsw.Connection, changes: list[Change], collection: int, numbers: Sequence[int]
) -> None:
    """Removes articles of a collection by their numbers."""
    asked = (json.dumps(numbers),)
    found = fetch_all(
        db, "SELECT number, sketch FROM sketches WHERE number IN (SELECT value FROM json_each(?))", asked
    )
    db.execute("DELETE FROM articles WHERE number IN (SELECT value FROM json_each(?))", asked)
    changes.extend(Removed(collection, number, sketch) for number, sketch in found)


def sweep(db: apsw.Connection, changes: list[Change], now: datetime) -> int:
    """Removes every article past its retention and returns how many there were."""
    collections = fetch_all(
        db,
        f"SELECT {COLLECTION_COLUMNS} FROM collections WHERE retention IS NOT NULL",  # noqa: S608 - a constant
    )
    removed = 0
    for collection in collections:
        expired = fetch_all(
            db,
            "SELECT number FROM articles WHERE collection = ? AND ingested_at <= ?",
            (collection[0], cutoff(collection_from(collection, 0).settings, now)),
        )
        remove_articles(db, changes, collection[0], [number for (number,) in expired])
        removed += len(expired)
    return removed
