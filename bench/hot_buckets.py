"""Measures what a million near-identical articles cost: the index by itself, and some thousands of them through the service.

    python bench/hot_buckets.py                          a million articles; two to three minutes
    python bench/hot_buckets.py --articles 100000

All of them stand in the same buckets, but for a tenth of their keys. Beside them, as many articles like those of news, made by
made_sketches.py.
"""

import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

import figures
from made_sketches import made_probe, made_sketches, sketch_at
from running import Service, service
from searching import texts
from tables import show
from textkin import Article, Client, SearchOptions
from textkin_service.index import Index
from textkin_service.settings import VERBATIM_PERMUTATIONS, Settings
from textkin_service.sketch import Probe, Scheme
from textkin_service.sketch.stored import Sketches

SCHEME = Scheme.of(Settings())
ARTICLES = 1_000_000
# Articles that a commit brings, and of which some are measured.
_AT_COMMIT, _COMMITS = 64, 50
_QUERIES, _LIMIT = 300, 20
_HEADER, _KEYS = 3, 220
# Of near-identical articles, the share of the values of a sketch that are each one's own.
_OWN = 0.1
_BATCH = 2_000
# Articles through the service, and words that each has for itself.
_SERVED, _OWN_WORDS = 3_000, 3

Batch = tuple[NDArray[np.int64], Sketches]


def measure(articles: int = ARTICLES) -> None:
    """Prints the tables."""
    Index(SCHEME).prepare()
    usual, hot = _Filled(_usual(articles), articles), _Filled(_hot(articles), articles)
    rows = [
        ("insertion, microseconds an article", usual.inserted, hot.inserted),
        ("candidate query, p50, microseconds", usual.p50, hot.p50),
        ("candidate query, p99, microseconds", usual.p99, hot.p99),
        ("queries `truncated`", usual.truncated, hot.truncated),
        ("memory, bytes an article", usual.size, hot.size),
        ("deletion of the newest, microseconds an article", usual.newest_removed, hot.newest_removed),
        ("deletion of those in the middle, microseconds", usual.middle_removed, hot.middle_removed),
        ("deletion of the oldest, microseconds an article", usual.oldest_removed, hot.oldest_removed),
    ]
    show(
        f"The index with {articles:,} articles",
        ("what", "like news", "near-identical", "times"),
        [
            (what, f"{one:,.1f}", f"{other:,.1f}", f"{other / one:.2f}" if one else "")
            for what, one, other in rows
        ],
    )
    figures.at_most("hot buckets: candidate query, p99, beside articles like news", hot.p99 / usual.p99, 5)
    figures.at_most("hot buckets: insertion, beside articles like news", hot.inserted / usual.inserted, 2)
    figures.at_least("hot buckets: queries that say `truncated`", hot.truncated, 1, "of them")
    _show_served()


