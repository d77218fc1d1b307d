"""Differences inside a passage: where the words of its sides are not the same."""

from difflib import SequenceMatcher
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st
from invented import CANAL, edited, text_of

from hostile_pairs import edited as every_tenth_edited
from hostile_texts import prose
from textkin_service.alignment import differences as differences_module
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
    words = list(analysis.tokens.words)
    for span in reversed([span for span in spans if span]):
        del words[slice(*analysis.tokens.in_span(span))]
    return words


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


def by_difflib(a, b):
    """Returns the places of the words that difflib takes for different: the plain twin of what a kernel looks for."""
    words_a, words_b = list(a.tokens.hashes), list(b.tokens.hashes)
    return [
        (first_a, last_a, first_b, last_b)
        for tag, first_a, last_a, first_b, last_b in SequenceMatcher(None, words_a, words_b).get_opcodes()
        if tag != "equal"
    ]


def by_words(a, b, found):
    places = []
    in_a = in_b = 0
    for each in found:
        first_a, last_a = a.tokens.in_span(each.a) if each.a else (None, None)
        first_b, last_b = b.tokens.in_span(each.b) if each.b else (None, None)
        # A side without words stands where as many words are equal before it as on the other side.
        if first_a is None:
            first_a = last_a = in_a + first_b - in_b
        if first_b is None:
            first_b = last_b = in_b + first_a - in_a
        places.append((first_a, last_a, first_b, last_b))
        in_a, in_b = last_a, last_b
    return places


words = st.sampled_from("ash birch cedar elm fir hazel larch maple oak pine rowan yew".split())  # noqa: SIM905 - shorter


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(words, max_size=40), st.data())
def test_the_same_words_differ_as_difflib_says(row, data):
    other = data.draw(st.one_of(st.lists(words, max_size=40), st.permutations(row)))
    # From 200 words on it leaves out the most frequent.
    times = data.draw(st.sampled_from((1, 1, 8)))
    a, b, found = differing(" ".join(row * times), " ".join((other + row[:3]) * times))
    assert by_words(a, b, found) == by_difflib(a, b)


def test_of_two_long_texts_only_what_was_edited_differs():
    text = prose(200_000)
    a, b, found = differing(text, every_tenth_edited(text))
    assert max(len(a.tokens), len(b.tokens)) > differences_module._LONG_WORDS
    assert words_outside(a, [each.a for each in found]) == words_outside(b, [each.b for each in found])
    different = sum(a.tokens.in_span(each.a)[1] - a.tokens.in_span(each.a)[0] for each in found if each.a)
    assert different <= 0.11 * len(a.tokens)


def test_beyond_its_steps_the_rest_counts_as_different(monkeypatch):
    monkeypatch.setattr(differences_module, "_MOST_STEPS", 300)
    monkeypatch.setattr(differences_module, "_LONG_WORDS", 10_000)
    text = prose(20_000)
    a, b, found = differing(text, every_tenth_edited(text))
    whole = differing(text, text)[2]
    assert whole == ()
    assert words_outside(a, [each.a for each in found]) == words_outside(b, [each.b for each in found])


def test_differences_ask_whether_they_may_go_on():
    asked = count()
    a = analyze("the harbour master of Velmora said that two ferries had collided", "en")
    passage = Passage(Span(0, len(a.text)), Span(0, len(a.text)), PassageKind.EDITED, 0.5)
    differences(a, a, passage, lambda: next(asked))
    assert next(asked) > 0
