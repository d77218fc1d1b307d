"""Quotation marks: what a text puts between them, in the styles of the world.

Marks that have a direction are paired by it, straight ones by what stands around them. A mark that nothing closes ends with
its paragraph, and so swallows no article; where the next paragraph begins with the mark again, the quotation goes on. Of
quotations within quotations only the outer one is taken. An apostrophe is no mark.
"""

import re
from itertools import islice

from textkin_service.analysis.characters import LINE_ENDS
from textkin_service.model import Span

# What each opening mark is closed by. A straight mark closes whatever typewriters and word processors may have opened.
_CLOSERS = {
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
# Those that always open unless they close, and those that may stand within a quotation of their own kind.
_ALWAYS_OPEN = frozenset(("“", "„", "‟", "``", "「", "『", "‚"))
_NESTING = frozenset("«「『")
_MARK = re.compile(r"""["“”„‟«»‹›「」『』‘‚‛]|’(?!\w)|``|''""")
# Of texts in ASCII, most of which have no double accents: several times faster.
_PLAIN_MARK = re.compile('"')
_LINE_BREAK = re.compile(rf"[{LINE_ENDS}]\s*+")
# A line that ends so ends a paragraph; others may have been wrapped at a width.
_STOPS = frozenset(("", *'.!?…:。！？"”»」』’“'))
_BEFORE_OPENING = frozenset("([{<—–-/:…“‘„«")
_AFTER_CLOSING = frozenset(".,;:!?…)]}—–-、。，")

# Work is bounded: further marks are not looked at, and a longer quotation is taken for a mark that was never closed.
_MOST_MARKS = 20_000
_MOST_CHARACTERS = 20_000


def find_quotations(text: str) -> list[Span]:
    """Returns what stands between quotation marks, marks included, in order and without overlap, in code points."""
    marks = _PLAIN_MARK if text.isascii() and "``" not in text else _MARK
    pairing = _Pairing(text)
    for match in islice(marks.finditer(text), _MOST_MARKS):
        pairing.meet(match.group(), *match.span())
    pairing.give_up()
    return pairing.found


def between_marks(text: str, quotation: Span) -> Span:
    """Returns a quotation without its marks, and without the white space inside them."""
    start = quotation.start + (2 if text.startswith("``", quotation.start) else 1)
    end = quotation.end - (2 if text.endswith("''", start, quotation.end) else 1)
    inside = text[start:end].rstrip()
    return Span(start + len(inside) - len(inside.lstrip()), start + len(inside))


class _Pairing:
    """The state while the marks of a text are met one by one: at most one quotation is open."""

    def __init__(self, text: str) -> None:
        self.found: list[Span] = []
        self._text = text
        self._opener = ""
        self._start = 0
        self._paragraph_end = (
            -1,
            -1,
        )  # of the paragraph that the open quotation has got to, and where the next begins
        self._doubtful = -1  # the end of what may have closed the open quotation
        self._is_nested = False

    def meet(self, mark: str, place: int, end: int) -> None:
        """Takes the next mark."""
        if self._opener and place >= self._paragraph_end[0]:
            if mark == self._opener and place == self._paragraph_end[1] and self._doubtful < 0:
                self._paragraph_end = self._end_of_paragraph(end)
                return
            self.give_up()
        if not self._opener:
            if self._opens(mark, place, end):
                self._open(mark, place, end)
        elif mark in _CLOSERS[self._opener] and not (mark == self._opener and self._opens(mark, place, end)):
            self._meet_closer(mark, place, end)
        elif mark == self._opener and mark in _NESTING and self._doubtful < 0 and not self._is_nested:
            self._is_nested = True
        elif mark == self._opener or (mark in _ALWAYS_OPEN and self._doubtful >= 0):
            self.give_up()
            self._open(mark, place, end)

    def give_up(self) -> None:
        """Ends the open quotation, if there is one: where it may have been closed, or else as if it had never been opened."""
        if self._opener and self._doubtful >= 0:
            self._close(self._doubtful)
        self._opener = ""

    def _open(self, mark: str, place: int, end: int) -> None:
        self._opener, self._start = mark, place
        self._doubtful, self._is_nested = -1, False
        if place >= self._paragraph_end[0]:
            self._paragraph_end = self._end_of_paragraph(end)

    def _meet_closer(self, mark: str, place: int, end: int) -> None:
        if self._is_nested or (mark == "’" and not self._is_plain_end(place)):
            # The last of the inner quotation, or an apostrophe: unless no other closer follows.
            self._is_nested = False
            if self._doubtful < 0:
                self._doubtful = end
        else:
            self._close(end)

    def _close(self, end: int) -> None:
        if end - self._start <= _MOST_CHARACTERS:
            self.found.append(Span(self._start, end))
        self._opener = ""

    def _opens(self, mark: str, place: int, end: int) -> bool:
        """Whether a mark opens a quotation, by what stands around it."""
        if mark not in _CLOSERS:
            return False
        before, after = self._text[place - 1 : place] if place else "", self._text[end : end + 1]
        if mark in _ALWAYS_OPEN:
            return True
        if mark in "«‘‛":
            return not before.isalnum() or after.isalnum()
        begins = not before or before.isspace() or before in _BEFORE_OPENING
        return begins and bool(after) and not after.isspace() and after not in _AFTER_CLOSING

    def _is_plain_end(self, place: int) -> bool:
        """Whether a mark that may be an apostrophe stands beside punctuation, or ends its line."""
        before, after = self._text[place - 1], self._text[place + 1 : place + 2]
        return (
            not before.isalnum()
            or not after
            or after in _AFTER_CLOSING
            or _LINE_BREAK.match(after) is not None
        )

    def _end_of_paragraph(self, start: int) -> tuple[int, int]:
        """Returns where the paragraph ends that a place is in, and where the next one begins."""
        farthest = min(len(self._text), start + _MOST_CHARACTERS)
        for match in _LINE_BREAK.finditer(self._text, start, farthest):
            lines = len(match.group().strip(" \t").splitlines())
            if lines > 1 or self._text[max(start, match.start() - 4) : match.start()].rstrip()[-1:] in _STOPS:
                return match.start(), match.end()
        return farthest, farthest
