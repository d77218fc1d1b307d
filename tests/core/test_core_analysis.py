"""Analysis: which words are evidence, in which sentences, and which are only the page around the article."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import CANAL, OBSERVATORY, ORCHESTRA, articles, text_of

from textkin_service.analysis import analyze
from textkin_service.analysis.lexicon import UNSEEN_ZIPF, lexicon

MOST_WORDS = 30
ARTICLE = "\n\n".join([text_of(*CANAL[:4]), text_of(*CANAL[4:]), text_of(*OBSERVATORY[:4])])
any_text = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=150),
    st.lists(
        st.sampled_from(["Leave a Reply", "Related", "word", "Yes. ", ", ", "\n", "\n\n", "漢字。", " "]), max_size=60
    ).map("".join),
    articles(),
)  # fmt: skip


def stem_of(language, word):
    return language.resolve([word])[0][0]


def zipf_of(language, word):
    return language.resolve([word])[1][0]


def is_evidence(analysis, passage):
    """Whether all, or none, of the words of a passage lie in sentences; fails on a passage torn apart."""
    start = analysis.text.index(passage)
    tokens = [i for i, at in enumerate(analysis.tokens.starts) if start <= at < start + len(passage)]
    inside = {any(first <= i < last for first, last in analysis.sentences) for i in tokens}
    assert len(inside) == 1, passage
    return inside.pop()


@settings(max_examples=150, deadline=None)
@given(any_text)
def test_sentences_are_disjoint_ordered_ranges_of_at_most_thirty_words(text):
    analysis = analyze(text)
    assert len(analysis.stems) == len(analysis.zipf) == analysis.word_count == len(analysis.tokens)
    assert analysis.stems.dtype == np.uint32
    assert analysis.zipf.dtype == np.float32
    previous = 0
    for first, last in analysis.sentences:
        assert previous <= first < last <= analysis.word_count
        assert last - first <= MOST_WORDS
        previous = last


@settings(max_examples=100, deadline=None)
@given(any_text)
def test_a_text_always_gives_the_same_analysis(text):
    one, other = analyze(text), analyze(text)
    assert one.tokens.words == other.tokens.words
    assert np.array_equal(one.tokens.starts, other.tokens.starts)
    assert np.array_equal(one.tokens.ends, other.tokens.ends)
    assert np.array_equal(one.sentences, other.sentences)
    assert np.array_equal(one.stems, other.stems)
    assert np.array_equal(one.zipf, other.zipf)


@settings(max_examples=100, deadline=None)
@given(any_text)
def test_a_text_with_words_has_evidence(text):
    analysis = analyze(text)
    assert bool(analysis.evidence_words()) == bool(analysis.word_count)


def test_a_long_sentence_is_split_at_a_comma_near_its_middle():
    text = " ".join(["alpha"] * 20) + ", " + " ".join(["omega"] * 18)
    assert analyze(text).sentences.tolist() == [[0, 20], [20, 38]]


def test_a_long_sentence_without_a_comma_is_halved():
    assert analyze("word " * 50).sentences.tolist() == [[0, 25], [25, 50]]


def test_sentences_of_one_or_two_words_join_the_sentence_before():
    text = "The bridge fell at noon on Friday. Nobody cried. The mayor of Sedge wept later."
    assert analyze(text).sentences.tolist() == [[0, 9], [9, 15]]


@pytest.mark.parametrize(
    "line",
    [
        "Leave a Reply",
        "Your email address will not be published. Required fields are marked *",
        "This site uses Akismet to reduce spam.",
        "We use cookies to give you the best experience.",
        "Read our cookie policy and privacy notice.",
        "Share this:",
        "Share on Facebook",
        "Sign up for our weekly newsletter to get the best of the valley.",
        "Follow us on Mastodon",
        "Click here to read the full report",
        "Photo: Ilse Brandvik / Valley Gazette",
        "Image credit: Port Lamont Archive",
        "(Reuters photo by Ann Lee)",
        "Advertisement",
        "Copyright 2031 Valley Gazette. All rights reserved.",
        "#ostermark",
        "Tags: canals, locks, tolls",
        "Save my name in this browser for the next time I comment.",
        "Read more: Bream return to the pound",
        "Skip to main content",
    ],
)
@pytest.mark.parametrize("place", ["before", "between", "after"])
def test_a_line_of_web_furniture_is_no_evidence(line, place):
    paragraphs = ARTICLE.split("\n\n")
    paragraphs.insert({"before": 0, "between": 1, "after": len(paragraphs)}[place], line)
    analysis = analyze("\n\n".join(paragraphs))
    assert not is_evidence(analysis, line)
    assert is_evidence(analysis, CANAL[0])
    assert is_evidence(analysis, OBSERVATORY[3])


@pytest.mark.parametrize(
    "listing",
    [
        "Related\n\nOwls nest in Tarnholt reed beds\n\nFerry terminal to close by spring",
        "Latest News\nOwls nest in Tarnholt reed beds\nFerry terminal to close by spring\nMill fire put out",
        (
            "You may also like\n\nOwls nest in Tarnholt reed beds\n\nFive chicks were counted in a nest above the lagoon.\n\n"
            "Ferry terminal to close\n\nPassengers will go by bus to Port Sant until the pier opens."
        ),
        "Most read\n1. Owls nest in Tarnholt reed beds\n2. Ferry terminal to close by spring",
        "More from Valley Gazette\n\nMill fire put out after nine hours",
    ],
)
def test_a_list_of_other_news_is_no_evidence(listing):
    analysis = analyze(ARTICLE + "\n\n" + listing)
    assert not is_evidence(analysis, listing)
    assert is_evidence(analysis, OBSERVATORY[3])


def test_the_article_goes_on_after_a_list_of_other_news():
    listing = "Related:\n\nOwls nest in Tarnholt reed beds\n\nFerry terminal to close by spring"
    analysis = analyze(f"{text_of(*CANAL)}\n\n{listing}\n\n{text_of(*ORCHESTRA)}")
    assert not is_evidence(analysis, listing)
    assert is_evidence(analysis, text_of(*CANAL))
    assert is_evidence(analysis, text_of(*ORCHESTRA))


@pytest.mark.parametrize(
    "sentence",
    [
        "The baker of Nettlecombe sells cookies shaped like locks to every crew that makes it through the flight.",
        "The trust printed its findings in a newsletter that nobody on the towpath admits to having received.",
        "She said she would leave a flower at the gate each spring.",
        "The court ruled that the share of the toll owed to the parish had never been paid.",
        "Tags sewn into the coats named the mill.",
        "He comments on rowing for the radio and prints his own tide tables.",
        "Related families had farmed both banks since the plague.",
        "The photographs hang in the pump house until Easter.",
    ],
)
def test_a_sentence_of_the_article_that_merely_mentions_such_things_is_evidence(sentence):
    analysis = analyze(f"{text_of(*CANAL[:4])} {sentence} {text_of(*CANAL[4:])}")
    assert is_evidence(analysis, sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Browsers made in Sedge will refuse our cookies from next year, the web guild of Port Lamont told its members.",
        "The regulator fined the grocer two million crowns because its cookie policy was hidden behind a picture of a pie.",
        "Readers who subscribe to the paper will pay nine crowns a month from June, the publisher told its staff on Monday.",
        "The museum manages an advertisement from 1911 that shows the flight in flood and is thought to be worth a fortune.",
    ],
)
def test_a_sentence_about_the_trade_of_the_web_is_evidence(sentence):
    analysis = analyze(f"{text_of(*CANAL[:4])} {sentence} {text_of(*CANAL[4:])}")
    assert is_evidence(analysis, sentence)


def test_a_text_that_is_only_residue_keeps_its_words():
    text = "Leave a Reply\n\nYour email address will not be published.\n\nShare this:\n\nWe use cookies."
    assert analyze(text).evidence_words() == analyze(text).tokens.words


def test_inflected_forms_have_one_stem_and_rare_words_a_low_frequency():
    english = lexicon("en")
    assert stem_of(english, "boats") == stem_of(english, "boat")
    assert zipf_of(english, "the") > zipf_of(english, "canal") > zipf_of(english, "spectrograph")
    assert zipf_of(english, "nettlecombe") == UNSEEN_ZIPF


def test_only_the_primary_subtag_of_a_language_counts():
    assert lexicon("de-AT") is lexicon("DE")
    assert lexicon("de") is not lexicon("en")


def test_threads_that_meet_a_language_at_once_read_its_words_once():
    with ThreadPoolExecutor(4) as pool:
        assert len({id(one) for one in pool.map(lexicon, ["is"] * 4)}) == 1


def test_a_language_that_nobody_knows_is_compared_by_its_words():
    unknown = lexicon("tlh")
    assert zipf_of(unknown, "qapla") == UNSEEN_ZIPF
    assert stem_of(unknown, "boats") != stem_of(unknown, "boat")


@pytest.mark.parametrize(
    ("language", "common"),
    [
        ("no", "og"),
        ("nb", "og"), ("de", "und"), ("fr", "de"), ("tr", "bir"),
    ],
)  # fmt: skip
def test_every_language_knows_its_commonest_words(language, common):
    assert zipf_of(lexicon(language), common) > 6


def test_twenty_thousand_equal_short_sentences_are_analysed():
    analysis = analyze("It rained again. " * 20_000)
    assert analysis.word_count == 60_000
    assert len(analysis.sentences) == 20_000
