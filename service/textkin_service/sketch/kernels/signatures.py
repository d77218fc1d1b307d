"""Kernels of the verbatim sketch: the bytes of words, SHA-1 of their shingles, and the smallest value of each permutation.

Shingles are hashed 16 at a time, each in a lane.
"""

from typing import cast

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.forms import CLOSED, FORM_BITS, MARK
from textkin_service.kernels import kernel, part
from textkin_service.sketch.kernels.copying import COPIED_BYTES, copy_word
from textkin_service.sketch.kernels.least import ABREAST, least
from textkin_service.sketch.kernels.sha1 import BLOCK_BYTES, LANES, digest

# The longest UTF-8 of a character's normal form in `character_forms`, and a space.
MOST_BYTES = 8
# Bytes behind the last word that may be read (of each message, as many as a block has) or written, and mean nothing; and places
# behind the last.
SLACK = BLOCK_BYTES
MORE_PLACES = LANES

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
_ONE = np.uint64(1)
# Typed, because a kernel that is called with a number as it is written is compiled for that number.
_BEGIN = cast("int", np.int64(0))

_8, _13, _16, _24 = (np.uint32(bits) for bits in (8, 13, 16, 24))
_SEPARATOR = np.uint32(1)
_LOW, _SECOND = np.uint32(0xFF), np.uint32(0xFF00)
# Those of MurmurHash3's finalizer, which datasketch mixes hashes with.
_MIX, _MIX_AGAIN = np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)


@part
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


@part
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
    bounds: NDArray[np.int64],
    text: int,
    odd: int,
    forms: NDArray[np.uint64],
    others: NDArray[np.uint8],
    other_places: NDArray[np.int64],
    missing: NDArray[np.int64],
    letters: NDArray[np.uint8],
    pool: NDArray[np.uint8],
    places: NDArray[np.uint32],
) -> tuple[int, int]:
    """Writes the words of a text's sentences in their normal form as UTF-8, each with a space behind.

    Returns how many they are, and `odd`: how many words there were so far of which the forms tell too little.

    `codes`, `starts` and `ends` of tokens, `sentences` and `bounds` are those of a `Batch`; `text` is the number of the text.
    `forms` as `character_forms` has them. Words of which these tell too little stand in `others`, from each of `other_places`
    to the next; those that do not are `missing`, by their tokens. `letters`: room for as many as the text has code points, and
    `COPIED_BYTES`. `pool`: for `MOST_BYTES` a code point, as many as `others`, and `SLACK`. `places`: where each word begins,
    and one for the end.
    """
    begin, base = bounds[0, text], bounds[1, text]
    for i in range(bounds[0, text + 1] - begin):
        code = codes[begin + i]
        capital = np.uint32(code - _A) < _ALPHABET
        letters[i] = min(code, _NO_ASCII) | (_TO_SMALL if capital else _NONE)
    at = _BEGIN
    count = 0
    for sentence in range(bounds[2, text], bounds[2, text + 1]):
        for token in range(base + sentences[sentence, 0], base + sentences[sentence, 1]):
            places[count] = at
            count += 1
            start, end = int(starts[token]), int(ends[token])
            length = end - start
            # Only what begins with a digit may have commas.
            if letters[start] >= _SMALL_A and length <= COPIED_BYTES:
                beyond = copy_word(letters, start, pool, at)
                if beyond & ((_ONE << np.uint64(length)) - _ONE) == _NOTHING:
                    pool[at + length] = _SPACE
                    at += length + 1
                    continue
            end = _write_word(codes, begin + start, begin + end, forms, pool, at)
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
    return count, odd


@part
def _mix(hashes: NDArray[np.uint32], count: int) -> None:
    """Makes of the first words of digests what datasketch has of them: the other way round, and mixed."""
    for i in range(count):
        x = hashes[i]
        # Its bytes the other way round: the first four of the digest, as a number whose first byte is the lowest.
        x = np.uint32((x >> _24) | ((x >> _8) & _SECOND) | ((x & _SECOND) << _8) | ((x & _LOW) << _24))
        x = np.uint32(np.uint32(x ^ (x >> _16)) * _MIX)
        x = np.uint32(np.uint32(x ^ (x >> _13)) * _MIX_AGAIN)
        hashes[i] = np.uint32(x ^ (x >> _16))


@kernel
def sign(
    codes: NDArray[np.uint32],
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    sentences: NDArray[np.int32],
    bounds: NDArray[np.int64],
    forms: NDArray[np.uint64],
    others: NDArray[np.uint8],
    other_places: NDArray[np.int64],
    words: int,
    permutations: NDArray[np.uint32],
    missing: NDArray[np.int64],
    signatures: NDArray[np.uint32],
) -> int:
    """Fills in the smallest value of each permutation over the shingles of each text, of so many words; a shorter one is one.

    Returns how many words are `missing`: if any is, the signatures mean nothing. `permutations`: what hashes are multiplied
    by, modulo 2**32, and what is added; of shape (2, 128). `signatures`: of shape (texts, 128). All else as `write_words`
    takes it.
    """
    texts = len(signatures)
    characters = tokens = _BEGIN
    for text in range(texts):
        characters = max(characters, bounds[0, text + 1] - bounds[0, text])
        tokens = max(tokens, bounds[1, text + 1] - bounds[1, text])
    letters = np.empty(characters + COPIED_BYTES, np.uint8)
    pool = np.empty(MOST_BYTES * characters + len(others) + SLACK, np.uint8)
    numbers = np.empty((3, tokens + 1 + MORE_PLACES), np.uint32)
    places, hashes, lengths = numbers[0], numbers[1], numbers[2]
    odd = _BEGIN
    for text in range(texts):
        total, odd = write_words(
            codes,
            starts,
            ends,
            sentences,
            bounds,
            text,
            odd,
            forms,
            others,
            other_places,
            missing,
            letters,
            pool,
            places,
        )
        size = min(words, total)
        shingles = total - size + 1 if total else 0
        for i in range(shingles):
            lengths[i] = places[i + size] - places[i] - _SEPARATOR
        # What comes behind the last is hashed with it, and is an empty message.
        for i in range(LANES):
            lengths[shingles + i] = 0
            places[total + 1 + i] = 0
        for first in range(0, shingles, LANES):
            digest(pool, places, lengths, first, hashes)
        _mix(hashes, shingles)
        # What comes behind the last repeats the first, which changes nothing.
        for i in range(LANES):
            hashes[shingles + i] = hashes[0]
        own = signatures[text]
        for first in range(0, len(own), ABREAST):
            least(hashes, (shingles + LANES - 1) // LANES * LANES, permutations, first, own)
    return odd - (len(other_places) - 1)
