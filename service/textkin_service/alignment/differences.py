"""Differences: the words of a passage's two sides that are not the same, for highlighting."""

from difflib import SequenceMatcher

import numpy as np

from textkin_service.analysis import Analysis
from textkin_service.model import Difference, Passage, Span


def differences(a: Analysis, b: Analysis, passage: Passage) -> tuple[Difference, ...]:
    """Returns what words of one side stand in place of what words of the other, in order.

    The longest common runs of words are taken for the same, then those beside them (Ratcliff and Obershelp 1988). Words
    are compared as normalised, so that case, punctuation and spacing make no difference.
    """
    tokens_a, tokens_b = _tokens(a, passage.a), _tokens(b, passage.b)
    words_a = a.tokens.words[tokens_a.start : tokens_a.stop]
    words_b = b.tokens.words[tokens_b.start : tokens_b.stop]
    return tuple(
        Difference(
            _span(a, tokens_a.start + first_a, tokens_a.start + last_a),
            _span(b, tokens_b.start + first_b, tokens_b.start + last_b),
        )
        for tag, first_a, last_a, first_b, last_b in SequenceMatcher(None, words_a, words_b).get_opcodes()
        if tag != "equal"
    )


def _tokens(analysis: Analysis, span: Span) -> range:
    """Returns the tokens that begin in a span."""
    first, last = np.searchsorted(analysis.tokens.starts, [span.start, span.end])
    return range(int(first), int(last))


def _span(analysis: Analysis, first: int, last: int) -> Span | None:
    """Returns where a range of tokens stands in the text; None: no token."""
    if first == last:
        return None
    return Span(int(analysis.tokens.starts[first]), int(analysis.tokens.ends[last - 1]))
