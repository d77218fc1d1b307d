"""Taking articles in, many at a time: one look-up of what is there, one statement for many rows.

Each statement gives the interpreter lock away and has to get it back from threads that compute: the fewer there are, the less
a commit waits.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import Any

import apsw

from textkin_service.errors import NotFound, TextkinError
from textkin_service.model import Collection, IngestOutcome
from textkin_service.store.base import Added, Change, Content, Draft, Put, StoredCollection
from textkin_service.store.connections import fetch_all, fetch_one
from textkin_service.store.operations import find_collection, remove_articles
from textkin_service.store.records import ARTICLE_COLUMNS, article_row, cutoff
from textkin_service.store.refusals import collection_full
from textkin_service.store.runs import each_once

# Rows of one statement: a power of two. SQLite bounds the values of a statement (32,766).
_MOST_ROWS = 32


def put_articles(
    db: apsw.Connection, changes: list[Change], drafts: Sequence[Draft], now: datetime
) -> list[Put | TextkinError]:
    """Takes articles in, in their order; the same one again changes nothing. One result each."""
    results: list[Put | TextkinError] = []
    for collection_id, same in groupby(drafts, attrgetter("collection_id")):
        for some in each_once(same, attrgetter("article.id")):
            try:
                stored = find_collection(db, collection_id, now)
            except NotFound as error:
                results.extend([error] * len(some))
            else:
                results.extend(_put(db, changes, stored, some, now))
    return results


def _put(
    db: apsw.Connection,
    changes: list[Change],
    stored: StoredCollection,
    drafts: Sequence[Draft],
    now: datetime,
) -> list[Put | TextkinError]:
    """Takes articles with different ids into a collection."""
    there = _there(db, stored.number, drafts)
    alive_since = cutoff(stored.collection.settings, now)
    number = _next_number(db)
    created = 0
    results: list[Put | TextkinError] = []
    gone: list[int] = []
    new: list[tuple[int, Draft, Content]] = []
    for draft in drafts:
        outcome = IngestOutcome.CREATED
        known = there.get(draft.article.id)
        if known is not None:
            known_number, digest, ingested_at = known
            if ingested_at > alive_since:
                if digest == draft.digest:
                    results.append(Put(IngestOutcome.UNCHANGED, known_number))
                    continue
                outcome = IngestOutcome.REPLACED
        try:
            if outcome is IngestOutcome.CREATED:
                _refuse_if_full(stored.collection, created)
            content = draft.content()
        except TextkinError as refusal:
            results.append(refusal)
            continue
        created += outcome is IngestOutcome.CREATED
        if known is not None:
            gone.append(known_number)
        new.append((number, draft, content))
        results.append(Put(outcome, number))
        number += 1
    if gone:
        remove_articles(db, changes, stored.number, gone)
    _insert(db, stored.number, now, new)
    changes.extend(Added(stored.number, number, content.sketch) for number, _, content in new)
    return results


def _there(
    db: apsw.Connection, collection: int, drafts: Sequence[Draft]
) -> dict[str, tuple[int, bytes, int]]:
    """Returns number, digest and time of ingest, by id, of those of the articles that are there."""
    asked = json.dumps([draft.article.id for draft in drafts])
    found = fetch_all(
        db,
        "SELECT id, number, digest, ingested_at FROM articles"
        " WHERE collection = ? AND id IN (SELECT value FROM json_each(?))",
        (collection, asked),
    )
    return {article_id: (number, digest, ingested_at) for article_id, number, digest, ingested_at in found}


def _next_number(db: apsw.Connection) -> int:
    """Returns the number after all that were ever used: SQLite notes the largest, of deleted articles too."""
    largest = fetch_one(db, "SELECT seq FROM sqlite_sequence WHERE name = 'articles'")
    return largest[0] + 1 if largest else 1


def _refuse_if_full(collection: Collection, created: int) -> None:
    most = collection.settings.max_articles
    if most and collection.article_count + created >= most:
        raise collection_full(collection)


def _insert(
    db: apsw.Connection, collection: int, now: datetime, new: Sequence[tuple[int, Draft, Content]]
) -> None:
    done = 0
    while left := len(new) - done:
        rows = 1 << (min(left, _MOST_ROWS).bit_length() - 1)
        some = new[done : done + rows]
        done += rows
        articles: list[Any] = []
        sketches: list[Any] = []
        texts: list[Any] = []
        for number, draft, content in some:
            articles += article_row(number, collection, draft.ingested_at or now, draft, content)
            sketches += (number, collection, content.sketch)
            texts += (number, content.packed)
        db.execute(_statement("articles", ARTICLE_COLUMNS, rows), articles)
        db.execute(_statement("sketches", ("number", "collection", "sketch"), rows), sketches)
        db.execute(_statement("texts", ("number", "text"), rows), texts)


@cache
def _statement(table: str, columns: tuple[str, ...], rows: int) -> str:
    row = f"({', '.join('?' * len(columns))})"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([row] * rows)}"  # noqa: S608 - our own names
