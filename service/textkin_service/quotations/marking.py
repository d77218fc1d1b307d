"""Marking: the shared quotations of each passage, with their speakers."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from textkin_service.analysis import Analysis
from textkin_service.model import Passage, Quotation, Span
from textkin_service.quotations.marks import between_marks
from textkin_service.quotations.shared import Quoted, Range, SharedQuotation, within
from textkin_service.quotations.speakers import find_speaker, fuller_name


def with_quotations(
    a: Analysis, b: Analysis, passages: tuple[Passage, ...], shared: Sequence[SharedQuotation]
) -> tuple[Passage, ...]:
    """Returns the passages with the quotations that both their sides hold. One that lies in no passage is in none."""
    if not shared:
        return passages
    return tuple(replace(passage, quotations=_quotations(a, b, passage, shared)) for passage in passages)


def _quotations(
    a: Analysis, b: Analysis, passage: Passage, shared: Sequence[SharedQuotation]
) -> tuple[Quotation, ...]:
    tokens_a, tokens_b = _tokens(a, passage.a), _tokens(b, passage.b)
    inside = (within(each, tokens_a, tokens_b) for each in shared)
    return tuple(_quotation(a, b, passage, each) for each in inside if each)


def _quotation(a: Analysis, b: Analysis, passage: Passage, shared: SharedQuotation) -> Quotation:
    speaker_a = find_speaker(a.text, shared.a.span, shared.a.before)
    speaker_b = find_speaker(b.text, shared.b.span, shared.b.before)
    return Quotation(
        a=_span(a, shared.a, shared.tokens_a, passage.a),
        b=_span(b, shared.b, shared.tokens_b, passage.b),
        speaker=fuller_name(_name(a, speaker_a), _name(b, speaker_b)),
        speaker_a=speaker_a,
        speaker_b=speaker_b,
    )


def _span(analysis: Analysis, quoted: Quoted, tokens: Range, passage: Span) -> Span:
    """Returns where a range of tokens of a quotation stands, and with its punctuation if it begins or ends the quotation."""
    start, end = int(analysis.tokens.starts[tokens[0]]), int(analysis.tokens.ends[tokens[1] - 1])
    first, last = _tokens(analysis, quoted.span)
    words = between_marks(analysis.text, quoted.span)
    if tokens[0] == first:
        start = max(passage.start, words.start)
    if tokens[1] == last:
        end = min(passage.end, words.end)
    return Span(start, end)


def _tokens(analysis: Analysis, span: Span) -> Range:
    """Returns the range of tokens that begin in a span."""
    first, last = np.searchsorted(analysis.tokens.starts, [span.start, span.end])
    return int(first), int(last)


def _name(analysis: Analysis, span: Span | None) -> str:
    return "" if span is None else analysis.text[span.start : span.end]
