"""Measures the comparison of two texts, in one process and on one core: articles, and how the time grows with the length."""

import math
import random
from itertools import islice
from statistics import median

import figures
from articles import articles
from tables import show
from textkin_service.analysis import analyze
from textkin_service.analysis import prepare as prepare_analysis
from textkin_service.relation import compare, prepare
from timing import milliseconds

PAIRS = 60
WORDS = 700
# Words a side of the texts that show the growth, and how often each is compared.
LENGTHS = {1_000: 9, 3_000: 7, 10_000: 5, 30_000: 3, 100_000: 1}
# From this length on, where there is enough to be found, the time is to grow no faster than n log n.
_LONG = 10_000
_WORDS_A_PARAGRAPH = 60
# Of the edited text, the share of words that are changed, and of the rewritten one.
_EDITED = 0.03
_REWRITTEN = 0.2


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
    edited = [(a, _edited(a, _EDITED)) for a in texts[::2]]
    rows = []
    for name, pairs in (
        ("other articles", apart),
        ("a third copied", lifted),
        ("a word in 33 changed", edited),
    ):
        analysed = [(analyze(a), analyze(b)) for a, b in pairs]
        whole = median(milliseconds(lambda pair: compare(analyze(pair[0]), analyze(pair[1])), pairs))
        alone = median(milliseconds(lambda pair: compare(*pair), analysed))
        rows.append((name, f"{whole:.1f} ms", f"{alone:.1f} ms"))
        figures.at_most(f"comparison of two articles with both analyses, {name}", whole, 5, "ms")
    show(
        f"Comparison: medians of {PAIRS} pairs of {WORDS} words",
        ("texts", "with both analyses", "analysed before"),
        rows,
    )


def _measure_growth() -> None:
    changes = {
        "a word in 33 changed": lambda text: _edited(text, _EDITED),
        "paragraphs in another order": _shuffled,
        "rewritten": _rewritten,
    }
    rows = []
    steps: dict[str, float] = {}
    for words, times in LENGTHS.items():
        a, b = _long(words, 0), _long(words, 1)
        others = {"other articles": b, **{name: change(a) for name, change in changes.items()}}
        for name, other in others.items():
            analysed = analyze(a), analyze(other)
            taken = min(milliseconds(lambda texts: compare(*texts), [analysed] * times))
            figures.point(f"words a side: {name}", words, taken * 1_000)
            step = taken / (words * math.log2(words))
            if words == _LONG:
                steps[name] = step
            beside = f"{step / steps[name]:.2f}" if name in steps else ""
            rows.append((f"{words:,} words a side, {name}", f"{taken:,.1f} ms", beside))
            if words == max(LENGTHS):
                what = f"comparison of {words:,} words beside {_LONG:,}, over n log n: {name}"
                figures.at_most(what, step / steps[name], 1)
    show("Comparison: growth", ("texts, analysed before", "fastest", "time over n log n"), rows)


def _long(words: int, number: int) -> str:
    """Returns a text of that many words, made of articles of their own stories, in paragraphs."""
    some = articles(2 * words // WORDS + 6, words=WORDS)
    made = " ".join(article["text"] for article in islice(some, number, None, 2)).split(" ")[:words]
    return "\n\n".join(
        " ".join(made[start : start + _WORDS_A_PARAGRAPH]) for start in range(0, words, _WORDS_A_PARAGRAPH)
    )


def _edited(text: str, share: float) -> str:
    chosen = random.Random(text)  # noqa: S311 - no secret
    return " ".join("otherwise" if chosen.random() < share else word for word in text.split(" "))


def _shuffled(text: str) -> str:
    paragraphs = text.split("\n\n")
    random.Random(text).shuffle(paragraphs)  # noqa: S311 - no secret
    return "\n\n".join(paragraphs)


def _rewritten(text: str) -> str:
    """Returns the text with the halves of each paragraph exchanged, and a word in five changed."""
    paragraphs = [paragraph.split(" ") for paragraph in _edited(text, _REWRITTEN).split("\n\n")]
    return "\n\n".join(" ".join(each[len(each) // 2 :] + each[: len(each) // 2]) for each in paragraphs)
