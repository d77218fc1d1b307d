"""The blocking client."""

import threading
import time
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self, TypeVar

import grpc

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


class Client:
    """A connection to a Textkin service; safe to share between threads.

    ::

        with Client("127.0.0.1:50051") as client:
            result = client.search("a text")

    Every call takes a `timeout` in seconds, None meaning the client's own and `math.inf` none at all. Every
    call raises an exception of `textkin.errors`. Calls that change nothing when repeated are retried while
    the service is unavailable, up to five attempts within their timeout: all but `delete`,
    `create_collection` and `delete_collection`. An empty `collection` means the collection "default".
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
        self.address = address_or_default(address)
        self._timeout = timeout
        self._stream_timeout = stream_timeout
        self._token = _access.token_or_default(token)
        tls = _access.tls_or_default(tls)
        _access.check_plaintext(self.address, self._token, tls, insecure=insecure)
        options = _channel.channel_options(self.address)
        where = target(self.address)
        self._channel = (
            grpc.secure_channel(where, grpc.ssl_channel_credentials(*tls.read()), options)
            if tls
            else grpc.insecure_channel(where, options)
        )
        self._stub = pb_grpc.TextkinServiceStub(self._channel)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection; calls under way are cancelled."""
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
        """Finds the articles that a text, or an article of the collection, copies or rewrites; best first."""
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
        """
        return self._call(_calls.batch_search(queries, collection, options), timeout)

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
    ) -> Iterator[Acknowledgement]:
        """Ingests articles as one stream, and yields an acknowledgement for each, in their order.

        Articles are drawn, in another thread, as acknowledgements are consumed, never more than `window`
        ahead of them; so the iterable may be endless. One that comes alone is sent at once; those that come
        while others are unacknowledged are sent together. A refused article has its acknowledgement's `error` set
        and the stream goes on. An exception of the iterable itself is raised here, after the acknowledgements
        of what it gave before. Closing the iterator ends the stream; what was sent but not acknowledged may
        or may not have been ingested. A stream that breaks off is opened anew, and what was not acknowledged is sent
        again, up to five times without an answer; what had been ingested then answers UNCHANGED.
        """
        requests = _Requests(articles, Batches(collection, search, window))
        attempts = Attempts(_channel.deadline(timeout, self._stream_timeout))
        wait: float | None = 0.0
        try:
            while wait is not None:
                time.sleep(wait)
                stream = self._stub.BatchIngestArticles(
                    requests.begin(), timeout=attempts.begin(), metadata=_access.metadata(self._token)
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
        """Returns a stored article with its text."""
        return self._call(_calls.get(article_id, collection), timeout)

    def list(
        self,
        *,
        collection: str = "",
        include_text: bool = False,
        page_size: int = 0,
        timeout: float | None = None,
    ) -> Iterator[Article]:
        """Yields a collection's articles in the order of their ingest, fetching a page when needed.

        `page_size` 0: 100, or 8 with texts. `timeout` is that of one page.
        """
        token = ""
        while True:
            call = _calls.list_articles(collection, page_size, token, include_text=include_text)
            page = self._call(call, timeout)
            yield from page.items
            token = page.next_token
            if not token:
                return

    def delete(
        self,
        article_id: str,
        *,
        collection: str = "",
        allow_missing: bool = False,
        timeout: float | None = None,
    ) -> bool:
        """Deletes a stored article. False: it was not there and `allow_missing` was set."""
        return self._call(_calls.delete(article_id, collection, allow_missing=allow_missing), timeout)

    def create_collection(
        self,
        collection_id: str,
        settings: CollectionSettings | None = None,
        *,
        timeout: float | None = None,
    ) -> Collection:
        """Creates an empty collection and returns it with every setting filled in."""
        return self._call(_calls.create_collection(collection_id, settings or CollectionSettings()), timeout)

    def get_collection(self, collection_id: str = "", *, timeout: float | None = None) -> Collection:
        """Returns a collection."""
        return self._call(_calls.get_collection(collection_id), timeout)

    def list_collections(self, *, page_size: int = 0, timeout: float | None = None) -> Iterator[Collection]:
        """Yields the collections by id, fetching a page when needed; `timeout` is that of one page."""
        token = ""
        while True:
            page = self._call(_calls.list_collections(page_size, token), timeout)
            yield from page.items
            token = page.next_token
            if not token:
                return

    def delete_collection(
        self, collection_id: str, *, force: bool = False, timeout: float | None = None
    ) -> int:
        """Deletes a collection, with `force` also one that holds articles; returns how many went with it."""
        return self._call(_calls.delete_collection(collection_id, force=force), timeout)

    def info(self, *, timeout: float | None = None) -> ServiceInfo:
        """Returns the service's version, sketch scheme, limits and counts."""
        return self._call(_calls.info(), timeout)

    def _call(self, call: Call[T], timeout: float | None) -> T:
        method = getattr(self._stub, call.method)
        try:
            response = method(
                call.request,
                timeout=_channel.deadline(timeout, self._timeout),
                metadata=_access.metadata(self._token),
            )
        except grpc.RpcError as error:
            raise error_of_call(error) from error
        return call.result(response)


