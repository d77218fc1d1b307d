"""The settled part of a collection's index: pages in the cluster, which each search reads those of that it asks for."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from textkin_service.index.pages import Fetched, Pages, page_of
from textkin_service.store.cluster.alive import Alive
from textkin_service.store.cluster.keys import HOMES, CollectionKeys
from textkin_service.store.cluster.wire import Cluster, command

# The tables, content keys' and bands', as pages are named.
TABLES = ("c", "b")
# Bits of a page's number, and one more for its table.
_PLACE_BITS = 33
_PLACE = (1 << _PLACE_BITS) - 1

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
        page = np.concatenate(
            [page_of(each, count) for each, count in zip((content, bands), self.pages, strict=True)]
        )
        wanted = np.arange(len(keys))
        names, places = np.unique(_names(tables, page), return_inverse=True)
        read = self._read(names)
        pages = Pages.of(read)
        while True:
            # A page that was written when there were more than we know of may have given the key to one of them.
            counts = pages.written_with[places[wanted]]
            now = page_of(keys[wanted], np.maximum(counts, np.take(self.pages, tables[wanted])))
            moved = now != page[wanted]
            if not moved.any():
                return Fetched(pages, places)
            page[wanted] = now
            wanted = wanted[moved]
            names, which = np.unique(_names(tables[wanted], page[wanted]), return_inverse=True)
            places[wanted] = len(read) + which
            read += self._read(names)
            pages = Pages.of(read)

    def _read(self, named: _Numbers) -> list[bytes]:
        """Returns pages, by their sorted names: those of one home by one command."""
        if not len(named):
            return []
        names = [f"{TABLES[name & 1]}{(name & _PLACE) >> 1}" for name in named.tolist()]
        homes = named >> _PLACE_BITS
        firsts = [0, *(np.flatnonzero(homes[1:] != homes[:-1]) + 1).tolist(), len(names)]
        commands = [
            command("MGET", *self.keys.pages(home, names[first:end]))
            for home, (first, end) in zip(homes[firsts[:-1]].tolist(), pairwise(firsts), strict=True)
        ]
        return [page or b"" for pages in self.cluster.run(commands) for page in pages]


def _names(tables: _Numbers, pages: _Numbers) -> _Numbers:
    """Returns a number for each page of a table, which begins with its home."""
    return (pages % HOMES) << _PLACE_BITS | pages << 1 | tables
