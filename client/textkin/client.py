"""The blocking client."""

import time
from collections import deque
from collections.abc import Generator, Iterable
from types import TracebackType
from typing import Any, Self, TypeVar

import grpc

from textkin import _calls, _many
from textkin._access import Tls, Token
from textkin._attempts import Attempts, Patience
from textkin._batches import Batches
from textkin._calls import Call, Pages, Text
from textkin._channel import DEFAULT_TIMEOUT
from textkin._connection import Connection
from textkin._iterables import each_of, with_failure
from textkin._requests import Requests
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


class Client:
    """A connection to a Textkin service; safe to share between threads, not with a process that is forked later.

    >>> with Client() as client:
    ...     client.compare(original, draft).relation
    <Relation.COPY: 'copy'>

    Every call takes a `timeout` in seconds, None meaning the client's own and `math.inf` none at all. Every call raises an
    exception of `textkin.errors` for what the service or the way to it refuses, ValueError or TypeError for what cannot be
    asked, and RuntimeError once the client is closed. Calls that change nothing when repeated are retried while the service is
    unavailable, up to five attempts within their timeout: all but `delete`, `create_collection` and `delete_collection`. An
    empty `collection` means the collection "default".
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
        """Makes a client; the connection itself is opened by the first call.

        `address`, HOST:PORT: by default that of the environment variable TEXTKIN_ADDRESS, else
        127.0.0.1:50051. With dns:///NAME:PORT, or several addresses with commas between them, calls go to each replica in
        turn, and those that are retried to another one. Names among several are looked up here, once.
        `timeout` of calls and `stream_timeout` of whole ingest streams are in seconds; None: no deadline.

        `token`: one for a service that asks for it, or what returns the one for the next call; by default that of
        TEXTKIN_TOKEN, else that in the file of TEXTKIN_TOKEN_FILE. `tls`: True, or a `Tls` with files; by default what
        TEXTKIN_TLS, TEXTKIN_CA, TEXTKIN_CERT and TEXTKIN_KEY say, and no TLS without them. `insecure`: a token may go to
        another machine without TLS. Raises ValueError for what does not go together, and OSError for a file that cannot be
        read, or if no name among several addresses is known.
        """
        self._connection = Connection(
            address,
            token=token,
            tls=tls,
            insecure=insecure,
            timeout=timeout,
            stream_timeout=stream_timeout,
        )
        self.address = self._connection.address
        self._channel = self._connection.open(grpc)
        self._service: pb_grpc.TextkinServiceStub = pb_grpc.TextkinServiceStub(self._channel)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection; calls under way are cancelled. Another time does nothing."""
        self._connection.close()
        self._channel.close()

    def compare(
        self,
        a: Text,
        b: Text,
        *,
        offset_unit: OffsetUnit = OffsetUnit.CODE_POINT,
        with_differences: bool = False,
        timeout: float | None = None,
    ) -> Comparison:
        """Compares two texts, each a str, InlineText or ArticleReference; passages are ordered by `a`.

        With differences, each passage that is no paraphrase says where its words differ.

        >>> for passage in client.compare(original, draft, with_differences=True).passages:
        ...     print(passage.kind.value, [each.b.text for each in passage.differences if each.b])
        edited ['late', 'about']
        """
        return self._call(_calls.compare(a, b, offset_unit, with_differences=with_differences), timeout)

    def search(
        self,
        query: Text,
        options: SearchOptions | None = None,
        *,
        collection: str = "",
        timeout: float | None = None,
    ) -> SearchResult:
        """Finds the articles that a text, or an article of the collection, copies or rewrites; best first.

        >>> _ = client.ingest(Article(id="wire-1", text=original))
        >>> [match.article_id for match in client.search(draft).matches]
        ['wire-1']
        """
        return self._call(_calls.search(query, collection, options), timeout)

    def batch_search(
        self,
        queries: Iterable[Text],
        options: SearchOptions | None = None,
        *,
        collection: str = "",
        timeout: float | None = None,
    ) -> tuple[SearchResult, ...]:
        """Searches for many texts in one call, at most `Limits.max_batch_size`.

        One result a query, in order; a query that fails has its `error` set and does not raise.

        >>> found, failed = client.batch_search([draft, ArticleReference("nobody")])
        >>> failed.error.reason
        'ARTICLE_NOT_FOUND'
        """
        queries = each_of("queries", queries)
        return self._call(_calls.batch_search(queries, collection, options), timeout)

    def compare_many(
        self,
        pairs: Iterable[tuple[Text, Text]],
        *,
        offset_unit: OffsetUnit = OffsetUnit.CODE_POINT,
        with_differences: bool = False,
        timeout: float | None = None,
    ) -> Generator[CompareResult, None, None]:
        """Compares any number of pairs, and yields a result for each, in their order.

        A pair that fails has its result's `error` set, and the others go on. Raises what would befall all that follow, as that
        the service is gone. Four calls are under way at a time, so that pairs are drawn ahead; each has `timeout` to itself,
        and is made again for half a minute while the service is too busy.

        >>> [result.comparison.relation.value for result in client.compare_many([(original, draft), (original, original)])]
        ['copy', 'identical']
        """
        calls = (
            _calls.compare(a, b, offset_unit, with_differences=with_differences)
            for a, b in each_of("pairs", pairs)
        )
        return (_many.result_of_pair(answer) for _, answer in self._in_order(calls, timeout))

    def search_many(
        self,
        queries: Iterable[Text],
        options: SearchOptions | None = None,
        *,
        collection: str = "",
        batch_size: int = _many.BATCH_SIZE,
        timeout: float | None = None,
    ) -> Generator[SearchResult, None, None]:
        """Searches for any number of texts, and yields a result for each, in their order.

        A query that fails has its result's `error` set, and the others go on. Raises what would befall all that follow, as that
        there is no such collection. Queries are drawn ahead: `batch_size` go in one call, and four calls are under way at a
        time; each has `timeout` to itself, and is made again for half a minute while the service is too busy. To have the
        answers to queries that come slowly at once, `search` for each.

        >>> _ = client.ingest(Article(id="wire-1", text=original))
        >>> [len(result.matches) for result in client.search_many([draft, "Nothing of the kind"])]
        [1, 0]
        """
        batches = _many.SearchBatches(collection, options, batch_size)
        calls = batches.of(each_of("queries", queries))
        for call, answer in self._in_order(calls, timeout):
            yield from _many.results_of_batch(call, answer)

    def ingest(
        self,
        article: Article,
        *,
        collection: str = "",
        search: SearchOptions | None = None,
        timeout: float | None = None,
    ) -> IngestResult:
        """Creates the article or replaces the one with its id.

        It is safe on disk and searchable when this returns. `search`: also search for the article's matches
        among those ingested before it.

        >>> client.ingest(Article(id="wire-1", text=original)).outcome
        <IngestOutcome.CREATED: 'created'>
        >>> client.ingest(Article(id="wire-2", text=draft), search=SearchOptions()).matches[0].article_id
        'wire-1'
        """
        return self._call(_calls.ingest(article, collection, search), timeout)

    def ingest_many(
        self,
        articles: Iterable[Article],
        *,
        collection: str = "",
        search: SearchOptions | None = None,
        window: int = 256,
        timeout: float | None = None,
    ) -> Generator[Acknowledgement, None, None]:
        """Ingests articles as one stream, and yields an acknowledgement for each, in their order.

        Articles are drawn, in another thread, as acknowledgements are consumed, never more than `window`
        ahead of them; so the iterable may be endless. One that comes alone is sent at once; those that come
        while others are unacknowledged are sent together. A refused article has its acknowledgement's `error` set
        and the stream goes on. An exception of the iterable itself is raised here, after the acknowledgements
        of what it gave before. Closing the iterator ends the stream; what was sent but not acknowledged may
        or may not have been ingested. A stream that breaks off is opened anew, and what was not acknowledged is sent
        again, up to five times without an answer; what had been ingested then answers UNCHANGED.

        >>> articles = [Article(id="wire-1", text=original), Article(id="wire-2", text="")]
        >>> for answer in client.ingest_many(articles):
        ...     print(answer.article_id, answer.outcome or answer.error.reason)
        wire-1 IngestOutcome.CREATED
        wire-2 INVALID_REQUEST
        """
        requests = Requests(articles, Batches(collection, search, window))
        attempts = Attempts(self._connection.stream_deadline(timeout))
        wait: float | None = 0.0
        try:
            while wait is not None:
                time.sleep(wait)
                stream = self._stub.BatchIngestArticles(
                    requests.begin(), timeout=attempts.begin(), metadata=self._connection.metadata()
                )
                try:
                    wait = None
                    for response in stream:
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
            requests.close()
        if requests.failure:
            raise requests.failure

    def get(self, article_id: str, *, collection: str = "", timeout: float | None = None) -> Article:
        """Returns a stored article with its text.

        >>> _ = client.ingest(Article(id="wire-1", text=original))
        >>> client.get("wire-1").text == original
        True
        """
        return self._call(_calls.get(article_id, collection), timeout)

    def list(
        self,
        *,
        collection: str = "",
        include_text: bool = False,
        page_size: int = 0,
        timeout: float | None = None,
    ) -> Generator[Article, None, None]:
        """Yields a collection's articles in the order of their ingest, fetching a page when needed.

        `page_size` 0: 100, or 8 with texts. `timeout` is that of one page.

        >>> _ = client.ingest(Article(id="wire-1", text=original, title="The last ferry"))
        >>> [(article.id, article.title) for article in client.list()]
        [('wire-1', 'The last ferry')]
        """
        pages = _calls.list_articles(collection, page_size, include_text=include_text)
        return self._items(pages, timeout)

    def delete(
        self,
        article_id: str,
        *,
        collection: str = "",
        allow_missing: bool = False,
        timeout: float | None = None,
    ) -> bool:
        """Deletes a stored article. False: it was not there and `allow_missing` was set.

        >>> client.delete("wire-1", allow_missing=True)
        False
        """
        return self._call(_calls.delete(article_id, collection, allow_missing=allow_missing), timeout)

    def create_collection(
        self,
        collection_id: str,
        settings: CollectionSettings | None = None,
        *,
        timeout: float | None = None,
    ) -> Collection:
        """Creates an empty collection and returns it with every setting filled in.

        >>> created = client.create_collection("obituaries", CollectionSettings(language="en"))
        >>> created.id, created.article_count
        ('obituaries', 0)
        """
        return self._call(_calls.create_collection(collection_id, settings or CollectionSettings()), timeout)

    def get_collection(self, collection_id: str = "", *, timeout: float | None = None) -> Collection:
        """Returns a collection.

        >>> client.get_collection().id
        'default'
        """
        return self._call(_calls.get_collection(collection_id), timeout)

    def list_collections(
        self, *, page_size: int = 0, timeout: float | None = None
    ) -> Generator[Collection, None, None]:
        """Yields the collections by id, fetching a page when needed; `timeout` is that of one page.

        >>> [collection.id for collection in client.list_collections()]
        ['default']
        """
        return self._items(_calls.list_collections(page_size), timeout)

    def delete_collection(
        self, collection_id: str, *, force: bool = False, timeout: float | None = None
    ) -> int:
        """Deletes a collection, with `force` also one that holds articles; returns how many went with it.

        >>> _ = client.create_collection("obituaries")
        >>> client.delete_collection("obituaries")
        0
        """
        return self._call(_calls.delete_collection(collection_id, force=force), timeout)

    def info(self, *, timeout: float | None = None) -> ServiceInfo:
        """Returns the service's version, sketch scheme, limits and counts.

        >>> client.info().limits.max_text_bytes
        1048576
        """
        return self._call(_calls.info(), timeout)

    @property
    def _stub(self) -> pb_grpc.TextkinServiceStub:
        self._connection.check()
        return self._service

    def _call(self, call: Call[T], timeout: float | None) -> T:
        method = getattr(self._stub, call.method)
        try:
            response = method(
                call.request,
                timeout=self._connection.deadline(timeout),
                metadata=self._connection.metadata(),
            )
        except grpc.RpcError as error:
            raise error_of_call(error) from error
        return call.result(response)

    def _items(self, pages: Pages[T], timeout: float | None) -> Generator[T, None, None]:
        page = self._call(pages.after(""), timeout)
        yield from page.items
        while page.next_token:
            page = self._call(pages.after(page.next_token), timeout)
            yield from page.items

    def _in_order(
        self, calls: Iterable[Call[T]], timeout: float | None
    ) -> Generator[tuple[Call[T], T | TextkinError], None, None]:
        """Each call with its answer, in their order, while others are under way. An exception of the iterable comes last."""
        under_way: deque[tuple[Call[T], Any]] = deque()
        failure = None
        try:
            for call in with_failure(calls):
                if isinstance(call, Exception):
                    failure = call
                    break
                under_way.append((call, self._begin(call, timeout)))
                if len(under_way) == _many.CALLS_UNDER_WAY:
                    yield self._first_answer(under_way, timeout)
            while under_way:
                yield self._first_answer(under_way, timeout)
        finally:
            for _, future in under_way:
                future.cancel()
        if failure:
            raise failure

    def _begin(self, call: Call[T], timeout: float | None) -> Any:
        """What gRPC calls a future."""
        return getattr(self._stub, call.method).future(
            call.request, timeout=self._connection.deadline(timeout), metadata=self._connection.metadata()
        )

    def _first_answer(
        self, under_way: deque[tuple[Call[T], Any]], timeout: float | None
    ) -> tuple[Call[T], T | TextkinError]:
        call, future = under_way[0]
        patience = Patience()
        while True:
            try:
                answer: T | TextkinError = call.result(future.result())
            except grpc.RpcError as error:
                answer = error_of_call(error)
                wait = patience.wait_after(answer)
                if wait is not None:
                    time.sleep(wait)
                    future = self._begin(call, timeout)
                    under_way[0] = call, future
                    continue
            under_way.popleft()
            return call, answer
