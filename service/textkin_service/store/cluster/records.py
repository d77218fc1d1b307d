"""Articles as the bytes of a record, and collections as the fields of a state."""

import json
from datetime import timedelta
from typing import Any

from textkin_service.model import Article, Collection, CollectionSettings
from textkin_service.store.base import Content, Draft, StoredArticle
from textkin_service.store.packing import unpack
from textkin_service.store.records import from_microseconds, to_microseconds

_MICROSECOND = timedelta(microseconds=1)
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


def state_of(collection_id: str, settings: CollectionSettings, created_at: int) -> dict[str, Any]:
    """Returns the fields of a new collection's state; commit.lua says what they are, and `about` is for us."""
    retention = None if settings.retention is None else settings.retention // _MICROSECOND
    about = [
        collection_id,
        settings.language,
        retention,
        settings.max_articles,
        settings.max_text_bytes,
        created_at,
    ]
    return {
        "about": json.dumps(about),
        "last": 0,
        "settled": 0,
        "articles": 0,
        "most": settings.max_articles,
        "retained": int(retention is not None),
        "at": created_at,
        "chain": "",
    }


def collection_of(about: bytes, article_count: int) -> Collection:
    """Returns the collection of a state's `about`."""
    collection_id, language, retention, max_articles, max_text_bytes, created_at = json.loads(about)
    settings = CollectionSettings(
        language=language,
        retention=None if retention is None else timedelta(microseconds=retention),
        max_articles=max_articles,
        max_text_bytes=max_text_bytes,
    )
    return Collection(collection_id, settings, from_microseconds(created_at), article_count)
