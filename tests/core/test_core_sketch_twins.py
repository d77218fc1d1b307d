"""The kernels of the sketches say what their plain twins say, of any text."""

import sys
import unicodedata

import numpy as np
import plain_sketches
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from invented import ARTICLES, pieced, text_of

from textkin_service.analysis import Analyses, Batch, analyze, analyze_all
from textkin_service.analysis.forms import FORM_BITS, MARK, character_forms
from textkin_service.analysis.tokens import normalize_word
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme, content, prepare, probe, sketch, sketch_all, verbatim
from textkin_service.sketch.kernels.copying import COPIED_BYTES
from textkin_service.sketch.kernels.signatures import MORE_PLACES, MOST_BYTES, SLACK, write_words
from textkin_service.sketch.pieces import piece_marks
from textkin_service.sketch.verbatim import signature

# Words whose characters change one another, or their places, and such as come near to that.
PIECES = [
    "ferry", "Lock", "QUAY", "42", "5,000", "12,34", "1,234,567", "7,0000", "3.5", "x1,000", "été", "e\u0301te\u0301", "ÉTÉ",
    "Straße", "\u1e9e", "İs", "\ufb03", "½", "\u0345\u03b1", "\u03b1\u0345\u0301", "o\u0323\u0301", "o\u0301\u0323",
    "ǰ\u0323", "\u01f0\u0323x",
    "ก\u0e38\u0e48", "ก\u0e48\u0e38", "น\u0e33", "हिन्दी", "क\u093c", "한국어", "\u1112\u1161\u11ab", "가\u11a8", "漢字",
    "カ\u3099", "ｶﾞ",
    "５，０００", "٣٬٠٠٠", "к\u0483й", "Й", "soft\u00adhyphen", "a\u200db", "\ud800", "Ⅻ", "𝔉𝔢𝔯𝔯𝔶", "𑄁",
    "\u0f71\u0f74", "ŉ", "ΌΣΟΣ",
    " ", " ", " ", " ", " ", ". ", "\n\n", ", ",
]  # fmt: skip
texts = pieced(PIECES)
languages = st.sampled_from(["en", "de", "zh", "ja", "und"])
many = settings(max_examples=300, deadline=None)
KERNELS = ("keys", "signatures")


def written(analysis):
    """Returns the words of the evidence as they are hashed, and their places."""
    batch = Batch.of(analysis)
    missing = np.empty(len(batch.starts), np.int64)
    places = np.empty(len(batch.starts) + 1 + MORE_PLACES, np.uint32)
    letters = np.empty(len(batch.codes) + COPIED_BYTES, np.uint8)
    others, met, known = verbatim.written(batch, missing[:0]), True, 0
    while met != known:
        known = len(others[1]) - 1
        pool = np.empty(MOST_BYTES * len(batch.codes) + len(others[0]) + SLACK, np.uint8)
        arrays = batch.codes, batch.starts, batch.ends, batch.sentences, batch.bounds
        found = 0, 0, character_forms(), *others, missing
        count, met = write_words(*arrays, *found, letters, pool, places)
        others = verbatim.written(batch, missing[:met])
    return pool[: places[count]].tobytes().decode("utf-8", "surrogatepass"), places[: count + 1]


@many
@given(texts, languages)
def test_words_are_written_as_they_are_normalised(text, language):
    analysis = analyze(text, language)
    words, places = written(analysis)
    assert words == "".join(f"{word} " for word in analysis.evidence_words())
    lengths = [len(word.encode("utf-8", "surrogatepass")) + 1 for word in analysis.evidence_words()]
    assert np.diff(places).tolist() == lengths


@many
@given(st.text(st.characters(categories=["L", "M", "N"]), min_size=1, max_size=12))
def test_words_of_any_letters_and_marks_are_written_as_they_are_normalised(text):
    test_words_are_written_as_they_are_normalised.hypothesis.inner_test(text, "und")


def test_the_form_of_each_character_is_its_normal_form():
    forms = character_forms()
    for code in np.flatnonzero(forms).tolist():
        encoded = (int(forms[code]) & (1 << FORM_BITS) - 1).to_bytes(7, "little").rstrip(b"\0")
        assert encoded.decode("utf-8", "surrogatepass") == normalize_word(chr(code)) or code == 0


def test_only_marks_are_said_to_be_marks():
    forms = character_forms()
    for code in np.flatnonzero(forms >> np.uint64(FORM_BITS) == MARK).tolist():
        assert unicodedata.combining(chr(code))


@many
@given(texts, languages)
@example("one", "en")
@example("", "en")
def test_the_signature_is_that_of_datasketch(text, language):
    analysis = analyze(text, language)
    assert signature(analysis).tolist() == plain_sketches.signature(analysis.evidence_words()).tolist()


