"""Reading ahead: another thread reads while this one works on what was read."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Item = TypeVar("_Item")


def read_ahead(items: Iterable[_Item], count: int) -> Iterator[_Item]:
    """Yields the items, which another thread reads, so many ahead. What it raises is raised here."""
    rest = iter(items)
    end = object()
    with ThreadPoolExecutor(1, "read-ahead") as reader:
        reading = deque(reader.submit(next, rest, end) for _ in range(count))
        while (item := reading.popleft().result()) is not end:
            reading.append(reader.submit(next, rest, end))
            yield item  # type: ignore[misc]  # not the end
