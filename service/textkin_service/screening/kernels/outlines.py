"""The kernel that makes outlines."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.kernels import kernel

Words = NDArray[np.uint32]
Places = NDArray[np.int32]

# Values before the stems of an outline.
HEADER = 4

# The golden ratio in 32 bits: multiplied by it, values spread over the upper bits (Knuth, volume 3, 6.4).
_SPREAD = np.uint64(0x9E3779B1)
_HALF_BITS = 32
_LOWER = np.uint64(0xFFFFFFFF)


@kernel
def outline(
    stems: Words,
    rarities: Words,
    sentences: Places,
    hashes: Words,
    firsts: Places,
    lasts: Places,
    slots: Places,
    numbers: Places,
    data: Words,
) -> int:
    """Writes the outline of a text into `data`, and returns how many values it has.

    `stems` and `rarities` (the bits of float32): of its tokens. `sentences` (shape (any, 2)) and `firsts` and `lasts`, those of
    the pieces with these `hashes`: ranges of tokens. `slots` (a power of two, more than tokens, each -1) and `numbers` (one a
    token) are room.
    """
    tokens = len(stems)
    bits = 0
    while 1 << bits < len(slots):
        bits += 1
    shift = np.uint64(_HALF_BITS - bits)
    mask = len(slots) - 1
    distinct = 0
    for token in range(tokens):
        slot = np.int64(((np.uint64(stems[token]) * _SPREAD) & _LOWER) >> shift)
        while slots[slot] >= 0 and data[HEADER + slots[slot]] != stems[token]:
            slot = (slot + 1) & mask
        if slots[slot] < 0:
            slots[slot] = distinct
            data[HEADER + distinct] = stems[token]
            distinct += 1
        numbers[token] = slots[slot]
    data[0], data[1], data[2], data[3] = tokens, distinct, len(sentences), len(hashes)
    at = HEADER + distinct
    for token in range(tokens - 1, -1, -1):
        data[at + numbers[token]] = rarities[token]
    at += distinct
    for token in range(0, tokens, 2):
        upper = numbers[token + 1] if token + 1 < tokens else 0
        data[at] = np.uint32(numbers[token] | upper << 16)
        at += 1
    for sentence in range(len(sentences)):
        data[at], data[at + 1] = sentences[sentence, 0], sentences[sentence, 1]
        at += 2
    for piece in range(len(hashes)):
        data[at], data[at + 1], data[at + 2] = hashes[piece], firsts[piece], lasts[piece]
        at += 3
    return at
