"""Word order: whoever rewrites a text sentence by sentence keeps the order of what it tells; who reports alone does not.

Measured by the longest common subsequence of all stems, stop words too, as ROUGE-L does (Lin 2004), less what chance gives:
the same with one text read backwards.
"""

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
    excess = common_subsequence(stems_a, stems_b) - common_subsequence(stems_a[::-1], stems_b)
    return (excess / len(stems_a) + excess / len(stems_b)) / 2


def common_subsequence(a: list[int], b: list[int]) -> int:
    """Returns the length of the longest common subsequence, bit-parallel over `b` (Hyyro 2004)."""
    places: dict[int, int] = {}
    for i, stem in enumerate(b):
        places[stem] = places.get(stem, 0) | 1 << i
    full = (1 << len(b)) - 1
    row = full  # a zero bit where a common subsequence grows
    for stem in a:
        matches = row & places.get(stem, 0)
        row = ((row + matches) | (row - matches)) & full
    return len(b) - row.bit_count()
