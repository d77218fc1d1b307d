"""Outlines of stored texts, kept in memory while there is room: least recently used, first to go."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

from textkin_service.screening import Outline


class OutlineCache:
    """Outlines by article number, at most `max_bytes` of them. Every method may be called from any thread.

    An article's number stands for one text for ever, so that nothing here grows stale.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._lock = threading.Lock()
        self._outlines: OrderedDict[int, Outline] = OrderedDict()

    @property
    def size_bytes(self) -> int:
        """The memory that the outlines take, as they state it."""
        return self._bytes

    def get(self, numbers: Sequence[int]) -> dict[int, Outline]:
        """Returns the outlines that are there of some articles, by number."""
        found = {}
        with self._lock:
            for number in numbers:
                outline = self._outlines.get(number)
                if outline is not None:
                    self._outlines.move_to_end(number)
                    found[number] = outline
        return found

    def put(self, number: int, outline: Outline) -> None:
        """Keeps an outline, unless it alone is larger than the cache."""
        size = outline.memory_bytes()
        if size > self._max_bytes:
            return
        with self._lock:
            if number in self._outlines:
                return
            self._outlines[number] = outline
            self._bytes += size
            while self._bytes > self._max_bytes:
                _, oldest = self._outlines.popitem(last=False)
                self._bytes -= oldest.memory_bytes()
