"""A lock that many threads may hold to read, or one to change something."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Sharing:
    """Readers share it, a writer has it alone: it waits for those that read, and no other gets ahead of it."""

    def __init__(self) -> None:
        self._door = threading.Lock()  # held while one goes in; by a writer as long as it stays
        self._counting = threading.Lock()
        self._occupied = threading.Lock()  # by readers, of whom the last lets go of it, or by a writer
        self._readers = 0

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Shares it."""
        with self._door, self._counting:
            self._readers += 1
            if self._readers == 1:
                self._occupied.acquire()
        try:
            yield
        finally:
            with self._counting:
                self._readers -= 1
                if self._readers == 0:
                    self._occupied.release()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Has it alone."""
        with self._door, self._occupied:
            yield
