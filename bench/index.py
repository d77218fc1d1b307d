"""Measures the index by itself, beside datasketch's MinHashLSH in memory, and how its time grows.

    python bench/index.py                          a million articles; one to two minutes
    python bench/index.py --articles 100000

Textkin indexes both sketches of an article, about 223 content keys and 32 bands; datasketch the verbatim signature alone, 128
values. Sketches are made up (made_sketches.py says how). Peers take turns, within the same minute.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import numpy as np
from datasketch import MinHash, MinHashLSH

import figures
from made_sketches import Starts, Words, made_probe, made_sketches, sketch_at
from tables import show
from textkin_service.index import Building, Index
from textkin_service.settings import VERBATIM_PERMUTATIONS, Settings
from textkin_service.sketch import Probe, Scheme, Sketch
from textkin_service.sketch.stored import Sketches

SCHEME = Scheme.of(Settings())
ARTICLES = 1_000_000
# Articles that go in at a time: as a start reads them, and as one commit of the store brings them.
_AT_START, _AT_COMMIT = 2_000, 64
_QUERIES = 2_000
_LIMIT = 20
_THRESHOLD = 0.5
# Turns of datasketch before and after, and the articles of one.
_TURNS, _PEER_ARTICLES = 5, 5_000
_COMMITS = 100

Row = tuple[str, str, str]
Batch = tuple[Starts, Sketches]


def measure(articles: int = ARTICLES) -> None:
    """Prints the table, and keeps the points of the growth curves."""
    Index(SCHEME).prepare()
    sample: list[Sketch] = []
    index, theirs, rows = _filled(sample, articles)
    rows += _changed(index, articles, theirs)
    rows += _together(index, sample, articles)
    show(f"The index alone, {articles:,} articles", ("what", "figure", "how"), rows)


def _filled(sample: list[Sketch], articles: int) -> tuple[Index, float, list[Row]]:
    """Builds an index at each tenfold, and searches it; keeps some of the sketches in `sample`.

    Returns the last, the microseconds that datasketch inserts an article in, before and after, and rows.
    """
    batches = list(_batches(made_sketches(articles), _AT_START, 1))
    every = max(1, articles // _QUERIES)
    lsh = MinHashLSH(threshold=_THRESHOLD, num_perm=VERBATIM_PERMUTATIONS)
    peer = [_peer_inserted(lsh, turn) for turn in range(_TURNS)]
    medians: dict[int, float] = {}
    rows: list[Row] = []
    for share in (100, 10, 1):
        some = batches[: max(1, articles // share // _AT_START)]
        before = _resident_bytes()
        begin = time.perf_counter()
        index = _built(some)
        took = (time.perf_counter() - begin) / len(index) * 1e6
        resident = (_resident_bytes() - before) / len(index)
        figures.point("articles: building of an index, an article", len(index), took)
        first = len(sample)
        for numbers, sketches in some:
            sample += [
                sketch_at(sketches.words, sketches.starts, at)
                for at in range(len(numbers))
                if numbers[at] % every == 0
            ]
        del sample[:first]
        p50, p99, cut = _queried(index, sample)
        medians[share] = p50
        figures.point("articles: candidate query, p50", len(index), p50)
        figures.point("articles: candidate query, p99", len(index), p99)
        rows.append(
            (
                f"candidate query, p50 and p99, {len(index):,} articles",
                f"{p50:.0f} and {p99:.0f} us",
                f"one thread; {cut:.1%} `truncated`",
            )
        )
    peer += [_peer_inserted(lsh, turn) for turn in range(_TURNS, 2 * _TURNS)]
    theirs = median(peer)
    size = index.size_bytes / len(index)
    figures.at_most("index, bytes an article, both sketches", size, 2_000, "bytes")
    figures.at_least("index, insertion of all articles, as fast as datasketch MinHashLSH", theirs / took, 8)
    figures.at_most("index, candidate query, p99", p99, 200, "us")
    figures.at_most("index, candidate query, p50 of ten times the articles", medians[1] / medians[10], 3)
    return (
        index,
        theirs,
        [
            ("memory an article", f"{size:,.0f} bytes", f"of its arrays; {resident:,.0f} resident"),
            (
                "insertion of all articles",
                f"{took:.1f} us an article",
                f"two threads, as a start does; {theirs / took:.1f} times as fast as datasketch",
            ),
            *rows,
            ("p50 of ten times the articles", f"{medians[1] / medians[10]:.1f} times", ""),
            (
                "datasketch MinHashLSH, insertion",
                f"{theirs:.1f} us an article",
                f"threshold {_THRESHOLD}, {2 * _TURNS * _PEER_ARTICLES:,} articles, verbatim sketch alone",
            ),
        ],
    )


def _built(batches: Sequence[Batch]) -> Index:
    building = Building(SCHEME)
    with ThreadPoolExecutor(2) as pool:
        for numbers, sketches in batches:
            building.add(numbers, sketches, pool)
        return building.finish(pool, lambda: None)


def _queried(index: Index, sample: Sequence[Sketch]) -> tuple[float, float, float]:
    """Searches for rewrites of the sample; returns p50 and p99 in microseconds, and the share that was `truncated`."""
    probes = _probes(sample)
    p50, p99 = _p50_p99(lambda probe: index.candidates(probe, _LIMIT), probes)
    return p50, p99, sum(index.candidates(probe, _LIMIT).truncated for probe in probes) / len(probes)


def _probes(sample: Sequence[Sketch]) -> list[Probe]:
    chance = np.random.default_rng(1)
    return [made_probe(sample[n % len(sample)], chance) for n in range(_QUERIES)]


def _changed(index: Index, articles: int, theirs: float) -> list[Row]:
    """Adds articles, replaces them and removes them, as many at a time as a commit has."""
    commits = list(_batches(made_sketches(_COMMITS * _AT_COMMIT, seed=2), _AT_COMMIT, articles + 1))
    count = _COMMITS * _AT_COMMIT
    added = _us(lambda: [index.add_all(*each) for each in commits], count)

    def replace() -> None:
        for numbers, sketches in commits:
            index.remove_all(numbers, sketches)
            index.add_all(numbers + count, sketches)

    replaced = _us(replace, count)
    removed = _us(lambda: [index.remove_all(numbers + count, each) for numbers, each in commits], count)
    figures.at_least(
        "index, insertion 64 at a time, one thread, as fast as datasketch MinHashLSH", theirs / added, 8
    )
    figures.at_most("index, deletion, as slow as insertion", removed / added, 1)
    figures.at_most(
        "index, replacement, as slow as deletion and insertion", replaced / (added + removed), 1.1
    )
    return [
        (
            "insertion, 64 at a time",
            f"{added:.1f} us an article",
            f"one thread; {theirs / added:.1f} times as fast as datasketch",
        ),
        (
            "deletion, 64 at a time",
            f"{removed:.1f} us an article",
            f"one thread; {removed / added:.2f} of an insertion",
        ),
        (
            "replacement, 64 at a time",
            f"{replaced:.1f} us an article",
            f"one thread; {replaced / added:.2f} of an insertion",
        ),
    ]


def _together(index: Index, sample: Sequence[Sketch], articles: int) -> list[Row]:
    """Searches while articles come in without a pause, as the engine does both, beside each alone."""
    commits = list(_batches(made_sketches(6 * _COMMITS * _AT_COMMIT, seed=3), _AT_COMMIT, 2 * articles))
    probes = _probes(sample)

    def search(probe: Probe) -> None:
        index.candidates(probe, _LIMIT)

    def ingest(batch: Batch) -> None:
        index.add_all(*batch)

    _, searching = _p50_p99(search, probes)
    _, ingesting = _p50_p99(ingest, commits[: len(commits) // 2])
    beside: list[float] = []
    thread = threading.Thread(target=lambda: beside.extend(_times(ingest, commits[len(commits) // 2 :])))
    times: list[float] = []
    thread.start()
    while thread.is_alive():
        times += _times(search, probes[:50])
    thread.join()
    slower, slowed = float(np.percentile(times, 99)), float(np.percentile(beside, 99))
    figures.at_most("index, p99 of a search during ingest, of one alone", slower / searching, 2)
    figures.at_most("index, p99 of a commit during searches, of one alone", slowed / ingesting, 2)
    return [
        (
            "search during ingest, p99",
            f"{slower / searching:.1f} times",
            f"{slower:.0f} us; {searching:.0f} us alone",
        ),
        (
            "ingest of 64 articles during search, p99",
            f"{slowed / ingesting:.1f} times",
            f"{slowed / 1e3:.1f} ms; {ingesting / 1e3:.1f} ms alone",
        ),
    ]


def _peer_inserted(lsh: MinHashLSH, turn: int) -> float:
    """Has datasketch insert its next articles; returns microseconds an article."""
    chance = np.random.default_rng(turn)
    values = chance.integers(0, 2**32 - 1, (_PEER_ARTICLES, VERBATIM_PERMUTATIONS), np.uint32)
    made = [MinHash(VERBATIM_PERMUTATIONS, seed=1, scheme="affine32", hashvalues=each) for each in values]
    first = turn * _PEER_ARTICLES
    return _us(lambda: [lsh.insert(n, each) for n, each in enumerate(made, first)], _PEER_ARTICLES)


def _batches(made: Iterator[tuple[Words, Starts]], size: int, first: int) -> Iterator[Batch]:
    """Yields made sketches, so many at a time, with numbers from `first` on."""
    words: list[Words] = []
    lengths: list[Starts] = []
    for some, starts in made:
        at = 0
        while at < len(starts) - 1:
            taken = min(size - sum(map(len, lengths)), len(starts) - 1 - at)
            words.append(some[starts[at] : starts[at + taken]])
            lengths.append(np.diff(starts[at : at + taken + 1]))
            at += taken
            if sum(map(len, lengths)) == size:
                yield _batch(words, lengths, first)
                first += size
                words, lengths = [], []
    if words:
        yield _batch(words, lengths, first)


def _batch(words: Sequence[Words], lengths: Sequence[Starts], first: int) -> Batch:
    starts = np.concatenate([[0], np.cumsum(np.concatenate(lengths))])
    return np.arange(first, first + len(starts) - 1), Sketches(np.concatenate(words), starts)


def _us(work: Callable[[], object], count: int) -> float:
    begin = time.perf_counter()
    work()
    return (time.perf_counter() - begin) / count * 1e6


def _times(work: Callable[..., object], values: Sequence[object]) -> list[float]:
    """Returns microseconds, of each value."""
    return [_us(lambda value=value: work(value), 1) for value in values]


def _p50_p99(work: Callable[..., object], values: Sequence[object]) -> tuple[float, float]:
    p50, p99 = np.percentile(_times(work, values), [50, 99])
    return float(p50), float(p99)


def _resident_bytes() -> int:
    """Returns the memory of this process; 0 where there is no /proc to tell."""
    status = Path("/proc/self/statm")
    return (
        int(status.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
        if status.exists()
        else 0
    )


if __name__ == "__main__":
    figures.main(measure, ARTICLES, __doc__)
