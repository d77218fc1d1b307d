"""The leave to go on, for long computations that know nothing of who waits for them: they ask between their steps.

Whom to ask is a thread's own. Between two texts of a megabyte the longest step took 0.11 s.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class _Asking(threading.local):
    """Whom the thread asks."""

    def __init__(self) -> None:
        self.ask: Callable[[], None] | None = None


_asking = _Asking()


@contextmanager
def asked_of(ask: Callable[[], None]) -> Iterator[None]:
    """Has `may_go_on` call `ask`, which raises when it may not, as long as the block lasts in this thread."""
    before = _asking.ask
    _asking.ask = ask
    try:
        yield
    finally:
        _asking.ask = before


def may_go_on() -> None:
    """Returns while the work at hand may go on; else raises what it is asked of raises. Without anybody to ask it may."""
    if _asking.ask is not None:
        _asking.ask()
