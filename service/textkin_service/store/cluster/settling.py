"""When logs are settled, and by which thread."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog
from redis.exceptions import RedisError

from textkin_service.errors import NotReady, TextkinError
from textkin_service.index.pages import DamagedPage
from textkin_service.store.base import Indexing
from textkin_service.store.cluster.follower import Follower
from textkin_service.store.cluster.settler import Settler
from textkin_service.telemetry.metrics import CLUSTER_SETTLING_SECONDS, CLUSTER_SETTLINGS

# After one that failed, or that another service is at, the next is begun so much later.
_PAUSE_SECONDS = 10.0

_log = structlog.get_logger("textkin")


@dataclass(frozen=True, slots=True)
class Settling:
    """When a log is settled: once so many entries are not, a `share` of those that are, but at least and at most so many."""

    least: int = 8_192
    most: int = 65_536
    share: float = 1.0

    def is_due(self, waiting: int, settled: int) -> bool:
        """Whether so many entries are to be settled, where so many are."""
        return waiting >= min(max(self.least, self.share * settled), self.most)


# Each time costs some milliseconds for every thousand articles that are settled then, and as much again for those that are
# already; what waits is held in the memory of each service.
SETTLING = Settling()


class Settlings:
    """Has logs settled as they grow, each by one thread at a time, once it is known how they are indexed.

    `do` runs a function in another thread (NotReady: no more); `settled` is called with who follows a collection that was.
    """

    def __init__(
        self,
        settler: Settler,
        when: Settling,
        do: Callable[[Callable[[], None]], object],
        settled: Callable[[Follower], object],
    ) -> None:
        self._indexing: Indexing | None = None
        self._settler = settler
        self._when = when
        self._do = do
        self._settled = settled
        self._lock = threading.Lock()
        self._not_before: dict[int, float] = {}

    def begin(self, indexing: Indexing) -> None:
        """Has logs settled from now on, by the keys of `indexing`."""
        self._indexing = indexing

    def look_at(self, follower: Follower) -> None:
        """Has a log settled if that is due."""
        if self._indexing is None or not self._when.is_due(follower.waiting, follower.settled):
            return
        with self._lock:
            if time.monotonic() < self._not_before.get(follower.number, 0):
                return
            self._not_before[follower.number] = float("inf")
        with suppress(NotReady):  # it is closing: another settles it
            self._do(lambda: self.settle(follower))

    def settle(self, follower: Follower) -> None:
        """Settles a log now, in this thread. Where that fails, all is as it was."""
        pause, began, before = _PAUSE_SECONDS, time.monotonic(), follower.settled
        result = "elsewhere"
        try:
            if self._indexing is not None and self._settler.settle(follower, self._indexing):
                pause, result = 0.0, "done"
                seconds = time.monotonic() - began
                CLUSTER_SETTLING_SECONDS.observe(seconds)
                self._settled(follower)
                _log.info(
                    "settled",
                    collection=follower.number,
                    entries=follower.settled - before,
                    duration_ms=round(1e3 * seconds, 3),
                )
        except (TextkinError, DamagedPage, RedisError) as error:
            result = "failed"
            _log.warning("settling failed", collection=follower.number, error=str(error))
        finally:
            CLUSTER_SETTLINGS.labels(result).inc()
            with self._lock:
                self._not_before[follower.number] = time.monotonic() + pause
