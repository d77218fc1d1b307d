"""Kernels that cut what is no residue into the sentences and pieces that hold the evidence, as ranges of tokens."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.room import (
    BOUNDS,
    COMMAS,
    ENDS_LINE,
    PIECE_FIRSTS,
    PIECE_LASTS,
    PIECES,
    SENTENCES,
    WORDS,
)
from textkin_service.kernels import kernel, part

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


@part
def _cut(first: int, last: int, commas: NDArray[np.uint8]) -> int:
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


@part
def _halve(first: int, last: int, commas: NDArray[np.uint8], most: int, found: NDArray[np.int32]) -> int:
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


@part
def _put(
    start: int, end: int, commas: NDArray[np.uint8], most: int, found: NDArray[np.int32], size: int
) -> int:
    """Puts a sentence that has any tokens behind others, halved if need be; returns how many ranges there are then."""
    if start == end:
        return size
    if end - start > most:
        return size + _halve(start, end, commas, most, found[size:])
    found[size, 0] = start
    found[size, 1] = end
    return size + 1


@part
def _sentence_ranges(
    bounds: NDArray[np.int32],
    skipped: NDArray[np.bool_],
    commas: NDArray[np.uint8],
    least: float,
    most: int,
    found: NDArray[np.int32],
) -> int:
    """Finds the sentences as ranges of tokens; returns how many they are."""
    size = 0
    start, end = bounds[0], bounds[0]  # of the sentence that the next may be joined with
    for i in range(len(skipped)):
        first, last = bounds[i], bounds[i + 1]
        if skipped[i] or first == last:
            continue
        if start < end and end == first and min(last - first, end - start) < least:
            end = last
            continue
        size = _put(start, end, commas, most, found, size)
        start, end = first, last
    return _put(start, end, commas, most, found, size)


@part
def _piece_ranges(
    bounds: NDArray[np.int32],
    skipped: NDArray[np.bool_],
    ends_line: NDArray[np.uint8],
    hashes: NDArray[np.uint64],
    of_pieces: NDArray[np.uint32],
    firsts: NDArray[np.int32],
    lasts: NDArray[np.int32],
) -> int:
    """Finds the pieces; returns how many they are."""
    count = len(skipped)
    size = 0
    first = -1
    for i in range(count):
        if skipped[i]:
            first = -1
            continue
        if first < 0:
            first = int(bounds[i])
        last = int(bounds[i + 1])
        if not (ends_line[i] or i + 1 == count or skipped[i + 1] or last - first >= _SENTENCE_WORDS):
            continue
        if last - first >= _LEAST_WORDS:
            mixed = np.uint64(0)
            for token in range(first, last):
                mixed = (mixed ^ hashes[token]) * _MIX
                mixed = (mixed ^ (mixed >> _SHIFT)) * _MIX_AGAIN
            of_pieces[size] = np.uint32(mixed >> _SHIFT)
            firsts[size] = first
            lasts[size] = last
            size += 1
        first = -1
    return size


@kernel
def find_evidence(
    skipped: NDArray[np.bool_],
    hashes: NDArray[np.uint64],
    least: float,
    most: int,
    numbers: NDArray[np.int32],
    bits: NDArray[np.uint32],
    marks: NDArray[np.uint8],
    sentences: NDArray[np.int32],
    counts: NDArray[np.int64],
    ends: NDArray[np.int64],
) -> tuple[int, int]:
    """Finds the sentences and the pieces of what is not skipped, as ranges of tokens; returns how many there are of each.

    By what the rows of a `Room` tell of the sentences of texts as they stand, and of their tokens, whose hashes are given.
    Fills in `sentences` (any, 2), those under `least` tokens joined, those over `most` halved, no half shorter than a third of
    that; the hashes of the pieces, and their ranges, at most as many as there are sentences. Fills in where the tokens, the
    sentences and the pieces of each text end: in three rows of `ends`, behind their first column.
    """
    word = 0
    first = 0
    kept = 0
    size = 0
    for text in range(len(counts)):
        tokens, count = counts[text, WORDS], counts[text, SENTENCES]
        bounds = numbers[BOUNDS, first + text :]
        own = skipped[first : first + count]
        found = _sentence_ranges(bounds, own, marks[COMMAS, word:], least, most, sentences[kept:])
        pieces = _piece_ranges(
            bounds,
            own,
            marks[ENDS_LINE, first:],
            hashes[word : word + tokens],
            bits[PIECES, size:],
            numbers[PIECE_FIRSTS, size:],
            numbers[PIECE_LASTS, size:],
        )
        word += tokens
        first += count
        kept += found
        size += pieces
        ends[0, text + 1] = word
        ends[1, text + 1] = kept
        ends[2, text + 1] = size
    return kept, size