@pytest.mark.parametrize("lengths", [range(1, 140), [3, 300, 2, 1, 1, 1], [50_000, 1, 2]], ids=str)
def test_shingles_of_any_length_are_hashed_as_datasketch_hashes_them(lengths):
    analysis = analyze(". ".join("q" * length for length in lengths), "en")
    assert signature(analysis).tolist() == plain_sketches.signature(analysis.evidence_words()).tolist()


@pytest.mark.parametrize("words", range(1, 40))
def test_any_number_of_shingles_is_hashed_as_datasketch_hashes_them(words):
    analysis = analyze(" ".join(f"word{'abcdefghijkl'[i % 12]}{i}" for i in range(words)), "en")
    assert signature(analysis).tolist() == plain_sketches.signature(analysis.evidence_words()).tolist()


@many
@given(texts, languages, st.integers(1, 40), st.integers(1, 60))
def test_content_keys_are_those_of_the_twin(text, language, keys, words):
    analysis = analyze(text, language)
    found, expected = (
        content.content_keys(analysis, keys, words),
        plain_sketches.content_keys(analysis, keys, words),
    )
    assert found.dtype == np.uint32
    assert found.tolist() == expected.tolist()
    segments = [each.tolist() for each in content.segment_keys(analysis, words)]
    assert segments == [each.tolist() for each in plain_sketches.segment_keys(analysis, words)]


@many
@given(texts, languages, st.integers(1, 60))
def test_the_keys_of_a_search_and_their_windows_are_those_of_the_twin(text, language, words):
    analysis = analyze(text, language)
    keys, windows = content.asked_keys(Batch.of(analysis), words)
    expected, of_expected = plain_sketches.asked_keys(analysis, words)
    assert keys.tolist() == expected.tolist()
    assert windows.tolist() == of_expected.tolist()


@many
@given(texts, languages)
@example("sedge " * 200, "en")
@example(" ".join(f"sedge{'abcdefghij'[i % 10]}{i}" for i in range(500)), "en")
@example("\n".join(f"The lock at the {i} mile reopened." for i in range(400)), "en")
def test_the_marks_of_pieces_are_those_of_the_twin(text, language):
    analysis = analyze(text, language)
    assert piece_marks(analysis).tolist() == plain_sketches.piece_marks(analysis).tolist()


@many
@given(st.lists(st.tuples(texts, languages), max_size=6))
@example([("one", "en"), ("", "en"), (" ".join(PIECES), "en"), ("カ\u3099 ｶﾞ ferry", "en")])
def test_texts_sketched_together_are_sketched_as_each_is_alone(given):
    scheme = Scheme.of(Settings())
    together = analyze_all([text for text, _ in given], [language for _, language in given])
    alone = [analyze(text, language) for text, language in given]
    for joined in (together, alone):
        for found, analysis in zip(sketch_all(joined, scheme), alone, strict=True):
            expected = sketch(analysis, scheme)
            assert (found.verbatim.dtype, found.content.dtype, found.marks.dtype) == (
                np.uint32,
                np.uint32,
                np.uint64,
            )
            assert found.to_bytes() == expected.to_bytes()


@many
@given(st.lists(st.tuples(texts, st.sets(st.integers(0, 9))), max_size=5))
def test_pieces_are_taken_out_of_texts_together_as_out_of_each_alone(given):
    alone = [analyze(text, "en") for text, _ in given]
    own = [
        analysis.pieces.hashes[[i for i in sorted(chosen) if i < len(analysis.pieces)]]
        for analysis, (_, chosen) in zip(alone, given, strict=True)
    ]
    joined = analyze_all([text for text, _ in given], ["en"] * len(given))
    every = np.concatenate([*own, np.empty(0, np.uint32)])
    for recurring in (own, [every] * len(given)):
        rest = Analyses.of(joined).without(recurring)
        assert [each.sentences.tolist() for each in rest] == [
            analysis.without(hashes).sentences.tolist()
            for analysis, hashes in zip(alone, recurring, strict=True)
        ]


def test_once_prepared_no_kernel_is_compiled_again():
    scheme = Scheme.of(Settings())
    prepare()
    modules = [sys.modules[f"textkin_service.sketch.kernels.{name}"] for name in KERNELS]
    kernels = [each for module in modules for each in vars(module).values() if hasattr(each, "signatures")]
    compiled = [list(kernel.signatures) for kernel in kernels]
    assert sum(map(len, compiled)) >= len(KERNELS)
    for text in ["", *PIECES, " ".join(PIECES), text_of(*ARTICLES[0])]:
        analysis = analyze(text)
        sketch(analysis, scheme)
        probe(analysis.without(analysis.pieces.hashes[:1]))
        probe(analyze(text * 30, "zh"))
    assert [list(kernel.signatures) for kernel in kernels] == compiled
