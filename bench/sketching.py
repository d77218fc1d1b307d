"""Measures the way from UTF-8 to both sketches, beside what users of datasketch, rensa and FastSketchLSH write for one.

Everybody begins with the bytes of the same articles, which nobody has seen before, on one thread. The peers are given what
their users give them: word 5-shingles of `text.lower().split()`, joined by a space. That is less than an analysis does: no
places of words, no stems, no sentences, no web residue, and one sketch instead of two.

Processor time is measured, which other work on the machine changes least; of two threads, how long they take.
"""

import os
import queue
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any

# Read when it starts its threads.
os.environ["RAYON_NUM_THREADS"] = "1"

import numpy as np
from datasketch import MinHash
from FastSketchLSH import FastSimilaritySketch
from rensa import RMinHash

import figures
from articles import articles
from tables import show
from textkin_service import analysis
from textkin_service.analysis import Analysis, Pieces, Tokens, analyze, analyze_all
from textkin_service.analysis.characters import joined
from textkin_service.analysis.detection import detect_language
from textkin_service.analysis.lexicon import lexicon
from textkin_service.analysis.reading import Reading
from textkin_service.analysis.room import ENDS, STARTS
from textkin_service.analysis.words import cut
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme, probe, sketch, sketch_all, verbatim
from textkin_service.sketch import prepare as prepare_sketches
from textkin_service.sketch.content import content_keys
from textkin_service.sketch.pieces import piece_marks

PERMUTATIONS = 128
SHINGLE_WORDS = 5
WORDS = 700
# Articles that the process has met before it is measured, as a service has.
BEFORE = 2_000
# Everyone takes a turn with the articles of each round; the figures are medians over the rounds.
ROUNDS = 7
ARTICLES = 60
# So many articles a thread takes at a time: as an ingest stream has them prepared.
SLICE = 32

SCHEME = Scheme.of(Settings())

Batch = Sequence[bytes]

_NO_STEMS, _NO_ZIPF = np.empty(0, np.uint32), np.empty(0, np.float32)
_NO_PIECES = Pieces(np.empty(0, np.uint32), np.empty(0, np.int32), np.empty(0, np.int32))


@dataclass(frozen=True, slots=True)
class Contender:
    """Who is measured, by what it does with a batch of articles."""

    name: str
    work: Callable[[Batch], object]
    how: str


def measure() -> None:
    """Prints the tables."""
    analysis.prepare()
    prepare_sketches()
    rounds = list(_rounds())
    for article in rounds.pop():
        sketch(analyze(article.decode()), SCHEME)
    taken: dict[str, list[float]] = {each.name: [] for each in _CONTENDERS}
    times_of_threads = []
    first, *others = _CONTENDERS
    with ThreadPoolExecutor(2) as pool:
        slices = _slices([article for batch in rounds for article in batch])
        _in_threads(pool, 2, slices)  # their rooms
        for i, batch in enumerate(rounds):
            # Whoever meets the articles first meets new words; the others change places, because the order has a price too.
            for each in (first, *others[i:], *others[:i]):
                taken[each.name].append(_microseconds(each.work, batch))
            times_of_threads.append(_in_threads(pool, 1, slices) / _in_threads(pool, 2, slices))
    _show_contenders(taken, times_of_threads)
    _show_steps([analyze(article.decode(), "en") for batch in rounds for article in batch])


def _rounds() -> Iterator[Batch]:
    """Yields the articles of each round, and last those that are met before."""
    made = [article["text"].encode() for article in articles(ROUNDS * ARTICLES + BEFORE, words=WORDS)]
    for i in range(ROUNDS):
        yield made[i * ARTICLES : (i + 1) * ARTICLES]
    yield made[ROUNDS * ARTICLES :]


def _show_contenders(taken: dict[str, list[float]], times_of_threads: Sequence[float]) -> None:
    def times(ours: str, peer: str) -> float:
        """Returns how many times as fast as a peer we are: the median of the rounds."""
        return median(theirs / own for theirs, own in zip(taken[peer], taken[ours], strict=True))

    rows = [
        (
            each.name,
            f"{median(taken[each.name]):,.0f} us",
            *(f"{times(each.name, peer):.1f}" for peer in _PEERS),
            each.how,
        )
        for each in _CONTENDERS
    ]
    show(
        f"Sketches of {ROUNDS * ARTICLES} articles of {WORDS} words: processor time, and times as fast as",
        ("what", "an article", *_PEERS, "how"),
        rows,
    )
    threads = median(times_of_threads)
    how = f"each takes {SLICE} of {ROUNDS * ARTICLES} at a time; median of {ROUNDS}"
    show(
        "Two threads",
        ("what", "figure", "how"),
        [("articles a second beside one thread", f"{threads:.2f} times", how)],
    )
    for peer, asked in (("datasketch", 20), ("rensa", 5)):
        figures.at_least(
            f"both sketches from UTF-8, words known, beside {peer}", times(_TOGETHER, peer), asked
        )
    figures.at_least("signature alone, beside datasketch", times("signature alone", "datasketch"), 40)
    figures.at_least("two threads beside one", threads, 1.6)


