"""Measures: what two aligned texts share, in the few robust numbers that score and relation are made of.

*Order*, over the whole of both texts: how much more of the words stand in the same order than chance gives. Independent
reports of one event share its rare words, but not the order of all words, as a rewrite does. *Containment*: how much of the
words of each text, rare ones above all, the other has too. *Strength* of the passages: their order beyond chance, for reuse of
a part and for reordered rewrites. *Copied words*: those that stand in both texts word for word, or nearly so.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment import Alignment
from textkin_service.alignment.order import Order, common_order
from textkin_service.alignment.vocabulary import Numbers, numbered
from textkin_service.analysis import Analysis
from textkin_service.coefficients import COEFFICIENTS
from textkin_service.kernels import kernel
from textkin_service.model import Passage, PassageKind, Span
from textkin_service.quotations.evidence import counted_tokens
from textkin_service.quotations.shared import SharedQuotation

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
    `copied_words`: on the side that has fewer; `copied_share_a`: what share of a's words are copied. `quoted_words`: in
    quotations of both texts whose surroundings are not shared, on the side that has fewer; they are in no other of these
    numbers but containment and coverage.
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
    quoted_words: int = 0

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


def measure(
    a: Analysis, b: Analysis, alignment: Alignment, quotations: Sequence[SharedQuotation]
) -> Measures:
    """Measures what two texts share by their alignment. For (b, a) it is the same with the sides exchanged.

    `quotations`: those that both have. Where the words around them are not shared, they count for no order, no strength and no
    copied words.
    """
    words_a, words_b = a.evidence_tokens(), b.evidence_tokens()
    stems_a, stems_b = a.stems[words_a], b.stems[words_b]
    starts_a, starts_b = a.tokens.starts[words_a], b.tokens.starts[words_b]
    copies = [(p.a, p.b) for p in alignment.passages if p.kind is not PassageKind.PARAPHRASE]
    copies.extend(alignment.copies)
    counts_a, counts_b = counted_tokens(
        a, b, (words_a, words_b), quotations, [*((p.a, p.b) for p in alignment.passages), *alignment.copies]
    )
    counted_a, counted_b = words_a[counts_a[words_a]], words_b[counts_b[words_b]]
    copied_a = _covered_words(a.tokens.starts[counted_a], [span for span, _ in copies])
    copied_b = _covered_words(b.tokens.starts[counted_b], [span for _, span in copies])
    numbers_a, numbers_b, firsts = numbered(stems_a.astype(np.uint64), stems_b.astype(np.uint64), 1)
    containment_a, containment_b = _containments(
        numbers_a, a.zipf[words_a], numbers_b, b.zipf[words_b], len(firsts)
    )
    return Measures(
        words_a=len(counted_a),
        words_b=len(counted_b),
        order=common_order(a.stems[counted_a], b.stems[counted_b]),
        containment_a=containment_a,
        containment_b=containment_b,
        coverage_a=_covered_words(starts_a, [p.a for p in alignment.passages]) / max(1, len(words_a)),
        coverage_b=_covered_words(starts_b, [p.b for p in alignment.passages]) / max(1, len(words_b)),
        strength=math.hypot(
            *sorted(_strength(a, b, counts_a, counts_b, each) for each in alignment.passages)
        ),
        copied_words=round(min(copied_a / a.tokens_a_word, copied_b / b.tokens_a_word)),
        copied_share_a=copied_a / max(1, len(words_a)),
        copied_share_b=copied_b / max(1, len(words_b)),
        quoted_words=round(
            min(
                (len(words_a) - len(counted_a)) / a.tokens_a_word,
                (len(words_b) - len(counted_b)) / b.tokens_a_word,
            )
        ),
    )


def _strength(
    a: Analysis, b: Analysis, counts_a: NDArray[np.bool_], counts_b: NDArray[np.bool_], passage: Passage
) -> float:
    """Returns how strongly a passage shows reuse: its excess of common order, less the more its sides differ."""
    tokens_a, tokens_b = slice(*a.tokens.in_span(passage.a)), slice(*b.tokens.in_span(passage.b))
    stems_a, stems_b = a.stems[tokens_a][counts_a[tokens_a]], b.stems[tokens_b][counts_b[tokens_b]]
    order = common_order(stems_a, stems_b)
    words = min(len(stems_a), len(stems_b))
    length = words / (words + COEFFICIENTS.passages.smoothing_words)
    return float(order.excess * passage.similarity**_SIMILARITY_POWER * length)


@kernel
def _share(stems: Numbers, zipf: NDArray[np.float32], there: NDArray[np.bool_]) -> float:
    """Returns what share of the distinct stems, by rarity, is there."""
    met = np.zeros(len(there), np.bool_)
    total = shared = 0.0
    for i in range(len(stems)):
        stem = stems[i]
        if not met[stem]:
            met[stem] = True
            rarity = max(_COMMON_ZIPF - np.float64(zipf[i]), 0.0)
            total += rarity
            if there[stem]:
                shared += rarity
    return shared / total if total else 0.0


@kernel
def _containments(
    a: Numbers, zipf_a: NDArray[np.float32], b: Numbers, zipf_b: NDArray[np.float32], size: int
) -> tuple[float, float]:
    """Returns what share of each text's distinct stems the other has, by rarity.

    `a` and `b` (int64) are their stems, as numbers below `size`; `zipf_a` and `zipf_b` (float32) their frequency, parallel.
    """
    in_a, in_b = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    for stem in a:
        in_a[stem] = True
    for stem in b:
        in_b[stem] = True
    return _share(a, zipf_a, in_b), _share(b, zipf_b, in_a)


def _covered_words(starts: NDArray[np.int32], spans: list[Span]) -> int:
    """Returns how many words, of which `starts` (int32, rising) says where they begin, begin in any of the spans."""
    if not spans:
        return 0
    bounds = np.array([(span.start, span.end) for span in spans], starts.dtype)
    places = np.searchsorted(starts, bounds)
    firsts, ends = places[np.argsort(places[:, 0], kind="stable")].T
    furthest = np.maximum.accumulate(ends)
    covered = furthest - np.maximum(firsts, np.append(0, furthest[:-1]))
    return int(np.maximum(covered, 0).sum())
