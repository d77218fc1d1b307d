"""What this process has read of one collection's log: it follows what other processes commit, and settle."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from textkin_service.errors import StoreError
from textkin_service.store.base import (
    Added,
    Change,
    Dropped,
    ReadAnew,
    Removed,
    SettledUpTo,
    StoredCollection,
)
from textkin_service.store.cluster.alive import Alive
from textkin_service.store.cluster.keys import CollectionKeys
from textkin_service.store.cluster.records import PAGES, collection_of
from textkin_service.store.cluster.settled import SettledPages
from textkin_service.store.cluster.wire import Cluster, Command, command
from textkin_service.store.records import cutoff

Known = TypeVar("Known")

# Entries of a log that are read at a time: some 3 KB each.
_ENTRIES_A_READ = 512
_STATE = ("about", "last", "settled", "articles", *PAGES)


@dataclass(frozen=True, slots=True)
class Unsettled:
    """The end of a log, after number `since` up to `upto`, whose entry has `chain`.

    `sketches`: of what is there of it; `ids`: whose entries there are; `gone`: numbers of settled articles that it removed.
    """

    since: int
    upto: int
    chain: bytes
    sketches: tuple[Added, ...]
    ids: tuple[str, ...]
    gone: tuple[int, ...]
    alive: Alive


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a log: the number that it gives, or has as a deletion (`sketch` None), and the number that goes, or 0.

    `chain`: of the last of a commit.
    """

    number: int
    article_id: str
    gone: int
    sketch: bytes | None
    chain: bytes | None = None

    @classmethod
    def of(cls, place: bytes, values: Sequence[bytes]) -> "Entry":
        """Returns an entry as it comes from the log."""
        known = _fields(values)
        return cls(_number(place), known[b"i"].decode(), int(known[b"r"]), known.get(b"s"), known.get(b"c"))


