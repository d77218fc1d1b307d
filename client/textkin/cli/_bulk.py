"""Pairs what was asked with its answer, in order and in bounded memory; what cannot be asked stands in its place."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from textkin.cli._readers import BadRecord

Q = TypeVar("Q")
R = TypeVar("R")

# Most records that wait for their turn, behind one that is not yet answered.
_MOST_WAITING = 4096


def answered(
    records: Iterable[Q | BadRecord], ask: Callable[[Iterator[Q]], Iterable[R]]
) -> Iterator[tuple[Q | BadRecord, R | BadRecord]]:
    """The records in their order, each with its answer, or a bad one with itself. Raises what `ask` does.

    `ask` gives the answers to what it is given, one each, in order, and may draw ahead.
    """
    left = iter(records)
    waiting: deque[Q | BadRecord] = deque()

    def drawn(first: Q) -> Iterator[Q]:
        waiting.append(first)
        yield first
        for record in left:
            waiting.append(record)
            if not isinstance(record, BadRecord):
                yield record
            # However many bad ones follow: what was asked is answered first.
            if len(waiting) >= _MOST_WAITING:
                return

    for first in left:
        if isinstance(first, BadRecord):
            yield first, first
            continue
        for answer in ask(drawn(first)):
            while isinstance(record := waiting.popleft(), BadRecord):
                yield record, record
            yield record, answer
        while waiting:
            bad = waiting.popleft()
            assert isinstance(bad, BadRecord)
            yield bad, bad
