"""Kernels of the content sketch and of the marks of pieces: rare stems of a stretch, their pairs, and the smallest keys.

Values are sorted together with what they belong to, as one number of 64 bits: the value in the lower half.
"""

from typing import cast

import numpy as np
from numpy.typing import NDArray

from textkin_service.kernels import kernel

_SHIFT = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
# Those of the finalizer of SplitMix64 (Steele et al. 2014).
_MIX, _MIX_AGAIN = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_30, _27 = np.uint64(30), np.uint64(27)

# Longer stretches are sorted by digits: slower for few values, but never slow.
_FEW = 64
_DIGIT_BITS = 8
_DIGITS = 1 << _DIGIT_BITS
_DIGIT = np.uint64(_DIGITS - 1)
# Typed, because a kernel that is called with a number as it is written is compiled for that number.
_ALL_BITS, _LOW_BITS, _NONE = (cast("int", np.int64(number)) for number in (64, 32, 0))
# Numbers that count digits while values are sorted.
COUNTERS = _DIGITS

_ZIPF_STEPS = np.float32(256)


@kernel
def _sort(
    values: NDArray[np.uint64], spare: NDArray[np.uint64], count: int, bits: int, counters: NDArray[np.int64]
) -> None:
    """Sorts the first `count` values by their lowest `bits`, an even number of bytes; equal ones stay in their order."""
    for lowest in range(0, bits, _DIGIT_BITS):
        shift = np.uint64(lowest)
        counters[:] = 0
        for i in range(count):
            counters[(values[i] >> shift) & _DIGIT] += 1
        before = 0
        for digit in range(_DIGITS):
            here = counters[digit]
            counters[digit] = before
            before += here
        for i in range(count):
            digit = (values[i] >> shift) & _DIGIT
            spare[counters[digit]] = values[i]
            counters[digit] += 1
        values, spare = spare, values


@kernel
def _sort_distinct(
    values: NDArray[np.uint64], spare: NDArray[np.uint64], count: int, counters: NDArray[np.int64]
) -> int:
    """Sorts values by all their bits, and leaves each once; returns how many these are."""
    if count > _FEW:
        _sort(values, spare, count, _ALL_BITS, counters)
    else:
        for i in range(1, count):
            value = values[i]
            j = i
            while j > 0 and values[j - 1] > value:
                values[j] = values[j - 1]
                j -= 1
            values[j] = value
    distinct = 0
    for i in range(count):
        if i == 0 or values[i] != values[distinct - 1]:
            values[distinct] = values[i]
            distinct += 1
    return distinct


@kernel
def _smallest_distinct(
    values: NDArray[np.uint64], spare: NDArray[np.uint64], count: int, most: int, counters: NDArray[np.int64]
) -> int:
    """Leaves the smallest of the first `count` values, at least one and at most `most`, sorted, each once; returns how many."""
    if count > _FEW or most > _FEW:
        return min(_sort_distinct(values, spare, count, counters), most)
    size = 0
    for i in range(count):
        value = values[i]
        if size == most and value >= values[size - 1]:
            continue
        place = size
        while place > 0 and values[place - 1] > value:
            place -= 1
        if place > 0 and values[place - 1] == value:
            continue
        size = min(size + 1, most)
        for j in range(size - 1, place, -1):
            values[j] = values[j - 1]
        values[place] = value
    return size


@kernel
def _key(one: np.uint64, other: np.uint64) -> np.uint64:
    """Hashes an unordered pair of stems to 32 bits: both halves into 64, then the finalizer of SplitMix64."""
    x = (min(one, other) << _SHIFT) | max(one, other)
    x = (x ^ (x >> _30)) * _MIX
    x = (x ^ (x >> _27)) * _MIX_AGAIN
    return x >> _SHIFT


