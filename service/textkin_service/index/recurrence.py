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

import io
from collections import OrderedDict
from enum import Enum, auto
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textkin_service.index.kernels.buckets import int64
from textkin_service.index.sightings import Sightings
from textkin_service.kernels import kernel
from textkin_service.sketch.pieces import hashes_of
from textkin_service.sketch.stored import Sketches

Marks = NDArray[np.uint64]

# So many witnesses make a piece recurring.
WITNESSES = 8
# Two articles are alike when they share this part of the rare words of the one with fewer, what stands in both left out.
# Measured on development data: 1 % of unrelated pairs reach it, 99 % of independent reports of one event, 99 % of rewrites.
_ALIKE = 0.1
# An article with fewer marks besides what it shares, 64 words, is too short to tell.
_LEAST_MARKS = 8
# An article is compared with at most so many witnesses; pieces that need more wait for another article.
_MOST_COMPARED = 32

# 2^32 divided by the golden ratio (Knuth, The Art of Computer Programming, 6.4).
_GOLDEN = 0x9E3779B1

_MOST_SUSPECTS = 1 << 13
_MOST_WITNESSES = 1 << 12
_MOST_RECURRING = 1 << 13


class Recurrence:
    """The recurring pieces of one collection. Not safe for threads by itself."""

    def __init__(self) -> None:
        self._sightings = Sightings()
        self._suspects: OrderedDict[int, tuple[int, ...]] = OrderedDict()
        self._witnesses: OrderedDict[int, Marks] = OrderedDict()
        self._recurring: OrderedDict[int, None] = OrderedDict()
        self._hashes: NDArray[np.uint32] | None = None

    def to_bytes(self) -> bytes:
        """Returns all that it knows. `from_bytes` makes one of it that goes on as this one does."""
        rows, written = self._sightings.state
        file = io.BytesIO()
        np.savez(
            file,
            rows=rows,
            written=np.array(written),
            suspects=np.array(list(self._suspects), np.int64),
            suspected=np.array([len(each) for each in self._suspects.values()], np.int64),
            suspecting=np.array([number for each in self._suspects.values() for number in each], np.int64),
            witnesses=np.array(list(self._witnesses), np.int64),
            marked=np.array([len(each) for each in self._witnesses.values()], np.int64),
            marks=np.concatenate([np.empty(0, np.uint64), *self._witnesses.values()]),
            recurring=np.array(list(self._recurring), np.int64),
        )
        return file.getvalue()

    @classmethod
    def from_bytes(cls, state: bytes) -> "Recurrence":
        """Returns one that knows what `to_bytes` told. ValueError: it is damaged."""
        try:
            with np.load(io.BytesIO(state), allow_pickle=False) as file:
                known = {name: file[name] for name in file.files}
            return cls._of(known)
        except Exception as error:
            raise ValueError("this is not what recurs in a collection") from error

    @classmethod
    def _of(cls, known: dict[str, NDArray[Any]]) -> "Recurrence":
        made = cls()
        made._sightings = Sightings.of(known["rows"], int(known["written"]))
        of_suspects = np.split(known["suspecting"], np.cumsum(known["suspected"])[:-1])
        marks = np.split(known["marks"], np.cumsum(known["marked"])[:-1])
        made._suspects.update(
            (piece, tuple(numbers.tolist()))
            for piece, numbers in zip(known["suspects"].tolist(), of_suspects, strict=False)
        )
        # Copied: a witness that is kept would keep the marks of all.
        made._witnesses.update(
            (number, each.copy()) for number, each in zip(known["witnesses"].tolist(), marks, strict=False)
        )
        made._recurring.update(dict.fromkeys(known["recurring"].tolist()))
        return made

    def recurring(self) -> NDArray[np.uint32]:
        """Returns the hashes of the recurring pieces: uint32, sorted. The array never changes."""
        if self._hashes is None:
            self._hashes = np.array(sorted(self._recurring), np.uint32)
        return self._hashes

    def prepare(self) -> None:
        """Has every kernel run once, in what knows of no article and goes on so: compiled, or read from the cache."""
        marks = np.empty(0, np.uint64)
        self._add(np.array([1]), marks.view(np.uint32), np.array([0]), np.array([0]))
        compare_marks(marks, marks)

    def add(self, number: int, marks: Marks) -> None:
        """Takes note of an article under a number that it never had; `marks` are those of its sketch."""
        words = np.ascontiguousarray(marks, "<u8").view("<u4")
        self._add(np.array([number]), words, np.array([0]), np.array([len(words)]))

    def add_all(self, numbers: NDArray[np.int64], sketches: Sketches) -> None:
        """Takes note of articles as `add` does, by their numbers (int64) and stored sketches."""
        self._add(numbers, sketches.words, sketches.marks_at, sketches.starts[1:])

    def _add(
        self,
        numbers: NDArray[np.int64],
        words: NDArray[np.uint32],
        begins: NDArray[np.int64],
        ends: NDArray[np.int64],
    ) -> None:
        articles, pieces = self._sightings.see(words, begins, ends)
        for article, again in groupby(zip(articles.tolist(), pieces.tolist(), strict=True), itemgetter(0)):
            suspects = []
            for _, piece in again:
                if piece in self._recurring:
                    self._recurring.move_to_end(piece)
                else:
                    suspects.append(piece)
            if suspects:
                marks = words[begins[article] : ends[article]].copy().view("<u8")
                self._bear_witness(int(numbers[article]), marks, suspects)

    def remove(self, number: int) -> None:
        """Forgets an article as a witness. A piece that is recurring by then remains so."""
        self._witnesses.pop(number, None)

    def _bear_witness(self, number: int, marks: Marks, suspects: list[int]) -> None:
        """Makes the article a witness of those of the pieces whose witnesses it is unlike."""
        verdicts = _Verdicts(self._witnesses, _without(marks, self.recurring()))
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

    def __init__(self, witnesses: OrderedDict[int, Marks], marks: Marks) -> None:
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
        own, other, common, own_shared, other_shared = compare_marks(self._marks, marks)
        # Enough is at least as much as is shared: a text that is mostly its source is a copy, whatever the rest is about.
        if own < max(_LEAST_MARKS, own_shared):
            return _Verdict.LIKE
        if other < max(_LEAST_MARKS, other_shared):
            return _Verdict.USELESS
        return _Verdict.LIKE if common >= _ALIKE * min(own, other) else _Verdict.UNLIKE


