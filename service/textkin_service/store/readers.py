"""Connections for reading, lent out one to a caller at a time."""

import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from textkin_service.errors import NotReady


class ReaderPool:
    """Opens as many connections as are in use at once, keeps them, and closes all of them at the end.

    A pool rather than a connection a thread, because threads end without a chance to close theirs.
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._idle: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Lends a connection. NotReady once closed."""
        with self._lock:
            if self._closed:
                raise NotReady("the service is shutting down; retry elsewhere or later", reason="NOT_READY")
        try:
            db = self._idle.get_nowait()
        except queue.Empty:
            db = self._connect()
        try:
            yield db
        finally:
            with self._lock:
                if self._closed:
                    db.close()
                else:
                    self._idle.put(db)

    def close(self) -> None:
        """Closes the idle connections now and those in use as they come back. May be called twice."""
        with self._lock:
            self._closed = True
            while not self._idle.empty():
                self._idle.get_nowait().close()
