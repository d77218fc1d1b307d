"""Kernels of a search: what stands under its keys in both tables, ranked. They read while another thread changes the tables.

`buckets.py` says how a table is laid out, and what its versions mean. What is read under a key belongs together; of different
keys it may be of different moments. What was there before the search began, and remains, is found.
"""

import numpy as np
from numpy.typing import NDArray

from textkin_service.index.kernels.buckets import (
    BLOCKS_AT,
    DEPTH,
    GENERATION,
    GENERATION_OF_MAP,
    LINE_SLOTS,
    LINES,
    LIST,
    ROOM,
    SHORT,
    SLOTS_AT,
    VERSION_SHIFT,
    VERSIONS_AT,
    WINDOW,
    Map,
    Words,
    int64,
)
from textkin_service.index.kernels.instructions import equal, fetch, load, order, trailing_zeros
from textkin_service.kernels import inner_part, kernel, part

Numbers = NDArray[np.int64]
Weights = NDArray[np.float64]

_WORD, _LINE = 4, 64
_VALUE = _WORD * LINE_SLOTS
_LAST_VALUE = _LINE - _WORD
_ALL = (1 << 32) - 1
_TAKEN = LIST - 1
_PLACE = (1 << 26) - 1
_LENGTH_SHIFT = 26
# So often in a row a key may be found changed before the search gives up: whoever changes it may wait for a processor.
_TRIES = 1_000
# 2^32 divided by the golden ratio (Knuth, The Art of Computer Programming, 6.4).
_GOLDEN = 0x9E3779B1
# More is not counted; no scheme asks for as many shared keys.
_MOST_SEEN = 255

# Rows of what is known of each key: its value, the version that it had then, how many numbers it has, the address where they
# end, where those that were read begin; and keys in the order in which they are taken. How many numbers it has in the table
# alone, and how many among the settled; and where the settled that are at hand begin and end.
VALUE, VERSION, LENGTH, END, START, ORDER, HERE, SETTLED, SETTLED_FROM, SETTLED_TO, KEY_ROWS = range(11)
# Rows of each article met: its number, what it shares, the window at hand.
NUMBER, _SHARED, _WINDOW, ARTICLE_ROWS = range(4)
# Weights of each: within the window at hand, their squares within those before, and of bands.
_WITHIN, _SQUARES, _BANDED, WEIGHTS = range(4)
# What is told of a search: how many keys have numbers, and of how many some were left out, of bands; and of content keys.
MET, CUT, CONTENT_MET, CONTENT_CUT, TOLD = range(5)


@kernel
def candidates(
    content: Map, bands: Map, asked: Words, count: int, windows: Numbers,
    cap: int, budget: int, band_cap: int, band_budget: int,
    articles: int, least_shared: int, band_weight: float, limit: int,
    settled: Words,
    keys: Numbers, read: Words, met: Numbers, weights: Weights, table: Words, seen: NDArray[np.uint8], told: Numbers,
) -> int:  # fmt: skip
    """Puts at most `limit` numbers first in their row of `met`, by weight, the smaller first of equals; returns how many.

    -1: to be tried again, with the maps that are the right ones then.

    A number counts that shares a band, or `least_shared` content keys; a band weighs like `band_weight` of them. `asked`
    (uint32): the content keys, then those of the bands, `count` in all, as the tables have them; `windows` (int64): of each
    content key; a cap is how many numbers are read of a bucket, a budget how many in all; `settled` (uint32): numbers of keys
    that stand in no table, where the rows SETTLED of `keys` say, those of a key ascending and less than any in the tables.

    The others are room, since code that makes arrays takes long to compile. `keys` has a column for each key and one more, and
    two more than the last window; `read`, `met` and `weights` have room for both budgets and one more; `table` and `seen` are
    as long as powers of two, `table` twice as long as that; `told` has room for the larger cap, too.
    """
    keys[START, 0] = 0
    # In a loop, as each call would be compiled by itself.
    for table_at in range(2):
        first = table_at * len(windows)
        end = lookup(
            bands if table_at else content, asked, first, count if table_at else len(windows),
            band_cap if table_at else cap, band_budget if table_at else budget, settled, keys, read, told,
        )  # fmt: skip
        if end < 0:
            return -1
        if table_at == 0:
            told[CONTENT_MET], told[CONTENT_CUT] = told[MET], told[CUT]
    found = _weigh(count, windows, articles, least_shared, band_weight, keys, read, met, weights, table, seen)
    return _best(met, weights, found, limit)


