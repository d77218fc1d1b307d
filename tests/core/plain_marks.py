"""Quotation marks paired in plain Python, one by one: what the kernel has to agree with."""

import re
from itertools import islice

from textkin_service.analysis.characters import LINE_ENDS
from textkin_service.quotations.marks import (
    AFTER_CLOSING,
    ALWAYS_OPEN,
    BEFORE_OPENING,
    CLOSERS,
    MOST_CHARACTERS,
    MOST_MARKS,
    NESTING,
    OPEN_WORDS,
    STOPS,
)

_MARK = re.compile(r"""["“”„‟«»‹›「」『』‘‚‛]|’(?!\w)|``|''""")
_LINE_BREAK = re.compile(rf"[{LINE_ENDS}]\s*+")
_LINES = re.compile(rf"\r\n|[{LINE_ENDS}]")


def plain_quotations(text):
    pairing = _Pairing(text)
    for match in islice(_MARK.finditer(text), MOST_MARKS):
        pairing.meet(match.group(), *match.span())
    pairing.give_up()
    return pairing.found


class _Pairing:
    """The state while the marks of a text are met one by one: at most one quotation is open."""

    def __init__(self, text):
        self.found = []
        self._text = text
        self._opener = ""
        self._start = 0
        # Of the paragraph that the open quotation has got to, and where the next begins.
        self._paragraph_end = (-1, -1)
        self._doubtful = -1  # the end of what may have closed the open quotation
        self._is_nested = False

    def meet(self, mark, place, end):
        """Takes the next mark."""
        if self._opener and place >= self._paragraph_end[0]:
            if mark == self._opener and place == self._paragraph_end[1] and self._doubtful < 0:
                self._paragraph_end = self._end_of_paragraph(end)
                return
            self.give_up()
        if not self._opener:
            if self._opens(mark, place, end):
                self._open(mark, place, end)
        elif mark in CLOSERS[self._opener] and not (mark == self._opener and self._opens(mark, place, end)):
            self._meet_closer(mark, place, end)
        elif mark == self._opener and mark in NESTING and self._doubtful < 0 and not self._is_nested:
            self._is_nested = True
        elif mark == self._opener or (mark in ALWAYS_OPEN and self._doubtful >= 0):
            self.give_up()
            self._open(mark, place, end)

    def give_up(self):
        """Ends the open quotation, if there is one: where it may have been closed, or else as if it had never been opened."""
        if self._opener and self._doubtful >= 0:
            self._close(self._doubtful)
        self._opener = ""

    def _open(self, mark, place, end):
        self._opener, self._start = mark, place
        self._doubtful, self._is_nested = -1, False
        if place >= self._paragraph_end[0]:
            self._paragraph_end = self._end_of_paragraph(end)

    def _meet_closer(self, mark, place, end):
        if self._is_nested or (mark == "’" and not self._is_plain_end(place)):
            # The last of the inner quotation, or an apostrophe: unless no other closer follows.
            self._is_nested = False
            if self._doubtful < 0:
                self._doubtful = end
        else:
            self._close(end)

    def _close(self, end):
        if end - self._start <= MOST_CHARACTERS:
            self.found.append([self._start, end])
        self._opener = ""

    def _opens(self, mark, place, end):
        """Whether a mark opens a quotation, by what stands around it."""
        if mark not in CLOSERS:
            return False
        before, after = self._text[place - 1 : place] if place else "", self._text[end : end + 1]
        if mark in ALWAYS_OPEN:
            return True
        if mark in OPEN_WORDS:
            return not before.isalnum() or after.isalnum()
        begins = not before or before.isspace() or before in BEFORE_OPENING
        return begins and bool(after) and not after.isspace() and after not in AFTER_CLOSING

    def _is_plain_end(self, place):
        """Whether a mark that may be an apostrophe stands beside punctuation, or ends its line."""
        before, after = self._text[place - 1], self._text[place + 1 : place + 2]
        return (
            not before.isalnum()
            or not after
            or after in AFTER_CLOSING
            or _LINE_BREAK.match(after) is not None
        )

    def _end_of_paragraph(self, start):
        """Returns where the paragraph ends that a place is in, and where the next one begins."""
        farthest = min(len(self._text), start + MOST_CHARACTERS)
        for match in _LINE_BREAK.finditer(self._text, start, farthest):
            lines = len(_LINES.findall(match.group()))
            before = self._text[max(start, match.start() - 4) : match.start()].rstrip()[-1:]
            if lines > 1 or not before or before in STOPS:
                return match.start(), match.end()
        return farthest, farthest
