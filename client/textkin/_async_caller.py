"""How the client for asyncio makes its calls: one, the pages of a listing, many in order, and an ingest stream."""

# ruff: noqa: ASYNC109 -- `timeout` is the RPC's deadline, which the service learns of; asyncio.timeout is not

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeVar

import grpc
from grpc import aio

from textkin import _many
from textkin._async_requests import Requests
from textkin._attempts import Attempts, Patience
from textkin._calls import Call, Pages
from textkin._connection import Connection
from textkin._iterables import with_failure_async
from textkin._status import error_of_call
from textkin.errors import TextkinError
from textkin.types import Acknowledgement
from textkin.v1 import textkin_service_pb2_grpc as pb_grpc

T = TypeVar("T")


class AsyncCaller:
    """Makes calls over one connection, in one event loop; see `Caller`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._channel: aio.Channel | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._service: pb_grpc.TextkinServiceAsyncStub | None = None

    async def close(self) -> None:
        """Cancels what is under way."""
        self._connection.close()
        if self._channel:
            await self._channel.close()

    async def call(self, call: Call[T], timeout: float | None) -> T:
        """Makes one call."""
        method = getattr(self._stub, call.method)
        try:
            response = await method(
                call.request,
                timeout=self._connection.deadline(timeout),
                metadata=self._connection.metadata(),
            )
        except grpc.RpcError as error:
            raise error_of_call(error) from error
        return call.result(response)

    async def items(self, pages: Pages[T], timeout: float | None) -> AsyncGenerator[T, None]:
        """What is on the pages of a listing, each fetched when it is needed."""
        page = await self.call(pages.after(""), timeout)
        for item in page.items:
            yield item
        while page.next_token:
            page = await self.call(pages.after(page.next_token), timeout)
            for item in page.items:
                yield item

    async def in_order(
        self, calls: AsyncIterator[Call[T]], timeout: float | None
    ) -> AsyncGenerator[tuple[Call[T], T | TextkinError], None]:
        """Each call with its answer, in their order, while others are under way. An exception of the iterable comes last."""
        under_way: deque[tuple[Call[T], asyncio.Task[T | TextkinError]]] = deque()
        failure = None
        try:
            async for call in with_failure_async(calls):
                if isinstance(call, Exception):
                    failure = call
                    break
                answer = self._patiently(call, timeout)
                under_way.append((call, asyncio.create_task(answer)))
                if len(under_way) == _many.CALLS_UNDER_WAY:
                    yield await _first_answer(under_way)
            while under_way:
                yield await _first_answer(under_way)
        finally:
            for _, task in under_way:
                task.cancel()
            await asyncio.gather(*(task for _, task in under_way), return_exceptions=True)
        if failure:
            raise failure

    async def ingest(
        self, requests: Requests, timeout: float | None
    ) -> AsyncGenerator[Acknowledgement, None]:
        """The acknowledgements of an ingest stream, which is opened anew where it breaks off."""
        attempts = Attempts(self._connection.stream_deadline(timeout))
        wait: float | None = 0.0
        try:
            while wait is not None:
                await asyncio.sleep(wait)
                stream = self._stub.BatchIngestArticles(
                    requests.begin(), timeout=attempts.begin(), metadata=self._connection.metadata()
                )
                try:
                    wait = None
                    async for response in stream:
                        wait = attempts.wait_after_answer(response)
                        if wait is not None:
                            break
                        for acknowledgement in requests.answered(response):
                            yield acknowledgement
                            requests.taken()
                except grpc.RpcError as error:
                    failure = error_of_call(error)
                    wait = attempts.wait_after(failure)
                    if wait is None:
                        raise attempts.final(failure) from error
                    if requests.is_done:
                        break
                finally:
                    stream.cancel()
        finally:
            await requests.close()
        if requests.failure:
            raise requests.failure

    @property
    def _stub(self) -> "pb_grpc.TextkinServiceAsyncStub":
        self._connection.check()
        # An asyncio channel belongs to the loop that runs when it is made, which is that of the first call.
        loop = asyncio.get_running_loop()
        if self._service is None:
            self._loop, self._channel = loop, self._connection.open(aio)
            self._service = pb_grpc.TextkinServiceStub(self._channel)
        elif self._loop is not loop:
            raise RuntimeError(
                "an AsyncClient is for the event loop of its first call: make one in each loop"
            )
        return self._service

    async def _patiently(self, call: Call[T], timeout: float | None) -> T | TextkinError:
        patience = Patience()
        while True:
            try:
                return await self.call(call, timeout)
            except TextkinError as error:
                wait = patience.wait_after(error)
                if wait is None:
                    return error
            await asyncio.sleep(wait)


async def _first_answer(
    under_way: deque[tuple[Call[T], asyncio.Task[T | TextkinError]]],
) -> tuple[Call[T], T | TextkinError]:
    call, task = under_way[0]
    answer = await task
    under_way.popleft()
    return call, answer
