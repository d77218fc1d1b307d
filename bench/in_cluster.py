"""Measures a service over a cluster on this machine, beside one with the embedded store: ingest, searches, memory, commands.

    python bench/in_cluster.py [--articles N] [--replicas N]

Nodes, services and callers share this machine's processors. A query is a text of which nothing is stored or a rewrite: a stored
article, every fourth word of which is another.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import redis

import figures
from running import Service, service
from searching import reworded, texts
from tables import show
from textkin import Article, Client
from textkin_service.store import pack

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from redis_cluster import MASTERS, RedisCluster, redis_cluster

ARTICLES = 100_000
QUERIES = 300
ROUNDS = 3
# Of articles whose texts are packed to know how much of the memory they are, one in so many.
_PACKED = 50
# Keys of each kind that are asked for their size.
_SIZED = 2_000
_KINDS = {"c": "pages of content keys", "b": "pages of bands", "i": "ids", "": "articles with texts"}


@dataclass(frozen=True, slots=True)
class Spent:
    """What the masters did and hold: commands, bytes sent, bytes held besides buffers, seconds of processor of all nodes."""

    commands: int
    sent: int
    held: int
    processor: float

    @classmethod
    def of(cls, cluster: RedisCluster) -> "Spent":
        """Returns what it is now."""
        commands = sent = held = 0
        for node in cluster.nodes[:MASTERS]:
            with node.client() as client:
                stats: Any = client.info()
            commands += stats["total_commands_processed"]
            sent += stats["total_net_output_bytes"]
            # What waits for replicas and callers, a few MB a node, is not the articles'.
            held += (
                stats["used_memory"] - stats["mem_total_replication_buffers"] - stats["mem_clients_normal"]
            )
        return cls(commands, sent, held, sum(_processor(node.process.pid) for node in cluster.nodes))


def measure(count: int, replicas: int) -> None:
    """Prints the tables."""
    made = list(texts(count + QUERIES))
    sizes = (count // 10, count)
    with _running(replicas) as (cluster, shared, other, alone):
        empty = Spent.of(cluster)
        ingested: list[tuple[object, ...]] = []
        searched: dict[tuple[int, str, str], float] = {}
        held: dict[int, float] = {}
        for since, size in zip((0, *sizes), sizes, strict=False):
            ingested += _ingest(cluster, shared, alone, made, since, size)
            _wait_until_settled(cluster)
            text = sum(len(pack(each)) for each in made[:size:_PACKED]) * _PACKED
            held[size] = (Spent.of(cluster).held - empty.held - text) / size
            queries = {
                "nothing to be found": made[count:],
                "rewrites": [
                    reworded(each, seed) for seed, each in enumerate(made[: size : size // QUERIES])
                ],
            }
            for name, some in queries.items():
                for to, what in ((shared, "cluster"), (alone, "embedded")):
                    searched[size, name, what] = _median_search(to, some[:QUERIES])
        _show_ingested(ingested)
        figures.at_least(
            f"articles a second into the cluster, up to {count:,}", _rate(ingested[-2]), 3_000, "a second"
        )
        _show_searched(searched, sizes)
        _show_queries(cluster, shared, other, queries)
        _show_held(cluster, count, held)
        for size in sizes:
            figures.at_most(
                f"memory of the masters an article besides the text, {size:,} articles",
                held[size],
                4_096,
                "bytes",
            )
    figures.show_bars()


@contextmanager
def _running(replicas: int) -> Iterator[tuple[RedisCluster, Service, Service, Service]]:
    """A cluster, two services over it, and one alone."""
    with (
        tempfile.TemporaryDirectory(prefix="textkin-bench-") as folder,
        redis_cluster(Path(folder) / "nodes", replicas=replicas) as cluster,
        service(TEXTKIN_STORE=cluster.url) as shared,
        service(TEXTKIN_STORE=cluster.url) as other,
        service(Path(folder) / "data") as alone,
    ):
        yield cluster, shared, other, alone


def _processor(pid: int) -> float:
    return Service("", pid, 0).processor_seconds()


def _ingest(
    cluster: RedisCluster, shared: Service, alone: Service, made: Sequence[str], since: int, size: int
) -> list[tuple[object, ...]]:
    """Ingests articles into both stores; returns a row for each."""
    rows: list[tuple[object, ...]] = []
    for to, what in ((shared, "cluster"), (alone, "embedded")):
        before, own, other = Spent.of(cluster), time.process_time(), to.processor_seconds()
        begin = time.perf_counter()
        with Client(to.address) as client:
            articles = (Article(f"made-{number}", made[number]) for number in range(since, size))
            for acknowledgement in client.ingest_many(articles):
                assert acknowledgement.error is None
        seconds, scale = time.perf_counter() - begin, 1e6 / (size - since)
        after = Spent.of(cluster)
        rows.append(
            (
                f"{since:,} to {size:,}",
                what,
                f"{(size - since) / seconds:,.0f}",
                f"{(to.processor_seconds() - other) * scale:.0f}",
                f"{(time.process_time() - own) * scale:.0f}",
                f"{(after.processor - before.processor) * scale:.0f}",
                f"{(after.commands - before.commands) / (size - since):.1f}",
            )
        )
    return rows


def _rate(row: tuple[object, ...]) -> float:
    return float(str(row[2]).replace(",", ""))


def _wait_until_settled(cluster: RedisCluster) -> None:
    """Waits until nobody settles."""
    with redis.RedisCluster("127.0.0.1", cluster.nodes[0].port) as client:
        while client.exists("textkin:{1}:settler"):
            time.sleep(0.1)


def _median_search(to: Service, queries: Sequence[str]) -> float:
    """Returns the median time of a search in milliseconds, one after the other, in the best of some rounds."""
    rounds = []
    with Client(to.address) as client:
        for _ in range(ROUNDS):
            taken = []
            for query in queries:
                begin = time.perf_counter()
                client.search(query)
                taken.append(time.perf_counter() - begin)
            rounds.append(1e3 * median(taken))
    return min(rounds)


def _show_ingested(rows: Sequence[Sequence[object]]) -> None:
    show(
        "Ingest of articles of 400 words: articles a second; microseconds of processor and commands an article",
        ("articles", "store", "articles/s", "service", "caller", "nodes", "commands"),
        rows,
    )


def _show_searched(searched: dict[tuple[int, str, str], float], sizes: Sequence[int]) -> None:
    names = list(dict.fromkeys(name for _, name, _ in searched))
    show(
        "Searches one after the other, median in ms",
        ("queries", "articles", "cluster", "embedded", "times"),
        [
            (
                name,
                size,
                f"{searched[size, name, 'cluster']:.1f}",
                f"{searched[size, name, 'embedded']:.1f}",
                f"{searched[size, name, 'cluster'] / searched[size, name, 'embedded']:.2f}",
            )
            for name in names
            for size in sizes
        ],
    )
    small, large = sizes
    for name in names:
        now, before = searched[large, name, "cluster"], searched[small, name, "cluster"]
        figures.at_most(f"median search among {large:,}, {name}", now, 10, "ms")
        figures.at_most(f"the same, beside {small:,}", now / before, 1.5)


def _show_queries(
    cluster: RedisCluster, shared: Service, other: Service, queries: dict[str, Sequence[str]]
) -> None:
    """Shows what a query costs the nodes, and that the other service answers the same."""
    rows = []
    with Client(shared.address) as one, Client(other.address) as two:
        for name, some in queries.items():
            asked = some[:QUERIES]
            # The other reads the log first.
            two.search(asked[0])
            before = Spent.of(cluster)
            answers = [one.search(query) for query in asked]
            after = Spent.of(cluster)
            same = sum(
                _told(two.search(query)) == _told(each) for query, each in zip(asked, answers, strict=True)
            )
            rows.append(
                (
                    name,
                    f"{(after.commands - before.commands) / len(asked):.0f}",
                    f"{(after.sent - before.sent) / len(asked) / 1e3:.0f}",
                    f"{(after.processor - before.processor) / len(asked) * 1e6:.0f}",
                    f"{same} of {len(asked)}",
                )
            )
    show(
        "A query to the cluster: commands, kB sent, us of the nodes' processors; the same answer by the other service",
        ("queries", "commands", "kB", "us", "same"),
        rows,
    )


def _told(result: Any) -> list[tuple[str, float]]:
    return [(match.article_id, match.comparison.score) for match in result.matches]


def _show_held(cluster: RedisCluster, count: int, held: dict[int, float]) -> None:
    """Shows what the keys of each kind take an article, as far as a sample of them tells."""
    sizes: dict[str, list[int]] = {}
    keys: dict[str, int] = {}
    for node in cluster.nodes[:MASTERS]:
        with node.client() as client:
            for key in client.scan_iter(count=1_000):
                last = key.decode().rpartition(":")[2]
                kind = last[0] if last[0] in "cbi" and b":1:" in key else ""
                if not (kind or last.isdigit()):
                    continue
                keys[kind] = keys.get(kind, 0) + 1
                if len(sizes.setdefault(kind, [])) < _SIZED:
                    size: Any = client.memory_usage(key)
                    sizes[kind].append(size)
    show(
        f"Memory of the masters among {count:,} articles",
        ("keys", "keys an article", "bytes a key", "bytes an article"),
        [
            (
                what,
                f"{keys[kind] / count:.2f}",
                f"{sum(sizes[kind]) / len(sizes[kind]):.0f}",
                f"{sum(sizes[kind]) / len(sizes[kind]) * keys[kind] / count:.0f}",
            )
            for kind, what in _KINDS.items()
            if kind in keys
        ]
        + [("all, besides packed texts", "", "", f"{held[count]:.0f}")],
    )


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description="Measures a service over a cluster.")
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--replicas", type=int, default=1, help="of each master")
    arguments = parser.parse_args()
    measure(arguments.articles, arguments.replicas)


if __name__ == "__main__":
    main()
