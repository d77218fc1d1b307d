"""The kernels of the analysis say what their plain twins say, of any text."""

import re
import sys
import threading

import numpy as np
import plain_evidence
import plain_languages
import plain_residue
import plain_sentences
import plain_words
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from invented import CANAL, pieced, text_of
from readings import cut_of, layout_of, sentences_of, words_of

from textkin_service.analysis import analyze, analyze_all, characters, detection, furniture, prepare
from textkin_service.analysis.apparatus import apparatus
from textkin_service.analysis.characters import joined
from textkin_service.analysis.functionwords import FUNCTION_WORDS
from textkin_service.analysis.lexicon import lexicon, word_hashes
from textkin_service.analysis.residue import residue
from textkin_service.analysis.tokens import Tokens, normalize_word
from textkin_service.analysis.unspaced import tokens_a_word

PIECES = [
    "Leave a Reply", "leave a\xadreply", "Related", "related stories", "Read more: ", "Share this:", "12 comments", "½ Photo: ",
    "Photo by ", "#tag", "@ann ", "Latest news", "All rights reserved", "the \u212aing \u017fubscribe to our", "pic: ", "Mr",
    "Ann", "K", "4.5", "5,000", "went", "home", " | ", " • ", "   ", " ", " ", " ", "\n", "\n\n", "\r\n", "\x1c", "\u2028",
    "\t", ". ", ".", "!?", "…", "。", "」", '"', "”", ")", ", ", ": ", "–", "漢字", "渡し", "ไทย", "หมู่", "е\u0301", "ﬁn", "İs",
    "été", "\u200d", "\ud800", "٣", "Ⅻ", "_", "a | b | c | d", "Sign up for our newsletter", "comment",
    "Don’t miss", "more from here", "Post a replying", "Sources included", "Source linked", "tagged underwater", "Read",
    "Also read\xadx", "file …", "Photo", "(AP photo", "covid19", "12abc34", "5,000,5", "x1.5", "3.5.6x",
]  # fmt: skip
texts = pieced(PIECES)
languages = st.sampled_from(["en", "de", "zh", "ja", "th", "und"])
KERNELS = ("classes", "evidence", "languages", "lines", "sentences", "words")
many = settings(max_examples=300, deadline=None)


def arrays_of(analysis):
    tokens, pieces = analysis.tokens, analysis.pieces
    of_words = tokens.starts, tokens.ends, tokens.hashes, analysis.stems, analysis.zipf
    return *of_words, analysis.sentences, pieces.hashes, pieces.firsts, pieces.lasts


def places(starts, ends):
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


@pytest.fixture(scope="module")
def every_character():
    return "".join(map(chr, range(characters.CODE_POINTS)))


@pytest.mark.parametrize("bit", characters._PATTERNS)
def test_the_table_of_characters_agrees_with_each_pattern(bit, every_character):
    pattern = characters._PATTERNS[bit]
    found = np.flatnonzero(characters.class_table() & bit)
    inside = [range(*m.span()) for m in characters.regex.finditer(f"{pattern}++", every_character)]
    assert found.tolist() == [i for each in inside for i in each]


@pytest.mark.parametrize(
    ("bit", "holds"),
    [(characters.SPACE, str.isspace), (characters.LOWER, str.islower), (characters.UPPER, str.isupper)],
)
def test_the_table_of_characters_agrees_with_python(bit, holds, every_character):
    found = characters.class_table() & bit != 0
    assert found.tolist() == list(map(holds, every_character))


@many
@given(texts)
def test_words_are_cut_as_the_pattern_cuts_them(text):
    starts, ends, keys, commas = cut_of(text)
    written, spans, after_comma = plain_words.cut(text)
    assert places(starts, ends) == spans
    assert commas.tolist() == after_comma
    assert len(set(written)) == len(set(keys.tolist())) == len(set(zip(written, keys.tolist(), strict=True)))
    assert keys.all()


