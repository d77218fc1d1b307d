"""Kernels of the LSH buckets: tables of 32-bit keys, each of which leads to the numbers of the articles that have it.

A table is cut into segments by the upper bits of its keys (extendible hashing, Fagin et al. 1979), so that it grows a segment
at a time. A segment is two arrays of 32-bit words::

    slots     lines of 16 words, one cache line: 8 keys, then their 8 values; line 0 is the header. A key stands in the line
              that its place in the segment's range of keys falls to, or in the next that has room
    blocks    lists of numbers, in blocks of 2, 4, 6, 8, 12, 16, 24 words and so on; freed blocks are linked by size

A value is 0 (the slot is empty), a single number, or with bit 31 set a list: its length where that is short, and its place in
the blocks. A long list begins with a header and has its dead numbers marked by bit 31 until they are many. Lists are in
ascending order, since numbers come so.

A *map* is the directory of a table: a row of int64 for each prefix of so many bits: the addresses of slots and blocks, the
number of lines, and how many bits of prefix the segment has. Kernels take addresses, since numba has no cheap list of arrays;
`table.py` keeps the arrays alive, and lets nobody read while a segment is exchanged.
"""

from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numba import types
from numba.extending import intrinsic
from numba.np.numpy_support import carray
from numpy.typing import NDArray

from textkin_service.kernels import kernel

if TYPE_CHECKING:
    from collections.abc import Callable

Words = NDArray[np.uint32]
Map = NDArray[np.int64]

SLOTS_AT, BLOCKS_AT, LINES, DEPTH = range(4)
MAP_COLUMNS = 4

# Slots of a line, and its words.
LINE_SLOTS = 8
LINE = 16
# Words of the slots' header.
USED, MOST_USED = range(2)
# Words of the blocks' header; the heads of the lists of free blocks follow, one for each size.
END, ROOM, FREE_WORDS, FIRST_FREE = range(4)
BLOCKS_HEADER = 64

LIST = 1 << 31
# A removed key in a line that was full, beyond which others may stand.
GONE = LIST
_DEAD = 1 << 31
_NUMBER = (1 << 31) - 1
_LENGTH_SHIFT = 26
_LENGTH = 31
_PLACE = (1 << 26) - 1
# Numbers of a list without a header.
SHORT = 24
# Words of a long list's header.
_LIVE, _TAKEN, _SIZE, _LONG_HEADER = range(4)

# 2^32 divided by the golden ratio.
GOLDEN = 0x9E3779B1
# So many keys are touched before they are added.
_AHEAD = 256

# What stops an addition or a removal: nothing, a segment's slots or its blocks.
DONE, SLOTS_FULL, BLOCKS_FULL = range(3)


# To compute with words: of numbers without a sign differences have none either.
int64 = cast("Callable[[Any], int]", np.int64)


@intrinsic
def _as_pointer(typing_context: Any, address: Any) -> Any:  # noqa: ARG001 - numba's signature
    """Takes an address for a pointer to words."""
    signature = cast("Any", types).CPointer(types.uint32)(types.int64)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

    return signature, generate


_pointer = cast("Callable[[int], Any]", _as_pointer)


@kernel
def _words(address: int) -> Words:
    """Returns the words at an address; nothing tells where they end."""
    return carray(_pointer(address), (1 << 40,), np.uint32)


@kernel
def spread(key: int) -> int:
    """Returns a number of 32 bits for each key, another for every other; those of like keys lie far apart (Knuth, TAOCP 6.4).

    It stands for the key in the table: bottom-k keys are small ones, which would crowd in few segments.
    """
    return (int64(key) * GOLDEN) & 0xFFFF_FFFF


@kernel
def _row(rows: int, key: int) -> int:
    """Returns the row of the map that a key belongs to."""
    return (key * rows) >> 32


@kernel
def _home(lines: int, depth: int, key: int) -> int:
    """Returns the first word of the line that a key belongs to: lines share the segment's range of keys evenly."""
    return (1 + ((((key << depth) & 0xFFFF_FFFF) * lines) >> 32)) * LINE


