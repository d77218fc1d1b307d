"""Searches and comparisons of any number: in order, in bounded memory, and what fails in its own place."""

import itertools
import threading

import grpc
import pytest
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc import error_details_pb2, status_pb2
from scripted import serving
from stories import EDITED, ORIGINAL, UNRELATED

from textkin import (
    Article,
    ArticleReference,
    AsyncClient,
    Client,
    InlineText,
    InvalidRequest,
    NotFound,
    Relation,
    ResourceExhausted,
    SearchOptions,
    Unavailable,
)
from textkin._many import CALLS_UNDER_WAY, SearchBatches
from textkin.errors import DeadlineExceeded
from textkin.v1 import comparison_pb2
from textkin.v1 import textkin_service_pb2 as pb

MANY = 3 * CALLS_UNDER_WAY


def answer_with_ids(request, _context):
    """Each query is answered by a match whose id is the query's text."""
    return pb.BatchSearchResponse(
        results=[
            pb.BatchSearchResult(
                matches=[
                    pb.Match(
                        article_id=query.inline.text,
                        comparison=comparison_pb2.Comparison(relation=comparison_pb2.RELATION_COPY),
                    )
                ]
            )
            for query in request.queries
        ]
    )


def compared(score):
    comparison = comparison_pb2.Comparison(score=score, relation=comparison_pb2.RELATION_COPY)
    return pb.CompareResponse(comparison=comparison)


def refuse(context, code, reason):
    """Ends a call as the service does, so that gRPC does not repeat it."""
    details = AnyMessage()
    details.Pack(error_details_pb2.ErrorInfo(reason=reason, domain="textkin"))
    status = status_pb2.Status(code=code.value[0], message="not now", details=[details])
    context.set_trailing_metadata(
        (("grpc-retry-pushback-ms", "-1"), ("grpc-status-details-bin", status.SerializeToString()))
    )
    context.abort(code, "not now")


def numbers(end=None):
    return map(str, itertools.count() if end is None else range(end))


async def later(values):
    for value in values:
        yield value


def test_any_number_of_queries_are_answered_in_order(client, collection):
    client.ingest(Article("ferry", ORIGINAL), collection=collection)
    queries = [EDITED, UNRELATED, "", ArticleReference("nobody"), InvalidRequest.__doc__] * 20
    results = list(client.search_many(queries, collection=collection))
    assert len(results) == 100
    for found, other, empty, missing, stray in zip(*[iter(results)] * 5, strict=True):
        assert [match.article_id for match in found.matches] == ["ferry"]
        assert (other.matches, other.error, stray.matches) == ((), None, ())
        assert isinstance(empty.error, InvalidRequest)
        assert isinstance(missing.error, NotFound)


def test_any_number_of_pairs_are_compared_in_order(client):
    pairs = [(ORIGINAL, EDITED), (ORIGINAL, UNRELATED), (ORIGINAL, "")] * 10
    results = list(client.compare_many(pairs))
    assert len(results) == 30
    for copied, other, failed in zip(*[iter(results)] * 3, strict=True):
        assert copied.comparison.relation is Relation.COPY
        assert copied.comparison.passages[0].b.text in EDITED
        assert other.comparison.relation is Relation.UNRELATED
        assert failed.comparison is None
        assert [violation.field for violation in failed.error.violations] == ["b.inline.text"]


async def test_the_asynchronous_client_does_both(service, collection):
    async with AsyncClient(service.address) as client:
        await client.ingest(Article("ferry", ORIGINAL), collection=collection)
        for queries in ([EDITED, ""] * 20, later([EDITED, ""] * 20)):
            found = [result async for result in client.search_many(queries, collection=collection)]
            assert [bool(result.matches) for result in found] == [True, False] * 20
            assert [bool(result.error) for result in found] == [False, True] * 20
        for pairs in ([(ORIGINAL, EDITED), ("", EDITED)] * 5, later([(ORIGINAL, EDITED), ("", EDITED)] * 5)):
            results = [result async for result in client.compare_many(pairs)]
            assert [bool(result.comparison) for result in results] == [True, False] * 5
            assert [bool(result.error) for result in results] == [False, True] * 5


