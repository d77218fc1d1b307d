"""Measures the analysis of texts beside datasketch's MinHash of the same texts, one by one and many together."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from statistics import median

from datasketch import MinHash

from articles import articles
from tables import show
from textkin_service.analysis import analyze, analyze_all, prepare

# Articles that the process has analysed before it is measured, as a service has.
BEFORE = 300
MEASURED = 200
WORDS = 700
SHINGLE_WORDS = 5
LANGUAGE = "en"
# Articles that are analysed together, and how often all are.
TOGETHER = 12
ROUNDS = 5

_PREPARE = "from textkin_service.analysis import prepare; prepare()"


def measure() -> None:
    """Prints the table."""
    texts = [article["text"] for article in articles(BEFORE + MEASURED, words=WORDS)]
    prepare()
    for text in texts[:BEFORE]:
        analyze(text, LANGUAGE)
    new = texts[BEFORE:]
    first = _median(partial(analyze, language=LANGUAGE), new)
    again = _median(partial(analyze, language=LANGUAGE), new)
    peer = _median(_minhash, new)
    together, threads, threads_together = (
        median(_mean(work, new) for _ in range(ROUNDS))
        for work in (_together, _on_two(_one_by_one), _on_two(_together))
    )
    one_by_one = median(_mean(_one_by_one, new) for _ in range(ROUNDS))
    how = f"median of {MEASURED} articles of {WORDS} words, their language named"
    show(
        "Analysis",
        ("what", "figure", "how"),
        [
            ("analysis", f"{first:.0f} us", f"{how}, after {BEFORE} others"),
            ("the same articles again", f"{again:.0f} us", "every word is known"),
            ("one by one", f"{one_by_one:.0f} us", "mean: one in four has residue to be looked at"),
            ("many together", f"{together:.0f} us", f"{TOGETHER} articles at a time"),
            (
                "one by one on two threads",
                f"{one_by_one / threads:.2f} times as fast as on one",
                "half of them each",
            ),
            (
                "together on two threads",
                f"{together / threads_together:.2f} times as fast as on one",
                "half of them each",
            ),
            ("datasketch", f"{peer:.0f} us", "MinHash(num_perm=128) of word 5-shingles, updated one by one"),
            ("analysis beside datasketch", f"{peer / first:.1f} times as fast", "no sketch is made"),
            (
                "ready to analyse",
                f"{_seconds_to_prepare(before=True):.1f} s",
                "a new process, kernels and tables in their cache",
            ),
            (
                "ready to analyse, the first time",
                f"{_seconds_to_prepare(before=False):.1f} s",
                "kernels compiled, tables made",
            ),
        ],
    )


def _median(work: Callable[[str], object], texts: Sequence[str]) -> float:
    """Returns the median time that a text takes, in microseconds."""
    taken = []
    for text in texts:
        begin = time.perf_counter()
        work(text)
        taken.append((time.perf_counter() - begin) * 1e6)
    return median(taken)


def _mean(work: Callable[[Sequence[str]], object], texts: Sequence[str]) -> float:
    """Returns the time that each of some texts takes, in microseconds."""
    begin = time.perf_counter()
    work(texts)
    return (time.perf_counter() - begin) / len(texts) * 1e6


def _one_by_one(texts: Sequence[str]) -> None:
    for text in texts:
        analyze(text, LANGUAGE)


def _together(texts: Sequence[str]) -> None:
    for i in range(0, len(texts), TOGETHER):
        some = texts[i : i + TOGETHER]
        analyze_all(some, [LANGUAGE] * len(some))


def _on_two(work: Callable[[Sequence[str]], object]) -> Callable[[Sequence[str]], object]:
    def halves(texts: Sequence[str]) -> None:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(work, (texts[::2], texts[1::2])))

    return halves


def _minhash(text: str) -> MinHash:
    words = text.lower().split()
    made = MinHash(num_perm=128)
    for shingle in {" ".join(words[i : i + SHINGLE_WORDS]) for i in range(len(words) - SHINGLE_WORDS + 1)}:
        made.update(shingle.encode())
    return made


def _seconds_to_prepare(*, before: bool) -> float:
    """Returns how long a new process takes until it analyses texts, whether another did before or not."""
    with tempfile.TemporaryDirectory(prefix="textkin-bench-") as folder:
        environment = os.environ | ({} if before else {"NUMBA_CACHE_DIR": folder})
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-c", _PREPARE], check=True, env=environment)
        return time.perf_counter() - begin
