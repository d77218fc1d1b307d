"""Explanation: what shows a relation, in a sentence for people."""

from textkin_service.coefficients import COEFFICIENTS
from textkin_service.measures import Measures
from textkin_service.model import Relation


def explain(relation: Relation, measures: Measures, passages: int) -> str:
    """Returns what shows the relation, such as "120 words copied, or nearly so; 3 passages cover 44% of A and 61% of B."."""
    if not passages:
        return f"{_reason(relation, measures)}; no passage."
    verb = "covers" if passages == 1 else "cover"
    return (
        f"{_reason(relation, measures)}; {_counted(passages, 'passage')} {verb} "
        f"{_percent(measures.coverage_a)} of A and {_percent(measures.coverage_b)} of B."
    )


def _reason(relation: Relation, measures: Measures) -> str:
    copied = f"{_counted(measures.copied_words, 'word')} copied, or nearly so"
    match relation:
        case Relation.IDENTICAL:
            return "The same words in the same order"
        case Relation.COPY:
            shares = f"{_percent(measures.copied_share_a)} of A and {_percent(measures.copied_share_b)} of B"
            return f"{copied}, {shares}"
        case Relation.PARTIAL_COPY:
            return copied
        case Relation.REWRITE:
            return _reason_of_rewrite(measures)
        case Relation.RELATED:
            return _reason_of_likeness(measures)
        case Relation.UNRELATED:
            return "Nothing in common beyond chance"


def _reason_of_likeness(measures: Measures) -> str:
    if measures.quoted_words >= COEFFICIENTS.relation.quoted_words:
        return f"The same {_counted(measures.quoted_words, 'word')} quoted, too little besides for a rewrite"
    return "Some likeness beyond chance, too little for a rewrite"


def _reason_of_rewrite(measures: Measures) -> str:
    if measures.order_evidence >= COEFFICIENTS.order.line:
        return "Far more words in the same order than chance gives"
    if measures.content_evidence >= COEFFICIENTS.content.line:
        return "The same rare words, partly in the same order"
    return "Passages too alike for chance, though not the whole"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _percent(share: float) -> str:
    return f"{share:.0%}"
