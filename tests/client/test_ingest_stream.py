"""The ingest stream from the client's side: bounded, in order, and never stuck."""

import itertools
import threading

import grpc
import pytest
from scripted import serving

from textkin import (
    Article,
    AsyncClient,
    Client,
    IngestOutcome,
    ResourceExhausted,
    Unavailable,
    UnexpectedError,
)
from textkin.v1 import textkin_service_pb2 as pb


def acknowledge(requests, context):  # noqa: ARG001 -- gRPC's signature
    for request in requests:
        yield created(len(request.articles))


def created(count):
    return pb.BatchIngestArticlesResponse(
        results=[pb.BatchIngestResult(outcome="INGEST_OUTCOME_CREATED")] * count
    )


class Drawn:
    """Endless articles, that remember how far they were drawn ahead of what was acknowledged."""

    def __init__(self, end=None):
        self.most_ahead = 0
        self.acknowledged = 0
        self._numbers = itertools.count() if end is None else iter(range(end))

    def __iter__(self):
        for number in self._numbers:
            self.most_ahead = max(self.most_ahead, number + 1 - self.acknowledged)
            yield Article(str(number), "text")

    async def later(self):
        for article in self:
            yield article


def test_an_endless_iterable_is_drawn_no_further_than_the_window():
    articles = Drawn()
    with serving(BatchIngestArticles=acknowledge) as address, Client(address) as client:
        stream = client.ingest_many(articles, window=5)
        for expected, answer in enumerate(itertools.islice(stream, 200)):
            assert (answer.sequence, answer.article_id) == (expected, str(expected))
            articles.acknowledged += 1
        stream.close()
    assert articles.most_ahead <= 5


async def test_an_endless_asynchronous_iterable_too():
    articles = Drawn()
    with serving(BatchIngestArticles=acknowledge) as address:
        async with AsyncClient(address) as client:
            stream = client.ingest_many(articles.later(), window=5)
            async for answer in stream:
                assert answer.article_id == str(articles.acknowledged)
                articles.acknowledged += 1
                if articles.acknowledged == 200:
                    break
            await stream.aclose()
    assert articles.most_ahead <= 5


def test_a_service_that_acknowledges_nothing_gets_the_window_and_no_more():
    received = []
    full = threading.Event()

    def wait(requests, context):  # noqa: ARG001 -- gRPC's signature
        for request in requests:
            received.extend(article.id for article in request.articles)
            if len(received) == 3:
                full.set()
                break
        yield created(1)
        received.extend(article.id for request in requests for article in request.articles)

    articles = Drawn()
    with serving(BatchIngestArticles=wait) as address, Client(address) as client:
        stream = client.ingest_many(articles, window=3)
        assert next(stream).article_id == "0"
        assert full.is_set()
        assert articles.most_ahead == 3
        stream.close()


def test_each_refusal_stands_in_its_place_and_the_stream_goes_on():
    def refuse_odd(requests, context):  # noqa: ARG001 -- gRPC's signature
        for request in requests:
            response = created(len(request.articles))
            for article, result in zip(request.articles, response.results, strict=True):
                if int(article.id) % 2:
                    result.outcome = 0
                    result.status.code = 3
                    result.status.message = "text: empty"
            yield response

    with serving(BatchIngestArticles=refuse_odd) as address, Client(address) as client:
        answers = list(client.ingest_many(Drawn(4)))
    assert [answer.outcome for answer in answers] == [IngestOutcome.CREATED, None] * 2
    assert [str(answer.error) for answer in answers if answer.error] == ["text: empty"] * 2
    assert [answer.sequence for answer in answers] == [0, 1, 2, 3]


def test_articles_that_come_while_others_are_unacknowledged_go_together():
    """A hundred articles are drawn before the first batch, of one, is answered."""
    sizes = []
    drawn = threading.Event()

    def articles():
        yield from (Article(str(number), "text") for number in range(100))
        drawn.set()

    def answer_late(requests, context):  # noqa: ARG001 -- gRPC's signature
        for request in requests:
            assert drawn.wait(60)
            sizes.append(len(request.articles))
            yield created(len(request.articles))

    with serving(BatchIngestArticles=answer_late) as address, Client(address) as client:
        answers = list(client.ingest_many(articles()))
    assert [answer.article_id for answer in answers] == [str(number) for number in range(100)]
    assert sum(sizes) == 100
    assert len(sizes) <= 4


def test_a_service_that_answers_too_few_is_not_understood():
    def short(requests, context):  # noqa: ARG001 -- gRPC's signature
        for request in requests:
            yield created(len(request.articles) + 1)

    with (
        serving(BatchIngestArticles=short) as address,
        Client(address) as client,
        pytest.raises(UnexpectedError, match="with 2 results"),
    ):
        list(client.ingest_many(Drawn(1)))


def test_an_exception_of_the_iterable_comes_after_the_acknowledgements_of_what_it_gave():
    def articles():
        yield Article("0", "text")
        raise LookupError("no more")

    answers = []
    with serving(BatchIngestArticles=acknowledge) as address, Client(address) as client:
        stream = client.ingest_many(articles())
        with pytest.raises(LookupError, match="no more"):
            answers.extend(answer.article_id for answer in stream)
    assert answers == ["0"]


async def test_an_exception_of_an_asynchronous_iterable_is_raised_too():
    async def articles():
        yield Article("0", "text")
        raise LookupError("no more")

    answers = []
    with serving(BatchIngestArticles=acknowledge) as address:
        async with AsyncClient(address) as client:
            stream = client.ingest_many(articles())
            answers.append((await anext(stream)).article_id)
            with pytest.raises(LookupError, match="no more"):
                await anext(stream)
    assert answers == ["0"]


def test_no_articles_are_no_acknowledgements():
    with serving(BatchIngestArticles=acknowledge) as address, Client(address) as client:
        assert list(client.ingest_many([])) == []


def test_a_stream_that_the_service_ends_raises_and_lets_the_drawing_thread_go():
    def full(requests, context):
        next(requests)
        context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "full")

    articles = Drawn()
    with (
        serving(BatchIngestArticles=full) as address,
        Client(address) as client,
        pytest.raises(ResourceExhausted),
    ):
        list(client.ingest_many(articles, window=2))
    assert articles.most_ahead <= 2


def test_no_service_is_an_error_and_not_a_wait():
    with Client("127.0.0.1:1") as client, pytest.raises(Unavailable):
        list(client.ingest_many(Drawn(3)))


def test_a_window_of_none_is_refused():
    with Client("127.0.0.1:1") as client, pytest.raises(ValueError, match="window is 0"):
        next(client.ingest_many([], window=0))
