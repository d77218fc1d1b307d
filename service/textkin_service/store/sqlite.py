"""The embedded store: one SQLite file in a folder that one process has to itself."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from textkin_service.errors import NotFound, StoreError, TextkinError
from textkin_service.model import DEFAULT_COLLECTION, Article, Collection, CollectionSettings
from textkin_service.store import operations, schema
from textkin_service.store.base import (
    Added,
    Change,
    Counts,
    Draft,
    Listener,
    Page,
    Put,
    StoredArticle,
    StoredCollection,
)
from textkin_service.store.packing import unpack
from textkin_service.store.puts import put_articles
from textkin_service.store.readers import ReaderPool
from textkin_service.store.records import COLLECTION_COLUMNS, HEADER_COLUMNS, article_from, by_number, cutoff
from textkin_service.store.writer import GroupWriter

_DATABASE = "textkin.sqlite3"
_LOCK = "textkin.lock"
_BUSY_MILLISECONDS = 10_000
_SKETCHES_A_READ = 1_000
_VARIABLES_A_QUERY = 500  # SQLite's own bound is 32,766


def _now() -> datetime:
    return datetime.now(UTC)


class SqliteStore:
    """Articles in SQLite: a write-ahead log, synced at every commit, so that a commit survives a power cut.

    `scheme` is the id of the sketch scheme; `clock` tells the time for ingests and retention. StoreError:
    STORE_IN_USE, STORE_SCHEME_MISMATCH, STORE_DAMAGED, STORE_UNAVAILABLE when the folder cannot be made or
    written to.
    """

    def __init__(self, folder: Path, scheme: str, clock: Callable[[], datetime] = _now) -> None:
        self._path = folder / _DATABASE
        self._clock = clock
        self._listeners: list[Listener] = []
        self._lock = _lock(folder)
        try:
            db = self._open(scheme)
        except BaseException:
            self._lock.close()
            raise
        self._readers = ReaderPool(self._connect_reader)
        self._writer = GroupWriter(db, self._notify)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Finishes the writes handed in, closes the file, lets go of the folder. May be called twice."""
        self._writer.close()
        self._readers.close()
        self._lock.close()

    def listen(self, listener: Listener) -> None:
        """Has `listener` called in a thread of the store's with the changes of each commit from now on."""
        self._listeners.append(listener)

    def create_collection(self, collection_id: str, settings: CollectionSettings) -> Future[Collection]:
        """Creates an empty collection. AlreadyExists."""
        return self._writer.submit(
            lambda db, _: operations.create_collection(db, collection_id, settings, self._clock())
        )

    def collection(self, collection_id: str) -> StoredCollection:
        """Returns a collection. NotFound."""
        with self._readers.connection() as db:
            return operations.find_collection(db, collection_id, self._clock())

    def collections(self, after: str, limit: int) -> Page[StoredCollection, str]:
        """Returns the first `limit` collections whose ids come after `after`, by id."""
        now = self._clock()
        with self._readers.connection() as db:
            rows = db.execute(
                f"SELECT {COLLECTION_COLUMNS}, article_count FROM collections"  # noqa: S608 - a constant
                " WHERE id > ? ORDER BY id LIMIT ?",
                (after, limit + 1),
            ).fetchall()
            items = tuple(operations.counted(db, row, now) for row in rows[:limit])
        return Page(items, items[-1].collection.id if len(rows) > limit else None)

    def delete_collection(self, collection_id: str, *, force: bool) -> Future[int]:
        """Deletes a collection; the result counts its articles. NotFound, FailedPrecondition."""
        return self._writer.submit(
            lambda db, changes: operations.delete_collection(
                db, changes, collection_id, self._clock(), force=force
            )
        )

    def digests(self, collection: StoredCollection, article_ids: Sequence[str]) -> dict[str, bytes]:
        """Returns the digests of those of the articles that the collection has now, by id."""
        since = cutoff(collection.collection.settings, self._clock())
        with self._readers.connection() as db:
            # By id alone: with the time in the query too, SQLite would go through the index by age.
            rows = db.execute(
                "SELECT id, digest, ingested_at FROM articles"
                " WHERE collection = ? AND id IN (SELECT value FROM json_each(?))",
                (collection.number, json.dumps(article_ids)),
            ).fetchall()
        return {article_id: digest for article_id, digest, ingested_at in rows if ingested_at > since}

    def put(self, drafts: Sequence[Draft]) -> Future[list[Put | TextkinError]]:
        """Takes articles in under their ids, in one commit; one result each: NotFound, ResourceExhausted."""
        return self._writer.submit(
            lambda db, changes: put_articles(db, changes, drafts, self._clock()), len(drafts)
        )

    def delete(self, collection_id: str, article_id: str) -> Future[bool]:
        """Deletes an article; the result says whether it was there. NotFound for the collection."""
        return self._writer.submit(
            lambda db, changes: operations.delete_article(
                db, changes, collection_id, article_id, self._clock()
            )
        )

    def article(self, collection_id: str, article_id: str) -> StoredArticle:
        """Returns an article with its text. NotFound."""
        now = self._clock()
        with self._readers.connection() as db:
            stored = operations.find_collection(db, collection_id, now)
            row = db.execute(
                f"SELECT {HEADER_COLUMNS}, text FROM articles JOIN texts USING (number)"  # noqa: S608 - a constant
                " WHERE collection = ? AND id = ? AND ingested_at > ?",
                (stored.number, article_id, cutoff(stored.collection.settings, now)),
            ).fetchone()
        if row is None:
            raise NotFound(
                f"the collection {collection_id!r} has no article {article_id!r}",
                reason="ARTICLE_NOT_FOUND",
                metadata={"collection_id": collection_id, "article_id": article_id},
            )
        return StoredArticle(row[0], article_from(row, unpack(row[-1])))

    def articles(
        self, collection_id: str, after: int, limit: int, *, include_text: bool, max_bytes: int
    ) -> Page[Article, int]:
        """Returns articles whose numbers are greater than `after`, by number. NotFound for the collection."""
        now = self._clock()
        columns, tables = HEADER_COLUMNS, "articles"
        if include_text:
            columns, tables = f"{columns}, text", "articles JOIN texts USING (number)"
        items: list[Article] = []
        size = last = 0
        with self._readers.connection() as db:
            stored = operations.find_collection(db, collection_id, now)
            rows = db.execute(
                f"SELECT {columns} FROM {tables}"  # noqa: S608 - constants
                " WHERE collection = ? AND articles.number > ? AND ingested_at > ? ORDER BY articles.number",
                (stored.number, after, cutoff(stored.collection.settings, now)),
            )
            for row in rows:
                if len(items) == limit or size > max_bytes:
                    rows.close()
                    return Page(tuple(items), last)
                text = unpack(row[-1]) if include_text else ""
                items.append(article_from(row, text))
                size += len(text.encode())
                last = row[0]
        return Page(tuple(items), None)

    def headers(self, collection: StoredCollection, numbers: Sequence[int]) -> list[StoredArticle]:
        """Returns those of the articles that are there, without texts, in the order of `numbers`."""
        rows = self._rows(collection, numbers, HEADER_COLUMNS, "articles")
        return [StoredArticle(row[0], article_from(row)) for row in rows]

    def stored(self, collection: StoredCollection, numbers: Sequence[int]) -> list[StoredArticle]:
        """Returns those of the articles that are there, with their texts, in the order of `numbers`."""
        rows = self._rows(
            collection, numbers, f"{HEADER_COLUMNS}, text", "articles JOIN texts USING (number)"
        )
        return [StoredArticle(row[0], article_from(row, unpack(row[-1]))) for row in rows]

    def sketches(self) -> Iterator[Added]:
        """Yields every article's sketch, by number, a bounded number in memory at a time."""
        last = 0
        while True:
            with self._readers.connection() as db:
                rows = db.execute(
                    "SELECT collection, number, sketch FROM sketches"
                    " WHERE number > ? ORDER BY number LIMIT ?",
                    (last, _SKETCHES_A_READ),
                ).fetchall()
            if not rows:
                return
            for row in rows:
                yield Added(*row)
            last = rows[-1][1]

    def counts(self) -> Counts:
        """Returns how many collections and articles there are."""
        now = self._clock()
        with self._readers.connection() as db:
            rows = db.execute(
                f"SELECT {COLLECTION_COLUMNS}, article_count FROM collections"  # noqa: S608 - a constant
            ).fetchall()
            articles = sum(operations.counted(db, row, now).collection.article_count for row in rows)
        return Counts(len(rows), articles)

    def sweep(self) -> Future[int]:
        """Removes the articles past their retention; the result counts them."""
        return self._writer.submit(lambda db, changes: operations.sweep(db, changes, self._clock()))

    def _rows(
        self, collection: StoredCollection, numbers: Sequence[int], columns: str, tables: str
    ) -> list[tuple[Any, ...]]:
        """Returns the rows, which begin with their number, of those of the articles that are there, in order."""
        if not numbers:
            return []
        since = cutoff(collection.collection.settings, self._clock())
        rows: dict[int, tuple[Any, ...]] = {}
        with self._readers.connection() as db:
            for start in range(0, len(numbers), _VARIABLES_A_QUERY):
                some = numbers[start : start + _VARIABLES_A_QUERY]
                found = db.execute(by_number(columns, tables, len(some)), (collection.number, since, *some))
                rows.update((row[0], row) for row in found)
        return [rows[number] for number in numbers if number in rows]

    def _notify(self, changes: Sequence[Change]) -> None:
        if changes:
            for listener in self._listeners:
                listener(changes)

    def _open(self, scheme: str) -> sqlite3.Connection:
        """Returns the writer's connection to a file that is ours and holds the default collection."""
        db = _connect(self._path)
        try:
            db.execute(f"PRAGMA page_size = {schema.PAGE_BYTES}")  # of a new file
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            schema.prepare(db, scheme)
            known = db.execute("SELECT 1 FROM collections WHERE id = ?", (DEFAULT_COLLECTION,)).fetchone()
            if not known:
                operations.create_collection(db, DEFAULT_COLLECTION, CollectionSettings(), self._clock())
        except sqlite3.DatabaseError as error:
            db.close()
            raise StoreError(
                f"{self._path} cannot be read as a store ({error}); restore it, or use another data folder",
                reason="STORE_DAMAGED",
            ) from error
        except BaseException:
            db.close()
            raise
        return db

    def _connect_reader(self) -> sqlite3.Connection:
        db = _connect(self._path)
        db.execute("PRAGMA query_only = ON")
        return db


def _connect(path: Path) -> sqlite3.Connection:
    """Opens a file in autocommit mode, for use by one thread at a time."""
    try:
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    except sqlite3.OperationalError as error:
        raise StoreError(f"{path} cannot be opened ({error})", reason="STORE_UNAVAILABLE") from error
    db.execute("PRAGMA foreign_keys = ON")
    db.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
    return db


def _lock(folder: Path) -> sqlite3.Connection:
    """Takes the folder, creating it if need be, until the connection is closed or the process ends.

    The lock is SQLite's own on an empty database: it works on every system, between the threads of one
    process too, and the system frees it however the process ends.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(folder / _LOCK, isolation_level=None, check_same_thread=False, timeout=0)
    except (OSError, sqlite3.OperationalError) as error:
        raise StoreError(
            f"the data folder {folder} cannot be used ({error}); choose a folder that can be written to",
            reason="STORE_UNAVAILABLE",
        ) from error
    try:
        db.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        db.close()
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise StoreError(
                f"the data folder {folder} cannot be locked ({error})", reason="STORE_UNAVAILABLE"
            ) from error
        raise StoreError(
            f"another process serves the data folder {folder}; stop it first, or choose another folder",
            reason="STORE_IN_USE",
        ) from error
    return db
