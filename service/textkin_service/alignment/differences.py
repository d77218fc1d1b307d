"""Differences: the words of a passage's two sides that are not the same, for highlighting."""

from difflib import SequenceMatcher

from textkin_service.analysis import Analysis
from textkin_service.model import Difference, Passage, Span


def differences(a: Analysis, b: Analysis, passage: Passage) -> tuple[Difference, ...]:
    """Returns what words of one side stand in place of what words of the other, in order.

    The longest common runs of words are taken for the same, then those beside them (Ratcliff and Obershelp 1988). Words
    are compared as normalised, so that case, punctuation and spacing make no difference.
    """
    tokens_a, tokens_b = a.tokens.in_span(passage.a), b.tokens.in_span(passage.b)
    # By their hashes, since the words of a text are made anew, all of them, whenever they are asked for.
    words_a, words_b = a.tokens.hashes[slice(*tokens_a)].tolist(), b.tokens.hashes[slice(*tokens_b)].tolist()
    return tuple(
        Difference(
            _span(a, tokens_a[0] + first_a, tokens_a[0] + last_a),
            _span(b, tokens_b[0] + first_b, tokens_b[0] + last_b),
        )
        for tag, first_a, last_a, first_b, last_b in SequenceMatcher(None, words_a, words_b).get_opcodes()
        if tag != "equal"
    )


def _span(analysis: Analysis, first: int, last: int) -> Span | None:
    """Returns where a range of tokens stands in the text; None: no token."""
    if first == last:
        return None
    return Span(int(analysis.tokens.starts[first]), int(analysis.tokens.ends[last - 1]))
