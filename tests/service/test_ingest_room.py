"""An ingest stream takes no more on than its room, whatever its caller sends and however slowly answers are taken."""

import asyncio

import pytest

from textkin.v1 import textkin_service_pb2 as pb
from textkin.v1.article_pb2 import Article
from textkin_service.engine import Work
from textkin_service.errors import NotReady
from textkin_service.rpc import calls, ingest_stream
from textkin_service.rpc.ingest_messages import Batches, Singles
from textkin_service.rpc.ingest_stream import IngestStream, Shared
from textkin_service.rpc.workers import Workers

TEXT = "The council of Upper Sedge voted to move the clock tower forty metres to the east. "


class Caller:
    """Sends without end, in batches of `size` if it is given; takes an answer only when the test says so."""

    def __init__(self, text, size=None):
        self.text = text
        self.size = size
        self.sent = 0
        self.answers = []
        self.turn = asyncio.Semaphore(0)
        self.waiting = asyncio.Event()

    def __aiter__(self):
        return self

    async def __anext__(self):
        self.sent += 1
        article = Article(id=str(self.sent), text=self.text)
        if self.size is None:
            return pb.IngestArticlesRequest(article=article)
        return pb.BatchIngestArticlesRequest(articles=[article] * self.size)

    async def write(self, response):
        self.waiting.set()
        await self.turn.acquire()
        self.answers.append(response)


@pytest.fixture
def workers():
    made = Workers(2)
    yield made
    made.close()


async def drained(stream, caller, takes, most):
    """Runs a stream whose caller takes an answer at a time, checks that no more than `most` wait, and drains it."""
    running = asyncio.create_task(stream.run(caller, caller))
    for taken in range(takes):
        await caller.waiting.wait()
        caller.waiting.clear()
        assert caller.sent <= taken + most
        caller.turn.release()
    stream.drain()
    for _ in range(most):
        caller.turn.release()
    with pytest.raises(NotReady):
        await running


@pytest.mark.parametrize(("text", "most"), [(TEXT, 5), (TEXT * 40_000, 3)])
async def test_what_is_on_its_way_is_bounded_by_items_and_by_bytes(engine, workers, text, most):
    """Forty thousand sentences are over 3 MB: too long to be taken, and three pass the 8 MiB of the room."""
    calls.begin("IngestArticles", None)
    caller = Caller(text)
    stream = IngestStream(engine.ingest, workers, Singles(), 5 if most == 5 else 100, Work(), Shared(2))
    await drained(stream, caller, takes=6, most=most)
    assert [answer.sequence for answer in caller.answers] == list(range(caller.sent))


@pytest.mark.parametrize(("text", "size", "most"), [(TEXT, 10, 3), (TEXT * 10_000, 4, 3)])
async def test_one_more_batch_is_read_while_there_is_room(engine, workers, text, size, most):
    """Room for 25 articles has a third batch of 10; a third batch of over 3 MB passes the 8 MiB."""
    calls.begin("BatchIngestArticles", None)
    caller = Caller(text, size)
    stream = IngestStream(engine.ingest, workers, Batches(), 25, Work(), Shared(2))
    await drained(stream, caller, takes=4, most=most)
    assert [len(answer.results) for answer in caller.answers] == [size] * caller.sent


async def test_where_all_streams_have_much_on_their_way_each_may_have_one_message(
    engine, workers, monkeypatch
):
    monkeypatch.setattr(ingest_stream, "_SHARED_BYTES", 1)
    shared = Shared(2)
    callers = [Caller(TEXT, 3) for _ in range(5)]
    calls.begin("BatchIngestArticles", None)
    streams = [IngestStream(engine.ingest, workers, Batches(), 25, Work(), shared) for _ in callers]
    drain = (drained(stream, caller, 4, 1) for stream, caller in zip(streams, callers, strict=True))
    await asyncio.gather(*drain)
    assert shared.size == 0


async def test_a_cancelled_stream_leaves_no_task_behind(engine, workers):
    calls.begin("IngestArticles", None)
    caller = Caller(TEXT)
    stream = IngestStream(engine.ingest, workers, Singles(), 5, Work(), Shared(2))
    running = asyncio.create_task(stream.run(caller, caller))
    await caller.waiting.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert asyncio.all_tasks() == {asyncio.current_task()}
