"""Builds an index of many articles at once, in a fraction of the time that adding them one after the other takes.

Entries are gathered, by ranges of their keys, then each range is sorted and written as it is to stand. What is gathered takes
about as much memory as the index that comes of it, and is given up range by range as the index grows.
"""

from collections.abc import Callable
from concurrent.futures import Executor, Future

import numpy as np

from textkin_service.index.kernels.buckets import Entries
from textkin_service.index.lsh import Index, Numbers, entries_of_sketches
from textkin_service.index.table import KEY_BITS, Segment, Table, segments_of, zeros
from textkin_service.sketch import Scheme
from textkin_service.sketch.stored import Sketches

# Entries are parted by so many upper bits of their keys, once there are as many; until then they lie together.
_RANGE_BITS, _PARTED = 6, 1 << 24
# As many entries, or twice as many, are sorted at a time.
_SORTED = 1 << 20


class _Gathering:
    """Entries of one table, in no order."""

    def __init__(self) -> None:
        self._whole: list[Entries] = []
        self._count = 0
        self._parting: list[Future[list[Entries]]] = []

    def add(self, entries: Entries, pool: Executor) -> None:
        """Takes entries (uint64)."""
        self._whole.append(entries)
        self._count += len(entries)
        if sum(map(len, self._whole)) >= _PARTED:
            self._parting.append(pool.submit(_parted, self._whole))
            self._whole = []

    def table(self, pool: Executor, check: Callable[[], None]) -> Table:
        """Returns a table of them, and keeps none; `check` is called again and again."""
        parted = [each.result() for each in self._parting]
        parted.append(_parted(self._whole))
        self._whole, self._parting = [], []
        # Ranges with few entries are sorted together.
        bits = min(_RANGE_BITS, max(1, (self._count // _SORTED).bit_length()))
        together = 1 << (_RANGE_BITS - bits)
        ranges = [
            [part for parts in parted for part in parts[first : first + together]]
            for first in range(0, 1 << _RANGE_BITS, together)
        ]
        parted.clear()
        making = [pool.submit(_made, low, bits, ranges) for low in range(1 << bits)]
        table = Table()
        for each in making:
            check()
            table.enter(*each.result())
        return table


class Building:
    """An index in the making, of articles that have ascending numbers, less than 2^31."""

    def __init__(self, scheme: Scheme) -> None:
        self._scheme = scheme
        self._content, self._bands = _Gathering(), _Gathering()
        self._articles = 0

    def add(self, numbers: Numbers, sketches: Sketches, pool: Executor) -> None:
        """Takes articles, by their numbers (int64) and sketches; threads of the pool share the work."""
        content, bands = entries_of_sketches(self._scheme, numbers, sketches)
        self._content.add(content, pool)
        self._bands.add(bands, pool)
        self._articles += len(numbers)

    def finish(self, pool: Executor, check: Callable[[], None]) -> Index:
        """Returns the index; `check` is called again and again, and ends it when it raises."""
        content = self._content.table(pool, check)
        return Index(self._scheme, content, self._bands.table(pool, check), self._articles)


def _parted(entries: list[Entries]) -> list[Entries]:
    """Returns entries by ranges of their keys."""
    joined = np.concatenate([np.empty(0, np.uint64), *entries])
    joined.sort()
    firsts = np.arange(1, 1 << _RANGE_BITS, dtype=np.uint64) << np.uint64(64 - _RANGE_BITS)
    return [_apart(each) for each in np.split(joined, np.searchsorted(joined, firsts))]


def _apart(entries: Entries) -> Entries:
    """Returns a copy whose memory goes back to the system as soon as it is given up."""
    copy = zeros(2 * len(entries), 1)[: 2 * len(entries)].view(np.uint64)
    copy[:] = entries
    return copy


def _made(at: int, bits: int, ranges: list[list[Entries]]) -> tuple[tuple[Segment, ...], int]:
    """Returns the segments and the entries of one of the ranges, as many as so many bits can tell, which is given up."""
    entries = np.concatenate(ranges[at])
    ranges[at] = []
    # Numbers of a key in ascending order, too.
    entries.sort()
    return segments_of(entries, at << (KEY_BITS - bits), bits), len(entries)
