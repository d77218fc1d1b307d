"""Measures: what two aligned texts share, in the few robust numbers that score and relation are made of.

*Order*, over the whole of both texts: how much more of the words stand in the same order than chance gives. Independent
reports of one event share its rare words, but not the order of all words, as a rewrite does. *Containment*: how much of the
words of each text, rare ones above all, the other has too. *Strength* of the passages: their order beyond chance, for reuse of
a part and for reordered rewrites. *Copied words*: those that stand in both texts word for word, or nearly so.
"""

import math
from dataclasses import dataclass

import numpy as np

from textkin_service.alignment import Alignment
from textkin_service.alignment.order import Order, common_order
from textkin_service.analysis import Analysis
from textkin_service.coefficients import COEFFICIENTS
from textkin_service.model import Passage, PassageKind, Span

# The common order of strangers exceeds chance by about their length to this power; measured from 5 to 1,500 words.
_EXCESS_POWER = 0.75
# A passage counts by its similarity to this power: what is alike by half proves less than half.
_SIMILARITY_POWER = 1.5
# Zipf frequency from which a stem says nothing about containment.
_COMMON_ZIPF = 6.0


@dataclass(frozen=True, slots=True)
class Measures:
    """What two texts share. Words are those of the evidence; shares, coverage and containment are 0 to 1.

    `order_words`: in the longest common subsequence, and in one text read backwards. `words_a`, `words_b`: of each text.
    `containment_a`: the share, by rarity, of a's distinct stems that b has. `strength`: of the passages together, in words.
    `copied_words`: on the side that has fewer; `copied_share_a`: what share of a's words are copied.
    """

    words_a: int
    words_b: int
    order: Order
    containment_a: float
    containment_b: float
    coverage_a: float
    coverage_b: float
    strength: float
    copied_words: int
    copied_share_a: float
    copied_share_b: float

    @property
    def order_evidence(self) -> float:
        """Log of the excess of common order times its share: about -4 for strangers, over 0 for copies."""
        if not self.order.forwards:
            return -math.inf
        coefficients = COEFFICIENTS.order
        length = math.sqrt(self.words_a * self.words_b) + coefficients.smoothing_words
        excess = max(self.order.excess / length**_EXCESS_POWER, coefficients.floor)
        return math.log(excess * self.order.forwards / length)

    @property
    def content_evidence(self) -> float:
        """Order evidence, and containment: heavy rewriting keeps the rare words, but hardly their order."""
        coefficients = COEFFICIENTS.content
        containment = math.log(self.containment + coefficients.containment_floor)
        return self.order_evidence + coefficients.containment_weight * containment

    @property
    def copied_share(self) -> float:
        """The share of copied words on the side where it is greater."""
        return max(self.copied_share_a, self.copied_share_b)

    @property
    def containment(self) -> float:
        """The geometric mean of both directions, so that a long text is not taken for kin of everything."""
        return math.sqrt(self.containment_a * self.containment_b)


def measure(a: Analysis, b: Analysis, alignment: Alignment) -> Measures:
    """Measures what two texts share by their alignment. For (b, a) it is the same with the sides exchanged."""
    words_a, words_b = sum(a.sentence_lengths()), sum(b.sentence_lengths())
    copies = [(p.a, p.b) for p in alignment.passages if p.kind is not PassageKind.PARAPHRASE]
    copies.extend(alignment.copies)
    copied_a = _covered_words(a, [span for span, _ in copies])
    copied_b = _covered_words(b, [span for _, span in copies])
    return Measures(
        words_a=words_a,
        words_b=words_b,
        order=common_order(a.evidence(a.stems), b.evidence(b.stems)),
        containment_a=_containment(a, b),
        containment_b=_containment(b, a),
        coverage_a=_covered_words(a, [p.a for p in alignment.passages]) / max(1, words_a),
        coverage_b=_covered_words(b, [p.b for p in alignment.passages]) / max(1, words_b),
        strength=math.hypot(*sorted(_strength(a, b, passage) for passage in alignment.passages)),
        copied_words=round(min(copied_a / a.tokens_a_word, copied_b / b.tokens_a_word)),
        copied_share_a=copied_a / max(1, words_a),
        copied_share_b=copied_b / max(1, words_b),
    )


def _strength(a: Analysis, b: Analysis, passage: Passage) -> float:
    """Returns how strongly a passage shows reuse: its excess of common order, less the more its sides differ."""
    first_a, last_a = _tokens(a, passage.a)
    first_b, last_b = _tokens(b, passage.b)
    order = common_order(a.stems[first_a:last_a], b.stems[first_b:last_b])
    words = min(last_a - first_a, last_b - first_b)
    length = words / (words + COEFFICIENTS.passages.smoothing_words)
    return float(order.excess * passage.similarity**_SIMILARITY_POWER * length)


def _containment(a: Analysis, b: Analysis) -> float:
    stems, places = np.unique(a.evidence(a.stems), return_index=True)
    rarity = np.maximum(_COMMON_ZIPF - a.evidence(a.zipf)[places].astype(np.float64), 0.0)
    total = float(rarity.sum())
    return min(1.0, float(rarity[np.isin(stems, b.evidence(b.stems))].sum()) / total) if total else 0.0


def _covered_words(analysis: Analysis, spans: list[Span]) -> int:
    """Returns how many evidence words begin in any of the spans."""
    covered = np.zeros(len(analysis.tokens), bool)
    for span in spans:
        covered[slice(*_tokens(analysis, span))] = True
    return int(np.count_nonzero(analysis.evidence(covered)))


def _tokens(analysis: Analysis, span: Span) -> tuple[int, int]:
    """Returns the range of tokens that begin in a span."""
    first, last = np.searchsorted(analysis.tokens.starts, [span.start, span.end])
    return int(first), int(last)
