"""Between protobuf messages and the model.

Requests are checked for what the model cannot hold (enum numbers that the API does not have, times out of
range, a side that is not set); the engine checks the rest.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeAlias, TypeVar, cast

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from textkin.v1 import article_pb2, collection_pb2, comparison_pb2
from textkin.v1 import textkin_service_pb2 as service_pb2
from textkin_service import model
from textkin_service.engine import Incoming, ServiceInfo, validation
from textkin_service.errors import InvalidRequest
from textkin_service.rpc.offsets import utf8_spans, utf16_spans

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DEFAULT_LIMIT = 10
_NANOSECONDS = 1_000_000_000
# The range of google.protobuf.Timestamp: years 1 to 9999.
_FIRST_SECOND = -62_135_596_800
_LAST_SECOND = 253_402_300_799
# The range of google.protobuf.Duration: 10,000 years.
_LONGEST_SECONDS = 315_576_000_000

# The generated enums are values at run time and types only to the checker; hence the quotes and the casts
# below.
Unit: TypeAlias = "comparison_pb2.OffsetUnit"
_UNITS: dict[int, Unit] = {
    number: number
    for number in (
        comparison_pb2.OFFSET_UNIT_CODE_POINT,
        comparison_pb2.OFFSET_UNIT_UTF8_BYTE,
        comparison_pb2.OFFSET_UNIT_UTF16_UNIT,
    )
}

Query = TypeVar("Query", service_pb2.SearchRequest, service_pb2.BatchSearchQuery)


def collection_id(value: str, field: str = "collection_id") -> str:
    """Returns the id meant by a request's field: empty means the default collection.

    InvalidRequest for what no collection can be called, so that answers and logs never carry more than 63
    characters of it.
    """
    if not value:
        return model.DEFAULT_COLLECTION
    validation.collection_id(field, value)
    return value


def article(message: article_pb2.Article, field: str) -> model.Article:
    """Returns the article of a request. InvalidRequest."""
    validation.field_count(f"{field}.metadata", len(message.metadata))  # before so many are made strings
    return model.Article(
        id=message.id,
        text=message.text,
        title=message.title,
        url=message.url,
        source=message.source,
        language=message.language,
        published_at=_time(message, "published_at", field),
        metadata=dict(message.metadata),
    )


def article_message(article: model.Article) -> article_pb2.Article:
    """Returns the message of a stored article."""
    return article_pb2.Article(
        id=article.id,
        text=article.text,
        title=article.title,
        url=article.url,
        source=article.source,
        language=article.language,
        published_at=_timestamp(article.published_at),
        metadata=article.metadata,
        ingested_at=_timestamp(article.ingested_at),
        detected_language=article.detected_language,
    )


def collection_settings(message: collection_pb2.CollectionSettings, field: str) -> model.CollectionSettings:
    """Returns the settings of a collection to be created. `language` stays empty if it is."""
    retention = _retention(message.retention, f"{field}.retention") if message.HasField("retention") else None
    return model.CollectionSettings(
        language=message.language,
        retention=retention,
        max_articles=message.max_articles,
        max_text_bytes=message.max_text_bytes,
    )


def collection_message(collection: model.Collection) -> collection_pb2.Collection:
    """Returns the message of a collection."""
    settings = collection.settings
    retention = (
        None if settings.retention is None else Duration(seconds=int(settings.retention.total_seconds()))
    )
    return collection_pb2.Collection(
        id=collection.id,
        settings=collection_pb2.CollectionSettings(
            language=settings.language,
            retention=retention,
            max_articles=settings.max_articles,
            max_text_bytes=settings.max_text_bytes,
        ),
        created_at=_timestamp(collection.created_at),
        article_count=collection.article_count,
        recurring_piece_count=collection.recurring_piece_count,
    )


def side(message: service_pb2.CompareSide, field: str) -> model.InlineText | model.ArticleReference:
    """Returns one side of a comparison."""
    match message.WhichOneof("side"):
        case "inline":
            return model.InlineText(message.inline.text, message.inline.language)
        case "article":
            reference = message.article
            return model.ArticleReference(
                collection_id(reference.collection_id, f"{field}.article.collection_id"), reference.article_id
            )
        case _:
            raise InvalidRequest(field, "is not set; give `inline` or `article`")


def query(message: Query, field: str) -> model.InlineText | str:
    """Returns what to search for: a text, or the id of a stored article."""
    match message.WhichOneof("query"):
        case "inline":
            return model.InlineText(message.inline.text, message.inline.language)
        case "article_id":
            return message.article_id
        case _:
            raise InvalidRequest(field, "is not set; give `inline` or `article_id`")


def search_options(message: service_pb2.SearchOptions, field: str) -> model.SearchOptions:
    """Returns search options, defaults filled in."""
    offset_unit(message.offset_unit, f"{field}.offset_unit")
    validation.source_count(f"{field}.exclude_sources", len(message.exclude_sources))
    return model.SearchOptions(
        limit=message.limit or _DEFAULT_LIMIT,
        min_score=message.min_score,
        min_relation=_relation(message.min_relation, f"{field}.min_relation"),
        published_from=_time(message, "published_from", field),
        published_until=_time(message, "published_until", field),
        exclude_sources=frozenset(message.exclude_sources),
        matches_with_passages=message.matches_with_passages,
    )


def offset_unit(value: int, field: str) -> Unit:
    """Returns the unit meant by a request's field: unspecified means code points."""
    number = value or comparison_pb2.OFFSET_UNIT_CODE_POINT
    if number not in _UNITS:
        raise InvalidRequest(field, f"is {value}; give a number of OffsetUnit, 0 to {max(_UNITS)}")
    return _UNITS[number]


