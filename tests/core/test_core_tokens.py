"""Words: cut out of the text as it came, compared by what they mean."""

import unicodedata

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from textkin_service.analysis import analyze
from textkin_service.analysis.tokens import normalize_word

ODD = (
    "aZé\u0301\u0327\u0345 \n\t.,'’-…5٣½²Ⅻ\u00ad\u200b\u200c\u200d\u2060\ufeff\u200fﬁﬃİıßẞſςΣ"
    "Ａｂ５，．漢字かカﾞｶー、。ไทยเะำา\u0e49ລາວမြ한\u1100\u1161\u11a8हि\u094dनעב\u05b8👩🏽🚀🇳🇴\ufe0f\u20e3\0\r\u2028𝔘𝟛"
)
texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=80), st.text(st.sampled_from(ODD), max_size=80)
)


many = settings(max_examples=150, deadline=None)


def tokenize(text):
    return analyze(text, "en").tokens


@many
@given(texts)
def test_words_stand_in_order_without_overlap_inside_the_text(text):
    tokens = tokenize(text)
    assert len(tokens) == len(tokens.words) == len(tokens.starts) == len(tokens.ends) == len(tokens.hashes)
    places = [place for pair in zip(tokens.starts, tokens.ends, strict=True) for place in pair]
    assert places == sorted(places)
    assert all(0 <= start < end <= len(text) for start, end in zip(tokens.starts, tokens.ends, strict=True))


@many
@given(texts)
@example("İSTANBUL Straße ﬁnd co\u00adoperate 5,000")
def test_a_word_is_what_its_place_in_the_original_text_says(text):
    tokens = tokenize(text)
    assert tokens.words == tuple(
        normalize_word(text[start:end]) for start, end in zip(tokens.starts, tokens.ends, strict=True)
    )
    assert all(tokens.words)


@many
@given(texts)
def test_a_normalised_word_stays_as_it_is(text):
    for word in tokenize(text).words:
        assert normalize_word(word) == word


@given(texts)
def test_every_letter_and_digit_lies_in_a_word(text):
    tokens = tokenize(text)
    inside = {i for start, end in zip(tokens.starts, tokens.ends, strict=True) for i in range(start, end)}
    assert all(i in inside for i, character in enumerate(text) if unicodedata.category(character)[0] in "LN")


@many
@given(texts, texts, st.sampled_from([" ", "\n", "\n\n", "\t", "\u3000"]))
def test_texts_put_one_after_the_other_have_the_words_of_both(a, b, between):
    both, first, second = tokenize(a + between + b), tokenize(a), tokenize(b)
    shift = len(a) + len(between)
    assert both.words == first.words + second.words
    assert both.starts.tolist() == [*first.starts, *(second.starts + shift)]
    assert both.ends.tolist() == [*first.ends, *(second.ends + shift)]


@many
@given(texts)
def test_equal_words_have_equal_hashes_and_others_do_not(text):
    tokens = tokenize(text)
    assert tokens.hashes.dtype == np.uint64
    assert len(set(zip(tokens.words, tokens.hashes.tolist(), strict=True))) == len(set(tokens.words))
    assert len(set(tokens.words)) == len(set(tokens.hashes.tolist()))


def test_the_hash_of_a_word_is_the_same_in_every_process():
    assert tokenize("Ｃanal CANAL").hashes.tolist() == [0x0F749AF22A6E1E7E] * 2


words_of_letters = st.lists(
    st.text(st.sampled_from("abcXYZéñüåçÄÖßİΑΣσςжЙあカ漢한각ไทเ5"), min_size=1, max_size=8), max_size=8
)


@many
@given(words_of_letters, st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_composed_and_decomposed_texts_have_the_same_words(words, form):
    text = " ".join(words)
    assert tokenize(unicodedata.normalize(form, text)).words == tokenize(text).words


@many
@given(st.text(st.sampled_from("abcXYZ 0189'!?"), max_size=40))
def test_full_width_text_has_the_words_of_its_ascii_twin(text):
    wide = "".join(chr(ord(c) + 0xFEE0) if c != " " else "\u3000" for c in text)
    assert tokenize(wide).words == tokenize(text).words


@many
@given(st.text(st.sampled_from("abcXYZ "), max_size=40), st.sampled_from("\u00ad\u200c\u200d\u2060"))
def test_invisible_characters_inside_words_change_nothing(text, invisible):
    hyphenated = "".join(c + invisible if c != " " else c for c in text)
    assert tokenize(hyphenated).words == tokenize(text).words


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("ﬁnd the oﬃce", ("find", "the", "office")),
        ("Straße STRASSE", ("strasse", "strasse")),
        ("ΣΊΣΥΦΟΣ Σίσυφος", ("σίσυφοσ", "σίσυφοσ")),
        ("5,000 and 5000", ("5000", "and", "5000")),
        ("1,234,567.89", ("1234567.89",)),
        ("12,34", ("12,34",)),
        ("in 3.4 million.", ("in", "3.4", "million")),
        ("x² ＝ ４", ("x2", "4")),
        ("U.S. wins 2-1", ("u", "s", "wins", "2", "1")),
        ("don't don’t", ("don", "t", "don", "t")),
        ("COVID19 19th", ("covid19", "19", "th")),
        ("snake_case", ("snake", "case")),
        ("漢字とabc", ("漢", "字", "と", "abc")),
        ("ไทย", ("ไท", "ย")),
        ("เรือข้ามฟาก", ("เรื", "อ", "ข้า", "ม", "ฟา", "ก")),
        ("น้ำ ນ້ຳ", ("น้ํา", "ນ້ໍາ")),
        ("👩\u200d🚀 ok 🇳🇴", ("ok",)),
        ("1️⃣ first", ("1", "first")),
        ("", ()),
        (" \n … — !?", ()),
    ],
)
def test_words_as_a_reader_would_cut_them(written, words):
    assert tokenize(written).words == words


@pytest.mark.parametrize(
    ("variant", "plain"),
    [
        ("Ａｎｎ", "ann"),
        ("①", "1"),
        ("𝔘𝔫𝔦", "uni"),
        ("K", "k"),
        ("５，０００", "5,000"),
        ("３．４", "3.4"),
        ("ｶﾞｽ", "ガス"),
        ("ko\ufeffala", "koala"),
    ],
)
def test_compatible_ways_of_writing_a_word_are_one_word(variant, plain):
    assert tokenize(variant).words == tokenize(plain).words
