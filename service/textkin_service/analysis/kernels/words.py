"""Kernels that cut a text into words, and find what is known of them in a table."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.characters import (
    BEFORE,
    BEHIND,
    COMMA,
    INNER,
    LETTER,
    NUMBER,
    SEPARATOR,
    THAI_OR_LAO,
    UNSPACED,
)
from textkin_service.kernels import kernel

_SHIFT = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
# Odd multipliers with well-spread bits, those of SplitMix64 (Steele et al. 2014).
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_MIX_AGAIN = np.uint64(0x94D049BB133111EB)
_CODE_BITS, _TWO_CODES_BITS = np.uint64(21), np.uint64(42)
_ZERO = np.uint64(0)
_ONE = np.uint64(1)


@kernel
def cut_words(
    codes: NDArray[np.uint32],
    classes: NDArray[np.uint32],
    seed: np.uint64,
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    keys: NDArray[np.uint64],
    commas: NDArray[np.bool_],
) -> int:
    """Cuts a text into words as they stand; returns how many they are.

    Fills in, parallel: where each starts and ends; its key (a hash of its code points that depends on the seed, never 0);
    whether a comma or the like stands between it and the word before. No word is shorter than one character.
    """
    length = len(codes)
    count = 0
    comma = False
    i = 0
    while i < length:
        start = i
        bits = classes[i]
        if bits & UNSPACED:
            if bits & BEFORE and i + 1 < length and classes[i + 1] & THAI_OR_LAO:
                i += 1
            i += 1
            while i < length and classes[i] & (INNER | BEHIND):
                # A mark may follow anywhere, a vowel too: what follows a vowel is again marks and vowels.
                i += 1
        elif bits & NUMBER:
            i += 1
            while i < length:
                here = classes[i]
                if here & NUMBER:
                    i += 1
                elif here & SEPARATOR and i + 1 < length and classes[i + 1] & NUMBER:
                    i += 2
                else:
                    break
        elif bits & LETTER:
            i += 1
            while i < length:
                here = classes[i]
                if not (here & INNER or (here & LETTER and not here & UNSPACED)):
                    break
                i += 1
            while i < length and classes[i] & NUMBER:
                i += 1
        else:
            comma = comma or (bits & COMMA) != 0
            i += 1
            continue
        # Three code points at a time, of 21 bits each.
        key = seed
        for j in range(start, i, 3):
            three = np.uint64(codes[j])
            if j + 1 < i:
                three |= np.uint64(codes[j + 1]) << _CODE_BITS
            if j + 2 < i:
                three |= np.uint64(codes[j + 2]) << _TWO_CODES_BITS
            key = (key ^ three) * _MIX
            key ^= key >> _SHIFT
        key *= _MIX_AGAIN
        key ^= key >> _SHIFT
        starts[count] = start
        ends[count] = i
        keys[count] = key or _ONE
        commas[count] = comma
        comma = False
        count += 1
    return count


@kernel
def pair_keys(
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    keys: NDArray[np.uint64],
    unspaced: NDArray[np.bool_],
    pairs: NDArray[np.uint64],
) -> None:
    """Fills in, for each word of a script without spaces that another follows immediately, the key of both; for others 0."""
    for i in range(len(keys)):
        pairs[i] = _ZERO
        if i + 1 < len(keys) and unspaced[i] and unspaced[i + 1] and ends[i] == starts[i + 1]:
            key = (keys[i] ^ (keys[i] >> _SHIFT)) * _MIX + keys[i + 1]
            key = (key ^ (key >> _SHIFT)) * _MIX_AGAIN
            pairs[i] = key or _ONE


@kernel
def look_up(
    keys: NDArray[np.uint64],
    table: NDArray[np.uint64],
    hashes: NDArray[np.uint64],
    stems: NDArray[np.uint32],
    rarities: NDArray[np.uint32],
    flags: NDArray[np.uint16],
    missing: NDArray[np.intp],
) -> int:
    """Fills in what a table knows of words, parallel to their keys; returns of how many it knows nothing.

    Their places come first in `missing`, and zeros are filled in for them. `table`: of shape (a power of two, 4); a row holds a
    check, a word's hash, its stem and the bits of its Zipf frequency, and its flags. The check is the key with the other
    three XORed into it, so that a row that another thread has half written is one of no key (Hyatt and Mann 2002); a row of
    zeros is free. Key 0 is no word and known to be nothing.
    """
    count = 0
    mask = np.uint64(len(table) - 1)
    for i in range(len(keys)):
        key = keys[i]
        hashes[i] = _ZERO
        stems[i] = 0
        rarities[i] = 0
        flags[i] = 0
        if key == _ZERO:
            continue
        place = key & mask
        while True:
            check, of_word, of_stem, bits = table[place, 0], table[place, 1], table[place, 2], table[place, 3]
            if check ^ of_word ^ of_stem ^ bits == key:
                hashes[i] = of_word
                stems[i] = np.uint32(of_stem >> _SHIFT)
                rarities[i] = np.uint32(of_stem & _LOW)
                flags[i] = np.uint16(bits)
                break
            if check == _ZERO and of_word == _ZERO and of_stem == _ZERO and bits == _ZERO:
                missing[count] = i
                count += 1
                break
            place = (place + _ONE) & mask
    return count


@kernel
def insert(rows: NDArray[np.uint64], table: NDArray[np.uint64]) -> int:
    """Puts rows, of shape (any, 4), into a table that has room for them; returns how many of them it did not hold before."""
    count = 0
    mask = np.uint64(len(table) - 1)
    for i in range(len(rows)):
        key = rows[i, 0] ^ rows[i, 1] ^ rows[i, 2] ^ rows[i, 3]
        if key == _ZERO:
            continue
        place = key & mask
        while True:
            found = table[place, 0] ^ table[place, 1] ^ table[place, 2] ^ table[place, 3]
            if found == key:
                break
            if found == _ZERO:
                for j in range(4):
                    table[place, j] = rows[i, j]
                count += 1
                break
            place = (place + _ONE) & mask
    return count
