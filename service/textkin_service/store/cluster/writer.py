"""A thread that commits what many callers hand in, the changes of a collection together."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from textkin_service.errors import StoreError, TextkinError
from textkin_service.store.cluster.changes import Change
from textkin_service.store.jobs import Jobs
from textkin_service.telemetry.metrics import (
    STORE_COMMIT_ARTICLES,
    STORE_COMMIT_SECONDS,
    STORE_COMMITS_FAILED,
)


@dataclass(frozen=True, slots=True)
class _Job:
    changes: Sequence[Change]
    future: Future[list[Any]]
    began: float

    @property
    def articles(self) -> int:
        return len(self.changes)


class Writer:
    """Hands groups of changes to `commit`, which returns an outcome or a refusal for each, in their order.

    It is told since when a group waits, by `time.monotonic`: since it was handed in, or another was committed.
    """

    def __init__(self, commit: Callable[[Sequence[Change], float], list[Any]]) -> None:
        self._commit = commit
        self._jobs: Jobs[_Job] = Jobs()
        self._committed = 0.0
        self._thread = threading.Thread(target=self._run, name="textkin-writer", daemon=True)
        self._thread.start()

    def submit(self, changes: Sequence[Change]) -> Future[list[Any]]:
        """Queues changes; the future has an outcome or a TextkinError for each. NotReady once closed."""
        future: Future[list[Any]] = Future()
        self._jobs.put(_Job(changes, future, time.monotonic()))
        return future

    def close(self) -> None:
        """Finishes what is queued and ends the thread. May be called twice."""
        self._jobs.end()
        self._thread.join()

    def _run(self) -> None:
        last = False
        while not last:
            group, last = self._jobs.group()
            if group:
                self._do(group)

    def _do(self, group: Sequence[_Job]) -> None:
        since = max(group[0].began, self._committed)
        began = time.monotonic()
        STORE_COMMIT_ARTICLES.observe(sum(job.articles for job in group))
        try:
            outcomes = self._commit([change for job in group for change in job.changes], since)
        except Exception as error:  # noqa: BLE001 - whatever it is, no caller may be left waiting
            STORE_COMMITS_FAILED.inc()
            for job in group:
                job.future.set_exception(_failed(error))
            return
        self._committed = time.monotonic()
        STORE_COMMIT_SECONDS.observe(self._committed - began)
        for job in group:
            job.future.set_result(outcomes[: len(job.changes)])
            outcomes = outcomes[len(job.changes) :]


def _failed(error: Exception) -> TextkinError:
    if isinstance(error, StoreError):
        refusal = StoreError(error.message, reason=error.reason, metadata=error.metadata)
    else:
        refusal = StoreError(
            "the store could not write; the service's log says why", reason="STORE_WRITE_FAILED"
        )
    refusal.__cause__ = error
    return refusal
