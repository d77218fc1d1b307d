"""Kernels that cut what is no residue into the sentences and pieces that hold the evidence, as ranges of tokens."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.kernels import kernel

_SHIFT = np.uint64(32)
# Odd multipliers with well-spread bits, those of SplitMix64 (Steele et al. 2014).
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_MIX_AGAIN = np.uint64(0x94D049BB133111EB)

# So many halves of halves no text can have.
_MOST_HALVES = 64
# A shorter sentence makes a piece with the one that follows it in its line.
_SENTENCE_WORDS = 8
# A shorter piece, the end of a line or all of it, is no evidence to speak of, whether it recurs or not.
_LEAST_WORDS = 3


@kernel
def _cut(first: int, last: int, commas: NDArray[np.bool_]) -> int:
    """Returns where to halve a range: at the comma nearest to the middle, within the middle third, else in the middle."""
    third = (last - first) // 3
    middle = (first + last) // 2
    for distance in range(last - first):
        if middle - distance >= first + third and commas[middle - distance]:
            return middle - distance
        if middle + distance <= last - third and commas[middle + distance]:
            return middle + distance
        if middle - distance < first + third and middle + distance > last - third:
            break
    return middle


@kernel
def _halve(first: int, last: int, commas: NDArray[np.bool_], most: int, found: NDArray[np.int32]) -> int:
    """Fills in a range, halved until no part is longer than `most`; returns how many parts there are."""
    size = 0
    waiting = np.empty((_MOST_HALVES, 2), np.int32)  # each is at most two thirds of the one before
    depth = 1
    waiting[0, 0] = first
    waiting[0, 1] = last
    while depth:
        depth -= 1
        start, end = waiting[depth, 0], waiting[depth, 1]
        if end - start <= most:
            found[size, 0] = start
            found[size, 1] = end
            size += 1
            continue
        cut = _cut(start, end, commas)
        waiting[depth, 0] = cut
        waiting[depth, 1] = end
        waiting[depth + 1, 0] = start
        waiting[depth + 1, 1] = cut
        depth += 2
    return size


@kernel
def sentence_ranges(
    bounds: NDArray[np.int32],
    skipped: NDArray[np.bool_],
    commas: NDArray[np.bool_],
    least: float,
    most: int,
    found: NDArray[np.int32],
) -> int:
    """Finds the sentences as ranges of tokens, those under `least` joined, those over `most` halved; returns how many they are.

    `bounds`: the first token of each sentence as it stands, and the end of the last. `commas`: whether a token follows a comma
    or the like. `found`: of shape (any, 2); no half is shorter than a third of `most`.
    """
    size = 0
    start, end = bounds[0], bounds[0]  # of the sentence that the next may be joined with
    for i in range(len(skipped)):
        first, last = bounds[i], bounds[i + 1]
        if skipped[i] or first == last:
            continue
        if start < end and end == first and min(last - first, end - start) < least:
            end = last
            continue
        if start < end:
            size += _halve(start, end, commas, most, found[size:])
        start, end = first, last
    if start < end:
        size += _halve(start, end, commas, most, found[size:])
    return size


@kernel
def piece_ranges(
    bounds: NDArray[np.int32],
    skipped: NDArray[np.bool_],
    ends_line: NDArray[np.bool_],
    hashes: NDArray[np.uint64],
    of_pieces: NDArray[np.uint32],
    ranges: NDArray[np.int32],
) -> int:
    """Finds the pieces; returns how many they are. `hashes` are those of the tokens.

    Fills in the hash `of_pieces`, and their `ranges` of tokens, of shape (any, 2); at most as many as sentences.
    """
    count = len(skipped)
    size = 0
    first = -1
    for i in range(count):
        if skipped[i]:
            first = -1
            continue
        if first < 0:
            first = bounds[i]
        last = bounds[i + 1]
        if not (ends_line[i] or i + 1 == count or skipped[i + 1] or last - first >= _SENTENCE_WORDS):
            continue
        if last - first >= _LEAST_WORDS:
            mixed = np.uint64(0)
            for token in range(first, last):
                mixed = (mixed ^ hashes[token]) * _MIX
                mixed = (mixed ^ (mixed >> _SHIFT)) * _MIX_AGAIN
            of_pieces[size] = np.uint32(mixed >> _SHIFT)
            ranges[size, 0] = first
            ranges[size, 1] = last
            size += 1
        first = -1
    return size
