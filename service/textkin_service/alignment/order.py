"""Word order: whoever rewrites a text sentence by sentence keeps the order of what it tells; who reports alone does not.

Measured by the longest common subsequence of all stems, stop words too, as ROUGE-L does (Lin 2004), beside what chance gives:
the same with one text read backwards.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Texts are compared up to this many words; the work grows with the product of their lengths.
_MOST_WORDS = 20_000


@dataclass(frozen=True, slots=True)
class Order:
    """Lengths, in words, of the longest common subsequences: of both texts as they are, and of one read backwards."""

    forwards: int
    backwards: int

    @property
    def excess(self) -> int:
        """How many more words stand in the same order than chance gives; 0 for about as many."""
        return max(0, self.forwards - self.backwards)


def common_order(a: NDArray[np.uint32], b: NDArray[np.uint32]) -> Order:
    """Returns what two rows of stems (uint32) have in common, in order. The same for (b, a)."""
    stems_a, stems_b = a[:_MOST_WORDS].tolist(), b[:_MOST_WORDS].tolist()
    places: dict[int, int] = {}  # where each stem stands in b, a bit a place
    for i, stem in enumerate(stems_b):
        places[stem] = places.get(stem, 0) | 1 << i
    return Order(
        _common_subsequence(stems_a, places, len(stems_b)),
        _common_subsequence(reversed(stems_a), places, len(stems_b)),
    )


def _common_subsequence(a: Iterable[int], places: Mapping[int, int], length: int) -> int:
    """Returns the length of the longest common subsequence, bit-parallel over `b`, which has `length` stems (Hyyro 2004)."""
    full = (1 << length) - 1
    row = full  # a zero bit where a common subsequence grows
    for stem in a:
        matches = row & places.get(stem, 0)
        row = ((row + matches) | (row - matches)) & full
    return length - row.bit_count()