class _Filled:
    """An index that was filled, and what it took to do so, to query it, and to remove some again."""

    def __init__(self, batches: Iterator[Batch], articles: int) -> None:
        index = Index(SCHEME)
        spent = 0.0
        first: Batch | None = None
        added = 0
        for batch in batches:
            first = first or batch
            if added <= articles // 2:
                middle = batch
            added += len(batch[0])
            spent += _seconds(lambda batch=batch: index.add_all(*batch))
            last = batch
        assert first is not None
        self.inserted = spent / articles * 1e6
        self.size = index.size_bytes / articles
        chance = np.random.default_rng(1)
        numbers, sketches = last
        probes = [
            made_probe(sketch_at(sketches.words, sketches.starts, n % len(numbers)), chance)
            for n in range(_QUERIES // 2)
        ]
        # Copies, too, which have all keys of their article.
        probes += [_copy(sketches, n % len(numbers)) for n in range(_QUERIES // 2)]
        times = [_seconds(lambda probe=probe: index.candidates(probe, _LIMIT)) * 1e6 for probe in probes]
        self.p50, self.p99 = (float(each) for each in np.percentile(times, [50, 99]))
        copies = [index.candidates(probe, _LIMIT) for probe in probes[_QUERIES // 2 :]]
        again = [index.candidates(probe, _LIMIT) for probe in probes[_QUERIES // 2 :]]
        assert copies == again  # equals have an order of their own
        self.truncated = sum(each.truncated for each in copies) / len(copies)
        self.newest_removed = _removed(index, last)
        self.middle_removed = _removed(index, middle)
        self.oldest_removed = _removed(index, first)


def _removed(index: Index, batch: Batch) -> float:
    """Removes a few articles of a batch, one at a time; returns microseconds an article."""
    numbers, sketches = batch
    count = 20
    bounds = sketches.starts
    parts = [
        (
            numbers[n : n + 1],
            Sketches(sketches.words[bounds[n] : bounds[n + 1]].copy(), bounds[n : n + 2] - bounds[n]),
        )
        for n in range(count)
    ]
    return _seconds(lambda: [index.remove_all(*part) for part in parts]) / count * 1e6


def _copy(sketches: Sketches, at: int) -> Probe:
    sketch = sketch_at(sketches.words, sketches.starts, at)
    return Probe(sketch.verbatim, sketch.content, np.zeros(len(sketch.content), np.intp))


def _usual(count: int) -> Iterator[Batch]:
    """Yields sketches like those of news, with their numbers."""
    first = 1
    for words, starts in made_sketches(count):
        yield np.arange(first, first + len(starts) - 1), Sketches(words, starts)
        first += len(starts) - 1


def _hot(count: int) -> Iterator[Batch]:
    """Yields sketches of near-identical articles: nine values in ten are the same in all."""
    chance = np.random.default_rng(5)
    signature = chance.integers(0, 2**32 - 1, VERBATIM_PERMUTATIONS, np.uint32)
    keys = chance.integers(0, 2**32, _KEYS, np.uint32)
    width = _HEADER + VERBATIM_PERMUTATIONS + _KEYS
    for first in range(1, count + 1, _BATCH):
        size = min(_BATCH, count + 1 - first)
        rows = np.empty((size, width), np.uint32)
        rows[:, :_HEADER] = 0, _KEYS, 0
        for begin, values in ((_HEADER, signature), (_HEADER + VERBATIM_PERMUTATIONS, keys)):
            own = chance.integers(0, 2**32 - 1, (size, len(values)), np.uint32)
            rows[:, begin : begin + len(values)] = np.where(chance.random(own.shape) < _OWN, own, values)
        rows[:, -_KEYS:].sort(axis=1)
        yield np.arange(first, first + size), Sketches(rows.reshape(-1), np.arange(size + 1) * width)


def _show_served() -> None:
    """Prints how a service takes in near-identical articles, and finds them, beside others."""
    (text,) = texts(1, first=10**6)
    words = text.split(" ")
    kinds: dict[str, Sequence[str]] = {
        "like news": list(texts(_SERVED)),
        "near-identical": [
            " ".join(
                [*words[: n % 300], *(f"own{n}{chr(97 + i)}" for i in range(_OWN_WORDS)), *words[n % 300 :]]
            )
            for n in range(_SERVED)
        ],
    }
    rows: dict[str, list[float]] = {}
    for kind, made in kinds.items():
        with service() as running:
            rows[kind] = _served(running, made)
    names = (
        "ingest, articles/s",
        "search, p50, ms",
        "search, p99, ms",
        "`truncated`",
        "matches",
        "deletion, ms",
        "memory, MiB",
    )
    show(
        f"The service with {_SERVED:,} articles of 400 words",
        ("what", *kinds),
        [(name, *(f"{rows[kind][i]:,.2f}" for kind in kinds)) for i, name in enumerate(names)],
    )
    usual, hot = rows["like news"], rows["near-identical"]
    figures.at_least(
        "hot buckets: ingest through the service, beside articles like news", hot[0] / usual[0], 0.5
    )
    # Each candidate is a match, and is compared; of others most are ruled out.
    compared = hot[1] / Settings().candidates
    figures.at_most(
        "hot buckets: a search for each article compared, beside a search like news", compared / usual[1], 1
    )


def _served(running: Service, made: Sequence[str]) -> list[float]:
    with Client(running.address) as client:
        spent = _seconds(
            lambda: [
                each.error
                for each in client.ingest_many(Article(f"made-{n}", text) for n, text in enumerate(made))
            ]
        )
        options = SearchOptions(limit=10)
        found, times = [], []
        for text in made[:100]:
            begin = time.perf_counter()
            found.append(client.search(text, options))
            times.append((time.perf_counter() - begin) * 1e3)
        again = [client.search(text, options) for text in made[:5]]
        assert [each.matches for each in again] == [each.matches for each in found[:5]]
        deletion = _seconds(lambda: [client.delete(f"made-{n}") for n in range(50)]) / 50 * 1e3
    p50, p99 = np.percentile(times, [50, 99])
    truncated = sum(each.truncated for each in found) / len(found)
    matches = sum(len(each.matches) for each in found) / len(found)
    return [len(made) / spent, float(p50), float(p99), truncated, matches, deletion, running.memory_mib()]


def _seconds(work: Callable[[], object]) -> float:
    """Returns how long something takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


if __name__ == "__main__":
    figures.main(measure, ARTICLES, __doc__)
