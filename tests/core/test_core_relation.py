"""Measures, score, relation and explanation: what two texts share makes one number and one word."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import ARTICLES, CANAL, OBSERVATORY, ORCHESTRA, articles, text_of

from textkin_service.alignment import align
from textkin_service.alignment.order import Order, common_order
from textkin_service.alignment.vocabulary import numbered
from textkin_service.analysis import analyze
from textkin_service.coefficients import COEFFICIENTS, Coefficients
from textkin_service.explanation import explain
from textkin_service.measures import Measures, measure
from textkin_service.model import Relation
from textkin_service.relation import compare, relation_of, score_of

some = settings(max_examples=60, deadline=None, derandomize=True)
rows = st.lists(st.integers(0, 5), max_size=25).map(lambda row: np.array(row, dtype=np.uint32))

# The canal's story told by somebody who read it: reordered, in other words, the same facts.
CANAL_REWRITTEN = (
    "After nearly a year, boats can again climb the seven locks at Harrow, which the Ostermark canal trust opened on Saturday.",
    "Gentle Persuasion, a narrowboat, went up first and needed an hour and a half.",
    "The bill came to 3.4 million crowns; two thirds of that was paid by the Velden lottery fund.",
    "A team under Petra Lindqvist put in forty-two new oak gates, and the chambers have a fresh lining of blue clay.",
    "Anselm Brook, whose tea stall stands at the top lock, said that people had given up hope of seeing the water return.",
    "Each passage will cost boaters twelve crowns, until 2041, when the debt should be settled.",
    "In March anglers were angry about hundreds of bream and two pike that died in the drained pound.",
    "Four tonnes of fish had been carried to the Nettlecombe reservoir by volunteers, the trust replied.",
)
FILLER = tuple(
    f"The {adjective} {animal} of {town} {verb} the {thing} that the {trade} had left beside the {place} in {month}."
    for adjective, animal, town, verb, thing, trade, place, month in zip(
        ("brown", "quiet", "tall", "hungry", "lazy", "clever", "striped", "young", "blind", "spotted"),
        ("hare", "otter", "heron", "badger", "goat", "magpie", "hedgehog", "stallion", "mole", "weasel"),
        ("Arnsby", "Colme", "Dray", "Eversholt", "Fenwick", "Garth", "Holme", "Inkpen", "Kelso", "Lydd"),
        ("stole", "guarded", "buried", "sniffed", "ignored", "carried", "hid", "kicked", "found", "chewed"),
        (
            "ladder",
            "lantern",
            "kettle",
            "saddle",
            "violin",
            "hammer",
            "basket",
            "ribbon",
            "compass",
            "whistle",
        ),
        ("cooper", "miller", "tailor", "smith", "baker", "weaver", "tinker", "mason", "glazier", "cobbler"),
        ("well", "stile", "orchard", "chapel", "quarry", "windmill", "barn", "pond", "hedge", "bridge"),
        ("April", "May", "June", "July", "August", "October", "November", "December", "January", "February"),
        strict=True,
    )
)


def compared(a, b):
    return compare(analyze(a, "en"), analyze(b, "en"))


def measured(a, b):
    one, other = analyze(a, "en"), analyze(b, "en")
    return measure(one, other, align(one, other), ())


def longest_common(a, b):
    """The textbook's dynamic programme."""
    row = [0] * (len(b) + 1)
    for x in a:
        row = [0, *(_ for _ in _next(row, x, b))]
    return row[-1]


def _next(row, x, b):
    left = 0
    for j, y in enumerate(b, 1):
        left = row[j - 1] + 1 if x == y else max(left, row[j])
        yield left


@some
@given(rows, rows)
def test_common_order_is_the_longest_common_subsequence_forwards_and_backwards(a, b):
    stems_a, stems_b, firsts = numbered(np.array(a, np.uint64), np.array(b, np.uint64), 1)
    room = np.zeros(len(firsts), np.int64)
    order = common_order(stems_a, stems_b, room)
    assert order == Order(longest_common(a, b), longest_common(a[::-1], b))
    assert common_order(stems_b, stems_a, room) == order
    assert not room.any()


@some
@given(articles(), articles())
def test_measures_of_both_directions_are_mirror_images(a, b):
    there, back = measured(a, b), measured(b, a)
    assert (there.order, there.strength, there.copied_words) == (back.order, back.strength, back.copied_words)
    assert (there.containment_a, there.coverage_a) == (back.containment_b, back.coverage_b)
    assert score_of(there) == score_of(back)
    assert relation_of(there) is relation_of(back)