def _show_steps(analyses: Sequence[Analysis]) -> None:
    steps: tuple[tuple[str, Callable[[Analysis], object]], ...] = (
        ("language", lambda each: detect_language(each.text)),
        ("analysis, language named", lambda each: analyze(each.text, "en")),
        ("verbatim signature", verbatim.signature),
        (
            "content keys",
            lambda each: content_keys(each, SCHEME.content_keys, SCHEME.content_segment_words),
        ),
        ("marks of pieces", piece_marks),
        ("what a search asks", probe),
    )
    rows = [(name, f"{_microseconds(partial(_each, step), analyses):.0f} us") for name, step in steps]
    show(
        "Where the time of one ingest goes, without the store; every word is known",
        ("step", "an article"),
        rows,
    )


def _each(work: Callable[[Any], object], values: Sequence[Any]) -> None:
    for value in values:
        work(value)


def _microseconds(work: Callable[[Any], object], batch: Sequence[Any]) -> float:
    """Returns the processor time that each of a batch takes."""
    begin = time.process_time()
    work(batch)
    return (time.process_time() - begin) / len(batch) * 1e6


def _shingles(article: bytes) -> list[str]:
    words = article.decode().lower().split()
    return [" ".join(words[i : i + SHINGLE_WORDS]) for i in range(len(words) - SHINGLE_WORDS + 1)]


def _datasketch(batch: Batch) -> None:
    for article in batch:
        made = MinHash(num_perm=PERMUTATIONS)
        for shingle in _shingles(article):
            made.update(shingle.encode())


def _datasketch_batch(batch: Batch) -> None:
    for article in batch:
        MinHash(num_perm=PERMUTATIONS).update_batch([shingle.encode() for shingle in _shingles(article)])


def _rensa(batch: Batch) -> None:
    RMinHash.digest_matrix_from_token_sets(list(map(_shingles, batch)), num_perm=PERMUTATIONS, seed=42)


def _fast_sketch(batch: Batch) -> None:
    FastSimilaritySketch(size=PERMUTATIONS, seed=42).batch(list(map(_shingles, batch)), num_threads=1)


def _textkin(batch: Batch, language: str = "en") -> None:
    for article in batch:
        sketch(analyze(article.decode(), language), SCHEME)


def _together(batch: Batch) -> None:
    sketch_all(analyze_all([article.decode() for article in batch], ["en"] * len(batch)), SCHEME)


def _slices(articles: Batch) -> list[Batch]:
    return [articles[first : first + SLICE] for first in range(0, len(articles), SLICE)]


def _in_threads(pool: ThreadPoolExecutor, threads: int, slices: Sequence[Batch]) -> float:
    """Has so many threads sketch slices, each the next when it is free; returns the seconds that they take."""
    begin = time.perf_counter()
    rest = queue.SimpleQueue[Batch]()
    for each in slices:
        rest.put(each)

    def work() -> None:
        with suppress(queue.Empty):
            while True:
                _together(rest.get_nowait())

    for future in [pool.submit(work) for _ in range(threads)]:
        future.result()
    return time.perf_counter() - begin


def _signature(batch: Batch) -> None:
    for article in batch:
        verbatim.signature(analyze(article.decode(), "en"))


def _signature_alone(batch: Batch) -> None:
    """Signs all words as they are cut, residue and all, as the peers do."""
    rows = lexicon("en").table.rows
    for article in batch:
        text = article.decode()
        reading = Reading.of([text], *joined([text]))
        count, _ = cut(reading, rows)
        numbers, keys = reading.room.numbers, reading.room.keys[:count]
        starts, ends = numbers[STARTS, :count], numbers[ENDS, :count]
        every = np.array([[0, len(keys)]], np.int32)
        verbatim.signature(
            Analysis(text, "en", Tokens(text, starts, ends, keys), _NO_STEMS, _NO_ZIPF, every, _NO_PIECES)
        )


_KNOWN, _TOGETHER = "every word known", "all together"
_PEERS = ("datasketch", "datasketch, batch", "rensa", "FastSketchLSH")

_CONTENDERS = (
    Contender("new words too", _textkin, "analysis, both sketches and marks; the language is named"),
    Contender(_KNOWN, _textkin, "the same articles again"),
    Contender(_TOGETHER, _together, "again, by one call of `analyze_all` and one of `sketch_all`"),
    Contender("language detected", partial(_textkin, language=""), "again, and the language is detected"),
    Contender("signature", _signature, "analysis and verbatim sketch"),
    Contender(
        "signature alone", _signature_alone, "words and verbatim sketch: no stems, no sentences, no residue"
    ),
    Contender("datasketch", _datasketch, "MinHash, updated shingle by shingle"),
    Contender("datasketch, batch", _datasketch_batch, "MinHash.update_batch"),
    Contender("rensa", _rensa, "RMinHash.digest_matrix_from_token_sets, all articles in one call"),
    Contender("FastSketchLSH", _fast_sketch, "FastSimilaritySketch.batch, all articles in one call"),
)


if __name__ == "__main__":
    measure()
