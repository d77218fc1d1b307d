"""Removes what was settled of a collection that was deleted: it lies on all nodes, and nobody reads it any more."""

from collections.abc import Callable, Iterator

from textkin_service.store.cluster.keys import HOMES, CollectionKeys
from textkin_service.store.cluster.records import article_of, has_head
from textkin_service.store.cluster.settled import TABLES
from textkin_service.store.cluster.wire import Cluster, command

_AT_ONCE = 1_000
_HEAD_BYTES = 1_024


def remove(cluster: Cluster, keys: CollectionKeys, is_ending: Callable[[], bool]) -> bool:
    """Removes it all; returns whether it did: it is not deleted, or it ended early. To be called again. StoreError."""
    there, bounds = cluster.run([command("EXISTS", keys.state), command("LRANGE", keys.left, 0, -1)])
    if there:
        return False
    if bounds:
        last, *pages = map(int, bounds)
        for table, count in zip(TABLES, pages, strict=True):
            for some in _some(0, count):
                if is_ending():
                    return False
                names = [(place % HOMES, f"{table}{place}") for place in some]
                cluster.run([command("UNLINK", *keys.pages(home, [name])) for home, name in names])
        for some in _some(1, last + 1):
            if is_ending():
                return False
            _remove_articles(cluster, keys, some)
    cluster.run([command("UNLINK", keys.left)])
    return True


def _remove_articles(cluster: Cluster, keys: CollectionKeys, numbers: range) -> None:
    heads = cluster.run([command("GETRANGE", keys.record(each), 0, _HEAD_BYTES - 1) for each in numbers])
    cut = [number for number, head in zip(numbers, heads, strict=True) if head and not has_head(head)]
    records = [each for each in heads if each and has_head(each)]
    records += [each for each in cluster.run([command("GET", keys.record(each)) for each in cut]) if each]
    ids = [article_of(0, each, with_text=False)[0].article.id for each in records]
    # The record last: should it end early, the id is found again.
    cluster.run([command("UNLINK", keys.known(each)) for each in ids])
    cluster.run([command("UNLINK", keys.record(each)) for each in numbers])


def _some(first: int, end: int) -> Iterator[range]:
    for at in range(first, end, _AT_ONCE):
        yield range(at, min(at + _AT_ONCE, end))
