"""Kernels that make of sketches what goes into the tables: entries, each a key and an article's number."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.kernels import kernel
from textkin_service.sketch import stored

Words = NDArray[np.uint32]
Entries = NDArray[np.uint64]
Starts = NDArray[np.int64]

# 2^32 divided by the golden ratio (Knuth, The Art of Computer Programming, 6.4): multiplied by it, like keys come to lie far
# apart, and every key in another place. Bottom-k keys are small ones, which would crowd in few segments.
GOLDEN = 0x9E3779B1
# Each value of the signature of a text without a shingle.
_NO_SHINGLE = 0xFFFF_FFFF
_SIGNATURE, _CONTENT, _KEYS = stored.SIGNATURE, stored.CONTENT, stored.KEYS


@kernel
def band_keys(signature: Words, bands: int, rows: int) -> Words:
    """Returns a key, uint32, for each band of a signature (uint32): a hash of its number and rows.

    The values past the last band are left out. The signature of a text without a shingle has no keys.
    """
    empty = True
    for value in signature:
        empty &= value == _NO_SHINGLE
    keys = np.empty(0 if empty else bands, np.uint32)
    for band in range(len(keys)):
        mixed = np.uint64(band)  # FNV-1a (Fowler, Noll and Vo) over 32-bit words, then its upper half
        for row in range(band * rows, (band + 1) * rows):
            mixed = (mixed ^ np.uint64(signature[row])) * np.uint64(0x100000001B3)
            mixed ^= mixed >> np.uint64(29)
        keys[band] = np.uint32((mixed >> np.uint64(16)) & np.uint64(0xFFFF_FFFF))
    return keys


@kernel
def entries_of(
    words: Words, starts: Starts, numbers: Starts, bands: int, rows: int, content: Entries, banded: Entries
) -> tuple[int, int]:
    """Fills in the entries of stored sketches (`Sketches`) under numbers (int64): of content keys and of bands.

    Returns how many there are of each.
    """
    keys = at = 0
    for n in range(len(numbers)):
        number = np.uint64(numbers[n])
        begin = starts[n]
        first = begin + _CONTENT
        for i in range(first, first + np.int64(words[begin + _KEYS])):
            key = np.uint32(words[i] * np.uint32(GOLDEN))
            content[keys] = (np.uint64(key) << np.uint64(32)) | number
            keys += 1
        for band in band_keys(words[begin + _SIGNATURE : first], bands, rows):
            key = np.uint32(band * np.uint32(GOLDEN))
            banded[at] = (np.uint64(key) << np.uint64(32)) | number
            at += 1
    return keys, at


@kernel
def asked_of(content: Words, signature: Words, bands: int, rows: int, asked: Words) -> int:
    """Fills in what a search asks for, as tables have it: its content keys, then its bands; returns how many they are."""
    count = len(content)
    for i in range(count):
        asked[i] = content[i] * np.uint32(GOLDEN)
    for band in band_keys(signature, bands, rows):
        asked[count] = band * np.uint32(GOLDEN)
        count += 1
    return count
