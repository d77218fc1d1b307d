"""Scripts without spaces: stems of characters and pairs of characters."""

import plain_words
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from textkin_service.analysis import analyze
from textkin_service.analysis.lexicon import UNSEEN_ZIPF, lexicon
from textkin_service.analysis.unspaced import tokens_a_word

MIXED = st.text(st.sampled_from("漢字渡船のぞみカーไทยเรืาำລາວ မြို့ខ្មែរab Z5 ,。\n"), max_size=60)
LANGUAGES = st.sampled_from(["en", "zh", "zh-Hant", "ja", "th", "lo", "km", "my", "und"])


def zipf_of(language, word):
    return language.resolve([word])[1][0]


def stems(units, language):
    return lexicon(language).resolve(list(units))[0].tolist()


@pytest.mark.parametrize(
    ("language", "text", "units"),
    [
        ("zh", "旧渡船", ("旧", "渡", "船")),
        ("ja", "古い船", ("古い", "い船", "船")),
        ("th", "เรือ", ("เรือ", "อ")),
        ("th", "เรือ เก่า", ("เรือ", "อ", "เก่า")),
        ("ja", "新型iPhoneの発売", ("新型", "型", "iphone", "の発", "発売", "売")),
        ("en", "the ferry", ("the", "ferry")),
        ("en", "the 渡船 ferry", ("the", "渡船", "船", "ferry")),
        ("ja", "① ②", ("1", "2")),
    ],
)
def test_a_character_is_stemmed_with_the_next_but_in_chinese_alone(language, text, units):
    assert analyze(text, language).stems.tolist() == stems(units, language)


@settings(deadline=None)  # the first text of a language reads its words
@given(MIXED, LANGUAGES)
@example("㊀㊀", "ja")
@example("㊀㊀ 漢", "ja")
def test_every_token_has_the_stem_and_rarity_of_its_characters(text, language):
    analysis = analyze(text, language)
    stems, zipf = lexicon(language).resolve(list(plain_words.stem_units(text, language)))
    assert analysis.stems.tolist() == stems.tolist()
    assert analysis.zipf.tolist() == zipf.tolist()


@settings(deadline=None)  # the first text of a language reads its words
@given(MIXED, LANGUAGES)
def test_an_analysis_holds_every_token_where_it_stands(text, language):
    analysis = analyze(text, language)
    assert len(analysis.stems) == len(analysis.zipf) == analysis.word_count
    places = [place for first, last in analysis.sentences for place in range(first, last)]
    assert places == sorted(set(places))
    assert all(
        text[start:end].strip()
        for start, end in zip(analysis.tokens.starts, analysis.tokens.ends, strict=True)
    )


@pytest.mark.parametrize(
    ("language", "common", "rarer"),
    [("zh", "的", "渡"), ("zh", "一", "滑"), ("ja", "して", "渡し"), ("ja", "はこ", "蝿わ")],
)
def test_frequencies_of_characters_and_pairs_come_from_the_words_that_hold_them(language, common, rarer):
    words = lexicon(language)
    assert zipf_of(words, common) > zipf_of(words, rarer) >= UNSEEN_ZIPF


def test_latin_words_among_chinese_keep_their_own_frequency():
    assert zipf_of(lexicon("zh"), "ok") > zipf_of(lexicon("zh"), "quillfeather") == UNSEEN_ZIPF


@pytest.mark.parametrize(("language", "character"), [("zh", "水"), ("ja", "み"), ("th", "ก")])
def test_a_long_sentence_is_split_where_it_says_as_much_as_one_of_english(language, character):
    most = round(30 * tokens_a_word(language))
    lengths = [last - first for first, last in analyze(character * 400, language).sentences]
    assert most / 3 < max(lengths) <= most
    assert most > 30
