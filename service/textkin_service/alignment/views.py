"""Views: two sides, with their words as numbers of one vocabulary."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment.kernels.tables import (
    BARRIER,
    COUNTS,
    ENDS,
    FIGURE_ROWS,
    IN_SOURCE,
    LEFT_OUT,
    NUMBER_ROWS,
    SENTENCES,
    SIZES,
    STARTS,
    STEMS,
    USUAL,
    WORDS,
)
from textkin_service.alignment.matches import Match
from textkin_service.alignment.sides import Side
from textkin_service.alignment.vocabulary import Numbers, numbered

# Zipf frequency is the log10 of how often a word stands among a billion.
_BILLION_ZIPF = 9.0


@dataclass(frozen=True, eq=False)
class View:
    """Both sides, own and other, which kernels know as 0 and 1, and the stems of their words.

    `own_stems`, `other_stems` (int64) are parallel to the words of the sides; barriers have the last number, no stem's.
    `usual` (float64) says what share of the words of its language each stem is. `numbers` (int64), `figures` (float64) and
    `sizes` (int64): the tables that kernels work in; `kernels.tables` says what is in their rows. `unbroken` (bool, shape (2,
    any)): which words of each side are no barriers. `room` (int64, shape (3, stems)) is for kernels to count in: they leave
    zeros. `evidence` keeps what `mutual_evidence` found, which is asked for at several steps.
    """

    own: Side
    other: Side
    own_stems: Numbers
    other_stems: Numbers
    usual: NDArray[np.float64]
    numbers: Numbers
    figures: NDArray[np.float64]
    sizes: Numbers
    unbroken: NDArray[np.bool_]
    room: Numbers
    evidence: dict[Match, float] = field(default_factory=dict)

    @classmethod
    def of(cls, own: Side, other: Side) -> "View":
        """Returns the view of two sides."""
        stems = numbered(own.stems, other.stems, 1)
        firsts = stems[2]
        zipf = np.concatenate((own.zipf, other.zipf))[firsts]
        barrier = len(firsts)
        width = max(len(own), len(other), barrier) + 1
        numbers = np.empty((NUMBER_ROWS, width), np.int64)
        numbers[[IN_SOURCE, LEFT_OUT]] = 0
        sizes = np.empty(SIZES, np.int64)
        unbroken = np.zeros((2, width), np.bool_)
        for number, side in enumerate((own, other)):
            of_side = numbers[STEMS + number, : len(side)]
            of_side[:] = stems[number]
            of_side[side.barriers] = barrier
            unbroken[number, : len(side)] = True
            unbroken[number, side.barriers] = False
            counts = np.bincount(of_side, minlength=barrier + 1)
            counts[barrier] = 0
            numbers[COUNTS + number, : barrier + 1] = counts
            numbers[STARTS + number, : len(side.starts)] = side.starts
            numbers[ENDS + number, : len(side.ends)] = side.ends
            sizes[number] = len(side)
            sizes[WORDS + number] = len(side) - len(side.barriers)
            sizes[SENTENCES + number] = len(side.starts)
        sizes[BARRIER] = barrier
        figures = np.empty((FIGURE_ROWS, width))
        usual = figures[USUAL, : barrier + 1]
        usual[:barrier] = 10.0 ** (zipf.astype(np.float64) - _BILLION_ZIPF)
        usual[barrier] = 1.0
        return cls(
            own=own,
            other=other,
            own_stems=numbers[STEMS, : len(own)],
            other_stems=numbers[STEMS + 1, : len(other)],
            usual=usual,
            numbers=numbers,
            figures=figures,
            sizes=sizes,
            unbroken=unbroken,
            room=np.zeros((3, barrier + 1), np.int64),
        )
