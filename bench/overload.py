"""Offers a service several times what it can answer, for minutes, and measures what becomes of it.

    python bench/overload.py --minutes 10 --times 4

First as many calls as it answers with 8 in flight tell what it can do; six tenths of that rate count as sustainable. Then
calls come by chance at that rate, whatever comes back; then several times as many; then at the first rate again. Service and
caller have processors of their own, in every phase, so that neither takes the other's. What the caller takes is part of all
times.

Calls are of these kinds, and besides a stream of batches of articles is open all the time. The collection stays as large as it
is: articles replace others and are deleted, those that are got never.
"""

import argparse
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from statistics import fmean, median

import figures
from offering import Kind, Outcome, Phase, Plan
from running import Service, service
from searching import reworded, texts
from tables import show
from textkin import Article, Client
from textkin.v1 import article_pb2
from textkin.v1 import textkin_service_pb2 as pb

# Articles that stay, and ids under which others come and go.
KEPT, CHANGING = 1_000, 1_000
QUERIES = 200
SEARCHES_A_BATCH = 16
ARTICLES_A_BATCH = 16
# In flight to find out what the service can do, and the share of that which counts as sustainable.
IN_FLIGHT, SUSTAINABLE = 8, 0.6
CAPACITY_SECONDS, NORMAL_SECONDS, AFTER_SECONDS = 15, 45, 30
# Batches of the stream for each call.
BATCHES_A_CALL = 0.01
# How many of the calls begun in a second may be slower than 99 in 100 were before, or fail, in what counts as normal again.
SLOW_AGAIN = 0.05
MIB_OF_OUTLINES = 32
_OFFERING = Path(__file__).parent / "offering.py"
_REFUSED = {"RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED"}


def measure(minutes: float, times: float) -> None:
    """Prints the tables."""
    with tempfile.TemporaryDirectory(prefix="textkin-bench-") as folder, _apart() as running:
        kinds, stream = _requests(running)
        alone = Phase("capacity", 0, CAPACITY_SECONDS, in_flight=IN_FLIGHT)
        outcomes, _ = _offer(
            running, Path(folder), Plan(kinds, stream, [Phase("warm", 0, 5, in_flight=IN_FLIGHT), alone])
        )
        answered = sum(each.phase == alone.name and each.code == "OK" for each in outcomes)
        capacity = answered / CAPACITY_SECONDS
        rate = SUSTAINABLE * capacity
        phases = [
            Phase("normal", rate, NORMAL_SECONDS, batches=BATCHES_A_CALL * rate),
            Phase("overload", times * rate, 60 * minutes, batches=BATCHES_A_CALL * times * rate),
            Phase("after", rate, AFTER_SECONDS, batches=BATCHES_A_CALL * rate),
        ]
        outcomes, memory = _offer(running, Path(folder), Plan(kinds, stream, phases))
        print(
            f"\n{capacity:,.0f} calls a second with {IN_FLIGHT} in flight; {rate:,.0f} count as sustainable."
        )
        _show_outcomes(outcomes, phases)
        _show_memory(memory)
        _judge(outcomes, phases, memory)