def comparison_message(
    comparison: model.Comparison, text_a: str, text_b: str, unit: Unit
) -> comparison_pb2.Comparison:
    """Returns the message of a comparison, spans in `unit`. The texts are needed only if it has passages or cuts."""
    passages = comparison.passages
    sides = [side for passage in passages for side in _sides(passage)]
    # Each text is walked through once, for all spans in it.
    cut_a, cut_b = _up_to(comparison.cut_a), _up_to(comparison.cut_b)
    placed_a = _placed(text_a, {cut_a, *(a for a, _ in sides)}, unit)
    placed_b = _placed(text_b, {cut_b, *(b for _, b in sides)}, unit)
    return comparison_pb2.Comparison(
        score=comparison.score,
        relation=cast("comparison_pb2.Relation", int(comparison.relation)),
        resemblance=comparison.resemblance,
        containment_a=comparison.containment_a,
        containment_b=comparison.containment_b,
        coverage_a=comparison.coverage_a,
        coverage_b=comparison.coverage_b,
        explanation=comparison.explanation,
        passages=[
            comparison_pb2.Passage(
                a=placed_a[passage.a],
                b=placed_b[passage.b],
                kind=cast("comparison_pb2.PassageKind", int(passage.kind)),
                similarity=passage.similarity,
                differences=[
                    comparison_pb2.Difference(a=placed_a.get(each.a), b=placed_b.get(each.b))
                    for each in passage.differences
                ],
                quotations=[
                    comparison_pb2.Quotation(
                        a=placed_a[each.a],
                        b=placed_b[each.b],
                        speaker=each.speaker,
                        speaker_a=placed_a.get(each.speaker_a),
                        speaker_b=placed_b.get(each.speaker_b),
                    )
                    for each in passage.quotations
                ],
            )
            for passage in passages
        ],
        offset_unit=unit,
        cut_a=placed_a[cut_a].end if cut_a else None,
        cut_b=placed_b[cut_b].end if cut_b else None,
    )


def _up_to(cut: int | None) -> model.Span | None:
    """Returns the part of a text that was aligned; None: all of it."""
    return None if cut is None else model.Span(0, cut)


def _sides(passage: model.Passage) -> Iterator[tuple[model.Span | None, model.Span | None]]:
    """Yields every pair of spans in a passage."""
    yield passage.a, passage.b
    for difference in passage.differences:
        yield difference.a, difference.b
    for quotation in passage.quotations:
        yield quotation.a, quotation.b
        yield quotation.speaker_a, quotation.speaker_b


def match_messages(result: model.SearchResult, query_text: str, unit: Unit) -> list[service_pb2.Match]:
    """Returns the messages of a search's matches."""
    return [
        service_pb2.Match(
            article_id=match.article.id,
            title=match.article.title,
            url=match.article.url,
            source=match.article.source,
            published_at=_timestamp(match.article.published_at),
            comparison=comparison_message(match.comparison, query_text, match.article.text, unit),
        )
        for match in result.matches
    ]