@many
@given(texts, languages)
def test_words_are_resolved_as_they_are_alone(text, language):
    found = words_of(text, language)
    tokens = Tokens(text, found.starts, found.ends, found.hashes)
    written, _, _ = plain_words.cut(text)
    assert tokens.words == tuple(map(normalize_word, written))
    assert tokens.hashes.tolist() == word_hashes(tokens.words, np.uint64).tolist()
    stems, zipf = lexicon(language).resolve(list(plain_words.stem_units(text, language)))
    assert found.stems.tolist() == stems.tolist()
    assert found.zipf.tolist() == zipf.tolist()


@many
@given(texts)
@example("Mr\n. Foo")
@example("He went to \u212ar. Foo")
@example("a.\x1c B")
def test_sentences_end_where_the_patterns_say(text):
    assert sentences_of(text) == plain_sentences.split_sentences(text)


@settings(many, max_examples=600)
@given(texts)
@example("a b c\n\nx\xadleave a reply\n\nd e f g")
@example("½ image: x\n\nIt rained on the ferry and on the lock.")
@example("file photos of the ferry\n\nIt rained on the ferry and on the lock.")
@example("file photo0\n\nIt rained on the ferry and on the lock.")
def test_residue_is_what_every_phrase_finds(text):
    layout = layout_of(text)
    ranges = [tuple(each) for each in layout.sentences.tolist()]
    assert residue(text, layout) == plain_residue.residue(text, ranges)


PHRASES = (
    furniture.PHRASE,
    furniture.LINE_PHRASE,
    furniture.CREDIT,
    furniture.LABEL,
    furniture.OTHER_NEWS,
    furniture.COMMENT_BOX,
)


@pytest.mark.parametrize("pattern", PHRASES)
@settings(many, max_examples=200)
@given(st.data())
def test_every_phrase_is_found_by_its_keywords(pattern, data):
    plain = re.compile(pattern.pattern.replace("*+", "*").replace("++", "+"), re.IGNORECASE)
    text = f"{text_of(*CANAL)}\n\n{data.draw(st.from_regex(plain))}"
    layout = layout_of(text)
    assert residue(text, layout) == plain_residue.residue(text, sentences_of(text))


SCHOLARLY = [
    "References", "REFERENCES CITED:", "1. Referências:", "Works cited", "Références bibliographiques", "Bibliografía",
    "Literatuur", "Quellenverzeichnis", "Literature", "[1] A. Vane, 2019.", "[2] B. Quill, pp. 3", "et al", "Acknowledgements",
    "Acknowledgment", "We thank the referees", "I am grateful", "We acknowledge", "for comments", "The author declares", "\xad",
    "This work was \u017fupported by a grant", "This study", "financed by a foundation", "Funding", "Author contributions",
    "Declaration of competing interests", "Data availability", "x = y^2 + 3", "≤", "_a", "the authors declare", "Danksagungen",
    "Remerciements", "Dankwoord", "\n", "\n", "\n\n", " ", ". ",
]  # fmt: skip


@settings(many, max_examples=600)
@given(st.lists(st.sampled_from([*SCHOLARLY, "\n"]), max_size=30).map("".join))
def test_apparatus_is_what_every_pattern_finds(text):
    layout = layout_of(text)
    found = apparatus(text, layout)
    layout.phrases[:] = 0xFFFF
    assert found == apparatus(text, layout._replace(all_phrases=0xFFFF))


@many
@given(texts, languages)
def test_sentences_and_pieces_are_cut_as_the_twins_cut_them(text, language):
    analysis = analyze(text, language)
    written, _, commas = plain_words.cut(text)
    ranges = plain_sentences.split_sentences(text)
    starts = [*(start for start, _ in ranges), len(text)]
    bounds = np.searchsorted(analysis.tokens.starts, starts).tolist()
    skipped = plain_residue.residue(text, ranges)
    skipped |= apparatus(text, layout_of(text, language))
    assert list(map(tuple, analysis.sentences.tolist())) == plain_evidence.sentence_ranges(
        bounds, skipped, commas, tokens_a_word(language)
    )
    pieces = list(plain_evidence.piece_ranges(text, ranges, bounds, skipped))
    assert places(analysis.pieces.firsts, analysis.pieces.lasts) == pieces
    words = [tuple(map(normalize_word, written[first:last])) for first, last in pieces]
    assert len(set(words)) == len(set(zip(words, analysis.pieces.hashes.tolist(), strict=True)))


