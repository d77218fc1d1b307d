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
    KEYWORD_SHIFT,
    MOST_KEYWORDS,
    NO_WORD,
    OPEN,
)
from textkin_service.analysis.room import (
    ALL_KINDS,
    ALL_PHRASES,
    BOUNDS,
    COUNTS,
    ENDS,
    ENDS_LINE,
    EVENTS,
    FIRSTS,
    FLAGS,
    KINDS,
    LINE_WORDS,
    LINES,
    MET,
    PHRASES,
    RUNS,
    SAID,
    SENTENCES,
    STARTS,
    WORDS,
)
from textkin_service.kernels import kernel, part

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

# A declaration stands in a heading of at most this many characters, or begins with one of these letters.
LONGEST_HEADING = 60
_I, _T, _W = 0x49, 0x54, 0x57

_HASH = 0x23
_AT = 0x40


@part
def _ends_with_stop(codes: NDArray[np.uint32], table: NDArray[np.uint32], start: int, end: int) -> bool:
    while end > start and table[codes[end - 1]] & AFTER_STOP:
        end -= 1
    return end > start and (table[codes[end - 1]] & (STOP | CJK_STOP)) != 0


@part
def _count_entries(codes: NDArray[np.uint32], table: NDArray[np.uint32], start: int, end: int) -> int:
    """Returns how many stretches between separators have a letter or digit."""
    entries = 0
    filled = False
    i = start
    while i < end:
        bits = table[codes[i]]
        if not bits & WHITE:
            filled = filled or (bits & (LETTER | NUMBER)) != 0
            i += 1
            continue
        gap = i
        while gap < end and table[codes[gap]] & WHITE:
            gap += 1
        barred = i + 2 < end and table[codes[i + 1]] & BAR and table[codes[i + 2]] & WHITE
        if not barred and gap - i < _WIDE_GAP:
            i += 1
            continue
        i = i + 3 if barred else gap
        entries += filled
        filled = False
    return entries + filled


@part
def _goes_on(codes: NDArray[np.uint32], table: NDArray[np.uint32], end: int) -> bool:
    """Whether a letter follows after one white space."""
    return end + 1 < len(codes) and (table[codes[end]] & WHITE) != 0 and (table[codes[end + 1]] & LETTER) != 0


@part
def _begins(
    codes: NDArray[np.uint32],
    table: NDArray[np.uint32],
    ends: NDArray[np.int32],
    flags: NDArray[np.uint32],
    pairs: NDArray[np.uint16],
    first: int,
    last: int,
    bit: int,
) -> bool:
    """Whether the first of these tokens that has a letter or the like may begin a phrase of this kind."""
    while first < last and flags[first] & NO_WORD:
        first += 1
    if first == last:
        return False
    own = flags[first]
    if first + 1 == last:
        return bool(own & bit)
    if own & bit and (own & OPEN or not _goes_on(codes, table, int(ends[first]))):
        return True
    following = flags[first + 1]
    return bool((following & OPEN and following & bit) or pairs[_pair(own, following)] & bit)


@part
def _pair(first: np.uint32, second: np.uint32) -> np.uint64:
    """Returns where the table of pairs has two words with these flags, one after the other."""
    return np.uint64(first >> KEYWORD_SHIFT) * np.uint64(MOST_KEYWORDS) + np.uint64(second >> KEYWORD_SHIFT)


@part
def _heads_references(
    codes: NDArray[np.uint32],
    table: NDArray[np.uint32],
    ends: NDArray[np.int32],
    flags: NDArray[np.uint32],
    first: int,
    last: int,
) -> bool:
    """Whether a word of a heading of references is among these tokens, with no other word behind it in its line."""
    for token in range(first, last):
        if not flags[token] & IN_REFERENCES:
            continue
        after = int(ends[token])
        while after < len(codes) and table[codes[after]] & WHITE and not table[codes[after]] & LINE_END:
            after += 1
        if flags[token] & OPEN or after == len(codes) or not table[codes[after]] & (LETTER | NUMBER):
            return True
    return False


