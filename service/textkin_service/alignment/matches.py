"""Matches: a stretch of words of one text and the stretch of the other that says the same, before they become a passage."""

from dataclasses import dataclass

from textkin_service.alignment.sides import Range


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