def test_endless_queries_are_drawn_a_few_batches_ahead():
    drawn = 0

    def queries():
        nonlocal drawn
        for drawn in itertools.count(1):
            yield str(drawn - 1)

    with serving(BatchSearch=answer_with_ids) as address, Client(address) as client:
        results = client.search_many(queries(), batch_size=3)
        for expected, result in enumerate(itertools.islice(results, 200)):
            assert result.matches[0].article_id == str(expected)
            assert drawn - expected <= 3 * (CALLS_UNDER_WAY + 1)
        results.close()


async def test_endless_asynchronous_queries_are_drawn_a_few_batches_ahead():
    drawn = 0

    async def queries():
        nonlocal drawn
        for drawn in itertools.count(1):
            yield str(drawn - 1)

    expected = 0
    with serving(BatchSearch=answer_with_ids) as address:
        async with AsyncClient(address) as client:
            results = client.search_many(queries(), batch_size=3)
            async for result in results:
                assert result.matches[0].article_id == str(expected)
                assert drawn - expected <= 3 * (CALLS_UNDER_WAY + 1)
                expected += 1
                if expected == 200:
                    break
            await results.aclose()


def test_several_calls_are_under_way_at_once():
    together = threading.Barrier(CALLS_UNDER_WAY, timeout=60)

    def compare(_request, _context):
        together.wait()
        return compared(0.5)

    with serving(Compare=compare) as address, Client(address) as client:
        pairs = [("a", "b")] * CALLS_UNDER_WAY
        assert len(list(client.compare_many(pairs))) == CALLS_UNDER_WAY
        assert together.n_waiting == 0


def test_no_queries_are_no_call():
    with Client("127.0.0.1:1") as client:
        assert list(client.search_many([])) == []
        assert list(client.compare_many(iter(()))) == []


def test_what_befalls_all_is_raised():
    with Client("127.0.0.1:1") as client:
        with pytest.raises(Unavailable):
            next(client.search_many(["a text"]))
        with pytest.raises(Unavailable):
            next(client.compare_many([("a text", "another")]))


async def test_what_befalls_all_is_raised_by_the_asynchronous_client():
    async with AsyncClient("127.0.0.1:1") as client:
        with pytest.raises(Unavailable):
            await anext(client.search_many(["a text"]))
        with pytest.raises(Unavailable):
            await anext(client.compare_many([("a text", "another")]))


def test_a_collection_or_an_option_that_is_wrong_is_wrong_for_all_queries(client, collection):
    with pytest.raises(NotFound):
        list(client.search_many([ORIGINAL], collection="nowhere"))
    with pytest.raises(InvalidRequest, match="min_score"):
        list(client.search_many([ORIGINAL], SearchOptions(min_score=2), collection=collection))


def test_a_batch_that_takes_too_long_fails_for_its_queries_alone():
    def answer(request, context):
        if request.queries[0].inline.text == "2":
            context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "too long")
        return answer_with_ids(request, context)

    with serving(BatchSearch=answer) as address, Client(address) as client:
        results = list(client.search_many(numbers(6), batch_size=2))
    assert [type(result.error) for result in results[2:4]] == [DeadlineExceeded] * 2
    assert [result.matches[0].article_id for result in results[:2] + results[4:]] == ["0", "1", "4", "5"]


def test_an_exception_of_the_iterable_comes_after_the_results_of_what_it_gave():
    def queries():
        yield from numbers(5)
        raise LookupError("no more")

    found = []
    with serving(BatchSearch=answer_with_ids) as address, Client(address) as client:
        results = client.search_many(queries(), batch_size=1)
        with pytest.raises(LookupError, match="no more"):
            found.extend(result.matches[0].article_id for result in results)
    assert found == ["0", "1", "2", "3", "4"]


async def test_an_exception_of_an_asynchronous_iterable_comes_last_too():
    async def queries():
        for each in numbers(5):
            yield each
        raise LookupError("no more")

    found = []

    async def collect(results):
        async for result in results:
            found.append(result.matches[0].article_id)  # noqa: PERF401 -- what came before the exception counts

    with serving(BatchSearch=answer_with_ids) as address:
        async with AsyncClient(address) as client:
            with pytest.raises(LookupError, match="no more"):
                await collect(client.search_many(queries(), batch_size=1))
    assert found == ["0", "1", "2", "3", "4"]


