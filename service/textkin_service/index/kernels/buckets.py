"""Kernels of the LSH buckets: tables of 32-bit keys, each of which leads to the numbers of the articles that have it.

A table is cut into segments by the upper bits of its keys (extendible hashing, Fagin et al. 1979), so that it grows a segment
at a time. A segment is two arrays of 32-bit words::

    slots     lines of 16 words, one cache line: 8 keys, then their 8 values; line 0 is the header. A key stands in the line
              that its place in the segment's range of keys falls to, or in the next that has room; the last slot of a line
              is taken when no other is left
    blocks    lists of numbers, in blocks of 2, 4, 6 and so on to 16, 20, 24, 28, 32, 40 words, four to an octave; freed
              blocks are linked by size

A value is 0 (the slot is empty), a single number, or with bit 31 set a list: its length where that is short, or else 0 and the
length before the numbers; and its place in the blocks, in words. Lists are in ascending order, since numbers come so. The block
of a list is the smallest that holds it.

A *map* is the directory of a table: a row of int64 for each prefix of so many bits: the addresses of slots and blocks, the
number of lines, and how many bits of prefix the segment has. Kernels take addresses, since numba has no cheap list of arrays;
`table.py` keeps the arrays alive, and lets nobody read while a segment is exchanged.

An *entry* (uint64) is a key, in the upper half, and a number. What many entries need is fetched ahead of its use, so that the
processor waits for many at a time: each alone would take ten times as long. There are few functions here, and long ones: each
costs a tenth of a second to compile, however short.
"""

from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from textkin_service.index.kernels.instructions import (
    equal,
    fetch,
    leading_zeros,
    load,
    store,
    trailing_zeros,
)
from textkin_service.kernels import kernel

if TYPE_CHECKING:
    from collections.abc import Callable

Words = NDArray[np.uint32]
Entries = NDArray[np.uint64]
Map = NDArray[np.int64]

SLOTS_AT, BLOCKS_AT, LINES, DEPTH = range(4)
MAP_COLUMNS = 4

# Bytes of a word, and of a line.
_WORD = 4
_LINE = 64
# Slots of a line, and its words.
LINE_SLOTS = 8
LINE = 16
# From a key to its value, and from a line to the last value.
_VALUE = _WORD * LINE_SLOTS
_LAST_VALUE = _LINE - _WORD
# Words of the slots' header.
USED, MOST_USED = range(2)
# Words of the blocks' header; the heads of the lists of free blocks follow, one for each size.
END, ROOM, FREE_WORDS, FIRST_FREE = range(4)
BLOCKS_HEADER = 128

_ALL = (1 << 32) - 1
LIST = 1 << 31
# The value of a removed key in a line that was full, beyond which others may stand.
GONE = LIST
# What is 0 of a value without a key.
_TAKEN = LIST - 1
# A bit for each slot of a line.
_SLOTS = (1 << LINE_SLOTS) - 1
_LENGTH_SHIFT = 26
# The longest list whose length stands in its value.
SHORT = 31
_PLACE = (1 << 26) - 1

# So many entries are looked for before they are added.
_AHEAD = 64

# What stops an addition: nothing, a segment's slots or its blocks.
DONE, SLOTS_FULL, BLOCKS_FULL = range(3)


# To compute with words: of numbers without a sign differences have none either.
int64 = cast("Callable[[Any], int]", np.int64)


@kernel
def _line(slots: int, lines: int, depth: int, key: int) -> int:
    """Returns the address of the line that a key belongs to: lines share the segment's range of keys evenly."""
    return slots + _LINE * (1 + ((((key << depth) & _ALL) * lines) >> 32))


@kernel
def _find(slots: int, lines: int, line: int, key: int) -> int:
    """Returns the address of a key's value, looked for from its line on; 0 if it has none."""
    while True:
        # A place that was given up, or never taken, may hold the same key.
        found = equal(line, key, _ALL) & ~equal(line + _VALUE, 0, _TAKEN)
        if found != 0:
            return line + _VALUE + _WORD * trailing_zeros(found)
        if load(line + _LAST_VALUE) == 0:
            return 0
        line = line + _LINE if line != slots + _LINE * lines else slots + _LINE


