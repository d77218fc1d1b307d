"""Differences inside a passage: where the words of its sides are not the same."""

from hypothesis import given, settings
from hypothesis import strategies as st
from invented import CANAL, edited, text_of

from textkin_service.alignment.differences import differences
from textkin_service.analysis import analyze
from textkin_service.model import Passage, PassageKind, Span

some = settings(max_examples=60, deadline=None, derandomize=True)


def differing(a, b):
    """Returns the analyses and differences of two texts taken as one passage."""
    passage = Passage(Span(0, len(a)), Span(0, len(b)), PassageKind.EDITED, 0.5)
    one, other = analyze(a, "en"), analyze(b, "en")
    return one, other, differences(one, other, passage)


def words_outside(analysis, spans):
    tokens = analysis.tokens
    inside = [any(span.start <= start < span.end for span in spans if span) for start in tokens.starts]
    return [word for word, hidden in zip(tokens.words, inside, strict=True) if not hidden]


@some
@given(st.lists(st.sampled_from(CANAL).flatmap(edited), min_size=1, max_size=4), st.data())
def test_the_words_outside_the_differences_are_the_same(sentences, data):
    a = text_of(*sentences)
    b = text_of(*[data.draw(edited(sentence)) for sentence in sentences])
    one, other, found = differing(a, b)
    assert words_outside(one, [each.a for each in found]) == words_outside(other, [each.b for each in found])
    for each in found:
        assert each.a or each.b
        assert each.a is None or 0 <= each.a.start < each.a.end <= len(a)
        assert each.b is None or 0 <= each.b.start < each.b.end <= len(b)


def test_equal_words_differ_nowhere_whatever_their_case_and_punctuation():
    text = text_of(*CANAL[:3])
    assert differing(text, text.upper().replace(",", " –"))[2] == ()


def test_replaced_added_and_dropped_words_are_cut_out_exactly():
    a = "The trust reopened seven old locks on Saturday after repairs."
    b = "The trust reopened nine locks on Saturday, at noon, after repairs."
    _, _, found = differing(a, b)
    assert [
        (each.a and a[each.a.start : each.a.end], each.b and b[each.b.start : each.b.end]) for each in found
    ] == [("seven old", "nine"), (None, "at noon")]
