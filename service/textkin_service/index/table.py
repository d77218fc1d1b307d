"""A table of LSH buckets: from 32-bit keys to numbers, 8 bytes a key and 4 a number, and what room there is."""

import mmap
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from textkin_service.index.kernels import buckets
from textkin_service.index.kernels.buckets import Entries, Words
from textkin_service.index.kernels.entries import GOLDEN

# Gives leave to change what others read, while it is held.
Exclusively = Callable[[], AbstractContextManager[None]]

# Lines of a segment that is cut in two when it is full: 4 MiB, which are copied in some milliseconds.
_MOST_LINES = 1 << 16
# Share of the slots that are used when a segment is full. Fuller lines send more keys to the next line.
_FULL = 0.9
# How much larger a full segment becomes. Less: less memory, more copying.
_GROWTH = 1.4
# The same of its blocks. What is not used of them takes no memory.
_BLOCKS_GROWTH = 1.4
# The share of freed blocks at which a segment whose blocks are full is copied rather than extended.
_SCATTERED = 0.25
_KEY_BITS = 32
# So many entries are added while those that search wait: a tenth of a millisecond.
_TURN = 2_048
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
        """Returns an empty segment, with room for blocks of so many words, and more."""
        slots = _zeros((1 + lines) * buckets.LINE, 1)[: (1 + lines) * buckets.LINE]
        slots[buckets.MOST_USED] = max(1, int(lines * buckets.LINE_SLOTS * _FULL))
        blocks = _zeros(buckets.BLOCKS_HEADER + block_words, _BLOCKS_GROWTH)
        blocks[buckets.END] = buckets.BLOCKS_HEADER
        blocks[buckets.ROOM] = len(blocks)
        return cls(low, depth, slots, blocks)

    @property
    def lines(self) -> int:
        return len(self.slots) // buckets.LINE - 1

    @property
    def size_bytes(self) -> int:
        """The memory that the arrays take, where it is used."""
        return self.slots.nbytes + int(self.blocks[buckets.END]) * self.blocks.itemsize

    @property
    def arrays(self) -> tuple[int, int, int]:
        """What kernels take it by: the address of its slots, its lines, the address of its blocks."""
        return self.slots.ctypes.data, self.lines, self.blocks.ctypes.data

    def part(self, low: int, depth: int, growth: float) -> "_Segment":
        """Returns a new segment with the keys that begin with the `depth` upper bits of `low`, their lists close together."""
        high = low + (1 << (_KEY_BITS - depth))
        count, words = buckets.extent(*self.arrays, low, high)
        new = _Segment.of(low, depth, _lines_for(growth * count), words)
        buckets.refill(*self.arrays, low, high, depth, *new.arrays, True)
        return new

    def with_more_lines(self) -> "_Segment":
        """Returns the segment with more lines, and the same blocks."""
        low, high = self.low, self.low + (1 << (_KEY_BITS - self.depth))
        new = _Segment.of(low, self.depth, _lines_for(_GROWTH * self.slots[buckets.USED]), 0)
        buckets.refill(*self.arrays, low, high, self.depth, *new.arrays, False)
        return replace(self, slots=new.slots)

    def with_more_blocks(self) -> "_Segment":
        """Returns the segment with more room for blocks, and the same lines."""
        blocks = _zeros(len(self.blocks), _BLOCKS_GROWTH)
        blocks[: len(self.blocks)] = self.blocks
        blocks[buckets.ROOM] = len(blocks)
        return replace(self, blocks=blocks)


