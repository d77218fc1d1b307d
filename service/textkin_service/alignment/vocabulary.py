"""One vocabulary of two texts: their stems, or whatever tells words apart, as small numbers."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.kernels import kernel

Numbers = NDArray[np.int64]

# The golden ratio in 64 bits: multiplied by it, values spread over the upper bits (Knuth, volume 3, 6.4).
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_WORD_BITS = np.uint64(64)


@kernel
def numbered(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> tuple[Numbers, Numbers, Numbers]:
    """Numbers the distinct values of two rows (uint64) as they come, those of `a` first.

    Returns the rows as numbers (int64), and where each number comes first (int64), counted through both rows.
    """
    size = len(a) + len(b)
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
        value = a[i] if i < len(a) else b[i - len(a)]
        slot = np.int64((value * _SPREAD) >> shift)
        while slots[slot] >= 0 and keys[slots[slot]] != value:
            slot = (slot + 1) & mask
        if slots[slot] < 0:
            slots[slot] = count
            keys[count] = value
            firsts[count] = i
            count += 1
        numbers[i] = slots[slot]
    return numbers[: len(a)], numbers[len(a) :], firsts[:count].copy()
