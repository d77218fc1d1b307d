"""Screening rules out only what a comparison would not take for a match, and measures as the comparison does."""

from dataclasses import replace

import numpy as np
import plain_screening
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import ARTICLES, CANAL, FURNITURE, OBSERVATORY, articles, text_of

from textkin_service.alignment import Alignment
from textkin_service.analysis import analyze
from textkin_service.measures import measure
from textkin_service.model import Relation
from textkin_service.relation import compare, may_match
from textkin_service.screening import Outline, ScreenedQuery, prepare
from textkin_service.screening.kernels import candidates as kernels

NOTHING = np.empty(0, np.uint32)
WORDS = ["lock", "gate", "the", "of", "Petra", "fish", "comet", "tail", "week", "a", "debt", "in", "violin"]
sentence = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(lambda words: " ".join(words) + ". ")
texts = st.one_of(articles(), st.lists(sentence, min_size=1, max_size=25).map("".join))
some = settings(max_examples=150, deadline=None)


def screened(a, b, recurring=NOTHING):
    (found,) = ScreenedQuery(a, recurring).screen([Outline.of(b)])
    return found


@some
@given(st.one_of(texts, st.text(max_size=60)))
def test_an_outline_has_what_its_plain_twin_has(text):
    analysis = analyze(text, "en")
    assert Outline.of(analysis).data.tolist() == plain_screening.outline(analysis)


@some
@given(texts, st.lists(texts, min_size=1, max_size=4))
def test_the_kernel_says_what_its_plain_twin_says_of_each_candidate(query, candidates):
    a, others = analyze(query, "en"), [analyze(text, "en") for text in candidates]
    found = ScreenedQuery(a, NOTHING)._figures([Outline.of(b).data for b in others])
    for row, b in zip(found.tolist(), others, strict=True):
        if row[kernels.EVIDENCE] == float("inf"):
            assert len(plain_screening.seeds(a, b)[0]) > kernels.MOST_SEEDS
            row[kernels.EVIDENCE] = plain_screening.evidence(a, b)
        assert row == pytest.approx(plain_screening.figures(a, b))


@some
@given(texts, texts)
def test_it_measures_as_a_comparison_that_finds_nothing_to_align(a, b):
    a, b = analyze(a, "en"), analyze(b, "en")
    bare, found = measure(a, b, Alignment((), ()), []), screened(a, b).measures
    assert found == replace(
        bare,
        containment_a=pytest.approx(bare.containment_a),
        containment_b=pytest.approx(bare.containment_b),
    )


@some
@given(texts, texts, st.sampled_from(list(Relation)), st.sampled_from([0.0, 0.1, 0.3, 0.6]))
def test_what_is_ruled_out_is_no_match(a, b, least_relation, least_score):
    a, b = analyze(a, "en"), analyze(b, "en")
    if not may_match(screened(a, b), least_relation, least_score):
        comparison = compare(a, b)
        assert comparison.relation < least_relation or comparison.score < least_score


def test_strangers_are_ruled_out_and_kin_are_not():
    canal, observatory, orchestra = (analyze(text_of(*article), "en") for article in ARTICLES)
    lifted = analyze(text_of(*OBSERVATORY[:4], *CANAL[2:4], *OBSERVATORY[4:]), "en")
    found = ScreenedQuery(canal, NOTHING).screen([Outline.of(x) for x in (observatory, lifted, orchestra)])
    assert [may_match(each, Relation.REWRITE, 0.0) for each in found] == [False, True, False]


def test_a_shared_quotation_may_make_texts_related():
    said = "“We had begun to think that the water would never come back to this town,” said Anselm Brook."
    a, b = (analyze(f"{text_of(*article)} {said}", "en") for article in ARTICLES[1:])
    assert may_match(screened(a, b), Relation.RELATED, 0.0)


def test_pieces_that_recur_are_left_out_of_both_texts():
    footer = (
        "Subscribers to the Velden Courier may read every article of the past forty years in our archive. "
    )
    a, b = (analyze(text_of(*article, footer), "en") for article in ARTICLES[:2])
    recurring = np.array([a.pieces.hashes[-1]])
    assert recurring[0] == b.pieces.hashes[-1]
    assert screened(a, b).measures.order.forwards > screened(a, b, recurring).measures.order.forwards
    without = screened(a.without(recurring), b.without(recurring))
    assert screened(a, b, recurring) == replace(without, shared_words=screened(a, b).shared_words)
    only = analyze(footer, "en")
    assert screened(only, only, recurring).measures.words_b == len(only.tokens)


def test_the_same_words_are_looked_at_however_few():
    assert screened(analyze("Canal.", "en"), analyze("canal", "en")).may_align


def test_residue_is_no_evidence():
    bare, framed = (analyze(text, "en") for text in (text_of(*CANAL), f"{FURNITURE}\n\n{text_of(*CANAL)}"))
    assert screened(bare, framed).measures == screened(bare, bare).measures


def test_a_comparison_decides_of_very_long_texts_and_of_other_languages_and_scripts():
    canal = analyze(text_of(*CANAL), "en")
    assert screened(canal, analyze(text_of(*CANAL) * 200, "en")) is None
    assert screened(canal, analyze(text_of(*CANAL), "de")) is None
    chinese = analyze("運河の水門が十一か月の修理を終えて土曜日に再び開いた。", "zh")
    assert screened(chinese, chinese) is None


def test_once_prepared_no_kernel_is_compiled_again():
    prepare()
    each = [kernel for kernel in vars(kernels).values() if hasattr(kernel, "signatures")]
    compiled = [list(kernel.signatures) for kernel in each]
    assert sum(map(len, compiled)) >= 2
    canal, observatory = (analyze(text_of(*article), "en") for article in ARTICLES[:2])
    screened(canal, observatory, np.array([observatory.pieces.hashes[0]]))
    ScreenedQuery(canal, NOTHING).screen([Outline.of(canal), Outline.of(observatory)])
    assert [list(kernel.signatures) for kernel in each] == compiled
