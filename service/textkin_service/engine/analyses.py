"""Analyses of stored articles, kept in memory while there is room: least recently used, first to go."""

import threading
from collections import OrderedDict

from textkin_service.analysis import Analysis


class AnalysisCache:
    """Analyses by article number, at most `max_bytes` of them. Every method may be called from any thread.

    An article's number stands for one text for ever, so that nothing here grows stale.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._lock = threading.Lock()
        self._analyses: OrderedDict[int, Analysis] = OrderedDict()

    @property
    def size_bytes(self) -> int:
        """The memory that the analyses take, as they state it."""
        return self._bytes

    def get(self, number: int) -> Analysis | None:
        """Returns the analysis of an article, or None."""
        with self._lock:
            analysis = self._analyses.get(number)
            if analysis is not None:
                self._analyses.move_to_end(number)
            return analysis

    def put(self, number: int, analysis: Analysis) -> None:
        """Keeps an analysis, unless it alone is larger than the cache."""
        size = analysis.memory_bytes()
        if size > self._max_bytes:
            return
        with self._lock:
            if number in self._analyses:
                return
            self._analyses[number] = analysis
            self._bytes += size
            while self._bytes > self._max_bytes:
                _, oldest = self._analyses.popitem(last=False)
                self._bytes -= oldest.memory_bytes()

    def discard(self, number: int) -> None:
        """Forgets an article that is no more."""
        with self._lock:
            analysis = self._analyses.pop(number, None)
            if analysis is not None:
                self._bytes -= analysis.memory_bytes()
