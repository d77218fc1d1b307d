"""Alignment and relation: which passages two texts share, and what that makes of them."""

import random

import pytest
from aligned import quotes
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import CANAL, FURNITURE, OBSERVATORY, ORCHESTRA, articles, text_of

from textkin_service.alignment import DEFAULT
from textkin_service.alignment.runs import find_runs
from textkin_service.alignment.sides import Side
from textkin_service.analysis import analyze
from textkin_service.model import PassageKind, Relation
from textkin_service.relation import compare

# The same examples each time: sums of floats may fall either side of a threshold, which is no fault.
some = settings(max_examples=80, deadline=None, derandomize=True)
ROUNDING = 1e-6
any_text = st.one_of(st.text(st.characters(exclude_categories=["Cs"]), max_size=80), articles(), articles())


def compared(a, b):
    return compare(analyze(a), analyze(b))


def numbers(comparison):
    return (
        comparison.score,
        comparison.resemblance,
        comparison.containment_a,
        comparison.containment_b,
        comparison.coverage_a,
        comparison.coverage_b,
        *(passage.similarity for passage in comparison.passages),
    )


@some
@given(any_text, any_text)
def test_passages_lie_in_the_texts_in_order_and_every_number_is_a_share(a, b):
    result = compared(a, b)
    assert all(0.0 <= number <= 1.0 + ROUNDING for number in numbers(result))
    assert all(
        0 <= p.a.start < p.a.end <= len(a) and 0 <= p.b.start < p.b.end <= len(b) for p in result.passages
    )
    places = [(p.a.start, p.a.end) for p in result.passages]
    assert places == sorted(places)
    assert all((p.similarity == 1.0) >= (p.kind is PassageKind.VERBATIM) for p in result.passages)


def test_no_number_is_greater_than_one_even_by_rounding():
    assert (
        max(numbers(compared(CANAL[0].replace("canal", "so").replace("Harrow", "Harrow Harrow"), CANAL[0])))
        <= 1.0
    )


@some
@given(articles(distinct=True), articles(distinct=True))
def test_comparing_the_other_way_round_is_the_mirror_image(a, b):
    there, back = compared(a, b), compared(b, a)
    assert there.relation == back.relation
    assert there.score == pytest.approx(back.score, abs=1e-5)
    assert there.resemblance == back.resemblance
    assert (there.containment_a, there.containment_b) == pytest.approx(
        (back.containment_b, back.containment_a)
    )
    assert (there.coverage_a, there.coverage_b) == (back.coverage_b, back.coverage_a)
    assert {(p.a, p.b, p.kind) for p in there.passages} == {(p.b, p.a, p.kind) for p in back.passages}


def test_comparing_texts_with_a_refrain_the_other_way_round_is_the_mirror_image_too():
    refrain = CANAL[1]
    a = (
        refrain.replace("led", "so").replace("Lindqvist", "Petra").replace("oak", "forty-two oak")
        + " "
        + refrain
    )
    b = f"{refrain.replace('walls', 'walls walls')}\n\n{refrain} clay.\n\n{CANAL[2]}\n\n{refrain}"
    there, back = compared(a, b), compared(b, a)
    assert {(p.a, p.b, p.kind) for p in there.passages} == {(p.b, p.a, p.kind) for p in back.passages}


@some
@given(any_text)
def test_a_text_is_one_verbatim_passage_of_itself(text):
    result = compared(text, text)
    if analyze(text).evidence_words():
        (passage,) = result.passages
        assert passage.a == passage.b
        assert (passage.kind, passage.similarity) == (PassageKind.VERBATIM, 1.0)
        assert (result.relation, result.score) == (Relation.IDENTICAL, 1.0)
        assert (result.coverage_a, result.coverage_b, result.resemblance) == (1.0, 1.0, 1.0)
    else:
        assert result.passages == ()


@some
@given(any_text, any_text)
def test_a_verbatim_passage_has_the_same_words_on_both_sides(a, b):
    for passage in compared(a, b).passages:
        if passage.kind is PassageKind.VERBATIM:
            one = analyze(a[passage.a.start : passage.a.end]).tokens.words
            assert one == analyze(b[passage.b.start : passage.b.end]).tokens.words


@pytest.mark.parametrize(
    "change", [str.upper, str.lower, lambda text: text.replace(",", " --").replace(".", " !")]
)
def test_case_and_punctuation_do_not_tell_texts_apart(change):
    text = text_of(*CANAL).replace("3.4", "three")
    result = compared(text, change(text))
    assert (result.relation, result.score, result.resemblance) == (Relation.IDENTICAL, 1.0, 1.0)
    assert (result.coverage_a, result.coverage_b) == (1.0, 1.0)
    assert {p.kind for p in result.passages} == {PassageKind.VERBATIM}


@pytest.mark.parametrize(
    "text", ["Nettlecombe", "Talks resume on Monday.", "The bridge is shut. Boats pay a toll."]
)
def test_a_short_text_in_capitals_is_covered_by_a_passage_too(text):
    result = compared(text, text.upper())
    assert result.relation is Relation.IDENTICAL
    assert (result.coverage_a, result.coverage_b) == (1.0, 1.0)


