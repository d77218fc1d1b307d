"""Protobuf messages to the values of `textkin.types`, and back. The only module that knows both."""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from textkin import spans, types
from textkin._status import error_of_status
from textkin.errors import UnexpectedError
from textkin.v1 import article_pb2, collection_pb2, comparison_pb2
from textkin.v1 import textkin_service_pb2 as pb

_E = TypeVar("_E", bound=Enum)

_REQUIRED = ("id", "text")
_ABOUT = ("title", "url", "source", "language")


def timestamp(time: datetime | None) -> Timestamp | None:
    """A time as protobuf has it. Raises ValueError for a time without a zone."""
    if time is None:
        return None
    if time.tzinfo is None:
        raise ValueError(f"{time.isoformat()} has no time zone: give an aware datetime, such as one in UTC")
    message = Timestamp()
    message.FromDatetime(time)
    return message


def enum_number(wrapper: Any, prefix: str, member: Enum | None) -> Any:
    """The API's number for a member; 0, which is "unspecified" everywhere, for None."""
    return wrapper.Value(prefix + member.name) if member else 0


def inline_text(text: str | types.InlineText, name: str) -> pb.InlineText:
    """A text given along, with or without its language. Raises ValueError for one that cannot be sent, and calls it `name`."""
    try:
        if isinstance(text, str):
            return pb.InlineText(text=text)
        return pb.InlineText(text=text.text, language=text.language)
    except UnicodeEncodeError as error:
        raise _unsendable(name, error) from None


def reference(article: types.ArticleReference) -> pb.ArticleReference:
    """The name of a stored article."""
    return pb.ArticleReference(collection_id=article.collection_id, article_id=article.article_id)


def offset_unit(unit: types.OffsetUnit) -> comparison_pb2.OffsetUnit:
    """The unit in which spans count."""
    number: comparison_pb2.OffsetUnit = enum_number(comparison_pb2.OffsetUnit, "OFFSET_UNIT_", unit)
    return number


def search_options(options: types.SearchOptions) -> pb.SearchOptions:
    """What a search returns."""
    return pb.SearchOptions(
        limit=options.limit,
        min_score=options.min_score,
        min_relation=enum_number(comparison_pb2.Relation, "RELATION_", options.min_relation),
        published_from=timestamp(options.published_from),
        published_until=timestamp(options.published_until),
        exclude_sources=options.exclude_sources,
        matches_with_passages=options.matches_with_passages,
        offset_unit=offset_unit(options.offset_unit),
    )


def article_message(article: types.Article) -> article_pb2.Article:
    """An article to ingest; what the service sets itself is left out."""
    message = article_pb2.Article()
    fill_article(message, article)
    return message


def fill_article(message: article_pb2.Article, article: types.Article) -> None:
    """Makes an empty message that of an article to ingest. Raises ValueError for what cannot be sent."""
    name = ""
    try:
        for name in _REQUIRED:
            setattr(message, name, getattr(article, name))
        # Of most articles little more is known, and a field that is not set costs nothing.
        for name in _ABOUT:
            value = getattr(article, name)
            if value != "":
                setattr(message, name, value)
        if article.metadata:
            name = "metadata"
            message.metadata.update(article.metadata)
    except UnicodeEncodeError as error:
        raise _unsendable(f"the article's {name}", error) from None
    published_at = timestamp(article.published_at)
    if published_at is not None:
        message.published_at.CopyFrom(published_at)


def _unsendable(what: str, error: UnicodeEncodeError) -> ValueError:
    return ValueError(
        f"{what} has half of a surrogate pair at position {error.start}, which is no character: write both halves"
    )


def settings_message(settings: types.CollectionSettings) -> collection_pb2.CollectionSettings:
    """The settings of a collection to create."""
    message = collection_pb2.CollectionSettings(
        language=settings.language, max_articles=settings.max_articles, max_text_bytes=settings.max_text_bytes
    )
    if settings.retention is not None:
        message.retention.CopyFrom(Duration(seconds=int(settings.retention.total_seconds())))
    return message


def comparison(
    message: comparison_pb2.Comparison, a: str | None = None, b: str | None = None
) -> types.Comparison:
    """What two texts share. `a`, `b`: the texts, where they are known."""
    unit = _member(types.OffsetUnit, comparison_pb2.OffsetUnit, "OFFSET_UNIT_", message.offset_unit or 1)
    side_a, side_b = spans.Side(unit, a), spans.Side(unit, b)
    return types.Comparison(
        score=message.score,
        relation=_member(types.Relation, comparison_pb2.Relation, "RELATION_", message.relation),
        resemblance=message.resemblance,
        containment_a=message.containment_a,
        containment_b=message.containment_b,
        coverage_a=message.coverage_a,
        coverage_b=message.coverage_b,
        explanation=message.explanation,
        passages=tuple(_passage(each, side_a, side_b) for each in message.passages),
        offset_unit=unit,
        cut_a=message.cut_a if message.HasField("cut_a") else None,
        cut_b=message.cut_b if message.HasField("cut_b") else None,
    )


def matches(messages: Iterable[pb.Match], query: str | None) -> tuple[types.Match, ...]:
    """The matches of a query, in their order. `query`: its text, where it is known."""
    return tuple(
        types.Match(
            article_id=each.article_id,
            comparison=comparison(each.comparison, query),
            title=each.title,
            url=each.url,
            source=each.source,
            published_at=_time(each, "published_at"),
        )
        for each in messages
    )


