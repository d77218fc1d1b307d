"""How long calls take."""

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


def milliseconds(work: Callable[[T], object], items: Iterable[T]) -> list[float]:
    """Returns the time that each item takes, in ms."""
    taken = []
    for item in items:
        begin = time.perf_counter()
        work(item)
        taken.append((time.perf_counter() - begin) * 1_000)
    return taken
