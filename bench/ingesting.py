"""Measures bulk ingest over loopback gRPC, each article on disk before it is acknowledged, beside datasketch in process.

datasketch is given what its users give it: word 5-shingles of `text.lower().split()`, a MinHash, and a MinHashLSH in memory; no
network, no disk, no text kept, one sketch instead of two. The service and its one client share this machine's processors.
"""

import itertools
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median

from datasketch import MinHash, MinHashLSH

import figures
from articles import articles
from running import Service, service, textkin
from steps import show_steps
from tables import show
from textkin import Article, Client

WORDS = 700
SHINGLE_WORDS = 5
PERMUTATIONS = 128
THRESHOLD = 0.5
# Articles that the service takes in before it is measured: a process that has served has met the words of its language.
BEFORE = 3_000
ROUNDS = 3
# Articles of a round, and how many of them datasketch is given: it is as fast with the first as with the last.
ARTICLES = 1_500
ONE_BY_ONE = 30
BATCHED = 150
STEPPED = 640

Made = dict[str, str]


def measure() -> None:
    """Prints the tables."""
    made = articles(BEFORE + 2 * ROUNDS * ARTICLES + STEPPED, words=WORDS)
    one_by_one, batched = _Lsh(_update), _Lsh(_update_batch)
    rates: dict[str, list[float]] = {}
    spent: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory(prefix="textkin-bench-") as folder, service(Path(folder) / "data") as to:
        before = list(itertools.islice(made, BEFORE))
        _ingest(to, before)
        for _ in range(ROUNDS):
            some = list(itertools.islice(made, ARTICLES))
            contenders: tuple[tuple[str, Callable[[list[Made]], object], int], ...] = (
                ("datasketch", one_by_one, ONE_BY_ONE),
                ("datasketch, batch", batched, BATCHED),
                ("textkin", lambda some: spent.append(_ingest(to, some)), ARTICLES),
                ("textkin, again", lambda some: _ingest(to, some), ARTICLES),
            )
            for name, work, count in contenders:
                rates.setdefault(name, []).append(_rate(work, some[:count]))
            path = Path(folder) / "articles.jsonl"
            others = itertools.islice(made, ARTICLES)
            path.write_text("".join(json.dumps(each) + "\n" for each in others), encoding="utf-8")
            taken = textkin(to, "ingest", "--jsonl", path).seconds
            rates.setdefault("textkin ingest", []).append(ARTICLES / taken)
    _show_rates(rates)
    show_steps(before, list(made), spent)


def _show_rates(rates: dict[str, list[float]]) -> None:
    hows = {
        "textkin": "`Client.ingest_many`: synced, both sketches, text compressed",
        "textkin ingest": "the command line, from its start to its end",
        "textkin, again": "the same articles again: unchanged",
        "datasketch": "MinHash updated shingle by shingle, MinHashLSH.insert",
        "datasketch, batch": "MinHash.update_batch, MinHashLSH.insert",
    }

    def times(name: str, peer: str) -> float:
        return median(ours / theirs for ours, theirs in zip(rates[name], rates[peer], strict=True))

    show(
        f"Ingest of articles of {WORDS} words: articles a second, and times as many as",
        ("what", "articles/s", "datasketch", "datasketch, batch", "how"),
        [
            (
                name,
                f"{median(rates[name]):,.0f}",
                f"{times(name, 'datasketch'):.1f}",
                f"{times(name, 'datasketch, batch'):.1f}",
                how,
            )
            for name, how in hows.items()
        ],
    )
    figures.at_least(
        "durable ingest over gRPC, beside datasketch in process", times("textkin", "datasketch"), 8
    )


def _rate(work: Callable[[list[Made]], object], some: list[Made]) -> float:
    begin = time.perf_counter()
    work(some)
    return len(some) / (time.perf_counter() - begin)


def _ingest(to: Service, some: Sequence[Made]) -> tuple[float, float]:
    """Ingests articles; returns the processor time an article in the client and in the service, in microseconds."""
    own, other = time.process_time(), to.processor_seconds()
    with Client(to.address) as client:
        for acknowledgement in client.ingest_many(Article(each["id"], each["text"]) for each in some):
            assert acknowledgement.error is None
    scale = 1e6 / len(some)
    return (time.process_time() - own) * scale, (to.processor_seconds() - other) * scale


class _Lsh:
    """An index of datasketch, and how its user makes a MinHash of shingles."""

    def __init__(self, sign: Callable[[Iterator[bytes]], MinHash]) -> None:
        self._sign = sign
        self._index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)

    def __call__(self, some: Sequence[Made]) -> None:
        for each in some:
            self._index.insert(each["id"], self._sign(_shingles(each["text"])))


def _shingles(text: str) -> Iterator[bytes]:
    words = text.lower().split()
    for start in range(len(words) - SHINGLE_WORDS + 1):
        yield " ".join(words[start : start + SHINGLE_WORDS]).encode()


def _update(shingles: Iterator[bytes]) -> MinHash:
    made = MinHash(num_perm=PERMUTATIONS)
    for shingle in shingles:
        made.update(shingle)
    return made


def _update_batch(shingles: Iterator[bytes]) -> MinHash:
    made = MinHash(num_perm=PERMUTATIONS)
    made.update_batch(list(shingles))
    return made


if __name__ == "__main__":
    measure()
