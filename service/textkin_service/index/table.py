"""A table of LSH buckets: from 32-bit keys to numbers, 8 bytes a key and 4 a number, and what room there is."""

import mmap
import threading
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from textkin_service.index import buckets
from textkin_service.index.buckets import Words

# Lines of a segment that is cut in two when it is full: 4 MiB, which are copied in some milliseconds.
_MOST_LINES = 1 << 16
# Share of the slots that are used when a segment is full. Fuller lines send more keys to the next line.
_FULL = 0.9
# How much larger a full segment becomes. Less: less memory, more copying.
_GROWTH = 1.25
# The same of its blocks, which are copied as they are.
_BLOCKS_GROWTH = 1.1
# The share of freed blocks at which a segment whose blocks are full is copied rather than extended.
_SCATTERED = 0.25
_KEY_BITS = 32
_ALIGNMENT = 64
# Arrays of so many bytes are mapped.
_MAPPED = 1 << 16


@dataclass(slots=True)
class _Segment:
    """The arrays of the keys that begin with the `depth` upper bits of `low`. `blocks` has room for more than it holds."""

    low: int
    depth: int
    slots: Words
    blocks: Words

    @classmethod
    def of(cls, low: int, depth: int, lines: int, block_words: int) -> "_Segment":
        slots = _zeros((1 + lines) * buckets.LINE)
        slots[buckets.MOST_USED] = max(1, int(lines * buckets.LINE_SLOTS * _FULL))
        blocks = _zeros(buckets.BLOCKS_HEADER + block_words)
        blocks[buckets.END] = buckets.BLOCKS_HEADER
        blocks[buckets.ROOM] = len(blocks)
        return cls(low, depth, slots, blocks)

    @property
    def lines(self) -> int:
        return len(self.slots) // buckets.LINE - 1

    def part(self, low: int, depth: int, growth: float) -> "_Segment":
        """Returns a new segment with the keys that begin with the `depth` upper bits of `low`, their lists close together."""
        high = low + (1 << (_KEY_BITS - depth))
        count, words = buckets.extent(self.slots, self.lines, self.blocks, low, high)
        new = _Segment.of(low, depth, _lines_for(growth * count), int(_BLOCKS_GROWTH * words))
        buckets.refill(
            self.slots, self.lines, self.blocks, low, high, depth, new.slots, new.lines, new.blocks, True
        )
        return new

    def with_more_lines(self) -> "_Segment":
        """Returns the segment with more lines, and the same blocks."""
        low, high = self.low, self.low + (1 << (_KEY_BITS - self.depth))
        new = _Segment.of(low, self.depth, _lines_for(_GROWTH * self.slots[buckets.USED]), 0)
        buckets.refill(
            self.slots,
            self.lines,
            self.blocks,
            low,
            high,
            self.depth,
            new.slots,
            new.lines,
            self.blocks,
            False,
        )
        return replace(self, slots=new.slots)

    def with_more_blocks(self) -> "_Segment":
        """Returns the segment with more room for blocks, and the same lines."""
        blocks = _zeros(int(_BLOCKS_GROWTH * len(self.blocks)) + _ALIGNMENT)
        blocks[: len(self.blocks)] = self.blocks
        blocks[buckets.ROOM] = len(blocks)
        return replace(self, blocks=blocks)


