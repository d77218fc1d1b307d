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
