"""The client for asyncio."""

# ruff: noqa: ASYNC109 -- `timeout` is the RPC's deadline, which the service learns of; asyncio.timeout is not

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from functools import cached_property
from types import TracebackType
from typing import Self, TypeVar

import grpc
from grpc import aio

from textkin import _access, _calls, _channel
from textkin._access import Tls, Token
from textkin._address import address_or_default, target
from textkin._attempts import Attempts
from textkin._batches import Batches
from textkin._calls import Call, Text
from textkin._status import error_of_call
from textkin.types import (
    Acknowledgement,
    Article,
    Collection,
    CollectionSettings,
    Comparison,
    IngestResult,
    OffsetUnit,
    SearchOptions,
    SearchResult,
    ServiceInfo,
)
from textkin.v1 import textkin_service_pb2 as pb
from textkin.v1 import textkin_service_pb2_grpc as pb_grpc

T = TypeVar("T")


class AsyncClient:
    """A connection to a Textkin service for one event loop; calls, defaults and errors are those of `Client`.

    ::

        async with AsyncClient("127.0.0.1:50051") as client:
            result = await client.search("a text")
    """

    def __init__(
        self,
        address: str | None = None,
        *,
        token: Token | None = None,
        tls: Tls | bool | None = None,
        insecure: bool = False,
        timeout: float | None = _channel.DEFAULT_TIMEOUT,
        stream_timeout: float | None = None,
    ) -> None:
        """Makes a client, inside or outside an event loop; see `Client` for the arguments."""
        self.address = address_or_default(address)
        self._token = _access.token_or_default(token)
        tls = _access.tls_or_default(tls)
        _access.check_plaintext(self.address, self._token, tls, insecure=insecure)
        self._target, self._options = target(self.address), _channel.channel_options(self.address)
        self._credentials = grpc.ssl_channel_credentials(*tls.read()) if tls else None
        self._timeout = timeout
        self._stream_timeout = stream_timeout
        self._channel: aio.Channel | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connection; calls under way are cancelled."""
        if self._channel:
            await self._channel.close()

    @cached_property
    def _stub(self) -> "pb_grpc.TextkinServiceAsyncStub":
        # An asyncio channel belongs to the loop that runs when it is made, which is that of the first call.
        self._channel = (
            aio.secure_channel(self._target, self._credentials, self._options)
            if self._credentials
            else aio.insecure_channel(self._target, self._options)
        )
        return pb_grpc.TextkinServiceStub(self._channel)

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
        return await self._call(_calls.batch_search(queries, collection, options), timeout)

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
        articles: Iterable[Article] | AsyncIterable[Article],
        *,
        collection: str = "",
        search: SearchOptions | None = None,
        window: int = 256,
        timeout: float | None = None,
    ) -> AsyncIterator[Acknowledgement]:
        """Ingests articles as one stream; see `Client.ingest_many`.

        A plain iterable that waits holds up the event loop: give an asynchronous one instead.
        """
        requests = _Requests(articles, Batches(collection, search, window))
        attempts = Attempts(_channel.deadline(timeout, self._stream_timeout))
        wait: float | None = 0.0
        try:
            while wait is not None:
                await asyncio.sleep(wait)
                stream = self._stub.BatchIngestArticles(
                    requests.begin(), timeout=attempts.begin(), metadata=_access.metadata(self._token)
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

    async def list(
        self,
        *,
        collection: str = "",
        include_text: bool = False,
        page_size: int = 0,
        timeout: float | None = None,
    ) -> AsyncIterator[Article]:
        """Yields a collection's articles; see `Client.list`."""
        token = ""
        while True:
            call = _calls.list_articles(collection, page_size, token, include_text=include_text)
            page = await self._call(call, timeout)
            for article in page.items:
                yield article
            token = page.next_token
            if not token:
                return

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

    async def list_collections(
        self,
        *,
        page_size: int = 0,
        timeout: float | None = None,
    ) -> AsyncIterator[Collection]:
        """Yields the collections by id; see `Client.list_collections`."""
        token = ""
        while True:
            page = await self._call(_calls.list_collections(page_size, token), timeout)
            for collection in page.items:
                yield collection
            token = page.next_token
            if not token:
                return

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

    async def _call(self, call: Call[T], timeout: float | None) -> T:
        method = getattr(self._stub, call.method)
        try:
            response = await method(
                call.request,
                timeout=_channel.deadline(timeout, self._timeout),
                metadata=_access.metadata(self._token),
            )
        except grpc.RpcError as error:
            raise error_of_call(error) from error
        return call.result(response)


class _Requests:
    """The requests of an ingest, which gRPC draws in one task, from articles that are drawn in another."""

    def __init__(self, articles: Iterable[Article] | AsyncIterable[Article], batches: Batches) -> None:
        self.failure: BaseException | None = None
        self._articles = articles
        self._batches = batches
        self._due = asyncio.Event()
        self._room = asyncio.Event()
        self._ended = False
        self._drawing: asyncio.Task[None] | None = None
        self._attempt = 0

    @property
    def is_done(self) -> bool:
        """Whether there is nothing left to send, nor an answer to wait for."""
        return self._ended and self._batches.is_empty and self._batches.is_answered

    def begin(self) -> AsyncIterator[pb.BatchIngestArticlesRequest]:
        """Returns the requests of another stream, first those that the one before, which ended, left unanswered."""
        if self._drawing is None:
            self._drawing = asyncio.create_task(self._draw())
        self._attempt += 1
        self._batches.send_again()
        self._due.set()
        return self._of(self._attempt)

    def answered(self, response: pb.BatchIngestArticlesResponse) -> list[Acknowledgement]:
        """Returns the acknowledgements of a response."""
        acknowledgements = self._batches.answered(response)
        if self._batches.is_due:
            self._due.set()
        return acknowledgements

    def taken(self) -> None:
        """Lets one more article be drawn."""
        self._batches.taken()
        if self._batches.has_much_room:
            self._room.set()

    async def close(self) -> None:
        """Ends the drawing."""
        if self._drawing is not None:
            self._drawing.cancel()
            await asyncio.wait([self._drawing])

    async def _of(self, attempt: int) -> AsyncIterator[pb.BatchIngestArticlesRequest]:
        while True:
            while attempt == self._attempt and not self._batches.is_due and not self._ended:
                self._due.clear()
                await self._due.wait()
            if attempt != self._attempt or self._batches.is_empty:
                return
            yield self._batches.send()

    async def _draw(self) -> None:
        # An exception would be logged as this task's and lost: keep it for the caller's.
        try:
            async for article in _as_async(self._articles):
                self._batches.add(article)
                if self._batches.is_due:
                    self._due.set()
                    # A plain iterable never waits, and what is due should go.
                    await asyncio.sleep(0)
                if not self._batches.has_room:
                    self._room.clear()
                    await self._room.wait()
        except Exception as error:  # noqa: BLE001 -- whatever the caller's iterable raises goes back to the caller
            self.failure = error
        finally:
            self._ended = True
            self._due.set()


async def _as_async(articles: Iterable[Article] | AsyncIterable[Article]) -> AsyncIterator[Article]:
    if isinstance(articles, AsyncIterable):
        async for article in articles:
            yield article
    else:
        for article in articles:
            yield article
