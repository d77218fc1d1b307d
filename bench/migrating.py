"""Measures `textkin-service migrate`: from SQLite to a cluster of three masters and three replicas, back, and to SQLite.

    python bench/migrating.py                      20,000 articles; two minutes
    python bench/migrating.py --articles 5000

The servers of the cluster, six of them, share this machine's processors. Beside it stands what an engine takes in from memory,
prepared by as many threads: a migration reads besides, and keeps no index.
"""

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import figures
from articles import articles
from running import BIN, run
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

Row = tuple[str, ...]


def measure(count: int = ARTICLES) -> None:
    """Prints the table."""
    with (
        tempfile.TemporaryDirectory(prefix="textkin-bench-") as folder,
        redis_cluster(Path(folder) / "r") as to,
    ):
        one, back, other = (f"sqlite://{folder}/{name}" for name in ("one", "back", "other"))
        news, plain = f"{to.url}/news", f"{to.url}/plain"
        made = [Article(each["id"], each["text"]) for each in articles(count, WORDS)]
        rows = [
            _plain("an engine into SQLite, from memory", one, made),
            _plain("an engine into the cluster, from memory", plain, made),
            _migrated("SQLite to the cluster", one, news, count),
            _migrated("the cluster to SQLite", news, back, count),
            _migrated("SQLite to SQLite", one, other, count),
        ]
    show(
        f"Migration of {count:,} articles of {WORDS} words, from the start of the process to its end",
        ("what", "articles/s", "time", "processor, an article", "peak memory", "once more, nothing to move"),
        rows,
    )


def _plain(what: str, url: str, made: Sequence[Article]) -> Row:
    """Has an engine take articles in; without its start."""
    settings = Settings()
    store = open_at(parse(url), Scheme.of(settings).id)
    engine = Engine(store, settings)
    engine.load(Work())
    begin, before = time.perf_counter(), time.process_time()
    TakingIn(Side(url, store), engine.ingest, lambda _: None).take("default", _batches(made))
    seconds, used = time.perf_counter() - begin, time.process_time() - before
    engine.close()
    count = len(made)
    return (what, f"{count / seconds:,.0f}", f"{seconds:.1f} s", f"{used / count * 1e6:.0f} us", "", "")


def _migrated(what: str, source: str, target: str, count: int) -> Row:
    command = [BIN / "textkin-service", "migrate", "--from", source, "--to", target, "--json"]
    first, again = run(command), run(command)
    assert [each.lines[0]["moved"] for each in (first, again)] == [count, 0]
    return (
        what,
        f"{count / first.seconds:,.0f}",
        f"{first.seconds:.1f} s",
        f"{first.processor_seconds / count * 1e6:.0f} us",
        f"{first.memory_mib:,.0f} MiB",
        f"{again.seconds:.1f} s",
    )


def _batches(made: Sequence[Article]) -> Iterator[Sequence[Article]]:
    rest = iter(made)
    while batch := list(islice(rest, BATCH)):
        yield batch


if __name__ == "__main__":
    figures.main(measure, ARTICLES, __doc__)
