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

A number that is removed is taken out of its list, and those after it move; but of a long list only the last `WINDOW` ever move.
One before them is *marked* with bit 31, and remains in its place, in the order, and in the length, until the list is gone
through at some later removal (`_shorten`). The last `WINDOW` of a list are never marked, so that a list of no more has no
mark, and whoever reads no more than the last ones need not look for any.

A *map* is the directory of a table: a row of int64 for each prefix of so many bits: the addresses of slots and blocks, the
number of lines, and how many bits of prefix the segment has. A row more has what belongs to the whole table: the address of its
versions, and the generation of the map. Kernels take addresses, since numba has no cheap list of arrays; `table.py` keeps the
arrays alive.

Others may read (`candidates.py`) while one thread adds and removes, and neither waits. For that, each range of keys, by their
upper bits, has a *version*, a word that changes when what leads to the numbers of such a key is about to be used for something
else: a reader that finds the same even version before and after has read what belonged together.

    a number at the end of a list    is written before the length that counts it: no version changes
    a list in a larger block         is copied, then entered; then the version changes; then its old block is given up
    a key in a slot                  the version changes; then the key is written, then its value. A reader takes values before
                                     keys, so that it never has a new value for an old key
    a removal                        the version is odd while it is done
    a segment in new arrays          is filled before the map that leads to them is given out. The version after the last is the
                                     generation: it changes before anything is written there, and tells readers of the old map
                                     to begin again

An *entry* (uint64) is a key, in the upper half, and a number. What many entries need is fetched ahead of its use, so that the
processor waits for many at a time: each alone would take ten times as long. There are few functions here, and long ones: each
costs a tenth of a second to compile, however short.
"""

from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from textkin_service.index.kernels.entries import GOLDEN
from textkin_service.index.kernels.instructions import (
    equal,
    fetch,
    leading_zeros,
    load,
    order,
    store,
    trailing_zeros,
)
from textkin_service.kernels import inner_part, kernel, part

if TYPE_CHECKING:
    from collections.abc import Callable

Words = NDArray[np.uint32]
Entries = NDArray[np.uint64]
Map = NDArray[np.int64]

SLOTS_AT, BLOCKS_AT, LINES, DEPTH = range(4)
MAP_COLUMNS = 4
# Of the last row.
VERSIONS_AT, GENERATION_OF_MAP = range(2)

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

# Most words of a block for each number in it: of 3, which take 4, and of 2 or more.
MOST_ROOM = 4 / 3
# A table has so many versions, by the upper bits of keys; then comes the generation.
VERSION_SHIFT = 20
GENERATION = 1 << (32 - VERSION_SHIFT)

# What a removal has to move at most. More than any search reads of a list (`lsh.py`), with room for what is added meanwhile.
WINDOW = 4_096
# Set in a number that was removed and stands before the window; below it, the number.
_MARK = 1 << 31
_NUMBER = _MARK - 1
# So many times, on average, marked numbers are taken out of a list, while as many are marked as it is long. So a removal moves
# as many words on average, and a quarter of the list is marked by then.
_PASSES = 4

# So many entries are looked for before they are added.
_AHEAD = 64

# What stops an addition: nothing, a segment's slots or its blocks.
DONE, SLOTS_FULL, BLOCKS_FULL = range(3)


# To compute with words: of numbers without a sign differences have none either.
int64 = cast("Callable[[Any], int]", np.int64)


@inner_part
def _line(slots: int, lines: int, depth: int, key: int) -> int:
    """Returns the address of the line that a key belongs to: lines share the segment's range of keys evenly."""
    return slots + _LINE * (1 + ((((key << depth) & _ALL) * lines) >> 32))


@inner_part
def _find(slots: int, lines: int, depth: int, key: int) -> int:
    """Returns the address of a key's value; if it has none, minus that of the vacant one to be taken."""
    line = _line(slots, lines, depth, key)
    vacant = 0
    while True:
        # A place that was given up, or never taken, may hold the same key.
        empty = equal(line + _VALUE, 0, _TAKEN)
        found = equal(line, key, _ALL) & ~empty
        if found != 0:
            return line + _VALUE + _WORD * trailing_zeros(found)
        if vacant == 0 and empty != 0:
            vacant = line + _VALUE + _WORD * trailing_zeros(empty)
        if load(line + _LAST_VALUE) == 0:
            return -vacant
        line = line + _LINE if line != slots + _LINE * lines else slots + _LINE


