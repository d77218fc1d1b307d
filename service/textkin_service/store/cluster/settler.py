"""Moves the beginning of a log to where it is found without one: its entries into pages, its articles under their numbers.

One service does it at a time, and any may: what it writes counts only once the collection's state says so, in one step at its
end. Until then, and where it ends early, all is as before, and another attempt writes the same again. A page is written over
only as it was read, so that one who comes too late changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from textkin_service.index.kernels.buckets import Entries
from textkin_service.index.pages import PAGE_ENTRIES
from textkin_service.store.base import Indexing
from textkin_service.store.cluster.article_writer import ArticleWriter
from textkin_service.store.cluster.follower import Follower, Unsettled
from textkin_service.store.cluster.keys import CollectionKeys
from textkin_service.store.cluster.page_writer import PageWriter, Superseded
from textkin_service.store.cluster.wire import Cluster, Command, Script, command, copied, kept

_BEGIN, _FINISH, _CLEAN = Script("settle_begin.lua"), Script("settle_finish.lua"), Script("settle_clean.lua")
# So long a service may take from one step to the next before another may begin anew.
_LEASE_MILLISECONDS = 60_000
_CLEANED_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Settler:
    """Settles logs for the service of that name. Nothing is begun, or gone on with, once it is ending."""

    cluster: Cluster
    name: str
    is_ending: Callable[[], bool]

    def settle(self, follower: Follower, indexing: Indexing) -> bool:
        """Settles what the follower has read of its log; returns whether it did. StoreError, DamagedPage."""
        who = self._run(command("GET", follower.keys.settler))
        if who not in {None, self.name.encode()}:
            return False
        with follower.lock:
            part = follower.unsettled()
            recurrence = indexing.recurrence(follower.number)
        if part.upto == part.since:
            return False
        content, bands = _entries(indexing, part)
        keys = follower.keys
        answer = self._run(
            _BEGIN.on(
                (keys.state, keys.settler),
                *(self.name, _LEASE_MILLISECONDS, part.since, len(content), len(bands), PAGE_ENTRIES),
            )
        )
        if answer[0] != b"yes":
            return False
        content_pages, band_pages = answer[1:4], answer[4:7]

        def stay() -> None:
            self._stay(keys)

        try:
            PageWriter(self.cluster, keys, 0, part, stay).write(content, *content_pages)
            PageWriter(self.cluster, keys, 1, part, stay).write(bands, *band_pages)
            ArticleWriter(self.cluster, keys, part, stay).write()
        except Superseded:
            return False
        self.cluster.run(copied([kept("HSET", keys.recurrence, part.upto, recurrence)]))
        finished = self._run(
            _FINISH.on(
                (keys.state, keys.settler, keys.log, keys.recurrence),
                *(self.name, part.since, part.upto, part.chain),
                *(content_pages[-1], band_pages[-1], len(content), len(bands)),
            )
        )
        if finished:
            self._clean(keys)
        return bool(finished)

    def _clean(self, keys: CollectionKeys) -> None:
        """Takes from the log what is settled."""
        while self._run(_CLEAN.on((keys.state, keys.log, keys.ids, keys.records), _CLEANED_AT_ONCE)) > 0:
            pass

    def _stay(self, keys: CollectionKeys) -> None:
        """Lengthens the time for which no other may settle. Superseded."""
        if self.is_ending() or self._run(command("GET", keys.settler)) != self.name.encode():
            raise Superseded
        self._run(command("PEXPIRE", keys.settler, _LEASE_MILLISECONDS))

    def _run(self, one: Command) -> Any:
        (reply,) = self.cluster.run([one])
        return reply


def _entries(indexing: Indexing, part: Unsettled) -> tuple[Entries, Entries]:
    """Returns the entries of what is to be settled, sorted: of content keys and of bands."""
    if not part.sketches:
        return np.empty(0, np.uint64), np.empty(0, np.uint64)
    content, bands = indexing.entries(part.sketches)
    return np.sort(content), np.sort(bands)