@kernel
def _find(slots: Words, lines: int, at: int, key: int) -> int:
    """Returns the place of a key's value, looked for from its line on; 0 if it has none."""
    end = (1 + lines) * LINE
    sought = np.uint32(key)
    while True:
        for slot in range(at, at + LINE_SLOTS):
            # A place that was given up, or never taken, may hold the same key.
            if slots[slot] == sought and slots[slot + LINE_SLOTS] != 0 and slots[slot + LINE_SLOTS] != GONE:
                return slot + LINE_SLOTS
        if slots[at + LINE - 1] == 0:
            return 0
        at += LINE
        if at == end:
            at = LINE


@kernel
def _vacancy(slots: Words, lines: int, at: int) -> int:
    """Returns the place for the value of a key that is not there: the first empty or given up from its line on."""
    end = (1 + lines) * LINE
    while True:
        for value in range(at + LINE_SLOTS, at + LINE):
            if slots[value] == 0 or slots[value] == GONE:
                return value
        at += LINE
        if at == end:
            at = LINE


@kernel
def _words_of_size(size: int) -> int:
    """Returns how many words a block of a size has: 2, 4, 6, 8, 12, 16, 24, 32 and so on."""
    return 2 if size == 0 else (2 + ((size - 1) & 1)) << (1 + ((size - 1) >> 1))


@kernel
def _size_for(words: int) -> int:
    """Returns the smallest size of so many words."""
    size = 0
    while _words_of_size(size) < words:
        size += 1
    return size


# The size for a short list of each length.
_SIZES = np.array(
    [
        next(size for size, words in enumerate((2, 4, 6, 8, 12, 16, 24)) if words >= n)
        for n in range(SHORT + 1)
    ]
)


@kernel
def _allocate(blocks: Words, size: int) -> int:
    """Returns the place of a block; 0 if there is no room."""
    words = _words_of_size(size)
    place = int64(blocks[FIRST_FREE + size])
    if place != 0:
        blocks[FIRST_FREE + size] = blocks[place]
        blocks[FREE_WORDS] -= np.uint32(words)
        return place
    place = int64(blocks[END])
    if place + words > blocks[ROOM]:
        return 0
    blocks[END] = place + words
    return place


@kernel
def _free(blocks: Words, place: int, size: int) -> None:
    blocks[place] = blocks[FIRST_FREE + size]
    blocks[FIRST_FREE + size] = place
    blocks[FREE_WORDS] += np.uint32(_words_of_size(size))


@kernel
def _short(place: int, length: int) -> int:
    """Returns the value of a short list."""
    return LIST | (length << _LENGTH_SHIFT) | place


@kernel
def _length(blocks: Words, value: int) -> int:
    """Returns how many numbers stand under a value that is not empty."""
    if value < LIST:
        return 1
    length = (value >> _LENGTH_SHIFT) & _LENGTH
    return length or int64(blocks[(value & _PLACE) + _LIVE])


@kernel
def _append(blocks: Words, value: int, number: int) -> int:  # noqa: PLR0911 - a kind of list each
    """Adds the greatest number to what stands under a value; returns the new value, 0 if there is no room."""
    if value < LIST:
        place = _allocate(blocks, 0)
        if place == 0:
            return 0
        blocks[place] = value
        blocks[place + 1] = number
        return _short(place, 2)
    place = value & _PLACE
    length = (value >> _LENGTH_SHIFT) & _LENGTH
    if length == 0:
        return _append_long(blocks, place, number)
    size = _SIZES[length]
    if length < _words_of_size(size):
        blocks[place + length] = number
        return _short(place, length + 1)
    header = _LONG_HEADER if length == SHORT else 0
    grown = _size_for(length + 1 + header) if header else _SIZES[length + 1]
    larger = _allocate(blocks, grown)
    if larger == 0:
        return 0
    for i in range(length):
        blocks[larger + header + i] = blocks[place + i]
    blocks[larger + header + length] = number
    _free(blocks, place, size)
    if header == 0:
        return _short(larger, length + 1)
    blocks[larger + _LIVE] = length + 1
    blocks[larger + _TAKEN] = length + 1
    blocks[larger + _SIZE] = grown
    return LIST | larger


