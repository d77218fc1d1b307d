"""Batches of articles for an ingest stream: gathered while others are on their way, so that none waits for company.

An article that comes alone goes at once. While the service has not acknowledged all that it was sent, articles gather until
they make a full batch (as small packets do in TCP: Nagle, RFC 896).
"""

from collections import deque

from textkin import _convert
from textkin.errors import UnexpectedError
from textkin.types import Acknowledgement, Article, SearchOptions
from textkin.v1 import textkin_service_pb2 as pb

# A full batch has so many articles, or no room for the next one in so many bytes: enough that a message's own cost is
# next to nothing, little beside what a message may have.
_FULL_ARTICLES = 64
_FULL_BYTES = 262_144


class Batches:
    """The batches of one ingest, and its window. Not safe for threads by itself."""

    def __init__(self, collection: str, search: SearchOptions | None, window: int) -> None:
        """`window`: most articles drawn and not yet acknowledged. ValueError if it is none."""
        if window < 1:
            raise ValueError(f"window is {window}: it must be at least 1")
        self._collection = collection
        self._search = _convert.search_options(search) if search else None
        self._window = window
        # Of a small window too, several batches are on their way at a time.
        self._most = max(1, min(_FULL_ARTICLES, window // 4))
        self._full: deque[pb.BatchIngestArticlesRequest] = deque()
        self._gathered = self._new()
        self._bytes = 0
        # On their way, kept to be sent again.
        self._sent: deque[pb.BatchIngestArticlesRequest] = deque()
        self._drawn = self._taken = self._answered = 0

    @property
    def has_room(self) -> bool:
        """Whether one more article may be drawn."""
        return self._drawn - self._taken < self._window

    @property
    def has_much_room(self) -> bool:
        """Whether so much may be drawn that it is worth waking who waits for room."""
        return self._drawn - self._taken <= self._window - self._most

    @property
    def is_due(self) -> bool:
        """Whether a request should go."""
        return bool(self._full) or (not self._sent and bool(self._gathered.articles))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is gathered."""
        return not self._full and not self._gathered.articles

    @property
    def is_answered(self) -> bool:
        """Whether nothing is on its way."""
        return not self._sent

    def add(self, article: Article) -> None:
        """Gathers an article. Raises what its conversion does, and has not gathered it then."""
        articles = self._gathered.articles
        message = articles.add()
        try:
            _convert.fill_article(message, article)
        except BaseException:
            del articles[-1]
            raise
        size = message.ByteSize()
        if len(articles) > 1 and self._bytes + size > _FULL_BYTES:
            following = self._new()
            following.articles.append(message)
            del articles[-1]
            self._close()
            self._gathered = following
        self._bytes += size
        self._drawn += 1
        if len(self._gathered.articles) >= self._most:
            self._close()

    def send(self) -> pb.BatchIngestArticlesRequest:
        """Takes what is gathered first, at least one article, as the next request."""
        if not self._full:
            self._close()
        request = self._full.popleft()
        self._sent.append(request)
        return request

    def send_again(self) -> None:
        """Puts what was not answered back before the rest, for another stream: those answers will not come."""
        self._full.extendleft(reversed(self._sent))
        self._sent.clear()

    def answered(self, response: pb.BatchIngestArticlesResponse) -> list[Acknowledgement]:
        """Returns the acknowledgements of the next response."""
        sent = self._sent.popleft().articles if self._sent else []
        if len(sent) != len(response.results):
            raise UnexpectedError(
                f"the service answers a batch of {len(sent)} articles with {len(response.results)} results"
            )
        first = self._answered
        self._answered += len(sent)
        return [
            _convert.acknowledgement(first + place, article, result)
            for place, (article, result) in enumerate(zip(sent, response.results, strict=True))
        ]

    def taken(self) -> None:
        """Counts an acknowledgement that the caller has taken."""
        self._taken += 1

    def _new(self) -> pb.BatchIngestArticlesRequest:
        return pb.BatchIngestArticlesRequest(collection_id=self._collection, search=self._search)

    def _close(self) -> None:
        self._full.append(self._gathered)
        self._gathered, self._bytes = self._new(), 0
