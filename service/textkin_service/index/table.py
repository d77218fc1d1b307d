"""A table of LSH buckets: from 32-bit keys to numbers, 8 bytes a key and 4 a number, and what room there is."""

import mmap
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from textkin_service.index.kernels import buckets
from textkin_service.index.kernels.buckets import Entries, Map, Words
from textkin_service.index.kernels.entries import GOLDEN

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
KEY_BITS = 32
_ALIGNMENT = 64
# Arrays of so many bytes are mapped.
_MAPPED = 1 << 16


@dataclass(slots=True)
class Segment:
    """The arrays of the keys that begin with the `depth` upper bits of `low`. `blocks` has room for more than it holds."""

    low: int
    depth: int
    slots: Words
    blocks: Words

    @classmethod
    def of(cls, low: int, depth: int, lines: int, block_words: int) -> "Segment":
        """Returns an empty segment, with room for blocks of so many words, and more."""
        slots = zeros((1 + lines) * buckets.LINE, 1)[: (1 + lines) * buckets.LINE]
        slots[buckets.MOST_USED] = max(1, int(lines * buckets.LINE_SLOTS * _FULL))
        blocks = zeros(buckets.BLOCKS_HEADER + block_words, _BLOCKS_GROWTH)
        blocks[buckets.END] = buckets.BLOCKS_HEADER
        blocks[buckets.ROOM] = len(blocks)
        return cls(low, depth, slots, blocks)

    @property
    def lines(self) -> int:
        """How many lines its slots have."""
        return len(self.slots) // buckets.LINE - 1

    @property
    def size_bytes(self) -> int:
        """The memory that the arrays take, where it is used."""
        return self.slots.nbytes + int(self.blocks[buckets.END]) * self.blocks.itemsize

    @property
    def arrays(self) -> tuple[int, int, int]:
        """What kernels take it by: the address of its slots, its lines, the address of its blocks."""
        return self.slots.ctypes.data, self.lines, self.blocks.ctypes.data

    def part(self, low: int, depth: int, growth: float) -> "Segment":
        """Returns a new segment with the keys that begin with the `depth` upper bits of `low`, their lists close together."""
        high = low + (1 << (KEY_BITS - depth))
        count, words = buckets.extent(*self.arrays, low, high)
        new = Segment.of(low, depth, _lines_for(growth * count), words)
        buckets.refill(*self.arrays, low, high, depth, *new.arrays, True)
        return new

    def with_more_lines(self) -> "Segment":
        """Returns the segment with more lines, and the same blocks."""
        low, high = self.low, self.low + (1 << (KEY_BITS - self.depth))
        new = Segment.of(low, self.depth, _lines_for(_GROWTH * self.slots[buckets.USED]), 0)
        buckets.refill(*self.arrays, low, high, self.depth, *new.arrays, False)
        return replace(self, slots=new.slots)

    def with_more_blocks(self) -> "Segment":
        """Returns the segment with more room for blocks, and the same lines."""
        blocks = zeros(len(self.blocks), _BLOCKS_GROWTH)
        blocks[: len(self.blocks)] = self.blocks
        blocks[buckets.ROOM] = len(blocks)
        return replace(self, blocks=blocks)


@dataclass(frozen=True, slots=True, eq=False)
class Directory:
    """A map (`kernels.buckets`), and the segments of its rows, whose arrays it keeps. It never changes; what they hold does.

    Whoever reads takes the table's directory, and keeps it until it has read.
    """

    segments: tuple[Segment, ...]
    map: Map

    @classmethod
    def of(cls, segments: Sequence[Segment], versions: Words) -> "Directory":
        """Returns the directory of segments, one for each prefix, of the generation that `versions` has."""
        rows = np.empty((len(segments) + 1, buckets.MAP_COLUMNS), np.int64)
        for row, segment in zip(rows, segments, strict=False):
            slots, lines, blocks = segment.arrays
            row[:] = slots, blocks, lines, segment.depth
        rows[-1, buckets.VERSIONS_AT] = versions.ctypes.data
        rows[-1, buckets.GENERATION_OF_MAP] = versions[buckets.GENERATION]
        return cls(tuple(segments), rows)