@kernel
def lookup(
    segments: Map, asked: Words, first: int, last: int, cap: int, budget: int,
    settled: Words, keys: Numbers, read: Words, told: Numbers,
) -> int:  # fmt: skip
    """Reads what stands under the keys from `first` up to `last`, and is settled of them; returns where it ends in `read`.

    The shortest lists first, the newest `cap` of each, `budget` in all. -1: to be tried again. Fills in the rows of `keys`:
    LENGTH with how many numbers each key has, whatever was read, and START with where those that were read begin in `read`,
    in descending order; and the end in one column more. Where the first begin is there already. Fills in MET and CUT.
    """
    versions = segments[-1, VERSIONS_AT]
    # All of them at each step, so that the processor fetches what many need at a time.
    for at in range(first, last):
        key = int64(asked[at])
        row = (key * (len(segments) - 1)) >> 32
        fetch(_line(segments[row, SLOTS_AT], segments[row, LINES], segments[row, DEPTH], key))
    for at in range(first, last):
        key = int64(asked[at])
        row = (key * (len(segments) - 1)) >> 32
        keys[VERSION, at] = load(versions + _WORD * (key >> VERSION_SHIFT))
        order()
        value = _value(segments[row, SLOTS_AT], segments[row, LINES], segments[row, DEPTH], key)
        keys[VALUE, at] = value
        if value >= LIST:
            place = segments[row, BLOCKS_AT] + _WORD * (value & _PLACE)
            fetch(place)
            fetch(place + _WORD * ((value >> _LENGTH_SHIFT) & SHORT))
    for at in range(first, last):
        key = int64(asked[at])
        row = (key * (len(segments) - 1)) >> 32
        length, numbers = _measure(segments[row, BLOCKS_AT], keys[VALUE, at])
        order()
        version = load(versions + _WORD * (key >> VERSION_SHIFT))
        if length < 0 or version != keys[VERSION, at] or version & 1 != 0:
            version, value, length, numbers = _settled(
                segments[row, SLOTS_AT], segments[row, LINES], segments[row, DEPTH], segments[row, BLOCKS_AT],
                versions + _WORD * (key >> VERSION_SHIFT), key,
            )  # fmt: skip
            if length < 0:
                return -1
            keys[VERSION, at], keys[VALUE, at] = version, value
        keys[HERE, at], keys[END, at] = length, numbers
        keys[LENGTH, at] = length + keys[SETTLED, at]
    # How many lists have each length.
    for length in range(cap + 1):
        told[TOLD + length] = 0
    for at in range(first, last):
        told[TOLD + min(keys[LENGTH, at], cap)] += 1
    # Lists shorter than `whole` are read, and those as long while they last.
    whole, left = 1, budget
    while whole <= cap and told[TOLD + whole] * whole <= left:
        left -= told[TOLD + whole] * whole
        whole += 1
    told[MET] = told[CUT] = 0
    end = int64(keys[START, first])
    for at in range(first, last):
        keys[START, at] = end
        length = keys[LENGTH, at]
        wanted = min(length, cap)
        if wanted >= whole:
            wanted = min(wanted, left) if wanted == whole else 0
            left -= wanted
        told[MET] += length > 0
        told[CUT] += wanted < length
        if wanted == 0:
            continue
        key = int64(asked[at])
        row = (key * (len(segments) - 1)) >> 32
        here = keys[HERE, at]
        version, value, numbers, now = keys[VERSION, at], keys[VALUE, at], keys[END, at], here
        while True:
            # What was added since it was measured comes last.
            had = min(here, now)
            taken = min(wanted, had)
            if value < LIST:
                # If it has none any more, what stands here does not count.
                read[end] = value
            else:
                numbers -= _WORD * (1 + now - had)
                for i in range(taken):
                    read[end + i] = load(numbers - _WORD * i)
            order()
            if load(versions + _WORD * (key >> VERSION_SHIFT)) == version:
                break
            version, value, now, numbers = _settled(
                segments[row, SLOTS_AT], segments[row, LINES], segments[row, DEPTH], segments[row, BLOCKS_AT],
                versions + _WORD * (key >> VERSION_SHIFT), key,
            )  # fmt: skip
            if now < 0 or now - here + wanted > WINDOW:
                # Or so many were added that removed numbers may stand where it would read.
                return -1
        end += taken
        to = keys[SETTLED_TO, at]
        older = min(wanted - taken, to - keys[SETTLED_FROM, at])
        for i in range(older):
            read[end + i] = settled[to - 1 - i]
        end += older
    keys[START, last] = end
    order()
    if load(segments[-1, VERSIONS_AT] + _WORD * GENERATION) != segments[-1, GENERATION_OF_MAP]:
        return -1
    return end