@some
@given(articles(), articles())
def test_every_measure_has_its_range(a, b):
    found = measured(a, b)
    assert found.strength >= 0
    assert 0 <= found.copied_words <= min(found.words_a, found.words_b)
    for share in (
        "copied_share_a",
        "copied_share_b",
        "containment_a",
        "containment_b",
        "coverage_a",
        "coverage_b",
        "containment",
    ):
        assert 0 <= getattr(found, share) <= 1
    assert not math.isnan(found.order_evidence)


def test_a_reordered_rewrite_is_a_rewrite():
    found = compared(text_of(*CANAL_REWRITTEN), text_of(*CANAL))
    assert found.relation is Relation.REWRITE
    assert found.score >= COEFFICIENTS.score.least_of_part * 0.999


def test_a_rewritten_paragraph_in_an_article_on_other_things_is_a_rewrite():
    host = "\n\n".join([text_of(*FILLER[:5]), text_of(*CANAL_REWRITTEN[2:5]), text_of(*FILLER[5:])])
    source = "\n\n".join([text_of(*OBSERVATORY), text_of(*CANAL), text_of(*ORCHESTRA)])
    found = compared(host, source)
    assert found.relation is Relation.REWRITE
    assert found.coverage_a < 0.5


def test_a_like_passage_proves_more_between_strangers_than_on_one_subject():
    strangers = Measures(400, 400, Order(60, 55), 0.1, 0.1, 0.1, 0.1, 1.5, 0, 0.0, 0.0)
    kindred = dataclasses.replace(strangers, containment_a=0.25, containment_b=0.25)
    assert relation_of(strangers) is Relation.REWRITE
    assert relation_of(kindred) < Relation.REWRITE


@pytest.mark.parametrize("article", ARTICLES)
def test_articles_on_other_things_are_unrelated(article):
    for other in ARTICLES:
        if other is not article:
            assert compared(text_of(*article), text_of(*other)).relation is Relation.UNRELATED


def test_the_closer_copy_has_the_higher_score():
    original = text_of(*CANAL, *OBSERVATORY)
    scores = [
        compared(text_of(*CANAL, *OBSERVATORY[:kept]), original).score for kept in range(2, len(OBSERVATORY))
    ]
    assert scores == sorted(set(scores))


def test_no_text_but_an_identical_one_scores_one():
    assert compared(text_of(*CANAL), text_of(*CANAL)).score == 1.0
    assert compared(text_of(*CANAL), text_of(*CANAL, "So it goes.")).score < 1.0


@pytest.mark.parametrize(
    "words", [("Mayor", "resigns"), ("Fire", "at", "mill"), ("The", "storm", "is", "over")]
)
def test_a_few_common_words_prove_nothing(words):
    shared = " ".join(words)
    found = compared(f"{shared} {CANAL[4]}", f"{OBSERVATORY[5]} {shared}")
    assert found.relation <= Relation.RELATED


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        (CANAL, CANAL, "The same words in the same order; 1 passage covers 100% of A and 100% of B."),
        (
            CANAL,
            ORCHESTRA,
            "Nothing in common beyond chance; no passage.",
        ),
        (CANAL[:4], CANAL, "66 words copied, or nearly so, 100% of A and 4"),
        (CANAL_REWRITTEN, CANAL, "of A and "),
    ],
)
def test_the_explanation_says_what_shows_the_relation(a, b, said):
    assert said in compared(text_of(*a), text_of(*b)).explanation


def test_every_relation_is_explained_in_a_sentence():
    plain = Measures(300, 300, Order(60, 50), 0.2, 0.2, 0.3, 0.4, 1.5, 45, 0.6, 0.4)
    sentences = {explain(relation, plain, passages) for relation in Relation for passages in (0, 1, 2)}
    assert len(sentences) == 3 * len(Relation)
    assert all(sentence[0].isupper() or sentence[0].isdigit() for sentence in sentences)
    assert all(sentence.endswith(".") for sentence in sentences)


def test_a_name_too_many_among_the_coefficients_is_refused():
    tables = dataclasses.asdict(COEFFICIENTS)
    assert Coefficients.of(tables) == COEFFICIENTS
    tables["order"]["curve"] = 1.0
    with pytest.raises(TypeError, match="curve"):
        Coefficients.of(tables)
