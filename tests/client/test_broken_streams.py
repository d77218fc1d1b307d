"""Ingest streams that break off: what was not acknowledged is sent again, by both clients, in its order."""

import asyncio

import grpc
import pytest
from scripted import serving

from textkin import Article, AsyncClient, Client, PermissionDenied, ResourceExhausted, Unavailable
from textkin._attempts import Attempts
from textkin.v1 import textkin_service_pb2 as pb

UNAVAILABLE = grpc.StatusCode.UNAVAILABLE.value[0]


class Breaking:
    """Takes articles in. Each stream breaks off after as many answers as the script says; the last one does not."""

    def __init__(self, *answers, code=grpc.StatusCode.UNAVAILABLE, details="not now"):
        self.streams = 0
        self.kept = []
        self._answers = answers
        self._end = (code, details)

    def __call__(self, requests, context):
        self.streams += 1
        most = self._answers[self.streams - 1] if self.streams <= len(self._answers) else None
        for count, request in enumerate(requests):
            if count == most:
                context.abort(*self._end)
            self.kept.extend(article.id for article in request.articles)
            yield answer(request)


def answer(request, code=0):
    result = (
        pb.BatchIngestResult(status={"code": code, "message": "not now"})
        if code
        else pb.BatchIngestResult(outcome="INGEST_OUTCOME_CREATED")
    )
    return pb.BatchIngestArticlesResponse(results=[result] * len(request.articles))


def articles(count):
    return [Article(str(number), "text") for number in range(count)]


def ingest(address, count=50, **options):
    """Both clients in turn, as one function each."""
    with Client(address) as client:
        return list(client.ingest_many(articles(count), **options))


def ingest_asynchronously(address, count=50, **options):
    async def run():
        async with AsyncClient(address) as client:
            return [each async for each in client.ingest_many(articles(count), **options)]

    return asyncio.run(run())


both = pytest.mark.parametrize("ingest", [ingest, ingest_asynchronously])


@both
def test_what_was_not_acknowledged_is_sent_again(ingest):
    service = Breaking(3, 0, 2)
    with serving(BatchIngestArticles=service) as address:
        answers = ingest(address, window=8)
    assert [each.article_id for each in answers] == service.kept == [str(number) for number in range(50)]
    assert [each.sequence for each in answers] == list(range(50))
    assert service.streams == 4


@both
def test_a_stream_that_grpc_turns_away_is_opened_anew(ingest):
    service = Breaking(2, code=grpc.StatusCode.CANCELLED, details="CANCELLED")
    with serving(BatchIngestArticles=service) as address:
        assert len(ingest(address, window=8)) == 50
    assert service.streams == 2


@both
def test_a_batch_that_is_answered_with_not_now_is_sent_again_with_all_behind_it(ingest):
    refused = []

    def refuse_twice(requests, context):  # noqa: ARG001 -- gRPC's signature
        for request in requests:
            late = "7" in [article.id for article in request.articles] and len(refused) < 2
            if late:
                refused.append(request)
            yield answer(request, UNAVAILABLE if late else 0)

    with serving(BatchIngestArticles=refuse_twice) as address:
        answers = ingest(address, window=8)
    assert [each.error for each in answers] == [None] * 50
    assert len(refused) == 2


@both
def test_an_article_that_stays_refused_has_its_error_and_the_rest_goes_on(ingest):
    def refuse(requests, context):  # noqa: ARG001 -- gRPC's signature
        for request in requests:
            yield answer(request, UNAVAILABLE if request.articles[0].id == "2" else 0)

    with serving(BatchIngestArticles=refuse) as address:
        answers = ingest(address, count=5, window=1)
    assert [each.article_id for each in answers if isinstance(each.error, Unavailable)] == ["2"]


@both
def test_it_gives_up_after_five_attempts_without_an_answer(ingest):
    service = Breaking(*[0] * 100)
    with serving(BatchIngestArticles=service) as address, pytest.raises(Unavailable):
        ingest(address)
    assert service.streams == 5


@both
def test_a_status_that_grpc_loses_each_time_is_no_defect_of_the_service(ingest):
    service = Breaking(*[0] * 100, code=grpc.StatusCode.INTERNAL, details="Internal error from Core")
    with (
        serving(BatchIngestArticles=service) as address,
        pytest.raises(Unavailable, match="how is not known"),
    ):
        ingest(address)
    assert service.streams == 5


@both
@pytest.mark.parametrize(
    ("code", "error"),
    [
        (grpc.StatusCode.PERMISSION_DENIED, PermissionDenied),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, ResourceExhausted),
    ],
)
def test_an_end_that_no_repetition_helps_is_raised_at_once(ingest, code, error):
    service = Breaking(0, code=code)
    with serving(BatchIngestArticles=service) as address, pytest.raises(error):
        ingest(address, count=1)
    assert service.streams == 1


@both
def test_a_stream_that_breaks_off_after_the_last_answer_is_whole(ingest):
    def end_late(requests, context):
        for request in requests:
            yield answer(request)
        context.abort(grpc.StatusCode.UNAVAILABLE, "not now")

    with serving(BatchIngestArticles=end_late) as address:
        assert len(ingest(address)) == 50


def test_the_deadline_is_that_of_all_attempts():
    attempts = Attempts(timeout=60)
    assert attempts.begin() <= 60
    assert attempts.wait_after(Unavailable("gone")) < 1
    assert attempts.wait_after(Unavailable("gone", retry_delay=100)) is None
