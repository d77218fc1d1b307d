"""Measures how long the service takes until it serves: with an empty store, kernels compiled or not, and with many articles.

    python bench/starting.py                       a million articles; two minutes, and 3 GB of disk while it runs
    python bench/starting.py --articles 100000

The articles are sketches made up (made_sketches.py says how) with no texts, which a start does not read.
"""

import tempfile
import time
import zlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median

import figures
from made_sketches import made_sketches
from running import service
from tables import show
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme
from textkin_service.store import SqliteStore
from textkin_service.store.connections import connect

ARTICLES = 1_000_000
_STARTS = 3
_CHECKSUM_BYTES = 4
_MIB = 1_048_576


def measure(articles: int = ARTICLES) -> None:
    """Prints the table."""
    with tempfile.TemporaryDirectory(prefix="textkin-bench-") as folder:
        data = Path(folder) / "data"
        cold = _seconds(None, NUMBA_CACHE_DIR=folder)
        warm = median(_seconds(None) for _ in range(_STARTS))
        begin = time.perf_counter()
        size = _fill(data, articles)
        filled = time.perf_counter() - begin
        with service(data) as running:
            full, memory, peak = running.start_seconds, running.memory_mib(), running.peak_memory_mib()
    figures.at_most("start, empty store, kernels compiled before", warm, 3, "s")
    figures.at_most("start, empty store, kernels compiled anew", cold, 15, "s")
    figures.at_most(f"start, {articles:,} articles", full, 20, "s")
    show(
        "From the start of the process until it serves",
        ("what", "figure", "how"),
        [
            ("empty store, kernels compiled before", f"{warm:.1f} s", f"median of {_STARTS}"),
            (
                "empty store, kernels compiled anew",
                f"{cold:.1f} s",
                "as the first start after an installation",
            ),
            (
                f"{articles:,} articles",
                f"{full:.1f} s",
                f"both sketches and the marks of pieces: {size / _MIB:,.0f} MiB, made in {filled:.0f} s",
            ),
            ("its memory then", f"{memory:,.0f} MiB", f"resident; {peak:,.0f} MiB at most until then"),
        ],
    )


def _seconds(data: Path | None, **environment: str) -> float:
    with service(data, **environment) as running:
        return running.start_seconds


def _fill(data: Path, articles: int) -> int:
    """Makes a store with so many sketches; returns their bytes."""
    with SqliteStore(data, Scheme.of(Settings()).id):
        pass
    # What the store would write, without a sync for each commit.
    db = connect(data / "textkin.sqlite3")
    db.execute("PRAGMA synchronous = OFF")
    db.execute("PRAGMA journal_mode = OFF")
    db.execute("DROP TRIGGER article_counted")
    db.execute("BEGIN")
    number = size = 0
    for stored in stored_sketches(articles):
        numbers = range(number + 1, number + 1 + len(stored))
        db.executemany(
            "INSERT INTO articles (number, collection, id, ingested_at, language, detected_language, source, title, url,"
            " metadata, digest) VALUES (?, 1, ?, ?, 'en', '', '', '', '', '{}', ?)",
            ((n, f"article-{n}", 2**60 + n, n.to_bytes(16)) for n in numbers),
        )
        db.executemany("INSERT INTO sketches VALUES (?, 1, ?)", zip(numbers, stored, strict=True))
        number += len(stored)
        size += sum(map(len, stored))
    db.execute("UPDATE collections SET article_count = ?", (articles,))
    db.execute("COMMIT")
    db.execute("PRAGMA journal_mode = WAL")
    db.close()
    return size


def stored_sketches(articles: int) -> Iterator[list[bytes]]:
    """Yields made sketches as they are stored, with their checksums."""
    for words, starts in made_sketches(articles):
        data = words.astype("<u4").tobytes()
        ends = [4 * each for each in starts.tolist()]
        bodies = [data[a + _CHECKSUM_BYTES : b] for a, b in pairwise(ends)]
        yield [zlib.crc32(body).to_bytes(_CHECKSUM_BYTES, "little") + body for body in bodies]


if __name__ == "__main__":
    figures.main(measure, ARTICLES, __doc__)
