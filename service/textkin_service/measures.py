"""Measures: what two aligned texts share, in the few robust numbers that score and relation are made of.

*Order*, over the whole of both texts: how much more of the words stand in the same order than chance gives. Independent
reports of one event share its rare words, but not the order of all words, as a rewrite does. *Containment*: how much of the
words of each text, rare ones above all, the other has too. *Strength* of the passages: their order beyond chance, for reuse of
a part and for reordered rewrites. *Copied words*: those that stand in both texts word for word, or nearly so.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment import Alignment
from textkin_service.alignment.order import Order, common_order
from textkin_service.alignment.vocabulary import Numbers, numbered
from textkin_service.analysis import Analysis
from textkin_service.coefficients import COEFFICIENTS
from textkin_service.kernels import kernel
from textkin_service.model import Passage, PassageKind
from textkin_service.quotations.evidence import counted_tokens
from textkin_service.quotations.shared import SharedQuotation

# The common order of strangers exceeds chance by about their length to this power; measured from 5 to 1,500 words.
_EXCESS_POWER = 0.75
# A passage counts by its similarity to this power: what is alike by half proves less than half.
_SIMILARITY_POWER = 1.5
# Zipf frequency from which a stem says nothing about containment.
_COMMON_ZIPF = 6.0
# What a stretch that two texts share is, as bits.
_PASSAGE, _COPIED = 1, 2


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
    stems_a, stems_b, firsts = numbered(a.stems.astype(np.uint64), b.stems.astype(np.uint64), 1)
    room = np.zeros(len(firsts), np.int64)
    stretches = _Stretches.of(a, b, alignment)
    counts_a, counts_b = counted_tokens(
        a, b, (words_a, words_b), quotations, (stretches.tokens_a, stretches.tokens_b)
    )
    counted_a, counted_b = words_a[counts_a[words_a]], words_b[counts_b[words_b]]
    order = common_order(stems_a[counted_a], stems_b[counted_b], room)
    covered_a, copied_a = _covered(words_a, counts_a, stretches.tokens_a, stretches.kinds)
    covered_b, copied_b = _covered(words_b, counts_b, stretches.tokens_b, stretches.kinds)
    containment_a, containment_b = _containments(
        stems_a[words_a], a.zipf[words_a], stems_b[words_b], b.zipf[words_b], len(firsts)
    )
    strengths = []
    for passage, tokens_a, tokens_b in zip(
        alignment.passages, stretches.tokens_a.tolist(), stretches.tokens_b.tolist(), strict=False
    ):
        of_a, of_b = slice(*tokens_a), slice(*tokens_b)
        strengths.append(
            _strength(passage, stems_a[of_a][counts_a[of_a]], stems_b[of_b][counts_b[of_b]], room)
        )
    return Measures(
        words_a=len(counted_a),
        words_b=len(counted_b),
        order=order,
        containment_a=containment_a,
        containment_b=containment_b,
        coverage_a=covered_a / max(1, len(words_a)),
        coverage_b=covered_b / max(1, len(words_b)),
        strength=math.hypot(*sorted(strengths)),
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


@dataclass(frozen=True, slots=True, eq=False)
class _Stretches:
    """What two texts share: the passages, in order, and then what else was copied.

    `tokens_a`, `tokens_b` (int64, shape (n, 2)): the tokens of each, half open; `kinds` (int64): `_PASSAGE`, `_COPIED` or both.
    """

    tokens_a: Numbers
    tokens_b: Numbers
    kinds: Numbers

    @classmethod
    def of(cls, a: Analysis, b: Analysis, alignment: Alignment) -> Self:
        """Returns those of an alignment."""
        spans_a = [*(each.a for each in alignment.passages), *(copy[0] for copy in alignment.copies)]
        spans_b = [*(each.b for each in alignment.passages), *(copy[1] for copy in alignment.copies)]
        kinds = [
            _PASSAGE if each.kind is PassageKind.PARAPHRASE else _PASSAGE | _COPIED
            for each in alignment.passages
        ]
        kinds += [_COPIED] * len(alignment.copies)
        return cls(a.tokens.in_spans(spans_a), b.tokens.in_spans(spans_b), np.array(kinds, np.int64))


def _strength(passage: Passage, stems_a: Numbers, stems_b: Numbers, room: Numbers) -> float:
    """Returns how strongly a passage shows reuse: its excess of common order, less the more its sides differ.

    `stems_a`, `stems_b` (int64): those of the words of its sides that count.
    """
    order = common_order(stems_a, stems_b, room)
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


@kernel
def _covered(words: Numbers, counts: NDArray[np.bool_], ranges: Numbers, kinds: Numbers) -> tuple[int, int]:
    """Returns how many of the words lie in passages, and how many of those that count in what was copied.

    `words` (int64) are tokens, of which `counts` (bool) says which count; `ranges` (int64, shape (n, 2)) those of stretches of
    these kinds, half open.
    """
    there = np.zeros(len(counts), np.int64)
    for i in range(len(ranges)):
        for token in range(ranges[i, 0], ranges[i, 1]):
            there[token] |= kinds[i]
    covered = copied = 0
    for token in words:
        if there[token] & _PASSAGE:
            covered += 1
        if there[token] & _COPIED and counts[token]:
            copied += 1
    return covered, copied
