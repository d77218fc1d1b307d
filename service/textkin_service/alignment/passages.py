"""Passages: matches given their bounds in the texts, their kind and their similarity."""

import math

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment.matches import Match
from textkin_service.alignment.parameters import Parameters
from textkin_service.alignment.runs import grams
from textkin_service.alignment.sides import Range, Side
from textkin_service.alignment.views import View
from textkin_service.alignment.vocabulary import Numbers, numbered
from textkin_service.model import Passage, PassageKind

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
    grams_a, grams_b, firsts = numbered(grams(a, width), grams(b, width))
    counts_a, counts_b = (np.bincount(each, minlength=len(firsts)) for each in (grams_a, grams_b))
    return 2 * int(np.minimum(counts_a, counts_b).sum()) / (len(grams_a) + len(grams_b))


def _cosine(view: View, match: Match) -> float:
    """Returns the cosine of the two sides' stem counts, weighted by rarity, 0 to 1."""
    stems_a, stems_b, firsts = numbered(
        view.own_stems[slice(*match.own)].astype(np.uint64),
        view.other_stems[slice(*match.other)].astype(np.uint64),
    )
    weights_a = _weights(view.own, match.own, stems_a, len(firsts))
    weights_b = _weights(view.other, match.other, stems_b, len(firsts))
    lengths = float((weights_a @ weights_a) * (weights_b @ weights_b))
    return float(weights_a @ weights_b) / math.sqrt(lengths) if lengths else 0.0


def _weights(side: Side, words: Range, stems: Numbers, size: int) -> NDArray[np.float64]:
    """Returns sqrt(count) times rarity of each stem, numbered below `size`, of a range of words; a barrier has none."""
    tokens = side.tokens[slice(*words)]
    rarity = np.zeros(size)
    rarity[stems] = np.maximum(_WEIGHTLESS_ZIPF - side.analysis.zipf[tokens], 0.0)
    rarity[stems[tokens < 0]] = 0.0
    return np.sqrt(np.bincount(stems, minlength=size)) * rarity
