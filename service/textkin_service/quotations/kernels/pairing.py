"""The kernel that pairs quotation marks; `marks` says which there are, and what they mean."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.characters import LETTER, LINE_END, NUMBER, SPACE, WORD
from textkin_service.kernels import kernel

# What a character means here, as bits above the number of the mark that it is, if it is one.
MARK = (1 << 8) - 1
DOUBLED = 1 << 8  # only twice in a row is it a mark
APOSTROPHE = 1 << 9  # before a letter it is none
BEFORE_OPENING = 1 << 10
AFTER_CLOSING = 1 << 11
ENDS_PARAGRAPH = 1 << 12  # before a line break; other lines may have been wrapped at a width
# What a mark may do, as bits.
OPENS = 1 << 0
ALWAYS_OPENS = 1 << 1  # unless it closes
OPENS_WORDS = 1 << 2  # unless it stands behind a letter and before none
NESTS = 1 << 3  # within a quotation of its own kind

_LETTER_OR_NUMBER = LETTER | NUMBER
_LINE_FEED = 0x0A
_CARRIAGE_RETURN = 0x0D
# Behind so many spaces any line break ends a paragraph.
_MOST_SPACES = 4


@kernel
def _end_of_paragraph(
    codes: NDArray[np.uint32],
    classes: NDArray[np.uint32],
    meanings: NDArray[np.uint32],
    start: int,
    most_characters: int,
) -> tuple[int, int]:
    """Returns where the paragraph ends that a place is in, and where the next one begins."""
    farthest = min(len(codes), start + most_characters)
    i = start
    while i < farthest:
        if not classes[codes[i]] & LINE_END:
            i += 1
            continue
        first, lines = i, 0
        while i < farthest and (i == first or classes[codes[i]] & SPACE):
            follows_return = i > first and codes[i] == _LINE_FEED and codes[i - 1] == _CARRIAGE_RETURN
            lines += (classes[codes[i]] & LINE_END) != 0 and not follows_return
            i += 1
        least, last = max(start, first - _MOST_SPACES), first - 1
        while last >= least and classes[codes[last]] & SPACE:
            last -= 1
        if lines > 1 or last < least or meanings[codes[last]] & ENDS_PARAGRAPH:
            return first, i
    return farthest, farthest


@kernel
def _opens(
    codes: NDArray[np.uint32],
    classes: NDArray[np.uint32],
    meanings: NDArray[np.uint32],
    powers: int,
    place: int,
    end: int,
) -> bool:
    """Whether a mark opens a quotation, by what stands around it."""
    if not powers & OPENS:
        return False
    if powers & ALWAYS_OPENS:
        return True
    before = np.uint32(0) if place == 0 else classes[codes[place - 1]]
    after = np.uint32(0) if end == len(codes) else classes[codes[end]]
    if powers & OPENS_WORDS:
        return bool((before & _LETTER_OR_NUMBER) == 0 or (after & _LETTER_OR_NUMBER) != 0)
    if place > 0 and not before & SPACE and not meanings[codes[place - 1]] & BEFORE_OPENING:
        return False
    return end < len(codes) and (after & SPACE) == 0 and (meanings[codes[end]] & AFTER_CLOSING) == 0


@kernel
def _is_plain_end(
    codes: NDArray[np.uint32],
    classes: NDArray[np.uint32],
    meanings: NDArray[np.uint32],
    place: int,
    end: int,
) -> bool:
    """Whether a mark that may be an apostrophe stands beside punctuation, or ends its line."""
    if not classes[codes[place - 1]] & _LETTER_OR_NUMBER or end == len(codes):
        return True
    return bool((meanings[codes[end]] & AFTER_CLOSING) != 0 or (classes[codes[end]] & LINE_END) != 0)


@kernel
def pair_marks(
    codes: NDArray[np.uint32],
    classes: NDArray[np.uint32],
    meanings: NDArray[np.uint32],
    powers: NDArray[np.uint32],
    closes: NDArray[np.bool_],
    most_marks: int,
    most_characters: int,
) -> NDArray[np.int64]:
    """Returns what stands between quotation marks, marks included: int64 of shape (n, 2), in order and without overlap.

    `codes` are the code points of the text; `classes` and `meanings` (uint32) have the bits of every code point, `powers`
    (uint32) of every mark, and `closes` (bool) says whether the mark of a row is closed by that of a column.
    """
    spans = np.empty((min(most_marks, len(codes)), 2), np.int64)
    count = met = i = 0
    opener = start = 0
    paragraph = (
        following
    ) = -1  # where the paragraph ends that the open quotation has got to, and the next begins
    doubtful = -1  # the end of what may have closed the open quotation
    is_nested = False
    while met < most_marks:
        while i < len(codes) and meanings[codes[i]] & MARK == 0:
            i += 1
        if i == len(codes):
            break
        meaning = meanings[codes[i]]
        mark = meaning & MARK
        place, i = i, i + 1
        if meaning & DOUBLED:
            if i == len(codes) or codes[i] != codes[place]:
                continue
            i += 1
        elif meaning & APOSTROPHE and i < len(codes) and classes[codes[i]] & WORD:
            continue
        met += 1
        end = -1  # of the quotation that ends here
        begins = False
        goes_on = mark == opener and place >= paragraph and place == following and doubtful < 0
        if not goes_on:
            if opener and place >= paragraph:
                end, opener = doubtful, 0
            opens = _opens(codes, classes, meanings, powers[mark], place, i)
            begins = opener == 0 and opens
            if opener and closes[opener, mark] and not (mark == opener and opens):
                if is_nested or (
                    meaning & APOSTROPHE and not _is_plain_end(codes, classes, meanings, place, i)
                ):
                    # The last of the inner quotation, or an apostrophe: unless no other closer follows.
                    is_nested = False
                    doubtful = i if doubtful < 0 else doubtful
                else:
                    end, opener = i, 0
            elif opener and mark == opener and powers[mark] & NESTS and doubtful < 0 and not is_nested:
                is_nested = True
            elif opener and (mark == opener or (powers[mark] & ALWAYS_OPENS and doubtful >= 0)):
                # What was open was never closed, or where it may have been.
                end, begins = doubtful, True
        if 0 <= end <= start + most_characters:
            spans[count, 0], spans[count, 1] = start, end
            count += 1
        if begins:
            opener, start = mark, place
            doubtful, is_nested = -1, False
        if goes_on or (begins and place >= paragraph):
            paragraph, following = _end_of_paragraph(codes, classes, meanings, i, most_characters)
    if opener and 0 <= doubtful <= start + most_characters:
        spans[count, 0], spans[count, 1] = start, doubtful
        count += 1
    return spans[:count]
