"""What is true of every answer, whatever was asked: its status is a documented one, its figures and places are in range."""

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from textkin.v1 import comparison_pb2
from textkin.v1 import textkin_service_pb2 as pb

_API = Path(__file__).parent.parent / "docs" / "api.md"
REASONS = frozenset(re.findall(r"^\| `([A-Z_]+)` \|", _API.read_text(encoding="utf-8"), re.MULTILINE))
# What no request may come to.
_NEVER = frozenset(
    {
        "INTERNAL",
        "UNKNOWN",
        "UNAVAILABLE",
        "DATA_LOSS",
        "DEADLINE_EXCEEDED",
        "CANCELLED",
        "ABORTED",
        "UNIMPLEMENTED",
    }
)

_SHARES = ("score", "resemblance", "containment_a", "containment_b", "coverage_a", "coverage_b")


def check_refusal(error: grpc.RpcError) -> str:
    """Checks what a call was refused with and returns the name of its code. AssertionError."""
    code = error.code().name
    status = rpc_status.from_call(error)
    assert status is not None, f"{code} without details: {error.details()}"
    check_status(status)
    return str(code)


def check_status(status: status_pb2.Status) -> None:
    """Checks a status that is not OK. AssertionError."""
    code = code_pb2.Code.Name(status.code)
    assert code not in _NEVER, f"{code}: {status.message}"
    details = {detail.type_url.rpartition(".")[2]: detail for detail in status.details}
    info, request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    assert details["ErrorInfo"].Unpack(info)
    assert info.reason in REASONS, f"{code} {info.reason}"
    assert info.domain == "textkin"
    if code == "INVALID_ARGUMENT":
        assert details["BadRequest"].Unpack(request)
        (violation,) = request.field_violations
        assert violation.field
        assert violation.description
    assert len(status.message) < 2_000, f"{code}: a message of {len(status.message)} characters"
    assert status.message.isprintable(), f"{code}: {status.message!r}"


def check_answer(request: Message, response: Message) -> None:
    """Checks what a request was answered. AssertionError."""
    match request, response:
        case pb.CompareRequest(), pb.CompareResponse():
            comparison = response.comparison
            check_comparison(comparison, _inline(request.a), _inline(request.b))
            if not request.with_differences:
                assert not any(passage.differences for passage in comparison.passages)
        case pb.SearchRequest(), pb.SearchResponse():
            check_matches(response.matches, request.options, _inline(request))
        case pb.BatchSearchRequest(), pb.BatchSearchResponse():
            assert len(response.results) == len(request.queries)
            for query, result in zip(request.queries, response.results, strict=True):
                _check_item(result.status, result.matches, request.options, _inline(query))
        case _:
            _check_ingest(request, response)
            _check_listing(request, response)


def _check_ingest(request: Message, response: Message) -> None:
    match request, response:
        case pb.IngestArticleRequest(), pb.IngestArticleResponse():
            assert response.outcome
            check_matches(response.matches, request.search, request.article.text)
        case pb.IngestArticlesRequest(), pb.IngestArticlesResponse():
            assert response.article_id == request.article.id
            assert bool(response.outcome) == (response.status.code == code_pb2.OK)
            _check_item(response.status, response.matches, request.search, request.article.text)
        case pb.BatchIngestArticlesRequest(), pb.BatchIngestArticlesResponse():
            assert len(response.results) == len(request.articles)
            for article, result in zip(request.articles, response.results, strict=True):
                assert bool(result.outcome) == (result.status.code == code_pb2.OK)
                _check_item(result.status, result.matches, request.search, article.text)


def _check_listing(request: Message, response: Message) -> None:
    match request, response:
        case pb.GetArticleRequest(), pb.GetArticleResponse():
            assert response.article.id == request.article_id
        case pb.ListArticlesRequest(), pb.ListArticlesResponse():
            assert len(response.articles) <= (request.page_size or 100)
            assert request.include_text or not any(article.text for article in response.articles)
        case pb.ListCollectionsRequest(), pb.ListCollectionsResponse():
            ids = [collection.id for collection in response.collections]
            assert ids == sorted(set(ids))
            assert len(ids) <= (request.page_size or 100)


