"""Measures the comparison of two texts, in one process and on one core: articles, and how the time grows with the length."""

import math
import random
import time
from collections.abc import Callable, Iterable
from statistics import median
from typing import TypeVar

from articles import articles
from tables import show
from textkin_service.analysis import analyze
from textkin_service.analysis import prepare as prepare_analysis
from textkin_service.relation import compare, prepare

PAIRS = 60
WORDS = 700
# Words a side of the texts that show the growth, and how often each is compared.
LENGTHS = {1_000: 9, 10_000: 5, 100_000: 3}
# Of the edited text, the share of words that are changed.
_EDITED = 0.03

T = TypeVar("T")


def measure() -> None:
    """Prints the tables."""
    prepare_analysis()
    prepare()
    _measure_articles()
    _measure_growth()


def _measure_articles() -> None:
    texts = [article["text"] for article in articles(2 * PAIRS, words=WORDS)]
    apart = list(zip(texts[::2], texts[1::2], strict=True))
    lifted = [(a, b[: len(b) * 2 // 3] + a[: len(a) // 3]) for a, b in apart]
    edited = [(a, _edited(a, seed)) for seed, a in enumerate(texts[::2])]
    rows = []
    for name, pairs in (
        ("other articles", apart),
        ("a third copied", lifted),
        ("a word in 33 changed", edited),
    ):
        analysed = [(analyze(a), analyze(b)) for a, b in pairs]
        whole = _milliseconds(lambda pair: compare(analyze(pair[0]), analyze(pair[1])), pairs)
        alone = _milliseconds(lambda pair: compare(*pair), analysed)
        rows.append((name, f"{median(whole):.1f} ms", f"{median(alone):.1f} ms"))
    show(
        f"Comparison: medians of {PAIRS} pairs of {WORDS} words",
        ("texts", "with both analyses", "analysed before"),
        rows,
    )


def _measure_growth() -> None:
    rows = []
    steps: dict[str, float] = {}
    for words, times in LENGTHS.items():
        a, b = _joined(words, 0), _joined(words, 1)
        for name, pair in (("other articles", (a, b)), ("a word in 33 changed", (a, _edited(a, 0)))):
            analysed = analyze(pair[0]), analyze(pair[1])
            taken = min(_milliseconds(lambda texts: compare(*texts), [analysed] * times))
            step = taken / (words * math.log2(words))
            steps.setdefault(name, step)
            rows.append(
                (
                    f"{words:,} words a side, {name}",
                    f"{taken:,.1f} ms",
                    f"{step / steps[name]:.2f} times the first",
                )
            )
    show("Comparison: growth", ("texts, analysed before", "fastest", "time for n log n"), rows)


def _joined(words: int, number: int) -> str:
    """Returns a text of that many words, made of articles of their own stories."""
    made = [article["text"] for article in articles(2 * words // WORDS + 6, words=WORDS)]
    half = made[: len(made) // 2] if number == 0 else made[len(made) // 2 :]
    return " ".join("\n\n".join(half).split(" ")[:words])


def _edited(text: str, seed: int) -> str:
    chosen = random.Random(seed)  # noqa: S311 - no secret
    return " ".join("otherwise" if chosen.random() < _EDITED else word for word in text.split(" "))


def _milliseconds(work: Callable[[T], object], items: Iterable[T]) -> list[float]:
    """Returns the time that each item takes, in ms."""
    taken = []
    for item in items:
        begin = time.perf_counter()
        work(item)
        taken.append((time.perf_counter() - begin) * 1_000)
    return taken