def test_a_paragraph_copied_into_another_article_is_a_verbatim_passage_bounded_to_the_word():
    paragraph = text_of(*CANAL[2:5])
    a = "\n\n".join([text_of(*OBSERVATORY[:4]), paragraph, text_of(*OBSERVATORY[4:])])
    b = text_of(*CANAL)
    assert quotes(a, b) == [(paragraph, paragraph)]
    result = compared(a, b)
    assert result.passages[0].kind is PassageKind.VERBATIM
    assert result.relation is Relation.PARTIAL_COPY


def test_a_copy_that_begins_and_ends_amid_sentences_is_bounded_to_the_word():
    copied = text_of(*CANAL[1:5]).removeprefix("Engineers led by ").removesuffix(" at the top lock.")
    a = f"The vicar admired how {copied} nowadays. {text_of(*ORCHESTRA)}"
    assert quotes(a, text_of(*CANAL)) == [(copied, copied)]


def test_a_lightly_edited_paragraph_is_edited_and_a_copy():
    original = text_of(*CANAL)
    edited = (
        original.replace("Saturday", "Sunday")
        .replace("complained", "grumbled")
        .replace("four tonnes", "tonnes")
    )
    result = compared(edited, original)
    assert [p.kind for p in result.passages] == [PassageKind.EDITED]
    assert result.relation is Relation.COPY
    assert result.passages[0].similarity > 0.8
    assert quotes(edited, original) == [(edited, original)]


def test_an_article_whose_sentences_are_shuffled_is_a_copy():
    sentences = list(CANAL)
    random.Random(3).shuffle(sentences)  # noqa: S311 - any will do that is the same each time
    assert compared(text_of(*sentences), text_of(*CANAL)).relation is Relation.COPY


def test_a_long_quotation_in_a_rewrite_counts_as_copied():
    quotation = text_of(*CANAL[1:4])
    a = (
        "Seven locks of the Harrow flight opened again on Saturday; the Ostermark canal trust had repaired them for"
        f" eleven months. {quotation} Anselm Brook, whose tea stall stands at the top lock, had begun to think the water"
        " was never coming back. Hundreds of bream and two pike were killed in the drained pound in March, complained"
        " anglers. Volunteers moved four tonnes of fish to the Nettlecombe reservoir, answered the trust. A passage will"
        " cost boaters a toll of twelve crowns until, in 2041, the debt is settled."
    )
    assert compared(a, text_of(*CANAL)).relation >= Relation.PARTIAL_COPY


def test_two_passages_from_two_articles_are_told_apart():
    a = "\n\n".join([text_of(*CANAL[:3]), text_of(*OBSERVATORY), text_of(*CANAL[5:])])
    assert quotes(a, text_of(*OBSERVATORY)) == [(text_of(*OBSERVATORY), text_of(*OBSERVATORY))]
    assert [one for one, _ in quotes(a, text_of(*CANAL))] == [text_of(*CANAL[:3]), text_of(*CANAL[5:])]


@pytest.mark.parametrize(("a", "b"), [(CANAL, OBSERVATORY), (OBSERVATORY, ORCHESTRA), (ORCHESTRA, CANAL)])
def test_articles_about_other_things_are_unrelated(a, b):
    result = compared(text_of(*a), text_of(*b))
    assert (result.relation, result.passages) == (Relation.UNRELATED, ())
    assert result.score < 0.1


@pytest.mark.parametrize("between", [True, False])
def test_web_residue_is_in_no_passage_and_makes_no_texts_kin(between):
    halves = [text_of(*CANAL[:4]), text_of(*CANAL[4:])]
    a = "\n\n".join([halves[0], FURNITURE, halves[1]] if between else [*halves, FURNITURE])
    b = "\n\n".join([*halves, FURNITURE])
    assert not any("email" in side for pair in quotes(a, b) for side in pair)
    assert compared(a, b).relation is Relation.IDENTICAL
    other = "\n\n".join([text_of(*OBSERVATORY), FURNITURE])
    assert compared(a, other).relation is Relation.UNRELATED


def test_residue_that_was_copied_with_the_words_around_it_interrupts_no_passage():
    copied = "\n\n".join([text_of(*CANAL[:4]), FURNITURE, text_of(*CANAL[4:])])
    assert quotes(copied, copied) == [(copied, copied)]
    longer = f"{copied}\n\n{text_of(*OBSERVATORY)}"
    assert quotes(longer, f"{copied}\n\n{text_of(*ORCHESTRA)}") == [(copied, copied)]


def test_residue_that_is_copied_as_part_of_a_line_interrupts_no_passage():
    a = f"{CANAL[0]}\n\nShare this:\n\n{text_of(*CANAL[1:])}"
    b = f"{CANAL[0]} Share this: {text_of(*CANAL[1:])}"
    assert quotes(a, b) == [(a, b)]


