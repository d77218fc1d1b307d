"""The steps that a request takes: each is timed, and whoever traces the request hears of it."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Self

from textkin_service.telemetry.metrics import STEP_SECONDS

# Told the name of a step that has just ended, and how many seconds it took.
Listener = Callable[[str, float], None]

PREPARATION, CANDIDATES, SCREENING = "preparation", "candidates", "screening"
COMPARISON, STORE = "comparison", "store"
STEPS = (PREPARATION, CANDIDATES, SCREENING, COMPARISON, STORE)

_SECONDS = {name: STEP_SECONDS.labels(name) for name in STEPS}
_listeners: ContextVar[Sequence[Listener]] = ContextVar("textkin_step_listeners", default=())


class Step:
    """Times what is done within, whether it succeeds or not."""

    __slots__ = ("_name", "_start")

    def __init__(self, name: str) -> None:
        """`name`: one of STEPS."""
        self._name = name
        self._start = 0.0

    def __enter__(self) -> Self:
        self._start = time.perf_counter()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        seconds = time.perf_counter() - self._start
        _SECONDS[self._name].observe(seconds)
        for listener in _listeners.get():
            listener(self._name, seconds)


def listeners() -> Sequence[Listener]:
    """Returns who hears of the steps of this context: a thread, or a task and those that it starts."""
    return _listeners.get()


@contextmanager
def heard_by(listeners: Sequence[Listener]) -> Iterator[None]:
    """Has these listeners, and no others, hear of the steps within."""
    token = _listeners.set(listeners)
    try:
        yield
    finally:
        _listeners.reset(token)
