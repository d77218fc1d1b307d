"""Several replicas behind one address: calls are balanced, and none fails because one of them ends."""

import asyncio
import itertools
import signal
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager

import pytest

from name_server import name_server
from textkin import Article, AsyncClient, Client

TEXT = "The harbour council of Saltbury voted on Tuesday to keep the old lamp room open all winter."
NAME = "replicas.textkin.example"


@pytest.fixture
def replicas(service_factory, tmp_path):
    """Makes replicas, told apart by a limit of theirs, at an address of their own or at that of one before."""

    def make(number, listen="127.0.0.1:0", **flags):
        return service_factory(data=tmp_path / str(number), listen=listen, max_matches=100 + number, **flags)

    return make


def number_of(info):
    return info.limits.max_matches - 100


def port_of(service):
    return int(service.address.rpartition(":")[2])


def test_a_replica_that_is_added_to_a_name_is_called_once_connections_are_old(replicas):
    def who():
        return number_of(client.info())

    first = replicas(1, listen="127.0.0.2:0", max_connection_age=1)
    with name_server() as names, Client(names.target(NAME, port_of(first))) as client:
        names.addresses[NAME] = ["127.0.0.2"]
        assert who() == 1
        replicas(2, listen=f"127.0.0.3:{port_of(first)}", max_connection_age=1)
        names.addresses[NAME] = ["127.0.0.2", "127.0.0.3"]
        assert 2 in (who() for _ in itertools.count())
        names.addresses[NAME] = ["127.0.0.3"]
        assert first.stop() == 0
        assert {who() for _ in range(20)} == {2}


class Callers:
    """Call all the time in every way that is repeated, over two connections."""

    def __init__(self, address):
        self.ended = threading.Event()
        self._address = address
        self._numbers = itertools.count()

    def run(self):
        """Calls until `ended`, and raises what any of the calls did."""
        with Client(self._address) as client, ThreadPoolExecutor(3) as pool:
            kinds = [
                pool.submit(self._call, client),
                pool.submit(self._stream, client),
                pool.submit(asyncio.run, self._asynchronously()),
            ]
            try:
                for kind in as_completed(kinds):
                    kind.result()
            finally:
                self.ended.set()

    def _articles(self):
        while not self.ended.is_set():
            number = next(self._numbers)
            yield Article(str(number), f"{TEXT} Notice {number}.")

    def _call(self, client):
        for article in self._articles():
            client.ingest(article)
            client.search(TEXT)
            client.compare(TEXT, article.text)

    def _stream(self, client):
        for place, answer in enumerate(client.ingest_many(self._articles(), window=8)):
            assert (answer.sequence, answer.error) == (place, None)

    async def _asynchronously(self):
        async with AsyncClient(self._address) as client:
            await asyncio.gather(self._call_asynchronously(client), self._stream_asynchronously(client))

    async def _call_asynchronously(self, client):
        for article in self._articles():
            await client.ingest(article)
            await client.search(TEXT)
            await client.compare(TEXT, article.text)

    async def _stream_asynchronously(self, client):
        place = 0
        async for answer in client.ingest_many(self._articles(), window=8):
            assert (answer.sequence, answer.error) == (place, None)
            place += 1


@contextmanager
def calling(address):
    """Has callers call meanwhile, and raises in the end what any of the calls did."""
    callers = Callers(address)
    with ThreadPoolExecutor(1) as pool:
        calls = pool.submit(callers.run)
        try:
            yield
        finally:
            callers.ended.set()
        calls.result()


def wait_until_called(service):
    """Waits until calls came over both connections."""
    peers = set()
    while len(peers) < 2:
        line = service.wait_for("rpc")
        assert line["code"] in {"OK", "CANCELLED"}
        peers.add(line["peer"])


def test_calls_go_to_all_and_none_fails_while_one_ends_and_the_other_is_killed(replicas):
    running = {each: replicas(each) for each in (1, 2)}
    with calling(",".join(each.address for each in running.values())):
        for service in running.values():
            wait_until_called(service)
        for (each, service), ending in zip(running.items(), (signal.SIGTERM, signal.SIGKILL), strict=True):
            service.process.send_signal(ending)
            service.process.wait()
            wait_until_called(replicas(each, listen=service.address))