@kernel
def _append_long(blocks: Words, place: int, number: int) -> int:
    size = int64(blocks[place + _SIZE])
    taken = int64(blocks[place + _TAKEN])
    if taken + _LONG_HEADER == _words_of_size(size):
        larger = _allocate(blocks, size + 1)
        if larger == 0:
            return 0
        taken = _copy_alive(blocks, place, blocks, larger + _LONG_HEADER)
        blocks[larger + _LIVE] = taken
        blocks[larger + _SIZE] = size + 1
        _free(blocks, place, size)
        place = larger
    blocks[place + _LONG_HEADER + taken] = number
    blocks[place + _TAKEN] = taken + 1
    blocks[place + _LIVE] += np.uint32(1)
    return LIST | place


@kernel
def _copy_alive(blocks: Words, place: int, target: Words, to: int) -> int:
    """Copies the numbers of a long list that are alive, maybe onto themselves; returns how many there are."""
    count = 0
    for i in range(place + _LONG_HEADER, place + _LONG_HEADER + int64(blocks[place + _TAKEN])):
        number = blocks[i]
        if number < _DEAD:
            target[to + count] = number
            count += 1
    return count


@kernel
def _cut(blocks: Words, value: int, number: int) -> int:
    """Takes a number from what stands under a value; returns the new value, 0 if nothing is left."""
    if value < LIST:
        return 0 if value == number else value
    place = value & _PLACE
    length = (value >> _LENGTH_SHIFT) & _LENGTH
    if length == 0:
        return _cut_long(blocks, place, number)
    i = 0
    while i < length and blocks[place + i] != number:
        i += 1
    if i == length:
        return value
    for j in range(i + 1, length):
        blocks[place + j - 1] = blocks[place + j]
    if length == 2:  # noqa: PLR2004 - of two, one is left
        left = int64(blocks[place])
        _free(blocks, place, 0)
        return left
    _trim(blocks, place, _SIZES[length], length - 1)
    return _short(place, length - 1)


@kernel
def _trim(blocks: Words, place: int, size: int, words: int) -> None:
    """Gives up what a block has beyond the smallest size of so many words; the difference of sizes is a size, too."""
    while size > 0 and _words_of_size(size - 1) >= words:
        kept = _words_of_size(size - 1)
        _free(blocks, place + kept, _size_for(_words_of_size(size) - kept))
        size -= 1


@kernel
def _cut_long(blocks: Words, place: int, number: int) -> int:
    first = place + _LONG_HEADER
    low, high = first, first + int64(blocks[place + _TAKEN])
    while low < high:
        middle = (low + high) >> 1
        if (blocks[middle] & _NUMBER) < number:
            low = middle + 1
        else:
            high = middle
    taken = int64(blocks[place + _TAKEN])
    if low == first + taken or blocks[low] != number:
        return LIST | place
    blocks[low] |= np.uint32(_DEAD)
    live = int64(blocks[place + _LIVE]) - 1
    blocks[place + _LIVE] = live
    if 2 * live > taken:
        return LIST | place
    size = int64(blocks[place + _SIZE])
    if live <= SHORT // 2:
        _copy_alive(blocks, place, blocks, place)
        _trim(blocks, place, size, live)
        return _short(place, live)
    _copy_alive(blocks, place, blocks, first)
    blocks[place + _TAKEN] = live
    # Half as much again is left, for what comes.
    smaller = _size_for(_LONG_HEADER + live + (live >> 1))
    if smaller < size:
        _trim(blocks, place, size, _words_of_size(smaller))
        blocks[place + _SIZE] = smaller
    return LIST | place


@kernel
def add(segments: Map, keys: Words, numbers: Words, begin: int) -> tuple[int, int]:
    """Adds numbers under keys (uint32, parallel, each pair once, numbers greater than those that are there), from `begin` on.

    Returns how far it came, and what stopped it; a segment that is full is to be given room.
    """
    places = np.empty(_AHEAD, np.int64)
    for first in range(begin, len(keys), _AHEAD):
        last = min(first + _AHEAD, len(keys))
        _touch(segments, keys[first:last], places)
        for i in range(first, last):
            key = spread(keys[i])
            row = _row(len(segments), key)
            slots = _words(segments[row, SLOTS_AT])
            home = _home(segments[row, LINES], segments[row, DEPTH], key)
            at = places[i - first]
            if at == 0:
                # Maybe it is there by now.
                at = _find(slots, segments[row, LINES], home, key)
            if at != 0:
                value = _append(_words(segments[row, BLOCKS_AT]), int64(slots[at]), int64(numbers[i]))
                if value == 0:
                    return i, BLOCKS_FULL
                slots[at] = value
                continue
            if slots[USED] >= slots[MOST_USED]:
                return i, SLOTS_FULL
            at = _vacancy(slots, segments[row, LINES], home)
            slots[USED] += np.uint32(slots[at] == 0)
            slots[at - LINE_SLOTS] = key
            slots[at] = numbers[i]
    return len(keys), DONE


