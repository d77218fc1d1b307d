"""The RPCs: each converts its request, has the engine do the work in the pool, and converts the answer."""

# ruff: noqa: ARG002, N802 - grpc calls these, by the API's names and with these arguments

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
from google.rpc import code_pb2, status_pb2

from textkin.v1 import textkin_service_pb2 as pb
from textkin.v1 import textkin_service_pb2_grpc as pb_grpc
from textkin_service.engine import Asked, Engine, Work
from textkin_service.errors import DeadlineExceeded, InvalidRequest, NotFound
from textkin_service.model import SearchResult
from textkin_service.rpc import calls, convert, errors, logs
from textkin_service.rpc.convert import Unit
from textkin_service.rpc.ingest_messages import Batches, Messages, Singles
from textkin_service.rpc.ingest_stream import IngestStream, Shared
from textkin_service.rpc.searches import TOGETHER, Searches
from textkin_service.rpc.workers import Workers
from textkin_service.settings import Settings
from textkin_service.telemetry import metrics
from textkin_service.telemetry.steps import STORE, Step

Context = grpc.aio.ServicerContext[Any, Any]


def _work(context: Context) -> Work:
    return Work(context.time_remaining())


class TextkinServicer(pb_grpc.TextkinServiceServicer):
    """Textkin's RPCs over an engine. Exceptions are the interceptors' to translate."""

    def __init__(self, engine: Engine, workers: Workers, settings: Settings) -> None:
        self._engine = engine
        self._workers = workers
        self._settings = settings
        self._searches = Searches(engine, workers)
        self._streams: set[IngestStream] = set()
        self._shared = Shared(workers.threads)

    @property
    def searches_waiting(self) -> int:
        """How many searches wait for a thread."""
        return self._searches.waiting

    @property
    def stream_bytes(self) -> int:
        """How many bytes of all ingest streams are on their way."""
        return self._shared.size

    def drain(self) -> None:
        """Has the ingest streams end after the answers of what they have read."""
        for stream in self._streams:
            stream.drain()

    async def Compare(self, request: pb.CompareRequest, context: Context) -> pb.CompareResponse:
        """Compares two texts, given or stored."""
        unit = convert.offset_unit(request.offset_unit, "offset_unit")
        side_a, side_b = convert.side(request.a, "a"), convert.side(request.b, "b")

        def compare(work: Work) -> pb.CompareResponse:
            found = self._engine.compare(work, side_a, side_b, with_differences=request.with_differences)
            message = convert.comparison_message(found.comparison, found.text_a, found.text_b, unit)
            return pb.CompareResponse(comparison=message)

        return await self._workers.work(_work(context), compare)

    async def Search(self, request: pb.SearchRequest, context: Context) -> pb.SearchResponse:
        """Finds the articles that a text copies or rewrites."""
        options = convert.search_options(request.options, "options")
        query = convert.query(request, "query")
        unit = convert.offset_unit(request.options.offset_unit, "options.offset_unit")
        collection_id = convert.collection_id(request.collection_id)
        return await self._searches.response(Asked(_work(context), collection_id, query, options), unit)

    async def BatchSearch(self, request: pb.BatchSearchRequest, context: Context) -> pb.BatchSearchResponse:
        """Searches for many texts, some at a time."""
        most = self._settings.max_batch_size
        if not 1 <= len(request.queries) <= most:
            raise InvalidRequest("queries", f"has {len(request.queries)}; give 1 to {most}")
        options = convert.search_options(request.options, "options")
        collection_id = convert.collection_id(request.collection_id)
        await self._workers.run(self._engine.check_search, collection_id, options)
        work, call = _work(context), calls.current()
        unit = convert.offset_unit(request.options.offset_unit, "options.offset_unit")

        def some(work: Work, first: int) -> list[pb.BatchSearchResult]:
            """Searches, in the thread that it is called in, for some queries; each fails by itself."""
            results: dict[int, pb.BatchSearchResult] = {}
            asked: dict[int, Asked] = {}
            for position in range(first, min(first + TOGETHER, len(request.queries))):
                field = f"queries[{position}]"
                try:
                    query = convert.query(request.queries[position], field)
                except InvalidRequest as refusal:
                    results[position] = _refused(refusal, call)
                else:
                    asked[position] = Asked(work, collection_id, query, options, f"{field}.")
            answers = self._engine.search_all(list(asked.values()))
            for position, answer in zip(asked, answers, strict=True):
                results[position] = _batch_result(answer, unit, call)
            return [results[position] for position in sorted(results)]

        try:
            async with asyncio.TaskGroup() as group:
                firsts = range(0, len(request.queries), TOGETHER)
                tasks = [group.create_task(self._searches.part(work, some, first)) for first in firsts]
        except* DeadlineExceeded as late:
            raise late.exceptions[0] from None
        call.items = len(request.queries)
        return pb.BatchSearchResponse(results=[result for task in tasks for result in task.result()])

    async def IngestArticle(
        self, request: pb.IngestArticleRequest, context: Context
    ) -> pb.IngestArticleResponse:
        """Creates or replaces an article."""
        work = _work(context)
        ingest = self._engine.ingest
        article = request.article if request.HasField("article") else None
        search = request.search if request.HasField("search") else None
        try:
            incoming = convert.incoming(request.collection_id, article, search)
        except InvalidRequest:
            metrics.ingested("refused")
            raise
        (prepared,) = await self._workers.work(work, ingest.prepare, [incoming])
        if isinstance(prepared, Exception):
            raise prepared
        with Step(STORE):
            (put,) = await asyncio.wrap_future(ingest.commit([prepared]))
        if isinstance(put, Exception):
            raise put
        found = await self._workers.work(work, ingest.match, prepared, put)
        unit = convert.search_unit(search)
        matches = await self._workers.run(convert.match_messages, found, incoming.article.text, unit)
        return pb.IngestArticleResponse(outcome=convert.outcome(put.outcome), matches=matches)

    async def IngestArticles(  # type: ignore[override]  # a coroutine that writes to `context`, as grpc.aio allows
        self, request_iterator: AsyncIterator[pb.IngestArticlesRequest], context: Context
    ) -> None:
        """Ingests a stream of articles."""
        await self._ingest_stream(request_iterator, context, Singles())

    async def BatchIngestArticles(  # type: ignore[override]  # a coroutine that writes to `context`, as grpc.aio allows
        self, request_iterator: AsyncIterator[pb.BatchIngestArticlesRequest], context: Context
    ) -> None:
        """Ingests a stream of batches of articles."""
        await self._ingest_stream(request_iterator, context, Batches())

    async def _ingest_stream(
        self, requests: AsyncIterator[Any], context: Context, messages: Messages
    ) -> None:
        most = self._settings.max_stream_items
        stream = IngestStream(
            self._engine.ingest, self._workers, messages, most, _work(context), self._shared
        )
        self._streams.add(stream)
        try:
            await stream.run(requests, context)
        finally:
            self._streams.discard(stream)

    async def GetArticle(self, request: pb.GetArticleRequest, context: Context) -> pb.GetArticleResponse:
        """Returns one article."""
        collection_id = convert.collection_id(request.collection_id)
        article = await self._workers.run(self._engine.article, collection_id, request.article_id)
        return pb.GetArticleResponse(article=convert.article_message(article))

    async def ListArticles(
        self, request: pb.ListArticlesRequest, context: Context
    ) -> pb.ListArticlesResponse:
        """Lists a collection's articles."""
        page = await self._workers.run(
            self._engine.articles,
            convert.collection_id(request.collection_id),
            request.page_size,
            request.page_token,
            include_text=request.include_text,
        )
        calls.current().items = len(page.articles)
        articles = [convert.article_message(article) for article in page.articles]
        return pb.ListArticlesResponse(articles=articles, next_page_token=page.next_token)

    async def DeleteArticle(
        self, request: pb.DeleteArticleRequest, context: Context
    ) -> pb.DeleteArticleResponse:
        """Deletes one article."""
        collection_id = convert.collection_id(request.collection_id)
        deleted = await asyncio.wrap_future(self._engine.delete(collection_id, request.article_id))
        if not deleted and not request.allow_missing:
            raise NotFound(
                f"the collection {collection_id!r} has no article {request.article_id!r}",
                reason="ARTICLE_NOT_FOUND",
                metadata={"collection_id": collection_id, "article_id": request.article_id},
            )
        return pb.DeleteArticleResponse(deleted=deleted)

    async def CreateCollection(
        self, request: pb.CreateCollectionRequest, context: Context
    ) -> pb.CreateCollectionResponse:
        """Creates a collection."""
        settings = convert.collection_settings(request.collection.settings, "collection.settings")
        future = self._engine.create_collection(request.collection.id, settings)
        collection = await asyncio.wrap_future(future)
        return pb.CreateCollectionResponse(collection=convert.collection_message(collection))

    async def GetCollection(
        self, request: pb.GetCollectionRequest, context: Context
    ) -> pb.GetCollectionResponse:
        """Returns one collection."""
        collection_id = convert.collection_id(request.collection_id)
        collection = await self._workers.run(self._engine.collection, collection_id)
        return pb.GetCollectionResponse(collection=convert.collection_message(collection))

    async def ListCollections(
        self, request: pb.ListCollectionsRequest, context: Context
    ) -> pb.ListCollectionsResponse:
        """Lists the collections that the caller may read."""
        call = calls.current()
        among = call.known.reads if call.known else None
        page = await self._workers.run(self._engine.collections, request.page_size, request.page_token, among)
        call.items = len(page.collections)
        collections = [convert.collection_message(collection) for collection in page.collections]
        return pb.ListCollectionsResponse(collections=collections, next_page_token=page.next_token)

    async def DeleteCollection(
        self, request: pb.DeleteCollectionRequest, context: Context
    ) -> pb.DeleteCollectionResponse:
        """Deletes a collection."""
        if not request.collection_id:
            raise InvalidRequest("collection_id", "is empty; give the id of the collection to delete")
        collection_id = convert.collection_id(request.collection_id)
        future = self._engine.delete_collection(collection_id, force=request.force)
        deleted = await asyncio.wrap_future(future)
        return pb.DeleteCollectionResponse(deleted_articles=deleted)

    async def GetServiceInfo(
        self, request: pb.GetServiceInfoRequest, context: Context
    ) -> pb.GetServiceInfoResponse:
        """Returns what the service is."""
        return convert.info_message(await self._workers.run(self._engine.info))


def _batch_result(
    answer: tuple[SearchResult, str] | Exception, unit: Unit, call: calls.Call
) -> pb.BatchSearchResult:
    """Returns the result of a query of a batch. DeadlineExceeded: it is the whole batch's."""
    if isinstance(answer, DeadlineExceeded):
        raise answer
    if isinstance(answer, Exception):
        return _refused(answer, call)
    result, text = answer
    return pb.BatchSearchResult(
        status=status_pb2.Status(code=code_pb2.OK),
        matches=convert.match_messages(result, text, unit),
        truncated=result.truncated,
    )


def _refused(error: Exception, call: calls.Call) -> pb.BatchSearchResult:
    logs.failure(error, call)
    return pb.BatchSearchResult(status=errors.status_of(error, call.request_id))
