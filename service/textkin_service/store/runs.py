"""Runs of what a store is handed: of one key it must have finished the first before it looks at the second."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")


def each_once(items: Iterable[Item], key: Callable[[Item], str]) -> Iterator[list[Item]]:
    """Yields runs of the items, in their order, in which no key comes twice."""
    run: dict[str, Item] = {}
    for item in items:
        if key(item) in run:
            yield list(run.values())
            run = {}
        run[key(item)] = item
    if run:
        yield list(run.values())
