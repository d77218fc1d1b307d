"""A thread that commits what many callers hand in, the changes of a collection together."""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from textkin_service.errors import StoreError, TextkinError
from textkin_service.store.cluster.changes import Change
from textkin_service.store.refusals import closing

# Bounds, in changes, how long the first of a group waits for the last.
_LARGEST_GROUP = 256


@dataclass(frozen=True, slots=True)
class _Job:
    changes: Sequence[Change]
    future: Future[list[Any]]
    began: float


class Writer:
    """Hands groups of changes to `commit`, which returns an outcome or a refusal for each, in their order.

    It is told since when a group waits, by `time.monotonic`: since it was handed in, or another was committed.
    """

    def __init__(self, commit: Callable[[Sequence[Change], float], list[Any]]) -> None:
        self._commit = commit
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._committed = 0.0
        self._closed = False
        self._closing = threading.Lock()  # no job may be queued behind the end mark
        self._thread = threading.Thread(target=self._run, name="textkin-writer", daemon=True)
        self._thread.start()

    def submit(self, changes: Sequence[Change]) -> Future[list[Any]]:
        """Queues changes; the future has an outcome or a TextkinError for each. NotReady once closed."""
        future: Future[list[Any]] = Future()
        with self._closing:
            if self._closed:
                raise closing()
            self._jobs.put(_Job(changes, future, time.monotonic()))
        return future

    def close(self) -> None:
        """Finishes what is queued and ends the thread. May be called twice."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        last = False
        while not last:
            group: list[_Job] = []
            job = self._jobs.get()
            while job is not None:
                if job.future.set_running_or_notify_cancel():
                    group.append(job)
                if sum(len(each.changes) for each in group) >= _LARGEST_GROUP:
                    break
                try:
                    job = self._jobs.get_nowait()
                except queue.Empty:
                    break
            last = job is None
            if group:
                self._do(group)

    def _do(self, group: Sequence[_Job]) -> None:
        since = max(group[0].began, self._committed)
        try:
            outcomes = self._commit([change for job in group for change in job.changes], since)
        except Exception as error:  # noqa: BLE001 - whatever it is, no caller may be left waiting
            for job in group:
                job.future.set_exception(_failed(error))
            return
        self._committed = time.monotonic()
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
