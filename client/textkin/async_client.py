"""The client for asyncio."""

# ruff: noqa: ASYNC109 -- `timeout` is the RPC's deadline, which the service learns of; asyncio.timeout is not

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing
from types import TracebackType
from typing import Self, TypeVar

import grpc
from grpc import aio

from textkin import _calls, _many
from textkin._access import Tls, Token
from textkin._async_requests import Requests
from textkin._attempts import Attempts, Patience
from textkin._batches import Batches
from textkin._calls import Call, Pages, Text
from textkin._channel import DEFAULT_TIMEOUT
from textkin._connection import Connection
from textkin._iterables import Several, as_async, check_several, each_of, with_failure_async
from textkin._status import error_of_call
from textkin.errors import TextkinError
from textkin.types import (
    Acknowledgement,
    Article,
    Collection,
    CollectionSettings,
    CompareResult,
    Comparison,
    IngestResult,
    OffsetUnit,
    SearchOptions,
    SearchResult,
    ServiceInfo,
)
from textkin.v1 import textkin_service_pb2_grpc as pb_grpc

T = TypeVar("T")


class AsyncClient:
    """A connection to a Textkin service for one event loop; calls, defaults and errors are those of `Client`.

    >>> async def relations():
    ...     async with AsyncClient() as client:
    ...         pairs = [(original, draft), (original, original)]
    ...         return [result.comparison.relation.value async for result in client.compare_many(pairs)]
    >>> asyncio.run(relations())
    ['copy', 'identical']

    Where `Client` takes an iterable of many, this one takes an asynchronous one as well. A task that is cancelled cancels its
    call. Raises RuntimeError in another event loop than that of its first call.
    """

    def __init__(
        self,
        address: str | None = None,
        *,
        token: Token | None = None,
        tls: Tls | bool | None = None,
        insecure: bool = False,
        timeout: float | None = DEFAULT_TIMEOUT,
        stream_timeout: float | None = None,
    ) -> None:
        """Makes a client, inside or outside an event loop; see `Client` for the arguments."""
        self._connection = Connection(
            address,
            token=token,
            tls=tls,
            insecure=insecure,
            timeout=timeout,
            stream_timeout=stream_timeout,
        )
        self.address = self._connection.address
        self._channel: aio.Channel | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._service: pb_grpc.TextkinServiceAsyncStub | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connection; calls under way are cancelled. Another time does nothing."""
        self._connection.close()
        if self._channel:
            await self._channel.close()

    async def compare(
        self,
        a: Text,
        b: Text,
        *,
        offset_unit: OffsetUnit = OffsetUnit.CODE_POINT,
        with_differences: bool = False,
        timeout: float | None = None,
    ) -> Comparison:
        """Compares two texts; see `Client.compare`."""
        return await self._call(_calls.compare(a, b, offset_unit, with_differences=with_differences), timeout)

    async def search(
        self,
        query: Text,
        options: SearchOptions | None = None,
        *,
        collection: str = "",
        timeout: float | None = None,
    ) -> SearchResult:
        """Finds the articles that a text copies or rewrites; see `Client.search`."""
        return await self._call(_calls.search(query, collection, options), timeout)

    async def batch_search(
        self,
        queries: Iterable[Text],
        options: SearchOptions | None = None,
        *,
        collection: str = "",
        timeout: float | None = None,
    ) -> tuple[SearchResult, ...]:
        """Searches for many texts in one call; see `Client.batch_search`."""
        queries = each_of("queries", queries)
        return await self._call(_calls.batch_search(queries, collection, options), timeout)

    async def compare_many(
        self,
        pairs: Several[tuple[Text, Text]],
        *,
        offset_unit: OffsetUnit = OffsetUnit.CODE_POINT,
        with_differences: bool = False,
        timeout: float | None = None,
    ) -> AsyncGenerator[CompareResult, None]:
        """Compares any number of pairs; see `Client.compare_many`."""
        check_several("pairs", pairs)
        calls = (
            _calls.compare(a, b, offset_unit, with_differences=with_differences)
            async for a, b in as_async(pairs)
        )
        async with aclosing(self._in_order(calls, timeout)) as answers:
            async for _, answer in answers:
                yield _many.result_of_pair(answer)

    async def search_many(
        self,
        queries: Several[Text],
        options: SearchOptions | None = None,
        *,
        collection: str = "",
        batch_size: int = _many.BATCH_SIZE,
        timeout: float | None = None,
    ) -> AsyncGenerator[SearchResult, None]:
        """Searches for any number of texts; see `Client.search_many`."""
        check_several("queries", queries)
        batches = _many.SearchBatches(collection, options, batch_size)
        async with aclosing(self._in_order(batches.of_async(as_async(queries)), timeout)) as answers:
            async for call, answer in answers:
                for result in _many.results_of_batch(call, answer):
                    yield result

    async def ingest(
        self,
        article: Article,
        *,
        collection: str = "",
        search: SearchOptions | None = None,
        timeout: float | None = None,
    ) -> IngestResult:
        """Creates or replaces an article; see `Client.ingest`."""
        return await self._call(_calls.ingest(article, collection, search), timeout)

    async def ingest_many(
        self,
        articles: Several[Article],
        *,
        collection: str = "",
        search: SearchOptions | None = None,
        window: int = 256,
        timeout: float | None = None,
    ) -> AsyncGenerator[Acknowledgement, None]:
        """Ingests articles as one stream; see `Client.ingest_many`.

        A plain iterable that waits holds up the event loop: give an asynchronous one instead.
        """
        requests = Requests(articles, Batches(collection, search, window))
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
                        raise failure from error
                    if requests.is_done:
                        break
                finally:
                    stream.cancel()
        finally:
            await requests.close()
        if requests.failure:
            raise requests.failure

    async def get(
        self,
        article_id: str,
        *,
        collection: str = "",
        timeout: float | None = None,
    ) -> Article:
        """Returns a stored article with its text."""
        return await self._call(_calls.get(article_id, collection), timeout)

    def list(
        self,
        *,
        collection: str = "",
        include_text: bool = False,
        page_size: int = 0,
        timeout: float | None = None,
    ) -> AsyncGenerator[Article, None]:
        """Yields a collection's articles; see `Client.list`."""
        pages = _calls.list_articles(collection, page_size, include_text=include_text)
        return self._items(pages, timeout)

    async def delete(
        self,
        article_id: str,
        *,
        collection: str = "",
        allow_missing: bool = False,
        timeout: float | None = None,
    ) -> bool:
        """Deletes a stored article; see `Client.delete`."""
        return await self._call(_calls.delete(article_id, collection, allow_missing=allow_missing), timeout)

    async def create_collection(
        self,
        collection_id: str,
        settings: CollectionSettings | None = None,
        *,
        timeout: float | None = None,
    ) -> Collection:
        """Creates an empty collection; see `Client.create_collection`."""
        return await self._call(
            _calls.create_collection(collection_id, settings or CollectionSettings()), timeout
        )

    async def get_collection(
        self,
        collection_id: str = "",
        *,
        timeout: float | None = None,
    ) -> Collection:
        """Returns a collection."""
        return await self._call(_calls.get_collection(collection_id), timeout)

    def list_collections(
        self,
        *,
        page_size: int = 0,
        timeout: float | None = None,
    ) -> AsyncGenerator[Collection, None]:
        """Yields the collections by id; see `Client.list_collections`."""
        return self._items(_calls.list_collections(page_size), timeout)

    async def delete_collection(
        self,
        collection_id: str,
        *,
        force: bool = False,
        timeout: float | None = None,
    ) -> int:
        """Deletes a collection; see `Client.delete_collection`."""
        return await self._call(_calls.delete_collection(collection_id, force=force), timeout)

    async def info(self, *, timeout: float | None = None) -> ServiceInfo:
        """Returns the service's version, sketch scheme, limits and counts."""
        return await self._call(_calls.info(), timeout)

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

    async def _call(self, call: Call[T], timeout: float | None) -> T:
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

    async def _items(self, pages: Pages[T], timeout: float | None) -> AsyncGenerator[T, None]:
        page = await self._call(pages.after(""), timeout)
        for item in page.items:
            yield item
        while page.next_token:
            page = await self._call(pages.after(page.next_token), timeout)
            for item in page.items:
                yield item

    async def _in_order(
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
                    first, task = under_way.popleft()
                    yield first, await task
            while under_way:
                first, task = under_way.popleft()
                yield first, await task
        finally:
            for _, task in under_way:
                task.cancel()
            await asyncio.gather(*(task for _, task in under_way), return_exceptions=True)
        if failure:
            raise failure

    async def _patiently(self, call: Call[T], timeout: float | None) -> T | TextkinError:
        patience = Patience()
        while True:
            try:
                return await self._call(call, timeout)
            except TextkinError as error:
                wait = patience.wait_after(error)
                if wait is None:
                    return error
            await asyncio.sleep(wait)
