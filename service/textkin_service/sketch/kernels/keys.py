"""Kernels of the content sketch and of the marks of pieces: rare stems of a stretch, their pairs, and the smallest keys.

Values are sorted together with what belongs to them, as one number of 64 bits: the value in the upper half.
"""

from typing import cast

import numpy as np
from numpy.typing import NDArray

from textkin_service.kernels import kernel, part
from textkin_service.sketch.kernels.tops import FEWER, NO_VALUE, TOP, find_fewer, find_smallest

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


@part
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


@part
def _smallest_distinct(values: NDArray[np.uint64], count: int, most: int, top: NDArray[np.uint64]) -> int:
    """Leaves the smallest of the first `count` values, at least one and at most `most`, sorted, each once; returns how many.

    `top`: room to work in, of `TOP`.
    """
    size = 0
    if most <= TOP:
        if most <= FEWER:
            find_fewer(values, count, top)
        else:
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


@part
def _sort_hashes(
    values: NDArray[np.uint64], count: int, ends: NDArray[np.int64], found: NDArray[np.uint64]
) -> None:
    """Fills in the first `count` values, sorted: in the upper halves hashes, which are spread evenly; lower halves in order.

    `ends`: room to work in, of a power of two that is at least `count`, and one more.
    """
    buckets = 2
    shift = np.uint64(_ALL_BITS - 1)
    while buckets < count:
        buckets *= 2
        shift -= _ONE
    for bucket in range(buckets + 1):
        ends[bucket] = 0
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


@part
def _key(one: np.uint64, other: np.uint64) -> np.uint64:
    """Hashes an unordered pair of stems: both halves into 64 bits, then the finalizer of SplitMix64. The upper half of it."""
    x = (min(one, other) << _SHIFT) | max(one, other)
    x = (x ^ (x >> _30)) * _MIX
    x = (x ^ (x >> _27)) * _MIX_AGAIN
    return x & _HIGH


