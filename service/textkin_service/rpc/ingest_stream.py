"""An ingest stream: articles are read ahead and prepared side by side, committed and answered in their order.

::

    reader --> prepare (in the pool) --> commit (shared with others) --> search, if asked for --> answer

Between the reader and the answers there is room for a bounded number of items and bytes, so that a slow disk,
or a caller slow to take its answers, slows the sender down instead of filling memory: what is not read waits
in gRPC's flow control window.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc
from google.rpc import code_pb2, status_pb2

from textkin.v1 import textkin_service_pb2 as pb
from textkin_service.engine import Ingest, Prepared, Work
from textkin_service.errors import DeadlineExceeded, NotReady
from textkin_service.rpc import calls, convert, errors, logs
from textkin_service.rpc.workers import Workers
from textkin_service.store import Put

Context = grpc.aio.ServicerContext[Any, Any]
Result = TypeVar("Result")

# One more message is read while less than this is on its way. It bounds memory, not throughput: news articles
# have a few KiB.
_READ_AHEAD_BYTES = 8 * 1_048_576


@dataclass(frozen=True, slots=True)
class _Item:
    """An item on its way: the request and its preparation."""

    sequence: int
    request: pb.IngestArticlesRequest
    preparation: asyncio.Task[Prepared]


class _Room:
    """Counts what is on its way. One task waits for room."""

    def __init__(self, max_items: int) -> None:
        self._max_items = max_items
        self._items = self._bytes = 0
        self._freed = asyncio.Event()

    async def wait(self) -> None:
        """Waits until one more item may be read."""
        while self._items >= self._max_items or self._bytes >= _READ_AHEAD_BYTES:
            self._freed.clear()
            await self._freed.wait()

    def take(self, size: int) -> None:
        """Counts an item of `size` bytes that was read."""
        self._items += 1
        self._bytes += size

    def release(self, size: int) -> None:
        """Counts it out, answered."""
        self._items -= 1
        self._bytes -= size
        self._freed.set()


class IngestStream:
    """The pipeline of one stream."""

    def __init__(self, ingest: Ingest, workers: Workers, max_items: int, work: Work) -> None:
        self._ingest = ingest
        self._workers = workers
        self._work = work
        self._room = _Room(max_items)
        # No stream has more in the pool than there are threads, so that others get their turn between its
        # items.
        self._turn = asyncio.Semaphore(workers.threads)
        self._prepared: asyncio.Queue[_Item | None] = asyncio.Queue()
        self._answers: asyncio.Queue[tuple[int, asyncio.Task[pb.IngestArticlesResponse]] | None] = (
            asyncio.Queue()
        )
        self._tasks: set[asyncio.Task[Any]] = set()
        self._reader: asyncio.Task[None] | None = None
        self._draining = False

    def drain(self) -> None:
        """Has the stream end, with NotReady, after the answers of what it has read."""
        self._draining = True
        if self._reader is not None:
            self._reader.cancel()

    async def run(self, requests: AsyncIterator[pb.IngestArticlesRequest], context: Context) -> None:
        """Answers the stream. What ends it early is raised after the answers of what was read before it.

        InvalidRequest (MALFORMED_MESSAGE), NotReady, DeadlineExceeded.
        """
        self._reader = self._start(self._read(requests))
        committer = self._start(self._commit())
        try:
            while (answer := await self._answers.get()) is not None:
                size, task = answer
                response = await self._end(task)
                await context.write(response)
                calls.current().items += 1
                calls.current().sent_bytes += response.ByteSize()
                self._room.release(size)
            await self._end(committer)
            if self._draining:
                raise NotReady(
                    "the service is shutting down; send the rest elsewhere or later", reason="NOT_READY"
                )
            await self._end(self._reader)
        finally:
            self._work.cancel()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _read(self, requests: AsyncIterator[pb.IngestArticlesRequest]) -> None:
        sequence = 0
        try:
            await self._room.wait()
            async for request in requests:
                self._room.take(request.ByteSize())
                preparation = self._start(self._prepare(request))
                self._prepared.put_nowait(_Item(sequence, request, preparation))
                sequence += 1
                await self._room.wait()
        finally:
            self._prepared.put_nowait(None)

    async def _prepare(self, request: pb.IngestArticlesRequest) -> Prepared:
        collection_id, article, search, _ = convert.ingest(request)
        async with self._turn:
            return await self._workers.work(self._work, self._ingest.prepare, collection_id, article, search)

    async def _commit(self) -> None:
        """Hands the prepared articles to the store, in their order, without waiting for each."""
        try:
            while (item := await self._prepared.get()) is not None:
                try:
                    prepared = await self._end(item.preparation)
                    answer = self._answer(item, prepared, self._ingest.commit(prepared))
                except DeadlineExceeded:
                    raise
                except Exception as error:  # noqa: BLE001 - the item is refused, the stream goes on
                    answer = self._refusal(item, error)
                self._answers.put_nowait((item.request.ByteSize(), self._start(answer)))
        finally:
            self._answers.put_nowait(None)

    async def _answer(
        self, item: _Item, prepared: Prepared, committed: Future[Put]
    ) -> pb.IngestArticlesResponse:
        try:
            put = await asyncio.wrap_future(committed)
            matches: list[pb.Match] = []
            if prepared.search is not None:
                async with self._turn:
                    found = await self._workers.work(self._work, self._ingest.match, prepared, put)
                    unit = convert.offset_unit(item.request.search.offset_unit, "search.offset_unit")
                    text = prepared.article.text
                    matches = await self._workers.run(convert.match_messages, found, text, unit)
        except DeadlineExceeded:
            raise
        except Exception as error:  # noqa: BLE001 - the item is refused, the stream goes on
            return await self._refusal(item, error)
        return pb.IngestArticlesResponse(
            sequence=item.sequence,
            article_id=item.request.article.id,
            status=status_pb2.Status(code=code_pb2.OK),
            outcome=convert.outcome(put.outcome),
            matches=matches,
        )

    async def _refusal(self, item: _Item, error: Exception) -> pb.IngestArticlesResponse:
        call = calls.current()
        if not errors.is_expected(error):
            logs.unexpected(error, call)
        return pb.IngestArticlesResponse(
            sequence=item.sequence,
            article_id=item.request.article.id,
            status=errors.status_of(error, call.request_id),
        )

    def _start(self, coroutine: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        """Starts a task that `run` ends at the latest."""
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        return task

    async def _end(self, task: asyncio.Task[Result]) -> Result:
        """Waits for a task's result."""
        try:
            return await task
        finally:
            if task.done():
                self._tasks.discard(task)
