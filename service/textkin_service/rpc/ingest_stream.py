"""An ingest stream: articles are read ahead and prepared side by side, committed and answered in their order.

::

    reader --> prepare (in the pool) --> commit (shared with others) --> search, if asked for --> answer

What has arrived goes on together, as one slice: work in the pool, a commit and a wait for the disk cost more a call than an
article costs. Between the reader and the answers there is room for a bounded number of items and bytes, so that a slow disk,
or a caller slow to take its answers, slows the sender down instead of filling memory: what is not read waits
in gRPC's flow control window.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from concurrent.futures import Future
from itertools import repeat
from typing import Any, TypeVar

import grpc

from textkin.v1 import textkin_service_pb2 as pb
from textkin_service.engine import Incoming, Ingest, Prepared, Work
from textkin_service.errors import DeadlineExceeded, InvalidRequest, NotReady, TextkinError
from textkin_service.rpc import calls, convert, errors, logs
from textkin_service.rpc.ingest_messages import OK, Answer, Item, Messages
from textkin_service.rpc.workers import Workers
from textkin_service.store import Put
from textkin_service.telemetry import metrics
from textkin_service.telemetry.steps import STORE, Step

Context = grpc.aio.ServicerContext[Any, Any]
Result = TypeVar("Result")
# What came of an item's preparation.
Outcome = Prepared | Exception

# One more message is read while less than this is on its way. It bounds memory, not throughput: news articles
# have a few KiB.
_READ_AHEAD_BYTES = 8 * 1_048_576
# The same of all streams together, but for one message of each.
_SHARED_BYTES = 64 * 1_048_576
# A slice has at most so many items, and ends with the one that makes it this large: others wait in the pool no longer than a
# slice takes, some 10 ms, unless it is one large text.
_SLICE_ITEMS = 32
_SLICE_BYTES = 131_072


class Shared:
    """What all streams share: turns in the pool, and the bytes that are on their way."""

    def __init__(self, threads: int) -> None:
        # Of all streams together no more slices are in the pool than there are threads, so that others get their turn between
        # them, however many streams there are. They get theirs in the order in which they ask for it.
        self.turn = asyncio.Semaphore(threads)
        self.size = 0


class _Room:
    """Counts what is on its way. One task waits for room."""

    def __init__(self, max_items: int, shared: Shared) -> None:
        self._max_items = max_items
        self._shared = shared
        self._items = self._bytes = 0
        self._freed = asyncio.Event()

    async def wait(self) -> None:
        """Waits until one more message may be read."""
        while self._items >= self._max_items or self._bytes >= _READ_AHEAD_BYTES or self._is_much():
            self._freed.clear()
            await self._freed.wait()

    def _is_much(self) -> bool:
        """Says whether all streams have much on their way, and this one some. So it will hear when there is less."""
        return self._bytes > 0 and self._shared.size >= _SHARED_BYTES

    def take(self, items: Sequence[Item]) -> None:
        """Counts items that were read."""
        self._items += len(items)
        self._add(sum(item.size for item in items))

    def release(self, answers: Sequence[Answer]) -> None:
        """Counts them out, answered."""
        self._items -= len(answers)
        self._add(-sum(answer.item.size for answer in answers))
        self._freed.set()

    def close(self) -> None:
        """Counts out all that is left."""
        self._add(-self._bytes)

    def _add(self, size: int) -> None:
        self._bytes += size
        self._shared.size += size


class _Arrived:
    """Items that wait for their turn, in their order."""

    def __init__(self) -> None:
        self._items: deque[Item] = deque()
        self._changed = asyncio.Event()
        self._ended = False

    def add(self, items: Sequence[Item]) -> None:
        """Adds items."""
        self._items.extend(items)
        self._changed.set()

    def end(self) -> None:
        """No more will come."""
        self._ended = True
        self._changed.set()

    async def wait(self) -> bool:
        """Waits for an item. False: no more will come."""
        while not self._items and not self._ended:
            self._changed.clear()
            await self._changed.wait()
        return bool(self._items)

    def take(self) -> list[Item]:
        """Takes a slice of what is there."""
        taken: list[Item] = []
        size = 0
        while self._items and len(taken) < _SLICE_ITEMS and size < _SLICE_BYTES:
            taken.append(self._items.popleft())
            size += taken[-1].size
        return taken


class IngestStream:
    """The pipeline of one stream."""

    def __init__(
        self,
        ingest: Ingest,
        workers: Workers,
        messages: Messages,
        max_items: int,
        work: Work,
        shared: Shared,
    ) -> None:
        self._ingest = ingest
        self._workers = workers
        self._messages = messages
        self._work = work
        self._room = _Room(max_items, shared)
        self._turn = shared.turn
        self._arrived = _Arrived()
        self._prepared: asyncio.Queue[tuple[list[Item], asyncio.Task[list[Outcome]]] | None] = asyncio.Queue()
        self._answers: asyncio.Queue[asyncio.Task[list[Answer]] | None] = asyncio.Queue()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._reader: asyncio.Task[None] | None = None
        self._draining = False

    def drain(self) -> None:
        """Has the stream end, with NotReady, after the answers of what it has read."""
        self._draining = True
        if self._reader is not None:
            self._reader.cancel()

    async def run(self, requests: AsyncIterator[Any], context: Context) -> None:
        """Answers the stream. What ends it early is raised after the answers of what was read before it.

        InvalidRequest (MALFORMED_MESSAGE, or a request without an item or with too many), NotReady, DeadlineExceeded.
        """
        self._reader = self._start(self._read(requests))
        slicer, committer = self._start(self._slice()), self._start(self._commit())
        try:
            await self._write(context)
            await self._end(slicer)
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
            self._room.close()

    async def _read(self, requests: AsyncIterator[Any]) -> None:
        try:
            await self._room.wait()
            async for request in requests:
                items = self._messages.items(request)
                self._room.take(items)
                self._arrived.add(items)
                await self._room.wait()
        finally:
            self._arrived.end()

    async def _slice(self) -> None:
        """Has what arrived prepared: all that is there whenever a thread is free."""
        try:
            while await self._arrived.wait():
                await self._turn.acquire()
                items = self._arrived.take()
                preparation = self._start(self._prepare(items))
                # However it ends: one that is cancelled before it begins has no `finally`.
                preparation.add_done_callback(lambda _: self._turn.release())
                self._prepared.put_nowait((items, preparation))
        finally:
            self._prepared.put_nowait(None)

    async def _prepare(self, items: Sequence[Item]) -> list[Outcome]:
        try:
            return await self._workers.work(self._work, self._prepare_now, items)
        except DeadlineExceeded:
            raise
        except Exception as error:  # noqa: BLE001 - the items are refused, the stream goes on
            return [error] * len(items)

    def _prepare_now(self, work: Work, items: Sequence[Item]) -> list[Outcome]:
        incoming: list[Incoming | InvalidRequest] = []
        for item in items:
            try:
                incoming.append(convert.incoming(item.collection_id, item.article, item.search, item.field))
            except InvalidRequest as refusal:
                metrics.ingested("refused")
                incoming.append(refusal)
        prepared = iter(self._ingest.prepare(work, [each for each in incoming if isinstance(each, Incoming)]))
        return [next(prepared) if isinstance(each, Incoming) else each for each in incoming]

    async def _commit(self) -> None:
        """Hands the prepared articles to the store, in their order, without waiting."""
        try:
            while (slice_ := await self._prepared.get()) is not None:
                items, preparation = slice_
                prepared = await self._end(preparation)
                committed: Future[list[Put | TextkinError]] = Future()
                try:
                    committed = self._ingest.commit([each for each in prepared if isinstance(each, Prepared)])
                except NotReady as refusal:
                    committed.set_exception(refusal)
                self._answers.put_nowait(self._start(self._answer(items, prepared, committed)))
        finally:
            self._answers.put_nowait(None)

    async def _answer(
        self,
        items: Sequence[Item],
        prepared: Sequence[Outcome],
        committed: Future[list[Put | TextkinError]],
    ) -> list[Answer]:
        """Returns the answers of a slice."""
        try:
            with Step(STORE):
                puts = await asyncio.wrap_future(committed)
            rest: Iterator[Put | Exception] = iter(puts)
        except Exception as error:  # noqa: BLE001 - the items are refused, the stream goes on
            rest = repeat(error)
        answers = []
        for item, each in zip(items, prepared, strict=True):
            result = next(rest) if isinstance(each, Prepared) else each
            answers.append(
                self._start(self._found(item, each, result))
                if isinstance(each, Prepared) and isinstance(result, Put) and each.search is not None
                else self._plain(item, result)
            )
        return [each if isinstance(each, Answer) else await self._end(each) for each in answers]

    def _plain(self, item: Item, result: Put | Exception) -> Answer:
        """Returns the answer of an item that nothing was searched for."""
        return Answer(item, OK, result.outcome) if isinstance(result, Put) else _refusal(item, result)

    async def _found(self, item: Item, prepared: Prepared, put: Put) -> Answer:
        """Returns the answer of an item with what was found."""
        try:
            async with self._turn:
                matches = await self._workers.work(self._work, self._match_now, item, prepared, put)
        except DeadlineExceeded:
            raise
        except Exception as error:  # noqa: BLE001 - the item is refused, the stream goes on
            return _refusal(item, error)
        return Answer(item, OK, put.outcome, matches)

    def _match_now(self, work: Work, item: Item, prepared: Prepared, put: Put) -> list[pb.Match]:
        found = self._ingest.match(work, prepared, put)
        unit = convert.search_unit(item.search)
        return convert.match_messages(found, prepared.draft.article.text, unit)

    async def _write(self, context: Context) -> None:
        """Answers each request once all its items have their answers."""
        call = calls.current()
        answers: list[Answer] = []
        while (task := await self._answers.get()) is not None:
            for answer in await self._end(task):
                answers.append(answer)
                if answer.item.last:
                    response = self._messages.response(answers)
                    await context.write(response)
                    call.items += len(answers)
                    call.sent_bytes += response.ByteSize()
                    self._room.release(answers)
                    answers = []

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


def _refusal(item: Item, error: Exception) -> Answer:
    call = calls.current()
    logs.failure(error, call)
    return Answer(item, errors.status_of(error, call.request_id))
