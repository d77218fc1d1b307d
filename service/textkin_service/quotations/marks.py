"""Quotation marks: what a text puts between them, in the styles of the world.

Marks that have a direction are paired by it, straight ones by what stands around them. A mark that nothing closes ends with
its paragraph, and so swallows no article; where the next paragraph begins with the mark again, the quotation goes on. Of
quotations within quotations only the outer one is taken. An apostrophe is no mark.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.characters import CODE_POINTS, class_table, code_points
from textkin_service.model import Span
from textkin_service.quotations.kernels import pairing

# What each opening mark is closed by. A straight mark closes whatever typewriters and word processors may have opened.
CLOSERS = {
    '"': ('"',),
    "“": ("”", '"'),
    "”": ("”", '"'),
    "‟": ("”", '"'),
    "„": ("“", "”", '"'),
    "``": ("''", '"'),
    "«": ("»",),
    "»": ("«", "»"),
    "‹": ("›",),
    "›": ("‹", "›"),
    "「": ("」",),
    "『": ("』",),
    "‘": ("’",),
    "‚": ("‘", "’"),
    "‛": ("’",),
}
# Those that always open unless they close, those that do before a word, those that may stand within a quotation of their kind.
ALWAYS_OPEN = ("“", "„", "‟", "``", "「", "『", "‚")
OPEN_WORDS = ("«", "‘", "‛")
NESTING = ("«", "「", "『")
# What may stand before an opening mark and after a closing one, and what ends a paragraph rather than a line.
BEFORE_OPENING = "([{<—–-/:…“‘„«"
AFTER_CLOSING = ".,;:!?…)]}—–-、。，"
STOPS = '.!?…:。！？"”»」』’“'
# Work is bounded: further marks are not looked at, and a longer quotation is taken for a mark that was never closed.
MOST_MARKS = 20_000
MOST_CHARACTERS = 20_000

# The marks by number; 0 is none.
_MARKS = ("", *dict.fromkeys(mark for opener, closers in CLOSERS.items() for mark in (opener, *closers)))


def find_quotations(text: str) -> NDArray[np.int64]:
    """Returns what stands between quotation marks, marks included, in order and without overlap.

    Starts and ends in code points: int64 of shape (n, 2).
    """
    return pairing.pair_marks(
        code_points(text), class_table(), _meanings(), _powers(), _closes(), MOST_MARKS, MOST_CHARACTERS
    )


def between_marks(text: str, quotation: Span) -> Span:
    """Returns a quotation without its marks, and without the white space inside them."""
    start = quotation.start + (2 if text.startswith("``", quotation.start) else 1)
    end = quotation.end - (2 if text.endswith("''", start, quotation.end) else 1)
    inside = text[start:end].rstrip()
    return Span(start + len(inside) - len(inside.lstrip()), start + len(inside))


@cache
def _meanings() -> NDArray[np.uint32]:
    """Returns what every code point means: uint32 of shape (1114112,), in which untouched pages take no memory."""
    table = np.zeros(CODE_POINTS, np.uint32)
    for number, mark in enumerate(_MARKS[1:], start=1):
        table[ord(mark[0])] |= number | (pairing.DOUBLED if len(mark) > 1 else 0)
    table[ord("’")] |= pairing.APOSTROPHE
    for bit, characters in (
        (pairing.BEFORE_OPENING, BEFORE_OPENING),
        (pairing.AFTER_CLOSING, AFTER_CLOSING),
        (pairing.ENDS_PARAGRAPH, STOPS),
    ):
        for character in characters:
            table[ord(character)] |= bit
    return table


@cache
def _powers() -> NDArray[np.uint32]:
    return np.array(
        [
            pairing.OPENS * (mark in CLOSERS)
            | pairing.ALWAYS_OPENS * (mark in ALWAYS_OPEN)
            | pairing.OPENS_WORDS * (mark in OPEN_WORDS)
            | pairing.NESTS * (mark in NESTING)
            for mark in _MARKS
        ],
        np.uint32,
    )


@cache
def _closes() -> NDArray[np.bool_]:
    return np.array([[mark in CLOSERS.get(opener, ()) for mark in _MARKS] for opener in _MARKS], np.bool_)
