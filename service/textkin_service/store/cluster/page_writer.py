"""Writes the pages of a table of the settled index, a part of them at a time: read, merged with what is new, written."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from textkin_service.index.kernels.buckets import Entries
from textkin_service.index.lsh import BAND_CAP, BUCKET_CAP
from textkin_service.index.pages import HEADER_BYTES, Pages, cut, families, header, merged
from textkin_service.store.cluster.follower import Unsettled
from textkin_service.store.cluster.keys import HOMES, CollectionKeys
from textkin_service.store.cluster.settled import TABLES
from textkin_service.store.cluster.wire import Cluster, Script, command, copied

_PAGES = Script("settle_pages.lua")
# Numbers that are kept of a key, of each table: twice as many as a search reads, since some of them may go.
_MOST = (2 * BUCKET_CAP, 2 * BAND_CAP)
# Entries that are merged at a time, and pages.
_ENTRIES_AT_ONCE, _PAGES_AT_ONCE = 1 << 20, 1 << 14


class Superseded(Exception):
    """Another service settles the log by now."""


@dataclass(frozen=True, slots=True)
class PageWriter:
    """Writes pages of a table (its place in TABLES) for a part of the log. `stay` is called before each step and may end it."""

    cluster: Cluster
    keys: CollectionKeys
    table: int
    part: Unsettled
    stay: Callable[[], None]

    def write(self, new: Entries, pages: int, there: int, wanted: int) -> None:
        """Adds entries (uint64, sorted); `families` says what the others are. Superseded, StoreError, DamagedPage."""
        for first, last, places in families(new, pages, there, wanted, _ENTRIES_AT_ONCE, _PAGES_AT_ONCE):
            self.stay()
            was = self._read(places)
            old = Pages.of(list(was.values()))
            entries = merged(
                old.entries, new[first:last], self.part.since, self.part.alive.dead, _MOST[self.table]
            )
            written = dict.fromkeys(was, header(wanted, self.part.upto)) | cut(
                entries, wanted, self.part.upto
            )
            changed = {
                place: page
                for place, page in written.items()
                if place not in was or _differ(page, was[place])
            }
            # Added pages first: whoever then finds a key gone from another page finds it there.
            self._exchange({place: page for place, page in changed.items() if place >= pages}, was)
            self._exchange({place: page for place, page in changed.items() if place < pages}, was)

    def _read(self, places: Sequence[int]) -> dict[int, bytes]:
        """Returns those of the pages that are there."""
        by_home = _by_home(places)
        found = self.cluster.run(
            [command("MGET", *self._names(home, some)) for home, some in by_home.items()]
        )
        return {
            place: page
            for some, pages in zip(by_home.values(), found, strict=True)
            for place, page in zip(some, pages, strict=True)
            if page
        }

    def _exchange(self, pages: dict[int, bytes], was: dict[int, bytes]) -> None:
        done = self.cluster.run(
            copied(
                _PAGES.on(
                    self._names(home, some),
                    HEADER_BYTES,
                    *(each for place in some for each in (was.get(place, b"")[:HEADER_BYTES], pages[place])),
                )
                for home, some in _by_home(pages).items()
            )
        )
        if sum(done) != len(pages):
            raise Superseded

    def _names(self, home: int, places: Sequence[int]) -> list[str]:
        return self.keys.pages(home, [f"{TABLES[self.table]}{place}" for place in places])


def _differ(page: bytes, other: bytes) -> bool:
    return len(page) != len(other) or page[HEADER_BYTES:] != other[HEADER_BYTES:]


def _by_home(places: Iterable[int]) -> dict[int, list[int]]:
    by_home: defaultdict[int, list[int]] = defaultdict(list)
    for place in places:
        by_home[place % HOMES].append(place)
    return by_home
