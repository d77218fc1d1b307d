"""Kernel of settled postings: what stands under the keys of a search in pages that were fetched (`index/pages.py`)."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.index.kernels.buckets import Words, int64
from textkin_service.index.kernels.candidates import SETTLED, SETTLED_FROM, SETTLED_TO, Numbers
from textkin_service.kernels import kernel

# Set in what is no number, but counts older ones that were left out.
LEFT_OUT = 1 << 31
# Words before a page's entries.
HEADER_WORDS = 4


@kernel
def gather(
    words: Words, starts: Numbers, places: Numbers, asked: Words, upto: int, dead: NDArray[np.uint8],
    keys: Numbers, settled: Words,
) -> int:  # fmt: skip
    """Fills in the rows SETTLED of `keys` for all that is asked, and the numbers in `settled`; returns how many they are.

    `words` (uint32): the pages one after another; `starts` (int64): where each begins, and last the end; `places` (int64): in
    which of the pages each key asked for (uint32) would stand. Numbers greater than `upto` are left out, and those whose bits
    are set in `dead` (uint8, from the highest bit of a byte down). `settled` has room for half as many words as there are.
    """
    end = 0
    for at in range(len(places)):
        key = asked[at]
        first = starts[places[at]] + HEADER_WORDS
        low, high = 0, (starts[places[at] + 1] - first) // 2
        last = high
        while low < high:
            middle = (low + high) // 2
            if words[first + 2 * middle + 1] < key:
                low = middle + 1
            else:
                high = middle
        keys[SETTLED_FROM, at] = end
        left_out = 0
        while low < last and words[first + 2 * low + 1] == key:
            number = int64(words[first + 2 * low])
            low += 1
            if number >= LEFT_OUT:
                left_out += number - LEFT_OUT
            elif number <= upto and not (
                number >> 3 < len(dead) and (int64(dead[number >> 3]) >> (7 - (number & 7))) & 1
            ):
                settled[end] = number
                end += 1
        keys[SETTLED_TO, at] = end
        keys[SETTLED, at] = end - keys[SETTLED_FROM, at] + left_out
    return end