@kernel
def _size(words: int) -> tuple[int, int]:
    """Returns the number of the smallest size that holds so many words, and its words: 5, 6, 7 or 8 times a power of two."""
    shift = max(1, 61 - leading_zeros(words - 1))
    eighths = (words - 1) >> shift
    return 4 * (shift - 1) + eighths, (eighths + 1) << shift


@kernel
def _allocate(blocks: int, words: int) -> int:
    """Returns the place of a block for so many words; 0 if there is no room."""
    size, words = _size(words)
    head = blocks + _WORD * (FIRST_FREE + size)
    place = load(head)
    if place != 0:
        following = load(blocks + _WORD * place)
        fetch(blocks + _WORD * following)
        store(head, following)
        store(blocks + _WORD * FREE_WORDS, load(blocks + _WORD * FREE_WORDS) - words)
        return place
    place = load(blocks + _WORD * END)
    if place + words > load(blocks + _WORD * ROOM):
        return 0
    store(blocks + _WORD * END, place + words)
    return place


@kernel
def _free(blocks: int, place: int, words: int) -> None:
    """Gives up a block that held so many words."""
    size, words = _size(words)
    head = blocks + _WORD * (FIRST_FREE + size)
    store(blocks + _WORD * place, load(head))
    store(head, place)
    store(blocks + _WORD * FREE_WORDS, load(blocks + _WORD * FREE_WORDS) + words)


@kernel
def _locate(segments: Map, entries: Entries, values: Map) -> None:
    """Fills in the address of each key's value, 0 if it has none. It is fetched, and its list's beginning and end."""
    for i in range(len(entries)):
        key = int64(entries[i] >> np.uint64(32))
        row = (key * len(segments)) >> 32
        values[i] = _line(segments[row, SLOTS_AT], segments[row, LINES], segments[row, DEPTH], key)
        fetch(values[i])
    for i in range(len(entries)):
        key = int64(entries[i] >> np.uint64(32))
        row = (key * len(segments)) >> 32
        values[i] = _find(segments[row, SLOTS_AT], segments[row, LINES], values[i], key)
        if values[i] != 0:
            value = load(values[i])
            if value >= LIST:
                first = segments[row, BLOCKS_AT] + _WORD * (value & _PLACE)
                fetch(first)
                fetch(first + _WORD * ((value >> _LENGTH_SHIFT) & SHORT))


@kernel
def add(segments: Map, entries: Entries, begin: int, end: int) -> tuple[int, int]:
    """Adds entries, each once, from `begin` up to `end`; the numbers of a key greater than those it has, and ascending.

    Returns how far it came, and what stopped it; a segment that is full is to be given room.
    """
    values = np.empty(_AHEAD, np.int64)
    for first in range(begin, end, _AHEAD):
        last = min(first + _AHEAD, end)
        _locate(segments, entries[first:last], values)
        for i in range(first, last):
            key = int64(entries[i] >> np.uint64(32))
            number = int64(entries[i] & np.uint64(_ALL))
            row = (key * len(segments)) >> 32
            slots, lines = segments[row, SLOTS_AT], segments[row, LINES]
            at = values[i - first]
            if at == 0:
                line = _line(slots, lines, segments[row, DEPTH], key)
                # Maybe it is there by now.
                at = _find(slots, lines, line, key)
                if at == 0:
                    if load(slots + _WORD * USED) >= load(slots + _WORD * MOST_USED):
                        return i, SLOTS_FULL
                    vacant = equal(line + _VALUE, 0, _TAKEN)
                    while vacant == 0:
                        line = line + _LINE if line != slots + _LINE * lines else slots + _LINE
                        vacant = equal(line + _VALUE, 0, _TAKEN)
                    at = line + _VALUE + _WORD * trailing_zeros(vacant)
                    if load(at) == 0:
                        store(slots + _WORD * USED, load(slots + _WORD * USED) + 1)
                    store(at - _VALUE, key)
                    store(at, number)
                    continue
            blocks = segments[row, BLOCKS_AT]
            value = load(at)
            place = value & _PLACE
            length = (value >> _LENGTH_SHIFT) & SHORT if value >= LIST else 1
            if length == 0:
                length = load(blocks + _WORD * place)
            words = length + (length > SHORT)
            grown = length + 1 + (length >= SHORT)
            _, room = _size(words)
            if length == 1 or grown > room:
                larger = _allocate(blocks, grown)
                if larger == 0:
                    return i, BLOCKS_FULL
                to = blocks + _WORD * (larger + (length >= SHORT))
                if length == 1:
                    store(to, value)
                else:
                    source = blocks + _WORD * (place + (length > SHORT))
                    for j in range(length):
                        store(to + _WORD * j, load(source + _WORD * j))
                    _free(blocks, place, words)
                place = larger
            store(blocks + _WORD * (place + grown - 1), number)
            if length >= SHORT:
                store(blocks + _WORD * place, length + 1)
                store(at, LIST | place)
            else:
                store(at, LIST | ((length + 1) << _LENGTH_SHIFT) | place)
    return end, DONE