@part
def _heads_declaration(flags: NDArray[np.uint32], first: int, last: int) -> bool:
    """Whether the last of these words, or the one before it, is one of the headings of declarations."""
    while first < last and flags[last - 1] & NO_WORD:
        last -= 1
    return bool(
        (first < last and flags[last - 1] & IN_DECLARATION)
        or (first + 1 < last and flags[last - 2] & IN_DECLARATION)
    )


@part
def _describe_sentences(
    codes: NDArray[np.uint32],
    table: NDArray[np.uint32],
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    flags: NDArray[np.uint32],
    runs: NDArray[np.int32],
    events: NDArray[np.int32],
    sentences: NDArray[np.int32],
    pairs: NDArray[np.uint16],
    bounds: NDArray[np.int32],
    words: NDArray[np.int32],
    ends_line: NDArray[np.uint8],
    said: NDArray[np.uint32],
    phrases: NDArray[np.uint32],
    firsts: NDArray[np.int32],
) -> tuple[int, int]:
    """Tells of sentences what `describe` says; returns in how many lines they begin, and the phrases of all."""
    count = len(sentences)
    token = 0
    event = 0
    last_end = -1  # of a line
    previous = -1
    lines = 0
    all_phrases = np.uint32(0)
    for i in range(count):
        start, end = int(sentences[i, 0]), int(sentences[i, 1])
        while event < len(events) and events[event] < start:
            if table[codes[events[event]]] & LINE_END:
                last_end = int(events[event])
            event += 1
        if i:
            ends_line[i - 1] = last_end >= sentences[i - 1, 1]
        if i == 0 or last_end > previous:
            firsts[lines] = i
            lines += 1
        previous = start
        signs = 0
        while event < len(events) and events[event] < end:
            bits = table[codes[events[event]]]
            if bits & LINE_END:
                last_end = int(events[event])
            signs += (bits & SIGN) != 0
            event += 1

        first = token
        limit = int(sentences[i + 1, 0]) if i + 1 < count else len(codes)
        flag = np.uint32(0)
        of_sentence = np.uint32(0)
        while token < len(starts) and starts[token] < limit:
            of_sentence |= flags[token] | pairs[_pair(flag, flags[token])]
            flag = flags[token]
            token += 1
        bounds[i] = first
        words[i] = runs[token] - runs[first]
        said[i] = of_sentence

        code = codes[start]
        kinds = np.uint32(MAY_BE_FORMULA if signs >= LEAST_SIGNS else 0)
        if words[i] <= FURNITURE_WORDS:
            kinds |= of_sentence & np.uint32(IN_PHRASE | IN_CREDIT)
            label = code == _HASH or code == _AT
            if not label and of_sentence & BEGINS_LABEL:
                label = _begins(codes, table, ends, flags, pairs, first, token, BEGINS_LABEL)
            if label:
                kinds |= np.uint32(BEGINS_LABEL)
        if of_sentence & IN_REFERENCES and _heads_references(codes, table, ends, flags, first, token):
            kinds |= np.uint32(IN_REFERENCES)
        if of_sentence & IN_DECLARATION:
            short = end - start <= LONGEST_HEADING
            if (short and _heads_declaration(flags, first, token)) or code in (_I, _T, _W):
                kinds |= np.uint32(IN_DECLARATION)
        phrases[i] = kinds
        all_phrases |= kinds
    if count:
        ends_line[count - 1] = True
    bounds[count] = len(starts)
    firsts[lines] = count
    return lines, int(all_phrases)


