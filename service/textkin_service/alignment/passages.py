"""Passages: matches given their bounds in the texts, their kind and their similarity."""

from collections import Counter

import numpy as np

from textkin_service.alignment.matches import Match
from textkin_service.alignment.parameters import Parameters
from textkin_service.alignment.sides import Range, Side
from textkin_service.model import Passage, PassageKind


def passage_of(a: Side, b: Side, match: Match, parameters: Parameters) -> Passage:
    """Returns the passage that a match is."""
    words_a, words_b = a.words[slice(*match.own)], b.words[slice(*match.other)]
    if words_a == words_b:
        kind, similarity = PassageKind.VERBATIM, 1.0
    else:
        order = word_order(words_a, words_b, parameters.order_width)
        kind = PassageKind.EDITED if order >= parameters.edited_order else PassageKind.PARAPHRASE
        similarity = (order + _cosine(a, b, match.own, match.other)) / 2
    return Passage(a.span(match.own), b.span(match.other), kind, round(min(similarity, 1.0), 4))


def word_order(a: tuple[str, ...], b: tuple[str, ...], width: int) -> float:
    """Returns the Dice coefficient of the multisets of word n-grams, 0 to 1."""
    grams_a, grams_b = (Counter(zip(*(words[i:] for i in range(width)), strict=False)) for words in (a, b))
    total = grams_a.total() + grams_b.total()
    return 2 * (grams_a & grams_b).total() / total if total else 0.0


def _cosine(a: Side, b: Side, range_a: Range, range_b: Range) -> float:
    """Returns the cosine of the two sides' rarity-weighted stem counts, 0 to 1."""
    weights_a, weights_b = a.stem_weights(range_a), b.stem_weights(range_b)
    dot = sum(weight * weights_b.get(stem, 0.0) for stem, weight in weights_a.items())
    lengths = sum(w * w for w in weights_a.values()) * sum(w * w for w in weights_b.values())
    return float(dot / np.sqrt(lengths)) if lengths else 0.0
