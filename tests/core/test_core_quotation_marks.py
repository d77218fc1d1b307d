"""Quotation marks: what a text puts between them, in every style, and never more."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_marks import plain_quotations

from textkin_service.model import Span
from textkin_service.quotations.marks import between_marks, find_quotations

MARKS = "\"“”„‟«»‹›「」『』‘’‚‛`'"


def quoted(text):
    spans = [between_marks(text, Span(*ends)) for ends in find_quotations(text).tolist()]
    return [text[span.start : span.end] for span in spans]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('She said "we go home now" and left. "No," he said.', ["we go home now", "No,"]),
        ("“We go home now,” she said. “No,” he said.", ["We go home now,", "No,"]),
        ("‘We go home now,’ she said. ‘No,’ he said.", ["We go home now,", "No,"]),
        ("« Nous rentrons », dit-elle. «Non», dit-il.", ["Nous rentrons", "Non"]),
        ("»Wir gehen heim«, sagte sie. »Nein«, sagte er.", ["Wir gehen heim", "Nein"]),
        ("„Wir gehen heim“, sagte sie. „Nein“, sagte er.", ["Wir gehen heim", "Nein"]),
        ("„Idziemy do domu”, powiedziała. „Nie”, odparł.", ["Idziemy do domu", "Nie"]),
        ("‚Wir gehen heim‘, sagte sie. ‚Nein‘, sagte er.", ["Wir gehen heim", "Nein"]),
        ("›Wir gehen heim‹, sagte sie. ‹Non›, dit-il.", ["Wir gehen heim", "Non"]),
        ("”Vi går hem nu”, sade hon. ”Nej”, sade han.", ["Vi går hem nu", "Nej"]),
        ("「家に帰ろう」と彼女は言った。『本』を閉じた。", ["家に帰ろう", "本"]),
        ("`` We go home now, '' she said. ``No,'' he said.", ["We go home now,", "No,"]),
    ],
)
def test_every_style_of_marks_is_known(text, expected):
    assert quoted(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“He told me ‘go home’ and I went,” she said.", ["He told me ‘go home’ and I went,"]),
        ("‘He told me “go home” and I went,’ she said.", ["He told me “go home” and I went,"]),
        ("「山が『うなって』いる」と言った。", ["山が『うなって』いる"]),
        ("«La nave «Aurora» è in porto», disse. «Bene».", ["La nave «Aurora» è in porto", "Bene"]),
        ("«Мы видели «Зарю», — сказал он. «И ещё раз».", ["Мы видели «Зарю", "И ещё раз"]),
    ],
)
def test_of_nested_quotations_the_outer_one_is_taken(text, expected):
    assert quoted(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It’s the dockers’ pier, and it isn’t safe, the dockers’ union says.", []),
        ("‘It isn’t the dockers’ pier any more,’ she said.", ["It isn’t the dockers’ pier any more,"]),
        ("It's the dockers' pier, and it isn't safe.", []),
        ("In the ’60s rock ’n’ roll was loud.", []),
        ('A 6" pipe and a 4" pipe, "laid by hand in a week".', ["laid by hand in a week"]),
    ],
)
def test_apostrophes_and_inches_are_no_quotations(text, expected):
    assert quoted(text) == expected


@pytest.mark.parametrize("opening", ["“", '"', "«", "„", "‘"])
def test_a_mark_that_nothing_closes_ends_with_its_paragraph(opening):
    text = f"{opening}We go home, she said.\n\nThe pier was closed. “It is not safe there,” he said."
    assert quoted(text)[-1:] == ["It is not safe there,"]
    assert all("pier" not in each for each in quoted(text))


@pytest.mark.parametrize("marks", ["“”", '""', "«»"])
def test_a_quotation_of_several_paragraphs_is_one(marks):
    opening, closing = marks
    text = f"{opening}We go home.\n\n{opening}Then we rest.\n\n{opening}And eat,{closing} she said. {opening}No.{closing}"
    assert quoted(text) == [f"We go home.\n\n{opening}Then we rest.\n\n{opening}And eat,", "No."]


def test_a_new_opening_mark_gives_up_one_that_was_never_closed():
    assert quoted("“We go home, she said. “It is late,” he said.") == ["It is late,"]


def test_a_quotation_may_be_wrapped_over_lines():
    assert quoted('She said "we go\nhome now" and left.') == ["we go\nhome now"]


@given(st.text(st.sampled_from(MARKS + "aé .,\n漢"), max_size=80))
def test_quotations_are_in_order_without_overlap_and_stand_between_marks(text):
    end = 0
    for span in (Span(*ends) for ends in find_quotations(text).tolist()):
        assert end <= span.start < span.end <= len(text)
        assert text[span.start] in MARKS
        assert text[span.end - 1] in MARKS
        inside = between_marks(text, span)
        assert span.start <= inside.start <= inside.end <= span.end
        end = span.end


@given(st.text(st.characters(exclude_characters=MARKS), max_size=60))
def test_a_text_without_marks_quotes_nothing(text):
    assert len(find_quotations(text)) == 0


@pytest.mark.parametrize("piece", ['"', "“", "« ", "‘a ’ ", '"\n', "“a b\n", '"a" '])
def test_of_a_million_marks_so_many_are_looked_at(piece):
    found = find_quotations(piece * 300_000)
    assert len(found) <= 20_000
    assert ((found[:, 1] - found[:, 0]) <= 20_000).all()


@given(st.text(st.sampled_from(MARKS + "aé .,!-(\n\r\x85\t漢"), max_size=120))
@settings(deadline=None, max_examples=400)
def test_the_kernel_pairs_marks_as_plain_python_does(text):
    assert find_quotations(text).tolist() == plain_quotations(text)