@kernel
def remove(segments: Map, keys: Words, numbers: Words) -> None:
    """Takes numbers from under keys (uint32, parallel)."""
    places = np.empty(_AHEAD, np.int64)
    for first in range(0, len(keys), _AHEAD):
        last = min(first + _AHEAD, len(keys))
        _touch(segments, keys[first:last], places)
        for i in range(first, last):
            key = spread(keys[i])
            row = _row(len(segments), key)
            slots = _words(segments[row, SLOTS_AT])
            at = _find(
                slots, segments[row, LINES], _home(segments[row, LINES], segments[row, DEPTH], key), key
            )
            if at == 0:
                continue
            value = _cut(_words(segments[row, BLOCKS_AT]), int64(slots[at]), int64(numbers[i]))
            if value != 0:
                slots[at] = value
            else:
                _empty(slots, at)


@kernel
def _empty(slots: Words, at: int) -> None:
    """Gives up a key, by the place of its value."""
    last = at | (LINE - 1)
    if slots[last] != 0:
        # Keys of this line may stand in the next: it must not look as if it had had room.
        slots[at] = GONE
        return
    while last > at and slots[last] == 0:
        last -= 1
    slots[at] = slots[last]
    slots[at - LINE_SLOTS] = slots[last - LINE_SLOTS]
    slots[last] = 0
    slots[USED] -= np.uint32(1)


@kernel
def _touch(segments: Map, keys: Words, places: Map) -> int:
    """Fills in the place of each key's value, 0 if it has none, and reads the first word of each list.

    Lines are read before any is looked into, lists before any is used: so the processor fetches many of them from memory at
    a time. Each alone would be waited for, ten times as long.
    """
    read = 0
    for i in range(len(keys)):
        key = spread(keys[i])
        row = _row(len(segments), key)
        read ^= int64(_words(segments[row, SLOTS_AT])[_home(segments[row, LINES], segments[row, DEPTH], key)])
    for i in range(len(keys)):
        key = spread(keys[i])
        row = _row(len(segments), key)
        slots = _words(segments[row, SLOTS_AT])
        at = _find(slots, segments[row, LINES], _home(segments[row, LINES], segments[row, DEPTH], key), key)
        places[i] = at
        if at != 0 and slots[at] >= LIST:
            read ^= int64(_words(segments[row, BLOCKS_AT])[int64(slots[at]) & _PLACE])
    return read


@kernel
def extent(slots: Words, lines: int, blocks: Words, low: int, high: int) -> tuple[int, int]:
    """Returns how many keys of a range (`high` exclusive) a segment has, and the words of their blocks."""
    count = words = 0
    for at in range(LINE, (1 + lines) * LINE, LINE):
        for slot in range(at, at + LINE_SLOTS):
            value = int64(slots[slot + LINE_SLOTS])
            if value in (0, GONE) or not low <= slots[slot] < high:
                continue
            count += 1
            if value >= LIST:
                length = (value >> _LENGTH_SHIFT) & _LENGTH
                words += _words_of_size(_SIZES[length] if length else int64(blocks[(value & _PLACE) + _SIZE]))
    return count, words


