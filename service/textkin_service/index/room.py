"""Room for what a search reads and counts: made once for each thread, since it would take as long as the search."""

import threading

import numpy as np

from textkin_service.index.kernels.candidates import (
    ARTICLE_ROWS,
    KEY_ROWS,
    SETTLED,
    SETTLED_TO,
    TOLD,
    WEIGHTS,
)

# Most places of the table that numbers are counted in by hash: it fits in the processor's nearest caches.
_MOST_PLACES = 1 << 16


class Room:
    """Arrays for a search, as `kernels.candidates` takes them."""

    def __init__(self, keys: int, read: int, cap: int) -> None:
        """Makes room for so many keys and numbers, and for caps up to `cap`."""
        places = 1 << (2 * read).bit_length()
        self.asked = np.empty(keys, np.uint32)
        self.keys = np.empty((KEY_ROWS, keys + 2), np.int64)
        self.nothing_settled()
        self.read = np.empty(read + 1, np.uint32)
        self.met = np.empty((ARTICLE_ROWS, read + 1), np.int64)
        self.weights = np.empty((WEIGHTS, read + 1), np.float64)
        self.table = np.empty(places, np.uint32)
        self.seen = np.empty(min(4 * places, _MOST_PLACES), np.uint8)
        self.told = np.empty(TOLD + cap + 1, np.int64)

    def nothing_settled(self) -> None:
        """Notes of all keys that none of their numbers is settled."""
        self.keys[SETTLED : SETTLED_TO + 1] = 0

    def has(self, keys: int, read: int, cap: int) -> bool:
        """Whether there is room for so much."""
        return keys <= len(self.asked) and read < len(self.read) and TOLD + cap < len(self.told)


class Rooms(threading.local):
    """The room of each thread, as large as its largest search so far needed."""

    def __init__(self) -> None:
        self._room = Room(0, 0, 0)

    def of(self, keys: int, read: int, cap: int) -> Room:
        """Returns this thread's room, for so many keys and numbers, and caps up to `cap`."""
        if not self._room.has(keys, read, cap):
            self._room = Room(2 * keys, 2 * read, cap)
        return self._room
