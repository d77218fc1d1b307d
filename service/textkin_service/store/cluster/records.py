"""Articles as the bytes of a record, and collections as the fields of a state."""

import json
from datetime import datetime
from typing import Any

from textkin_service.index.pages import FIRST_PAGES
from textkin_service.model import Article, Collection, CollectionSettings
from textkin_service.store.base import Content, Draft, StoredArticle
from textkin_service.store.packing import unpack
from textkin_service.store.records import collection_from, collection_row, from_microseconds, to_microseconds

# Of each table, content keys' and bands': how many pages it has; how many an attempt to settle more may have made; and how many
# entries came into it so far.
PAGES, GROWING = ("content pages", "band pages"), ("content growing", "band growing")
ENTRIES = ("content entries", "band entries")
_LENGTH_BYTES = 4


def record_of(draft: Draft, content: Content) -> bytes:
    """Returns what is kept of an article, but its time and its sketch."""
    article = draft.article
    header = json.dumps(
        [
            article.id,
            article.title,
            article.url,
            article.source,
            article.language,
            to_microseconds(article.published_at) if article.published_at else None,
            dict(article.metadata),
            content.detected_language,
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()
    return len(header).to_bytes(_LENGTH_BYTES, "big") + header + content.packed


def has_head(stored: bytes) -> bool:
    """Whether the beginning of "time record" has all but the text."""
    record = stored.partition(b" ")[2]
    return len(record) >= _LENGTH_BYTES + int.from_bytes(record[:_LENGTH_BYTES], "big") >= _LENGTH_BYTES


def article_of(number: int, stored: bytes, *, with_text: bool) -> tuple[StoredArticle, int]:
    """Returns the article of "time record", and when it was taken in, in microseconds. DamagedText."""
    time, _, record = stored.partition(b" ")
    end = _LENGTH_BYTES + int.from_bytes(record[:_LENGTH_BYTES], "big")
    article_id, title, url, source, language, published_at, metadata, detected = json.loads(
        record[_LENGTH_BYTES:end]
    )
    ingested_at = int(time)
    article = Article(
        id=article_id,
        text=unpack(record[end:]) if with_text else "",
        title=title,
        url=url,
        source=source,
        language=language,
        published_at=None if published_at is None else from_microseconds(published_at),
        metadata=metadata,
        ingested_at=from_microseconds(ingested_at),
        detected_language=detected,
    )
    return StoredArticle(number, article), ingested_at


def state_of(collection_id: str, settings: CollectionSettings, now: datetime) -> dict[str, Any]:
    """Returns the fields of a new collection's state; commit.lua says what they are, and `about` is for us."""
    return {
        "about": json.dumps(collection_row(collection_id, settings, now)),
        "last": 0,
        "settled": 0,
        **dict.fromkeys(PAGES + GROWING, FIRST_PAGES),
        **dict.fromkeys(ENTRIES, 0),
        "articles": 0,
        "most": settings.max_articles,
        "retained": int(settings.retention is not None),
        "at": 0,
        "chain": "",
    }


def collection_of(about: bytes, article_count: int) -> Collection:
    """Returns the collection of a state's `about`."""
    return collection_from((0, *json.loads(about)), article_count)
