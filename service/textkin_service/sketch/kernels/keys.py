"""Kernels of the content sketch and of the marks of pieces: rare stems of a stretch, their pairs, and the smallest keys.

Values are sorted together with what belongs to them, as one number of 64 bits: the value in the upper half.
"""

from typing import cast

import numpy as np
from numpy.typing import NDArray

from textkin_service.kernels import kernel
from textkin_service.sketch.kernels.tops import NO_VALUE, TOP, find_smallest

_SHIFT = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
# Those of the finalizer of SplitMix64 (Steele et al. 2014).
_MIX, _MIX_AGAIN = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_HIGH, _ONE = np.uint64(0xFFFFFFFF00000000), np.uint64(1)
_30, _27 = np.uint64(30), np.uint64(27)

_ALL_BITS = 64
# More hashes than stand in one bucket by chance.
_MANY = 64
_NO_VALUE, _NO_KEY = np.uint64(NO_VALUE), np.uint64(0xFFFFFFFFFFFFFFFF)
# Typed, because a kernel is compiled for the types of its numbers.
_NONE = cast("int", np.int64(0))

_ZIPF_STEPS = np.float32(256)


@kernel
def _sort(values: NDArray[np.uint64], count: int, gap: int) -> None:
    """Sorts the first `count` values (Shell 1959). The first gap: 1 where each is near its place, else half as many."""
    while gap > 0:
        for i in range(gap, count):
            value = values[i]
            j = i
            while j >= gap and values[j - gap] > value:
                values[j] = values[j - gap]
                j -= gap
            values[j] = value
        gap = max(gap * 5 // 11, 1) if gap > 1 else 0


@kernel
def _smallest_distinct(values: NDArray[np.uint64], count: int, most: int, top: NDArray[np.uint64]) -> int:
    """Leaves the smallest of the first `count` values, at least one and at most `most`, sorted, each once; returns how many.

    `top`: room to work in, of `TOP`.
    """
    size = 0
    if most <= TOP:
        find_smallest(values, count, top)
        while size < most and top[size] != _NO_VALUE:
            values[size] = top[size]
            size += 1
        return size
    _sort(values, count, count // 2)
    for i in range(count):
        if size < most and (size == 0 or values[i] != values[size - 1]):
            values[size] = values[i]
            size += 1
    return size


@kernel
def _sorted_hashes(values: NDArray[np.uint64], count: int) -> NDArray[np.uint64]:
    """Returns the first `count` values, sorted: in the upper halves hashes, which are spread evenly; lower halves in order."""
    buckets = 2
    shift = np.uint64(_ALL_BITS - 1)
    while buckets < count:
        buckets *= 2
        shift -= _ONE
    ends, found = np.zeros(buckets + 1, np.int64), np.empty(count, np.uint64)
    for i in range(count):
        ends[(values[i] >> shift) + _ONE] += 1
    most = _NONE
    for bucket in range(buckets):
        most = max(most, ends[bucket + 1])
        ends[bucket + 1] += ends[bucket]
    for i in range(count):
        bucket = values[i] >> shift
        found[ends[bucket]] = values[i]
        ends[bucket] += 1
    # Whoever contrives hashes that are not spread evenly does not hold anybody up.
    _sort(found, count, 1 if most < _MANY else count // 2)
    return found


@kernel
def _key(one: np.uint64, other: np.uint64) -> np.uint64:
    """Hashes an unordered pair of stems: both halves into 64 bits, then the finalizer of SplitMix64. The upper half of it."""
    x = (min(one, other) << _SHIFT) | max(one, other)
    x = (x ^ (x >> _30)) * _MIX
    x = (x ^ (x >> _27)) * _MIX_AGAIN
    return x & _HIGH


@kernel
def _pair_stems(
    stems: NDArray[np.uint32],
    rarities: NDArray[np.uint32],
    sentences: NDArray[np.int32],
    stop: np.uint32,
    reach: int,
    rarest: int,
    words_a_stem: int,
    part_words: int,
) -> tuple[NDArray[np.uint64], int]:
    """Returns the keys of sentences, ranges of tokens, behind room for more; and how many they are, some more than once.

    A pair of stems is one if they stand up to `reach` places apart, others not counted that are as frequent as `stop`, or if
    both are among the rarest of the sentence: `rarest` and one more for every `words_a_stem` words. Rarities, and `stop`, are
    the bits of Zipf frequencies that are not negative, and so in their order. Ties (names that no list holds) fall to the
    smaller stem: the same choice in every text.

    In the upper half of each is the key, in the lower the number of the part of the text that it is from. A part has
    `part_words` words, rounded up to whole sentences.
    """
    longest = _NONE
    total = _NONE
    for sentence in range(len(sentences)):
        length = sentences[sentence, 1] - sentences[sentence, 0]
        longest = max(longest, length)
        total += length
    # Of n stems that pair each with each, each has at most n / 2 pairs to itself. One more is written before it counts.
    keys = np.empty(total * (reach + (rarest + longest // words_a_stem) // 2 + 1) + 1, np.uint64)
    content, chosen = np.empty(longest, np.uint64), np.empty(longest, np.uint64)
    top = np.empty(TOP, np.uint64)
    count = _NONE
    part = 0
    words = 0
    for sentence in range(len(sentences)):
        first, last = sentences[sentence, 0], sentences[sentence, 1]
        label = np.uint64(part)
        size = _NONE
        for token in range(first, last):
            stem = np.uint64(stems[token])
            content[size] = stem
            chosen[size] = np.uint64(rarities[token]) << _SHIFT | stem
            size += rarities[token] < stop
        for apart in range(1, reach + 1):
            for i in range(apart, size):
                keys[count] = _key(content[i - apart], content[i]) | label
                count += content[i - apart] != content[i]
        size = _smallest_distinct(chosen, size, rarest + (last - first) // words_a_stem, top)
        for i in range(size):
            for j in range(i):
                keys[count] = _key(chosen[j] & _LOW, chosen[i] & _LOW) | label
                count += 1
        words += last - first
        if words >= part_words:
            part += 1
            words = 0
    return keys, count


@kernel
def sentence_keys(
    stems: NDArray[np.uint32],
    rarities: NDArray[np.uint32],
    sentences: NDArray[np.int32],
    stop: np.uint32,
    reach: int,
    rarest: int,
    words_a_stem: int,
    part_words: int,
    most: int,
) -> NDArray[np.uint64]:
    """Returns the keys of sentences that are among the smallest `most` of any part, sorted, each once.

    In the upper half of each the key, in the lower the first part in which it is. What a key is, and a part: see `_pair_stems`.
    """
    found, count = _pair_stems(stems, rarities, sentences, stop, reach, rarest, words_a_stem, part_words)
    labelled = _sorted_hashes(found, count)
    taken = np.zeros(len(sentences), np.int64)
    distinct = 0
    before = _NO_KEY
    for i in range(count):
        value = labelled[i]
        part = value & _LOW
        if taken[part] < most and value != before:
            taken[part] += 1
            if distinct == 0 or labelled[distinct - 1] >> _SHIFT != value >> _SHIFT:
                labelled[distinct] = value
                distinct += 1
        before = value
    return labelled[:distinct].copy()


@kernel
def mark_pieces(
    hashes: NDArray[np.uint32],
    firsts: NDArray[np.int32],
    lasts: NDArray[np.int32],
    stems: NDArray[np.uint32],
    zipf: NDArray[np.float32],
    words_a_mark: int,
    most: int,
) -> NDArray[np.uint64]:
    """Returns the marks of pieces, sorted, each once, at most `most`.

    Of each piece its hash, with one of its rarest stems for every `words_a_mark` words, rounded up; in steps of 1/256 of
    rarity, ties fall to the smaller stem. Of pieces with one hash the first counts.
    """
    longest = 0
    total = 0
    order = np.empty(len(hashes), np.uint64)
    for i in range(len(hashes)):
        order[i] = np.uint64(hashes[i]) << _SHIFT | np.uint64(i)
        longest = max(longest, lasts[i] - firsts[i])
        total += (lasts[i] - firsts[i] + words_a_mark - 1) // words_a_mark
    _sort(order, len(hashes), len(hashes) // 2)
    chosen, top, marks = np.empty(longest, np.uint64), np.empty(TOP, np.uint64), np.empty(total, np.uint64)
    count = 0
    pieces = 0
    for i in range(len(hashes)):
        if i and order[i] >> _SHIFT == order[i - 1] >> _SHIFT:
            continue
        # Every piece has a mark.
        if pieces == most:
            break
        pieces += 1
        piece = order[i] & _LOW
        first, last = firsts[piece], lasts[piece]
        for token in range(first, last):
            steps = np.uint64(np.int32(zipf[token] * _ZIPF_STEPS))
            chosen[token - first] = steps << _SHIFT | np.uint64(stems[token])
        size = (last - first + words_a_mark - 1) // words_a_mark
        size = _smallest_distinct(chosen, last - first, size, top)
        # By their stems now, as the hash is the same.
        for j in range(size):
            chosen[j] &= _LOW
        _sort(chosen, size, size // 2)
        for j in range(size):
            marks[count] = order[i] >> _SHIFT << _SHIFT | chosen[j]
            count += 1
    return marks[: min(count, most)].copy()
