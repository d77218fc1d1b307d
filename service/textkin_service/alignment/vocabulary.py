"""One vocabulary of two texts: their stems, or whatever tells words apart, as small numbers."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.kernels import kernel

Numbers = NDArray[np.int64]

# The golden ratio in 64 bits: multiplied by it, values spread over the upper bits (Knuth, volume 3, 6.4).
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_WORD_BITS = np.uint64(64)
# What the hashes of the words of an n-gram are mixed by: any large odd number does, since they are random already.
_MIX = np.uint64(0x9FB21C651E98DF25)


@kernel
def numbered(a: NDArray[np.uint64], b: NDArray[np.uint64], width: int) -> tuple[Numbers, Numbers, Numbers]:
    """Numbers the distinct n-grams of so many values of two rows (uint64) as they come, those of `a` first.

    With a width of 1, the values. Either row has at least `width` - 1 of them. Returns the n-grams as numbers (int64), and
    where each number comes first (int64), counted through those of both rows.
    """
    count_a = len(a) - width + 1
    size = count_a + len(b) - width + 1
    bits = 4
    while 1 << bits < 2 * size:
        bits += 1
    mask = (1 << bits) - 1
    shift = _WORD_BITS - np.uint64(bits)
    slots = np.full(1 << bits, -1, np.int64)
    keys = np.empty(size, np.uint64)
    firsts = np.empty(size, np.int64)
    numbers = np.empty(size, np.int64)
    count = 0
    for i in range(size):
        value = a[i] if i < count_a else b[i - count_a]
        for j in range(1, width):
            value = value * _MIX + (a[i + j] if i < count_a else b[i - count_a + j])
        slot = np.int64((value * _SPREAD) >> shift)
        while slots[slot] >= 0 and keys[slots[slot]] != value:
            slot = (slot + 1) & mask
        if slots[slot] < 0:
            slots[slot] = count
            keys[count] = value
            firsts[count] = i
            count += 1
        numbers[i] = slots[slot]
    return numbers[:count_a], numbers[count_a:], firsts[:count].copy()