@kernel
def pair_stems(
    stems: NDArray[np.uint32],
    rarities: NDArray[np.uint32],
    sentences: NDArray[np.int32],
    stop: np.uint32,
    reach: int,
    rarest: int,
    words_a_stem: int,
    part_words: int,
    room: NDArray[np.uint64],
    counters: NDArray[np.int64],
    keys: NDArray[np.uint64],
) -> int:
    """Finds the keys of sentences, ranges of tokens; returns how many they are, some of them more than once.

    A pair of stems is one if they stand up to `reach` places apart, others not counted that are as frequent as `stop`, or if
    both are among the rarest of the sentence: `rarest` and one more for every `words_a_stem` words. Rarities, and `stop`, are
    the bits of Zipf frequencies that are not negative, and so in their order. Ties (names that no list holds) fall to the
    smaller stem: the same choice in every text.

    In the upper half of a key stands the number of the part of the text that it is from, in the lower the key. A part has
    `part_words` words, rounded up to whole sentences. `room`: of shape (3, the longest sentence).
    """
    count = 0
    part = 0
    words = 0
    content, chosen, spare = room[0], room[1], room[2]
    for sentence in range(len(sentences)):
        first, last = sentences[sentence, 0], sentences[sentence, 1]
        label = np.uint64(part) << _SHIFT
        size = _NONE
        for token in range(first, last):
            if rarities[token] < stop:
                stem = np.uint64(stems[token])
                content[size] = stem
                chosen[size] = np.uint64(rarities[token]) << _SHIFT | stem
                for apart in range(1, min(reach, size) + 1):
                    if content[size - apart] != stem:
                        keys[count] = label | _key(content[size - apart], stem)
                        count += 1
                size += 1
        most = rarest + (last - first) // words_a_stem
        size = _smallest_distinct(chosen, spare, size, most, counters)
        for i in range(size):
            for j in range(i):
                keys[count] = label | _key(chosen[j] & _LOW, chosen[i] & _LOW)
                count += 1
        words += last - first
        if words >= part_words:
            part += 1
            words = 0
    return count


@kernel
def smallest_keys(
    labelled: NDArray[np.uint64],
    spare: NDArray[np.uint64],
    most: int,
    counters: NDArray[np.int64],
    taken: NDArray[np.int64],
    last: NDArray[np.uint64],
    keys: NDArray[np.uint32],
) -> int:
    """Finds the keys that are among the smallest `most` of any part, sorted, each once; returns how many they are.

    `labelled` as `pair_stems` fills it. Room to work in: `spare`, as many; `taken` and `last`, as many as parts.
    """
    _sort(labelled, spare, len(labelled), _LOW_BITS, counters)
    taken[:] = 0
    count = 0
    for i in range(len(labelled)):
        key, part = labelled[i] & _LOW, labelled[i] >> _SHIFT
        if taken[part] == most or (taken[part] and last[part] == key):
            continue
        taken[part] += 1
        last[part] = key
        if count == 0 or keys[count - 1] != key:
            keys[count] = key
            count += 1
    return count


@kernel
def first_windows(
    labelled: NDArray[np.uint64],
    spare: NDArray[np.uint64],
    counters: NDArray[np.int64],
    keys: NDArray[np.uint32],
    windows: NDArray[np.intp],
) -> int:
    """Finds the keys, sorted, each once, and the first part that each is from; returns how many they are."""
    _sort(labelled, spare, len(labelled), _LOW_BITS, counters)
    count = 0
    for i in range(len(labelled)):
        key = labelled[i] & _LOW
        if count == 0 or keys[count - 1] != key:
            keys[count] = key
            windows[count] = labelled[i] >> _SHIFT
            count += 1
    return count


@kernel
def mark_pieces(
    hashes: NDArray[np.uint32],
    firsts: NDArray[np.int32],
    lasts: NDArray[np.int32],
    stems: NDArray[np.uint32],
    zipf: NDArray[np.float32],
    words_a_mark: int,
    most: int,
    room: NDArray[np.uint64],
    counters: NDArray[np.int64],
    marks: NDArray[np.uint64],
) -> int:
    """Finds the marks of pieces, sorted, each once; returns how many they are, at most `most`.

    Of each piece its hash, with one of its rarest stems for every `words_a_mark` words, rounded up; in steps of 1/256 of
    rarity, ties fall to the smaller stem. Of pieces with one hash the first counts. `room`: of shape (3, the greater of how
    many pieces there are and how many tokens the longest has); `marks`: as many as tokens.
    """
    order, chosen, spare = room[0], room[1], room[2]
    for i in range(len(hashes)):
        order[i] = np.uint64(hashes[i]) << _SHIFT | np.uint64(i)
    _sort_distinct(order, spare, len(hashes), counters)
    count = 0
    pieces = 0
    for i in range(len(hashes)):
        piece = order[i] & _LOW
        if i and order[i] >> _SHIFT == order[i - 1] >> _SHIFT:
            continue
        # Every piece has a mark.
        if pieces == most:
            break
        pieces += 1
        first, last = firsts[piece], lasts[piece]
        for token in range(first, last):
            steps = np.uint64(zipf[token] * _ZIPF_STEPS)
            chosen[token - first] = steps << _SHIFT | np.uint64(stems[token])
        most_of_piece = (last - first + words_a_mark - 1) // words_a_mark
        size = _smallest_distinct(chosen, spare, last - first, most_of_piece, counters)
        begin = count
        for j in range(size):
            marks[count] = chosen[j] & _LOW
            count += 1
        # By their stems now, as the hash is the same.
        _sort_distinct(marks[begin:count], spare, size, counters)
        for j in range(begin, count):
            marks[j] |= np.uint64(hashes[piece]) << _SHIFT
    return min(count, most)