@many
@given(st.one_of(texts, st.text(st.sampled_from("abeéнаقर漢かกກកမ가λאהற আაა 5.\n"), max_size=80)))
def test_the_language_is_that_of_py3langid(text):
    language = detection.detect_language(text)
    assert language == plain_languages.detect_language(detection._sample(text))


# Function words of one language.
wordy = st.one_of(
    st.lists(st.sampled_from(words.split()), min_size=1, max_size=3) for words in FUNCTION_WORDS.values()
)


@many
@given(
    st.lists(wordy, min_size=1, max_size=2),
    st.lists(
        st.sampled_from(["ferry", "Quelport", "ÉTÉ", "notwithstanding", "ſ", "7", "×", "Ω"]), max_size=4
    ),
    st.integers(20, 90),
    st.randoms(use_true_random=False),
)
def test_texts_full_of_function_words_are_plain_as_the_twin_finds(languages, others, count, chance):
    words = [*(word for each in languages for word in each * 3), *others]
    text = " ".join(chance.choice([str.lower, str.upper])(chance.choice(words)) for _ in range(count))
    (found,) = detection._plain_languages(*joined([text]))
    assert (found or None) == plain_languages.plain_language(detection._sample(text))


@many
@given(texts)
def test_likelihoods_are_those_of_py3langid(text):
    likelihoods = plain_languages.ranked(text)
    best, times = detection._likeliest(text)
    best_likelihood = dict(likelihoods)[best]
    assert best_likelihood == pytest.approx(likelihoods[0][1], rel=1e-3)
    assert times == pytest.approx(best_likelihood / max(dict(likelihoods)["en"], 1e-300), rel=1e-2)


@many
@given(st.lists(st.tuples(texts, languages), max_size=6))
def test_texts_read_together_are_analysed_as_each_is_alone(given):
    together = analyze_all([text for text, _ in given], [language for _, language in given])
    for analysis, (text, language) in zip(together, given, strict=True):
        alone = analyze(text, language)
        assert (analysis.text, analysis.language) == (alone.text, alone.language)
        for of_one, of_other in zip(arrays_of(analysis), arrays_of(alone), strict=True):
            assert of_one.dtype == of_other.dtype
            assert of_one.tolist() == of_other.tolist()


def test_texts_too_long_to_be_read_at_once_are_read_one_after_the_other():
    texts = [text_of(*CANAL) * 40, "渡し船が川を渡る。", text_of(*CANAL) * 60, "", text_of(*CANAL)]
    found = analyze_all(texts, ["en", "", "en", "", "en"])
    assert [analysis.text for analysis in found] == texts
    for analysis, text, language in zip(found, texts, ["en", "ja", "en", "en", "en"], strict=True):
        alone = analyze(text, language)
        assert analysis.language == language
        assert analysis.stems.tolist() == alone.stems.tolist()
        assert analysis.sentences.tolist() == alone.sentences.tolist()


def test_once_prepared_no_kernel_is_compiled_again():
    prepare()
    modules = [sys.modules[f"textkin_service.analysis.kernels.{name}"] for name in KERNELS]
    kernels = [each for module in modules for each in vars(module).values() if hasattr(each, "signatures")]
    compiled = [list(kernel.signatures) for kernel in kernels]
    assert sum(map(len, compiled)) >= len(KERNELS)
    for text in PIECES:
        analyze(text)
        analyze(text * 100, "zh")
    assert [list(kernel.signatures) for kernel in kernels] == compiled


def test_threads_that_fill_a_table_together_all_read_what_is_true():
    words = ["sedge" + "".join("abcdefghij"[int(digit)] for digit in str(number)) for number in range(6_000)]
    language = lexicon("tlh")
    wrong = []

    def read(own):
        for turn in range(20):
            chosen = words[own * 700 : own * 700 + 1_000 + 100 * turn]
            found = analyze(" ".join(chosen), "tlh")
            if found.stems.tolist() != language.resolve(chosen)[0].tolist():
                wrong.append(own)

    threads = [threading.Thread(target=read, args=(own,)) for own in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
