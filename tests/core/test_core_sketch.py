"""Sketches: what is kept of a text, and that nothing damaged or foreign is taken for one."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import ARTICLES, CANAL, OBSERVATORY, articles, text_of
from plain_sketches import asked_pairs, stored_pairs

from textkin_service.analysis import analyze
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme, Sketch, content, probe, sketch
from textkin_service.sketch.verbatim import resemblance, shingles, signature

any_text = st.one_of(st.text(st.characters(exclude_categories=["Cs"]), max_size=150), articles())
few = settings(max_examples=60, deadline=None)
SCHEME = Scheme.of(Settings())


def content_keys(analysis):
    return content.content_keys(analysis, SCHEME.content_keys, SCHEME.content_segment_words)


def stored(text):
    return sketch(analyze(text), SCHEME).to_bytes()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), []),
        (("one",), [b"one"]),
        (("a", "b", "c", "d", "e"), [b"a b c d e"]),
        (("a", "b", "c", "d", "e", "é"), [b"a b c d e", "b c d e é".encode()]),
    ],
)
def test_shingles_are_five_words_in_utf8(words, expected):
    assert shingles(words) == expected


def test_signatures_estimate_how_much_two_texts_resemble_each_other():
    one, other = (signature(analyze(text)) for text in (text_of(*CANAL), text_of(*OBSERVATORY)))
    half = signature(analyze(text_of(*CANAL[:4], *OBSERVATORY[:4])))
    assert resemblance(one, one) == 1.0
    assert resemblance(one, other) < 0.05
    assert 0.1 < resemblance(one, half) < 0.6


@few
@given(any_text)
def test_what_is_stored_is_what_is_read(text):
    original = sketch(analyze(text), SCHEME)
    read = Sketch.from_bytes(original.to_bytes())
    assert np.array_equal(read.verbatim, original.verbatim)
    assert np.array_equal(read.content, original.content)
    assert (read.verbatim.dtype, read.content.dtype) == (np.uint32, np.uint32)
    assert read.to_bytes() == original.to_bytes()


@few
@given(st.sampled_from(["", "one", CANAL[0], text_of(*CANAL)]).map(stored), st.data())
def test_any_flipped_bit_is_refused(good, data):
    bit = data.draw(st.integers(0, 8 * len(good) - 1))
    damaged = bytearray(good)
    damaged[bit // 8] ^= 1 << bit % 8
    with pytest.raises(ValueError, match="sketch"):
        Sketch.from_bytes(bytes(damaged))


@few
@given(st.sampled_from(["", "one", CANAL[0]]).map(stored), st.data())
def test_any_truncation_or_addition_is_refused(good, data):
    cut = data.draw(st.integers(0, len(good) - 1))
    with pytest.raises(ValueError, match="sketch"):
        Sketch.from_bytes(good[:cut])
    with pytest.raises(ValueError, match="sketch"):
        Sketch.from_bytes(good + data.draw(st.binary(min_size=1, max_size=9)))


@few
@given(any_text)
def test_content_keys_are_sorted_distinct_and_bounded_by_the_length_of_the_text(text):
    analysis = analyze(text)
    keys = content_keys(analysis)
    assert keys.dtype == np.uint32
    assert np.all(np.diff(keys.astype(np.int64)) > 0)
    segments = len(analysis.evidence_words()) // SCHEME.content_segment_words + 1
    assert len(keys) <= SCHEME.content_keys * segments


@few
@given(articles(), st.integers(8, 64), st.integers(30, 200))
def test_fewer_keys_a_segment_are_the_smallest_and_shorter_segments_keep_more(text, keys, words):
    analysis = analyze(text)
    kept = content.content_keys(analysis, keys, words)
    assert np.isin(kept, content.content_keys(analysis, 2 * keys, words)).all()
    whole = content.content_keys(analysis, keys, 1_000_000)
    assert len(whole) <= keys
    assert np.isin(whole, kept).all()


@few
@given(any_text)
def test_a_search_asks_for_every_key_that_the_same_text_stores(text):
    analysis = analyze(text)
    asked = probe(analysis)
    assert asked.content.dtype == np.uint32
    assert np.all(np.diff(asked.content.astype(np.int64)) > 0)
    assert len(asked.windows) == len(asked.content)
    assert np.isin(content.content_keys(analysis, 10_000, 200), asked.content).all()
    assert np.array_equal(asked.verbatim, sketch(analysis, SCHEME).verbatim)


@few
@given(st.sampled_from(CANAL + OBSERVATORY), st.randoms(use_true_random=False))
def test_the_rarest_stems_of_a_sentence_pair_in_whatever_order(sentence, shuffler):
    analysis = analyze(sentence)
    order = list(range(analysis.word_count))
    shuffler.shuffle(order)
    stored = stored_pairs(analysis.stems, analysis.zipf)
    asked = asked_pairs(analysis.stems[order], analysis.zipf[order])
    rarest = content.STORED_RAREST + analysis.word_count // content.WORDS_A_STEM
    assert np.isin(stored, asked).sum() >= rarest * (rarest - 1) // 2


def test_neighbours_pair_however_frequent_other_words_are():
    first, second = (analyze(f"{text} was seen by the people there.") for text in ("Red paint", "Paint, red"))
    assert len(np.intersect1d(content_keys(first), content_keys(second)))


def test_misspelt_words_do_not_hide_the_others():
    clean = analyze(CANAL[0])
    noisy = analyze(CANAL[0].replace("canal", "canxl").replace("eleven", "elqven").replace("locks", "lpcks"))
    assert len(np.intersect1d(content_keys(clean), probe(noisy).content)) >= 4
    assert len(np.intersect1d(content_keys(noisy), probe(clean).content)) >= 4


def test_windows_follow_the_text():
    canal, both = probe(analyze(text_of(*CANAL))), probe(analyze("\n\n".join([*CANAL, *OBSERVATORY])))
    assert set(canal.windows.tolist()) == {0, 1}
    assert set(both.windows.tolist()) == {0, 1, 2}
    last = np.isin(both.content, probe(analyze(OBSERVATORY[-1])).content)
    assert set(both.windows[last].tolist()) == {2}


def test_the_order_of_sentences_within_a_segment_does_not_matter_to_its_keys():
    backwards = text_of(*reversed(CANAL))
    assert np.array_equal(content_keys(analyze(text_of(*CANAL))), content_keys(analyze(backwards)))


def test_frequent_words_pair_with_nothing():
    assert len(content_keys(analyze("The one that said it was for the other and not for you."))) == 0


def test_a_sentence_of_one_word_has_no_pair_and_no_text_no_key():
    assert len(content_keys(analyze("Nettlecombe"))) == 0
    assert len(content_keys(analyze(""))) == 0


def test_a_passage_in_a_long_article_keeps_keys_of_its_own():
    chosen = random.Random(7)  # noqa: S311 - any will do that is the same each time
    names = [
        f"{a}{b}{c}" for a in ("Bra", "Kel", "Mor", "Tas") for b in ("din", "lov", "ret") for c in "aeiou"
    ]
    filler = "\n\n".join(
        f"{' '.join(chosen.sample(names, 6))} met near {' '.join(chosen.sample(names, 4))}."
        for _ in range(300)
    )
    passage = text_of(*CANAL[:4])
    article = f"{filler}\n\n{passage}\n\n{filler}"
    short, long = (content_keys(analyze(text, "en")) for text in (passage, article))
    assert len(np.intersect1d(short, long)) >= len(short) // 4


def test_web_residue_leaves_no_trace_in_either_sketch():
    furniture = "\n\nLeave a Reply\n\nYour email address will not be published. Required fields are marked *"
    assert stored(text_of(*CANAL)) == stored(text_of(*CANAL) + furniture)


def test_the_scheme_names_every_parameter_that_the_sketches_depend_on():
    assert all(
        part in SCHEME.id
        for part in (
            "analysis",
            f"words{5}",
            "sha1",
            "affine32",
            f"seed{SCHEME.verbatim_seed}",
            f"{SCHEME.verbatim_permutations}",
            "marks8,256",
            "near1",
            "rare2+6",
            "stop5.4",
            "blake2b",
            f"bottom{SCHEME.content_keys}",
            f"segment{SCHEME.content_segment_words}",
        )
    )


@pytest.mark.parametrize("change", [{"content_keys": 64}, {"content_segment_words": 1_000}])
def test_another_sketch_is_another_scheme(change):
    other = Scheme.of(Settings(**change))
    assert other.id != SCHEME.id
    assert (
        stored(text_of(*ARTICLES[0], *ARTICLES[1]))
        != sketch(analyze(text_of(*ARTICLES[0], *ARTICLES[1])), other).to_bytes()
    )


@pytest.mark.parametrize(
    "change", [{"verbatim_bands": 16}, {"verbatim_rows": 2}, {"content_shared_keys": 3}], ids=str
)
def test_how_the_index_is_cut_changes_no_sketch_and_no_scheme(change):
    other = Scheme.of(Settings(**change))
    assert other != SCHEME
    assert other.id == SCHEME.id
    assert stored(text_of(*CANAL)) == sketch(analyze(text_of(*CANAL)), other).to_bytes()
