"""Matches: a stretch of words of one text and the stretch of the other that says the same, before they become a passage."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment.sides import Range
from textkin_service.alignment.vocabulary import Numbers


@dataclass(frozen=True, slots=True, order=True)
class Match:
    """Two ranges of words, half open: of the side that is looked from, and of the other."""

    own: Range
    other: Range

    def mirrored(self) -> "Match":
        """Returns the same seen from the other side."""
        return Match(self.other, self.own)


def length(words: Range) -> int:
    """Returns how many words a range has."""
    return words[1] - words[0]


def overlap(x: Range, y: Range) -> int:
    """Returns how many words two ranges share."""
    return max(0, min(x[1], y[1]) - max(x[0], y[0]))


def gap(x: Range, y: Range) -> int:
    """Returns how many words lie between two ranges; negative where they overlap."""
    return max(x[0], y[0]) - min(x[1], y[1])


def hull(x: Range, y: Range) -> Range:
    """Returns the range from the first word of both to the last."""
    return min(x[0], y[0]), max(x[1], y[1])


def sharing(match: Match, bounds: Numbers) -> NDArray[np.bool_]:
    """Returns which others share words with a match in either text; `bounds` (int64, shape (n, 4)): theirs, own and other."""
    start_own, end_own, start_other, end_other = bounds.T
    in_own = (start_own < match.own[1]) & (end_own > match.own[0])
    in_other = (start_other < match.other[1]) & (end_other > match.other[0])
    return np.asarray(in_own | in_other)


class Taken:
    """What of both sides, words or sentences by number, matches have taken."""

    def __init__(self, own: int, other: int) -> None:
        """Nothing is taken, of so many on either side."""
        self._own, self._other = np.zeros(own, bool), np.zeros(other, bool)

    def take(self, match: Match) -> None:
        """Takes both sides of a match."""
        self._own[slice(*match.own)] = self._other[slice(*match.other)] = True

    def share(self, match: Match) -> float:
        """Returns what share of a match is taken, of the side of which more is."""
        own, other = self._own[slice(*match.own)], self._other[slice(*match.other)]
        return max(np.count_nonzero(own) / len(own), np.count_nonzero(other) / len(other))