@dataclass(slots=True)
class Follower:
    """A collection as far as its log was read. `kept`: up to this number enough replicas are known to have it."""

    number: int
    keys: CollectionKeys
    lock: threading.Lock = field(default_factory=threading.Lock)
    settled: int = 0
    kept: int = 0
    alive: Alive = field(default_factory=Alive)
    _read_at: float = 0.0
    _position: int = 0
    _chain: bytes | None = b""
    _sketches: dict[int, bytes] = field(default_factory=dict)
    _ids: dict[int, str] = field(default_factory=dict)
    _gone: dict[int, int] = field(default_factory=dict)

    @property
    def last(self) -> int:
        """The number of the last entry that was read."""
        return self._position

    @property
    def waiting(self) -> int:
        """How many entries of the log are not settled."""
        return self._position - self.settled

    def catch_up(
        self, cluster: Cluster, now: Callable[[], Any], hear: Callable[[Sequence[Change]], None]
    ) -> StoredCollection | None:
        """Reads the log to its end, has its changes heard, and returns the collection as it is then. None: it is gone."""
        began = time.monotonic()
        with self.lock:
            state = self._read(cluster, hear, began)
            if state is None:
                return None
            about, articles = state
            collection = collection_of(about, int(articles))
            if collection.settings.retention is not None:
                past = cutoff(collection.settings, now())
                (expired,) = cluster.run([command("ZCOUNT", self.keys.times, "-inf", past)])
                collection = collection_of(about, int(articles) - expired)
            return StoredCollection(self.number, collection)

    def _read(
        self, cluster: Cluster, hear: Callable[[Sequence[Change]], None], began: float
    ) -> tuple[bytes, bytes] | None:
        """Reads the log to its end; returns `about` and `articles` of the state. None: it is gone."""
        missed = 0
        while True:
            with cluster.since(max(began, self._read_at)):
                entries, fields = cluster.run(self._reading())
            self._read_at = time.monotonic()
            about, last, settled, articles, *pages = fields
            if about is None:
                if self._position:
                    self._forget(hear)
                return None
            if self._position < int(settled):
                if not self._read_anew(cluster, int(settled), pages, hear):
                    self._check_missed(missed, int(settled))
                    missed = int(settled)
                continue
            if int(settled) < self.settled or not self._goes_on(entries):
                # The node that took over from another does not have all that this one had.
                self._forget(hear)
                continue
            new = entries[1:] if self._position else entries
            self._take([Entry.of(*each) for each in new], hear)
            if int(settled) > self.settled:
                self._settle(self._pages(cluster, int(settled), pages), hear)
            if self._chain is not None and self._position >= int(last):
                return about, articles

    def unsettled(self) -> Unsettled:
        """Returns what was read of the log's end. Whoever calls it holds the lock, so that no more is heard meanwhile."""
        sketches = tuple(Added(self.number, *each) for each in self._sketches.items())
        return Unsettled(
            *(self.settled, self._position, self._chain or b"", sketches),
            ids=tuple(dict.fromkeys(self._ids.values())),
            gone=tuple(number for number in self._gone.values() if number <= self.settled),
            alive=Alive(self.alive.dead.tobytes(), self.settled),
        )

    def _reading(self) -> list[Command]:
        # The last entry that is known comes again: it tells whether the log is still the same.
        since = f"{self._position}-0"
        return [
            # Before the state, which says whether a part was settled by then and may have been missing.
            command("XRANGE", self.keys.log, since, "+", "COUNT", _ENTRIES_A_READ),
            command("HMGET", self.keys.state, *_STATE),
        ]

    def _goes_on(self, entries: Sequence[Any]) -> bool:
        """Whether the log begins with what was read of it last."""
        if not self._position:
            return True
        if not entries:
            return False
        place, values = entries[0]
        return _number(place) == self._position and _fields(values).get(b"c") == self._chain

    def take(
        self,
        before: tuple[int, bytes],
        entries: Sequence["Entry"],
        chain: bytes,
        hear: Callable[[Sequence[Change]], None],
    ) -> bool:
        """Takes entries as if they had been read, whose commit was told the last entry before it (its number and chain).

        Returns whether it did: False if that is not the last that was read.
        """
        with self.lock:
            if (self._position, self._chain) != before:
                return False
            self._take(entries, hear)
            if entries:
                self._chain = chain
            return True

    def _take(self, entries: Sequence["Entry"], hear: Callable[[Sequence[Change]], None]) -> None:
        changes: list[Change] = []
        for each in entries:
            self._position, self._chain = each.number, each.chain
            self._ids[each.number] = each.article_id
            if each.gone:
                self.alive.kill(each.gone)
                self._gone[each.number] = each.gone
                changes.append(Removed(self.number, each.gone, self._sketches.pop(each.gone, b"")))
            if each.sketch is None:
                self.alive.kill(each.number)
            else:
                self._sketches[each.number] = each.sketch
                changes.append(Added(self.number, each.number, each.sketch))
        if changes:
            hear(changes)

    def _read_anew(
        self,
        cluster: Cluster,
        settled: int,
        pages: Sequence[bytes],
        hear: Callable[[Sequence[Change]], None],
    ) -> bool:
        """Begins where the log does now. False: it is not there, as when more was settled meanwhile."""
        if self._position:
            self._forget(hear)
        recurrence, dead, entries = cluster.run(
            [
                command("HGET", self.keys.recurrence, settled),
                command("GET", self.keys.dead),
                command("XRANGE", self.keys.log, f"{settled}-0", f"{settled}-0"),
            ]
        )
        if recurrence is None or not entries:
            return False
        self._position, self._chain = settled, _fields(entries[0][1]).get(b"c")
        self.settled, self.alive = settled, Alive(dead or b"", settled)
        hear([ReadAnew(self.number, self._pages(cluster, settled, pages), recurrence)])
        return True

    def _check_missed(self, before: int, settled: int) -> None:
        if before == settled:
            raise StoreError(
                f"what was settled of collection number {self.number} is not all there",
                reason="STORE_DAMAGED",
            )

    def _pages(self, cluster: Cluster, settled: int, pages: Sequence[bytes]) -> SettledPages:
        content, bands = map(int, pages)
        return SettledPages(cluster, self.keys, settled, (content, bands), self.alive)

    def _settle(self, older: SettledPages, hear: Callable[[Sequence[Change]], None]) -> None:
        self.settled = older.upto
        self.alive.settle(older.upto)
        self._sketches = _after(older.upto, self._sketches)
        self._ids, self._gone = _after(older.upto, self._ids), _after(older.upto, self._gone)
        left = [Added(self.number, *each) for each in self._sketches.items()]
        hear([SettledUpTo(self.number, older, left)])

    def _forget(self, hear: Callable[[Sequence[Change]], None]) -> None:
        self._position, self._chain, self.settled, self.kept = 0, b"", 0, 0
        self.alive = Alive()
        for known in self._sketches, self._ids, self._gone:
            known.clear()
        hear([Dropped(self.number)])


def _after(number: int, known: dict[int, Known]) -> dict[int, Known]:
    """Returns what is known of greater numbers."""
    return {each: value for each, value in known.items() if each > number}


def _number(place: bytes) -> int:
    return int(place.partition(b"-")[0])


def _fields(values: Sequence[bytes]) -> dict[bytes, bytes]:
    return dict(zip(values[::2], values[1::2], strict=True))
