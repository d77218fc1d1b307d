"""Kernels that find where sentences end."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.characters import (
    CJK_CLOSING,
    CJK_STOP,
    CLOSING,
    LETTER,
    LINE_END,
    LOWER,
    NO_MIDDLE,
    NUMBER,
    SPACE,
    STOP,
    UPPER,
    WHITE,
)
from textkin_service.kernels import kernel

_LINE_FEED = 0x0A
_CARRIAGE_RETURN = 0x0D
_FULL_STOP = 0x2E
_KELVIN_SIGN = 0x212A  # its small letter is k
# A small letter of ASCII differs from its capital in this bit.
_SMALL = np.uint32(0x20)
_CAPITAL_A = 0x41
_CAPITAL_Z = 0x5A
_LETTER_K = np.uint32(0x6B)
_BYTE = 8
# The longest abbreviation that fits in a 64-bit number, a byte a letter.
_MOST_LETTERS = 8
# How far before a full stop its word is looked for.
_REACH = 12
# A text in which this share of the single line breaks falls inside sentences has its lines wrapped at a width.
_WRAPPED_SHARE = 0.25
# What a place in a text is marked with.
_CUT = 1
_CUT_UNLESS_WRAPPED = 2


@kernel
def _cut_at_lines(codes: NDArray[np.uint32], classes: NDArray[np.uint32], cuts: NDArray[np.uint8]) -> bool:
    """Marks what follows a line break; returns whether the lines are wrapped at a width."""
    length = len(codes)
    singles = 0
    inside = 0
    i = 0
    least = 0
    while i < length:
        if not classes[i] & LINE_END:
            i += 1
            continue
        start = i
        while start > least and classes[start - 1] & WHITE:
            start -= 1
        lines = 0
        # The first may be a separator of ASCII, which is no white space to what follows.
        first = i
        while i < length and (i == first or classes[i] & WHITE):
            if classes[i] & LINE_END:
                if codes[i] == _CARRIAGE_RETURN and i + 1 < length and codes[i + 1] == _LINE_FEED:
                    i += 1
                lines += 1
            i += 1
        least = i
        lines += (classes[i - 1] & LINE_END) == 0
        if lines > 1:
            cuts[i] = _CUT
            continue
        singles += 1
        # No stop before it, a small letter after it: the sentence goes on.
        if start > 0 and i < length and classes[i] & LOWER and not classes[start - 1] & NO_MIDDLE:
            inside += 1
        else:
            cuts[i] = _CUT_UNLESS_WRAPPED
    return inside > _WRAPPED_SHARE * singles


@kernel
def _is_abbreviation(
    codes: NDArray[np.uint32], classes: NDArray[np.uint32], stop: int, abbreviations: NDArray[np.uint64]
) -> bool:
    """Whether a full stop follows an initial, or one of the abbreviations."""
    least = max(0, stop - _REACH)
    end = stop - 1 if stop > least and codes[stop - 1] == _LINE_FEED else stop
    start = end
    while start > least and classes[start - 1] & (LETTER | NUMBER):
        start -= 1
    if start == end or end - start > _MOST_LETTERS:
        return False
    if end - start == 1 and classes[start] & UPPER:
        return True
    word = np.uint64(0)
    for i in range(start, end):
        code = codes[i]
        if code == _KELVIN_SIGN:
            code = _LETTER_K
        elif _CAPITAL_A <= code <= _CAPITAL_Z:
            code |= _SMALL
        elif not _CAPITAL_A + _SMALL <= code <= _CAPITAL_Z + _SMALL:
            return False
        word = (word << np.uint64(_BYTE)) | np.uint64(code)
    for abbreviation in abbreviations:
        if word == abbreviation:
            return True
    return False


@kernel
def _cut_at_stops(
    codes: NDArray[np.uint32],
    classes: NDArray[np.uint32],
    abbreviations: NDArray[np.uint64],
    cuts: NDArray[np.uint8],
) -> None:
    """Marks what follows terminal punctuation."""
    length = len(codes)
    i = 0
    while i < length:
        bits = classes[i]
        if not bits & (STOP | CJK_STOP):
            i += 1
            continue
        start = i
        if bits & STOP:
            while i < length and classes[i] & STOP:
                i += 1
            run = i
            while i < length and classes[i] & CLOSING:
                i += 1
            if i == length or not classes[i] & WHITE:
                i = run
                continue
        else:
            while i < length and classes[i] & CJK_STOP:
                i += 1
            while i < length and classes[i] & CJK_CLOSING:
                i += 1
        after = i
        while after < length and classes[after] & SPACE:
            after += 1
        if after == length or classes[after] & LOWER:
            continue
        alone = i == start + 1 and codes[start] == _FULL_STOP
        if not (alone and _is_abbreviation(codes, classes, i - 1, abbreviations)):
            cuts[after] = _CUT


@kernel
def split(
    codes: NDArray[np.uint32],
    classes: NDArray[np.uint32],
    abbreviations: NDArray[np.uint64],
    cuts: NDArray[np.uint8],
    ranges: NDArray[np.int32],
) -> int:
    """Finds the sentences of a text, by its code points and their classes; returns how many they are.

    Fills in half-open `ranges` of code points, in order, without surrounding white space. `abbreviations`: small letters, a
    byte each, the last the lowest. `cuts`: one more than code points, all zero.
    """
    length = len(codes)
    wrapped = _cut_at_lines(codes, classes, cuts)
    _cut_at_stops(codes, classes, abbreviations, cuts)
    cuts[length] = _CUT
    count = 0
    start = 0
    for cut in range(1, length + 1):
        if not cuts[cut] or (wrapped and cuts[cut] == _CUT_UNLESS_WRAPPED):
            continue
        end = cut
        while start < end and classes[start] & SPACE:
            start += 1
        while start < end and classes[end - 1] & SPACE:
            end -= 1
        if start < end:
            ranges[count, 0] = start
            ranges[count, 1] = end
            count += 1
        start = cut
    return count
