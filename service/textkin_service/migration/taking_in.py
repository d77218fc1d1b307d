"""Taking articles into the target: some are read and prepared while others are committed, a bounded number at a time."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import TypeVar

from textkin_service.engine import Incoming, Ingest, Prepared, Work
from textkin_service.engine.ahead import read_ahead
from textkin_service.errors import TextkinError
from textkin_service.migration.sides import MigrationFailed, Side
from textkin_service.model import Article, IngestOutcome
from textkin_service.store import Put

Value = TypeVar("Value")
# A batch, and what the store will have done with it.
_Committing = tuple[Sequence[Article], Future[list[Put | TextkinError]]]

# Batches that are read ahead.
_READ_AHEAD = 2
# Most of the work is kernels, which run side by side; the rest is Python, which does not.
_MOST_PREPARERS = 4


class TakingIn:
    """Takes batches of articles into collections of the target, in their order."""

    def __init__(self, target: Side, ingest: Ingest, advance: Callable[[int], None]) -> None:
        """`advance` is told how many more articles the target has."""
        self._target = target
        self._ingest = ingest
        self._advance = advance
        self._preparers = min(len(os.sched_getaffinity(0)), _MOST_PREPARERS)

    def take(self, collection_id: str, batches: Iterable[Sequence[Article]]) -> int:
        """Takes articles in, and returns how many were not there already. MigrationFailed.

        A batch is handed to the store once the one before is there, so that what fails leaves no gap.
        """
        work = Work()
        new = 0
        with ThreadPoolExecutor(self._preparers, "migrate") as pool, self._target.failures():
            try:
                committing: _Committing | None = None
                for articles, prepared in self._prepared(pool, work, collection_id, batches):
                    ready = _accepted(collection_id, articles, prepared)
                    new += self._finish(collection_id, committing)
                    committing = articles, self._ingest.commit(ready)
                new += self._finish(collection_id, committing)
            except BaseException:
                # Nobody waits for what is left to prepare.
                work.cancel()
                raise
        return new

    def _prepared(
        self, pool: Executor, work: Work, collection_id: str, batches: Iterable[Sequence[Article]]
    ) -> Iterator[tuple[Sequence[Article], list[Prepared | Exception]]]:
        """Yields batches and what became of each article; some are prepared ahead."""
        preparing: deque[tuple[Sequence[Article], Future[list[Prepared | Exception]]]] = deque()
        for articles in read_ahead(batches, _READ_AHEAD):
            incoming = [Incoming(collection_id, each, ingested_at=each.ingested_at) for each in articles]
            preparing.append((articles, pool.submit(self._ingest.prepare, work, incoming)))
            if len(preparing) > self._preparers:
                first, prepared = preparing.popleft()
                yield first, prepared.result()
        for first, prepared in preparing:
            yield first, prepared.result()

    def _finish(self, collection_id: str, committing: _Committing | None) -> int:
        """Waits until a batch is there; returns how many of it are new."""
        if committing is None:
            return 0
        articles, committed = committing
        puts = _accepted(collection_id, articles, committed.result())
        self._advance(sum(each.outcome is IngestOutcome.CREATED for each in puts))
        return sum(each.outcome is not IngestOutcome.UNCHANGED for each in puts)


def _accepted(
    collection_id: str, articles: Sequence[Article], results: Sequence[Value | Exception]
) -> list[Value]:
    """Returns what became of articles. MigrationFailed, which names the first that was refused."""
    accepted: list[Value] = []
    for article, result in zip(articles, results, strict=True):
        if isinstance(result, TextkinError):
            raise MigrationFailed(
                f"the target refuses the article {article.id!r} of the collection {collection_id!r}: {result.message}"
            ) from result
        if isinstance(result, Exception):
            raise result
        accepted.append(result)
    return accepted
