"""Marking: the shared quotations of each passage, with their speakers."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial

import numpy as np

from textkin_service.analysis import Analysis
from textkin_service.model import Passage, Quotation, Span
from textkin_service.quotations.marks import between_marks
from textkin_service.quotations.shared import Quoted, Range, SharedQuotation, within
from textkin_service.quotations.speakers import find_speaker, fuller_name

# Of more quotations than this, the first ones are marked.
_MOST_MARKED = 500


def with_quotations(
    a: Analysis, b: Analysis, passages: tuple[Passage, ...], shared: Sequence[SharedQuotation]
) -> tuple[Passage, ...]:
    """Returns the passages with the quotations that both their sides hold. One that lies in no passage is in none."""
    if not shared:
        return passages
    some = shared[:_MOST_MARKED]
    speaker_in_a, speaker_in_b = cache(partial(_speaker, a.text)), cache(partial(_speaker, b.text))
    starts, ends = np.array([each.tokens_a for each in some]).T
    marked = []
    for passage in passages:
        tokens_a, tokens_b = a.tokens.in_span(passage.a), b.tokens.in_span(passage.b)
        near = np.flatnonzero((starts < tokens_a[1]) & (ends > tokens_a[0])).tolist()
        inside = (within(some[i], tokens_a, tokens_b) for i in near)
        found = [
            _quotation(a, b, passage, each, speaker_in_a(each.a), speaker_in_b(each.b))
            for each in inside
            if each
        ]
        marked.append(replace(passage, quotations=tuple(found)) if found else passage)
    return tuple(marked)


def _speaker(text: str, quoted: Quoted) -> Span | None:
    """Returns where the text names the speaker of a quotation."""
    return find_speaker(text, quoted.span, quoted.before)


def _quotation(
    a: Analysis,
    b: Analysis,
    passage: Passage,
    shared: SharedQuotation,
    speaker_a: Span | None,
    speaker_b: Span | None,
) -> Quotation:
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
    first, last = quoted.tokens
    words = between_marks(analysis.text, quoted.span)
    if tokens[0] == first:
        start = max(passage.start, words.start)
    if tokens[1] == last:
        end = min(passage.end, words.end)
    return Span(start, end)


def _name(analysis: Analysis, span: Span | None) -> str:
    return "" if span is None else analysis.text[span.start : span.end]
