"""Passages: fragments and runs given their bounds in the texts, their kind and their similarity."""

from collections import Counter

import numpy as np

from textkin_service.alignment.extension import Fragment
from textkin_service.alignment.parameters import Parameters
from textkin_service.alignment.runs import Run
from textkin_service.alignment.sides import Range, Side
from textkin_service.model import Passage, PassageKind


def passages(
    a: Side, b: Side, fragments: list[Fragment], runs: list[Run], parameters: Parameters
) -> tuple[Passage, ...]:
    """Returns a passage for each fragment, and for each run that lies in none, by their place in `a`."""
    ranges: set[tuple[Range, Range]] = set()
    for fragment in fragments:
        words_a, words_b = a.words_of(fragment.a), b.words_of(fragment.b)
        run = max(runs, key=lambda r: _overlap(r.a, words_a) + _overlap(r.b, words_b), default=None)
        if run is not None and _is_bounded_by(run, words_a, words_b, parameters):
            words_a, words_b = run.a, run.b
        ranges.add((words_a, words_b))
    for run in runs:
        if not any(_overlap(run.a, words_a) and _overlap(run.b, words_b) for words_a, words_b in ranges):
            ranges.add((run.a, run.b))
    return tuple(_passage(a, b, *pair, parameters) for pair in sorted(ranges))


def _is_bounded_by(run: Run, words_a: Range, words_b: Range, parameters: Parameters) -> bool:
    """Whether so much of both sides of a fragment lies in the run that the rest is chance."""
    return (
        _overlap(run.a, words_a) >= parameters.run_share * (words_a[1] - words_a[0])
        and _overlap(run.b, words_b) >= parameters.run_share * (words_b[1] - words_b[0])
    )  # fmt: skip


def _overlap(x: Range, y: Range) -> int:
    return max(0, min(x[1], y[1]) - max(x[0], y[0]))


def _passage(a: Side, b: Side, range_a: Range, range_b: Range, parameters: Parameters) -> Passage:
    words_a, words_b = a.words[slice(*range_a)], b.words[slice(*range_b)]
    if words_a == words_b:
        kind, similarity = PassageKind.VERBATIM, 1.0
    else:
        order = _order(words_a, words_b, parameters.order_width)
        kind = PassageKind.EDITED if order >= parameters.edited_order else PassageKind.PARAPHRASE
        similarity = (order + _cosine(a, b, range_a, range_b)) / 2
    return Passage(a.span(range_a), b.span(range_b), kind, round(min(similarity, 1.0), 4))


def _order(a: tuple[str, ...], b: tuple[str, ...], width: int) -> float:
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
