"""Sentences by rules: paragraph breaks, terminal punctuation, and what looks like an end but is none."""

from itertools import pairwise

import regex

# Characters that end a line, as str.splitlines has them; inside a character class.
LINE_ENDS = "\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029"
# Terminal punctuation with closing quotes and brackets, before white space; CJK stops need none.
_END = regex.compile(r"""(?<![.!?…])[.!?…]++["'”’»)\]]*+(?=\s)|[。！？]++[」』”’）]*+""")
_LINE_BREAK = regex.compile(rf"[^\S{LINE_ENDS}]*+(?:\r\n|[{LINE_ENDS}])\s*+")
# A full stop after one of these, or after a single letter, ends no sentence.
_ABBREVIATIONS = frozenset(
    """
    mr mrs ms dr prof sr jr st gen col lt sgt capt cmdr maj rev hon gov sen rep pres vs etc inc ltd co corp no vol fig art
    dept jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun approx est ca cf al eds ed pp bzw usw nr
    """.split()  # noqa: SIM905 - as a list it would fill the screen
)
_LAST_WORD = regex.compile(r"[\p{L}\p{N}]++$")
# A text in which this share of the single line breaks falls inside sentences has its lines wrapped at a width.
_WRAPPED_SHARE = 0.25


def split_sentences(text: str) -> list[tuple[int, int]]:
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


def _line_cuts(text: str) -> list[int]:
    breaks = list(_LINE_BREAK.finditer(text))
    single = [m for m in breaks if _lines_in(m) == 1]
    inside = sum(_continues(text, m.start(), m.end()) for m in single)
    wrapped = inside > _WRAPPED_SHARE * len(single)
    return [
        m.end() for m in breaks if _lines_in(m) > 1 or not (wrapped or _continues(text, m.start(), m.end()))
    ]


def _lines_in(line_break: "regex.Match[str]") -> int:
    """Returns how many lines end in a line break with the white space around it."""
    return len(line_break.group().lstrip(" \t").splitlines())


def _continues(text: str, before: int, after: int) -> bool:
    """Whether the sentence goes on after a line break: no stop before it, a small letter after it."""
    return before > 0 and after < len(text) and text[after].islower() and text[before - 1] not in '.!?…:"”'


def _punctuation_cuts(text: str) -> list[int]:
    cuts = []
    for match in _END.finditer(text):
        after = match.end()
        while after < len(text) and text[after].isspace():
            after += 1
        if after < len(text) and not (text[after].islower() or _is_abbreviation(text, match)):
            cuts.append(after)
    return cuts


def _is_abbreviation(text: str, end: "regex.Match[str]") -> bool:
    if end.group() != ".":
        return False
    word = _LAST_WORD.search(text, max(0, end.start() - 12), end.start())
    return word is not None and (
        (len(word.group()) == 1 and word.group().isupper()) or word.group().lower() in _ABBREVIATIONS
    )
