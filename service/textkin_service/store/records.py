"""Articles and collections as rows, and back."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from textkin_service.model import Article, Collection, CollectionSettings
from textkin_service.store.base import Content, Draft

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BEGINNING = -(2**63)  # the least integer of SQLite: nothing was taken in before it

HEADER_COLUMNS = (
    "articles.number, articles.id, title, url, source, articles.language, published_at, metadata, ingested_at,"
    " detected_language"
)
ARTICLE_COLUMNS = (
    "number",
    "collection",
    "id",
    "ingested_at",
    "published_at",
    "language",
    "detected_language",
    "source",
    "title",
    "url",
    "metadata",
    "digest",
)
COLLECTION_COLUMNS = "number, id, language, retention, max_articles, max_text_bytes, created_at"


def to_microseconds(moment: datetime) -> int:
    """Returns an aware time as microseconds since 1970, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def from_microseconds(microseconds: int) -> datetime:
    """Returns the aware time in UTC, exactly."""
    return _EPOCH + microseconds * _MICROSECOND


def cutoff(settings: CollectionSettings, now: datetime) -> int:
    """Returns the time in microseconds; what was taken in at it or before is past its retention."""
    return (
        _BEGINNING
        if settings.retention is None
        else to_microseconds(now) - settings.retention // _MICROSECOND
    )


def digest(article: Article) -> bytes:
    """Returns 32 bytes that differ whenever anything that the caller gave, except the id, differs."""
    published = to_microseconds(article.published_at) if article.published_at else None
    metadata = sorted(article.metadata.items())
    about = json.dumps([article.title, article.url, article.source, article.language, published, metadata])
    # JSON has no line end of its own: the text begins behind the first.
    return hashlib.sha256(f"{about}\n{article.text}".encode()).digest()


def article_row(
    number: int, collection: int, ingested_at: datetime, draft: Draft, content: Content
) -> tuple[Any, ...]:
    """Returns the values of ARTICLE_COLUMNS."""
    article = draft.article
    return (
        number,
        collection,
        article.id,
        to_microseconds(ingested_at),
        to_microseconds(article.published_at) if article.published_at else None,
        article.language,
        content.detected_language,
        article.source,
        article.title,
        article.url,
        json.dumps(dict(article.metadata), ensure_ascii=False, sort_keys=True) if article.metadata else "{}",
        draft.digest,
    )


def article_from(row: tuple[Any, ...], text: str = "") -> Article:
    """Returns the article of a row of HEADER_COLUMNS."""
    _, article_id, title, url, source, language, published_at, metadata, ingested_at, detected = row[:10]
    return Article(
        id=article_id,
        text=text,
        title=title,
        url=url,
        source=source,
        language=language,
        published_at=None if published_at is None else from_microseconds(published_at),
        metadata=json.loads(metadata),
        ingested_at=from_microseconds(ingested_at),
        detected_language=detected,
    )


def by_number(columns: str, tables: str, count: int) -> str:
    """Returns the query for so many articles; its values are their collection, the time they came after, their numbers."""
    marks = ", ".join("?" * count)
    # Without the plus signs SQLite would go through all articles of the collection by age, to find those few.
    return (
        f"SELECT {columns} FROM {tables}"  # noqa: S608 - constants and question marks
        f" WHERE +collection = ? AND +ingested_at > ? AND articles.number IN ({marks})"
    )


def collection_row(collection_id: str, settings: CollectionSettings, now: datetime) -> tuple[Any, ...]:
    """Returns the values of COLLECTION_COLUMNS after `number`."""
    retention = None if settings.retention is None else settings.retention // _MICROSECOND
    return (
        collection_id,
        settings.language,
        retention,
        settings.max_articles,
        settings.max_text_bytes,
        to_microseconds(now),
    )


def collection_from(row: tuple[Any, ...], article_count: int) -> Collection:
    """Returns the collection of a row of COLLECTION_COLUMNS."""
    _, collection_id, language, retention, max_articles, max_text_bytes, created_at = row[:7]
    settings = CollectionSettings(
        language=language,
        retention=None if retention is None else timedelta(microseconds=retention),
        max_articles=max_articles,
        max_text_bytes=max_text_bytes,
    )
    return Collection(collection_id, settings, from_microseconds(created_at), article_count)
