"""The embedded store: one SQLite file in a folder that one process has to itself."""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from textkin_service.errors import StoreError, TextkinError
from textkin_service.model import Article, Collection, CollectionSettings
from textkin_service.store import operations
from textkin_service.store.base import (
    Added,
    Change,
    Counts,
    Draft,
    Indexing,
    Listener,
    Page,
    Put,
    StoredArticle,
    StoredCollection,
    Watcher,
)
from textkin_service.store.connections import fetch_all, fetch_one
from textkin_service.store.faults import RESTORE, damaged
from textkin_service.store.folder import Files, lock
from textkin_service.store.opening import open_journal
from textkin_service.store.packing import DamagedText, unpack
from textkin_service.store.puts import put_articles
from textkin_service.store.readers import ReaderPool
from textkin_service.store.records import COLLECTION_COLUMNS, HEADER_COLUMNS, article_from, by_number, cutoff
from textkin_service.store.refusals import no_article
from textkin_service.store.writer import GroupWriter

_SKETCHES_A_READ = 1_000
_VARIABLES_A_QUERY = 500  # SQLite's own bound is 32,766


def _now() -> datetime:
    return datetime.now(UTC)


class SqliteStore:
    """Articles in SQLite: a write-ahead log, synced at every commit, so that a commit survives a power cut.

    `scheme` is the id of the sketch scheme, None: whatever it is, of a store that must be there; `clock` tells the time for
    ingests and retention. StoreError: STORE_IN_USE, STORE_SCHEME_MISMATCH, STORE_DAMAGED, STORE_FULL, STORE_UNAVAILABLE when
    the folder cannot be made or written to. Any read raises StoreError (STORE_DAMAGED) where it meets a page that is not as it
    was written.
    """

    def __init__(self, folder: Path, scheme: str | None, clock: Callable[[], datetime] = _now) -> None:
        self._files = files = Files(folder)
        self._clock = clock
        self._listeners: list[Listener] = []
        self._watchers: list[Watcher] = []
        self._lock = lock(files)
        try:
            journal = open_journal(files, scheme, clock())
        except BaseException:
            self._lock.close()
            raise
        self._readers = ReaderPool(files.database)
        self._writer = GroupWriter(journal, files.database, self._notify, self._failed)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Finishes the writes handed in, closes the file, lets go of the folder. May be called twice."""
        self._writer.finish()
        self._readers.close()
        self._writer.close()
        self._lock.close()

    def listen(self, listener: Listener) -> None:
        """Has `listener` called in a thread of the store's with the changes of each commit from now on."""
        self._listeners.append(listener)

    def settle_with(self, indexing: Indexing) -> None:
        """Nothing is settled here: each process that opens the folder holds the index itself."""

    def watch(self, watcher: Watcher) -> None:
        """Has `watcher` called, once, in a thread of the store's, when all writes are refused from then on."""
        self._watchers.append(watcher)

    def create_collection(self, collection_id: str, settings: CollectionSettings) -> Future[Collection]:
        """Creates an empty collection. AlreadyExists."""
        return self._writer.submit(
            lambda db, _: operations.create_collection(db, collection_id, settings, self._clock())
        )

    def collection(self, collection_id: str, *, heard: bool = True) -> StoredCollection:  # noqa: ARG002 - all are
        """Returns a collection. NotFound."""
        with self._readers.connection() as db:
            return operations.find_collection(db, collection_id, self._clock())

    def collections(self, after: str, limit: int) -> Page[StoredCollection, str]:
        """Returns the first `limit` collections whose ids come after `after`, by id."""
        now = self._clock()
        with self._readers.connection() as db:
            rows = fetch_all(
                db,
                f"SELECT {COLLECTION_COLUMNS}, article_count FROM collections"  # noqa: S608 - a constant
                " WHERE id > ? ORDER BY id LIMIT ?",
                (after, limit + 1),
            )
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
            rows = fetch_all(
                db,
                "SELECT id, digest, ingested_at FROM articles"
                " WHERE collection = ? AND id IN (SELECT value FROM json_each(?))",
                (collection.number, json.dumps(article_ids)),
            )
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
            row = fetch_one(
                db,
                f"SELECT {HEADER_COLUMNS}, text FROM articles JOIN texts USING (number)"  # noqa: S608 - a constant
                " WHERE collection = ? AND id = ? AND ingested_at > ?",
                (stored.number, article_id, cutoff(stored.collection.settings, now)),
            )
        if row is None:
            raise no_article(collection_id, article_id)
        return StoredArticle(row[0], article_from(row, self._text(row)))

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
            rows: Iterator[tuple[Any, ...]]
            rows = cursor = db.execute(
                f"SELECT {columns} FROM {tables}"  # noqa: S608 - constants
                " WHERE collection = ? AND articles.number > ? AND ingested_at > ? ORDER BY articles.number",
                (stored.number, after, cutoff(stored.collection.settings, now)),
            )
            with closing(cursor):
                for row in rows:
                    if len(items) == limit or size > max_bytes:
                        return Page(tuple(items), last)
                    text = self._text(row) if include_text else ""
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
        return [StoredArticle(row[0], article_from(row, self._text(row))) for row in rows]

    def sketches(self) -> Iterator[Added]:
        """Yields every article's sketch, by number, a bounded number in memory at a time."""
        last = 0
        while True:
            with self._readers.connection() as db:
                rows = fetch_all(
                    db,
                    "SELECT collection, number, sketch FROM sketches"
                    " WHERE number > ? ORDER BY number LIMIT ?",
                    (last, _SKETCHES_A_READ),
                )
            if not rows:
                return
            for row in rows:
                yield Added(*row)
            last = rows[-1][1]

    def counts(self) -> Counts:
        """Returns how many collections and articles there are."""
        now = self._clock()
        with self._readers.connection() as db:
            rows = fetch_all(
                db,
                f"SELECT {COLLECTION_COLUMNS}, article_count FROM collections",  # noqa: S608 - a constant
            )
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
                found = fetch_all(
                    db, by_number(columns, tables, len(some)), (collection.number, since, *some)
                )
                rows.update((row[0], row) for row in found)
        return [rows[number] for number in numbers if number in rows]

    def _text(self, row: tuple[Any, ...]) -> str:
        """Returns the text that a row ends with. StoreError (STORE_DAMAGED)."""
        try:
            return unpack(row[-1])
        except DamagedText as error:
            raise damaged(
                self._files.database, f"the text of article number {row[0]} ({error}); {RESTORE}"
            ) from error

    def _notify(self, changes: Sequence[Change]) -> None:
        if changes:
            for listener in self._listeners:
                listener(changes)

    def _failed(self, failure: StoreError) -> None:
        for watcher in self._watchers:
            watcher(failure)
