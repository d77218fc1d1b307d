"""Kernels that rank the articles found under the keys of a query."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.index.kernels.buckets import int64
from textkin_service.kernels import kernel

Words = NDArray[np.uint32]
Numbers = NDArray[np.int64]
Weights = NDArray[np.float64]

# 2^32 divided by the golden ratio (Knuth, The Art of Computer Programming, 6.4).
_GOLDEN = 0x9E3779B1
# More is not counted; no scheme asks for as many shared keys.
_MOST_SEEN = 255

# Rows of the room: numbers read that may count, and their keys; of each entry its number, what it shares, the window at hand.
_KEPT, _KEY, NUMBER, _SHARED, _WINDOW, ROWS = range(6)
# Weights of each entry: within the window at hand, their squares within those before, and of bands.
_WITHIN, _SQUARES, _BANDED, WEIGHTS = range(4)


@kernel
def weigh(
    content: Words, content_starts: Numbers, content_lengths: Numbers, windows: Numbers,
    bands: Words, band_starts: Numbers, band_lengths: Numbers,
    articles: int, least_shared: int, band_weight: float, limit: int,
    room: Numbers, weights: Weights, table: Words, seen: NDArray[np.uint8], order: Numbers, starts: Numbers,
) -> int:  # fmt: skip
    """Puts at most `limit` numbers first in their row of the room, by weight, the smaller first of equals; returns how many.

    A number counts that shares a band, or `least_shared` content keys. `content` (uint32): what was read under each content
    key, from `content_starts` on (int64, one more than keys); `content_lengths` (int64): how many numbers each key has;
    `windows` (int64): of each key; likewise of bands. `room` and `weights` have a column more than numbers were read; `table`
    and `seen` are zeros, as many as a power of two, `starts` two more than the last window, `order` as many as keys: `rank`
    makes them, since code that makes arrays takes seconds to compile.
    """
    _count(content[: content_starts[-1]], bands[: band_starts[-1]], least_shared, seen)
    _by_window(windows, starts, order)
    # Those that may count, with their keys, by window.
    most = 0
    for key in order:
        for at in range(content_starts[key], content_starts[key + 1]):
            room[_KEPT, most], room[_KEY, most] = content[at], key
            most += seen[_mixed(content[at]) & (len(seen) - 1)] >= least_shared
    # Numbers as they are first met, which an open-addressing table leads to.
    count = 0
    for i in range(most):
        key = room[_KEY, i]
        entry = _entry(table, room, weights, count, room[_KEPT, i])
        count = max(count, entry + 1)
        if room[_WINDOW, entry] != windows[key]:
            weights[_SQUARES, entry] += weights[_WITHIN, entry] * weights[_WITHIN, entry]
            weights[_WITHIN, entry] = 0.0
            room[_WINDOW, entry] = windows[key]
        weights[_WITHIN, entry] += np.log((articles + 1) / content_lengths[key])
        room[_SHARED, entry] += 1
    for key in range(len(band_lengths)):
        for at in range(band_starts[key], band_starts[key + 1]):
            entry = _entry(table, room, weights, count, int64(bands[at]))
            count = max(count, entry + 1)
            weights[_BANDED, entry] += np.log((articles + 1) / band_lengths[key])
            room[_SHARED, entry] += least_shared
    found = 0
    for entry in range(count):
        if room[_SHARED, entry] >= least_shared:
            within = weights[_WITHIN, entry]
            weights[_WITHIN, found] = (
                np.sqrt(weights[_SQUARES, entry] + within * within) + band_weight * weights[_BANDED, entry]
            )
            room[NUMBER, found] = room[NUMBER, entry]
            found += 1
    return _best(room[NUMBER], weights[_WITHIN], found, limit)


@kernel
def _count(content: Words, bands: Words, least_shared: int, seen: NDArray[np.uint8]) -> None:
    """Counts the numbers by hash, up to 255: at least as many as keys share the number.

    Most numbers share a single key. To tell so from a small table costs a tenth of an entry for each.
    """
    mask = len(seen) - 1
    for number in bands:
        seen[_mixed(number) & mask] = min(least_shared, _MOST_SEEN)
    for number in content:
        at = _mixed(number) & mask
        count = seen[at]
        seen[at] = count + np.uint8(count < _MOST_SEEN)


@kernel
def _mixed(number: int) -> int:
    """Returns 24 bits that depend on all of a number."""
    return ((int64(number) * _GOLDEN) & 0xFFFF_FFFF) >> 8


@kernel
def _by_window(windows: Numbers, starts: Numbers, order: Numbers) -> None:
    """Fills in the places of the windows (int64, from 0 up), by window; those of one window keep their order."""
    for window in windows:
        starts[window + 1] += 1
    for window in range(len(starts) - 1):
        starts[window + 1] += starts[window]
    for i in range(len(windows)):
        order[starts[windows[i]]] = i
        starts[windows[i]] += 1


@kernel
def _entry(table: Words, room: Numbers, weights: Weights, count: int, number: int) -> int:
    """Returns the entry of a number, which is `count`, and new, if the table does not lead to one yet."""
    mask = len(table) - 1
    at = _mixed(number) & mask
    while table[at] != 0:
        entry = int64(table[at]) - 1
        if room[NUMBER, entry] == number:
            return entry
        at = (at + 1) & mask
    table[at] = count + 1
    room[NUMBER, count] = number
    room[_SHARED, count] = room[_WINDOW, count] = 0
    weights[_WITHIN, count] = weights[_SQUARES, count] = weights[_BANDED, count] = 0.0
    return count


@kernel
def _best(numbers: Numbers, weights: Weights, size: int, limit: int) -> int:
    """Puts those of so many numbers first that have the greatest weights, at most `limit`; returns how many.

    Heapsort that ends early: the best of the heap changes places with its last, so that they gather from the end on.
    """
    whole = size
    for start in range(size // 2 - 1, -1, -1):
        _sift(numbers, weights, start, size)
    while size > 0 and whole - size < limit:
        size -= 1
        numbers[0], numbers[size] = numbers[size], numbers[0]
        weights[0], weights[size] = weights[size], weights[0]
        _sift(numbers, weights, size - size, size)
    found = whole - size
    # The best is the last: turned round, at the beginning.
    for i in range(whole // 2):
        numbers[i], numbers[whole - 1 - i] = numbers[whole - 1 - i], numbers[i]
    return found


@kernel
def _sift(numbers: Numbers, weights: Weights, at: int, size: int) -> None:
    """Lets the one at a place of a heap, of so many, sink to where none below it is better."""
    number, weight = numbers[at], weights[at]
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        other = child + 1
        if other < size and (
            weights[other] > weights[child]
            or (weights[other] == weights[child] and numbers[other] < numbers[child])
        ):
            child = other
        if weights[child] < weight or (weights[child] == weight and numbers[child] > number):
            break
        numbers[at], weights[at] = numbers[child], weights[child]
        at = child
    numbers[at], weights[at] = number, weight
