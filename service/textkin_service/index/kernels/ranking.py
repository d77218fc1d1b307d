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
# Places of their table for each number, and most of them, which fit in the processor's nearest caches.
_PLACES_A_NUMBER, _MOST_PLACES = 8, 1 << 16


@kernel
def rank(
    content: Words, content_starts: Numbers, content_lengths: Numbers, windows: Numbers,
    bands: Words, band_starts: Numbers, band_lengths: Numbers,
    articles: int, least_shared: int, band_weight: float, limit: int,
) -> Numbers:  # fmt: skip
    """Returns at most `limit` numbers (int64), by weight, the smaller number first where weights are equal.

    `content` (uint32): what was read under each content key, from `content_starts` on (int64, one more than keys);
    `content_lengths` (int64): how many numbers each key has; `windows` (int64): of each key; likewise of bands. A number
    counts that shares a band, or `least_shared` content keys.
    """
    seen = _seen(content[: content_starts[-1]], bands[: band_starts[-1]], least_shared)
    mask = len(seen) - 1
    # Those that may count, with their keys, by window.
    kept, keys = np.empty(content_starts[-1] + 1, np.int64), np.empty(content_starts[-1] + 1, np.int64)
    most = 0
    for key in _by_window(windows):
        for at in range(content_starts[key], content_starts[key + 1]):
            kept[most], keys[most] = content[at], key
            most += seen[_mixed(content[at]) & mask] >= least_shared
    count = 0
    places = 64
    while places < 2 * (most + band_starts[-1]):
        places *= 2
    # Numbers as they are first met, which an open-addressing table leads to.
    table = np.zeros(places, np.uint32)
    numbers = np.empty(most + band_starts[-1], np.int64)
    shared = np.zeros(most + band_starts[-1], np.int64)
    window = np.zeros(most + band_starts[-1], np.int64)
    # Weights: within the window at hand, their squares within those before, and of bands.
    weights = np.zeros((3, most + band_starts[-1]))
    within, squares, banded = weights[0], weights[1], weights[2]
    for i in range(most):
        key = keys[i]
        entry = _entry(table, numbers, count, kept[i])
        count = max(count, entry + 1)
        if window[entry] != windows[key]:
            squares[entry] += within[entry] * within[entry]
            within[entry] = 0.0
            window[entry] = windows[key]
        within[entry] += np.log((articles + 1) / content_lengths[key])
        shared[entry] += 1
    for key in range(len(band_lengths)):
        for at in range(band_starts[key], band_starts[key + 1]):
            entry = _entry(table, numbers, count, int64(bands[at]))
            count = max(count, entry + 1)
            banded[entry] += np.log((articles + 1) / band_lengths[key])
            shared[entry] += least_shared
    found = 0
    for entry in range(count):
        if shared[entry] >= least_shared:
            within[found] = (
                np.sqrt(squares[entry] + within[entry] * within[entry]) + band_weight * banded[entry]
            )
            numbers[found] = numbers[entry]
            found += 1
    return _best(numbers[:found], within[:found], limit)


@kernel
def _seen(content: Words, bands: Words, least_shared: int) -> NDArray[np.uint8]:
    """Returns counts of the numbers by hash, up to 255: at least as many as keys share the number.

    Most numbers share a single key. To tell so from a small table costs a tenth of an entry for each.
    """
    places = 1 << 10
    while places < _PLACES_A_NUMBER * (len(content) + len(bands)) and places < _MOST_PLACES:
        places *= 2
    seen = np.zeros(places, np.uint8)
    for number in bands:
        seen[_mixed(number) & (places - 1)] = min(least_shared, _MOST_SEEN)
    for number in content:
        at = _mixed(number) & (places - 1)
        count = seen[at]
        seen[at] = count + np.uint8(count < _MOST_SEEN)
    return seen


@kernel
def _mixed(number: int) -> int:
    """Returns 24 bits that depend on all of a number."""
    return ((int64(number) * _GOLDEN) & 0xFFFF_FFFF) >> 8


@kernel
def _by_window(windows: Numbers) -> Numbers:
    """Returns the places of the windows (int64, from 0 up), by window; those of one window keep their order."""
    last = 0
    for window in windows:
        last = max(last, window)
    starts = np.zeros(last + 2, np.int64)
    for window in windows:
        starts[window + 1] += 1
    for window in range(last + 1):
        starts[window + 1] += starts[window]
    order = np.empty(len(windows), np.int64)
    for i in range(len(windows)):
        order[starts[windows[i]]] = i
        starts[windows[i]] += 1
    return order


@kernel
def _entry(table: Words, numbers: Numbers, count: int, number: int) -> int:
    """Returns the entry of a number, which is `count`, and new, if the table does not lead to one yet."""
    mask = len(table) - 1
    at = _mixed(number) & mask
    while table[at] != 0:
        entry = int64(table[at]) - 1
        if numbers[entry] == number:
            return entry
        at = (at + 1) & mask
    table[at] = count + 1
    numbers[count] = number
    return count


@kernel
def _best(numbers: Numbers, weights: Weights, limit: int) -> Numbers:
    """Returns the `limit` numbers with the greatest weights: heapsort that ends early. The arrays are changed."""
    size = len(numbers)
    for start in range(size // 2 - 1, -1, -1):
        _sift(numbers, weights, start, size)
    best = np.empty(min(limit, size), np.int64)
    for i in range(len(best)):
        best[i] = numbers[0]
        size -= 1
        numbers[0], weights[0] = numbers[size], weights[size]
        _sift(numbers, weights, 0, size)
    return best


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
