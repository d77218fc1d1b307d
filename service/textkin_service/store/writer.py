"""A thread that commits what many callers hand in with one fsync (group commit, Gray and Reuter 1992).

While one group is being synced to disk the next one gathers in the queue, so that the cost of an fsync is
shared by as many writes as arrive during one, without a delay that a lone write would have to wait for. What listens
to the changes does so in a second thread, while the next group is on its way to the disk.
"""

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import apsw

from textkin_service.errors import StoreError, TextkinError
from textkin_service.store.base import Change
from textkin_service.store.faults import is_unsynced, store_error
from textkin_service.store.jobs import Jobs
from textkin_service.store.journal import Journal
from textkin_service.telemetry.metrics import (
    STORE_COMMIT_ARTICLES,
    STORE_COMMIT_SECONDS,
    STORE_COMMITS_FAILED,
)

Result = TypeVar("Result")
Operation = Callable[[apsw.Connection, list[Change]], Result]


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
    others of its group are not touched by that. Any other exception undoes and fails the whole group. Once one met damage, or a
    disk that does not sync, every write is refused from then on: none could be relied on.
    """

    def __init__(
        self,
        journal: Journal,
        path: Path,
        on_commit: Callable[[Sequence[Change]], None],
        on_failure: Callable[[StoreError], None],
    ) -> None:
        """Takes over the journal of the database at `path`. `on_failure` hears why all writes are refused from then on."""
        self._journal = journal
        self._path = path
        self._on_commit = on_commit
        self._on_failure = on_failure
        self._failure: StoreError | None = None
        self._jobs: Jobs[_Job] = Jobs()
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
        self._jobs.put(_Job(operation, future, articles))
        return future

    def finish(self) -> None:
        """Finishes what is queued and ends the threads. May be called twice."""
        self._jobs.end()
        for thread in self._threads:
            thread.join()

    def close(self) -> None:
        """Closes the connection, after `finish` and after all others on the database. May be called twice."""
        self._journal.close(tidy=self._failure is None)

    def _run(self) -> None:
        while True:
            group, last = self._jobs.group()
            if self._failure is not None:
                STORE_COMMITS_FAILED.inc(bool(group))
                _refuse((job.future for job in group), self._failure)
            elif group:
                self._commit(group)
            if last:
                self._committed.put(None)
                return

    def _commit(self, group: list[_Job]) -> None:
        changes: list[Change] = []
        outcomes: list[tuple[Future[Any], Any, TextkinError | None]] = []
        began = time.monotonic()
        STORE_COMMIT_ARTICLES.observe(sum(job.articles for job in group))
        try:
            self._journal.begin()
            for job in group:
                try:
                    outcomes.append((job.future, job.operation(self._journal.db, changes), None))
                except TextkinError as error:
                    outcomes.append((job.future, None, error))
            self._journal.commit()
        except Exception as error:  # noqa: BLE001 - whatever it is, no caller may be left waiting
            refusal = self._refusal(error)
            try:
                self._journal.rollback()
            except apsw.Error:
                self._fail(refusal)
            STORE_COMMITS_FAILED.inc()
            _refuse((job.future for job in group), refusal)
            return
        STORE_COMMIT_SECONDS.observe(time.monotonic() - began)
        self._committed.put(_Committed(changes, outcomes))
        # Without room for a checkpoint the log goes on growing, as far as there is room for that; without a witness that can
        # be written it is behind, which harms nothing.
        with contextlib.suppress(OSError):
            try:
                self._journal.checkpoint_if_due()
            except apsw.Error as error:
                self._refusal(error)
            except StoreError as damage:
                self._fail(damage)

    def _refusal(self, error: Exception) -> StoreError:
        """Returns what the callers of a failed write are told, and ends all writing if there is no relying on it any more."""
        refusal = StoreError(
            "the store could not write, and nothing of the change was kept; the service's log says why",
            reason="STORE_WRITE_FAILED",
            file=self._path,
        )
        refusal.__cause__ = error
        if not isinstance(error, apsw.Error):
            return refusal
        known = store_error(error, self._path, self._journal.db.system_errno)
        if known is not None and known.reason in {"STORE_DAMAGED", "STORE_FULL"}:
            refusal = known
            refusal.__cause__ = error
        if refusal.reason == "STORE_DAMAGED" or is_unsynced(error):
            self._fail(refusal)
        return refusal

    def _fail(self, failure: StoreError) -> None:
        if self._failure is None:
            self._failure = failure
            self._on_failure(failure)

    def _announce(self) -> None:
        """Has the listener hear of each group, in their order, then resolves its futures."""
        while (group := self._committed.get()) is not None:
            try:
                self._on_commit(group.changes)
            except Exception as error:  # noqa: BLE001 - whatever it is, no caller may be left waiting
                _refuse((future for future, _, _ in group.outcomes), _unheard(error))
                continue
            for future, result, refusal in group.outcomes:
                if refusal is None:
                    future.set_result(result)
                else:
                    future.set_exception(refusal)


def _unheard(error: Exception) -> StoreError:
    refusal = StoreError(
        "the change is on disk, but the service could not take it up; its log says why",
        reason="STORE_WRITE_FAILED",
    )
    refusal.__cause__ = error
    return refusal


def _refuse(futures: Iterable[Future[Any]], refusal: StoreError) -> None:
    """Has each future raise an exception of its own, because raising one changes it."""
    for future in futures:
        error = StoreError(
            refusal.message, reason=refusal.reason, metadata=refusal.metadata, file=refusal.file
        )
        error.__cause__ = refusal.__cause__
        future.set_exception(error)