def search_result(message: pb.SearchResponse | pb.BatchSearchResult, query: str | None) -> types.SearchResult:
    """The matches of one query, alone or of a batch. `query`: its text, where it is known."""
    error = error_of_status(message.status) if isinstance(message, pb.BatchSearchResult) else None
    return types.SearchResult(
        matches=matches(message.matches, query), truncated=message.truncated, error=error
    )


@cache
def outcome(number: int) -> types.IngestOutcome:
    """What an ingest did."""
    return _member(types.IngestOutcome, article_pb2.IngestOutcome, "INGEST_OUTCOME_", number)


def ingest_result(message: pb.IngestArticleResponse, text: str) -> types.IngestResult:
    """What one ingest of an article with that text did, with the matches."""
    return types.IngestResult(outcome=outcome(message.outcome), matches=matches(message.matches, text))


def acknowledgement(
    sequence: int, sent: article_pb2.Article, message: pb.BatchIngestResult
) -> types.Acknowledgement:
    """The answer to one article of a stream."""
    error = error_of_status(message.status)
    return types.Acknowledgement(
        sequence=sequence,
        article_id=sent.id,
        outcome=None if error else outcome(message.outcome),
        error=error,
        matches=matches(message.matches, sent.text) if message.matches else (),
    )


def article(message: article_pb2.Article) -> types.Article:
    """A stored article."""
    return types.Article(
        id=message.id,
        text=message.text,
        title=message.title,
        url=message.url,
        source=message.source,
        language=message.language,
        published_at=_time(message, "published_at"),
        metadata=dict(message.metadata),
        ingested_at=_time(message, "ingested_at"),
        detected_language=message.detected_language,
    )


def collection(message: collection_pb2.Collection) -> types.Collection:
    """A collection."""
    settings = message.settings
    retention = settings.retention.ToTimedelta() if settings.HasField("retention") else None
    return types.Collection(
        id=message.id,
        settings=types.CollectionSettings(
            language=settings.language,
            retention=retention or None,
            max_articles=settings.max_articles,
            max_text_bytes=settings.max_text_bytes,
        ),
        created_at=_time(message, "created_at"),
        article_count=message.article_count,
        recurring_piece_count=message.recurring_piece_count,
    )


def service_info(message: pb.GetServiceInfoResponse) -> types.ServiceInfo:
    """What a service is."""
    scheme, limits = message.scheme, message.limits
    return types.ServiceInfo(
        version=message.version,
        scheme=types.SketchScheme(
            id=scheme.id,
            verbatim_features=scheme.verbatim_features,
            verbatim_permutations=scheme.verbatim_permutations,
            verbatim_seed=scheme.verbatim_seed,
            verbatim_bands=scheme.verbatim_bands,
            verbatim_rows=scheme.verbatim_rows,
            content_features=scheme.content_features,
            content_keys=scheme.content_keys,
            content_segment_words=scheme.content_segment_words,
            content_shared_keys=scheme.content_shared_keys,
        ),
        limits=types.Limits(
            max_text_bytes=limits.max_text_bytes,
            max_batch_size=limits.max_batch_size,
            max_page_size=limits.max_page_size,
            max_matches=limits.max_matches,
            max_metadata_fields=limits.max_metadata_fields,
            max_message_bytes=limits.max_message_bytes,
            max_in_flight=limits.max_in_flight,
        ),
        collection_count=message.collection_count,
        article_count=message.article_count,
        started_at=_time(message, "started_at"),
    )


def _passage(message: comparison_pb2.Passage, a: spans.Side, b: spans.Side) -> types.Passage:
    return types.Passage(
        a=_span(message.a, a),
        b=_span(message.b, b),
        kind=_kind(message.kind),
        similarity=message.similarity,
        differences=tuple(
            types.Difference(_span_if_set(each, "a", a), _span_if_set(each, "b", b))
            for each in message.differences
        ),
        quotations=tuple(
            types.Quotation(
                a=_span(each.a, a),
                b=_span(each.b, b),
                speaker=each.speaker,
                speaker_a=_span_if_set(each, "speaker_a", a),
                speaker_b=_span_if_set(each, "speaker_b", b),
            )
            for each in message.quotations
        ),
    )


@cache
def _kind(number: int) -> types.PassageKind:
    return _member(types.PassageKind, comparison_pb2.PassageKind, "PASSAGE_KIND_", number)


def _span(message: comparison_pb2.Span, side: spans.Side) -> types.Span:
    return spans.span_of(message.start, message.end, side)


def _span_if_set(message: Any, field: str, side: spans.Side) -> types.Span | None:
    return _span(getattr(message, field), side) if message.HasField(field) else None


def _time(message: Any, field: str) -> datetime | None:
    if not message.HasField(field):
        return None
    stamp: Timestamp = getattr(message, field)
    return stamp.ToDatetime(tzinfo=UTC)


def _member(enumeration: type[_E], wrapper: Any, prefix: str, number: int) -> _E:
    try:
        return enumeration[wrapper.Name(number).removeprefix(prefix)]
    except (KeyError, ValueError):
        raise UnexpectedError(
            f"the service answers with {prefix}{number}, which this client does not know: update the client"
        ) from None
