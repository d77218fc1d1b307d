"""The settled part of a collection's index: pages in the cluster, which each search reads those of that it asks for."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textkin_service.index.pages import Fetched, page_of, written_with
from textkin_service.store.cluster.alive import Alive
from textkin_service.store.cluster.keys import CollectionKeys
from textkin_service.store.cluster.wire import Cluster, command

# The tables, content keys' and bands', as pages are named.
TABLES = ("c", "b")

_Keys = NDArray[np.uint32]
_Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class SettledPages:
    """What is settled up to an article's number; `pages`: how many pages each table had then."""

    cluster: Cluster
    keys: CollectionKeys
    upto: int
    pages: tuple[int, int]
    alive: Alive

    @property
    def articles(self) -> int:
        """How many settled articles are there."""
        return self.alive.count

    @property
    def dead(self) -> NDArray[np.uint8]:
        """The bits of the numbers that are gone."""
        return self.alive.dead

    def fetch(self, content: _Keys, bands: _Keys) -> Fetched:
        """Returns the pages of keys, as tables have them: one round trip. StoreError, DamagedPage."""
        keys = np.concatenate([content, bands])
        tables = np.repeat([0, 1], [len(content), len(bands)])
        homes = np.concatenate(
            [page_of(each, count) for each, count in zip((content, bands), self.pages, strict=True)]
        )
        pages: list[bytes] = []
        places = np.zeros(len(keys), np.int64)
        wanted = np.arange(len(keys))
        while len(wanted):
            counts = self._read(tables, homes, wanted, pages, places)
            # A page that was written when there were more than we know of may have given the key to one of them.
            now = page_of(keys[wanted], np.maximum(counts, np.take(self.pages, tables[wanted])))
            moved = now != homes[wanted]
            homes[wanted] = now
            wanted = wanted[moved]
        return Fetched(pages, places)

    def _read(
        self, tables: _Numbers, homes: _Numbers, wanted: _Numbers, pages: list[bytes], places: _Numbers
    ) -> _Numbers:
        """Appends the pages of those of the keys that are wanted; returns how many there were when each key's was written."""
        named, which = np.unique(2 * homes[wanted] + tables[wanted], return_inverse=True)
        found = self.cluster.run(
            [command("GET", self.keys.page(TABLES[each & 1], each >> 1)) for each in named.tolist()]
        )
        read = [each or b"" for each in found]
        places[wanted] = len(pages) + which
        pages += read
        return written_with(read)[which]