@part
def _most_keys(
    sentences: NDArray[np.int32],
    bounds: NDArray[np.int64],
    text: int,
    reach: int,
    rarest: int,
    words_a_stem: int,
) -> tuple[int, int]:
    """Returns the most keys that a text can have, and how many words its longest sentence has."""
    longest = total = _NONE
    for sentence in range(bounds[2, text], bounds[2, text + 1]):
        length = sentences[sentence, 1] - sentences[sentence, 0]
        longest = max(longest, length)
        total += length
    # Of n stems that pair each with each, each has at most n / 2 pairs to itself.
    return total * (reach + (rarest + longest // words_a_stem) // 2 + 1), longest


@part
def _pair_stems(
    stems: NDArray[np.uint32],
    rarities: NDArray[np.uint32],
    sentences: NDArray[np.int32],
    bounds: NDArray[np.int64],
    text: int,
    stop: np.uint32,
    reach: int,
    rarest: int,
    words_a_stem: int,
    part_words: int,
    content: NDArray[np.uint64],
    chosen: NDArray[np.uint64],
    top: NDArray[np.uint64],
    keys: NDArray[np.uint64],
) -> int:
    """Fills in the keys of a text's sentences; returns how many they are, some more than once. One more is overwritten.

    A pair of stems is one if they stand up to `reach` places apart, others not counted that are as frequent as `stop`, or if
    both are among the rarest of the sentence: `rarest` and one more for every `words_a_stem` words. Rarities, and `stop`, are
    the bits of Zipf frequencies that are not negative, and so in their order. Ties (names that no list holds) fall to the
    smaller stem: the same choice in every text.

    In the upper half of each is the key, in the lower the number of the part of the text that it is from. A part has
    `part_words` words, rounded up to whole sentences. Room to work in: `content`, `chosen`, of the longest sentence, and `top`.
    """
    count = _NONE
    current = 0
    words = 0
    base = bounds[1, text]
    for sentence in range(bounds[2, text], bounds[2, text + 1]):
        first, last = base + sentences[sentence, 0], base + sentences[sentence, 1]
        label = np.uint64(current)
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
            current += 1
            words = 0
    return count


@kernel
def sentence_keys(
    stems: NDArray[np.uint32],
    rarities: NDArray[np.uint32],
    sentences: NDArray[np.int32],
    bounds: NDArray[np.int64],
    stop: np.uint32,
    reach: int,
    rarest: int,
    words_a_stem: int,
    part_words: int,
    most: int,
    ends: NDArray[np.int64],
) -> NDArray[np.uint64]:
    """Returns the keys of each text's sentences that are among the smallest `most` of any part; sorted, each once in a text.

    Of one text after the other; fills in where those of each text end. In the upper half of each the key, in the lower the
    first part in which it is. What a key is, and a part: see `_pair_stems`. `stems` and `sentences` with their `bounds` are
    those of a `Batch`, and `rarities` are the bits of its Zipf frequencies.
    """
    most_words = longest = room = parts = _NONE
    for text in range(len(ends)):
        own, words = _most_keys(sentences, bounds, text, reach, rarest, words_a_stem)
        most_words, longest = max(most_words, own), max(longest, words)
        parts = max(parts, bounds[2, text + 1] - bounds[2, text])
        room += own
    buckets = 2
    while buckets < most_words:
        buckets *= 2
    content, chosen = np.empty(longest + 1, np.uint64), np.empty(longest + 1, np.uint64)
    top, taken = np.empty(TOP, np.uint64), np.empty(parts, np.int64)
    found, sorted_keys = np.empty(most_words + 1, np.uint64), np.empty(most_words + 1, np.uint64)
    of_buckets, kept = np.empty(buckets + 1, np.int64), np.empty(room, np.uint64)
    distinct = _NONE
    for text in range(len(ends)):
        count = _pair_stems(
            stems,
            rarities,
            sentences,
            bounds,
            text,
            stop,
            reach,
            rarest,
            words_a_stem,
            part_words,
            content,
            chosen,
            top,
            found,
        )
        _sort_hashes(found, count, of_buckets, sorted_keys)
        for i in range(bounds[2, text + 1] - bounds[2, text]):
            taken[i] = 0
        first = distinct
        before = _NO_KEY
        for i in range(count):
            value = sorted_keys[i]
            label = value & _LOW
            if taken[label] < most and value != before:
                taken[label] += 1
                if distinct == first or kept[distinct - 1] >> _SHIFT != value >> _SHIFT:
                    kept[distinct] = value
                    distinct += 1
            before = value
        ends[text] = distinct
    return kept[:distinct].copy()


@kernel
def mark_pieces(
    hashes: NDArray[np.uint32],
    firsts: NDArray[np.int32],
    lasts: NDArray[np.int32],
    bounds: NDArray[np.int64],
    stems: NDArray[np.uint32],
    zipf: NDArray[np.float32],
    words_a_mark: int,
    most: int,
    ends: NDArray[np.int64],
) -> NDArray[np.uint64]:
    """Returns the marks of each text's pieces, sorted, each once in a text, at most `most` of each.

    Of one text after the other; fills in where those of each text end. Of each piece its hash, with one of its rarest stems for
    every `words_a_mark` words, rounded up; in steps of 1/256 of rarity, ties fall to the smaller stem. Of pieces with one hash
    the first counts. The pieces, their `bounds` and the words are those of a `Batch`.
    """
    longest = room = pieces = _NONE
    for text in range(len(ends)):
        first_piece, last_piece = bounds[3, text], bounds[3, text + 1]
        pieces = max(pieces, last_piece - first_piece)
        for i in range(first_piece, last_piece):
            longest = max(longest, lasts[i] - firsts[i])
            room += (lasts[i] - firsts[i] + words_a_mark - 1) // words_a_mark
    order, chosen, top = np.empty(pieces, np.uint64), np.empty(longest, np.uint64), np.empty(TOP, np.uint64)
    marks = np.empty(room, np.uint64)
    count = _NONE
    for text in range(len(ends)):
        begin = count
        first_piece, base = bounds[3, text], bounds[1, text]
        size = bounds[3, text + 1] - first_piece
        for i in range(size):
            order[i] = np.uint64(hashes[first_piece + i]) << _SHIFT | np.uint64(i)
        _sort(order, size, size // 2)
        for i in range(size):
            if i and order[i] >> _SHIFT == order[i - 1] >> _SHIFT:
                continue
            if count - begin >= most:
                break
            piece = first_piece + np.int64(order[i] & _LOW)
            first, last = firsts[piece], lasts[piece]
            for token in range(first, last):
                steps = np.uint64(np.int32(zipf[base + token] * _ZIPF_STEPS))
                chosen[token - first] = steps << _SHIFT | np.uint64(stems[base + token])
            own = (last - first + words_a_mark - 1) // words_a_mark
            own = _smallest_distinct(chosen, last - first, own, top)
            # By their stems now, as the hash is the same.
            for j in range(own):
                chosen[j] &= _LOW
            _sort(chosen, own, own // 2)
            for j in range(own):
                marks[count] = order[i] >> _SHIFT << _SHIFT | chosen[j]
                count += 1
        count = min(count, begin + most)
        ends[text] = count
    return marks[:count].copy()
