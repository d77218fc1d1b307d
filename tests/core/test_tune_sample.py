"""The sample of the tuner: what is drawn, what is derived, and how exactly it is measured."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import CANAL, OBSERVATORY, ORCHESTRA, articles, text_of

from textkin_service.analysis import analyze
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme, sketch
from textkin_service.sketch.verbatim import shingles
from textkin_service.tune.derivation import Vocabulary, made_copy, made_rewrite, sentences_of
from textkin_service.tune.derivation import text_of as written
from textkin_service.tune.evidence import Evidence, resemblances
from textkin_service.tune.measure import Share
from textkin_service.tune.sample import NamedPair, SampleError, Text, draw, pair_of

SCHEME = Scheme.of(Settings())
WHOLE = text_of(*CANAL, *OBSERVATORY, *ORCHESTRA)
few = settings(max_examples=30, deadline=None)


def texts(count):
    return [Text(str(number), f"text {number}") for number in range(count)]


def shingled(text):
    return set(shingles(analyze(text, "en").evidence_words()))


def jaccard(a, b):
    return len(a & b) / len(a | b) if a | b else 0.0


def test_a_small_sample_is_taken_whole():
    assert draw(texts(5), [], 10, 0).articles == tuple(texts(5))


def test_of_a_large_one_so_many_are_drawn_the_same_for_the_same_seed():
    first, again, other = (draw(texts(1_000), [], 50, seed) for seed in (1, 1, 2))
    assert first == again != other
    assert (len({text.id for text in first.articles}), first.seen) == (50, 1_000)


def test_every_article_is_as_likely_to_be_drawn():
    drawn = [int(text.id) for seed in range(200) for text in draw(texts(100), [], 10, seed).articles]
    counts = np.bincount(drawn, minlength=100)
    assert counts.min() > 0
    assert abs(np.mean(drawn) - 49.5) < 4


def test_of_two_articles_with_one_id_the_later_counts():
    assert draw([Text("a", "old"), Text("a", "new")], [], 10, 0).articles == (Text("a", "new"),)


def test_articles_of_pairs_are_always_in_the_sample_and_texts_come_on_top():
    pairs = [
        NamedPair("line 1", "990", "995"),
        NamedPair("line 2", "some other text", "the one it derives from"),
    ]
    sample = draw(texts(1_000), pairs, 10, 0)
    by_id, given_text = sample.pairs
    assert (by_id.query.id, sample.articles[by_id.target].id) == ("990", "995")
    assert sample.articles[by_id.own].id == "990"
    assert (given_text.query.text, given_text.own) == ("some other text", None)
    assert sample.articles[given_text.target].text == "the one it derives from"
    assert len(sample.articles) == 11


def test_a_pair_that_names_no_article_is_refused_with_its_place():
    with pytest.raises(SampleError, match=r"line 7: \"b\" is 'nowhere', which is neither"):
        draw(texts(10), [NamedPair("line 7", "1", "nowhere")], 10, 0)


@pytest.mark.parametrize(
    "fields", [{}, {"a": "x"}, {"a": "x", "b": ""}, {"a": "x", "b": None}, {"a": True, "b": "x"}]
)
def test_a_pair_needs_two_ids_or_texts(fields):
    with pytest.raises(
        SampleError, match=r"line 3: .* must be the id of an article of the sample, or a text"
    ):
        pair_of(fields, "line 3")


def test_a_number_is_an_id_as_ingest_writes_it():
    assert pair_of({"a": 1, "b": 2.5}, "") == NamedPair("", "1", "2.5")


@few
@given(st.lists(articles(), min_size=1, max_size=5))
def test_resemblance_is_the_jaccard_similarity_of_the_shingles(some):
    evidence = [Evidence.of(analyze(text, "en"), 200) for text in some]
    expected = [[jaccard(shingled(a), shingled(b)) for b in some] for a in some]
    assert resemblances(evidence, evidence).tolist() == pytest.approx(np.array(expected))


@few
@given(articles(), st.sampled_from([8, 64, 128, 256]))
def test_the_evidence_makes_the_sketches_that_the_service_makes(text, keys):
    scheme = replace(SCHEME, content_keys=keys)
    analysis = analyze(text, "en")
    evidence = Evidence.of(analysis, scheme.content_segment_words)
    assert evidence.sketch(scheme).to_bytes() == sketch(analysis, scheme).to_bytes()


@few
@given(st.floats(0.05, 1.0), st.integers(0, 1_000))
def test_a_made_copy_resembles_its_original_as_much_as_asked_for(resemblance, seed):
    sentences = sentences_of(analyze(WHOLE, "en"))
    copy = made_copy(sentences, resemblance, Vocabulary([sentences]), Random(seed))  # noqa: S311 - no secret
    assert jaccard(shingled(WHOLE), shingled(written(copy))) == pytest.approx(resemblance, abs=0.08)


def test_a_made_rewrite_shares_hardly_a_run_of_five_words_but_some_keys():
    sentences = sentences_of(analyze(WHOLE, "en"))
    rewrite = written(made_rewrite(sentences, Vocabulary([sentences]), Random(3)))  # noqa: S311 - no secret
    assert jaccard(shingled(WHOLE), shingled(rewrite)) < 0.1
    shared = np.intersect1d(*(sketch(analyze(text, "en"), SCHEME).content for text in (WHOLE, rewrite)))
    assert len(shared) >= 2


@given(st.integers(0, 500), st.integers(1, 500))
def test_the_interval_of_a_share_holds_it(hits, more):
    share = Share(hits, hits + more)
    low, high = share.interval()
    assert 0.0 <= low <= share.value <= high <= 1.0


def test_of_nothing_no_share_is_known():
    assert (Share(0, 0).value, Share(0, 0).interval()) == (None, (0.0, 1.0))