def incoming(
    collection: str,
    article_: article_pb2.Article | None,
    search: service_pb2.SearchOptions | None,
    field: str = "article",
) -> Incoming:
    """Returns an article to ingest. `field`: its path in the request."""
    if article_ is None:
        raise InvalidRequest(field, "is not set; give the article to ingest")
    options = search_options(search, "search") if search is not None else None
    return Incoming(collection_id(collection), article(article_, field), options, field)


def search_unit(search: service_pb2.SearchOptions | None) -> Unit:
    """Returns the unit of the spans that an ingest's search returns."""
    return offset_unit(search.offset_unit if search is not None else 0, "search.offset_unit")


def outcome(value: model.IngestOutcome) -> "article_pb2.IngestOutcome":
    """Returns the API's number of an outcome."""
    return cast("article_pb2.IngestOutcome", int(value))


def info_message(info: ServiceInfo) -> service_pb2.GetServiceInfoResponse:
    """Returns what the service is and holds."""
    scheme, settings = info.scheme, info.settings
    return service_pb2.GetServiceInfoResponse(
        version=info.version,
        scheme=service_pb2.SketchScheme(
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
        limits=service_pb2.Limits(
            max_text_bytes=settings.max_text_bytes,
            max_batch_size=settings.max_batch_size,
            max_page_size=settings.max_page_size,
            max_matches=settings.max_matches,
            max_metadata_fields=validation.MAX_METADATA_FIELDS,
            max_message_bytes=settings.max_message_bytes,
            max_in_flight=settings.max_in_flight,
        ),
        collection_count=info.collections,
        article_count=info.articles,
        started_at=_timestamp(info.started_at),
    )


def _relation(value: int, field: str) -> model.Relation:
    if value == comparison_pb2.RELATION_UNSPECIFIED:
        return model.Relation.REWRITE
    try:
        return model.Relation(value)
    except ValueError:
        most = max(model.Relation)
        raise InvalidRequest(field, f"is {value}; give a number of Relation, 0 to {most.value}") from None


def _placed(
    text: str, spans: Collection[model.Span | None], unit: Unit
) -> Mapping[model.Span | None, comparison_pb2.Span]:
    """Returns the message of each span of a text, in `unit`; None has none."""
    given = [span for span in spans if span]
    if unit == comparison_pb2.OFFSET_UNIT_UTF8_BYTE:
        places = utf8_spans(text, given)
    elif unit == comparison_pb2.OFFSET_UNIT_UTF16_UNIT:
        places = utf16_spans(text, given)
    else:
        places = given
    return {
        span: comparison_pb2.Span(start=place.start, end=place.end)
        for span, place in zip(given, places, strict=True)
    }


def _time(message: article_pb2.Article | service_pb2.SearchOptions, name: str, field: str) -> datetime | None:
    """Returns the time in a field of a message, to the microsecond; None if it is not set."""
    if not message.HasField(name):
        return None
    timestamp: Timestamp = getattr(message, name)
    if not (_FIRST_SECOND <= timestamp.seconds <= _LAST_SECOND and 0 <= timestamp.nanos < _NANOSECONDS):
        raise InvalidRequest(
            f"{field}.{name}",
            f"is {timestamp.seconds} s and {timestamp.nanos} ns; give a time in the years 1 to 9999",
        )
    return _EPOCH + timedelta(seconds=timestamp.seconds, microseconds=timestamp.nanos // 1_000)


def _timestamp(moment: datetime | None) -> Timestamp | None:
    if moment is None:
        return None
    seconds, rest = divmod(moment - _EPOCH, timedelta(seconds=1))
    return Timestamp(seconds=seconds, nanos=rest.microseconds * 1_000)


def _retention(duration: Duration, field: str) -> timedelta | None:
    if duration.nanos or not 0 <= duration.seconds <= _LONGEST_SECONDS:
        raise InvalidRequest(
            field,
            f"is {duration.seconds} s and {duration.nanos} ns; give whole seconds, 0 to {_LONGEST_SECONDS}",
        )
    return timedelta(seconds=duration.seconds) if duration.seconds else None
