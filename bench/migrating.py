"""Measures `textkin-service migrate`: from SQLite to a cluster of three masters and three replicas, back, and to SQLite.

    python bench/migrating.py                      20,000 articles; two minutes
    python bench/migrating.py --articles 5000

The servers of the cluster, six of them, share this machine's processors. Beside it stands what an engine takes in from memory,
prepared by as many threads: a migration reads besides, and keeps no index.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import figures
from articles import articles
from running import BIN
from tables import show
from textkin_service.engine import Engine, Work
from textkin_service.migration.sides import BATCH, Side
from textkin_service.migration.taking_in import TakingIn
from textkin_service.model import Article
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme
from textkin_service.store.choice import open_at
from textkin_service.store_address import parse

# The tests start the same cluster.
sys.path.append(str(Path(__file__).parent.parent / "tests"))
from redis_cluster import redis_cluster

ARTICLES = 20_000
WORDS = 400
_KIB_A_MIB = 1_024
_FROM_TO = ("SQLite to the cluster", "the cluster to SQLite", "SQLite to SQLite")


@dataclass(frozen=True, slots=True)
class _Run:
    """A migration: seconds from the start of the process to its end, processor time of the process, and its peak of memory."""

    moved: int
    seconds: float
    processor_seconds: float
    peak_mib: float


def measure(count: int = ARTICLES) -> None:
    """Prints the table."""
    with (
        tempfile.TemporaryDirectory(prefix="textkin-bench-") as folder,
        redis_cluster(Path(folder) / "r") as to,
    ):
        at = [f"sqlite://{folder}/{name}" for name in ("one", "back", "other", "plain")]
        plain = {"SQLite": _plain(at[0], count), "the cluster": _plain(f"{to.url}/plain", count)}
        urls = (at[0], f"{to.url}/news"), (f"{to.url}/news", at[1]), (at[0], at[2])
        runs = {what: (_migrated(*pair), _migrated(*pair)) for what, pair in zip(_FROM_TO, urls, strict=True)}
    rows = [
        (f"engine into {what}, from memory", f"{count / seconds:,.0f}", f"{seconds:.1f} s", "", "", "")
        for what, seconds in plain.items()
    ]
    for what, (first, again) in runs.items():
        assert (first.moved, again.moved) == (count, 0)
        rows.append(
            (
                what,
                f"{count / first.seconds:,.0f}",
                f"{first.seconds:.1f} s",
                f"{first.processor_seconds / count * 1e6:.0f} us",
                f"{first.peak_mib:,.0f} MiB",
                f"{again.seconds:.1f} s",
            )
        )
    show(
        f"Migration of {count:,} articles of {WORDS} words, from the start of the process to its end",
        ("what", "articles/s", "time", "processor, an article", "peak memory", "once more, nothing to move"),
        rows,
    )


def _plain(url: str, count: int) -> float:
    """Has an engine take articles in; returns the seconds, less those of making the articles."""
    settings = Settings()
    store = open_at(parse(url), Scheme.of(settings).id)
    engine = Engine(store, settings)
    engine.load(Work())
    made = [Article(each["id"], each["text"]) for each in articles(count, WORDS)]
    begin = time.perf_counter()
    TakingIn(Side(url, store), engine.ingest, lambda _: None).take("default", _batches(made))
    seconds = time.perf_counter() - begin
    engine.close()
    return seconds


def _batches(made: list[Article]) -> Iterator[list[Article]]:
    rest = iter(made)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _migrated(source: str, target: str) -> _Run:
    command = [BIN / "textkin-service", "migrate", "--from", source, "--to", target, "--json"]
    begin = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        told = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the migration from {source} to {target} ended with {process.returncode}")
    seconds = time.perf_counter() - begin
    return _Run(
        json.loads(told)["moved"], seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / _KIB_A_MIB
    )


if __name__ == "__main__":
    figures.main(measure, ARTICLES, __doc__)
