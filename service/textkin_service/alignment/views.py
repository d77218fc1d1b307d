"""Views: two sides, seen from one of them, with their words as numbers of one vocabulary."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment.sides import Side

# Zipf frequency is the log10 of how often a word stands among a billion.
_BILLION_ZIPF = 9.0


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Both sides, and the stems of their words.

    `own_stems`, `other_stems` (intp) are parallel to the words of the sides; barriers have the last number, which is no stem's.
    `own_counts`, `other_counts` (intp) say how often each stem stands in each text, `usual` (float64) what share of the words
    of its language it is.
    """

    own: Side
    other: Side
    own_stems: NDArray[np.intp]
    other_stems: NDArray[np.intp]
    own_counts: NDArray[np.intp]
    other_counts: NDArray[np.intp]
    usual: NDArray[np.float64]

    @classmethod
    def of(cls, own: Side, other: Side) -> "View":
        """Returns the view of two sides from the first."""
        tokens = [np.asarray(side.tokens, np.intp) for side in (own, other)]
        stems = np.concatenate([own.analysis.stems[tokens[0]], other.analysis.stems[tokens[1]]])
        zipf = np.concatenate([own.analysis.zipf[tokens[0]], other.analysis.zipf[tokens[1]]])
        vocabulary, first, numbers = np.unique(stems, return_index=True, return_inverse=True)
        barrier = len(vocabulary)
        numbers[np.concatenate(tokens) < 0] = barrier
        own_stems, other_stems = np.split(numbers, [len(tokens[0])])
        return cls(
            own=own,
            other=other,
            own_stems=own_stems,
            other_stems=other_stems,
            own_counts=np.bincount(own_stems[own_stems < barrier], minlength=barrier + 1),
            other_counts=np.bincount(other_stems[other_stems < barrier], minlength=barrier + 1),
            usual=np.append(10.0 ** (zipf[first].astype(np.float64) - _BILLION_ZIPF), 1.0),
        )

    def mirrored(self) -> "View":
        """Returns the view from the other side."""
        return View(
            own=self.other,
            other=self.own,
            own_stems=self.other_stems,
            other_stems=self.own_stems,
            own_counts=self.other_counts,
            other_counts=self.own_counts,
            usual=self.usual,
        )
