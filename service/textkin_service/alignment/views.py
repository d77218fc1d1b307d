"""Views: two sides, seen from one of them, with their words as numbers of one vocabulary."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment.matches import Match
from textkin_service.alignment.sides import Side
from textkin_service.alignment.vocabulary import Numbers, numbered

# Zipf frequency is the log10 of how often a word stands among a billion.
_BILLION_ZIPF = 9.0


@dataclass(frozen=True, eq=False)
class View:
    """Both sides, and the stems of their words.

    `own_stems`, `other_stems` (int64) are parallel to the words of the sides; barriers have the last number, no stem's.
    `own_counts`, `other_counts` (int64) say how often each stem stands in each text, `own_words` and `other_words` their sums;
    `usual` (float64) what share of the words of its language each is. `room` (int64, shape (3, stems)) is for kernels to count
    in: they leave zeros. `evidence` keeps what `mutual_evidence` found, which is asked for at several steps.
    """

    own: Side
    other: Side
    own_stems: Numbers
    other_stems: Numbers
    own_counts: Numbers
    other_counts: Numbers
    own_words: int
    other_words: int
    usual: NDArray[np.float64]
    room: Numbers
    evidence: dict[Match, float] = field(default_factory=dict)

    @classmethod
    def of(cls, own: Side, other: Side) -> "View":
        """Returns the view of two sides from the first."""
        own_stems, other_stems, firsts = numbered(
            own.analysis.stems[own.tokens].astype(np.uint64),
            other.analysis.stems[other.tokens].astype(np.uint64),
            1,
        )
        zipf = np.concatenate([own.analysis.zipf[own.tokens], other.analysis.zipf[other.tokens]])[firsts]
        barrier = len(firsts)
        own_stems[own.tokens < 0] = barrier
        other_stems[other.tokens < 0] = barrier
        return cls(
            own=own,
            other=other,
            own_stems=own_stems,
            other_stems=other_stems,
            own_counts=_counted(own_stems, barrier),
            other_counts=_counted(other_stems, barrier),
            own_words=int(np.count_nonzero(own.tokens >= 0)),
            other_words=int(np.count_nonzero(other.tokens >= 0)),
            usual=np.append(10.0 ** (zipf.astype(np.float64) - _BILLION_ZIPF), 1.0),
            room=np.zeros((3, barrier + 1), np.int64),
        )

    @cached_property
    def mirrored(self) -> "View":
        """The view from the other side."""
        return View(
            own=self.other,
            other=self.own,
            own_stems=self.other_stems,
            other_stems=self.own_stems,
            own_counts=self.other_counts,
            other_counts=self.own_counts,
            own_words=self.other_words,
            other_words=self.own_words,
            usual=self.usual,
            room=self.room,
        )


def _counted(stems: Numbers, barrier: int) -> Numbers:
    """Returns how often each stem stands in a text; a barrier counts nothing."""
    counts = np.bincount(stems, minlength=barrier + 1)
    counts[barrier] = 0
    return counts