@part
def _describe_lines(
    codes: NDArray[np.uint32],
    table: NDArray[np.uint32],
    ends: NDArray[np.int32],
    flags: NDArray[np.uint32],
    events: NDArray[np.int32],
    sentences: NDArray[np.int32],
    pairs: NDArray[np.uint16],
    bounds: NDArray[np.int32],
    words: NDArray[np.int32],
    said: NDArray[np.uint32],
    firsts: NDArray[np.int32],
    line_words: NDArray[np.int32],
    kinds: NDArray[np.uint8],
) -> int:
    """Tells of lines what `describe` says; returns the kinds of all. `firsts`: one more than lines."""
    event = 0
    all_kinds = 0
    for line in range(len(firsts) - 1):
        first, last = int(firsts[line]), int(firsts[line + 1])
        start, end = int(sentences[first, 0]), int(sentences[last - 1, 1])
        any_flag = np.uint32(0)
        count = 0
        for i in range(first, last):
            any_flag |= said[i]
            count += int(words[i])
        separators = 0
        while event < len(events) and events[event] < start:
            event += 1
        while event < len(events) and events[event] < end:
            separators += (table[codes[events[event]]] & (BAR | WHITE)) != 0
            event += 1
        stopped = _ends_with_stop(codes, table, start, end)
        kind = 0
        if 0 < count <= HEADLINE_WORDS and not stopped:
            kind |= HEADLINE
            if any_flag & IN_COMMENT_BOX:
                kind |= MAY_BE_COMMENT_BOX
            if any_flag & BEGINS_HEADING and _begins(
                codes,
                table,
                ends,
                flags,
                pairs,
                int(bounds[first]),
                int(bounds[last]),
                BEGINS_HEADING,
            ):
                kind |= MAY_BE_HEADING
        if 0 < count <= TEASER_WORDS and stopped:
            kind |= TEASER
        if count <= FURNITURE_WORDS and any_flag & IN_LINE:
            kind |= MAY_BE_FURNITURE
        if separators >= BAR_ENTRIES - 1:
            entries = _count_entries(codes, table, start, end)
            if entries >= BAR_ENTRIES and count <= BAR_ENTRY_WORDS * entries:
                kind |= IS_BAR
        line_words[line] = count
        kinds[line] = kind
        all_kinds |= kind
    return all_kinds


@kernel
def describe(
    codes: NDArray[np.uint32],
    offsets: NDArray[np.int64],
    table: NDArray[np.uint32],
    pairs: NDArray[np.uint16],
    numbers: NDArray[np.int32],
    bits: NDArray[np.uint32],
    marks: NDArray[np.uint8],
    ranges: NDArray[np.int32],
    counts: NDArray[np.int64],
) -> None:
    """Tells of the sentences of texts, ranges of code points, and of the lines that they begin in.

    `offsets`: of each text in the code points, and the end. `table`: the classes of characters; `pairs`: the kinds of two words
    in a row. In the rows of a `Room` are the words and events of each text, so many as `counts` says, and the sentences.
    Fills in for each sentence: its first token, and one more for the end of the last (`BOUNDS`); how many words it has
    (`COUNTS`); whether a line ends between it and the next; the flags of its words (`SAID`); which phrases it may have, by
    their bits in the flags of words, and whether it may be a formula. For each line: its first sentence, and one more for the
    end of the last (`FIRSTS`); how many words it has; what it is or may be. The lines of a text begin where its sentences do.
    Counts the lines, and tells of each text the phrases of all its sentences and the kinds of all its lines.
    """
    word = 0
    event = 0
    first = 0
    for text in range(len(counts)):
        own = codes[offsets[text] : offsets[text + 1]]
        tokens, met, count = counts[text, WORDS], counts[text, MET], counts[text, SENTENCES]
        starts, ends = numbers[STARTS, word : word + tokens], numbers[ENDS, word : word + tokens]
        flags, runs = bits[FLAGS, word:], numbers[RUNS, word + text :]
        events = numbers[EVENTS, event : event + met]
        sentences = ranges[first : first + count]
        bounds, firsts = numbers[BOUNDS, first + text :], numbers[FIRSTS, first + text :]
        words, said = numbers[COUNTS, first:], bits[SAID, first:]
        lines, all_phrases = _describe_sentences(
            own,
            table,
            starts,
            ends,
            flags,
            runs,
            events,
            sentences,
            pairs,
            bounds,
            words,
            marks[ENDS_LINE, first:],
            said,
            bits[PHRASES, first:],
            firsts,
        )
        counts[text, LINES] = lines
        counts[text, ALL_PHRASES] = all_phrases
        counts[text, ALL_KINDS] = _describe_lines(
            own,
            table,
            ends,
            flags,
            events,
            sentences,
            pairs,
            bounds,
            words,
            said,
            firsts[: lines + 1],
            numbers[LINE_WORDS, first:],
            marks[KINDS, first:],
        )
        word += tokens
        event += met
        first += count
