"""The JSON that `--json` prints: one object a line, in UTF-8 whatever the locale."""

import json
import sys
from datetime import datetime
from typing import Any

from textkin.cli._readers import BadRecord
from textkin.errors import TextkinError
from textkin.types import (
    Article,
    Collection,
    Comparison,
    Match,
    Passage,
    Quotation,
    SearchResult,
    ServiceInfo,
    Span,
)

# One for all lines: `json.dumps` would make one for each.
_ENCODER = json.JSONEncoder(ensure_ascii=False)


def print_json(value: dict[str, Any]) -> None:
    """Prints one object on a line of its own, at once."""
    sys.stdout.buffer.write(f"{_ENCODER.encode(value)}\n".encode())
    sys.stdout.buffer.flush()


def comparison_json(
    comparison: Comparison, *, with_passages: bool = True, with_differences: bool = False
) -> dict[str, Any]:
    """A comparison with all its fields; passages, their differences and cuts only if they were asked for or there are any."""
    value: dict[str, Any] = {
        "score": comparison.score,
        "relation": comparison.relation.value,
        "resemblance": comparison.resemblance,
        "containment_a": comparison.containment_a,
        "containment_b": comparison.containment_b,
        "coverage_a": comparison.coverage_a,
        "coverage_b": comparison.coverage_b,
        "explanation": comparison.explanation,
    }
    if with_passages:
        value["offset_unit"] = comparison.offset_unit.value
        cuts = {"cut_a": comparison.cut_a, "cut_b": comparison.cut_b}
        value |= {name: cut for name, cut in cuts.items() if cut is not None}
        value["passages"] = [
            _passage_json(each, with_differences=with_differences) for each in comparison.passages
        ]
    return value


def _passage_json(passage: Passage, *, with_differences: bool) -> dict[str, Any]:
    value: dict[str, Any] = {
        "a": _span_json(passage.a),
        "b": _span_json(passage.b),
        "kind": passage.kind.value,
        "similarity": passage.similarity,
        "quotations": [_quotation_json(each) for each in passage.quotations],
    }
    if with_differences:
        value["differences"] = [
            {"a": each.a and _span_json(each.a), "b": each.b and _span_json(each.b)}
            for each in passage.differences
        ]
    return value


def _quotation_json(quotation: Quotation) -> dict[str, Any]:
    return {
        "a": _span_json(quotation.a),
        "b": _span_json(quotation.b),
        "speaker": quotation.speaker,
        "speaker_a": quotation.speaker_a and _span_json(quotation.speaker_a),
        "speaker_b": quotation.speaker_b and _span_json(quotation.speaker_b),
    }


def matches_json(matches: tuple[Match, ...], with_passages: int) -> list[dict[str, Any]]:
    """The matches, best first; the first `with_passages` carry their passages."""
    return [
        {
            "id": match.article_id,
            **comparison_json(match.comparison, with_passages=rank < with_passages),
            "title": match.title,
            "url": match.url,
            "source": match.source,
            "published_at": _time_json(match.published_at),
        }
        for rank, match in enumerate(matches)
    ]


def result_json(given_id: Any, result: SearchResult, with_passages: int) -> dict[str, Any]:
    """The answer to one query."""
    return {
        "id": given_id,
        "matches": matches_json(result.matches, with_passages),
        "truncated": result.truncated,
    }


def error_json(error: TextkinError | BadRecord) -> dict[str, str]:
    """Why an item failed: at the service, or because its line cannot be used."""
    if isinstance(error, BadRecord):
        return {"code": "INVALID_ARGUMENT", "reason": "BAD_INPUT", "message": str(error)}
    return {"code": error.code, "reason": error.reason, "message": error.message}


def article_json(article: Article, *, with_text: bool) -> dict[str, Any]:
    """A stored article; `textkin ingest` reads the same."""
    return {
        "id": article.id,
        "title": article.title,
        "url": article.url,
        "source": article.source,
        "language": article.language,
        "detected_language": article.detected_language,
        "published_at": _time_json(article.published_at),
        "ingested_at": _time_json(article.ingested_at),
        "metadata": dict(article.metadata),
        **({"text": article.text} if with_text else {}),
    }


def collection_json(collection: Collection) -> dict[str, Any]:
    """A collection; retention in seconds, null for ever."""
    settings = collection.settings
    return {
        "id": collection.id,
        "article_count": collection.article_count,
        "recurring_piece_count": collection.recurring_piece_count,
        "created_at": _time_json(collection.created_at),
        "language": settings.language,
        "retention": int(settings.retention.total_seconds()) if settings.retention else None,
        "max_articles": settings.max_articles,
        "max_text_bytes": settings.max_text_bytes,
    }


def info_json(info: ServiceInfo, address: str) -> dict[str, Any]:
    """What a service is."""
    scheme, limits = info.scheme, info.limits
    return {
        "address": address,
        "version": info.version,
        "started_at": _time_json(info.started_at),
        "collection_count": info.collection_count,
        "article_count": info.article_count,
        "scheme": {name: getattr(scheme, name) for name in scheme.__slots__},
        "limits": {name: getattr(limits, name) for name in limits.__slots__},
    }


def _span_json(span: Span) -> dict[str, int]:
    return {"start": span.start, "end": span.end}


def _time_json(time: datetime | None) -> str | None:
    return time.isoformat().replace("+00:00", "Z") if time else None
