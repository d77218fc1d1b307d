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
        own = int(np.count_nonzero(self.own)) / max(1, int(np.count_nonzero(before.own)))
        other = int(np.count_nonzero(self.other)) / max(1, int(np.count_nonzero(before.other)))
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
    mirrored = view.mirrored
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
    speaking = gains(each, parameters.dense_share, parameters)
    many, density = _too_many(stems, source_stems, speaking, parameters.dense_words, view.room)
    if not len(many):
        return each
    return _thinned(each, many[np.argsort(-density, kind="stable")], stems, source_stems, view.room)


def _widened(words: Range, free: NDArray[np.bool_], reach: int) -> Range:
    """Returns the range with up to `reach` free words on either side."""
    return _grown(free, words[0], words[1], reach)


@kernel
def _grown(free: NDArray[np.bool_], start: int, end: int, reach: int) -> tuple[int, int]:
    """Returns what `_widened` does."""
    least, most = max(0, start - reach), min(len(free), end + reach)
    while start > least and free[start - 1]:
        start -= 1
    while end < most and free[end]:
        end += 1
    return start, end


@kernel
def _too_many(
    words: Numbers, source: Numbers, gains: Weights, reach: int, room: Numbers
) -> tuple[Numbers, Weights]:
    """Returns the places of those words (stems) that stand there more often than in the source, but are in it.

    And how much, in nats, the words up to so many places from each gain together.
    """
    here, there = room[0], room[1]
    for stem in words:
        here[stem] += 1
    for stem in source:
        there[stem] += 1
    sums = np.zeros(len(words) + 1, np.float64)
    for i in range(len(words)):
        sums[i + 1] = sums[i] + gains[i]
    places, density = np.empty(len(words), np.int64), np.empty(len(words), np.float64)
    count = 0
    for i in range(len(words)):
        if here[words[i]] > there[words[i]] > 0:
            places[count] = i
            density[count] = sums[min(i + reach + 1, len(words))] - sums[max(i - reach, 0)]
            count += 1
    for stem in words:
        here[stem] = 0
    for stem in source:
        there[stem] = 0
    return places[:count], density[:count]


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
