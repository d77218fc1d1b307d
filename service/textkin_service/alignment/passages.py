"""Passages: matches given their bounds in the texts, their kind and their similarity."""

import math

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment.matches import Match
from textkin_service.alignment.parameters import Parameters
from textkin_service.alignment.views import View
from textkin_service.alignment.vocabulary import Numbers, numbered
from textkin_service.kernels import kernel
from textkin_service.model import Passage, PassageKind

Frequencies = NDArray[np.float32]

# Zipf frequency from which a stem weighs nothing ("the").
_WEIGHTLESS_ZIPF = 7.0


def passage_of(view: View, match: Match, parameters: Parameters) -> Passage:
    """Returns the passage that a match is."""
    a, b = view.own, view.other
    words_a, words_b = a.hashes[slice(*match.own)], b.hashes[slice(*match.other)]
    if np.array_equal(words_a, words_b):
        kind, similarity = PassageKind.VERBATIM, 1.0
    else:
        order = word_order(words_a, words_b, parameters.order_width)
        kind = PassageKind.EDITED if order >= parameters.edited_order else PassageKind.PARAPHRASE
        similarity = (order + _cosine(view, match)) / 2
    return Passage(a.span(match.own), b.span(match.other), kind, round(min(similarity, 1.0), 4))


def word_order(a: NDArray[np.uint64], b: NDArray[np.uint64], width: int) -> float:
    """Returns the Dice coefficient of the multisets of word n-grams, 0 to 1; `a` and `b` (uint64) are the words' hashes."""
    if min(len(a), len(b)) < width:
        return 0.0
    grams_a, grams_b, firsts = numbered(a, b, width)
    return 2 * _common(grams_a, grams_b, np.zeros(len(firsts), np.int64)) / (len(grams_a) + len(grams_b))


@kernel
def _common(a: Numbers, b: Numbers, room: Numbers) -> int:
    """Returns how many values two multisets have in common; `room` has a zero for each value."""
    for value in a:
        room[value] += 1
    common = 0
    for value in b:
        if room[value] > 0:
            room[value] -= 1
            common += 1
    return common


def _cosine(view: View, match: Match) -> float:
    """Returns the cosine of the two sides' stem counts, weighted by rarity, 0 to 1."""
    own, other = slice(*match.own), slice(*match.other)
    dot, own_square, other_square = _products(
        view.own_stems[own],
        view.own.zipf[own],
        view.other_stems[other],
        view.other.zipf[other],
        view.room,
    )
    lengths = own_square * other_square
    return dot / math.sqrt(lengths) if lengths else 0.0


@kernel
def _products(
    own: Numbers, own_zipf: Frequencies, other: Numbers, other_zipf: Frequencies, room: Numbers
) -> tuple[float, float, float]:
    """Returns the dot product of the two sides' stem counts, weighted by sqrt(count) times rarity, and of each with itself.

    `own` and `other` (int64) are the stems of the words, the zipf (float32) parallel; barriers weigh nothing.
    """
    own_counts, other_counts, places = room[0], room[1], room[2]
    for i in range(len(own)):
        own_counts[own[i]] += 1
        places[own[i]] = i
    for stem in other:
        other_counts[stem] += 1
    barrier = room.shape[1] - 1
    own_counts[barrier] = other_counts[barrier] = 0
    dot = own_square = other_square = 0.0
    for i in range(len(other)):
        stem = other[i]
        if other_counts[stem]:
            rarity = max(_WEIGHTLESS_ZIPF - other_zipf[i], 0.0)
            other_square += other_counts[stem] * rarity * rarity
            if own_counts[stem]:
                own_rarity = max(_WEIGHTLESS_ZIPF - own_zipf[places[stem]], 0.0)
                dot += np.sqrt(own_counts[stem] * other_counts[stem]) * rarity * own_rarity
            other_counts[stem] = 0
    for i in range(len(own)):
        stem = own[i]
        if own_counts[stem]:
            rarity = max(_WEIGHTLESS_ZIPF - own_zipf[i], 0.0)
            own_square += own_counts[stem] * rarity * rarity
            own_counts[stem] = 0
        places[stem] = 0
    return dot, own_square, other_square
