"""Measures backup, check and restore of a store, and what a backup costs those who ingest meanwhile.

    python bench/backing_up.py                       50,000 articles; a few minutes
    python bench/backing_up.py --articles 500000

The sketches are made up (made_sketches.py says how), and so are the texts, of about 400 words.
"""

import itertools
import json
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Self

import figures
from articles import articles
from running import BIN, Service, service
from starting import stored_sketches
from tables import show
from textkin import Article, Client
from textkin_service import model
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme
from textkin_service.store import Content, Draft, SqliteStore, digest, pack

ARTICLES = 50_000
_ROUNDS = 3
# Articles that are written again and again, under new numbers, so that each is another.
_TEXTS = 500
_A_COMMIT = 250
_MIB = 1_048_576


def measure(count: int = ARTICLES) -> None:
    """Prints the tables."""
    with tempfile.TemporaryDirectory(prefix="textkin-bench-") as name:
        folder = Path(name)
        data, target = folder / "data", folder / "backup.sqlite3"
        texts = [each["text"] for each in articles(_TEXTS)]
        _fill(data, count, texts)
        with service(data) as running, _Ingest(running, texts) as ingest:
            rounds = [_round(ingest, data, target) for _ in range(_ROUNDS)]
        size = target.stat().st_size
        checked, _ = _seconds(data, "check", target)
        restored, _ = _seconds(folder / "restored", "restore", target)
    alone, beside, seconds, longest_alone, longest = (
        [each[i] for each in rounds] for i in range(len(rounds[0]))
    )
    show(
        f"A store of {count:,} articles, {size / _MIB:,.0f} MiB",
        ("what", "seconds", "how"),
        [
            (
                "backup",
                f"{median(seconds):.1f}",
                "beside a service that takes articles in; with the look through it",
            ),
            ("check of the backup", f"{checked:.1f}", ""),
            ("restore", f"{restored:.1f}", "with the look through it"),
        ],
    )
    share = median(b / a for a, b in zip(alone, beside, strict=True))
    show(
        f"Ingest beside a backup, median of {_ROUNDS} rounds",
        ("what", "articles/s", "longest wait for an answer, ms"),
        [
            ("without a backup", f"{median(alone):,.0f}", f"{median(longest_alone) * 1_000:,.0f}"),
            ("during one", f"{median(beside):,.0f}", f"{median(longest) * 1_000:,.0f}"),
        ],
    )
    figures.at_least("ingest during a backup, share of what it is without", share, 0.4)


def _fill(data: Path, count: int, texts: list[str]) -> None:
    """Makes a store of so many articles."""
    sketches = itertools.chain.from_iterable(stored_sketches(count))
    with SqliteStore(data, Scheme.of(Settings()).id) as store:
        for start in range(0, count, _A_COMMIT):
            numbers = range(start, min(start + _A_COMMIT, count))
            store.put(
                [_draft(number, texts, sketch) for number, sketch in zip(numbers, sketches, strict=False)]
            ).result()


def _draft(number: int, texts: list[str], sketch: bytes) -> Draft:
    article = model.Article(f"stored-{number}", f"{number}. {texts[number % len(texts)]}", language="en")
    return Draft("default", article, digest(article), lambda: Content(pack(article.text), sketch))


class _Ingest:
    """Articles that stream into a service, until the end, and when each was acknowledged."""

    def __init__(self, running: Service, texts: list[str]) -> None:
        self.times: list[float] = []
        self._running = running
        self._texts = texts
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ingest)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _articles(self) -> Iterator[Article]:
        for number in itertools.count():
            if self._over.is_set():
                return
            yield Article(
                id=f"new-{number}", text=f"{number}. {self._texts[number % len(self._texts)]}", language="en"
            )

    def _ingest(self) -> None:
        with Client(self._running.address) as client:
            # A collection of its own: the texts are alike, and would fill buckets beside those of the sketches made.
            client.create_collection("beside")
            for acknowledgement in client.ingest_many(self._articles(), collection="beside"):
                assert acknowledgement.error is None
                self.times.append(time.perf_counter())

    def during(self, work: Callable[[], object]) -> tuple[float, float]:
        """Does some work; returns articles a second meanwhile, and the longest time between two answers."""
        begin, first = time.perf_counter(), len(self.times)
        work()
        end = time.perf_counter()
        times = [begin, *self.times[first:], end]
        return (len(times) - 2) / (end - begin), max(b - a for a, b in itertools.pairwise(times))


def _round(ingest: _Ingest, data: Path, target: Path) -> tuple[float, float, float, float, float]:
    """Returns the rates without and during a backup, its seconds, and the longest waits."""
    taken: list[float] = []
    beside, longest = ingest.during(lambda: taken.append(_seconds(data, "backup", "--force", target)[0]))
    alone, longest_alone = ingest.during(lambda: time.sleep(taken[0]))
    return alone, beside, taken[0], longest_alone, longest


def _seconds(data: Path, *arguments: str | Path) -> tuple[float, dict[str, object]]:
    """Runs a command that must succeed; returns how long it took and what it told."""
    begin = time.perf_counter()
    command = [BIN / "textkin-service", "--data", data, *arguments, "--json"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return time.perf_counter() - begin, json.loads(said)


if __name__ == "__main__":
    figures.main(measure, ARTICLES, __doc__)