@kernel
def refill(
    slots: Words, lines: int, blocks: Words, low: int, high: int, depth: int,
    new_slots: Words, new_lines: int, new_blocks: Words, with_lists: bool,
) -> None:  # fmt: skip
    """Copies the keys of a range (`high` exclusive), maybe with their lists, to new, empty arrays that have room for them."""
    used = 0
    filled = np.zeros(1 + new_lines, np.uint8)
    for at in range(LINE, (1 + lines) * LINE, LINE):
        for slot in range(at, at + LINE_SLOTS):
            value = int64(slots[slot + LINE_SLOTS])
            key = int64(slots[slot])
            if value in (0, GONE) or not low <= key < high:
                continue
            line = _home(new_lines, depth, key) // LINE
            while filled[line] == LINE_SLOTS:
                line = line + 1 if line < new_lines else 1
            to = line * LINE + LINE_SLOTS + int64(filled[line])
            filled[line] += np.uint8(1)
            new_slots[to - LINE_SLOTS] = key
            new_slots[to] = _moved(blocks, value, new_blocks) if with_lists and value >= LIST else value
            used += 1
    new_slots[USED] = used


@kernel
def _moved(blocks: Words, value: int, new_blocks: Words) -> int:
    """Copies a list to other blocks, which have room for it; returns its value there."""
    place = value & _PLACE
    length = (value >> _LENGTH_SHIFT) & _LENGTH
    if length != 0:
        to = _allocate(new_blocks, _SIZES[length])
        for i in range(length):
            new_blocks[to + i] = blocks[place + i]
        return _short(to, length)
    size = int64(blocks[place + _SIZE])
    to = _allocate(new_blocks, size)
    taken = _copy_alive(blocks, place, new_blocks, to + _LONG_HEADER)
    new_blocks[to + _LIVE] = taken
    new_blocks[to + _TAKEN] = taken
    new_blocks[to + _SIZE] = size
    return LIST | to


@kernel
def lookup(
    segments: Map, keys: Words, cap: int, budget: int, lengths: Map, starts: Map, numbers: Words
) -> bool:
    """Reads what stands under keys (uint32), the shortest lists first, the newest `cap` of each, at most `budget` numbers.

    Fills `lengths` (int64, a key each) with how many numbers each key has, whatever was read; `numbers` (uint32, `budget` of
    them) with those read, in the order of the keys, descending; and `starts` (int64, one more than keys) with where each
    key's begin. Returns whether any were left out.
    """
    places = np.empty(len(keys), np.int64)
    read = _touch(segments, keys, places)
    values = np.zeros(len(keys), np.int64)
    with_length = np.zeros(cap + 1, np.int64)
    for i in range(len(keys)):
        lengths[i] = 0
        if places[i] != 0:
            row = _row(len(segments), spread(keys[i]))
            values[i] = int64(_words(segments[row, SLOTS_AT])[places[i]])
            blocks = _words(segments[row, BLOCKS_AT])
            lengths[i] = _length(blocks, values[i])
            with_length[min(lengths[i], cap)] += 1
            if values[i] >= LIST:
                read ^= _last(blocks, values[i])
    # Lists shorter than `whole` are read, and those as long while they last.
    whole, left = 1, budget
    while whole <= cap and with_length[whole] * whole <= left:
        left -= with_length[whole] * whole
        whole += 1
    cut = False
    count = 0
    for i in range(len(keys)):
        starts[i] = count
        length = min(lengths[i], cap)
        if length >= whole:
            cut = True
            length = min(length, left) if length == whole else 0
            left -= length
        cut |= lengths[i] > cap
        if length == 0:
            continue
        if values[i] < LIST:
            numbers[count] = values[i]
        else:
            row = _row(len(segments), spread(keys[i]))
            _read(_words(segments[row, BLOCKS_AT]), values[i], numbers, count, length)
        count += length
    starts[len(keys)] = count
    return cut or read < 0


@kernel
def _last(blocks: Words, value: int) -> int:
    """Returns the last word of a list."""
    place = value & _PLACE
    length = (value >> _LENGTH_SHIFT) & _LENGTH
    return int64(
        blocks[place + length - 1 if length else place + _LONG_HEADER - 1 + int64(blocks[place + _TAKEN])]
    )


@kernel
def _read(blocks: Words, value: int, numbers: Words, to: int, count: int) -> None:
    """Copies the last `count` numbers of a list, which has as many that are alive, the last first."""
    place = value & _PLACE
    length = (value >> _LENGTH_SHIFT) & _LENGTH
    at = place + length if length else place + _LONG_HEADER + int64(blocks[place + _TAKEN])
    end = to + count
    while to < end:
        at -= 1
        if blocks[at] < _DEAD:
            numbers[to] = blocks[at]
            to += 1
