"""Admission: how much may be under way at a time, so that what is let in is answered soon and fits the memory.

A request takes as many permits as it weighs. A short burst may take `most`. Where another has to be refused, and over half of
them were taken for long without a break, more comes than can be answered, and each waits for all before it: then only as many
are let in as keep the threads busy, `sustained`, until nothing had to be refused for a moment.
A request is let in while there is a permit left, whatever it weighs, because a heavy one would otherwise never be.

Streams are counted by themselves: one that is open and idle must not stand in the way of requests. So are requests whose
message is long in coming.
"""

import time
from collections.abc import Callable

# So many bytes of a message weigh like one request: an article of 5,000 words. Nothing weighs more than HEAVIEST, so that four
# requests of any size, as many as `textkin` has when it works through many texts, leave a quarter of the permits to others.
_BYTES_A_PERMIT = 32_768
HEAVIEST = 12
# More than half may be under way for so long: 64 short searches at once have their answers by then.
_BURST_SECONDS = 0.5
# After so long without a refusal another burst is let in. Where only 20 calls a second too much come, refusals are as far
# apart as that once in e^4.
_CALM_SECONDS = 0.2


def weight_of(size: int, searches: int = 0) -> int:
    """Returns what a message of so many bytes weighs that asks for so many searches, if it asks for any."""
    return min(max(1 + size // _BYTES_A_PERMIT, searches), HEAVIEST)


class Admission:
    """Counts permits, for one thread. `clock`: seconds, which never go back."""

    def __init__(self, most: int, sustained: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._sustained = min(sustained, most)
        self._clock = clock
        self._taken = 0
        self._full_since: float | None = None  # since when more than half are taken
        self._refused_at: float | None = None  # when one was refused last of too many; None: not lately

    @property
    def taken(self) -> int:
        """How many permits are taken."""
        return self._taken

    @property
    def limit(self) -> int:
        """How many permits there are now."""
        return self._most if self._refused_at is None else self._sustained

    def is_full(self) -> bool:
        """Says whether a request is to be refused now."""
        now = self._clock()
        if self._refused_at is not None and now - self._refused_at > _CALM_SECONDS:
            self._refused_at = None
        if self._taken < self.limit:
            return False
        for_long = self._full_since is not None and now - self._full_since > _BURST_SECONDS
        if self._refused_at is not None or for_long:
            self._refused_at = now
        return True

    def has_room(self, held: int, weight: int) -> bool:
        """Says whether a request may have so many permits that holds some: it may if the others leave one."""
        return weight <= held or self._taken - held < self.limit

    def change(self, permits: int) -> None:
        """Takes permits, or gives them back."""
        self._taken += permits
        if 2 * self._taken <= self._most:
            self._full_since = None
        elif self._full_since is None:
            self._full_since = self._clock()
