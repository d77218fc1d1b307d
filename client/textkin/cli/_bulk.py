"""Keeps the service busy with many calls, in order and in bounded memory."""

import random
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from textkin.errors import ResourceExhausted, TextkinError, Unavailable

I = TypeVar("I")  # noqa: E741 -- an input
O = TypeVar("O")  # noqa: E741 -- its output
T = TypeVar("T")

# Enough to keep a service of a few cores busy, and few enough to leave it room for others.
CALLS_IN_FLIGHT = 4

_MOST_TRIES = 8
_FIRST_WAIT = 0.25


def ordered(function: Callable[[I], O], inputs: Iterable[I]) -> Iterator[O]:
    """Yields `function` of each input, in their order, with CALLS_IN_FLIGHT of them under way at once.

    Draws at most twice as many inputs ahead of what was taken. Raises what `function` raises.
    """
    pool = ThreadPoolExecutor(CALLS_IN_FLIGHT)
    running: deque[Future[O]] = deque()
    try:
        for each in inputs:
            running.append(pool.submit(function, each))
            if len(running) == 2 * CALLS_IN_FLIGHT:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
    finally:
        # An early end waits for nothing: closing the client, which comes next, cancels the calls under way.
        pool.shutdown(wait=False, cancel_futures=True)


def patiently(call: Callable[[], T]) -> T:
    """Makes the call again, a few times, when the service is too busy; as late as it asks for."""
    wait = _FIRST_WAIT
    for _ in range(_MOST_TRIES - 1):
        try:
            return call()
        except ResourceExhausted as error:
            if error.reason != "OVERLOADED":
                raise
            # Not as long as others that were refused at the same time.
            time.sleep(max(wait, error.retry_delay or 0) * random.uniform(1, 1.5))  # noqa: S311 - no secret
            wait *= 2
    return call()


def ends_all(error: TextkinError) -> bool:
    """Whether the calls that follow would fail in the same way, so that going on makes no sense."""
    return isinstance(error, Unavailable) or error.reason == "COLLECTION_NOT_FOUND"
