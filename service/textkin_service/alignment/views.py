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
    LENGTHS,
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
from textkin_service.kernels import kernel

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
        sizes = np.empty(SIZES, np.int64)
        unbroken = np.empty((2, width), np.bool_)
        sizes[BARRIER] = barrier
        for number, side in enumerate((own, other)):
            _fill(number, stems[number], side.tokens, side.starts, side.ends, numbers, sizes, unbroken)
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


@kernel
def _fill(
    side: int,
    stems: Numbers,
    tokens: Numbers,
    starts: Numbers,
    ends: Numbers,
    numbers: Numbers,
    sizes: Numbers,
    unbroken: NDArray[np.bool_],
) -> None:
    """Fills in what the tables of a view say of a side, whose words have these stems and tokens, its sentences these bounds."""
    barrier = sizes[BARRIER]
    for stem in range(barrier + 1):
        numbers[COUNTS + side, stem] = 0
        numbers[IN_SOURCE, stem] = 0
        numbers[LEFT_OUT, stem] = 0
    words = 0
    for i in range(unbroken.shape[1]):
        unbroken[side, i] = i < len(tokens) and tokens[i] >= 0
    for i in range(len(tokens)):
        numbers[STEMS + side, i] = barrier
        if tokens[i] >= 0:
            numbers[STEMS + side, i] = stems[i]
            numbers[COUNTS + side, stems[i]] += 1
            words += 1
    for i in range(len(starts)):
        numbers[STARTS + side, i] = starts[i]
        numbers[ENDS + side, i] = ends[i]
    sizes[LENGTHS + side] = len(tokens)
    sizes[WORDS + side] = words
    sizes[SENTENCES + side] = len(starts)
