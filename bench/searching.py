"""Measures searches over gRPC among 100,000 articles, beside the same server's empty RPC; callers have a process of their own.

    python bench/searching.py [--articles N]

Queries are articles of which nothing is stored, and rewrites: stored articles, every fourth word of which is another.
"""

import json
import pickle
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import accumulate, islice
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import wordfreq

import figures
from running import Service, service
from tables import show
from textkin import Article, Client
from textkin.v1 import textkin_service_pb2 as pb
from textkin_service.analysis import analyze
from textkin_service.engine import Engine, Work
from textkin_service.model import InlineText, SearchOptions
from textkin_service.relation import compare
from textkin_service.rpc import convert
from textkin_service.screening import Outline, ScreenedQuery
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme, probe
from textkin_service.store import SqliteStore

ARTICLES = 100_000
QUERIES = 600
IN_FLIGHT = 32
# Seconds that each is called for, by turns so many times.
SECONDS = 2
ROUNDS = 2
BATCH = 64
BATCHES_IN_FLIGHT = 4
STEPPED = 200
# Articles of one topic, the share of their words that are of it, and which words those are, by frequency.
ARTICLES_A_TOPIC = 100
OF_TOPIC = 0.15
SUBJECT = slice(2_000, 20_000)
# Candidates that a search looks at, and how many are screened at a time.
CANDIDATES, SCREENED = 20, 11

_CALLER = Path(__file__).parent / "calling.py"
_SERVICE = "/textkin.v1.TextkinService/"
_HEALTH = "/grpc.health.v1.Health/Check"


