"""Clients that write to a service at once, over gRPC, until it is gone: each answers to the journal for what it sent."""

import itertools
import random
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import grpc

from crash_journal import LASTING, Change, Journal, Key, article_of
from textkin.v1 import textkin_service_pb2 as pb
from textkin.v1 import textkin_service_pb2_grpc as pb_grpc
from textkin.v1.collection_pb2 import Collection

SHELVES = ("shelf-0", "shelf-1", "shelf-2")
_IDS_A_CLIENT = 10
_SHARED_IDS = 6
_DELETED = 0.25
_LARGEST_BATCH = 20
_NOT_FOUND = grpc.StatusCode.NOT_FOUND
# How calls end when the service is killed or stops.
_GONE = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}


@dataclass(frozen=True, slots=True)
class Client:
    """One client: a thread with a connection, and what it draws from. `stream` is the name of its calls in the journal."""

    name: str
    stream: str
    stub: Any
    journal: Journal
    draw: random.Random
    keys: tuple[Key, ...]

    def next_change(self, stream: str) -> tuple[Change, pb.IngestArticleRequest]:
        """Notes that a new version of one of its articles is about to be sent, and returns what to send."""
        key = self.draw.choice(self.keys)
        version = self.journal.new_version()
        article = article_of(key, version)
        change = self.journal.sent(key, version, stream)
        return change, pb.IngestArticleRequest(collection_id=key.collection, article=article)

    def settle(self, change: Change, code: int) -> None:
        """Notes the answer to one change. AssertionError for one that none may have."""
        if code == 0:
            self.journal.done(change)
        else:
            assert code == _NOT_FOUND.value[0], f"{self.name}: {change.key} was answered with status {code}"
            assert change.key.collection != LASTING, f"{self.name}: {change.key.collection} was not found"
            self.journal.refused(change)


def _one_by_one(client: Client) -> None:
    """Ingests, replaces and deletes, a call each."""
    while True:
        if client.draw.random() < _DELETED:
            key = client.draw.choice(client.keys)
            change = client.journal.sent(key, None, client.stream)
            request = pb.DeleteArticleRequest(
                collection_id=key.collection, article_id=key.article_id, allow_missing=True
            )
            _call(client, change, client.stub.DeleteArticle, request)
        else:
            change, ingest = client.next_change(client.stream)
            _call(client, change, client.stub.IngestArticle, ingest)


def _call(client: Client, change: Change, method: Callable[[Any], Any], request: Any) -> None:
    try:
        method(request)
    except grpc.RpcError as error:
        if error.code() is not _NOT_FOUND:
            raise
        client.settle(change, _NOT_FOUND.value[0])
    else:
        client.settle(change, 0)


def _stream(client: Client) -> None:
    """Ingests by a stream, some articles ahead of their acknowledgements; several versions of one may be on their way."""
    sent: deque[Change] = deque()
    window = threading.Semaphore(client.draw.choice((1, 8, 32)))
    over = threading.Event()

    def requests() -> Iterator[pb.IngestArticlesRequest]:
        while window.acquire() and not over.is_set():
            change, request = client.next_change(client.stream)
            sent.append(change)
            yield pb.IngestArticlesRequest(collection_id=change.key.collection, article=request.article)

    try:
        for answer in client.stub.IngestArticles(requests()):
            change = sent.popleft()
            assert answer.article_id == change.key.article_id, f"{client.name}: answers are not in order"
            client.settle(change, answer.status.code)
            window.release()
    finally:
        over.set()
        window.release()


def _batches(client: Client) -> None:
    """Ingests by a stream of batches, each for one collection, two of them on their way."""
    sent: deque[list[Change]] = deque()
    window = threading.Semaphore(2)
    over = threading.Event()

    def requests() -> Iterator[pb.BatchIngestArticlesRequest]:
        while window.acquire() and not over.is_set():
            count = client.draw.randint(1, _LARGEST_BATCH)
            drawn = [client.next_change(client.stream) for _ in range(count)]
            sent.append([change for change, _ in drawn])
            yield pb.BatchIngestArticlesRequest(articles=[request.article for _, request in drawn])

    try:
        for answer in client.stub.BatchIngestArticles(requests()):
            for change, result in zip(sent.popleft(), answer.results, strict=True):
                client.settle(change, result.status.code)
            window.release()
    finally:
        over.set()
        window.release()


def _collector(client: Client) -> None:
    """Creates collections, puts articles in them, and deletes them with all that they then hold."""
    journal, stub = client.journal, client.stub
    for turn in itertools.count():
        shelf = SHELVES[turn % len(SHELVES)]
        if journal.created_at(shelf) is None:
            made = stub.CreateCollection(pb.CreateCollectionRequest(collection=Collection(id=shelf)))
            journal.created(shelf, made.collection.created_at.ToNanoseconds())
        for _ in range(client.draw.randint(0, 6)):
            change, request = client.next_change(client.stream)
            _call(client, change, stub.IngestArticle, request)
        if client.draw.random() < 1 / 2:
            removal = journal.removal_sent(shelf, client.stream)
            stub.DeleteCollection(pb.DeleteCollectionRequest(collection_id=shelf, force=True))
            journal.done(removal)
            journal.removed(shelf)


def _keys(name: str, collections: tuple[str, ...]) -> tuple[Key, ...]:
    return tuple(Key(each, f"{name}-{number}") for each in collections for number in range(_IDS_A_CLIENT))


_SHARED = tuple(Key(LASTING, f"shared-{number}") for number in range(_SHARED_IDS))
_WORK: tuple[tuple[str, Callable[[Client], None], tuple[Key, ...]], ...] = (
    ("single", _one_by_one, _keys("single", (LASTING,)) + _SHARED),
    ("roaming", _one_by_one, _keys("roaming", (LASTING, *SHELVES)) + _SHARED),
    ("stream", _stream, _keys("stream", (LASTING,))),
    ("mixed", _stream, _keys("mixed", (LASTING, *SHELVES))),
    ("batch", _batches, _keys("batch", (LASTING,))),
    ("collector", _collector, _keys("collector", SHELVES)),
)


@dataclass(slots=True)
class Clients:
    """All clients of one life of a service. `problems`: what they were answered that they should not have been."""

    problems: list[str] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self, address: str, journal: Journal, draw: random.Random, life: int) -> None:
        """Starts them."""
        for name, work, keys in _WORK:
            own = random.Random(f"{name} {draw.random()}")  # noqa: S311 - no secret
            thread = threading.Thread(
                target=self._run, args=(work, address, journal, own, name, f"{name} {life}", keys)
            )
            thread.start()
            self._threads.append(thread)

    def join(self) -> None:
        """Waits until all have seen that the service is gone."""
        for thread in self._threads:
            thread.join()

    def _run(
        self,
        work: Callable[[Client], None],
        address: str,
        journal: Journal,
        draw: random.Random,
        name: str,
        stream: str,
        keys: tuple[Key, ...],
    ) -> None:
        # Without a pool of its own, channels to one address share a connection.
        with grpc.insecure_channel(address, options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
            try:
                work(Client(name, stream, pb_grpc.TextkinServiceStub(channel), journal, draw, keys))
            except grpc.RpcError as error:
                if error.code() not in _GONE:
                    self.problems.append(f"{name}: {error.code()}: {error.details()}")
            except AssertionError as error:
                self.problems.append(str(error))
