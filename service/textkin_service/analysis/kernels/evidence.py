"""Kernels that cut what is no residue into the sentences and pieces that hold the evidence, as ranges of tokens."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.kernels import kernel

_SHIFT = np.uint64(32)
# Odd multipliers with well-spread bits, those of SplitMix64 (Steele et al. 2014).
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_MIX_AGAIN = np.uint64(0x94D049BB133111EB)

# A shorter sentence makes a piece with the one that follows it in its line.
_SENTENCE_WORDS = 8
# A shorter piece, the end of a line or all of it, is no evidence to speak of, whether it recurs or not.
_LEAST_WORDS = 3


@kernel
def _join(
    bounds: NDArray[np.int32], skipped: NDArray[np.bool_], least: float
) -> tuple[NDArray[np.int32], int]:
    """Returns the sentences that are not skipped, each of the short ones joined with its neighbour; and how many they are."""
    joined = np.empty((len(skipped), 2), np.int32)
    count = 0
    for i in range(len(skipped)):
        first, last = bounds[i], bounds[i + 1]
        if skipped[i] or first == last:
            continue
        if (
            count > 0
            and joined[count - 1, 1] == first
            and min(last - first, first - joined[count - 1, 0]) < least
        ):
            joined[count - 1, 1] = last
        else:
            joined[count, 0] = first
            joined[count, 1] = last
            count += 1
    return joined, count


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
def sentence_ranges(
    bounds: NDArray[np.int32],
    skipped: NDArray[np.bool_],
    commas: NDArray[np.bool_],
    least: float,
    most: int,
) -> NDArray[np.int32]:
    """Returns the sentences as ranges of tokens, of shape (any, 2): those under `least` joined, those over `most` halved.

    `bounds`: the first token of each sentence as it stands, and the end of the last. `commas`: whether a token follows a comma
    or the like.
    """
    joined, count = _join(bounds, skipped, least)
    # Halves are longer than a third of what is halved, which is longer than `most`.
    tokens = bounds[len(bounds) - 1] - bounds[0]
    found = np.empty((count + 3 * tokens // most + 1, 2), np.int32)
    size = 0
    waiting = np.empty(
        (64, 2), np.int32
    )  # halves yet to look at; each is at most two thirds of the one before
    for i in range(count):
        depth = 1
        waiting[0, 0] = joined[i, 0]
        waiting[0, 1] = joined[i, 1]
        while depth:
            depth -= 1
            first, last = waiting[depth, 0], waiting[depth, 1]
            if last - first <= most:
                found[size, 0] = first
                found[size, 1] = last
                size += 1
                continue
            cut = _cut(first, last, commas)
            waiting[depth, 0] = cut
            waiting[depth, 1] = last
            waiting[depth + 1, 0] = first
            waiting[depth + 1, 1] = cut
            depth += 2
    return found[:size].copy()


@kernel
def piece_ranges(
    bounds: NDArray[np.int32],
    skipped: NDArray[np.bool_],
    ends_line: NDArray[np.bool_],
    hashes: NDArray[np.uint64],
) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
    """Returns the pieces: the hash of each, and ranges of tokens, of shape (any, 2). `hashes` are those of the tokens."""
    count = len(skipped)
    ranges = np.empty((count, 2), np.int32)
    of_pieces = np.empty(count, np.uint32)
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
    return of_pieces[:size].copy(), ranges[:size].copy()
