"""Relation: what two texts share, and one score to order matches by.

Four things show that one text derives from the other, or both from a third: words copied; the order of words over the whole of
both texts; rare words in common besides, for heavy rewriting; passages too alike and too long for chance, for reuse of a part.
`measures` defines what is measured, `coefficients.toml` holds every number, and `explanation` says it to people.
"""

import math

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment import Alignment, align
from textkin_service.alignment.differences import differences
from textkin_service.alignment.vocabulary import numbered
from textkin_service.analysis import Analysis
from textkin_service.analysis.plain import plainly_analyzed
from textkin_service.coefficients import COEFFICIENTS, Coefficients
from textkin_service.explanation import explain
from textkin_service.leave import may_go_on
from textkin_service.measures import Measures, measure
from textkin_service.model import Comparison, Relation
from textkin_service.quotations.marking import with_quotations
from textkin_service.quotations.shared import SharedQuotation, shared_quotations
from textkin_service.screening import Screened
from textkin_service.sketch.verbatim import SHINGLE_WORDS

# No other text scores as high as one that is identical. Scores close to it still differ: the closer copy stands first.
_MOST_UNLESS_IDENTICAL = 0.999

# Two texts that every kernel has something to do with: words copied, changed and said more often, in two paragraphs.
_ORIGINAL = (
    "The ferryman of Quelport sold his blue barge to the lighthouse museum last winter.\n\nVisitors climb aboard by the "
    "oak gangway, read his logbook and “ring the brass bell that once warned” the herring fleet of fog.\n\n"
    "Snow fell early. Trams stood still. Nobody complained. Schools closed at noon. Bakers gave bread away."
)
_REWORDED = (
    "Prices rose again. Rain is forecast. Two ministers resigned. Our choir won. Chess begins on Monday.\n\n"
    "Last winter the ferryman of the port of Quelport sold his blue barge to the lighthouse museum on the quay.\n\nVisitors "
    "now climb aboard by the oak gangway, open his logbook and “ring the brass bell that once warned” herring boats of fog."
)


def prepare() -> None:
    """Compiles the kernels of the comparison, or loads them from their cache: the first request does not wait for it."""
    a, b = plainly_analyzed(_REWORDED), plainly_analyzed(_ORIGINAL)
    differences(a, b, compare(a, b).passages[0])


def compare(a: Analysis, b: Analysis, *, with_passages: bool = True) -> Comparison:
    """Returns the comparison of two texts with its passages, whose spans count code points; or, in less time, without them."""
    alignment, quotations, measures = measured(a, b)
    words_a, words_b = a.tokens.hashes[a.evidence_tokens()], b.tokens.hashes[b.evidence_tokens()]
    if len(words_a) and np.array_equal(words_a, words_b):
        relation, value = Relation.IDENTICAL, 1.0
    else:
        relation, value = relation_of(measures), score_of(measures)
    return Comparison(
        score=value,
        relation=relation,
        explanation=explain(relation, measures, len(alignment.passages)),
        resemblance=_resemblance(words_a, words_b),
        containment_a=measures.containment_a,
        containment_b=measures.containment_b,
        coverage_a=measures.coverage_a,
        coverage_b=measures.coverage_b,
        passages=with_quotations(a, b, alignment.passages, quotations) if with_passages else (),
        cut_a=alignment.cut_a if with_passages else None,
        cut_b=alignment.cut_b if with_passages else None,
    )


def measured(a: Analysis, b: Analysis) -> tuple[Alignment, list[SharedQuotation], Measures]:
    """Returns the alignment of two texts, the quotations that both have, and the measures that come of these.

    Quotations are not looked for where no word lies in a passage or a copy: then they would change nothing.
    """
    alignment = align(a, b)
    may_go_on()
    quotations = shared_quotations(a, b) if alignment.passages or alignment.copies else []
    may_go_on()
    return alignment, quotations, measure(a, b, alignment, quotations)


def may_match(screened: Screened, least_relation: Relation, least_score: float) -> bool:
    """Whether a comparison may find such a relation and score between texts that were screened.

    Where it would find nothing to align, order and content decide, which screening measures as it does; short of a rewrite, a
    shared quotation may count besides, or make the texts related by itself.
    """
    if screened.may_align:
        return True
    quotes = screened.shared_words >= COEFFICIENTS.relation.quoted_words
    rewritten = _order_shows(screened.measures, COEFFICIENTS) or _content_shows(
        screened.measures, COEFFICIENTS
    )
    if least_relation > Relation.RELATED and not quotes and not rewritten:
        return False  # nearly all are strangers: the rest would find the same, with more arithmetic
    relation = relation_of(screened.measures)
    if quotes and (relation is Relation.RELATED or least_relation <= Relation.RELATED):
        return True
    return relation >= least_relation and score_of(screened.measures) >= least_score


