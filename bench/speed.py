"""Measures speed and memory through the command line and the client, with a real service on this machine.

Every figure is of one service and one caller that share the machine's processors.
"""

import itertools
import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from statistics import median, quantiles

from articles import articles
from running import Run, Service, service, textkin
from tables import show
from textkin import ArticleReference, Client, SearchOptions
from timing import milliseconds

ARTICLES = 3_000
# What is ingested before the first look at memory: enough to load every table and fill every window and buffer.
WARM_UP = 500
SEARCHES = 100
COMPARISONS = 50

Row = tuple[str, str, str]


def measure() -> None:
    """Prints the table."""
    with tempfile.TemporaryDirectory(prefix="textkin-bench-") as folder:
        data = Path(folder) / "data"
        with service(data) as running:
            empty = running.memory_mib()
            rows = [*_ingest(running, Path(folder)), *_calls(running)]
        with service(data) as again:
            # Compared at the start, because what a busy process gives back to the system is chance.
            grown_kib = (again.memory_mib() - empty) * 1024
        rows.append(("start with these articles", f"{again.start_seconds:.1f} s", "until it serves"))
        rows.append(
            (
                "service, memory an article",
                f"{grown_kib / ARTICLES:.1f} KiB",
                f"a start with {ARTICLES:,} articles beside a start with none",
            )
        )
    show("Speed and memory", ("what", "figure", "how"), rows)


def _ingest(running: Service, folder: Path) -> list[Row]:
    few = _ingested(running, articles(WARM_UP), folder)
    many = _ingested(running, itertools.islice(articles(ARTICLES), WARM_UP, None), folder)
    count = ARTICLES - WARM_UP
    return [
        (
            "ingest",
            f"{count / many.seconds:.0f} articles/s",
            f"`textkin ingest`, {count:,} of 400 words, each synced",
        ),
        (
            "service, memory",
            f"{running.memory_mib():.0f} MiB",
            f"with {ARTICLES:,} articles, before a search",
        ),
        (
            "client, memory",
            f"{few.memory_mib:.0f} and {many.memory_mib:.0f} MiB",
            f"peak of `textkin ingest` for {WARM_UP:,} and {count:,} articles",
        ),
    ]


def _ingested(running: Service, made: Iterable[dict[str, str]], folder: Path) -> Run:
    path = folder / "articles.jsonl"
    path.write_text("".join(json.dumps(article) + "\n" for article in made), encoding="utf-8")
    return textkin(running, "ingest", "--jsonl", path)


def _calls(running: Service) -> list[Row]:
    step = ARTICLES // SEARCHES
    stored = [ArticleReference(f"made-{number}") for number in range(0, ARTICLES, step)]
    texts = [article["text"] for article in articles(2 * COMPARISONS, words=700)]
    # Two articles with a third of one in the other, so that there is something to align.
    pairs = [
        (a, b[: len(b) * 2 // 3] + a[: len(a) // 3]) for a, b in zip(texts[::2], texts[1::2], strict=True)
    ]
    options = SearchOptions(matches_with_passages=3)
    with Client(running.address) as client:
        first = milliseconds(lambda query: client.search(query, options), stored)
        again = milliseconds(lambda query: client.search(query, options), stored)
        compared = milliseconds(lambda pair: client.compare(*pair), pairs)
    p95, again_p95 = (quantiles(each, n=20)[-1] for each in (first, again))
    return [
        (
            "search, p50 and p95",
            f"{median(first):.0f} and {p95:.0f} ms",
            f"{len(stored)} stored articles, one at a time",
        ),
        (
            "search again, p50 and p95",
            f"{median(again):.0f} and {again_p95:.0f} ms",
            "the same, analyses in memory",
        ),
        ("compare, p50", f"{median(compared):.0f} ms", f"{len(pairs)} pairs of 700 words, a third copied"),
        (
            "service, memory after searches",
            f"{running.memory_mib():.0f} MiB",
            "analyses kept, up to `cache_mib`",
        ),
    ]
