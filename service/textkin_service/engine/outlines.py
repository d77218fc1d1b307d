"""Outlines of stored texts, kept in memory while there is room: least recently used, first to go."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

from textkin_service.screening import Outline

# An article: the numbers of its collection, and of itself there.
Place = tuple[int, int]


class OutlineCache:
    """Outlines of articles, at most `max_bytes` of them. Every method may be called from any thread.

    An article's number stands for one text, so that nothing here grows stale, unless a store forgets what it gave numbers to:
    then it says that the collection was dropped.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._lock = threading.Lock()
        self._outlines: OrderedDict[Place, Outline] = OrderedDict()

    @property
    def size_bytes(self) -> int:
        """The memory that the outlines take, as they state it."""
        return self._bytes

    def get(self, places: Sequence[Place]) -> dict[Place, Outline]:
        """Returns the outlines that are there of some articles."""
        found = {}
        with self._lock:
            for place in places:
                outline = self._outlines.get(place)
                if outline is not None:
                    self._outlines.move_to_end(place)
                    found[place] = outline
        return found

    def drop(self, collection: int) -> None:
        """Forgets the articles of a collection."""
        with self._lock:
            for place in [place for place in self._outlines if place[0] == collection]:
                self._bytes -= self._outlines.pop(place).memory_bytes()

    def put(self, place: Place, outline: Outline) -> None:
        """Keeps an outline, unless it alone is larger than the cache."""
        size = outline.memory_bytes()
        if size > self._max_bytes:
            return
        with self._lock:
            if place in self._outlines:
                return
            self._outlines[place] = outline
            self._bytes += size
            while self._bytes > self._max_bytes:
                _, oldest = self._outlines.popitem(last=False)
                self._bytes -= oldest.memory_bytes()
