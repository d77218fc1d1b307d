"""Kernels of the verbatim sketch: the bytes of words, SHA-1 of their shingles, and the smallest value of each permutation.

Shingles are hashed 16 at a time, each in a lane.
"""

from typing import cast

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.forms import CLOSED, FORM_BITS, MARK
from textkin_service.analysis.kernels.bits import eight_at, put_eight
from textkin_service.kernels import kernel
from textkin_service.sketch.kernels.sha1 import (
    AT,
    BLOCK_BYTES,
    LANES,
    LENGTH,
    PADDING_BYTES,
    REST,
    STATE,
    STATE_WORDS,
    digest,
)

# Bytes behind the last word that may be read, and mean nothing.
SLACK = BLOCK_BYTES

_SPACE = 0x20
_ZERO, _NINE = 0x30, 0x39
_A, _SMALL_A = np.uint32(0x41), 0x61
_ALPHABET = 26
_TO_SMALL, _NONE = np.uint32(0x20), np.uint32(0)
_NO_ASCII = np.uint32(0x80)
_COMMA = 0x2C
_GROUP = 3
_BYTE_BITS = np.uint64(8)
_NOTHING = np.uint64(0)
_IN_FORM = np.uint64((1 << FORM_BITS) - 1)
_FORM_BITS = np.uint64(FORM_BITS)
_EIGHT = 8
_ONE = np.uint64(1)
# Typed, because a kernel that is called with a number as it is written is compiled for that number.
_BEGIN = cast("int", np.int64(0))
_HIGHEST_BITS = np.uint64(0x8080808080808080)

_8, _13, _16, _24 = (np.uint32(bits) for bits in (8, 13, 16, 24))
_LOW, _SECOND = np.uint32(0xFF), np.uint32(0xFF00)
# Those of MurmurHash3's finalizer, which datasketch mixes hashes with.
_MIX, _MIX_AGAIN = np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)


@kernel
def _groups(codes: NDArray[np.uint32], comma: int, start: int, end: int) -> bool:
    """Whether a comma of a word of ASCII groups digits: one stands before it, and exactly three behind."""
    if comma == start or not _ZERO <= codes[comma - 1] <= _NINE:
        return False
    digits = 0
    for i in range(comma + 1, end):
        if not _ZERO <= codes[i] <= _NINE:
            break
        digits += 1
    return digits == _GROUP


@kernel
def _copy_word(letters: NDArray[np.uint8], start: int, end: int, pool: NDArray[np.uint8], at: int) -> bool:
    """Copies a word eight bytes at a time, some behind it too; returns whether it is all of ASCII."""
    seen = _NOTHING
    for i in range(0, end - start, _EIGHT):
        eight = eight_at(letters, start + i)
        put_eight(pool, at + i, eight)
        if end - start - i < _EIGHT:
            eight &= (_ONE << np.uint64(8 * (end - start - i))) - _ONE
        seen |= eight
    return bool(seen & _HIGHEST_BITS == _NOTHING)


@kernel
def _write_word(
    codes: NDArray[np.uint32],
    start: int,
    end: int,
    forms: NDArray[np.uint64],
    pool: NDArray[np.uint8],
    at: int,
) -> int:
    """Writes the normal form of a word; returns where it ends, or -1 if the forms of its characters do not tell it."""
    closed = False
    comma = False
    plain = True
    for i in range(start, end):
        form = forms[codes[i]]
        if form == _NOTHING:
            return -1
        if codes[i] < _NO_ASCII:
            if codes[i] == _COMMA:
                comma = True
                if _groups(codes, i, start, end):
                    continue
            pool[at] = np.uint8(form)
            at += 1
            closed = False
            continue
        plain = False
        kind = form >> _FORM_BITS
        if kind == MARK and (closed or i == start):
            return -1
        closed = kind >= CLOSED
        form &= _IN_FORM
        while form != _NOTHING:
            pool[at] = np.uint8(form)
            form >>= _BYTE_BITS
            at += 1
    return at if plain or not comma else -1