def check_matches(matches: Sequence[pb.Match], options: pb.SearchOptions, query: str | None) -> None:
    """Checks the matches of a search. `query`: its text, if it is known. AssertionError."""
    scores = [match.comparison.score for match in matches]
    assert scores == sorted(scores, reverse=True)
    assert len(matches) <= (options.limit or 10)
    ids = [match.article_id for match in matches]
    assert len(set(ids)) == len(ids)
    weakest = options.min_relation or comparison_pb2.RELATION_REWRITE
    for number, match in enumerate(matches):
        assert match.comparison.relation >= weakest
        assert match.comparison.score >= options.min_score
        assert match.source not in options.exclude_sources
        if number >= options.matches_with_passages:
            assert not match.comparison.passages
        check_comparison(match.comparison, query, None)


def check_comparison(comparison: comparison_pb2.Comparison, text_a: str | None, text_b: str | None) -> None:
    """Checks a comparison of two texts, as far as they are known. AssertionError."""
    for name in _SHARES:
        share = getattr(comparison, name)
        assert 0.0 <= share <= 1.0, f"{name} is {share}"
    assert comparison.relation != comparison_pb2.RELATION_UNSPECIFIED
    assert comparison.relation in comparison_pb2.Relation.values()
    assert comparison.offset_unit in comparison_pb2.OffsetUnit.values()
    units = [None if text is None else _units(text, comparison.offset_unit) for text in (text_a, text_b)]
    places = [(passage.a.start, passage.a.end, passage.b.start) for passage in comparison.passages]
    assert places == sorted(places)
    for passage in comparison.passages:
        _check_passage(passage, *units)
    for cut, ends in ((comparison.cut_a, units[0]), (comparison.cut_b, units[1])):
        assert ends is None or cut in ends


def _check_passage(passage: comparison_pb2.Passage, units_a: Any, units_b: Any) -> None:
    assert passage.kind in comparison_pb2.PassageKind.values()
    assert passage.kind
    assert 0.0 <= passage.similarity <= 1.0
    assert not math.isnan(passage.similarity)
    for side, units in (("a", units_a), ("b", units_b)):
        whole = getattr(passage, side)
        _check_span(whole, units)
        inner = [
            getattr(each, side) for each in (*passage.differences, *passage.quotations) if each.HasField(side)
        ]
        inner_places = [(span.start, span.end) for span in inner]
        for start, end in inner_places:
            assert whole.start <= start < end <= whole.end
        speakers = [each for each in passage.quotations if each.HasField(f"speaker_{side}")]
        for each in speakers:
            _check_span(getattr(each, f"speaker_{side}"), units)


def _check_span(span: comparison_pb2.Span, units: Any) -> None:
    assert span.start < span.end
    assert units is None or (span.start in units and span.end in units)


def _units(text: str, unit: int) -> Any:
    """Returns the places of a text that a span may begin or end at, in a unit: none within a character."""
    if unit == comparison_pb2.OFFSET_UNIT_CODE_POINT:
        return range(len(text) + 1)
    encoding, size = ("utf-8", 1) if unit == comparison_pb2.OFFSET_UNIT_UTF8_BYTE else ("utf-16-le", 2)
    places, place = {0}, 0
    for character in text:
        place += len(character.encode(encoding)) // size
        places.add(place)
    return places


def _check_item(
    status: status_pb2.Status, matches: Sequence[pb.Match], options: pb.SearchOptions, query: str | None
) -> None:
    if status.code == code_pb2.OK:
        check_matches(matches, options, query)
    else:
        check_status(status)
        assert not matches


def _inline(side: Any) -> str | None:
    return side.inline.text if side.HasField("inline") else None
