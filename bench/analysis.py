"""Measures the analysis of texts, in one process and on one core, beside datasketch's MinHash of the same texts."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from statistics import median

from datasketch import MinHash

from articles import articles
from tables import show
from textkin_service.analysis import analyze, prepare
from timing import milliseconds

# Articles that the process has analysed before it is measured, as a service has.
BEFORE = 300
MEASURED = 200
WORDS = 700
SHINGLE_WORDS = 5

_PREPARE = "from textkin_service.analysis import prepare; prepare()"


def measure() -> None:
    """Prints the table."""
    texts = [article["text"] for article in articles(BEFORE + MEASURED, words=WORDS)]
    prepare()
    for text in texts[:BEFORE]:
        analyze(text)
    new = texts[BEFORE:]
    first, again, peer = _median(analyze, new), _median(analyze, new), _median(_minhash, new)
    how = f"median of {MEASURED} articles of {WORDS} words"
    show(
        "Analysis",
        ("what", "figure", "how"),
        [
            ("analysis", f"{first:.2f} ms", f"{how}, after {BEFORE} others"),
            ("the same articles again", f"{again:.2f} ms", "every word is known"),
            ("datasketch", f"{peer:.2f} ms", "MinHash(num_perm=128) of word 5-shingles, updated one by one"),
            ("analysis beside datasketch", f"{peer / first:.1f} times as fast", "no sketch is made"),
            (
                "ready to analyse",
                f"{_seconds_to_prepare(compiled=True):.1f} s",
                "a new process, kernels in their cache",
            ),
            (
                "ready to analyse, the first time",
                f"{_seconds_to_prepare(compiled=False):.1f} s",
                "kernels compiled",
            ),
        ],
    )


def _median(work: Callable[[str], object], texts: Sequence[str]) -> float:
    """Returns the median time that a text takes, in ms."""
    return median(milliseconds(work, texts))


def _minhash(text: str) -> MinHash:
    words = text.lower().split()
    made = MinHash(num_perm=128)
    for shingle in {" ".join(words[i : i + SHINGLE_WORDS]) for i in range(len(words) - SHINGLE_WORDS + 1)}:
        made.update(shingle.encode())
    return made


def _seconds_to_prepare(*, compiled: bool) -> float:
    """Returns how long a new process takes until it analyses texts, with the kernels compiled before or not."""
    with tempfile.TemporaryDirectory(prefix="textkin-bench-") as folder:
        environment = os.environ | ({} if compiled else {"NUMBA_CACHE_DIR": folder})
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-c", _PREPARE], check=True, env=environment)
        return time.perf_counter() - begin
