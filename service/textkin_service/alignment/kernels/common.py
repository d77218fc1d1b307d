"""The kernel of differences; `alignment.differences` says what it is for."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.kernels import kernel

Numbers = NDArray[np.int64]

# Rows of the table that the kernel works in, a column a place of `b` (int64). _MET: the word of `a` that it was last met from;
# _LENGTH: how many equal words then ended there.
_MET, _LENGTH = range(2)
TABLE_ROWS = 2


@kernel
def longest_common(
    a: Numbers,
    b: Numbers,
    begins: Numbers,
    places: Numbers,
    bounds: Numbers,
    table: Numbers,
    found: Numbers,
    most: int,
) -> int:
    """Finds the longest run of words that two ranges have in common, the first of several, and returns the steps it took.

    `a`, `b`: words as numbers of one vocabulary. Where each word stands in `b`: in `places` from `begins[word]` to
    `begins[word + 1]`, ascending; words left out there start no run, but a run reaches on over them (difflib's rule). `bounds`:
    the ranges, start and end in `a`, then in `b`. `table` has `TABLE_ROWS` rows as long as `b`, filled with -1 before the first
    call. Writes to `found` where the run begins in `a` and in `b`, and its length, 0 if there is none. Beyond `most` steps it
    ends with the longest so far.
    """
    first_a, end_a, first_b, end_b = bounds
    best_a, best_b, longest = first_a, first_b, 0
    steps = 0
    for i in range(first_a, end_a):
        slot, end = begins[a[i]], begins[a[i] + 1]
        steps += 1
        if steps > most:
            break
        while slot < end:  # the first place in the range, by halves
            middle = (slot + end) >> 1
            if places[middle] < first_b:
                slot = middle + 1
            else:
                end = middle
        last, before = -2, 0  # the place met last from this word, and what ended there from the word before
        while slot < begins[a[i] + 1] and places[slot] < end_b:
            j = places[slot]
            steps += 1
            slot += 1
            ended_here = table[_LENGTH, j] if i > first_a and table[_MET, j] == i - 1 else 0
            length = 1
            if j - 1 == last:
                length += before
            elif i > first_a and j > first_b and table[_MET, j - 1] == i - 1:
                length += table[_LENGTH, j - 1]
            table[_MET, j], table[_LENGTH, j] = i, length
            last, before = j, ended_here
            if length > longest:
                best_a, best_b, longest = i - length + 1, j - length + 1, length
    while best_a > first_a and best_b > first_b and a[best_a - 1] == b[best_b - 1]:
        best_a, best_b, longest = best_a - 1, best_b - 1, longest + 1
    while (
        best_a + longest < end_a and best_b + longest < end_b and a[best_a + longest] == b[best_b + longest]
    ):
        longest += 1
    found[0], found[1], found[2] = best_a, best_b, longest
    return steps