@inner_part
def _size(words: int) -> tuple[int, int]:
    """Returns the number of the smallest size that holds so many words, and its words: 5, 6, 7 or 8 times a power of two."""
    shift = max(1, 61 - leading_zeros(words - 1))
    eighths = (words - 1) >> shift
    return 4 * (shift - 1) + eighths, (eighths + 1) << shift


@inner_part
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


@inner_part
def _free(blocks: int, place: int, words: int) -> None:
    """Gives up a block that held so many words."""
    size, words = _size(words)
    head = blocks + _WORD * (FIRST_FREE + size)
    store(blocks + _WORD * place, load(head))
    store(head, place)
    store(blocks + _WORD * FREE_WORDS, load(blocks + _WORD * FREE_WORDS) + words)


@part
def _locate(segments: Map, entries: Entries, first: int, last: int, values: Map) -> None:
    """Fills in what `_find` says of the entries of a range. It is fetched, and its list's beginning and end."""
    for i in range(first, last):
        key = int64(entries[i] >> np.uint64(32))
        row = (key * (len(segments) - 1)) >> 32
        fetch(_line(segments[row, SLOTS_AT], segments[row, LINES], segments[row, DEPTH], key))
    for i in range(first, last):
        key = int64(entries[i] >> np.uint64(32))
        row = (key * (len(segments) - 1)) >> 32
        found = _find(segments[row, SLOTS_AT], segments[row, LINES], segments[row, DEPTH], key)
        values[i - first] = found
        if found > 0:
            value = load(found)
            if value >= LIST:
                place = segments[row, BLOCKS_AT] + _WORD * (value & _PLACE)
                fetch(place)
                fetch(place + _WORD * ((value >> _LENGTH_SHIFT) & SHORT))


@kernel
def add(segments: Map, entries: Entries, begin: int, end: int) -> tuple[int, int]:
    """Adds entries, each once, from `begin` up to `end`; the numbers of a key greater than those it has, and ascending.

    Returns how far it came, and what stopped it; a segment that is full is to be given room.
    """
    values = np.empty(_AHEAD, np.int64)
    versions = segments[-1, VERSIONS_AT]
    for i in range(begin, end):
        if (i - begin) % _AHEAD == 0:
            _locate(segments, entries, i, min(i + _AHEAD, end), values)
        key = int64(entries[i] >> np.uint64(32))
        number = int64(entries[i] & np.uint64(_ALL))
        row = (key * (len(segments) - 1)) >> 32
        slots, lines = segments[row, SLOTS_AT], segments[row, LINES]
        version = versions + _WORD * (key >> VERSION_SHIFT)
        at = values[(i - begin) % _AHEAD]
        if at < 0 and load(-at) & _TAKEN != 0:
            # The place was taken meanwhile, maybe by the same key.
            at = _find(slots, lines, segments[row, DEPTH], key)
        if at < 0:
            if load(-at) == 0:
                if load(slots + _WORD * USED) >= load(slots + _WORD * MOST_USED):
                    return i, SLOTS_FULL
                store(slots + _WORD * USED, load(slots + _WORD * USED) + 1)
            store(version, load(version) + 2)
            order()
            store(-at - _VALUE, key)
            order()
            store(-at, number)
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
        before = place
        moved = length == 1 or grown > room
        if moved:
            place = _allocate(blocks, grown)
            if place == 0:
                return i, BLOCKS_FULL
            to = blocks + _WORD * (place + (length >= SHORT))
            if length == 1:
                store(to, value)
            else:
                source = blocks + _WORD * (before + (length > SHORT))
                for j in range(length):
                    store(to + _WORD * j, load(source + _WORD * j))
        store(blocks + _WORD * (place + grown - 1), number)
        order()
        if length < SHORT:
            store(at, LIST | ((length + 1) << _LENGTH_SHIFT) | place)
        else:
            store(blocks + _WORD * place, length + 1)
            order()
            store(at, LIST | place)
        if moved and length > 1:
            order()
            store(version, load(version) + 2)
            order()
            _free(blocks, before, words)
    return end, DONE


