"""The messages of the two ingest streams: what items a request holds, and how their answers become a response."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from google.protobuf.message import Message
from google.rpc import code_pb2, status_pb2

from textkin.v1 import article_pb2
from textkin.v1 import textkin_service_pb2 as pb
from textkin_service.errors import InvalidRequest
from textkin_service.model import IngestOutcome
from textkin_service.rpc import convert

# More in a message would save nothing.
MAX_BATCH_ARTICLES = 1_000

OK = status_pb2.Status(code=code_pb2.OK)


@dataclass(frozen=True, slots=True)
class Item:
    """One article on its way, as it came. `field`: its path in the request; `size` in bytes; `last` of its request."""

    collection_id: str
    article: article_pb2.Article | None
    search: pb.SearchOptions | None
    field: str
    size: int
    last: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an item. `outcome` None: it was refused."""

    item: Item
    status: status_pb2.Status
    outcome: IngestOutcome | None = None
    matches: Sequence[pb.Match] = ()


class Messages(Protocol):
    """The two ends of one stream."""

    def items(self, request: Any) -> list[Item]:
        """Returns the items of a request, at least one. InvalidRequest ends the stream."""

    def response(self, answers: Sequence[Answer]) -> Message:
        """Returns the response to the next request, whose items these are the answers of."""


class Singles:
    """The messages of IngestArticles, for one stream: an item each."""

    def __init__(self) -> None:
        self._sequence = 0

    def items(self, request: pb.IngestArticlesRequest) -> list[Item]:
        """Returns the item of a request."""
        article = request.article if request.HasField("article") else None
        search = request.search if request.HasField("search") else None
        return [Item(request.collection_id, article, search, "article", request.ByteSize(), last=True)]

    def response(self, answers: Sequence[Answer]) -> pb.IngestArticlesResponse:
        """Returns the next response of the stream."""
        (answer,) = answers
        sequence = self._sequence
        self._sequence += 1
        return pb.IngestArticlesResponse(
            sequence=sequence,
            article_id=answer.item.article.id if answer.item.article else "",
            status=answer.status,
            outcome=_outcome(answer),
            matches=answer.matches,
        )


class Batches:
    """The messages of BatchIngestArticles."""

    def items(self, request: pb.BatchIngestArticlesRequest) -> list[Item]:
        """Returns the items of a request. InvalidRequest if there is none, or too many."""
        count = len(request.articles)
        if not 1 <= count <= MAX_BATCH_ARTICLES:
            raise InvalidRequest("articles", f"has {count}; give 1 to {MAX_BATCH_ARTICLES}")
        search = request.search if request.HasField("search") else None
        return [
            Item(
                request.collection_id,
                article,
                search,
                f"articles[{position}]",
                article.ByteSize(),
                last=position == count - 1,
            )
            for position, article in enumerate(request.articles)
        ]

    def response(self, answers: Sequence[Answer]) -> pb.BatchIngestArticlesResponse:
        """Returns the response to a request."""
        response = pb.BatchIngestArticlesResponse()
        for answer in answers:
            response.results.add(status=answer.status, outcome=_outcome(answer), matches=answer.matches)
        return response


def _outcome(answer: Answer) -> "article_pb2.IngestOutcome":
    return convert.outcome(answer.outcome) if answer.outcome else article_pb2.INGEST_OUTCOME_UNSPECIFIED