@kernel
def remove(segments: Map, entries: Entries) -> None:
    """Removes those of the entries that are there."""
    values = np.empty(_AHEAD, np.int64)
    for first in range(0, len(entries), _AHEAD):
        last = min(first + _AHEAD, len(entries))
        _locate(segments, entries[first:last], values)
        for i in range(first, last):
            key = int64(entries[i] >> np.uint64(32))
            number = int64(entries[i] & np.uint64(_ALL))
            row = (key * len(segments)) >> 32
            at = values[i - first]
            if at == 0 or load(at) & _TAKEN == 0:
                continue
            value = load(at)
            if value < LIST:
                if value == number:
                    slots = segments[row, SLOTS_AT]
                    if load((at & -_LINE) + _LAST_VALUE) != 0:
                        # Keys of this line may stand in the next: it must not look as if it had had room.
                        store(at, GONE)
                    else:
                        store(at, 0)
                        store(slots + _WORD * USED, load(slots + _WORD * USED) - 1)
                continue
            blocks = segments[row, BLOCKS_AT]
            place = value & _PLACE
            length = (value >> _LENGTH_SHIFT) & SHORT
            if length == 0:
                length = load(blocks + _WORD * place)
            numbers = blocks + _WORD * (place + (length > SHORT))
            low, high = 0, length
            while low < high:
                middle = (low + high) >> 1
                if load(numbers + _WORD * middle) < number:
                    low = middle + 1
                else:
                    high = middle
            if low == length or load(numbers + _WORD * low) != number:
                continue
            for j in range(low, length - 1):
                store(numbers + _WORD * j, load(numbers + _WORD * (j + 1)))
            _, room = _size(length + (length > SHORT))
            length -= 1
            if length > SHORT:
                store(blocks + _WORD * place, length)
            elif length > 1:
                if length == SHORT:
                    # What had its length before it has none from now on.
                    for j in range(length):
                        store(blocks + _WORD * (place + j), load(numbers + _WORD * j))
                store(at, LIST | (length << _LENGTH_SHIFT) | place)
            else:
                store(at, load(numbers))
            _, kept = _size(length + (length > SHORT))
            kept = kept if length > 1 else 0
            if kept < room:
                # The difference of neighbouring sizes is a size, too.
                _free(blocks, place + kept, room - kept)


@kernel
def extent(slots: int, lines: int, blocks: int, low: int, high: int) -> tuple[int, int]:
    """Returns how many keys of a range (`high` exclusive) a segment has, and the words of their blocks."""
    count = words = 0
    for line in range(slots + _LINE, slots + _LINE * (1 + lines), _LINE):
        taken = ~equal(line + _VALUE, 0, _TAKEN) & _SLOTS
        while taken != 0:
            at = line + _WORD * trailing_zeros(taken)
            taken &= taken - 1
            if not low <= load(at) < high:
                continue
            count += 1
            value = load(at + _VALUE)
            if value >= LIST:
                length = (value >> _LENGTH_SHIFT) & SHORT
                if length == 0:
                    length = 1 + load(blocks + _WORD * (value & _PLACE))
                _, room = _size(length)
                words += room
    return count, words


