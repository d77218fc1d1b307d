"""Taking articles into the target: some are read and prepared while others are committed, a bounded number at a time."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from textkin_service.engine import Incoming, Ingest, Prepared, Work
from textkin_service.engine.ahead import read_ahead
from textkin_service.errors import TextkinError
from textkin_service.migration.sides import MigrationFailed, Side
from textkin_service.model import Article, IngestOutcome

if TYPE_CHECKING:
    from textkin_service.store import Put

Value = TypeVar("Value")

# Batches that are read ahead, and handed to the store before the first of them is known to be there.
_READ_AHEAD, _COMMITTING = 2, 2
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
        """Takes articles in, and returns how many were not there already. MigrationFailed."""
        work = Work()
        preparing: deque[tuple[Sequence[Article], Future[list[Prepared | Exception]]]] = deque()
        committing: deque[tuple[Sequence[Article], Future[list[Put | TextkinError]]]] = deque()
        new = 0
        with ThreadPoolExecutor(self._preparers, "migrate") as pool, self._target.failures():

            def commit() -> None:
                articles, prepared = preparing.popleft()
                ready = [
                    _accepted(collection_id, article, each)
                    for article, each in zip(articles, prepared.result(), strict=True)
                ]
                committing.append((articles, self._ingest.commit(ready)))

            def finish() -> int:
                articles, committed = committing.popleft()
                puts = [
                    _accepted(collection_id, article, each)
                    for article, each in zip(articles, committed.result(), strict=True)
                ]
                self._advance(sum(each.outcome is IngestOutcome.CREATED for each in puts))
                return sum(each.outcome is not IngestOutcome.UNCHANGED for each in puts)

            try:
                for articles in read_ahead(batches, _READ_AHEAD):
                    incoming = [_incoming(collection_id, each) for each in articles]
                    preparing.append((articles, pool.submit(self._ingest.prepare, work, incoming)))
                    if len(preparing) > self._preparers:
                        commit()
                    if len(committing) > _COMMITTING:
                        new += finish()
                while preparing:
                    commit()
                while committing:
                    new += finish()
            except BaseException:
                # Nobody waits for what is left to prepare.
                work.cancel()
                raise
        return new


def _incoming(collection_id: str, article: Article) -> Incoming:
    return Incoming(collection_id, article, ingested_at=article.ingested_at)


def _accepted(collection_id: str, article: Article, result: Value | Exception) -> Value:
    """Returns what became of an article. MigrationFailed, which names the article, if it was refused."""
    if not isinstance(result, Exception):
        return result
    if not isinstance(result, TextkinError):
        raise result
    raise MigrationFailed(
        f"the target refuses the article {article.id!r} of the collection {collection_id!r}: {result.message}"
    ) from result
