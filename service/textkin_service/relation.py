"""Relation: what two texts share, how much of each, and one score to order matches by.

The score comes from four robust measures. *Likeness*: how well each sentence of one text is answered by some sentence of the
other, averaged over the words. *Coverage*: the share of each text that lies in passages; with it, a rewrite stands above
independent news of the same event. Both are geometric means of both directions, so that a long text is not taken for kin of
everything. *Order*: how much more of the words stand in the same order than chance gives. *Copied words*: how many words lie in
passages that are word for word or nearly so; they find a paragraph lifted into another article.
"""

import math

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment import align
from textkin_service.alignment.order import order_excess
from textkin_service.analysis import Analysis
from textkin_service.model import Comparison, PassageKind, Relation, Span
from textkin_service.sketch.verbatim import shingles

# The score's evidence is log(likeness + floor) + weight * log(coverage + floor) + weight * log(order + floor); below its floor,
# differences of a measure mean nothing.
_LIKENESS_FLOOR = 0.02
_COVERAGE_FLOOR = 0.2
_COVERAGE_WEIGHT = 0.4
_ORDER_FLOOR = 0.03
_ORDER_WEIGHT = 0.4
# Score 0.5 falls at this evidence: 2 of the 208 development queries without a source reach it, 98.9 % of those with one.
_EVIDENCE_HALF = -3.03
# Steepness of the score over the evidence, as logistic regression on the development data gives it.
_EVIDENCE_SLOPE = 3.7
# Copied words at which the score of copying alone is 1 - 1/e.
_COPIED_SCALE = 40.0

# No other text scores as high as one that is identical.
_MOST_UNLESS_IDENTICAL = 0.999

# Scores from which a relation holds.
_REWRITE_SCORE = 0.5
_RELATED_SCORE = 0.1
# The share of the shorter text that a copy copies, and the words that a partial copy copies at least.
_COPY_SHARE = 0.5
_PARTIAL_COPY_WORDS = 40

# Zipf frequency from which a stem says nothing about containment.
_COMMON_ZIPF = 6.0


def compare(a: Analysis, b: Analysis) -> Comparison:
    """Returns the comparison of two texts with its passages, whose spans count code points."""
    alignment = align(a, b)
    words_a, words_b = a.evidence_words(), b.evidence_words()
    coverage_a = _coverage(a, [p.a for p in alignment.passages])
    coverage_b = _coverage(b, [p.b for p in alignment.passages])
    copies = [(p.a, p.b) for p in alignment.passages if p.kind is not PassageKind.PARAPHRASE]
    copies.extend(alignment.copies)
    copied_a = _covered_words(a, [span for span, _ in copies])
    copied_b = _covered_words(b, [span for _, span in copies])
    copied_words = min(copied_a, copied_b)
    copied_share = max(copied_a / max(1, len(words_a)), copied_b / max(1, len(words_b)))
    score = max(
        _score(
            likeness=math.sqrt(_mean(a, alignment.best_a) * _mean(b, alignment.best_b)),
            coverage=math.sqrt(coverage_a * coverage_b),
            order=order_excess(a.evidence(a.stems), b.evidence(b.stems)),
        ),
        -math.expm1(-copied_words / _COPIED_SCALE),
        copied_share if copied_share >= _COPY_SHARE else 0.0,
    )
    identical = bool(words_a) and words_a == words_b
    return Comparison(
        score=1.0 if identical else min(score, _MOST_UNLESS_IDENTICAL),
        relation=Relation.IDENTICAL if identical else _relation(score, copied_share, copied_words),
        resemblance=_resemblance(words_a, words_b),
        containment_a=_containment(a, b),
        containment_b=_containment(b, a),
        coverage_a=coverage_a,
        coverage_b=coverage_b,
        passages=alignment.passages,
    )


def _relation(score: float, copied_share: float, copied_words: int) -> Relation:
    if copied_words >= _PARTIAL_COPY_WORDS or copied_share >= _COPY_SHARE:
        return Relation.COPY if copied_share >= _COPY_SHARE else Relation.PARTIAL_COPY
    if score >= _REWRITE_SCORE:
        return Relation.REWRITE
    return Relation.RELATED if score >= _RELATED_SCORE else Relation.UNRELATED


def _score(likeness: float, coverage: float, order: float) -> float:
    """Returns the score, 0 to 1, of two texts by the geometric means of their likeness and coverage, and their order."""
    if not likeness:
        return 0.0
    evidence = (
        math.log(likeness + _LIKENESS_FLOOR)
        + _COVERAGE_WEIGHT * math.log(coverage + _COVERAGE_FLOOR)
        + _ORDER_WEIGHT * math.log(max(order, 0.0) + _ORDER_FLOOR)
    )
    return 1 / (1 + math.exp(-_EVIDENCE_SLOPE * (evidence - _EVIDENCE_HALF)))


def _mean(analysis: Analysis, best: NDArray[np.float32]) -> float:
    """Returns the mean of a value a sentence, weighted by the sentences' words."""
    return float(np.average(best, weights=analysis.sentence_lengths())) if analysis.sentences else 0.0


def _resemblance(a: tuple[str, ...], b: tuple[str, ...]) -> float:
    """Returns the Jaccard similarity of the sets of word 5-shingles (Broder 1997)."""
    shingles_a, shingles_b = set(shingles(a)), set(shingles(b))
    union = len(shingles_a | shingles_b)
    return len(shingles_a & shingles_b) / union if union else 0.0


def _containment(a: Analysis, b: Analysis) -> float:
    """Returns the share, by rarity, of the distinct stems of `a` that `b` has too."""
    stems, places = np.unique(a.evidence(a.stems), return_index=True)
    rarity = np.maximum(_COMMON_ZIPF - a.evidence(a.zipf)[places].astype(np.float64), 0.0)
    total = float(rarity.sum())
    return min(1.0, float(rarity[np.isin(stems, b.evidence(b.stems))].sum()) / total) if total else 0.0


def _coverage(analysis: Analysis, spans: list[Span]) -> float:
    """Returns the share of the evidence words that begin in any of the spans."""
    words = sum(analysis.sentence_lengths())
    return _covered_words(analysis, spans) / words if words else 0.0


def _covered_words(analysis: Analysis, spans: list[Span]) -> int:
    """Returns how many evidence words begin in any of the spans."""
    covered = np.zeros(len(analysis.tokens), bool)
    starts = np.asarray(analysis.tokens.starts)
    for span in spans:
        first, last = np.searchsorted(starts, [span.start, span.end])
        covered[first:last] = True
    return int(np.count_nonzero(analysis.evidence(covered)))
