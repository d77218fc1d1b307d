"""Watches whether the cluster answers, so that it is known without a request that has to fail first."""

import threading
import time

from textkin_service.errors import StoreError
from textkin_service.store.base import Watcher
from textkin_service.store.cluster.wire import Cluster

_PAUSE_SECONDS = 1.0
# Longer than most failovers: until then, and while some nodes answer, requests wait rather than fail.
_AWAY_SECONDS = 10.0


class Lookout:
    """A thread that tells `watcher` when the cluster has not answered for long, and when it does again."""

    def __init__(self, cluster: Cluster, watcher: Watcher) -> None:
        self._cluster = cluster
        self._watcher = watcher
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="textkin-lookout", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends the thread. May be called twice."""
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        answered, is_away = time.monotonic(), False
        while not self._ending.wait(_PAUSE_SECONDS):
            if self._cluster.is_in_order():
                answered = time.monotonic()
                if is_away:
                    is_away = False
                    self._watcher(None)
            elif is_away:
                self._cluster.find_nodes()
            elif time.monotonic() - answered > _AWAY_SECONDS:
                is_away = True
                self._watcher(StoreError("the store's cluster does not answer", reason="STORE_UNAVAILABLE"))