def score_of(measures: Measures, coefficients: Coefficients = COEFFICIENTS) -> float:
    """Returns the score of two texts that are not identical, 0 to 1: by whichever shows most."""
    return _MOST_UNLESS_IDENTICAL * max(
        _order_score(measures, coefficients),
        _part_score(measures, coefficients),
        _copy_score(measures, coefficients),
        _quotation_score(measures, coefficients),
    )


def relation_of(measures: Measures, coefficients: Coefficients = COEFFICIENTS) -> Relation:
    """Returns the relation of two texts that are not identical."""
    if _is_copy(measures, coefficients):
        return Relation.COPY
    if measures.copied_words >= coefficients.relation.copied_words:
        return Relation.PARTIAL_COPY
    if _order_shows(measures, coefficients) or _part_score(measures, coefficients):
        return Relation.REWRITE
    related = score_of(measures, coefficients) >= coefficients.relation.related
    return Relation.RELATED if related else Relation.UNRELATED


def _order_shows(measures: Measures, coefficients: Coefficients) -> bool:
    """Whether the order of words shows a rewrite by itself."""
    return measures.order_evidence >= coefficients.order.line


def _content_shows(measures: Measures, coefficients: Coefficients) -> bool:
    """Whether the words in common do."""
    return measures.content_evidence >= coefficients.content.line


def _is_copy(measures: Measures, coefficients: Coefficients) -> bool:
    return measures.copied_share >= coefficients.relation.copied_share


def _copy_score(measures: Measures, coefficients: Coefficients) -> float:
    """Returns the score that copied words give by themselves, 0 below a copy."""
    if not _is_copy(measures, coefficients):
        return 0.0
    return coefficients.score.of_whole_copy * measures.copied_share


def _order_score(measures: Measures, coefficients: Coefficients) -> float:
    """Returns the score that the order of words gives: the log odds grow with the evidence."""
    above = coefficients.order.slope * (measures.order_evidence - coefficients.order.line)
    at_line = coefficients.score.at_order_line
    odds = math.exp(-above) * (1.0 - at_line) / at_line
    return 1.0 / (1.0 + odds)


def _part_score(measures: Measures, coefficients: Coefficients) -> float:
    """Returns the score that content or passages give where they show reuse, else 0."""
    shown = _content_shows(measures, coefficients) or (
        measures.strength >= _strength_line(measures, coefficients)
    )
    if not shown:
        return 0.0
    least, greatest = coefficients.score.least_of_part, coefficients.score.greatest_of_part
    return least + (greatest - least) * math.sqrt(measures.coverage_a * measures.coverage_b)


def _quotation_score(measures: Measures, coefficients: Coefficients) -> float:
    """Returns the score that quotations of both texts give by themselves, 0 if they are too short."""
    quoted = measures.quoted_words >= coefficients.relation.quoted_words
    return coefficients.score.of_quotation if quoted else 0.0


def _strength_line(measures: Measures, coefficients: Coefficients) -> float:
    """Returns the strength from which passages show reuse: less between texts that have else nothing in common.

    Articles on one subject repeat its background in like words; a like passage between strangers has no such reason.
    """
    passages = coefficients.passages
    closeness = (measures.containment / passages.strangers_containment) ** 2
    least = passages.line_between_strangers
    return min(max(closeness * least, least), passages.line)


def _resemblance(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> float:
    """Returns the Jaccard similarity of the sets of word 5-shingles (Broder 1997); `a` and `b` are the hashes of the words.

    A shorter text is one shingle, an empty one none.
    """
    if min(len(a), len(b)) < SHINGLE_WORDS:
        return float(len(a) > 0 and np.array_equal(a, b))
    numbers_a, numbers_b, firsts = numbered(a, b, SHINGLE_WORDS)
    distinct_a = int(np.searchsorted(firsts, len(numbers_a)))
    shared = int(np.count_nonzero(np.bincount(numbers_b)[:distinct_a]))
    return shared / len(firsts)
