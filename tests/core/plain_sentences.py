"""The plain twin of the kernel that finds sentences: patterns."""

from itertools import pairwise

import regex

from textkin_service.analysis.sentences import ABBREVIATIONS

# Characters that end a line, as str.splitlines has them; inside a character class.
LINE_ENDS = "\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029"
# Terminal punctuation with closing quotes and brackets, before white space; CJK stops need none.
_END = regex.compile(r"""(?<![.!?…])[.!?…]++["'”’»)\]]*+(?=\s)|[。！？]++[」』”’）]*+""")
_LINE_BREAK = regex.compile(rf"[^\S{LINE_ENDS}]*+(?:\r\n|[{LINE_ENDS}])\s*+")
_LAST_WORD = regex.compile(r"[\p{L}\p{N}]++$")
# A text in which this share of the single line breaks falls inside sentences has its lines wrapped at a width.
_WRAPPED_SHARE = 0.25


def split_sentences(text):
    """Returns the sentences as half-open ranges of code points, in order, without surrounding white space.

    A blank line always ends a sentence; a single line break does unless the text's lines are wrapped at a width.
    """
    cuts = sorted({0, len(text), *_line_cuts(text), *_punctuation_cuts(text)})
    ranges = []
    for start, end in pairwise(cuts):
        piece = text[start:end]
        left = len(piece) - len(piece.lstrip())
        right = len(piece.rstrip())
        if left < right:
            ranges.append((start + left, start + right))
    return ranges


def _line_cuts(text):
    breaks = list(_LINE_BREAK.finditer(text))
    single = [m for m in breaks if _lines_in(m) == 1]
    inside = sum(_continues(text, m.start(), m.end()) for m in single)
    wrapped = inside > _WRAPPED_SHARE * len(single)
    return [
        m.end() for m in breaks if _lines_in(m) > 1 or not (wrapped or _continues(text, m.start(), m.end()))
    ]


def _lines_in(line_break):
    """Returns how many lines end in a line break with the white space around it."""
    return len(line_break.group().lstrip(" \t").splitlines())


def _continues(text, before, after):
    """Whether the sentence goes on after a line break: no stop before it, a small letter after it."""
    return before > 0 and after < len(text) and text[after].islower() and text[before - 1] not in '.!?…:"”'


def _punctuation_cuts(text):
    cuts = []
    for match in _END.finditer(text):
        after = match.end()
        while after < len(text) and text[after].isspace():
            after += 1
        if after < len(text) and not (text[after].islower() or _is_abbreviation(text, match)):
            cuts.append(after)
    return cuts


def _is_abbreviation(text, end):
    if end.group() != ".":
        return False
    word = _LAST_WORD.search(text, max(0, end.start() - 12), end.start())
    return word is not None and (
        (len(word.group()) == 1 and word.group().isupper()) or word.group().lower() in ABBREVIATIONS
    )
