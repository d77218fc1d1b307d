"""Quotations that both texts have, as the command line and the page show them."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from statements import OTHER_REPORT, REPORT, STATEMENT
from textkin import _convert, types
from textkin.report import ReportText, comparison_report
from textkin.v1 import comparison_pb2

HOSTILE = '"><script>alert(1)</script>'


def compared(textkin, *options):
    (found,) = map(json.loads, textkin("compare", "a.txt", "b.txt", "--json", *options).stdout.splitlines())
    return found


def cut(text, span):
    return text[span["start"] : span["end"]]


def test_json_marks_a_shared_quotation_with_its_speaker_in_the_unit_asked_for(textkin, write):
    a, b = "\U0001f30a " + REPORT, OTHER_REPORT
    write("a.txt", a)
    write("b.txt", b)
    forms = {
        "code_point": (str, 1),
        "utf8_byte": (str.encode, 1),
        "utf16_unit": (lambda t: t.encode("utf-16-le"), 2),
    }
    for unit, (form, width) in forms.items():
        found = compared(textkin, "--offset-unit", unit)
        ((quotation,),) = [passage["quotations"] for passage in found["passages"]]
        assert list(quotation) == ["a", "b", "speaker", "speaker_a", "speaker_b"]
        assert quotation["speaker"] == "Ilse Brandt"
        for text, side, expected in (
            (a, "a", STATEMENT[:-1]),
            (b, "b", STATEMENT[:-1]),
            (a, "speaker_a", "Ilse Brandt"),
            (b, "speaker_b", "Brandt"),
        ):
            span = {end: place * width for end, place in quotation[side].items()}
            assert cut(form(text), span) == form(expected)


def test_a_speaker_that_a_text_does_not_name_is_null(textkin, write):
    write("a.txt", REPORT)
    write("b.txt", OTHER_REPORT.replace("Brandt said", "she said"))
    ((quotation,),) = [passage["quotations"] for passage in compared(textkin)["passages"]]
    assert quotation["speaker"] == "Ilse Brandt"
    assert quotation["speaker_b"] is None


def test_people_see_what_both_quote_and_whom(textkin, write):
    write("a.txt", REPORT)
    write("b.txt", OTHER_REPORT)
    shown = " ".join(textkin("compare", "a.txt", "b.txt").stdout.split())
    assert "related" in shown
    assert "both quote Ilse Brandt: “The board has decided to close" in shown


def test_people_see_where_the_texts_name_different_speakers(textkin, write):
    write("a.txt", REPORT)
    write("b.txt", OTHER_REPORT.replace("Brandt said", "Osric Plume said"))
    shown = " ".join(textkin("compare", "a.txt", "b.txt").stdout.split())
    assert "both quote, A Ilse Brandt and B Osric Plume: “The board has decided" in shown


def test_a_search_shows_what_both_quote(textkin, write, client, collection):
    client.ingest(types.Article("other", OTHER_REPORT), collection=collection)
    write("draft.txt", REPORT)
    options = ("--collection", collection, "--min-relation", "related")
    shown = " ".join(textkin("search", "draft.txt", *options).stdout.split())
    assert "both quote Ilse Brandt: “The board has decided" in shown


def test_the_page_underlines_a_quotation_and_names_the_speaker_as_text(textkin, write, tmp_path):
    write("a.txt", REPORT)
    write("b.txt", OTHER_REPORT)
    textkin("compare", "a.txt", "b.txt", "--html", "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count(f'<span class="quotation" data-speaker="Ilse Brandt">{STATEMENT[:-1]}</span>') == 2
    assert "quoted in both" in page


def test_a_hostile_speaker_is_shown_as_text():
    span = types.Span(0, len(HOSTILE))
    quotation = types.Quotation(span, span, speaker=HOSTILE)
    passage = types.Passage(span, span, types.PassageKind.VERBATIM, 1.0, quotations=(quotation,))
    comparison = types.Comparison(0.2, types.Relation.RELATED, 0.0, 1.0, 1.0, 1.0, 1.0, passages=(passage,))
    page = comparison_report(ReportText("a", HOSTILE), ReportText("b", HOSTILE), comparison)
    assert "<script>" not in page
    assert 'data-speaker="&quot;&gt;&lt;script&gt;' in page


SPANS = st.builds(types.Span, st.integers(0, 9), st.integers(10, 2**40))


@given(
    st.lists(
        st.builds(
            types.Quotation,
            SPANS,
            SPANS,
            st.text(st.characters(codec="utf-8")),
            st.none() | SPANS,
            st.none() | SPANS,
        ),
        max_size=3,
    )
)
@settings(deadline=None)
def test_quotations_survive_the_wire(quotations):
    def message(span):
        return span and comparison_pb2.Span(start=span.start, end=span.end)

    sent = comparison_pb2.Comparison(
        relation=comparison_pb2.RELATION_RELATED,
        passages=[
            comparison_pb2.Passage(
                kind=comparison_pb2.PASSAGE_KIND_VERBATIM,
                quotations=[
                    comparison_pb2.Quotation(
                        a=message(each.a),
                        b=message(each.b),
                        speaker=each.speaker,
                        speaker_a=message(each.speaker_a),
                        speaker_b=message(each.speaker_b),
                    )
                    for each in quotations
                ],
            )
        ],
    )
    (passage,) = _convert.comparison(sent).passages
    assert passage.quotations == tuple(quotations)