@contextmanager
def _apart() -> Iterator[Service]:
    """Starts a service on one half of the processors, and leaves this process and its children the other half."""
    processors = sorted(os.sched_getaffinity(0))
    half = max(1, len(processors) // 2)
    os.sched_setaffinity(0, processors[:half])
    try:
        with service(TEXTKIN_CACHE_MIB=str(MIB_OF_OUTLINES)) as running:
            os.sched_setaffinity(0, processors[half:] or processors)
            print(f"The service has {half} of {len(processors)} processors, the caller the others.")
            yield running
    finally:
        os.sched_setaffinity(0, processors)


def _requests(running: Service) -> tuple[list[Kind], list[bytes]]:
    """Fills the collection; returns the kinds of calls, and batches for the stream."""
    made = list(texts(KEPT + 3 * CHANGING))
    kept, changing, streamed = made[:KEPT], made[KEPT : KEPT + 2 * CHANGING], made[KEPT + 2 * CHANGING :]
    with Client(running.address) as client:
        articles = [Article(f"kept-{number}", text) for number, text in enumerate(kept)]
        articles += [Article(f"changing-{number}", text) for number, text in enumerate(changing[:CHANGING])]
        articles += [Article(f"streamed-{number}", text) for number, text in enumerate(streamed)]
        for acknowledgement in client.ingest_many(articles):
            assert acknowledgement.error is None
    queries = [pb.InlineText(text=reworded(text, seed)) for seed, text in enumerate(islice(kept, QUERIES))]
    plain = pb.SearchOptions(limit=10)
    passages = pb.SearchOptions(limit=10, matches_with_passages=3)
    # Each id gets the one text and then the other.
    ingests = [
        pb.IngestArticleRequest(article=article_pb2.Article(id=f"changing-{number % CHANGING}", text=text))
        for number, text in enumerate(changing)
    ]
    kinds = [
        _kind("search", "Search", 0.5, (pb.SearchRequest(inline=each, options=plain) for each in queries)),
        _kind(
            "search with passages",
            "Search",
            0.05,
            (pb.SearchRequest(inline=each, options=passages) for each in queries),
        ),
        _kind(
            "comparison",
            "Compare",
            0.1,
            (
                pb.CompareRequest(
                    a=pb.CompareSide(inline=each), b=pb.CompareSide(inline=pb.InlineText(text=text))
                )
                for each, text in zip(queries, kept, strict=False)
            ),
        ),
        _kind("ingest", "IngestArticle", 0.2, ingests),
        _kind("get", "GetArticle", 0.1, (pb.GetArticleRequest(article_id=f"kept-{n}") for n in range(KEPT))),
        _kind(
            "delete",
            "DeleteArticle",
            0.04,
            (
                pb.DeleteArticleRequest(article_id=f"changing-{7 * n % CHANGING}", allow_missing=True)
                for n in range(CHANGING)
            ),
        ),
        _kind(
            f"batch of {SEARCHES_A_BATCH} searches",
            "BatchSearch",
            0.01,
            (
                pb.BatchSearchRequest(
                    queries=[
                        pb.BatchSearchQuery(inline=each) for each in queries[first : first + SEARCHES_A_BATCH]
                    ],
                    options=plain,
                )
                for first in range(0, QUERIES - SEARCHES_A_BATCH, SEARCHES_A_BATCH)
            ),
        ),
    ]
    stream = [
        pb.BatchIngestArticlesRequest(
            articles=[
                article_pb2.Article(id=f"streamed-{first + n}", text=text)
                for n, text in enumerate(streamed[first : first + ARTICLES_A_BATCH])
            ]
        ).SerializeToString()
        for first in range(0, CHANGING - ARTICLES_A_BATCH, ARTICLES_A_BATCH)
    ]
    # So that they are not there already, unchanged, each time but the first.
    changed = [
        pb.BatchIngestArticlesRequest(
            articles=[
                article_pb2.Article(id=f"streamed-{first + n}", text=text)
                for n, text in enumerate(reversed(streamed[first : first + ARTICLES_A_BATCH]))
            ]
        ).SerializeToString()
        for first in range(0, CHANGING - ARTICLES_A_BATCH, ARTICLES_A_BATCH)
    ]
    return kinds, stream + changed


def _kind(name: str, method: str, share: float, requests: Iterable[object]) -> Kind:
    return Kind(name, method, share, [request.SerializeToString() for request in requests])


def _offer(running: Service, folder: Path, plan: Plan) -> tuple[list[Outcome], dict[str, list[float]]]:
    """Has a process make the calls; returns what came of them, and the service's memory each second of each phase, in MiB."""
    planned, record = folder / "plan", folder / "record"
    planned.write_bytes(pickle.dumps(plan))
    command = [sys.executable, str(_OFFERING), running.address, str(planned), str(record)]
    memory: dict[str, list[float]] = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line, phase in zip(process.stdout, plan.phases, strict=False):
            assert line.strip() == phase.name
            end = time.monotonic() + phase.seconds
            samples = memory.setdefault(phase.name, [])
            while time.monotonic() < end and process.poll() is None:
                samples.append(running.memory_mib())
                time.sleep(1)
        process.wait()
    return [Outcome(*each) for each in pickle.loads(record.read_bytes())], memory  # noqa: S301 - our own


def _quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[int(share * len(values))] if values else 0.0


def _milliseconds(outcomes: Iterable[Outcome], share: float) -> float:
    """Returns how long all but so many of the answered took."""
    return 1_000 * _quantile([each.seconds for each in outcomes if each.code == "OK"], share)


def _show_outcomes(outcomes: Sequence[Outcome], phases: Sequence[Phase]) -> None:
    rows = []
    for phase in phases:
        of_phase = [each for each in outcomes if each.phase == phase.name]
        for kind in ["all", *dict.fromkeys(sorted(each.kind for each in of_phase))]:
            some = [each for each in of_phase if kind in {"all", each.kind}]
            codes = Counter(each.code for each in some)
            rows.append(
                (
                    phase.name,
                    kind,
                    f"{len(some) / phase.seconds:,.1f}",
                    f"{codes['OK'] / phase.seconds:,.1f}",
                    f"{_milliseconds(some, 0.5):.1f}",
                    f"{_milliseconds(some, 0.99):.1f}",
                    ", ".join(f"{code} {count:,}" for code, count in codes.most_common()),
                )
            )
    show(
        "Calls a second, and how long those that were answered took, in ms",
        ("phase", "kind", "offered", "answered", "p50", "p99", "statuses"),
        rows,
    )


def _show_memory(memory: dict[str, list[float]]) -> None:
    show(
        "Memory of the service, sampled each second, in MiB",
        ("phase", "at first", "least", "most", "at last"),
        [
            (phase, *(f"{each:,.0f}" for each in (some[0], min(some), max(some), some[-1])))
            for phase, some in memory.items()
        ],
    )


def _judge(outcomes: Sequence[Outcome], phases: Sequence[Phase], memory: dict[str, list[float]]) -> None:
    normal, overload, after = ([each for each in outcomes if each.phase == phase.name] for phase in phases)
    usual = _milliseconds(normal, 0.99)
    figures.at_most(
        "p99 of what was answered, overloaded, beside normal", _milliseconds(overload, 0.99) / usual, 2
    )
    searches = [[each for each in some if each.kind == "search"] for some in (overload, normal)]
    figures.at_most(
        "the same of searches", _milliseconds(searches[0], 0.99) / _milliseconds(searches[1], 0.99), 2
    )
    others = [each for each in outcomes if each.code != "OK" and each.code not in _REFUSED]
    figures.at_most("calls refused in another way", len(others), 0, "calls")
    offered = len(overload) / (phases[1].rate * phases[1].seconds)
    figures.at_least("calls made in time by the caller itself, overloaded", offered, 0.95, "of them")
    figures.at_most(
        "calls refused at the sustainable rate", sum(each.code != "OK" for each in normal), 0, "calls"
    )
    figures.at_least(
        "answered a second, overloaded, beside normal",
        _answered(overload, phases[1]) / _answered(normal, phases[0]),
        0.7,
    )
    figures.at_most("back to normal", _back_after(after, usual / 1_000), 5, "s")
    held = memory[phases[1].name][60:]
    if len(held) >= 20:
        tenth = len(held) // 10
        last, first = fmean(held[-tenth:]), fmean(held[:tenth])
        figures.at_most("memory at the end of the overload beside its second minute", last / first, 1.05)
        figures.at_most("most memory after the first minute beside the median", max(held) / median(held), 1.1)


def _answered(outcomes: Sequence[Outcome], phase: Phase) -> float:
    return sum(each.code == "OK" for each in outcomes) / phase.seconds


def _back_after(outcomes: Sequence[Outcome], usual: float) -> float:
    """Returns after how many seconds no more calls fail, or are slower than is usual, than should."""
    slow: Counter[int] = Counter()
    all_of: Counter[int] = Counter()
    for each in outcomes:
        all_of[int(each.at)] += 1
        slow[int(each.at)] += each.code != "OK" or each.seconds > usual
    # Later seconds are as good as those before the overload.
    return max((second + 1 for second in range(15) if slow[second] > SLOW_AGAIN * all_of[second]), default=0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--times", type=float, default=4.0)
    asked = parser.parse_args()
    measure(asked.minutes, asked.times)
    figures.show_bars()
