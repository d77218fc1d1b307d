"""Measures the index by itself, beside the in-memory LSH of datasketch, and of rensa if that is installed.

    python bench/index.py                          100,000 articles; two minutes
    python bench/index.py --articles 1000000       a million; half an hour, most of it to make sketches

Textkin indexes both sketches of an article, about 223 content keys and 32 bands; the others the verbatim signature alone,
128 values, too. Sketches are made up (made_sketches.py says how). Times are of this process beside whatever else runs.
"""

import argparse
import gc
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import numpy as np
from datasketch import MinHash, MinHashLSH

from made_sketches import made_probe, made_sketches
from tables import show
from textkin_service.engine.indexes import Indexes
from textkin_service.engine.work import Work
from textkin_service.index import Index
from textkin_service.settings import VERBATIM_PERMUTATIONS, Settings
from textkin_service.sketch import Probe, Scheme, Sketch
from textkin_service.store import Added

SCHEME = Scheme.of(Settings())
ARTICLES = 100_000
# Articles that go in at a time: as a start reads them, and as one commit of the store brings them.
_AT_START, _AT_COMMIT = 1_000, 64
_QUERIES = 1_000
_LIMIT = 20
# Articles in the indexes of the others, which take ten times as long and as much.
_MOST_PEERS = 100_000
_THRESHOLD = 0.5
_COMMITS = 200

Row = tuple[str, str, str]
Article = tuple[int, Sketch]


def measure(articles: int = ARTICLES) -> None:
    """Prints the table."""
    first, sample, rows = _filled(articles)
    index = first
    rows += _changes(index, sample, articles)
    del index, first
    gc.collect()
    rows += _together(min(articles, _MOST_PEERS))
    rows += _peers(min(articles, _MOST_PEERS), rows)
    show(f"The index alone, {articles:,} articles", ("what", "figure", "how"), rows)