def _without(marks: Marks, recurring: NDArray[np.uint32]) -> Marks:
    """Returns the marks of pieces that are not among the recurring (uint32, sorted)."""
    if not len(recurring):
        return marks
    hashes = hashes_of(marks)
    places = np.minimum(np.searchsorted(recurring, hashes), len(recurring) - 1)
    kept: Marks = marks[recurring[places] != hashes]
    return kept


@kernel
def compare_marks(marks: Marks, others: Marks) -> tuple[int, int, int, int, int]:
    """Compares marks (uint64, sorted) of two articles, with the pieces that both have left out.

    Returns how many stems one has besides, the other has, and both; and how many marks each has of the pieces that both have.
    """
    half = np.uint64(32)
    slots = 16
    while slots < 2 * (len(marks) + len(others)):
        slots *= 2
    # Stems, plus one, and which of both have them: an open-addressing table.
    stems, whose = np.zeros(slots, np.int64), np.zeros(slots, np.int64)
    shared = np.zeros(3, np.int64)
    for side in (1, 2):
        one, two = (marks, others) if side == 1 else (others, marks)
        at = 0
        for mark in one:
            while at < len(two) and two[at] >> half < mark >> half:
                at += 1
            if at < len(two) and two[at] >> half == mark >> half:
                shared[side] += 1
                continue
            stem = int64(mark & np.uint64(0xFFFF_FFFF)) + 1
            slot = stem * _GOLDEN >> 8 & (slots - 1)
            while stems[slot] != 0 and stems[slot] != stem:
                slot = (slot + 1) & (slots - 1)
            stems[slot] = stem
            whose[slot] |= side
    own = other = common = 0
    for slot in range(slots):
        own += whose[slot] & 1
        other += whose[slot] >> 1
        common += whose[slot] == 3  # noqa: PLR2004 - both sides
    return own, other, common, shared[1], shared[2]


def _shrink(table: OrderedDict[int, Any], size: int) -> bool:
    """Forgets what was not seen for longest; returns whether anything was."""
    shrunk = len(table) > size
    while len(table) > size:
        table.popitem(last=False)
    return shrunk