def measure(count: int = ARTICLES) -> None:
    """Prints the tables."""
    with tempfile.TemporaryDirectory(prefix="textkin-bench-") as folder:
        data = Path(folder) / "data"
        with service(data) as running:
            _ingest(running, count)
            stored = islice(texts(count), 0, None, max(1, count // QUERIES))
            queries = {
                "nothing to be found": list(texts(QUERIES, first=count)),
                "rewrites": [reworded(text, seed) for seed, text in enumerate(islice(stored, QUERIES))],
            }
            calls = _Calls(running, Path(folder))
            for name, some in queries.items():
                _measure_calls(calls, name, some, count)
        _show_steps(data, queries)


def _ingest(running: Service, count: int) -> None:
    with Client(running.address) as client:
        made = (Article(f"made-{number}", text) for number, text in enumerate(texts(count)))
        for acknowledgement in client.ingest_many(made):
            assert acknowledgement.error is None


def reworded(text: str, seed: int) -> str:
    """Returns a text with every fourth word replaced by another."""
    chosen = random.Random(f"rewrite {seed}")  # noqa: S311 - no secret
    words, weights = _language()
    each = text.split(" ")
    for place in range(3, len(each), 4):
        each[place] = chosen.choices(words, cum_weights=weights)[0]
    return " ".join(each)


def texts(count: int, first: int = 0) -> Iterator[str]:
    """Yields articles of about 400 words, in sentences of 8 to 30: as frequent as in English, or of the topic of some articles.

    Those of `articles.py` would not do: they have sentences in common, so that each is a partial rewrite of others.
    """
    words, weights = _language()
    for number in range(first, first + count):
        topic = random.Random(f"topic {number // ARTICLES_A_TOPIC}")  # noqa: S311 - no secret
        subject = topic.sample(words[SUBJECT], 120)
        own = random.Random(f"article {number}")  # noqa: S311 - no secret
        drawn = own.choices(words, cum_weights=weights, k=400)
        for place in range(400):
            if own.random() < OF_TOPIC:
                drawn[place] = own.choice(subject)
        text: list[str] = []
        while drawn:
            length = own.randint(8, 30)
            text.append(" ".join(drawn[:length]).capitalize() + ".")
            del drawn[:length]
        yield " ".join(text)


@cache
def _language() -> tuple[list[str], list[float]]:
    """Returns English words, the most frequent first, and the sums of their frequencies."""
    words = [word for word in wordfreq.top_n_list("en", 60_000) if word.isalpha() and word.isascii()]
    return words, list(accumulate(wordfreq.word_frequency(word, "en") for word in words))


class _Calls:
    """Calls of a service by a process of its own."""

    def __init__(self, running: Service, folder: Path) -> None:
        self._service = running
        self._folder = folder

    def __call__(
        self, method: str, in_flight: int, requests: Sequence[bytes] = (), seconds: float = SECONDS
    ) -> dict[str, float]:
        """Returns the rate a second, quantiles in milliseconds, and the service's processor time a call in microseconds."""
        command = [sys.executable, str(_CALLER), self._service.address, method, str(in_flight), str(seconds)]
        if requests:
            path = self._folder / "requests"
            path.write_bytes(pickle.dumps(list(requests)))
            command.append(str(path))
        spent = self._service.processor_seconds()
        ran = subprocess.run(command, check=True, capture_output=True, text=True)
        spent = self._service.processor_seconds() - spent
        result: dict[str, float] = json.loads(ran.stdout)
        return result | {"processor": spent / result["calls"] * 1e6}


def _request(text: str, passages: int = 0) -> bytes:
    options = pb.SearchOptions(matches_with_passages=passages)
    return pb.SearchRequest(inline=pb.InlineText(text=text), options=options).SerializeToString()


def _batch(texts: Sequence[str]) -> bytes:
    queries = [pb.BatchSearchQuery(inline=pb.InlineText(text=text)) for text in texts]
    return pb.BatchSearchRequest(queries=queries).SerializeToString()


def _measure_calls(calls: _Calls, name: str, texts: Sequence[str], count: int) -> None:
    plain = [_request(text) for text in texts]
    passages = [_request(text, 3) for text in texts]
    batches = [_batch(texts[first : first + BATCH]) for first in range(0, len(texts), BATCH)]
    first_time = calls(f"{_SERVICE}Search", 1, plain, 2)  # outlines are made of stored texts
    calls(f"{_SERVICE}BatchSearch", BATCHES_IN_FLIGHT, batches, SECONDS)  # and from now on in memory
    contenders: dict[str, Callable[[], dict[str, float]]] = {
        f"empty: GetServiceInfo, {IN_FLIGHT} in flight": lambda: calls(
            f"{_SERVICE}GetServiceInfo", IN_FLIGHT
        ),
        f"empty: health check, {IN_FLIGHT} in flight": lambda: calls(_HEALTH, IN_FLIGHT),
        f"search, {IN_FLIGHT} in flight": lambda: calls(f"{_SERVICE}Search", IN_FLIGHT, plain),
        "search, alone": lambda: calls(f"{_SERVICE}Search", 1, plain),
        "search with passages for 3, alone": lambda: calls(f"{_SERVICE}Search", 1, passages),
        f"BatchSearch of {BATCH}, {BATCHES_IN_FLIGHT} in flight": lambda: calls(
            f"{_SERVICE}BatchSearch", BATCHES_IN_FLIGHT, batches
        ),
    }
    runs = {key: [each()] for key, each in contenders.items()}
    for _ in range(ROUNDS - 1):
        for key, each in contenders.items():
            runs[key].append(each())
    info, health, search, alone, with_passages, batch = (runs[key] for key in contenders)
    scale = len(texts) / len(batches)
    rows = [("search, alone, met first", *_figures([first_time], 1))]
    rows += [(key, *_figures(runs[key], scale if key.startswith("Batch") else 1)) for key in contenders]
    show(
        f"Searches among {count:,} articles: {name}",
        ("what", "a second", "p50, ms", "p95", "p99", "the service's processor time"),
        rows,
    )
    for what, peer in (("GetServiceInfo", info), ("a health check", health)):
        share = median(a["rate"] / b["rate"] for a, b in zip(search, peer, strict=True))
        figures.at_least(f"searches ({name}), beside {what}, {IN_FLIGHT} in flight", share, 0.5)
    figures.at_most(f"a search alone ({name}), p50", median(run["p50"] for run in alone), 2, "ms")
    figures.at_most(
        f"a search with passages for 3 ({name}), p50", median(run["p50"] for run in with_passages), 10, "ms"
    )
    gain = median(scale * a["rate"] / b["rate"] for a, b in zip(batch, search, strict=True))
    figures.at_least(f"BatchSearch ({name}), beside single calls", gain, 3)


def _figures(runs: Sequence[dict[str, float]], scale: float) -> tuple[str, ...]:
    rate = scale * median(run["rate"] for run in runs)
    spent = median(run["processor"] for run in runs) / scale
    return (
        f"{rate:,.0f}",
        *(f"{median(run[name] for run in runs):.2f}" for name in ("p50", "p95", "p99")),
        f"{spent:,.0f} us",
    )


def _show_steps(data: Path, queries: dict[str, list[str]]) -> None:
    """Prints where the time of one search goes, step by step, in this process."""
    settings = Settings(data=data)
    store = SqliteStore(data, Scheme.of(settings).id)
    engine = Engine(store, settings)
    engine.load(Work())
    try:
        taken = {name: _stepped(engine, store, some[:STEPPED]) for name, some in queries.items()}
    finally:
        engine.close()
    steps = next(iter(taken.values()))
    rows = [(step, *(f"{median(each[step]):.0f} us" for each in taken.values())) for step in steps]
    show("Where the time of one search goes, medians of each step on one thread", ("step", *taken), rows)


def _stepped(engine: Engine, store: SqliteStore, texts: Sequence[str]) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {}

    def step(name: str, work: Callable[..., Any], *arguments: Any) -> Any:
        begin = time.perf_counter()
        result = work(*arguments)
        taken.setdefault(name, []).append((time.perf_counter() - begin) * 1e6)
        return result

    for text in texts:
        _search(step, engine, store, InlineText(text))
    return taken


def _search(step: Callable[..., Any], engine: Engine, store: SqliteStore, query: InlineText) -> None:
    """Does what a search does, step by step."""
    whole = Work(), "default", query, SearchOptions()
    engine.search(*whole)  # what it needs is in memory then
    result, given = step("the whole search", engine.search, *whole)
    collection = step("collection, from the store", store.collection, "default")
    analysis = step("analysis of the query", analyze, query.text)
    asked = step("what to ask the index", probe, analysis)
    candidates = engine._indexes.candidates  # noqa: SLF001 - the benchmark looks inside
    found = step("candidates", candidates, collection.number, asked, CANDIDATES)
    step("messages", convert.match_messages, result, given, convert.offset_unit(0, ""))
    others = [analyze(each.article.text) for each in store.stored(collection, found.numbers[:SCREENED])]
    if not others:
        return
    outlines = [Outline.of(each) for each in others]
    screening = step("screening: the query", ScreenedQuery, analysis, np.empty(0, np.uint32))
    step(f"screening: up to {SCREENED} candidates", screening.screen, outlines)
    step("an article from the store", store.stored, collection, found.numbers[:1])
    step("its analysis", analyze, others[0].text)
    step("its comparison", compare, analysis, others[0])


if __name__ == "__main__":
    figures.main(measure, ARTICLES, __doc__)
