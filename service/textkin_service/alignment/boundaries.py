"""Boundaries: where in each text a match begins and ends, by what its words say for reuse and against it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment.likelihood import bound
from textkin_service.alignment.matches import Match
from textkin_service.alignment.parameters import Parameters
from textkin_service.alignment.views import View


@dataclass(frozen=True, slots=True, eq=False)
class Free:
    """Which words of both sides may be taken: no barriers, none that a match has already.

    `words` (bool, shape (2, any)): those of the own side, and of the other. `counts`: how many there are of each.
    """

    words: NDArray[np.bool_]
    counts: tuple[int, int]

    @classmethod
    def of(cls, view: View) -> "Free":
        """Returns all words but the barriers."""
        return cls._of(view.unbroken)

    def taken_share(self, before: "Free") -> float:
        """Returns what share of the words that were free before is not any more, of the side where it is less."""
        return 1.0 - max(
            self.counts[0] / max(1, before.counts[0]),
            self.counts[1] / max(1, before.counts[1]),
        )

    def without(self, matches: Sequence[Match]) -> "Free":
        """Returns what is left when these matches have their words."""
        words = self.words.copy()
        for match in matches:
            words[0, slice(*match.own)] = False
            words[1, slice(*match.other)] = False
        return self._of(words)

    @classmethod
    def _of(cls, words: NDArray[np.bool_]) -> "Free":
        return cls(words, (int(np.count_nonzero(words[0])), int(np.count_nonzero(words[1]))))


def refine(
    view: View, matches: Sequence[Match], are_parts: Sequence[bool], free: Free, parameters: Parameters
) -> list[Match]:
    """Returns matches bounded anew: by turns each side, given the other and a little around it.

    Those that are parts do not grow beyond where they are. The view has then their mutual evidence.
    """
    whole = (0, len(view.own), 0, len(view.other))
    limits = [
        (*match.own, *match.other) if is_part else whole
        for match, is_part in zip(matches, are_parts, strict=True)
    ]
    return bound(view, matches, free.words, limits, parameters.refine_rounds, parameters)