def test_residue_that_stands_elsewhere_interrupts_the_passage():
    parts = [text_of(*CANAL[:2]), text_of(*CANAL[2:4]), text_of(*CANAL[4:])]
    a = "\n\n".join([parts[0], FURNITURE, *parts[1:]])
    b = "\n\n".join([*parts[:2], FURNITURE, parts[2]])
    assert quotes(a, b) == [(part, part) for part in parts]


def test_residue_at_the_ends_of_a_page_is_in_no_passage():
    text = "\n\n".join([FURNITURE, text_of(*CANAL), FURNITURE])
    assert quotes(text, text) == [(text_of(*CANAL), text_of(*CANAL))]


def test_quotes_and_stops_belong_to_the_passage_they_enclose():
    quote = CANAL[4]
    a = text_of(*OBSERVATORY[:3], quote)
    assert quotes(a, text_of(*CANAL)) == [(quote, quote)]


@pytest.mark.parametrize(
    ("a", "b"), [("", ""), ("", CANAL[0]), ("!?", "…"), ("", "word"), (CANAL[0], " \n ")]
)
def test_texts_without_words_share_nothing(a, b):
    result = compared(a, b)
    assert result.relation is Relation.UNRELATED
    assert result.passages == ()
    assert numbers(result) == (0.0,) * 6


@pytest.mark.parametrize(("a", "b", "relation"), [
    ("Nettlecombe", "nettlecombe.", Relation.IDENTICAL),
    ("Nettlecombe", "Ostermark", Relation.UNRELATED),
    ("Nettlecombe", text_of(*CANAL), Relation.UNRELATED),
    ("漢", "漢", Relation.IDENTICAL),
])  # fmt: skip
def test_texts_of_one_word(a, b, relation):
    assert compared(a, b).relation is relation


def test_one_sentence_in_another_order_is_kin():
    a = "Engineers led by Petra Lindqvist replaced forty-two oak gates with blue clay."
    b = "Forty-two oak gates were replaced with blue clay by engineers whom Petra Lindqvist led."
    assert compared(a, b).relation >= Relation.RELATED


def test_an_excerpt_is_contained_though_it_resembles_little():
    result = compared(text_of(*CANAL[:2]), text_of(*CANAL, *OBSERVATORY, *ORCHESTRA))
    assert result.relation is Relation.COPY
    assert result.containment_a == 1.0 == result.coverage_a
    assert result.containment_b < 0.5
    assert result.resemblance < 0.2


def test_texts_of_scripts_without_spaces_are_compared_by_their_characters():
    a = "運河の水門が十一か月の修理を終えて土曜日に再び開いた。技師たちは樫の門を四十二枚取り替えた。"
    b = "天文台は彗星の尾が三つに分かれたと発表した。" + a
    result = compare(analyze(a, "ja"), analyze(b, "ja"))
    assert result.relation is Relation.COPY
    assert [a[p.a.start : p.a.end] for p in result.passages] == [a]


def sides(a, b):
    return Side.of(analyze(a), "a"), Side.of(analyze(b), "b")


def test_an_exact_run_reaches_over_small_changes_and_not_over_large_ones():
    words = [f"word{chr(97 + i)}" for i in range(24)]
    small = [*words[:8], "new", "words", *words[9:16], "more", *words[17:]]
    (run,) = find_runs(*sides(" ".join(words), " ".join(small)), DEFAULT)
    assert (run.a, run.b, run.matched) == ((0, 24), (0, 25), 22)
    large = words[:12] + ["x"] * 9 + words[12:]
    assert [run.a for run in find_runs(*sides(" ".join(words), " ".join(large)), DEFAULT)] == [
        (0, 12),
        (12, 24),
    ]


def test_an_exact_run_reaches_over_a_doubled_word():
    words = [f"word{chr(97 + i)}" for i in range(22)]
    doubled = words[:11] + words[10:]
    runs = find_runs(*sides(" ".join(words), " ".join(doubled)), DEFAULT)
    assert [(run.a, run.b) for run in runs] == [((0, 22), (0, 23))]


def test_an_exact_run_does_not_reach_over_residue():
    a = f"{CANAL[0]}\n\nShare this:\n\n{CANAL[1]}"
    runs = find_runs(*sides(a, f"{CANAL[0]} {CANAL[1]}"), DEFAULT)
    assert len(runs) == 2


def test_texts_of_twenty_thousand_words_are_compared():
    chosen = random.Random(11)  # noqa: S311 - any will do that is the same each time
    syllables = [x + y for x in "bdfgklmnprstvz" for y in "aeiou"]
    names = [f"{x}{y}ndel" for x in syllables for y in syllables]

    def long():
        return [
            f"The {' '.join(chosen.choices(names, k=12))} of {chosen.choice(names)}." for _ in range(1_300)
        ]

    a, b = long(), long()
    b[600:650] = a[200:250]
    result = compared(" ".join(a), " ".join(b))
    assert any(p.kind is PassageKind.VERBATIM for p in result.passages)
    assert 50 * 14 / 20_000 < result.coverage_a < 0.2


def test_an_identical_text_scores_above_every_edited_one():
    text = text_of(*CANAL)
    assert compared(text, text).score == 1.0
    assert compared(f"Late news. {text}", text).score < 1.0
