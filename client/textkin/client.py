"""The blocking client."""

from collections.abc import Generator, Iterable
from contextlib import closing
from types import TracebackType
from typing import Self, TypeVar

from textkin import _calls, _many
from textkin._access import Tls, Token
from textkin._batches import Batches
from textkin._caller import Caller
from textkin._calls import Text
from textkin._channel import DEFAULT_TIMEOUT
from textkin._connection import Connection
from textkin._iterables import each_of
from textkin._requests import Requests
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
        connection = Connection(
            address,
            token=token,
            tls=tls,
            insecure=insecure,
            timeout=timeout,
            stream_timeout=stream_timeout,
        )
        self.address = connection.address
        self._caller = Caller(connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection; calls under way are cancelled. Another time does nothing."""
        self._caller.close()

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
        return self._caller.call(
            _calls.compare(a, b, offset_unit, with_differences=with_differences), timeout
        )

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
        return self._caller.call(_calls.search(query, collection, options), timeout)

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
        return self._caller.call(_calls.batch_search(queries, collection, options), timeout)

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
        with closing(self._caller.in_order(calls, timeout)) as answers:
            for _, answer in answers:
                yield _many.result_of_pair(answer)

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
        with closing(self._caller.in_order(calls, timeout)) as answers:
            for call, answer in answers:
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
        return self._caller.call(_calls.ingest(article, collection, search), timeout)

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
        requests = Requests(each_of("articles", articles), Batches(collection, search, window))
        return self._caller.ingest(requests, timeout)

    def get(self, article_id: str, *, collection: str = "", timeout: float | None = None) -> Article:
        """Returns a stored article with its text.

        >>> _ = client.ingest(Article(id="wire-1", text=original))
        >>> client.get("wire-1").text == original
        True
        """
        return self._caller.call(_calls.get(article_id, collection), timeout)

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
        return self._caller.items(pages, timeout)

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
        return self._caller.call(_calls.delete(article_id, collection, allow_missing=allow_missing), timeout)

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
        return self._caller.call(
            _calls.create_collection(collection_id, settings or CollectionSettings()), timeout
        )

    def get_collection(self, collection_id: str = "", *, timeout: float | None = None) -> Collection:
        """Returns a collection.

        >>> client.get_collection().id
        'default'
        """
        return self._caller.call(_calls.get_collection(collection_id), timeout)

    def list_collections(
        self, *, page_size: int = 0, timeout: float | None = None
    ) -> Generator[Collection, None, None]:
        """Yields the collections by id, fetching a page when needed; `timeout` is that of one page.

        >>> [collection.id for collection in client.list_collections()]
        ['default']
        """
        return self._caller.items(_calls.list_collections(page_size), timeout)

    def delete_collection(
        self, collection_id: str, *, force: bool = False, timeout: float | None = None
    ) -> int:
        """Deletes a collection, with `force` also one that holds articles; returns how many went with it.

        >>> _ = client.create_collection("obituaries")
        >>> client.delete_collection("obituaries")
        0
        """
        return self._caller.call(_calls.delete_collection(collection_id, force=force), timeout)

    def info(self, *, timeout: float | None = None) -> ServiceInfo:
        """Returns the service's version, sketch scheme, limits and counts.

        >>> client.info().limits.max_text_bytes
        1048576
        """
        return self._caller.call(_calls.info(), timeout)
