"""Word order: whoever rewrites a text sentence by sentence keeps the order of what it tells; who reports alone does not.

Measured by the longest common subsequence of all stems, stop words too, as ROUGE-L does (Lin 2004), beside what chance gives:
the same with one text read backwards.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment.vocabulary import Numbers, numbered
from textkin_service.kernels import kernel

# Texts are compared up to this many words; the work grows with the product of their lengths.
_MOST_WORDS = 20_000

Limbs = NDArray[np.uint64]

# Instead of a row: of a stem that has none yet.
_WANTED = -2

_ONE = np.uint64(1)
_FULL = np.uint64(0xFFFFFFFFFFFFFFFF)


@dataclass(frozen=True, slots=True)
class Order:
    """Lengths, in words, of the longest common subsequences: of both texts as they are, and of one read backwards."""

    forwards: int
    backwards: int

    @property
    def excess(self) -> int:
        """How many more words stand in the same order than chance gives; 0 for about as many."""
        return max(0, self.forwards - self.backwards)


def common_order(a: NDArray[np.integer], b: NDArray[np.integer]) -> Order:
    """Returns what two rows of stems (integers) have in common, in order. The same for (b, a)."""
    stems_a, stems_b, firsts = numbered(
        a[:_MOST_WORDS].astype(np.uint64), b[:_MOST_WORDS].astype(np.uint64), 1
    )
    return Order(*_common_subsequences(stems_a, stems_b, len(firsts)))


@kernel
def _places(a: Numbers, b: Numbers, size: int) -> tuple[Numbers, Limbs, Numbers, Numbers]:
    """Returns where each stem of `a` stands in `b`, a bit a place, 64 places a limb.

    First which row is each stem's (int64; negative: none), then the rows (uint64), then the first and last limb of each that
    has a bit (int64).
    """
    rows = np.full(size, -1, np.int64)
    for stem in a:
        rows[stem] = _WANTED
    count = 0
    for stem in b:
        if rows[stem] == _WANTED:
            rows[stem] = count
            count += 1
    places = np.zeros((count, (len(b) + 63) >> 6), np.uint64)
    first, last = np.full(count, -1, np.int64), np.zeros(count, np.int64)
    for i in range(len(b)):
        row = rows[b[i]]
        if row >= 0:
            if first[row] < 0:
                first[row] = i >> 6
            last[row] = i >> 6
            places[row, i >> 6] |= _ONE << np.uint64(i & 63)
    return rows, places, first, last


@kernel
def _common_subsequences(a: Numbers, b: Numbers, size: int) -> tuple[int, int]:
    """Returns the lengths of the longest common subsequences of `b` and `a`, and of `b` and `a` read backwards.

    Both are rows of numbers below `size`. Bit-parallel over `b` (Hyyro 2004). A stem of `a` changes a row of bits only from its
    first place in `b` on, and past its last one only as far as a carry runs.
    """
    rows, places, first, last = _places(a, b, size)
    limbs = places.shape[1]
    lengths = np.zeros(2, np.int64)
    for backwards in range(2):
        growth = np.full(limbs, _FULL, np.uint64)  # a zero bit where a common subsequence grows
        for i in range(len(a)):
            row = rows[a[len(a) - 1 - i] if backwards else a[i]]
            limb = first[row] if row >= 0 else limbs
            carry = False
            while limb < limbs and (carry or limb <= last[row]):
                old, here = growth[limb], places[row, limb]
                total = old + (old & here)
                carried = total < old
                if carry:
                    total += _ONE
                    carried |= total == 0
                growth[limb] = total | (old & ~here)
                carry = carried
                limb += 1
        for i in range(len(b)):
            lengths[backwards] += not (growth[i >> 6] >> np.uint64(i & 63)) & _ONE
    return lengths[0], lengths[1]
