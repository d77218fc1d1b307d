"""Texts made to make work: were anything in their way quadratic, each would take minutes, and a test's time limit end it."""

import random

import pytest

from textkin_service.analysis import analyze
from textkin_service.relation import compare

WORDS = [f"{first}{second}" for first in "bdfgklmnprst" for second in ("ano", "eri", "ilu", "oma", "ura")]


def chatter(sentences, seed):
    """Returns short sentences over a small vocabulary: everything resembles everything."""
    choose = random.Random(seed)  # noqa: S311 - text, not secrets
    return " ".join(" ".join(choose.choices(WORDS, k=6)).capitalize() + "." for _ in range(sentences))


@pytest.mark.parametrize(
    "text",
    [
        "." * 200_000 + "x",
        "Related\n" * 30_000,
        "Latest news\nHarrow locks reopen\n" * 15_000,
        "a | b | c " * 30_000,
        "“" * 200_000 + "word",
        "w\u0301" + "\u0301" * 200_000,
        "word\u200d" * 50_000,
        "1," * 200_000 + "1",
        "Mr. " * 60_000,
        "\n \n" * 100_000 + "word",
        "x" * 1_000_000,
    ],
    ids=lambda text: repr(text[:16]),
)
def test_a_hostile_text_is_analysed(text):
    analysis = analyze(text)
    assert analysis.word_count > 0
    assert compare(analysis, analysis).score == 1.0


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("ha " * 40_000, "ha " * 40_001),
        ("It rained again. " * 8_000, "It rained again! " * 8_001 + "Then it stopped."),
        ("“" * 100_000 + "It rained. " * 50, "It rained. " * 51),
        (chatter(6_000, seed=1), chatter(6_000, seed=2)),
    ],
    ids=["a refrain", "equal sentences", "quotes", "chatter"],
)
def test_hostile_texts_are_compared(a, b):
    result = compare(analyze(a), analyze(b))
    assert 0.0 <= result.score <= 1.0


def test_two_texts_too_repetitive_to_be_aligned_whole_say_where_they_were_cut():
    a, b = chatter(9_000, seed=1), chatter(6_000, seed=2)
    one, other = analyze(a, "en"), analyze(b, "en")
    there, back = compare(one, other), compare(other, one)
    assert 0 < there.cut_a < len(a)
    assert 0 < there.cut_b < len(b)
    assert (there.cut_a, there.cut_b) == (back.cut_b, back.cut_a)
    assert all(p.a.end <= there.cut_a and p.b.end <= there.cut_b for p in there.passages)


@pytest.mark.parametrize("shuffled", [False, True])
def test_long_prose_is_aligned_whole(shuffled):
    choose = random.Random(5)  # noqa: S311 - text, not secrets
    names = [f"{x}{y}{z}" for x in WORDS for y in ("nd", "rl", "st", "mb") for z in WORDS[:9]]
    sentences = [
        f"The {' '.join(choose.choices(names, k=11))} of {choose.choice(names)}." for _ in range(6_000)
    ]
    others = choose.sample(sentences, len(sentences)) if shuffled else sentences[::-1]
    result = compare(analyze(" ".join(sentences)), analyze(" ".join(others)))
    assert (result.cut_a, result.cut_b) == (None, None)
    assert result.coverage_a > 0.9