class Table:
    """A multimap from 32-bit keys to numbers from 1 up to 2^31 - 1.

    One thread may change it at a time. Others may read meanwhile.
    """

    def __init__(self) -> None:
        self._versions = zeros(buckets.GENERATION + 1, 1)
        self._entries = 0
        halves = [Segment.of(0, 1, 1, 0), Segment.of(1 << (KEY_BITS - 1), 1, 1, 0)]
        self.directory = Directory.of(halves, self._versions)

    @property
    def entries(self) -> int:
        """How many entries it has."""
        return self._entries

    @property
    def size_bytes(self) -> int:
        """The memory that the arrays take."""
        distinct = {id(segment): segment for segment in self.directory.segments}.values()
        return self._versions.nbytes + self.directory.map.nbytes + sum(each.size_bytes for each in distinct)

    def add(self, entries: Entries) -> None:
        """Adds entries (uint64), each once; their numbers are greater than those that are there, and those of a key ascend.

        A segment that is full is copied, and only then exchanged.
        """
        begin = 0
        while begin < len(entries):
            begin, stop = buckets.add(self.directory.map, entries, begin, len(entries))
            if stop != buckets.DONE:
                self.enter(self._with_room(int(entries[begin]) >> KEY_BITS, stop))
        self._entries += len(entries)

    def remove(self, entries: Entries) -> None:
        """Removes entries (uint64)."""
        buckets.remove(self.directory.map, entries)
        self._entries -= len(entries)

    def prepare(self) -> None:
        """Has the kernels run that only a large table needs."""
        for segment in self.directory.segments:
            segment.part(segment.low, segment.depth, _GROWTH)
            segments_of(np.empty(0, np.uint64), segment.low, segment.depth)

    def _with_room(self, key: int, stop: int) -> tuple[Segment, ...]:
        """Returns what is to stand for the segment of a key, and has the room that it lacks."""
        segments = self.directory.segments
        full = segments[key * len(segments) >> KEY_BITS]
        if stop == buckets.BLOCKS_FULL:
            scattered = full.blocks[buckets.FREE_WORDS] > _SCATTERED * len(full.blocks)
            return (full.part(full.low, full.depth, _GROWTH) if scattered else full.with_more_blocks(),)
        if full.lines < _MOST_LINES:
            return (full.with_more_lines(),)
        depth = full.depth + 1
        # Each segment has room of its own size, so that they do not all become full at the same time.
        return tuple(
            full.part(low, depth, _GROWTH ** (1 + _fraction(low)))
            for low in (full.low, full.low + (1 << (KEY_BITS - depth)))
        )

    def enter(self, roomier: tuple[Segment, ...], entries: int = 0) -> None:
        """Puts segments into the rows of their prefixes, where one with as many keys or more was.

        `entries`: how many they have that were not there.
        """
        self._entries += entries
        segments = list(self.directory.segments)
        for segment in roomier:
            while 1 << segment.depth > len(segments):
                segments = [each for each in segments for _ in range(2)]
            first = segment.low * len(segments) >> KEY_BITS
            last = first + (len(segments) >> segment.depth)
            segments[first:last] = [segment] * (last - first)
        # What others read by the old map is not to be relied on from now on.
        self._versions[buckets.GENERATION] += 1
        self.directory = Directory.of(segments, self._versions)


def segments_of(entries: Entries, low: int, depth: int) -> tuple[Segment, ...]:
    """Returns segments of sorted entries (uint64), each once, whose keys begin with the `depth` upper bits of `low`."""
    keys = entries >> np.uint64(KEY_BITS)
    count = int(np.count_nonzero(keys[1:] != keys[:-1])) + 1
    # Each has room of its own size, so that they do not all become full at the same time.
    lines = _lines_for(count * _GROWTH ** _fraction(low))
    if lines > _MOST_LINES:
        middle = low + (1 << (KEY_BITS - depth - 1))
        at = int(np.searchsorted(keys, np.uint64(middle)))
        return (*segments_of(entries[:at], low, depth + 1), *segments_of(entries[at:], middle, depth + 1))
    new = Segment.of(low, depth, lines, int(len(entries) * buckets.MOST_ROOM))
    buckets.fill(entries, *new.arrays, depth)
    return (new,)


def _lines_for(keys: float) -> int:
    return 1 + int(keys / (_FULL * buckets.LINE_SLOTS))


def zeros(words: int, growth: float) -> Words:
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
    return (low * GOLDEN % (1 << KEY_BITS)) / (1 << KEY_BITS)
