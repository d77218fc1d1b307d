"""The normal forms of characters, for kernels that write words without a Python string for each.

A word's normal form is those of its characters, one after the other, where none of them composes with the one before it or
changes places with it (Unicode Standard Annex 15). Which may is told; words with such characters are normalised as a whole.
"""

import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.characters import CODE_POINTS
from textkin_service.analysis.tokens import normalize_word

# A form takes so many bits; the kind of the character stands above them.
FORM_BITS = 56
# Decomposed it ends with a mark: another mark behind it might change places with that one.
CLOSED = 1
# It is a mark itself.
MARK = 2

# Characters that are their own normal form, which Unicode promises for ever; most of all that there are.
_IDEOGRAPHS = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000))
_SYLLABLES = range(0xAC00, 0xD7A4)
# The others that words are likely to have.
_LETTERS = (*range(0x3400), *range(0xA000, 0xAC00), *range(0xF900, 0x10000))
# Jamo that make a syllable of Hangul with what stands before them; no decomposition in the database has them.
_JAMO = (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))


@cache
def character_forms() -> NDArray[np.uint64]:
    """Returns the normal form of every code point: uint64 of shape (1114112,), in which untouched pages take no memory.

    As UTF-8, the first byte lowest, in `FORM_BITS`; above them 0, `CLOSED` or `MARK`. 0 for a character that `normalize_word`
    must see among its neighbours, or that hardly any word has.
    """
    forms = np.zeros(CODE_POINTS, np.uint64)
    composing = {*_JAMO, *(second for code in _LETTERS for second in _second(chr(code)))}
    for code in _LETTERS:
        if code not in composing:
            forms[code] = _form(chr(code), composing)
    for each in (*_IDEOGRAPHS, _SYLLABLES):
        forms[each.start : each.stop] = _three_bytes(np.arange(each.start, each.stop, dtype=np.uint64))
    forms.setflags(write=False)
    return forms


def _second(character: str) -> list[int]:
    """Returns what makes this character together with the one before it."""
    parts = unicodedata.decomposition(character).split()
    return [int(parts[1], 16)] if len(parts) == 2 and not parts[0].startswith("<") else []  # noqa: PLR2004 - a pair


def _form(character: str, composing: set[int]) -> int:
    """Returns what the table has of a character that composes with nothing before it."""
    folded = unicodedata.normalize("NFKC", character).casefold()
    form = unicodedata.normalize("NFKC", folded)
    encoded = form.encode("utf-8", "surrogatepass")
    if (
        normalize_word(character) != form
        or 8 * len(encoded) > FORM_BITS
        or ("," in form and form != character)
    ):
        return 0
    decomposed = [unicodedata.normalize("NFKD", each) for each in (character, folded)]
    kind = CLOSED if any(unicodedata.combining(each[-1]) for each in decomposed) else 0
    if any(unicodedata.combining(each[0]) or ord(each[0]) in composing for each in decomposed):
        if not decomposed == [character, character] == [form, form]:
            return 0
        kind = MARK
    return int.from_bytes(encoded, "little") | kind << FORM_BITS


def _three_bytes(codes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Returns the UTF-8 of code points that take three bytes, as numbers, the first byte lowest."""
    low, following = np.uint64(0x3F), np.uint64(0x80)
    forms = codes >> np.uint64(12) | np.uint64(0xE0)
    forms |= (codes >> np.uint64(6) & low | following) << np.uint64(8)
    forms |= (codes & low | following) << np.uint64(16)
    return forms