@inner_part
def _line(slots: int, lines: int, depth: int, key: int) -> int:
    """Returns the address of the line that a key belongs to."""
    return slots + _LINE * (1 + ((((key << depth) & _ALL) * lines) >> 32))


@inner_part
def _value(slots: int, lines: int, depth: int, key: int) -> int:
    """Returns a key's value, 0 if it has none."""
    line = _line(slots, lines, depth, key)
    while True:
        taken = ~equal(line + _VALUE, 0, _TAKEN)
        # A key is written before its value: read in the other order, a value is never newer than its key.
        order()
        found = equal(line, key, _ALL) & taken
        if found != 0:
            return load(line + _VALUE + _WORD * trailing_zeros(found))
        if load(line + _LAST_VALUE) == 0:
            return 0
        line = line + _LINE if line != slots + _LINE * lines else slots + _LINE


@inner_part
def _measure(blocks: int, value: int) -> tuple[int, int]:
    """Returns how many numbers a value leads to, and the address where they end; -1: it is no longer the right one."""
    if value < LIST:
        return int64(value != 0), 0
    place = value & _PLACE
    if place == 0:
        # The value of a removed key.
        return 0, 0
    # Another map may have other, larger blocks.
    room = load(blocks + _WORD * ROOM)
    length = (value >> _LENGTH_SHIFT) & SHORT
    if length == 0 and place < room:
        length = load(blocks + _WORD * place)
        place += 1
    end = blocks + _WORD * (place + length)
    if length == 0 or place + length > room:
        return -1, 0
    fetch(end - _WORD)
    return length, end


@part
def _settled(
    slots: int, lines: int, depth: int, blocks: int, version_at: int, key: int
) -> tuple[int, int, int, int]:
    """Returns a key's version and value, how many numbers it has (-1: to be tried again), and the address where they end.

    It is called when they were found changed.
    """
    for _ in range(_TRIES):
        version = load(version_at)
        order()
        value = _value(slots, lines, depth, key)
        length, end = _measure(blocks, value)
        order()
        if length >= 0 and version & 1 == 0 and load(version_at) == version:
            return version, value, length, end
    return 0, 0, -1, 0


