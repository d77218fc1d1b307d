"""What the SQLite store writes: operations for the group writer, each of which notes its changes."""

import sqlite3
from datetime import datetime
from typing import Any

from textkin_service.errors import AlreadyExists, FailedPrecondition, NotFound, ResourceExhausted
from textkin_service.model import (
    DEFAULT_COLLECTION,
    Article,
    Collection,
    CollectionSettings,
    IngestOutcome,
)
from textkin_service.store.base import Added, Change, Dropped, Put, Removed, StoredCollection
from textkin_service.store.records import (
    COLLECTION_COLUMNS,
    article_row,
    collection_from,
    collection_row,
    cutoff,
    to_microseconds,
)


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


def put_article(
    db: sqlite3.Connection,
    changes: list[Change],
    collection_id: str,
    article: Article,
    *,
    sketch: bytes,
    now: datetime,
) -> Put:
    """Takes an article in; the same one again changes nothing. NotFound, ResourceExhausted."""
    stored = find_collection(db, collection_id, now)
    columns = article_row(article)
    there = db.execute(
        "SELECT number, digest, ingested_at, sketch FROM articles WHERE collection = ? AND id = ?",
        (stored.number, article.id),
    ).fetchone()
    outcome = IngestOutcome.CREATED
    if there is not None:
        number, digest, ingested_at, known_sketch = there
        if ingested_at > cutoff(stored.collection.settings, now):
            if digest == columns["digest"]:
                return Put(IngestOutcome.UNCHANGED, number)
            outcome = IngestOutcome.REPLACED
    if outcome is IngestOutcome.CREATED:
        _refuse_if_full(stored)
    if there is not None:
        db.execute("DELETE FROM articles WHERE number = ?", (number,))
        changes.append(Removed(stored.number, number, known_sketch))
    columns |= {"collection": stored.number, "ingested_at": to_microseconds(now), "sketch": sketch}
    names = ", ".join(columns)
    values = ", ".join(f":{name}" for name in columns)
    cursor = db.execute(f"INSERT INTO articles ({names}) VALUES ({values})", columns)  # noqa: S608 - our own names
    number = cursor.lastrowid
    assert number is not None
    changes.append(Added(stored.number, number, sketch))
    return Put(outcome, number)


def _refuse_if_full(stored: StoredCollection) -> None:
    most = stored.collection.settings.max_articles
    if most and stored.collection.article_count >= most:
        raise ResourceExhausted(
            f"the collection {stored.collection.id!r} holds its most, {most} articles; delete some first",
            reason="COLLECTION_FULL",
            metadata={"collection_id": stored.collection.id, "max_articles": str(most)},
        )


def delete_article(
    db: sqlite3.Connection, changes: list[Change], collection_id: str, article_id: str, now: datetime
) -> bool:
    """Deletes an article and returns whether it was there. NotFound, for the collection only."""
    stored = find_collection(db, collection_id, now)
    row = db.execute(
        "DELETE FROM articles WHERE collection = ? AND id = ? RETURNING number, ingested_at, sketch",
        (stored.number, article_id),
    ).fetchone()
    if row is None:
        return False
    number, ingested_at, sketch = row
    changes.append(Removed(stored.number, number, sketch))
    return bool(ingested_at > cutoff(stored.collection.settings, now))


def sweep(db: sqlite3.Connection, changes: list[Change], now: datetime) -> int:
    """Removes every article past its retention and returns how many there were."""
    rows = db.execute(
        f"SELECT {COLLECTION_COLUMNS} FROM collections WHERE retention IS NOT NULL"  # noqa: S608 - a constant
    ).fetchall()
    removed = 0
    for row in rows:
        gone = db.execute(
            "DELETE FROM articles WHERE collection = ? AND ingested_at <= ? RETURNING number, sketch",
            (row[0], cutoff(collection_from(row, 0).settings, now)),
        ).fetchall()
        changes.extend(Removed(row[0], number, sketch) for number, sketch in gone)
        removed += len(gone)
    return removed