def _filled(articles: int) -> tuple[Index, list[Article], list[Row]]:
    """Fills an index, and searches it when a tenth and when all is in; returns some of the articles besides."""
    index = Index(SCHEME)
    index.prepare()
    chance = np.random.default_rng(1)
    every = max(1, articles // _QUERIES)
    sample: list[Article] = []
    numbered = enumerate(made_sketches(articles), start=1)
    rows: list[Row] = []
    medians: list[float] = []
    done, seconds = 0, 0.0
    before = _resident_bytes()
    with ThreadPoolExecutor(2) as pool:
        for size in (articles // 10, articles):
            while done < size:
                batch = list(islice(numbered, min(_AT_START, size - done)))
                begin = time.perf_counter()
                index.add_all(batch, pool)
                seconds += time.perf_counter() - begin
                done += len(batch)
                sample += [each for each in batch if each[0] % every == 0]
            probes = [made_probe(sample[n % len(sample)][1], chance) for n in range(_QUERIES)]
            p50, p99 = _p50_p99(lambda probe: index.candidates(probe, _LIMIT), probes)
            cut = sum(index.candidates(probe, _LIMIT).truncated for probe in probes) / len(probes)
            medians.append(p50)
            rows.append(
                (
                    f"candidate query, p50 and p99, {size:,} articles",
                    f"{p50:.0f} and {p99:.0f} us",
                    f"one thread; {cut:.0%} `truncated`",
                )
            )
    resident = (_resident_bytes() - before) / articles
    return (
        index,
        sample,
        [
            (
                "memory an article",
                f"{index.size_bytes / articles:,.0f} bytes",
                f"of its arrays; {resident:,.0f} resident, with {len(sample):,} sketches kept",
            ),
            (
                "insertion",
                f"{seconds / articles * 1e6:.1f} us an article",
                f"two threads, {_AT_START:,} at a time",
            ),
            *rows,
            ("p50 of ten times the articles", f"{medians[1] / medians[0]:.1f} times", ""),
        ],
    )


def _changes(index: Index, sample: Sequence[Article], last: int) -> list[Row]:
    """Removes articles and adds them again, one by one."""
    removed = _us(lambda: [index.remove(number, sketch) for number, sketch in sample], len(sample))
    again = [(last + n, sketch) for n, (_, sketch) in enumerate(sample, start=1)]
    added = _us(lambda: [index.add(number, sketch) for number, sketch in again], len(again))
    commits = list(_batches([(each[0] + len(again), each[1]) for each in again], _AT_COMMIT))
    committed = _us(lambda: [index.add_all(batch) for batch in commits], len(again))
    return [
        ("insertion, one by one; 64 at a time", f"{added:.1f}; {committed:.1f} us an article", "one thread"),
        ("deletion, one by one", f"{removed:.1f} us an article", f"{removed / added:.2f} of an insertion"),
    ]


def _together(articles: int) -> list[Row]:
    """Searches while articles come in, as the engine does both, beside each alone."""
    indexes = Indexes(SCHEME)
    made = made_sketches(articles + 3 * _COMMITS * _AT_COMMIT)
    stored = [
        Added(1, number, sketch.to_bytes()) for number, sketch in enumerate(islice(made, articles), start=1)
    ]
    begin = time.perf_counter()
    indexes.load(iter(stored), Work())
    loaded = time.perf_counter() - begin
    chance = np.random.default_rng(2)
    probes = [
        made_probe(Sketch.from_bytes(stored[int(n)].sketch), chance)
        for n in chance.integers(0, articles, _QUERIES)
    ]
    commits = list(
        _batches(
            [Added(1, number, sketch.to_bytes()) for number, sketch in enumerate(made, articles + 1)],
            _AT_COMMIT,
        )
    )
    third = len(commits) // 3

    def search(probe: Probe) -> None:
        indexes.candidates(1, probe, _LIMIT)

    _, searching = _p50_p99(search, probes)
    _, ingesting = _p50_p99(indexes.apply, commits[:third])
    figures: list[float] = []
    thread = threading.Thread(target=lambda: figures.append(_p50_p99(indexes.apply, commits[third:])[1]))
    times: list[float] = []
    thread.start()
    while thread.is_alive():
        times += _times(search, probes[:50])
    thread.join()
    beside = float(np.percentile(times, 99))
    return [
        (
            "rebuilt",
            f"{loaded:.1f} s",
            f"{articles:,} articles from their stored sketches, recurring pieces too, two threads",
        ),
        (
            "search during ingest, p99",
            f"{beside / searching:.1f} times",
            f"{beside:.0f} us; {searching:.0f} us alone",
        ),
        (
            "ingest during search, p99 of 64 articles",
            f"{figures[0] / ingesting:.1f} times",
            f"{figures[0] / 1e3:.1f} ms; {ingesting / 1e3:.1f} ms alone",
        ),
    ]


def _peers(articles: int, rows: Sequence[Row]) -> Iterator[Row]:
    own = float(next(row[1] for row in rows if row[0] == "insertion").split()[0])
    chance = np.random.default_rng(3)
    lsh = MinHashLSH(threshold=_THRESHOLD, num_perm=VERBATIM_PERMUTATIONS)
    seconds = 0.0
    for first in range(0, articles, _AT_START):
        values = chance.integers(0, 2**32 - 1, (_AT_START, VERBATIM_PERMUTATIONS), np.uint32)
        hashes = [
            MinHash(VERBATIM_PERMUTATIONS, seed=1, scheme="affine32", hashvalues=each) for each in values
        ]
        seconds += _us(
            lambda first=first, hashes=hashes: [lsh.insert(n, each) for n, each in enumerate(hashes, first)],
            1,
        )
    inserted = seconds / articles
    p50, p99 = _p50_p99(lsh.query, hashes)
    removed = _us(lambda: [lsh.remove(n) for n in range(_QUERIES)], _QUERIES)
    how = f"threshold {_THRESHOLD}, {articles:,} articles, verbatim sketch alone"
    yield (
        "datasketch MinHashLSH, insertion",
        f"{inserted:.1f} us an article",
        f"{how}: {inserted / own:.1f} times Textkin's",
    )
    yield (
        "datasketch MinHashLSH, query, p50 and p99",
        f"{p50:.0f} and {p99:.0f} us",
        "by signatures that meet nothing",
    )
    yield ("datasketch MinHashLSH, deletion", f"{removed:.1f} us an article", "")
    try:
        from rensa import RMinHash, RMinHashLSH  # noqa: PLC0415 - no dependency; measured where it is
    except ImportError:
        return
    rensa = RMinHashLSH(threshold=_THRESHOLD, num_perm=VERBATIM_PERMUTATIONS, num_bands=lsh.b)
    made = []
    for n in range(min(articles, 20_000)):
        made.append(RMinHash(num_perm=VERBATIM_PERMUTATIONS, seed=1))
        made[-1].update([f"{n} {k}" for k in range(8)])
    inserted = _us(lambda: [rensa.insert(n, each) for n, each in enumerate(made)], len(made))
    yield (
        "rensa RMinHashLSH, insertion",
        f"{inserted:.1f} us an article",
        f"{len(made):,} articles: {inserted / own:.1f} times Textkin's",
    )


def _us(work: Callable[[], object], count: int) -> float:
    begin = time.perf_counter()
    work()
    return (time.perf_counter() - begin) / count * 1e6


def _times(work: Callable[[object], object], values: Sequence[object]) -> list[float]:
    """Returns microseconds, of each value."""
    return [_us(lambda value=value: work(value), 1) for value in values]


def _p50_p99(work: Callable[[object], object], values: Sequence[object]) -> tuple[float, float]:
    p50, p99 = np.percentile(_times(work, values), [50, 99])
    return float(p50), float(p99)


def _batches(values: Sequence[object], size: int) -> Iterator[list[object]]:
    rest = iter(values)
    while batch := list(islice(rest, size)):
        yield batch


def _resident_bytes() -> int:
    """Returns the memory of this process; 0 where there is no /proc to tell."""
    status = Path("/proc/self/statm")
    return (
        int(status.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
        if status.exists()
        else 0
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=ARTICLES)
    measure(parser.parse_args().articles)


if __name__ == "__main__":
    main()
