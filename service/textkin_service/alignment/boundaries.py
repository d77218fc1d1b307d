"""Boundaries: where in each text a match begins and ends, by what its words say for reuse and against it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment.likelihood import gains, likeliest, ratios
from textkin_service.alignment.matches import Match
from textkin_service.alignment.parameters import Parameters
from textkin_service.alignment.sides import Range, snapped
from textkin_service.alignment.vectors import Weights
from textkin_service.alignment.views import View
from textkin_service.alignment.vocabulary import Numbers
from textkin_service.kernels import kernel


@dataclass(frozen=True, slots=True, eq=False)
class Free:
    """Which words of both sides (bool, parallel to their words) may be taken: no barriers, none that a match has already."""

    own: NDArray[np.bool_]
    other: NDArray[np.bool_]

    @classmethod
    def of(cls, view: View) -> "Free":
        """Returns all words but the barriers."""
        barrier = len(view.usual) - 1
        return cls(view.own_stems < barrier, view.other_stems < barrier)

    def only(self, match: Match) -> "Free":
        """Returns those inside a match."""
        own, other = np.zeros_like(self.own), np.zeros_like(self.other)
        own[slice(*match.own)] = self.own[slice(*match.own)]
        other[slice(*match.other)] = self.other[slice(*match.other)]
        return Free(own, other)

    def taken_share(self, before: "Free") -> float:
        """Returns what share of the words that were free before is not any more, of the side where it is less."""
        own = float(self.own.sum()) / max(1, int(before.own.sum()))
        other = float(self.other.sum()) / max(1, int(before.other.sum()))
        return 1.0 - max(own, other)

    def without(self, matches: list[Match]) -> "Free":
        """Returns what is left when these matches have their words."""
        own, other = self.own.copy(), self.other.copy()
        for match in matches:
            own[slice(*match.own)] = False
            other[slice(*match.other)] = False
        return Free(own, other)


def refine(view: View, match: Match, free: Free, parameters: Parameters) -> Match:
    """Returns the match bounded anew: by turns each side, given the other and a little around it."""
    mirrored = view.mirrored()
    own, other = match.own, match.other
    for _ in range(parameters.refine_rounds):
        before = own, other
        own = _bounded(view, own, _widened(other, free.other, parameters.refine_source), free.own, parameters)
        other = _bounded(
            mirrored, other, _widened(own, free.own, parameters.refine_source), free.other, parameters
        )
        if (own, other) == before:
            break
    return Match(own, other)


def _bounded(
    view: View, words: Range, source: Range, free: NDArray[np.bool_], parameters: Parameters
) -> Range:
    """Returns the sentences in or near a range of words that together speak most for reuse of `source`."""
    window = _widened(words, free, parameters.refine_reach)
    each = _once(view, ratios(view, window, source, parameters), window, source, parameters)
    _, best = likeliest(each, parameters.reused_shares, parameters)
    return snapped(view.own, (window[0] + best[0], window[0] + best[1])) or words


def _once(view: View, each: Weights, window: Range, source: Range, parameters: Parameters) -> Weights:
    """Returns the ratios where no stem speaks for reuse more often than the source has it.

    Of the words of one stem, those count that stand among others which speak for reuse; the rest says nothing. Else a passage
    would grow over all that its topic's words are in.
    """
    stems, source_stems = view.own_stems[slice(*window)], view.other_stems[slice(*source)]
    many = _too_many(stems, source_stems, view.room)
    if not len(many):
        return each
    reach = parameters.dense_words
    sums = np.concatenate([[0.0], np.cumsum(gains(each, parameters.dense_share, parameters))])
    density = sums[np.minimum(many + reach + 1, len(stems))] - sums[np.maximum(many - reach, 0)]
    return _thinned(each, many[np.argsort(-density, kind="stable")], stems, source_stems, view.room)


@kernel
def _too_many(words: Numbers, source: Numbers, room: Numbers) -> Numbers:
    """Returns the places of those words (stems) that stand there more often than in the source, but are in it."""
    here, there = room[0], room[1]
    for stem in words:
        here[stem] += 1
    for stem in source:
        there[stem] += 1
    found = np.empty(len(words), np.int64)
    count = 0
    for i in range(len(words)):
        if here[words[i]] > there[words[i]] > 0:
            found[count] = i
            count += 1
    for stem in words:
        here[stem] = 0
    for stem in source:
        there[stem] = 0
    return found[:count].copy()


@kernel
def _thinned(ratios: Weights, many: Numbers, words: Numbers, source: Numbers, room: Numbers) -> Weights:
    """Returns the ratios where of each stem only so many of the places `many` speak for reuse, the first, as the source has."""
    left = room[0]
    for stem in source:
        left[stem] += 1
    result = ratios.copy()
    for place in many:
        left[words[place]] -= 1
        if left[words[place]] < 0:
            result[place] = min(result[place], 1.0)
    for stem in source:
        left[stem] = 0
    return result


def _widened(words: Range, free: NDArray[np.bool_], reach: int) -> Range:
    """Returns the range with up to `reach` free words on either side."""
    before = free[max(0, words[0] - reach) : words[0]][::-1]
    after = free[words[1] : words[1] + reach]
    return words[0] - _leading(before), words[1] + _leading(after)


def _leading(free: NDArray[np.bool_]) -> int:
    """Returns how many of the first are free, without a break."""
    return len(free) if free.all() else int(np.argmin(free))