@kernel
def refill(
    slots: int, lines: int, blocks: int, low: int, high: int, depth: int,
    new_slots: int, new_lines: int, new_blocks: int, with_lists: bool,
) -> None:  # fmt: skip
    """Copies the keys of a range (`high` exclusive), maybe with their lists, to new, empty arrays that have room for them."""
    filled = np.zeros(1 + new_lines, np.uint8)
    for line in range(slots + _LINE, slots + _LINE * (1 + lines), _LINE):
        taken = ~equal(line + _VALUE, 0, _TAKEN) & _SLOTS
        while taken != 0:
            at = line + _WORD * trailing_zeros(taken)
            taken &= taken - 1
            key, value = load(at), load(at + _VALUE)
            if not low <= key < high:
                continue
            if with_lists and value >= LIST:
                words = (value >> _LENGTH_SHIFT) & SHORT
                source = blocks + _WORD * (value & _PLACE)
                if words == 0:
                    words = 1 + load(source)
                place = _allocate(new_blocks, words)
                for i in range(words):
                    store(new_blocks + _WORD * (place + i), load(source + _WORD * i))
                value += place - (value & _PLACE)
            new = (_line(new_slots, new_lines, depth, key) - new_slots) // _LINE
            while filled[new] == LINE_SLOTS:
                new = new + 1 if new < new_lines else 1
            to = new_slots + _LINE * new + _WORD * int64(filled[new])
            filled[new] += np.uint8(1)
            store(to, key)
            store(to + _VALUE, value)
    used = 0
    for new in range(1, 1 + new_lines):
        used += filled[new]
    store(new_slots + _WORD * USED, used)


@kernel
def lookup(
    segments: Map, entries: Entries, cap: int, budget: int, lengths: Map, starts: Map, numbers: Words
) -> tuple[int, int]:
    """Reads what stands under the keys of entries, the shortest lists first, the newest `cap` of each, `budget` in all.

    Fills `lengths` (int64, a key each) with how many numbers each key has, whatever was read; `numbers` (uint32, `budget` of
    them) with those read, in the order of the keys, descending; and `starts` (int64, one more than keys) with where each
    key's begin. Returns how many keys have numbers, and of how many some were left out.
    """
    values = np.empty(_AHEAD, np.int64)
    # Where the numbers of each key end.
    ends = np.empty(len(entries), np.int64)
    with_length = np.zeros(cap + 1, np.int64)
    for first in range(0, len(entries), _AHEAD):
        last = min(first + _AHEAD, len(entries))
        _locate(segments, entries[first:last], values)
        for i in range(first, last):
            at = values[i - first]
            lengths[i] = length = int64(at != 0)
            if length == 0:
                continue
            ends[i] = at + _WORD
            value = load(at)
            if value >= LIST:
                row = (int64(entries[i] >> np.uint64(32)) * len(segments)) >> 32
                numbers_at = segments[row, BLOCKS_AT] + _WORD * (value & _PLACE)
                length = (value >> _LENGTH_SHIFT) & SHORT
                if length == 0:
                    length = load(numbers_at)
                    numbers_at += _WORD
                    fetch(numbers_at + _WORD * (length - 1))
                ends[i] = numbers_at + _WORD * length
                lengths[i] = length
            with_length[min(length, cap)] += 1
    # Lists shorter than `whole` are read, and those as long while they last.
    whole, left = 1, budget
    while whole <= cap and with_length[whole] * whole <= left:
        left -= with_length[whole] * whole
        whole += 1
    met = cut = count = 0
    for i in range(len(entries)):
        starts[i] = count
        length = min(lengths[i], cap)
        if length >= whole:
            length = min(length, left) if length == whole else 0
            left -= length
        met += lengths[i] > 0
        cut += length < lengths[i]
        for j in range(length):
            numbers[count + j] = load(ends[i] - _WORD * (1 + j))
        count += length
    starts[len(entries)] = count
    return met, cut
