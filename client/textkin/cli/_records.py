"""Makes articles, pairs and queries of records."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from textkin._channel import MAX_MESSAGE_BYTES
from textkin.cli._readers import BadRecord, Place, Position, Record, a_kind
from textkin.types import Article, ArticleReference

# The API's limits on an article's metadata.
MAX_METADATA_FIELDS = 64
MAX_KEY_BYTES = 128
MAX_VALUE_BYTES = 4096

# A message larger than gRPC may send would end the whole call; what leaves no room for the metadata is kept back.
MAX_SENT_TEXT_BYTES = MAX_MESSAGE_BYTES - 1024 * 1024

_PLAIN = ("title", "url", "source", "language")
# What the service sets itself, and so writes in the lines of `textkin get` and `textkin list`.
_IGNORED = ("ingested_at", "detected_language")


@dataclass(frozen=True, slots=True)
class Item:
    """An article to ingest; `given_id` is its id as it stood in the input, a string or a number."""

    position: Position | Place
    given_id: Any
    article: Article


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts to compare."""

    position: Position | Place
    given_id: Any
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class Query:
    """A text, or a stored article, to search for."""

    position: Position | Place
    given_id: Any
    text: str | ArticleReference


class _BadFieldError(Exception):
    """A field that cannot be used; the message says why."""


def item_of(record: Record | BadRecord) -> Item | BadRecord:
    """The article of a record with `id` and `text`; other fields become its own or its metadata."""
    if isinstance(record, BadRecord):
        return record
    fields = record.fields
    try:
        given = _given_id(fields)
        text = _text(fields, "text")
        plain = {name: _plain(fields, name) for name in _PLAIN}
        _check_together({"id": _id_text(given), "text": text, **plain})
    except _BadFieldError as error:
        return BadRecord(record.position, str(error), _reportable(fields.get("id")))
    published_at = _time(fields.get("published_at"))
    article = Article(
        id=_id_text(given),
        text=text,
        title=plain["title"],
        url=plain["url"],
        source=plain["source"],
        language=plain["language"],
        published_at=published_at,
        metadata=_metadata(fields, with_time=published_at is None),
    )
    return Item(record.position, given, article)


def pair_of(record: Record | BadRecord) -> Pair | BadRecord:
    """The pair of a record with `id`, `a` and `b`; other fields are ignored."""
    if isinstance(record, BadRecord):
        return record
    try:
        given, a, b = _given_id(record.fields), _text(record.fields, "a"), _text(record.fields, "b")
        _check_size('"a" and "b"', len(a.encode()) + len(b.encode()))
    except _BadFieldError as error:
        return BadRecord(record.position, str(error), _reportable(record.fields.get("id")))
    return Pair(record.position, given, a, b)


def query_of(record: Record | BadRecord) -> Query | BadRecord:
    """The query of a record with `id` and `text`; other fields are ignored."""
    if isinstance(record, BadRecord):
        return record
    try:
        return Query(record.position, _given_id(record.fields), _text(record.fields, "text"))
    except _BadFieldError as error:
        return BadRecord(record.position, str(error), _reportable(record.fields.get("id")))


def _given_id(fields: dict[str, Any]) -> str | int | float:
    if fields.get("id") is None:
        raise _BadFieldError('no "id": every line needs one, a string or a number')
    value = fields["id"]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _BadFieldError(f'"id" is {a_kind(value)}: it must be a string or a number')
    if isinstance(value, str):
        _check_characters("id", value)
    elif _is_infinite(value):
        raise _BadFieldError('"id" is too large for a number: write it as a string')
    return value


def _id_text(given: str | float) -> str:
    return given if isinstance(given, str) else json.dumps(given)


def _reportable(given: Any) -> Any:
    return given if _is_id(given) else None


def _is_id(value: Any) -> bool:
    return (
        isinstance(value, str | int | float)
        and not isinstance(value, bool)
        and not _is_infinite(value)
        and _is_utf8(str(value))
    )


def _is_infinite(value: str | float) -> bool:
    """Whether JSON has no word for a value, though it can be read of it, as of 1e999."""
    return isinstance(value, float) and not isfinite(value)


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if value is None:
        raise _BadFieldError(f'no "{name}": every line needs one, a string')
    if not isinstance(value, str):
        raise _BadFieldError(f'"{name}" is {a_kind(value)}: it must be a string')
    _check_size(f'"{name}"', _check_characters(name, value))
    return value


def _check_size(what: str, size: int) -> None:
    problem = size_problem(size)
    if problem:
        raise _BadFieldError(f"{what}: {problem}")


def _check_together(values: dict[str, str]) -> None:
    sizes = {name: len(value.encode()) for name, value in values.items()}
    _check_size(f'"{max(sizes, key=sizes.__getitem__)}" and the other fields', sum(sizes.values()))


def size_problem(size: int) -> str:
    """Why texts of so many bytes cannot be sent in one message; empty if they can."""
    if size <= MAX_SENT_TEXT_BYTES:
        return ""
    return f"{size} bytes of text, at most {MAX_SENT_TEXT_BYTES} can be sent"


def _plain(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    text = _as_text(value)
    _check_characters(name, text)
    return text


def _check_characters(name: str, value: str) -> int:
    """Returns how many bytes of UTF-8 a value has."""
    try:
        return len(value.encode())
    except UnicodeEncodeError:
        raise _BadFieldError(
            f'"{name}" holds half of a surrogate pair, which is no character: write both halves'
        ) from None


def _is_utf8(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _time(value: Any) -> datetime | None:
    """The time that an ISO 8601 string names, in UTC if it names no zone; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _metadata(fields: dict[str, Any], *, with_time: bool) -> dict[str, str]:
    """The fields that are not an article's own, as far as they fit the service's limits."""
    own = {"id", "text", *_PLAIN, *_IGNORED, *(() if with_time else ("published_at",))}
    rest = {name: value for name, value in fields.items() if name not in own}
    nested = rest.get("metadata")
    if isinstance(nested, dict):
        del rest["metadata"]
        rest = {**nested, **rest}
    kept: dict[str, str] = {}
    for name, value in rest.items():
        if value is None:
            continue
        text = _as_text(value)
        fits = _fits(name, 1, MAX_KEY_BYTES) and _fits(text, 0, MAX_VALUE_BYTES)
        if fits and len(kept) < MAX_METADATA_FIELDS:
            kept[name] = text
    return kept


def _fits(text: str, least: int, most: int) -> bool:
    return _is_utf8(text) and least <= len(text.encode()) <= most
