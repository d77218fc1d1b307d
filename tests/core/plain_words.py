"""The plain twin of the kernels that cut words: a pattern and a dictionary."""

from itertools import pairwise

import regex

from textkin_service.analysis.tokens import normalize_word
from textkin_service.analysis.unspaced import is_unspaced

UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"

# What may follow inside a word: marks, joiners and soft hyphens. Possessive, so that no text makes it backtrack.
_INNER = r"[\p{M}\u00AD\u200C\u200D\u2060\uFEFF\uFF9E\uFF9F]"
# The vowels of Thai and Lao that are written before and behind their consonant.
_BEFORE = r"(?:[\u0E40-\u0E44\u0EC0-\u0EC4](?=[\p{Thai}\p{Lao}]))"
_BEHIND = r"[\u0E30\u0E32\u0E33\u0E45\u0EB0\u0EB2\u0EB3\u0EBD]"

WORD = regex.compile(
    rf"""
      {_BEFORE}?+[{UNSPACED}]{_INNER}*+(?:{_BEHIND}{_INNER}*+)*+  # a character of a script without spaces
    | \p{{N}}++(?:[.,\uFF0C\uFF0E]\p{{N}}++)*+                             # a number, with its separators
    | (?:(?![{UNSPACED}])\p{{L}}{_INNER}*+)++(?:\p{{N}}++)?+  # letters, perhaps with digits after them
    """,
    regex.VERBOSE,
)

_COMMA = regex.compile("[,;:—–()，、；：]")


def cut(text):
    """Returns the words as they stand, with their places, and whether a comma or the like stands before each."""
    places = [match.span() for match in WORD.finditer(text)]
    ends = [0, *(end for _, end in places)]
    commas = [
        _COMMA.search(text, end, start) is not None for end, (start, _) in zip(ends, places, strict=False)
    ]
    return [text[start:end] for start, end in places], places, commas


def stem_units(text, language):
    """Returns what each word is stemmed as: itself, or with the one that follows."""
    written, places, _ = cut(text)
    units = [normalize_word(word) for word in written]
    if language.split("-")[0].lower() == "zh" or not regex.search(f"[{UNSPACED}]", text):
        return tuple(units)
    unspaced = [is_unspaced(word) for word in units]
    for i, (this, following) in enumerate(pairwise(unspaced)):
        if this and following and places[i][1] == places[i + 1][0]:
            units[i] += normalize_word(written[i + 1])
    return tuple(units)
