"""A thread that commits what many callers hand in with one fsync (group commit, Gray and Reuter 1992).

While one group is being synced to disk the next one gathers in the queue, so that the cost of an fsync is
shared by as many writes as arrive during one, without a delay that a lone write would have to wait for. What listens
to the changes does so in a second thread, while the next group is on its way to the disk.
"""

import queue
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from textkin_service.errors import NotReady, StoreError, TextkinError
from textkin_service.store.base import Change

Result = TypeVar("Result")
Operation = Callable[[sqlite3.Connection, list[Change]], Result]

# Bounds, in articles, how long the first write of a group waits for the last. An fsync costs as much as about 50 inserts.
_LARGEST_GROUP = 256


@dataclass(frozen=True, slots=True)
class _Job:
    operation: Operation[Any]
    future: Future[Any]
    articles: int


@dataclass(frozen=True, slots=True)
class _Committed:
    """A group that is on disk: its changes, and of each job the result, or why it was refused."""

    changes: Sequence[Change]
    outcomes: Sequence[tuple[Future[Any], Any, TextkinError | None]]


class GroupWriter:
    """Runs operations one after another on one connection, in transactions that it shares out among them.

    An operation may refuse by raising a TextkinError, before it has written anything that must not stay; the
    others of its group are not touched by that. Any other exception undoes and fails the whole group.
    """

    def __init__(self, db: sqlite3.Connection, on_commit: Callable[[Sequence[Change]], None]) -> None:
        self._db = db
        self._on_commit = on_commit
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        self._closing = threading.Lock()  # no job may be queued behind the end mark
        self._committed: queue.SimpleQueue[_Committed | None] = queue.SimpleQueue()
        self._threads = (
            threading.Thread(target=self._run, name="textkin-writer", daemon=True),
            threading.Thread(target=self._announce, name="textkin-announcer", daemon=True),
        )
        for thread in self._threads:
            thread.start()

    def submit(self, operation: Operation[Result], articles: int = 1) -> Future[Result]:
        """Queues an operation on so many articles; its future resolves after the commit. NotReady once closed."""
        future: Future[Result] = Future()
        with self._closing:
            if self._closed:
                raise NotReady("the service is shutting down; retry elsewhere or later", reason="NOT_READY")
            self._jobs.put(_Job(operation, future, articles))
        return future

    def close(self) -> None:
        """Finishes what is queued, ends the threads and closes the connection. May be called twice."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._jobs.put(None)
        for thread in self._threads:
            thread.join()
        self._db.close()

    def _run(self) -> None:
        while True:
            group, last = self._gather()
            if group:
                self._commit(group)
            if last:
                self._committed.put(None)
                return

    def _gather(self) -> tuple[list[_Job], bool]:
        """Waits for a job and takes what else is queued; True when the end mark was among it."""
        group: list[_Job] = []
        articles = 0
        job = self._jobs.get()
        while job is not None:
            # From here on the caller can no longer cancel: what is written is what was asked for.
            if job.future.set_running_or_notify_cancel():
                group.append(job)
                articles += job.articles
            if articles >= _LARGEST_GROUP:
                return group, False
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return group, False
        return group, True

    def _commit(self, group: list[_Job]) -> None:
        changes: list[Change] = []
        outcomes: list[tuple[Future[Any], Any, TextkinError | None]] = []
        try:
            self._db.execute("BEGIN IMMEDIATE")
            for job in group:
                try:
                    outcomes.append((job.future, job.operation(self._db, changes), None))
                except TextkinError as error:
                    outcomes.append((job.future, None, error))
            self._db.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - whatever it is, no caller may be left waiting
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            _fail((job.future for job in group), error)
            return
        self._committed.put(_Committed(changes, outcomes))

    def _announce(self) -> None:
        """Has the listener hear of each group, in their order, then resolves its futures."""
        while (group := self._committed.get()) is not None:
            try:
                self._on_commit(group.changes)
            except Exception as error:  # noqa: BLE001 - whatever it is, no caller may be left waiting
                _fail((future for future, _, _ in group.outcomes), error)
                continue
            for future, result, refusal in group.outcomes:
                if refusal is None:
                    future.set_result(result)
                else:
                    future.set_exception(refusal)


def _fail(futures: Iterable[Future[Any]], cause: Exception) -> None:
    for future in futures:
        error = StoreError(
            "the store could not write; the service's log says why", reason="STORE_WRITE_FAILED"
        )
        error.__cause__ = cause
        future.set_exception(error)
