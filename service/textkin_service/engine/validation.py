"""What requests may hold: every limit that the API documents, in one place.

Each function takes the field's path in the request, because InvalidRequest names it. No message repeats a
text.
"""

import re
from collections.abc import Mapping

from textkin_service.errors import InvalidRequest
from textkin_service.model import Article, CollectionSettings, SearchOptions

MAX_METADATA_FIELDS = 64
_MAX_ID_BYTES = 512
_MAX_SOURCE_BYTES = 512
_MAX_TITLE_BYTES = 4_096
_MAX_URL_BYTES = 4_096
_MAX_KEY_BYTES = 128
_MAX_VALUE_BYTES = 4_096
_MAX_EXCLUDED_SOURCES = 256
_LARGEST_INTEGER = 2**63 - 1  # the store's integers are signed

_COLLECTION_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}", re.ASCII)
# The shape of RFC 5646: a language of 2 to 8 letters, then subtags of 1 to 8 letters or digits.
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,7}", re.ASCII)
# Unicode's category Cc.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SHOWN_CHARACTERS = 80


def text(field: str, value: str, max_bytes: int) -> None:
    """Checks a text's length, 1 to `max_bytes` bytes of UTF-8."""
    if not value:
        raise InvalidRequest(field, f"is empty; give 1 to {max_bytes} bytes of UTF-8 with at least one word")
    size = _size(field, value)
    if size > max_bytes:
        raise InvalidRequest(field, f"has {size} bytes of UTF-8; at most {max_bytes} are allowed")


def words(field: str, word_count: int) -> None:
    """Checks that an analysed text has a word."""
    if not word_count:
        raise InvalidRequest(field, "has no word; give a text with at least one letter or digit")


def language(field: str, value: str) -> None:
    """Checks the form of a language tag. Empty is allowed: it means the default."""
    if value and not _LANGUAGE.fullmatch(value):
        raise InvalidRequest(field, f"is {_shown(value)}; give a BCP 47 tag such as 'en' or 'pt-BR', or none")


def article_id(field: str, value: str) -> None:
    """Checks an article's id: 1 to 512 bytes without control characters."""
    if not value:
        raise InvalidRequest(field, f"is empty; give 1 to {_MAX_ID_BYTES} bytes of UTF-8")
    _at_most(field, value, _MAX_ID_BYTES)
    if _CONTROL.search(value):
        raise InvalidRequest(field, f"is {_shown(value)}; control characters are not allowed in an id")


def collection_id(field: str, value: str) -> None:
    """Checks the id of a collection to be created."""
    if not _COLLECTION_ID.fullmatch(value):
        raise InvalidRequest(
            field,
            f"is {_shown(value)}; give 1 to 63 characters of a-z, 0-9, '-' and '_',"
            " the first a letter or a digit",
        )


def article(field: str, value: Article, max_text_bytes: int) -> None:
    """Checks everything about an article but its words."""
    article_id(f"{field}.id", value.id)
    text(f"{field}.text", value.text, max_text_bytes)
    _at_most(f"{field}.title", value.title, _MAX_TITLE_BYTES)
    _at_most(f"{field}.url", value.url, _MAX_URL_BYTES)
    _at_most(f"{field}.source", value.source, _MAX_SOURCE_BYTES)
    language(f"{field}.language", value.language)
    _metadata(f"{field}.metadata", value.metadata)


def collection_settings(field: str, value: CollectionSettings) -> None:
    """Checks the settings of a collection to be created."""
    language(f"{field}.language", value.language)
    for name in ("max_articles", "max_text_bytes"):
        number = getattr(value, name)
        if number > _LARGEST_INTEGER:
            raise InvalidRequest(
                f"{field}.{name}", f"is {number}; give at most {_LARGEST_INTEGER}, or 0 for none"
            )


def options(field: str, value: SearchOptions, max_matches: int) -> None:
    """Checks search options."""
    if not 1 <= value.limit <= max_matches:
        raise InvalidRequest(
            f"{field}.limit", f"is {value.limit}; give 1 to {max_matches}, or 0 for the default"
        )
    if not 0.0 <= value.min_score <= 1.0:  # never true of a NaN
        raise InvalidRequest(f"{field}.min_score", f"is {value.min_score}; give 0 to 1")
    source_count(f"{field}.exclude_sources", len(value.exclude_sources))
    for source in value.exclude_sources:
        _at_most(f"{field}.exclude_sources", source, _MAX_SOURCE_BYTES)
    start, end = value.published_from, value.published_until
    if start is not None and end is not None and start >= end:
        raise InvalidRequest(
            f"{field}.published_until",
            f"is {end.isoformat()}, not after `published_from`, {start.isoformat()}; give a later time",
        )


def field_count(field: str, count: int) -> None:
    """Checks how many metadata fields an article has."""
    if count > MAX_METADATA_FIELDS:
        raise InvalidRequest(field, f"has {count} fields; give at most {MAX_METADATA_FIELDS}")


def source_count(field: str, count: int) -> None:
    """Checks how many sources a search leaves out."""
    if count > _MAX_EXCLUDED_SOURCES:
        raise InvalidRequest(field, f"has {count}; give at most {_MAX_EXCLUDED_SOURCES}")


def _metadata(field: str, value: Mapping[str, str]) -> None:
    field_count(field, len(value))
    for key, content in value.items():
        if not key:
            raise InvalidRequest(field, f"has an empty key; give keys of 1 to {_MAX_KEY_BYTES} bytes")
        _at_most(f"{field} key", key, _MAX_KEY_BYTES)
        _at_most(f"{field}[{_shown(key)}]", content, _MAX_VALUE_BYTES)


def _at_most(field: str, value: str, max_bytes: int) -> None:
    if not value:
        return
    size = _size(field, value)
    if size > max_bytes:
        raise InvalidRequest(field, f"has {size} bytes of UTF-8; at most {max_bytes} are allowed")


def _size(field: str, value: str) -> int:
    try:
        return len(value.encode())
    except UnicodeEncodeError as error:
        raise InvalidRequest(
            field, f"has a lone surrogate at position {error.start}; give Unicode text"
        ) from None


def _shown(value: str) -> str:
    """Returns a value as an error message shows it, cut if it is long."""
    return repr(value if len(value) <= _SHOWN_CHARACTERS else value[:_SHOWN_CHARACTERS] + "…")
