"""Postings: which numbers stand under which key, in sorted arrays of 8 bytes an entry.

A log-structured table: each addition is a small sorted segment, and segments of like size are merged, so that there are few
of them and an entry is moved a logarithmic number of times (O'Neil et al. 1996). Removed numbers are skipped when read and
dropped when their segment is merged; a number, once removed, must not come back.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

# A segment of this many entries is merged no more: merging it would hold up searches for too long.
_LARGEST_MERGED = 1 << 22
# So many removed numbers are remembered; then all segments are rid of them.
_MOST_REMOVED = 1 << 14
# A segment is merged with its neighbour once that is at most this many times larger.
_MERGE_RATIO = 2

_KEY_BITS = np.uint64(32)
_NUMBER = np.uint64(0xFFFF_FFFF)


class Postings:
    """A multimap from 32-bit keys to 32-bit numbers. Not safe for threads by itself."""

    def __init__(self) -> None:
        self._segments: list[NDArray[np.uint64]] = []  # each sorted; key in the high half, number in the low
        self._removed = np.empty(0, np.uint32)  # sorted

    @property
    def size_bytes(self) -> int:
        """The memory that the arrays take."""
        return sum(segment.nbytes for segment in self._segments) + self._removed.nbytes

    def add(self, keys: NDArray[np.uint32], number: int) -> None:
        """Adds a number under each of its distinct keys (uint32)."""
        self._segments.append(np.sort((keys.astype(np.uint64) << _KEY_BITS) | np.uint64(number)))
        while len(self._segments) > 1:
            last, previous = self._segments[-1], self._segments[-2]
            if len(previous) > _MERGE_RATIO * len(last) or len(previous) + len(last) > _LARGEST_MERGED:
                break
            self._segments[-2:] = [self._merged(previous, last)]

    def remove(self, number: int) -> None:
        """Removes a number from under all its keys."""
        place = np.searchsorted(self._removed, number)
        self._removed = np.insert(self._removed, place, number)
        if len(self._removed) >= _MOST_REMOVED:
            self._segments = [self._alive(segment) for segment in self._segments]
            self._removed = np.empty(0, np.uint32)

    def lookup(
        self, keys: NDArray[np.uint32], cap: int
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.uint32]]]:
        """Yields what stands under keys (uint32), a pair of parallel arrays a segment: positions in `keys`, and numbers.

        At most `cap` numbers a key and segment are read, the greatest, besides removed ones, which are left out.
        """
        read = cap + len(self._removed)
        low = keys.astype(np.uint64) << _KEY_BITS
        for segment in reversed(self._segments):
            starts = np.searchsorted(segment, low)
            ends = np.searchsorted(segment, low | _NUMBER, side="right")
            starts = np.maximum(starts, ends - read)
            counts = ends - starts
            if not counts.any():
                continue
            positions = np.repeat(np.arange(len(keys)), counts)
            within = np.arange(len(positions)) - np.repeat(np.cumsum(counts) - counts, counts)
            numbers = (segment[np.repeat(starts, counts) + within] & _NUMBER).astype(np.uint32)
            alive = ~self._is_removed(numbers)
            yield positions[alive], numbers[alive]

    def _merged(self, a: NDArray[np.uint64], b: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Returns both segments in one, without removed numbers."""
        both = np.concatenate([a, b])
        both.sort(kind="stable")  # the runs are sorted already: this merges them
        return self._alive(both)

    def _alive(self, segment: NDArray[np.uint64]) -> NDArray[np.uint64]:
        return (
            segment[~self._is_removed((segment & _NUMBER).astype(np.uint32))]
            if len(self._removed)
            else segment
        )

    def _is_removed(self, numbers: NDArray[np.uint32]) -> NDArray[np.bool_]:
        if not len(self._removed):
            return np.zeros(len(numbers), bool)
        places = np.minimum(np.searchsorted(self._removed, numbers), len(self._removed) - 1)
        return np.asarray(self._removed[places] == numbers)
