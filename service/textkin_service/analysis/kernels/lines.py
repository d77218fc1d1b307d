"""A kernel that tells of each sentence and each line what web residue is told by."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.characters import (
    AFTER_STOP,
    BAR,
    CJK_STOP,
    LETTER,
    LINE_END,
    NUMBER,
    SIGN,
    STOP,
    WHITE,
)
from textkin_service.analysis.keywords import (
    BEGINS_HEADING,
    BEGINS_LABEL,
    IN_COMMENT_BOX,
    IN_CREDIT,
    IN_DECLARATION,
    IN_LINE,
    IN_PHRASE,
    IN_REFERENCES,
    NO_WORD,
)
from textkin_service.kernels import kernel

# A bit of the phrases of a sentence, above the flags of words: it has signs enough for a formula.
MAY_BE_FORMULA = 1 << 14
LEAST_SIGNS = 3

# What a line is, or may be: a pattern decides.
HEADLINE = 1 << 0
TEASER = 1 << 1
IS_BAR = 1 << 2
MAY_BE_FURNITURE = 1 << 3
MAY_BE_COMMENT_BOX = 1 << 4
MAY_BE_HEADING = 1 << 5

# A sentence or line of at most this many words can be furniture; longer ones may be an article about the matter.
FURNITURE_WORDS = 30
# A headline in a list of other news has at most this many words, a teaser under it at most that many.
HEADLINE_WORDS = 20
TEASER_WORDS = 45
# A share bar or menu has at least so many entries, of at most so many words on average.
BAR_ENTRIES = 3
BAR_ENTRY_WORDS = 4
# So much white space separates entries too.
_WIDE_GAP = 3

_HASH = 0x23
_AT = 0x40


@kernel
def _count_words(classes: NDArray[np.uint32], start: int, end: int) -> int:
    """Returns how many runs of letters and digits there are in a range."""
    count = 0
    within = False
    for i in range(start, end):
        here = (classes[i] & (LETTER | NUMBER)) != 0
        count += here and not within
        within = here
    return count


@kernel
def _has_signs(classes: NDArray[np.uint32], start: int, end: int) -> bool:
    signs = 0
    for i in range(start, end):
        signs += (classes[i] & SIGN) != 0
    return signs >= LEAST_SIGNS


@kernel
def _ends_with_stop(classes: NDArray[np.uint32], start: int, end: int) -> bool:
    while end > start and classes[end - 1] & AFTER_STOP:
        end -= 1
    return end > start and (classes[end - 1] & (STOP | CJK_STOP)) != 0


@kernel
def _count_entries(classes: NDArray[np.uint32], start: int, end: int) -> int:
    """Returns how many stretches between separators have a letter or digit."""
    entries = 0
    filled = False
    i = start
    while i < end:
        bits = classes[i]
        if not bits & WHITE:
            filled = filled or (bits & (LETTER | NUMBER)) != 0
            i += 1
            continue
        gap = i
        while gap < end and classes[gap] & WHITE:
            gap += 1
        barred = i + 2 < end and classes[i + 1] & BAR and classes[i + 2] & WHITE
        if not barred and gap - i < _WIDE_GAP:
            i += 1
            continue
        i = i + 3 if barred else gap
        entries += filled
        filled = False
    return entries + filled


@kernel
def _first_word(flags: NDArray[np.uint16], first: int, last: int) -> int:
    """Returns the flags of the first token that has a letter or the like, 0 if none has."""
    for i in range(first, last):
        if not flags[i] & NO_WORD:
            return int(flags[i])
    return 0


@kernel
def describe_sentences(
    classes: NDArray[np.uint32],
    starts: NDArray[np.int32],
    sentences: NDArray[np.int32],
    bounds: NDArray[np.int32],
    words: NDArray[np.int32],
    ends_line: NDArray[np.bool_],
    firsts: NDArray[np.int32],
) -> int:
    """Tells of sentences, ranges of code points of these classes; returns in how many lines they begin.

    `starts` are those of the tokens. Fills in for each sentence: its first token, and one more for the end of the last; how
    many words it has; whether a line ends between it and the next. And the first sentence to begin in each line, and one more
    for the end of the last.
    """
    count = len(sentences)
    token = 0
    lines = 0
    previous = -1
    for i in range(count):
        start, end = sentences[i, 0], sentences[i, 1]
        while token < len(starts) and starts[token] < start:
            token += 1
        bounds[i] = token
        words[i] = _count_words(classes, start, end)
        begins_line = previous < 0
        for j in range(previous + 1, start):
            begins_line = begins_line or (classes[j] & LINE_END) != 0
        previous = start
        if begins_line:
            firsts[lines] = i
            lines += 1
        ends_line[i] = i + 1 == count
        if i + 1 < count:
            for j in range(end, sentences[i + 1, 0]):
                ends_line[i] = ends_line[i] or (classes[j] & LINE_END) != 0
    bounds[count] = len(starts)
    firsts[lines] = count
    return lines


@kernel
def describe_lines(
    codes: NDArray[np.uint32],
    classes: NDArray[np.uint32],
    flags: NDArray[np.uint16],
    sentences: NDArray[np.int32],
    bounds: NDArray[np.int32],
    words: NDArray[np.int32],
    firsts: NDArray[np.int32],
    phrases: NDArray[np.uint16],
    line_words: NDArray[np.int32],
    kinds: NDArray[np.uint8],
) -> tuple[int, int]:
    """Tells of lines, by what `describe_sentences` tells of their sentences. `flags` are those of the tokens.

    Fills in for each sentence which phrases it may have, by their bits in the flags of words, and whether it may be a formula;
    for each line how many words it has, and what it is or may be. Returns the bits of all sentences, and those of all lines.
    """
    all_phrases = 0
    all_kinds = 0
    for line in range(len(firsts) - 1):
        line_words[line] = 0
        first, last = firsts[line], firsts[line + 1]
        any_flag = 0
        for i in range(first, last):
            of_sentence = 0
            for j in range(bounds[i], bounds[i + 1]):
                of_sentence |= flags[j]
            any_flag |= of_sentence
            line_words[line] += words[i]
            code = codes[sentences[i, 0]]
            phrases[i] = of_sentence & (IN_REFERENCES | IN_DECLARATION)
            if _has_signs(classes, sentences[i, 0], sentences[i, 1]):
                phrases[i] |= MAY_BE_FORMULA
            if words[i] <= FURNITURE_WORDS:
                phrases[i] |= of_sentence & (IN_PHRASE | IN_CREDIT)
                phrases[i] |= _first_word(flags, bounds[i], bounds[i + 1]) & BEGINS_LABEL
                if code == _HASH or code == _AT:
                    phrases[i] |= BEGINS_LABEL
            all_phrases |= phrases[i]
        start, end = sentences[first, 0], sentences[last - 1, 1]
        stopped = _ends_with_stop(classes, start, end)
        kind = 0
        if 0 < line_words[line] <= HEADLINE_WORDS and not stopped:
            kind |= HEADLINE
            if any_flag & IN_COMMENT_BOX:
                kind |= MAY_BE_COMMENT_BOX
            if _first_word(flags, bounds[first], bounds[last]) & BEGINS_HEADING:
                kind |= MAY_BE_HEADING
        if 0 < line_words[line] <= TEASER_WORDS and stopped:
            kind |= TEASER
        if line_words[line] <= FURNITURE_WORDS and any_flag & IN_LINE:
            kind |= MAY_BE_FURNITURE
        entries = _count_entries(classes, start, end)
        if entries >= BAR_ENTRIES and line_words[line] <= BAR_ENTRY_WORDS * entries:
            kind |= IS_BAR
        kinds[line] = kind
        all_kinds |= kind
    return all_phrases, all_kinds
