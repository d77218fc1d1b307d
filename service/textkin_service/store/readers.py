"""Connections for reading, lent out one to a caller at a time."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from textkin_service.store.connections import connect_reader
from textkin_service.store.faults import store_error
from textkin_service.store.refusals import closing


class ReaderPool:
    """Opens as many connections as are in use at once, keeps them, and closes all of them at the end.

    A pool rather than a connection a thread, because threads end without a chance to close theirs.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: queue.SimpleQueue[apsw.Connection] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False

    @contextmanager
    def connection(self) -> Iterator[apsw.Connection]:
        """Lends a connection. NotReady once closed; StoreError where SQLite meets damage, or has no room for its own files.

        No cursor may outlive the loan: it would hold the connection to what was there then.
        """
        with self._lock:
            if self._closed:
                raise closing()
        try:
            db = self._take()
        except apsw.Error as error:
            self._tell(error)
            raise
        try:
            yield db
        except apsw.Error as error:
            self._tell(error, db.system_errno)
            raise
        finally:
            with self._lock:
                if self._closed:
                    db.close()
                else:
                    self._idle.put(db)

    def _tell(self, error: apsw.Error, system_errno: int = 0) -> None:
        """Raises what SQLite met as a StoreError; returns if it is a defect of ours."""
        refusal = store_error(error, self._path, system_errno)
        if refusal is not None:
            raise refusal from error

    def _take(self) -> apsw.Connection:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return connect_reader(self._path)

    def close(self) -> None:
        """Closes the idle connections now and those in use as they come back. May be called twice."""
        with self._lock:
            self._closed = True
            while not self._idle.empty():
                self._idle.get_nowait().close()