@part
def _weigh(
    count: int, windows: Numbers, articles: int, least_shared: int, band_weight: float,
    keys: Numbers, read: Words, met: Numbers, weights: Weights, table: Words, seen: NDArray[np.uint8],
) -> int:  # fmt: skip
    """Puts the numbers that share enough of so many keys first in their row, and their weights; returns how many."""
    first_band = len(windows)
    end, content_end = keys[START, count], keys[START, first_band]
    places = 1
    while places < 2 * end:
        places *= 2
    mask = min(places, len(table)) - 1
    table[: mask + 1] = 0
    mask_of_seen = min(4 * places, len(seen)) - 1
    seen[: mask_of_seen + 1] = 0
    # The numbers counted by hash: at least as many as keys share the number. Most numbers share a single key. To tell so from a
    # small table costs a tenth of what follows.
    for i in range(content_end, end):
        seen[_mixed(int64(read[i])) & mask_of_seen] = min(least_shared, _MOST_SEEN)
    for i in range(content_end):
        at = _mixed(int64(read[i])) & mask_of_seen
        counted = seen[at]
        seen[at] = counted + np.uint8(counted < _MOST_SEEN)
    _by_window(windows, keys)
    for key in range(first_band, count):
        keys[ORDER, key] = key
    # Numbers as they are first met, which an open-addressing table leads to.
    found = 0
    for i in range(count):
        key = keys[ORDER, i]
        begin, stop = keys[START, key], keys[START, key + 1]
        if begin == stop:
            continue
        # A length that counts removed numbers, or some that were added just now, may be greater than is possible.
        rarity = np.log((articles + 1) / min(keys[LENGTH, key], max(articles, 1)))
        window = windows[key] if key < first_band else 0
        for j in range(begin, stop):
            number = int64(read[j])
            mixed = _mixed(number)
            if seen[mixed & mask_of_seen] < least_shared:
                continue
            at = mixed & mask
            while table[at] != 0 and met[NUMBER, table[at] - 1] != number:
                at = (at + 1) & mask
            if table[at] == 0:
                met[NUMBER, found] = number
                met[_SHARED, found] = met[_WINDOW, found] = 0
                weights[_WITHIN, found] = weights[_SQUARES, found] = weights[_BANDED, found] = 0.0
                found += 1
                table[at] = found
            entry = int64(table[at]) - 1
            if key >= first_band:
                weights[_BANDED, entry] += rarity
                met[_SHARED, entry] += least_shared
                continue
            if met[_WINDOW, entry] != window:
                weights[_SQUARES, entry] += weights[_WITHIN, entry] * weights[_WITHIN, entry]
                weights[_WITHIN, entry] = 0.0
                met[_WINDOW, entry] = window
            weights[_WITHIN, entry] += rarity
            met[_SHARED, entry] += 1
    kept = 0
    for entry in range(found):
        if met[_SHARED, entry] >= least_shared:
            within = weights[_WITHIN, entry]
            weights[_WITHIN, kept] = (
                np.sqrt(weights[_SQUARES, entry] + within * within) + band_weight * weights[_BANDED, entry]
            )
            met[NUMBER, kept] = met[NUMBER, entry]
            kept += 1
    return kept


@inner_part
def _mixed(number: int) -> int:
    """Returns 24 bits that depend on all of a number."""
    return ((number * _GOLDEN) & _ALL) >> 8


@part
def _by_window(windows: Numbers, keys: Numbers) -> None:
    """Fills in the order of content keys by their windows (int64, from 0 up); those of one window keep theirs."""
    last = 0
    for window in windows:
        last = max(last, window)
    # Values are not needed any more: where the keys of each window begin.
    for window in range(last + 2):
        keys[VALUE, window] = 0
    for window in windows:
        keys[VALUE, window + 1] += 1
    for window in range(last + 1):
        keys[VALUE, window + 1] += keys[VALUE, window]
    for i in range(len(windows)):
        keys[ORDER, keys[VALUE, windows[i]]] = i
        keys[VALUE, windows[i]] += 1


@part
def _best(met: Numbers, weights: Weights, size: int, limit: int) -> int:
    """Puts those of so many numbers first that have the greatest weights, at most `limit`; returns how many.

    Heapsort that ends early: the best of the heap changes places with its last, so that they gather from the end on.
    """
    whole = size
    start = size // 2
    while size > 0 and whole - size < limit:
        if start > 0:
            start -= 1
        else:
            size -= 1
            met[NUMBER, 0], met[NUMBER, size] = met[NUMBER, size], met[NUMBER, 0]
            weights[_WITHIN, 0], weights[_WITHIN, size] = weights[_WITHIN, size], weights[_WITHIN, 0]
        # The one at `start` sinks to where none below it is better.
        at, number, weight = start, met[NUMBER, start], weights[_WITHIN, start]
        while 2 * at + 1 < size:
            child, other = 2 * at + 1, 2 * at + 2
            if other < size and (
                weights[_WITHIN, other] > weights[_WITHIN, child]
                or (
                    weights[_WITHIN, other] == weights[_WITHIN, child]
                    and met[NUMBER, other] < met[NUMBER, child]
                )
            ):
                child = other
            if weights[_WITHIN, child] < weight or (
                weights[_WITHIN, child] == weight and met[NUMBER, child] > number
            ):
                break
            met[NUMBER, at], weights[_WITHIN, at] = met[NUMBER, child], weights[_WITHIN, child]
            at = child
        met[NUMBER, at], weights[_WITHIN, at] = number, weight
    found = whole - size
    # The best is the last: turned round, at the beginning.
    for i in range(whole // 2):
        met[NUMBER, i], met[NUMBER, whole - 1 - i] = met[NUMBER, whole - 1 - i], met[NUMBER, i]
    return found
