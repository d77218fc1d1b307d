"""Many searches and comparisons, for both clients: what is sent together, and what an answer is that did not come.

The clients keep a few calls under way, and yield the answers in the order of what was asked.
"""

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator

from textkin import _calls
from textkin._attempts import befalls_all
from textkin._calls import Call, Text
from textkin.errors import DeadlineExceeded, InternalError, ResourceExhausted, TextkinError
from textkin.types import CompareResult, Comparison, SearchOptions, SearchResult

# Enough to keep a service of a few cores busy, and few enough to leave it room for others.
CALLS_UNDER_WAY = 4

# Queries of one call: enough to spare most of what a call costs, few enough for answers to come steadily.
BATCH_SIZE = 16

# Long texts go with fewer others, far from what a message may have.
_MOST_BYTES = 4_194_304
_MOST_BYTES_OF_A_CHARACTER = 4


class SearchBatches:
    """The calls of a search for many texts. Gathers queries until they make a batch."""

    def __init__(self, collection: str, options: SearchOptions | None, size: int) -> None:
        """`size`: most queries of a batch. ValueError if it is none."""
        if size < 1:
            raise ValueError(f"batch_size is {size}: it must be at least 1")
        self._collection = collection
        self._options = options
        self._size = size
        self._queries: list[Text] = []
        self._bytes = 0

    def add(self, query: Text) -> list[Call[tuple[SearchResult, ...]]]:
        """Gathers a query, and returns the calls that are ready."""
        size = _most_bytes(query)
        ready = self.rest() if self._bytes + size > _MOST_BYTES else []
        self._queries.append(query)
        self._bytes += size
        if len(self._queries) == self._size:
            ready += self.rest()
        return ready

    def of(self, queries: Iterable[Text]) -> Iterator[Call[tuple[SearchResult, ...]]]:
        """Yields the calls for the queries as they come."""
        for query in queries:
            yield from self.add(query)
        yield from self.rest()

    async def of_async(self, queries: AsyncIterable[Text]) -> AsyncIterator[Call[tuple[SearchResult, ...]]]:
        """The same for an asynchronous iterable."""
        async for query in queries:
            for call in self.add(query):
                yield call
        for call in self.rest():
            yield call

    def rest(self) -> list[Call[tuple[SearchResult, ...]]]:
        """Returns the call for what is gathered, if anything is."""
        queries, self._queries, self._bytes = self._queries, [], 0
        if not queries:
            return []
        return [_calls.batch_search(queries, self._collection, self._options)]


def results_of_batch(
    call: Call[tuple[SearchResult, ...]], answer: tuple[SearchResult, ...] | TextkinError
) -> tuple[SearchResult, ...]:
    """One result a query of a batch. Raises what would befall all that follow."""
    if not isinstance(answer, TextkinError):
        return answer
    # What is wrong with one query stands in its result, so the rest is wrong with every batch: the collection, the options.
    if befalls_all(answer) or not isinstance(answer, DeadlineExceeded | InternalError | ResourceExhausted):
        raise answer
    return (SearchResult(error=answer),) * len(call.request.queries)


def result_of_pair(answer: Comparison | TextkinError) -> CompareResult:
    """The result of one pair. Raises what would befall all that follow."""
    if not isinstance(answer, TextkinError):
        return CompareResult(comparison=answer)
    if befalls_all(answer):
        raise answer
    return CompareResult(error=answer)


def _most_bytes(query: Text) -> int:
    text = _calls.known_text(query) or ""
    return len(text) * (1 if text.isascii() else _MOST_BYTES_OF_A_CHARACTER)
