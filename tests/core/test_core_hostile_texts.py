"""A catalogue of hostile texts, each through all that an ingest, a search and a comparison do with it."""

import unicodedata

import pytest

from hostile_pairs import edited, mixed, other_chatter, reversed_words
from hostile_texts import TEXTS, prose
from textkin_service.alignment.differences import differences
from textkin_service.analysis import analyze
from textkin_service.analysis.tokens import normalize_word
from textkin_service.model import PassageKind
from textkin_service.relation import compare
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme, probe, sketch

SCHEME = Scheme.of(Settings())
SIZE = 20_000
MEGABYTE = 1_048_576


def check_sound(a, b):
    """Compares two texts, with all that can be asked for, and checks that spans lie in their texts and figures in range."""
    one, other = analyze(a), analyze(b)
    result = compare(one, other)
    assert 0.0 <= result.score <= 1.0
    for passage in result.passages:
        assert 0 <= passage.a.start < passage.a.end <= len(a)
        assert 0 <= passage.b.start < passage.b.end <= len(b)
        assert 0.0 <= passage.similarity <= 1.0
        for each in differences(one, other, passage) if passage.kind is not PassageKind.PARAPHRASE else ():
            for span, whole in ((each.a, passage.a), (each.b, passage.b)):
                assert span is None or whole.start <= span.start < span.end
    assert sketch(one, SCHEME).to_bytes() == sketch(analyze(a), SCHEME).to_bytes()
    assert len(probe(one).content) == len(probe(one).windows)


@pytest.mark.parametrize("make", TEXTS.values(), ids=TEXTS)
def test_a_hostile_text_is_compared_with_what_was_made_of_it(make):
    text = make(SIZE)
    for other in (edited(text), reversed_words(text), mixed(text)):
        check_sound(text, other)


@pytest.mark.parametrize("make", TEXTS.values(), ids=TEXTS)
def test_a_hostile_text_is_identical_with_itself(make):
    analysis = analyze(make(SIZE))
    assert compare(analysis, analysis).score == float(analysis.word_count > 0)


def test_chatter_over_the_same_words_is_compared():
    check_sound(TEXTS["chatter"](SIZE), other_chatter(SIZE))


def test_two_texts_of_a_megabyte_are_compared_with_their_differences():
    # Python's difflib takes a minute for these.
    text = prose(MEGABYTE)
    check_sound(text, edited(text))


@pytest.mark.parametrize("marks", ["\u0301\u0323", "\u0f71\u0f72", "\u0f73", "\uff9e\u0323"], ids=ascii)
def test_a_megabyte_of_marks_on_one_letter_is_analysed(marks):
    # To sort so many by their classes, as normalisation does, would take minutes.
    text = "w" + marks * (MEGABYTE // len(marks.encode()))
    analysis = analyze(text, "en")
    assert analysis.word_count == 1
    assert len(sketch(analysis, SCHEME).verbatim)


def test_as_many_marks_as_any_writing_has_are_in_the_order_of_unicode():
    for count in (1, 2, 15):
        word = "w" + "\u0301\u0323" * count
        assert normalize_word(word) == unicodedata.normalize("NFKC", word)
        assert normalize_word(word) == normalize_word("w" + "\u0323\u0301" * count)