class Table:
    """A multimap from 32-bit keys to numbers from 1 up to 2^31 - 1.

    Nobody may read while it is changed, and one thread may change it at a time; but two may add at a time, each what
    `halves` gave it.
    """

    def __init__(self) -> None:
        # Two segments, so that no half shares one with the other.
        self._segments = [_Segment.of(0, 1, 1, 0), _Segment.of(1 << (_KEY_BITS - 1), 1, 1, 0)]  # of each row
        self._rows = np.empty((2, buckets.MAP_COLUMNS), np.int64)
        self._growing = threading.Lock()
        for segment in tuple(self._segments):
            self._enter(segment)

    @property
    def size_bytes(self) -> int:
        """The memory that the arrays take."""
        distinct = {id(segment): segment for segment in self._segments}.values()
        return self._rows.nbytes + sum(each.slots.nbytes + each.blocks.nbytes for each in distinct)

    def add(self, keys: Words, numbers: Words) -> None:
        """Adds numbers under keys (uint32, parallel), each pair once; all greater than those that are there, and ascending."""
        begin = 0
        while True:
            begin, stop = buckets.add(self._rows, keys, numbers, begin)
            if stop == buckets.DONE:
                return
            self._make_room(buckets.spread(int(keys[begin])), stop)

    def remove(self, keys: Words, numbers: Words) -> None:
        """Removes numbers from under keys (uint32, parallel)."""
        buckets.remove(self._rows, keys, numbers)

    def lookup(self, keys: Words, cap: int, budget: int) -> "Found":
        """Reads what stands under keys (uint32): the shortest lists first, the newest `cap` of each, `budget` in all."""
        lengths = np.empty(len(keys), np.int64)
        starts = np.empty(len(keys) + 1, np.int64)
        numbers = np.empty(budget, np.uint32)
        cut = buckets.lookup(self._rows, keys, cap, budget, lengths, starts, numbers)
        return Found(lengths, starts, numbers, cut)

    def prepare(self) -> None:
        """Has the kernels run that only a large table needs."""
        for segment in self._segments:
            segment.part(segment.low, segment.depth, _GROWTH)

    def _make_room(self, spread: int, stop: int) -> None:
        """Gives room to the segment of a key."""
        with self._growing:
            full = self._segments[spread * len(self._segments) >> _KEY_BITS]
        if stop == buckets.BLOCKS_FULL:
            scattered = full.blocks[buckets.FREE_WORDS] > _SCATTERED * len(full.blocks)
            self._enter(full.part(full.low, full.depth, _GROWTH) if scattered else full.with_more_blocks())
        elif full.lines < _MOST_LINES:
            self._enter(full.with_more_lines())
        else:
            depth = full.depth + 1
            for low in (full.low, full.low + (1 << (_KEY_BITS - depth))):
                # Each segment has room of its own size, so that they do not all become full at the same time.
                self._enter(full.part(low, depth, _GROWTH ** (1 + _fraction(low))))

    def _enter(self, segment: _Segment) -> None:
        """Puts a segment into the rows of its prefix, where one with more keys may have been."""
        with self._growing:
            if 1 << segment.depth > len(self._segments):
                self._segments = [each for each in self._segments for _ in range(2)]
                self._rows = np.repeat(self._rows, 2, axis=0)
            first = segment.low * len(self._segments) >> _KEY_BITS
            last = first + (len(self._segments) >> segment.depth)
            self._segments[first:last] = [segment] * (last - first)
            self._rows[first:last] = (
                segment.slots.ctypes.data,
                segment.blocks.ctypes.data,
                segment.lines,
                segment.depth,
            )


def halves(keys: Words, numbers: Words) -> tuple[tuple[Words, Words], tuple[Words, Words]]:
    """Divides keys and numbers (uint32, parallel) into two parts that two threads may add to a table at a time."""
    upper = keys * np.uint32(buckets.GOLDEN) >= np.uint32(1 << (_KEY_BITS - 1))
    return (keys[~upper], numbers[~upper]), (keys[upper], numbers[upper])


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What stands under keys.

    `lengths` (int64): of their lists. `numbers` (uint32): those read, of each key from `starts` (int64, one more than keys)
    on. `cut`: some were left out.
    """

    lengths: NDArray[np.int64]
    starts: NDArray[np.int64]
    numbers: Words
    cut: bool


def _lines_for(keys: float) -> int:
    return 1 + int(keys / (_FULL * buckets.LINE_SLOTS))


def _zeros(words: int) -> Words:
    """Returns zeros (uint32) that begin with a cache line.

    Large arrays are mappings of their own: what a segment leaves goes back to the system at once, rather than to a heap where
    nothing else of its size fits in.
    """
    size = words * np.dtype(np.uint32).itemsize
    if size >= _MAPPED:
        memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        if hasattr(mmap, "MADV_HUGEPAGE"):
            # With pages of 4 KiB the processor would look up most addresses in memory, too.
            memory.madvise(mmap.MADV_HUGEPAGE)
        return np.frombuffer(memory, np.uint32)
    array = np.zeros(words + _ALIGNMENT // np.dtype(np.uint32).itemsize, np.uint32)
    skipped = -array.ctypes.data % _ALIGNMENT // array.itemsize
    return array[skipped : skipped + words]


def _fraction(low: int) -> float:
    """Returns a number from 0 up to 1 that neighbours do not share: multiples of the golden ratio (Knuth, TAOCP 6.4)."""
    return (low * 0x9E3779B1 % (1 << _KEY_BITS)) / (1 << _KEY_BITS)