class Busy:
    """A method that refuses its first calls as a service that has too much to do, and counts all."""

    def __init__(self, refusals):
        self.calls = 0
        self._refusals = refusals
        self._counting = threading.Lock()

    def __call__(self, _request, context):
        with self._counting:
            self.calls += 1
            refused = self.calls <= self._refusals
        if refused:
            refuse(context, grpc.StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED")
        return compared(0.5)


def test_a_busy_service_is_asked_again():
    busy = Busy(3)
    with serving(Compare=busy) as address, Client(address) as client:
        results = list(client.compare_many([("a", "b")] * 5))
    assert [result.error for result in results] == [None] * 5
    assert busy.calls == 8


async def test_a_busy_service_is_asked_again_by_the_asynchronous_client():
    busy = Busy(3)
    with serving(Compare=busy) as address:
        async with AsyncClient(address) as client:
            results = [result async for result in client.compare_many([("a", "b")] * 5)]
    assert [result.error for result in results] == [None] * 5
    assert busy.calls == 8


def test_a_service_that_takes_one_call_at_a_time_answers_all(service_factory):
    narrow = service_factory(max_in_flight=1, sustained_in_flight=1)
    with Client(narrow.address) as client:
        results = list(client.compare_many([(ORIGINAL, EDITED)] * 20))
        assert [result.comparison.relation for result in results] == [Relation.COPY] * 20
        found = list(client.search_many([EDITED] * 20, batch_size=2))
        assert [result.error for result in found] == [None] * 20


def test_a_service_that_stays_busy_is_an_error(monkeypatch):
    monkeypatch.setattr("textkin._attempts._FIRST_WAIT_OF_MANY", 0.001)
    busy = Busy(10**6)
    with serving(Compare=busy) as address, Client(address) as client, pytest.raises(ResourceExhausted):
        list(client.compare_many([("a", "b")]))
    assert busy.calls == 8


def test_long_queries_go_with_fewer_others():
    batches = SearchBatches("", None, 16)
    sizes = [len(call.request.queries) for call in batches.of(["a " * 1_000_000] * 5 + ["a"] * 20)]
    assert sizes == [2, 2, 16, 5]
    assert [len(call.request.queries) for call in batches.of(["a" * 16_000_000, "b"])] == [1, 1]


def test_a_batch_of_none_is_refused(client):
    with pytest.raises(ValueError, match="batch_size is 0"):
        next(client.search_many(["a"], batch_size=0))


def test_what_is_no_text_is_refused_by_name(client):
    for call, message in (
        (lambda: client.compare(ORIGINAL, None), "b is of type NoneType: it must be a str"),
        (lambda: client.search(b"bytes"), "query is of type bytes"),
        (lambda: client.batch_search([ORIGINAL, 5]), r"queries\[1\] is of type int"),
        (lambda: client.batch_search(ORIGINAL), "queries is a single str: it must be an iterable"),
        (lambda: list(client.search_many(ORIGINAL)), "queries is a single str: it must be an iterable"),
        (lambda: list(client.compare_many(ORIGINAL)), "pairs is a single str: it must be an iterable"),
        (lambda: list(client.ingest_many(Article("a", ORIGINAL))), "articles is a single Article"),
    ):
        with pytest.raises(TypeError, match=message) as caught:
            call()
        assert ORIGINAL not in str(caught.value)


def test_what_has_no_utf_8_form_is_refused_by_name_and_place(client):
    half = f"{ORIGINAL}\ud83d"
    for call, message in (
        (
            lambda: client.compare(half, ORIGINAL),
            f"a has half of a surrogate pair at position {len(ORIGINAL)}",
        ),
        (lambda: client.search(InlineText(half)), "query has half"),
        (lambda: client.batch_search([ORIGINAL, half]), r"queries\[1\] has half"),
        (lambda: client.ingest(Article("a", half)), "the article's text has half"),
        (lambda: list(client.ingest_many([Article("a", "a", title=half)])), "the article's title has half"),
        (
            lambda: client.ingest(Article("a", "a", metadata={"desk": half})),
            "the article's metadata has half",
        ),
    ):
        with pytest.raises(ValueError, match=message) as caught:
            call()
        assert "ferry" not in str(caught.value)
