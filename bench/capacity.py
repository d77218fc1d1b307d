"""Prints how many nodes a cluster needs, and what a query asks of them, by figures that bench/in_cluster.py measures.

    python bench/capacity.py [--article-bytes N] [--query-keys N] [--query-kilobytes N] [--node-gib N]

What is settled lies under 64 tags: how evenly those fall on so many nodes is reckoned with the real tags and hash slots.
"""

import argparse
from math import ceil

from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot

from tables import show
from textkin_service.store.cluster.keys import HOMES, CollectionKeys

SIZES = (10_000_000, 100_000_000, 1_000_000_000)
_GIB = 1 << 30
# So much of a node's memory is filled: the rest is for copies while it writes to disk, buffers of replicas, fragments.
_FILLED = 0.6
_GIGABIT = 1e9 / 8
# What new replicas read of a master's memory.
_NETWORK_GIGABITS = 10


def measure(article_bytes: int, query_keys: int, query_kilobytes: int, node_gib: int) -> None:
    """Prints the table."""
    rows = []
    for articles in SIZES:
        gib = articles * article_bytes / _GIB
        masters = _masters(gib, node_gib * _FILLED)
        most, held = _most_homes(masters), gib / masters
        rows.append(
            (
                f"{articles:,}",
                f"{gib:,.0f}",
                masters,
                3 * masters,
                f"{most * masters / HOMES:.2f}",
                f"{query_keys / masters:.0f}",
                f"{query_kilobytes / masters:.0f}",
                f"{articles / 8 / 1e6:.1f}",
                f"{100 / masters:.1f}",
                f"{held * _GIB / (_NETWORK_GIGABITS * _GIGABIT):.0f}",
            )
        )
    show(
        f"{article_bytes:,} bytes an article, nodes of {node_gib} GiB, {_FILLED:.0%} filled, two replicas of each master",
        (
            "articles",
            "GiB",
            "masters",
            "nodes",
            "fullest, times the mean",
            "pages a query, of each master",
            "kB a query, of each",
            "bits of a service, MB",
            "share away in a failover, %",
            f"new replica at {_NETWORK_GIGABITS} Gbit/s, s",
        ),
        rows,
    )


def _masters(gib: float, each: float) -> int:
    """Returns the least number of masters, three or more, whose fullest holds its part."""
    masters = max(3, ceil(gib / each))
    while masters < HOMES and _most_homes(masters) * gib / HOMES > each:
        masters += 1
    return masters


def _most_homes(masters: int) -> int:
    """Returns how many tags the master with most of them has: each master has a range of slots, all of one length."""
    slots = [key_slot(name.encode()) for name in _home_names()]
    counts = [0] * masters
    for slot in slots:
        counts[slot * masters // REDIS_CLUSTER_HASH_SLOTS] += 1
    return max(counts)


def _home_names() -> list[str]:
    return [CollectionKeys("textkin", 1).record(number) for number in range(HOMES)]


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description="Prints how many nodes a cluster needs.")
    parser.add_argument(
        "--article-bytes", type=int, default=5_000, help="memory of an article, with its text"
    )
    parser.add_argument("--query-keys", type=int, default=600, help="pages that a query reads")
    parser.add_argument("--query-kilobytes", type=int, default=450, help="kB that a query is sent")
    parser.add_argument("--node-gib", type=int, default=128, help="memory of a node")
    arguments = parser.parse_args()
    measure(arguments.article_bytes, arguments.query_keys, arguments.query_kilobytes, arguments.node_gib)


if __name__ == "__main__":
    main()
