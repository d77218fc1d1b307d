"""What this process has read of one collection's log: it follows what other processes commit."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from textkin_service.store.base import Added, Change, Dropped, Removed, StoredCollection
from textkin_service.store.cluster.keys import CollectionKeys
from textkin_service.store.cluster.records import collection_of
from textkin_service.store.cluster.wire import Cluster, Command, command
from textkin_service.store.records import cutoff

# Entries of a log that are read at a time: some 3 KB each.
_ENTRIES_A_READ = 512
_STATE = ("about", "last", "settled", "articles")


@dataclass(slots=True)
class Follower:
    """A collection as far as its log was read. `kept`: up to this number enough replicas are known to have it."""

    number: int
    keys: CollectionKeys
    lock: threading.Lock = field(default_factory=threading.Lock)
    settled: int = 0
    kept: int = 0
    _position: int = 0
    _chain: bytes | None = b""
    _sketches: dict[int, bytes] = field(default_factory=dict)

    def catch_up(
        self, cluster: Cluster, now: Callable[[], Any], hear: Callable[[Sequence[Change]], None]
    ) -> StoredCollection | None:
        """Reads the log to its end, has its changes heard, and returns the collection as it is then. None: it is gone."""
        with self.lock:
            while True:
                fields, entries = cluster.run(self._reading())
                about, last, settled, articles = fields
                if about is None:
                    if self._position:
                        self._forget(hear)
                    return None
                if not self._goes_on(entries):
                    # The node that took over from another does not have all that this one had.
                    self._forget(hear)
                    continue
                self._take(entries[1:] if self._position else entries, hear)
                self.settled = int(settled)
                if self._chain is not None and self._position >= int(last):
                    break
            collection = collection_of(about, int(articles))
            if collection.settings.retention is not None:
                past = cutoff(collection.settings, now())
                (expired,) = cluster.run([command("ZCOUNT", self.keys.times, "-inf", past)])
                collection = collection_of(about, int(articles) - expired)
            return StoredCollection(self.number, collection)

    def _reading(self) -> list[Command]:
        # The last entry that is known comes again: it tells whether the log is still the same.
        since = f"{self._position}-0"
        return [
            command("HMGET", self.keys.state, *_STATE),
            command("XRANGE", self.keys.log, since, "+", "COUNT", _ENTRIES_A_READ),
        ]

    def _goes_on(self, entries: Sequence[Any]) -> bool:
        """Whether the log begins with what was read of it last."""
        if not self._position:
            return True
        if not entries:
            return False
        place, values = entries[0]
        return _number(place) == self._position and _fields(values).get(b"c") == self._chain

    def _take(self, entries: Sequence[Any], hear: Callable[[Sequence[Change]], None]) -> None:
        changes: list[Change] = []
        for place, values in entries:
            known = _fields(values)
            self._position, self._chain = _number(place), known.get(b"c")
            gone = int(known[b"r"])
            if gone in self._sketches:
                changes.append(Removed(self.number, gone, self._sketches.pop(gone)))
            if b"s" in known:
                self._sketches[self._position] = known[b"s"]
                changes.append(Added(self.number, self._position, known[b"s"]))
        if changes:
            hear(changes)

    def _forget(self, hear: Callable[[Sequence[Change]], None]) -> None:
        self._position, self._chain, self.kept = 0, b"", 0
        self._sketches.clear()
        hear([Dropped(self.number)])


def _number(place: bytes) -> int:
    return int(place.partition(b"-")[0])


def _fields(values: Sequence[bytes]) -> dict[bytes, bytes]:
    return dict(zip(values[::2], values[1::2], strict=True))
