"""Word order: whoever rewrites a text sentence by sentence keeps the order of what it tells; who reports alone does not.

Measured by the longest common subsequence of all stems, stop words too, as ROUGE-L does (Lin 2004), beside what chance gives:
the same with one text read backwards.
"""

from dataclasses import dataclass

import numpy as np

from textkin_service.alignment.kernels.order import common_subsequences
from textkin_service.alignment.vocabulary import Numbers

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


def common_order(a: Numbers, b: Numbers, room: Numbers) -> Order:
    """Returns what two rows of stems have in common, in order. The same for (b, a).

    Stems are numbers (int64) of one vocabulary. `room` (int64) has a zero for each, before and after.
    """
    a, b = a[:_MOST_WORDS], b[:_MOST_WORDS]
    most, limbs = min(len(a), len(b)), (len(b) + 63) >> 6
    return Order(
        *common_subsequences(
            a,
            b,
            room,
            np.empty(most * limbs, np.uint64),
            np.empty(2 * most, np.int64),
            np.empty(2 * limbs, np.uint64),
        )
    )
