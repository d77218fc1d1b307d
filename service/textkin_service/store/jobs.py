"""What callers hand in for one thread to do, in groups: whatever came while the group before was done."""

import queue
import threading
from concurrent.futures import Future
from typing import Any, Generic, Protocol, TypeVar

from textkin_service.store.refusals import closing

# Bounds, in articles, how long the first of a group waits for the last.
_LARGEST_GROUP = 256


class Job(Protocol):
    """Something to be done to so many articles."""

    @property
    def articles(self) -> int:
        """How many it is about."""

    @property
    def future(self) -> Future[Any]:
        """What the caller waits for."""


Some = TypeVar("Some", bound=Job)


class Jobs(Generic[Some]):
    """A queue that any thread puts into, and one takes groups from."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Some | None] = queue.SimpleQueue()
        self._ended = False
        self._ending = threading.Lock()  # nothing may be queued behind the end mark

    def put(self, job: Some) -> None:
        """Queues a job. NotReady once ended."""
        with self._ending:
            if self._ended:
                raise closing()
            self._queue.put(job)

    def end(self) -> None:
        """Takes no more jobs. May be called twice."""
        with self._ending:
            if not self._ended:
                self._ended = True
                self._queue.put(None)

    def group(self) -> tuple[list[Some], bool]:
        """Waits for a job and takes what else is queued; True when nothing comes after it.

        None of it can be cancelled from then on: what is done is what was asked for.
        """
        group: list[Some] = []
        articles = 0
        job = self._queue.get()
        while job is not None:
            if job.future.set_running_or_notify_cancel():
                group.append(job)
                articles += job.articles
            if articles >= _LARGEST_GROUP:
                return group, False
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                return group, False
        return group, True
