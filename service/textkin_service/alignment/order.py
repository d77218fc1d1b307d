"""Word order: whoever rewrites a text sentence by sentence keeps the order of what it tells; who reports alone does not.

Measured by the longest common subsequence of all stems, stop words too, as ROUGE-L does (Lin 2004), less what chance gives:
the same with one text read backwards.
"""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

# Texts are compared up to this many words; the work grows with the product of their lengths.
_MOST_WORDS = 20_000


def order_excess(a: NDArray[np.uint32], b: NDArray[np.uint32]) -> float:
    """Returns the share of words in the longest common subsequence above chance, the mean of both texts' shares.

    `a` and `b` are the texts' stems (uint32). About 0 for strangers, up to 1 for a text and itself; can be below 0.
    """
    if not (len(a) and len(b)):
        return 0.0
    stems_a, stems_b = a[:_MOST_WORDS].tolist(), b[:_MOST_WORDS].tolist()
    places: dict[int, int] = {}  # where each stem stands in b, a bit a place
    for i, stem in enumerate(stems_b):
        places[stem] = places.get(stem, 0) | 1 << i
    forwards = _common_subsequence(stems_a, places, len(stems_b))
    backwards = _common_subsequence(reversed(stems_a), places, len(stems_b))
    excess = forwards - backwards
    return (excess / len(stems_a) + excess / len(stems_b)) / 2


def _common_subsequence(a: Iterable[int], places: Mapping[int, int], length: int) -> int:
    """Returns the length of the longest common subsequence, bit-parallel over `b`, which has `length` stems (Hyyro 2004)."""
    full = (1 << length) - 1
    row = full  # a zero bit where a common subsequence grows
    for stem in a:
        matches = row & places.get(stem, 0)
        row = ((row + matches) | (row - matches)) & full
    return length - row.bit_count()