@kernel
def remove(segments: Map, entries: Entries) -> None:
    """Removes those of the entries that are there."""
    values = np.empty(_AHEAD, np.int64)
    versions = segments[-1, VERSIONS_AT]
    for i in range(len(entries)):
        if i % _AHEAD == 0:
            _locate(segments, entries, i, min(i + _AHEAD, len(entries)), values)
        key = int64(entries[i] >> np.uint64(32))
        number = int64(entries[i] & np.uint64(_ALL))
        row = (key * (len(segments) - 1)) >> 32
        at = values[i % _AHEAD]
        if at < 0 or load(at) & _TAKEN == 0:
            continue
        version = versions + _WORD * (key >> VERSION_SHIFT)
        store(version, load(version) + 1)
        order()
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
        else:
            _shorten(segments[row, BLOCKS_AT], at, value, number)
        order()
        store(version, load(version) + 1)


@part
def _shorten(blocks: int, at: int, value: int, number: int) -> None:
    """Removes a number from a list, or marks it, if it is there; `at`: the address of the value that leads to it."""
    place = value & _PLACE
    length = (value >> _LENGTH_SHIFT) & SHORT
    if length == 0:
        length = load(blocks + _WORD * place)
    numbers = blocks + _WORD * (place + (length > SHORT))
    low, high = 0, length
    while low < high:
        middle = (low + high) >> 1
        if load(numbers + _WORD * middle) & _NUMBER < number:
            low = middle + 1
        else:
            high = middle
    if low == length or load(numbers + _WORD * low) != number:
        return
    # Numbers are taken out from here on.
    first = low
    if low < length - WINDOW:
        store(numbers + _WORD * low, _MARK | number)
        # By chance, so that nothing is to be counted; and not for all keys of an article at once.
        mixed = ((load(at - _VALUE) ^ number) * GOLDEN) & _ALL
        if mixed * length >= _PASSES << 32:
            return
        first = 0
    else:
        # The window comes to begin one earlier: not with a mark.
        before = length - WINDOW - 1
        while before >= 0 and load(numbers + _WORD * before) >= _MARK:
            first = before
            before -= 1
    _, room = _size(length + (length > SHORT))
    left = first
    if first == low:
        for j in range(low + 1, length):
            store(numbers + _WORD * (j - 1), load(numbers + _WORD * j))
        left = length - 1
    else:
        for j in range(first, length):
            word = load(numbers + _WORD * j)
            store(numbers + _WORD * left, word)
            left += (word < _MARK) & (word != number)
    length = left
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
    while kept < room:
        # The difference of neighbouring sizes is a size, too.
        smaller = room - (1 << max(1, 61 - leading_zeros(room - 1)))
        _free(blocks, place + smaller, room - smaller)
        room = smaller


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
def fill(entries: Entries, slots: int, lines: int, blocks: int, depth: int) -> None:
    """Fills new, empty arrays that have room for them with entries, which are sorted."""
    filled = np.zeros(1 + lines, np.uint8)
    used = at = 0
    while at < len(entries):
        key, value = int64(entries[at] >> np.uint64(32)), int64(entries[at] & np.uint64(_ALL))
        length = 1
        while at + length < len(entries) and int64(entries[at + length] >> np.uint64(32)) == key:
            length += 1
        if length > 1:
            long = int64(length > SHORT)
            place = _allocate(blocks, length + long)
            store(blocks + _WORD * place, length)
            for i in range(length):
                store(blocks + _WORD * (place + long + i), int64(entries[at + i] & np.uint64(_ALL)))
            value = LIST | ((1 - long) * length << _LENGTH_SHIFT) | place
        new = (_line(slots, lines, depth, key) - slots) // _LINE
        while filled[new] == LINE_SLOTS:
            new = new + 1 if new < lines else 1
        to = slots + _LINE * new + _WORD * int64(filled[new])
        filled[new] += np.uint8(1)
        store(to, key)
        store(to + _VALUE, value)
        used += 1
        at += length
    store(slots + _WORD * USED, used)
