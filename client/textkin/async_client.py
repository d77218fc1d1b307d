"""The client for asyncio."""

# ruff: noqa: ASYNC109 -- `timeout` is the RPC's deadline, which the service learns of; asyncio.timeout is not

from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from types import TracebackType
from typing import Self, TypeVar

from textkin import _calls, _many
from textkin._access import Tls, Token
from textkin._async_caller import AsyncCaller
from textkin._async_requests import Requests
from textkin._batches import Batches
from textkin._calls import Text
from textkin._channel import DEFAULT_TIMEOUT
from textkin._connection import Connection
from textkin._iterables import Several, as_async, check_several, each_of
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
        connection = Connection(
            address,
            token=token,
            tls=tls,
            insecure=insecure,
            timeout=timeout,
            stream_timeout=stream_timeout,
        )
        self.address = connection.address
        self._caller = AsyncCaller(connection)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connection; calls under way are cancelled. Another time does nothing."""
        await self._caller.close()

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
        return await self._caller.call(
            _calls.compare(a, b, offset_unit, with_differences=with_differences), timeout
        )

    async def search(
        self,
        query: Text,
        options: SearchOptions | None = None,
        *,
        collection: str = "",
        timeout: float | None = None,
    ) -> SearchResult:
        """Finds the articles that a text copies or rewrites; see `Client.search`."""
        return await self._caller.call(_calls.search(query, collection, options), timeout)

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
        return await self._caller.call(_calls.batch_search(queries, collection, options), timeout)

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
        async with aclosing(self._caller.in_order(calls, timeout)) as answers:
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
        async with aclosing(self._caller.in_order(batches.of_async(as_async(queries)), timeout)) as answers:
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
        return await self._caller.call(_calls.ingest(article, collection, search), timeout)

    def ingest_many(
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
        check_several("articles", articles)
        requests = Requests(articles, Batches(collection, search, window))
        return self._caller.ingest(requests, timeout)

    async def get(
        self,
        article_id: str,
        *,
        collection: str = "",
        timeout: float | None = None,
    ) -> Article:
        """Returns a stored article with its text."""
        return await self._caller.call(_calls.get(article_id, collection), timeout)

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
        return self._caller.items(pages, timeout)

    async def delete(
        self,
        article_id: str,
        *,
        collection: str = "",
        allow_missing: bool = False,
        timeout: float | None = None,
    ) -> bool:
        """Deletes a stored article; see `Client.delete`."""
        return await self._caller.call(
            _calls.delete(article_id, collection, allow_missing=allow_missing), timeout
        )

    async def create_collection(
        self,
        collection_id: str,
        settings: CollectionSettings | None = None,
        *,
        timeout: float | None = None,
    ) -> Collection:
        """Creates an empty collection; see `Client.create_collection`."""
        return await self._caller.call(
            _calls.create_collection(collection_id, settings or CollectionSettings()), timeout
        )

    async def get_collection(
        self,
        collection_id: str = "",
        *,
        timeout: float | None = None,
    ) -> Collection:
        """Returns a collection."""
        return await self._caller.call(_calls.get_collection(collection_id), timeout)

    def list_collections(
        self,
        *,
        page_size: int = 0,
        timeout: float | None = None,
    ) -> AsyncGenerator[Collection, None]:
        """Yields the collections by id; see `Client.list_collections`."""
        return self._caller.items(_calls.list_collections(page_size), timeout)

    async def delete_collection(
        self,
        collection_id: str,
        *,
        force: bool = False,
        timeout: float | None = None,
    ) -> int:
        """Deletes a collection; see `Client.delete_collection`."""
        return await self._caller.call(_calls.delete_collection(collection_id, force=force), timeout)

    async def info(self, *, timeout: float | None = None) -> ServiceInfo:
        """Returns the service's version, sketch scheme, limits and counts."""
        return await self._caller.call(_calls.info(), timeout)