class Table:
    """A multimap from 32-bit keys to numbers from 1 up to 2^31 - 1.

    One thread may change it at a time, or two, each what one half of the keys leads to (`halve`). Nobody may read
    while one does, but between the turns that an addition takes: those that it waits for `exclusively`.
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
        return self._rows.nbytes + sum(each.size_bytes for each in distinct)

    def add(self, entries: Entries, exclusively: Exclusively = nullcontext) -> None:
        """Adds entries (uint64), each once; their numbers are greater than those that are there, and those of a key ascend.

        Room is made while others read: a segment is copied, and only then exchanged.
        """
        begin = 0
        while begin < len(entries):
            with exclusively():
                begin, stop = buckets.add(self._rows, entries, begin, min(begin + _TURN, len(entries)))
            if stop != buckets.DONE:
                roomier = self._with_room(int(entries[begin]) >> _KEY_BITS, stop)
                with exclusively():
                    for segment in roomier:
                        self._enter(segment)

    def remove(self, entries: Entries) -> None:
        """Removes entries (uint64)."""
        buckets.remove(self._rows, entries)

    def lookup(self, keys: Words, cap: int, budget: int) -> "Found":
        """Reads what stands under keys (uint32): the shortest lists first, the newest `cap` of each, `budget` in all."""
        asked = (keys * np.uint32(GOLDEN)).astype(np.uint64) << np.uint64(_KEY_BITS)
        lengths = np.empty(len(keys), np.int64)
        starts = np.empty(len(keys) + 1, np.int64)
        numbers = np.empty(budget, np.uint32)
        met, cut = buckets.lookup(self._rows, asked, cap, budget, lengths, starts, numbers)
        return Found(lengths, starts, numbers, met, cut)

    def prepare(self) -> None:
        """Has the kernels run that only a large table needs."""
        for segment in self._segments:
            segment.part(segment.low, segment.depth, _GROWTH)

    def _with_room(self, key: int, stop: int) -> tuple[_Segment, ...]:
        """Returns what is to stand for the segment of a key, and has the room that it lacks."""
        with self._growing:
            full = self._segments[key * len(self._segments) >> _KEY_BITS]
        if stop == buckets.BLOCKS_FULL:
            scattered = full.blocks[buckets.FREE_WORDS] > _SCATTERED * len(full.blocks)
            return (full.part(full.low, full.depth, _GROWTH) if scattered else full.with_more_blocks(),)
        if full.lines < _MOST_LINES:
            return (full.with_more_lines(),)
        depth = full.depth + 1
        # Each segment has room of its own size, so that they do not all become full at the same time.
        return tuple(
            full.part(low, depth, _GROWTH ** (1 + _fraction(low)))
            for low in (full.low, full.low + (1 << (_KEY_BITS - depth)))
        )

    def _enter(self, segment: _Segment) -> None:
        """Puts a segment into the rows of its prefix, where one with more keys may have been."""
        with self._growing:
            if 1 << segment.depth > len(self._segments):
                self._segments = [each for each in self._segments for _ in range(2)]
                self._rows = np.repeat(self._rows, 2, axis=0)
            first = segment.low * len(self._segments) >> _KEY_BITS
            last = first + (len(self._segments) >> segment.depth)
            self._segments[first:last] = [segment] * (last - first)
            slots, lines, blocks = segment.arrays
            self._rows[first:last] = slots, blocks, lines, segment.depth


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What stands under keys.

    `lengths` (int64): of their lists. `numbers` (uint32): those read, of each key from `starts` (int64, one more than keys)
    on. `met`: how many keys have numbers; `cut`: of how many some were left out.
    """

    lengths: NDArray[np.int64]
    starts: NDArray[np.int64]
    numbers: Words
    met: int
    cut: int


def _lines_for(keys: float) -> int:
    return 1 + int(keys / (_FULL * buckets.LINE_SLOTS))


def _zeros(words: int, growth: float) -> Words:
    """Returns zeros (uint32) that begin with a cache line: so many words that are to be used, and room to grow.

    Large arrays are mappings of their own: what a segment leaves goes back to the system at once, rather than to a heap where
    nothing else of its size fits in; and what is not used of one takes no memory.
    """
    item = np.dtype(np.uint32).itemsize
    size = int(growth * words + _ALIGNMENT) * item
    if size >= _MAPPED:
        memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        if hasattr(mmap, "MADV_HUGEPAGE") and words * item >= mmap.PAGESIZE:
            # With pages of 4 KiB the processor would look up most addresses in memory, too.
            memory.madvise(mmap.MADV_HUGEPAGE, 0, words * item // mmap.PAGESIZE * mmap.PAGESIZE)
        return np.frombuffer(memory, np.uint32)
    array = np.zeros(size // item, np.uint32)
    return array[-array.ctypes.data % _ALIGNMENT // item :]


def _fraction(low: int) -> float:
    """Returns a number from 0 up to 1 that neighbours do not share: multiples of the golden ratio (Knuth, TAOCP 6.4)."""
    return (low * GOLDEN % (1 << _KEY_BITS)) / (1 << _KEY_BITS)