@kernel
def write_words(
    codes: NDArray[np.uint32],
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    sentences: NDArray[np.int32],
    forms: NDArray[np.uint64],
    others: NDArray[np.uint8],
    other_places: NDArray[np.int64],
    letters: NDArray[np.uint8],
    pool: NDArray[np.uint8],
    places: NDArray[np.int64],
    missing: NDArray[np.int64],
) -> tuple[int, int]:
    """Writes the words of sentences in their normal form as UTF-8, each with a space behind.

    Returns how many they are, and how many of them are missing.

    `codes` are those of the text, `starts` and `ends` those of its tokens, `sentences` ranges of these, of shape (any, 2).
    `forms` as `character_forms` has them. Words of which these tell too little stand in `others`, from each of `other_places`
    to the next; those that do not are `missing`, by their tokens. `places`: where each word begins, and one for the end.
    `letters`: room to work in, 8 more than code points.
    """
    for i in range(len(codes)):
        capital = np.uint32(codes[i] - _A) < _ALPHABET
        letters[i] = min(codes[i], _NO_ASCII) | (_TO_SMALL if capital else _NONE)
    at = _BEGIN
    count = 0
    odd = 0
    for sentence in range(len(sentences)):
        for token in range(sentences[sentence, 0], sentences[sentence, 1]):
            places[count] = at
            count += 1
            start, end = starts[token], ends[token]
            # Only what begins with a digit may have commas.
            if letters[start] >= _SMALL_A and _copy_word(letters, start, end, pool, at):
                end = at + end - start
            else:
                end = _write_word(codes, start, end, forms, pool, at)
            if end >= 0:
                at = end
            else:
                if odd + 1 < len(other_places):
                    for i in range(other_places[odd], other_places[odd + 1]):
                        pool[at] = others[i]
                        at += 1
                else:
                    missing[odd] = token
                odd += 1
            pool[at] = _SPACE
            at += 1
    places[count] = at
    return count, odd - (len(other_places) - 1)


@kernel
def _hash_shingles(
    pool: NDArray[np.uint8], places: NDArray[np.int64], words: int, first: int, room: NDArray[np.uint32]
) -> None:
    """Hashes 16 shingles of so many words, from word `first` on; what there are too few of repeat the last.

    Fills in the hashes that datasketch has of them, mixed as it mixes them, as the first row.
    """
    for i in range(STATE_WORDS):
        for lane in range(LANES):
            room[i, lane] = STATE[i]
    last = len(places) - 1 - words
    most = 0
    for lane in range(LANES):
        word = min(first + lane, last)
        length = places[word + words] - 1 - places[word]
        room[LENGTH, lane] = length
        most = max(most, length)
    for start in range(0, most + PADDING_BYTES, BLOCK_BYTES):
        for lane in range(LANES):
            # The bytes of words that follow are as good as none, and those behind the end too.
            room[AT, lane] = min(places[min(first + lane, last)] + start, places[-1])
            room[REST, lane] = np.uint32(room[LENGTH, lane] - start)
        digest(pool, room)
    for lane in range(LANES):
        x = room[0, lane]
        # Its bytes the other way round: the first four of the digest, as a number whose first byte is the lowest.
        x = np.uint32((x >> _24) | ((x >> _8) & _SECOND) | ((x & _SECOND) << _8) | ((x & _LOW) << _24))
        x = np.uint32(np.uint32(x ^ (x >> _16)) * _MIX)
        x = np.uint32(np.uint32(x ^ (x >> _13)) * _MIX_AGAIN)
        room[0, lane] = np.uint32(x ^ (x >> _16))


@kernel
def sign(
    pool: NDArray[np.uint8],
    places: NDArray[np.int64],
    words: int,
    factors: NDArray[np.uint32],
    summands: NDArray[np.uint32],
    room: NDArray[np.uint32],
    signature: NDArray[np.uint32],
) -> None:
    """Fills in the smallest value of each permutation over the shingles of so many words; a shorter text is one shingle.

    `pool` and `places` as `write_words` fills them, with `SLACK` bytes behind. Permutations are affine, modulo 2**32.
    """
    for k in range(len(signature)):
        signature[k] = 0xFFFFFFFF
    total = len(places) - 1
    words = min(words, total)
    shingles = total - words + 1 if total else 0
    for first in range(0, shingles, LANES):
        _hash_shingles(pool, places, words, first, room)
        for lane in range(0, LANES, 8):
            x0, x1, x2, x3 = room[0, lane], room[0, lane + 1], room[0, lane + 2], room[0, lane + 3]
            x4, x5, x6, x7 = room[0, lane + 4], room[0, lane + 5], room[0, lane + 6], room[0, lane + 7]
            for k in range(len(signature)):
                a, b = factors[k], summands[k]
                low = min(np.uint32(a * x0 + b), np.uint32(a * x1 + b), signature[k])
                low = min(np.uint32(a * x2 + b), np.uint32(a * x3 + b), low)
                low = min(np.uint32(a * x4 + b), np.uint32(a * x5 + b), low)
                signature[k] = min(np.uint32(a * x6 + b), np.uint32(a * x7 + b), low)
