"""Recurrence: which pieces of text recur in articles that are otherwise unlike, and so belong to their publishers' pages.

An agency's report makes all its pieces recur too, once it is republished; but in copies, which are alike. So a piece is
counted by its *witnesses*, articles that hold it and are about different things: with what any two of them share left out,
next to none of their rare words are the same. A piece with 8 witnesses is *recurring*.

Everything is bounded, and what was not seen for longest is forgotten first::

    sightings    4 bytes a hash, at most 4 M: pieces seen at all; most are never seen again
    suspects     at most 8 K pieces seen again, each with the numbers of its witnesses: 0.4 KB
    witnesses    at most 4 K articles, each with its marks: 0.6 KB for 400 words, at most 2.2 KB
    recurring    at most 8 K pieces: 0.2 KB

That is at most 30 MiB a collection, more than half of it reached only after some 200,000 articles.
"""

from collections import OrderedDict
from enum import Enum, auto
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textkin_service.index.sightings import Sightings
from textkin_service.sketch.pieces import hashes_of, stems_of

# So many witnesses make a piece recurring.
WITNESSES = 8
# Two articles are alike when they share this part of the rare words of the one with fewer, what stands in both left out.
# Measured on development data: 1 % of unrelated pairs reach it, 99 % of independent reports of one event, 99 % of rewrites.
_ALIKE = 0.1
# An article with fewer marks besides what it shares, 64 words, is too short to tell.
_LEAST_MARKS = 8
# An article is compared with at most so many witnesses; pieces that need more wait for another article.
_MOST_COMPARED = 32

_MOST_SUSPECTS = 1 << 13
_MOST_WITNESSES = 1 << 12
_MOST_RECURRING = 1 << 13


class Recurrence:
    """The recurring pieces of one collection. Not safe for threads by itself."""

    def __init__(self) -> None:
        self._sightings = Sightings()
        self._suspects: OrderedDict[int, tuple[int, ...]] = OrderedDict()
        self._witnesses: OrderedDict[int, NDArray[np.uint64]] = OrderedDict()
        self._recurring: OrderedDict[int, None] = OrderedDict()
        self._hashes: NDArray[np.uint32] | None = None

    def recurring(self) -> NDArray[np.uint32]:
        """Returns the hashes of the recurring pieces: uint32, sorted. The array never changes."""
        if self._hashes is None:
            self._hashes = np.array(sorted(self._recurring), np.uint32)
        return self._hashes

    def add(self, number: int, marks: NDArray[np.uint64]) -> None:
        """Takes note of an article under a number that it never had; `marks` are those of its sketch."""
        again = self._sightings.see(marks).tolist()
        for piece in again:
            if piece in self._recurring:
                self._recurring.move_to_end(piece)
        suspects = [piece for piece in again if piece not in self._recurring]
        if suspects:
            self._bear_witness(number, marks, suspects)

    def remove(self, number: int) -> None:
        """Forgets an article as a witness. A piece that is recurring by then remains so."""
        self._witnesses.pop(number, None)

    def _bear_witness(self, number: int, marks: NDArray[np.uint64], suspects: list[int]) -> None:
        """Makes the article a witness of those of the pieces whose witnesses it is unlike."""
        verdicts = _Verdicts(self._witnesses, marks[~np.isin(hashes_of(marks), self.recurring())])
        for piece in suspects:
            known = self._suspects.pop(piece, ())
            kept = tuple(each for each in known if verdicts.of(each) is not _Verdict.USELESS)
            if all(verdicts.of(each) is _Verdict.UNLIKE for each in kept):
                kept = (*kept, number)
                self._witnesses[number] = marks
            if len(kept) < WITNESSES:
                self._suspects[piece] = kept
            else:
                self._recurring[piece] = None
                self._hashes = None
        _shrink(self._suspects, _MOST_SUSPECTS)
        _shrink(self._witnesses, _MOST_WITNESSES)
        if _shrink(self._recurring, _MOST_RECURRING):
            self._hashes = None


class _Verdict(Enum):
    """What an article is to a witness. USELESS: the witness is forgotten, or too short beside what both share."""

    LIKE = auto()
    UNLIKE = auto()
    USELESS = auto()


class _Verdicts:
    """An article, by its `marks`, beside each of the witnesses that it is asked about."""

    def __init__(self, witnesses: OrderedDict[int, NDArray[np.uint64]], marks: NDArray[np.uint64]) -> None:
        self._witnesses = witnesses
        self._marks = marks
        self._known: dict[int, _Verdict] = {}

    def of(self, number: int) -> _Verdict:
        """Returns the verdict on a witness, which counts as seen by that."""
        verdict = self._known.get(number)
        if verdict is None:
            verdict = self._known[number] = self._verdict(number)
        return verdict

    def _verdict(self, number: int) -> _Verdict:
        marks = self._witnesses.get(number)
        if marks is None:
            return _Verdict.USELESS
        if len(self._known) >= _MOST_COMPARED:
            return _Verdict.LIKE
        self._witnesses.move_to_end(number)
        own, own_is_enough = _besides(self._marks, marks)
        other, other_is_enough = _besides(marks, self._marks)
        if not own_is_enough:
            return _Verdict.LIKE
        if not other_is_enough:
            return _Verdict.USELESS
        common = len(np.intersect1d(own, other, assume_unique=True))
        return _Verdict.LIKE if common >= _ALIKE * min(len(own), len(other)) else _Verdict.UNLIKE


def _besides(marks: NDArray[np.uint64], others: NDArray[np.uint64]) -> tuple[NDArray[np.uint32], bool]:
    """Returns the distinct stems of the pieces that the others lack, and whether they are enough to tell.

    Enough is at least as much as is shared: a text that is mostly its source is a copy, whatever the rest of it is about.
    """
    shared = np.isin(hashes_of(marks), hashes_of(others))
    stems = np.unique(stems_of(marks[~shared]))
    return stems, len(stems) >= max(_LEAST_MARKS, int(np.count_nonzero(shared)))


def _shrink(table: OrderedDict[int, Any], size: int) -> bool:
    """Forgets what was not seen for longest; returns whether anything was."""
    shrunk = len(table) > size
    while len(table) > size:
        table.popitem(last=False)
    return shrunk
