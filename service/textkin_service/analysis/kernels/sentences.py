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
from textkin_service.analysis.room import BREAKS, EVENTS, FIRST_SENTENCE, MET, SENTENCES, STOPS
from textkin_service.kernels import kernel, part

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
# A place that a sentence ends at only where lines are not wrapped.
_UNLESS_WRAPPED = 1


@part
def _cut_at_lines(
    codes: NDArray[np.uint32], table: NDArray[np.uint32], events: NDArray[np.int32], breaks: NDArray[np.int32]
) -> tuple[int, bool]:
    """Fills in where text follows a line break: twice the place, and one more where it is no cut if lines are wrapped.

    In order. Returns how many these are, and whether the lines are wrapped at a width.
    """
    length = len(codes)
    count = 0
    singles = 0
    inside = 0
    i = 0
    for event in events:
        if event < i or not table[codes[event]] & LINE_END:
            continue
        least = i
        start = int(event)
        while start > least and table[codes[start - 1]] & WHITE:
            start -= 1
        lines = 0
        # The first may be a separator of ASCII, which is no white space to what follows.
        i = int(event)
        while i < length and (i == event or table[codes[i]] & WHITE):
            if table[codes[i]] & LINE_END:
                if codes[i] == _CARRIAGE_RETURN and i + 1 < length and codes[i + 1] == _LINE_FEED:
                    i += 1
                lines += 1
            i += 1
        lines += (table[codes[i - 1]] & LINE_END) == 0
        if lines > 1:
            breaks[count] = 2 * i
            count += 1
            continue
        singles += 1
        # No stop before it, a small letter after it: the sentence goes on.
        if start > 0 and i < length and table[codes[i]] & LOWER and not table[codes[start - 1]] & NO_MIDDLE:
            inside += 1
        else:
            breaks[count] = 2 * i + _UNLESS_WRAPPED
            count += 1
    return count, inside > _WRAPPED_SHARE * singles


@part
def _is_abbreviation(
    codes: NDArray[np.uint32], table: NDArray[np.uint32], stop: int, abbreviations: NDArray[np.uint64]
) -> bool:
    """Whether a full stop follows an initial, or one of the abbreviations."""
    least = max(0, stop - _REACH)
    end = stop - 1 if stop > least and codes[stop - 1] == _LINE_FEED else stop
    start = end
    while start > least and table[codes[start - 1]] & (LETTER | NUMBER):
        start -= 1
    if start == end or end - start > _MOST_LETTERS:
        return False
    if end - start == 1 and table[codes[start]] & UPPER:
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


@part
def _cut_at_stops(
    codes: NDArray[np.uint32],
    table: NDArray[np.uint32],
    events: NDArray[np.int32],
    abbreviations: NDArray[np.uint64],
    stops: NDArray[np.int32],
) -> int:
    """Fills in where text follows terminal punctuation, in order; returns how many these are."""
    length = len(codes)
    count = 0
    i = 0
    for event in events:
        if event < i or not table[codes[event]] & (STOP | CJK_STOP):
            continue
        i = int(event)
        if table[codes[event]] & STOP:
            while i < length and table[codes[i]] & STOP:
                i += 1
            run = i
            while i < length and table[codes[i]] & CLOSING:
                i += 1
            if i == length or not table[codes[i]] & WHITE:
                i = run
                continue
        else:
            while i < length and table[codes[i]] & CJK_STOP:
                i += 1
            while i < length and table[codes[i]] & CJK_CLOSING:
                i += 1
        after = i
        while after < length and table[codes[after]] & SPACE:
            after += 1
        if after == length or table[codes[after]] & LOWER:
            continue
        alone = i == event + 1 and codes[event] == _FULL_STOP
        if not (alone and _is_abbreviation(codes, table, i - 1, abbreviations)):
            stops[count] = after
            count += 1
    return count


@part
def _merge(
    codes: NDArray[np.uint32],
    table: NDArray[np.uint32],
    stops: NDArray[np.int32],
    at_stops: int,
    breaks: NDArray[np.int32],
    at_lines: int,
    wrapped: bool,
    ranges: NDArray[np.int32],
) -> int:
    """Fills in the ranges between the places after stops and after line breaks; returns how many they are."""
    length = len(codes)
    count = 0
    start = 0
    stop = 0
    line = 0
    while start < length:
        cut = length
        if stop < at_stops:
            cut = min(cut, int(stops[stop]))
        while line < at_lines and wrapped and breaks[line] & _UNLESS_WRAPPED:
            line += 1
        if line < at_lines:
            cut = min(cut, int(breaks[line] >> 1))
        while stop < at_stops and stops[stop] <= cut:
            stop += 1
        while line < at_lines and breaks[line] >> 1 <= cut:
            line += 1
        end = cut
        while start < end and table[codes[start]] & SPACE:
            start += 1
        while start < end and table[codes[end - 1]] & SPACE:
            end -= 1
        if start < end:
            ranges[count, 0] = start
            ranges[count, 1] = end
            count += 1
        start = cut
    return count


@kernel
def split(
    codes: NDArray[np.uint32],
    offsets: NDArray[np.int64],
    table: NDArray[np.uint32],
    abbreviations: NDArray[np.uint64],
    numbers: NDArray[np.int32],
    ranges: NDArray[np.int32],
    counts: NDArray[np.int64],
) -> int:
    """Finds the sentences of texts; returns how many they are. `offsets`: of each text in the code points, and the end.

    Fills in half-open `ranges` of code points of each text, in order, without surrounding white space, and counts them. In
    `numbers`, those of a `Room`, are the events of each text: all places, in order, of characters that end lines or sentences,
    and perhaps others. `table`: the classes of characters. `abbreviations`: small letters, a byte each, the last the lowest.
    """
    stops, breaks = numbers[STOPS], numbers[BREAKS]
    first = 0
    met = 0
    for text in range(len(counts)):
        own = codes[offsets[text] : offsets[text + 1]]
        events = numbers[EVENTS, met : met + counts[text, MET]]
        at_lines, wrapped = _cut_at_lines(own, table, events, breaks)
        at_stops = _cut_at_stops(own, table, events, abbreviations, stops)
        found = _merge(own, table, stops, at_stops, breaks, at_lines, wrapped, ranges[first:])
        counts[text, FIRST_SENTENCE] = first
        counts[text, SENTENCES] = found
        first += found
        met += len(events)
    return first
