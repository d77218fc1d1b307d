"""Shared quotations: what two texts quote alike is marked in the passages, and is no evidence by itself."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statements import INTERVIEW, OTHER_REPORT, REPORT, STATEMENT
from textkin_service.analysis import analyze
from textkin_service.model import Relation
from textkin_service.quotations.shared import shared_quotations
from textkin_service.relation import compare


def compared(a, b, language="en"):
    return compare(analyze(a, language), analyze(b, language))


def cut(text, span):
    return None if span is None else text[span.start : span.end]


def quotations(a, b, language="en"):
    """Returns what both texts quote, as each has it, with the speaker, of all passages."""
    return [
        (cut(a, each.a), cut(b, each.b), each.speaker)
        for passage in compared(a, b, language).passages
        for each in passage.quotations
    ]


def test_a_statement_that_two_reports_quote_is_a_marked_passage_and_they_are_related():
    found = compared(REPORT, OTHER_REPORT)
    assert found.relation is Relation.RELATED
    assert "words quoted" in found.explanation
    ((quotation,),) = [passage.quotations for passage in found.passages]
    assert cut(REPORT, quotation.a) == cut(OTHER_REPORT, quotation.b) == STATEMENT[:-1]
    assert quotation.speaker == cut(REPORT, quotation.speaker_a) == "Ilse Brandt"
    assert cut(OTHER_REPORT, quotation.speaker_b) == "Brandt"


def test_words_that_one_text_quotes_and_the_other_takes_for_its_own_are_copied():
    own = REPORT.replace("“", "").replace("”", "")
    found = compared(own, OTHER_REPORT)
    assert found.relation >= Relation.PARTIAL_COPY
    assert not any(passage.quotations for passage in found.passages)


def test_a_copied_interview_is_a_copy_though_most_of_it_is_quoted():
    copy = f"A shed in Dray smells of tea and coal on Fridays. {INTERVIEW} The society counts nine hundred members."
    found = compared(INTERVIEW, copy)
    assert found.relation is Relation.COPY
    assert sum(len(passage.quotations) for passage in found.passages) == 4


def test_a_copied_speech_is_a_copy_though_all_of_it_is_quoted():
    assert compared(f"“{STATEMENT}”", f"“{STATEMENT}” Thus spoke Brandt.").relation is Relation.COPY


def test_a_report_copied_with_its_quotation_stays_a_copy_of_a_part():
    first, last = REPORT.split("“")[0], REPORT.split("”")[1]
    longer = " ".join(OTHER_REPORT.replace(STATEMENT[:-1], "No comment").split()) + " "
    found = compared(REPORT, longer * 2 + REPORT + " " + longer)
    assert found.relation is Relation.COPY
    assert found.coverage_a == 1.0
    assert first in REPORT
    assert last in REPORT


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("the noise it made in the long tunnel at night", "the noise it made in the dark tunnel at night"),
        ("and he never stopped talking about it all", "so he never stopped talking about it all"),
    ],
)
def test_a_quotation_equal_but_for_a_word_is_shared(mine, theirs):
    (shared,) = shared_quotations(analyze(f"“{mine}”", "en"), analyze(f"He said: “{theirs}”", "en"))
    assert shared.words >= 7


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("the salt railway", "the salt railway"),
        ("we will run trains to the harbour again", "he lent them rails to lay on the old bed"),
        ("it is what it is and the work goes on until May", "it is what it is not going to become in a year"),
    ],
)
def test_a_title_or_a_few_words_in_common_are_no_shared_quotation(mine, theirs):
    assert shared_quotations(analyze(f"“{mine}”", "en"), analyze(f"“{theirs}”", "en")) == []


def test_a_quotation_cut_in_two_is_shared_in_both_parts():
    whole = "Sixty dockers met in the bakery. “We will take the boats to Dray and leave them there until the county pays us.”"
    parts = (
        "“We will take the boats to Dray,” the dockers said, “and leave them there until the county pays us.”"
    )
    one, other = analyze(whole, "en"), analyze(parts, "en")
    assert [shared.words for shared in shared_quotations(one, other)] == [7, 9]


def test_speakers_on_whom_the_texts_differ_are_given_without_a_common_name():
    a, b = REPORT, OTHER_REPORT.replace("Brandt said", "Osric Plume said")
    ((quotation,),) = [passage.quotations for passage in compared(a, b).passages]
    assert quotation.speaker == ""
    assert cut(a, quotation.speaker_a) == "Ilse Brandt"
    assert cut(b, quotation.speaker_b) == "Osric Plume"


def test_quotations_are_shared_in_scripts_without_spaces():
    statement = (
        "山がうなっているような音がして、宿の壁がゆっくり動き、"
        "湯船の水が廊下まであふれ出たので、客と裏口から走って逃げるしかなかった"
    )
    a = f"十八日未明、霧沢町で斜面が崩れた。「{statement}」と榎木さんは話す。町が毛布を配った。"
    b = f"温泉旅館の営業は来春まで休みになる。女将の榎木千代さんは「{statement}」と振り返った。"
    assert quotations(a, b, "ja") == [(statement, statement, "榎木千代")]


WORDS = st.sampled_from(
    ["boats", "trains", "salt", "harbour", "bridge", "tea", "oil", "lamp", "of", "the", "and"]
)
STRETCHES = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)
TEXTS = st.lists(
    st.tuples(st.sampled_from(["“{}” said Brook. ", "{}. ", '"{}" ', "«{}\n\n", "「{}」"]), STRETCHES),
    max_size=12,
).map(lambda parts: "".join(form.format(stretch) for form, stretch in parts))


@given(TEXTS, TEXTS)
@settings(deadline=None, max_examples=60)
def test_shared_quotations_are_equal_words_within_quotations_and_mirrored(a, b):
    one, other = analyze(a, "en"), analyze(b, "en")
    found = shared_quotations(one, other)
    mirror = shared_quotations(other, one)
    assert sorted((each.tokens_b, each.tokens_a) for each in found) == sorted(
        (each.tokens_a, each.tokens_b) for each in mirror
    )
    for each in found:
        assert each.words >= 4
        for run in each.runs:
            assert one.tokens.words[slice(*run.a)] == other.tokens.words[slice(*run.b)]
        for analysis, quoted, tokens in ((one, each.a, each.tokens_a), (other, each.b, each.tokens_b)):
            assert quoted.span.start < analysis.tokens.starts[tokens[0]]
            assert analysis.tokens.ends[tokens[1] - 1] < quoted.span.end


@given(st.data())
@settings(deadline=None, max_examples=30)
def test_the_quotations_of_passages_lie_in_them_and_are_mirrored(data):
    parts = [REPORT, OTHER_REPORT, INTERVIEW, STATEMENT, "“" + STATEMENT + "”", *REPORT.split(". ")]
    a, b = (" ".join(data.draw(st.lists(st.sampled_from(parts), min_size=1, max_size=4))) for _ in "ab")
    one, other = compared(a, b), compared(b, a)
    for passage in one.passages:
        for each in passage.quotations:
            assert passage.a.start <= each.a.start < each.a.end <= passage.a.end
            assert passage.b.start <= each.b.start < each.b.end <= passage.b.end
            for text, speaker in ((a, each.speaker_a), (b, each.speaker_b)):
                assert speaker is None or cut(text, speaker).endswith(("Brandt", "Brook", "Board"))
    assert one.score == other.score
    assert sorted(_quoted(passage.quotations, "ab") for passage in one.passages) == sorted(
        _quoted(passage.quotations, "ba") for passage in other.passages
    )


def _quoted(found, sides):
    ranges = [tuple((getattr(each, side).start, getattr(each, side).end) for side in sides) for each in found]
    return sorted((*each, quotation.speaker) for each, quotation in zip(ranges, found, strict=True))
