"""What a client promises of threads, processes, event loops, timeouts and its end."""

import asyncio
import math
import pickle
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from scripted import serving
from stories import EDITED, ORIGINAL

from textkin import Article, AsyncClient, Client, DeadlineExceeded, InvalidRequest, TextkinError
from textkin.v1 import comparison_pb2
from textkin.v1 import textkin_service_pb2 as pb


class Waiting:
    """A method that answers nothing but a comparison of "quick" until it is let; tells when calls come and are given up."""

    def __init__(self):
        self.came = threading.Semaphore(0)
        self.given_up = threading.Semaphore(0)
        self.let = threading.Event()

    def __call__(self, request, context):
        self.came.release()
        if request.a.inline.text != "quick":
            context.add_callback(lambda: None if self.let.is_set() else self.given_up.release())
            self.let.wait(60)
        return pb.CompareResponse(comparison=comparison_pb2.Comparison(relation=comparison_pb2.RELATION_COPY))


@pytest.fixture
def waiting():
    method = Waiting()
    with serving(Compare=method) as method.address:
        yield method
        method.let.set()


def test_one_client_serves_many_threads(client, collection):
    def work(number):
        client.ingest(Article(f"ferry-{number}", ORIGINAL), collection=collection)
        found = {match.article_id for match in client.search(EDITED, collection=collection).matches}
        compared = client.compare(ORIGINAL, EDITED)
        return f"ferry-{number}" in found and compared.passages[0].a.text in ORIGINAL

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(8)))


def test_a_call_ends_at_its_timeout(waiting):
    with Client(waiting.address, timeout=math.inf) as client, pytest.raises(DeadlineExceeded):
        client.compare("a", "b", timeout=0.05)
    with Client(waiting.address, timeout=0.05) as client, pytest.raises(DeadlineExceeded):
        client.compare("a", "b")


def test_the_end_of_a_client_cancels_what_is_under_way(waiting):
    with ThreadPoolExecutor(1) as pool:
        with Client(waiting.address) as client:
            call = pool.submit(client.compare, "a", "b")
            assert waiting.came.acquire(timeout=60)
        assert isinstance(call.exception(timeout=60), TextkinError)
    assert waiting.given_up.acquire(timeout=60)


def test_a_closed_client_says_so():
    client = Client("127.0.0.1:1")
    client.close()
    client.close()
    for call in (
        client.info,
        lambda: list(client.list()),
        lambda: list(client.search_many(["a"])),
        lambda: list(client.ingest_many([Article("a", "text")])),
    ):
        with pytest.raises(RuntimeError, match="the client is closed"):
            call()


@pytest.mark.parametrize("used", [False, True])
async def test_a_closed_asynchronous_client_says_so(service, used):
    client = AsyncClient(service.address)
    if used:
        await client.info()
    await client.close()
    await client.close()
    with pytest.raises(RuntimeError, match="the client is closed"):
        await client.info()


async def test_a_cancelled_task_cancels_its_call(waiting):
    async with AsyncClient(waiting.address) as client:
        call = asyncio.create_task(client.compare("a", "b"))
        assert await asyncio.to_thread(waiting.came.acquire, timeout=60)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert await asyncio.to_thread(waiting.given_up.acquire, timeout=60)


async def test_a_cancelled_task_cancels_all_calls_of_many(waiting):
    async with AsyncClient(waiting.address) as client:

        async def compare():
            return [result async for result in client.compare_many([("a", "b")] * 9)]

        many = asyncio.create_task(compare())
        for _ in range(4):
            assert await asyncio.to_thread(waiting.came.acquire, timeout=60)
        many.cancel()
        with pytest.raises(asyncio.CancelledError):
            await many
        for _ in range(4):
            assert await asyncio.to_thread(waiting.given_up.acquire, timeout=60)


def test_closing_an_iterator_cancels_what_it_drew_ahead(waiting):
    with Client(waiting.address) as client:
        results = client.compare_many([("quick", "b"), *[("a", "b")] * 8])
        assert next(results).comparison
        for _ in range(4):
            assert waiting.came.acquire(timeout=60)
        results.close()
        for _ in range(3):
            assert waiting.given_up.acquire(timeout=60)


def test_an_asynchronous_client_is_for_one_loop(service):
    client = AsyncClient(service.address)
    with asyncio.Runner() as one:
        assert one.run(client.info()).version
        with asyncio.Runner() as other, pytest.raises(RuntimeError, match="make one in each loop"):
            other.run(client.info())
        one.run(client.close())


FORKED = """
import os, sys
from textkin import Client

client = Client(sys.argv[1])
if sys.argv[2] == "used":
    client.info()
child = os.fork()
if not child:
    try:
        client.info()
    except RuntimeError as error:
        print(error, flush=True)
        os._exit(0)
    os._exit(1)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
print(client.info().version)
"""


@pytest.mark.parametrize("used", ["used", "unused"])
def test_a_client_from_before_a_fork_says_so_and_goes_on_in_its_own_process(service, used):
    done = subprocess.run(
        [sys.executable, "-c", FORKED, service.address, used],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "make one in each process" in done.stdout
    assert len(done.stdout.splitlines()) == 2


IN_PROCESSES = """
import multiprocessing, sys
from textkin import Client

def relation(address):
    with Client(address) as client:
        return client.compare("The ferry sails at noon.", "The ferry sails at noon.").relation.value

if __name__ == "__main__":
    address, way = sys.argv[1:]
    if way == "spawn":
        with Client(address) as client:
            client.info()
    with multiprocessing.get_context(way).Pool(2) as pool:
        print(pool.map(relation, [address] * 4))
"""


@pytest.mark.parametrize("way", ["fork", "spawn"])
def test_each_process_may_have_a_client_of_its_own(service, tmp_path, way):
    program = tmp_path / "processes.py"
    program.write_text(IN_PROCESSES)
    done = subprocess.run(
        [sys.executable, program, service.address, way],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout == f"{['identical'] * 4}\n", done.stderr


def test_what_calls_give_and_raise_goes_between_processes(client):
    comparison = client.compare(ORIGINAL, EDITED)
    again = pickle.loads(pickle.dumps(comparison))  # noqa: S301 -- our own
    assert again == comparison
    assert again.passages[0].a.text == comparison.passages[0].a.text
    with pytest.raises(InvalidRequest) as caught:
        client.compare("", ORIGINAL)
    error = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 -- as above
    assert (type(error), str(error), error.reason) == (InvalidRequest, str(caught.value), "INVALID_REQUEST")
    assert error.violations == caught.value.violations