class _Requests:
    """The requests of an ingest, which gRPC draws in one thread, from articles that are drawn in another."""

    def __init__(self, articles: Iterable[Article], batches: Batches) -> None:
        self.failure: BaseException | None = None
        self._articles = articles
        self._batches = batches
        self._changed = threading.Condition()
        self._ended = self._closed = False
        self._attempt = 0

    @property
    def is_done(self) -> bool:
        """Whether there is nothing left to send, nor an answer to wait for."""
        with self._changed:
            return self._ended and self._batches.is_empty and self._batches.is_answered

    def begin(self) -> Iterator[pb.BatchIngestArticlesRequest]:
        """Returns the requests of another stream, first those that the one before, which ends, left unanswered."""
        with self._changed:
            if not self._attempt:
                # A daemon, because the iterable may wait for ever.
                threading.Thread(target=self._draw, name="textkin-ingest", daemon=True).start()
            self._attempt += 1
            self._batches.send_again()
            self._changed.notify_all()
            return self._of(self._attempt)

    def answered(self, response: pb.BatchIngestArticlesResponse) -> list[Acknowledgement]:
        """Returns the acknowledgements of a response."""
        with self._changed:
            acknowledgements = self._batches.answered(response)
            if self._batches.is_due:
                self._changed.notify_all()
        return acknowledgements

    def taken(self) -> None:
        """Lets one more article be drawn."""
        with self._changed:
            self._batches.taken()
            if self._batches.has_much_room:
                self._changed.notify_all()

    def close(self) -> None:
        """Lets both threads end, even if they wait for an acknowledgement."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _of(self, attempt: int) -> Iterator[pb.BatchIngestArticlesRequest]:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._is_over(attempt) or self._ended or self._batches.is_due)
                if self._is_over(attempt) or self._batches.is_empty:
                    return
                request = self._batches.send()
            yield request

    def _is_over(self, attempt: int) -> bool:
        return self._closed or attempt != self._attempt

    def _draw(self) -> None:
        # An exception would be printed by this thread and lost: keep it for the caller's.
        try:
            articles = iter(self._articles)
            while self._may_draw():
                try:
                    article = next(articles)
                except StopIteration:
                    return
                with self._changed:
                    self._batches.add(article)
                    if self._batches.is_due:
                        self._changed.notify_all()
        except Exception as error:  # noqa: BLE001 -- whatever the caller's iterable raises goes back to the caller
            self.failure = error
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _may_draw(self) -> bool:
        """Waits for room in the window. False: the stream is at its end."""
        with self._changed:
            if not self._batches.has_room:
                self._changed.wait_for(lambda: self._closed or self._batches.has_much_room)
            return not self._closed
