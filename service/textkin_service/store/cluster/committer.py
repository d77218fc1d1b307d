"""Commits changes to the logs of collections."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from textkin_service.errors import NotFound
from textkin_service.store.base import Put
from textkin_service.store.cluster.changes import Asked, Change, Done, look_at
from textkin_service.store.cluster.follower import Entry, Follower
from textkin_service.store.cluster.followers import Followers
from textkin_service.store.cluster.reader import Reader
from textkin_service.store.cluster.wire import Cluster, Script
from textkin_service.store.records import cutoff, to_microseconds
from textkin_service.store.runs import each_once

_COMMIT = Script("commit.lua")


class Committer:
    """Commits for the service of that name. One thread may do so at a time.

    `committed` is called after each commit with who follows the collection.
    """

    def __init__(
        self,
        cluster: Cluster,
        name: str,
        followers: Followers,
        reader: Reader,
        clock: Callable[[], datetime],
        committed: Callable[[Follower], None],
    ) -> None:
        self._cluster = cluster
        self._name = name
        self._followers = followers
        self._reader = reader
        self._clock = clock
        self._committed = committed

    def commit(self, changes: Sequence[Change], since: float) -> list[Any]:
        """Commits changes for the writer, which wait since then; returns an outcome or a refusal of each."""
        with self._cluster.since(since):
            return self._commit_all(changes)

    def _commit_all(self, changes: Sequence[Change]) -> list[Any]:
        outcomes: list[Any] = [None] * len(changes)
        by_collection: dict[str, list[int]] = {}
        for at, change in enumerate(changes):
            by_collection.setdefault(change.collection_id, []).append(at)
        for collection_id, places in by_collection.items():
            for some in each_once(places, lambda at: changes[at].article_id):
                for at, outcome in zip(
                    some, self._commit_to(collection_id, [changes[at] for at in some]), strict=True
                ):
                    outcomes[at] = outcome
        return outcomes

    def _commit_to(self, collection_id: str, changes: Sequence[Change]) -> list[Any]:
        """Commits changes of different articles to a collection."""
        while True:
            try:
                # Heard to its end: so is it noticed that a log lost its end, and what replicas have is known anew.
                collection = self._followers.collection(collection_id)
            except NotFound as error:
                return [error] * len(changes)
            retained = collection.collection.settings.retention is not None
            past = cutoff(collection.collection.settings, self._clock()) if retained else None
            follower = self._followers.of(collection.number)
            if follower is None:  # deleted just now
                continue
            # As it is now: should more be settled meanwhile, what is known is not all, and the commit is begun anew.
            settled = follower.settled
            known = self._reader.known(follower, [change.article_id for change in changes])
            looked_at = [look_at(change, known.get(change.article_id), past) for change in changes]
            asked = [each for each in looked_at if isinstance(each, Asked)]
            # Unchanged is an acknowledgement too: a commit of nothing waits for the replicas first. What is read after it and
            # is not newer, they have.
            newest = max((each.number for each in looked_at if isinstance(each, Put)), default=0)
            waits = self._cluster.replicas > 0 and newest > follower.kept
            if not asked and not waits:
                return looked_at
            answer = self._send(follower, settled, past, () if waits else asked)
            if waits or answer[0] != b"done":
                continue
            done = [Done.of(answer[at : at + Done.SIZE]) for at in range(5, len(answer), Done.SIZE)]
            entries = [
                Entry(result.entry, each.article_id, result.gone, each.sketch)
                for each, result in zip(asked, done, strict=True)
                if result.entry
            ]
            if not follower.take((int(answer[1]), answer[2]), entries, answer[3], self._followers.hear):
                self._followers.catch_up(follower)
            self._committed(follower)
            results = iter(done)
            return [
                next(results).outcome_in(collection.collection) if isinstance(each, Asked) else each
                for each in looked_at
            ]

    def _send(
        self, follower: Follower, settled: int, past: int | None, asked: Sequence["Asked"]
    ) -> list[Any]:
        """Has commit.lua commit changes; returns what it answers."""
        answer: list[Any]
        (answer,) = self._cluster.run(
            [
                _COMMIT.on(
                    follower.keys.all_of_log,
                    self._name,
                    uuid.uuid4().hex,
                    settled,
                    to_microseconds(self._clock()),
                    "" if past is None else past,
                    *(value for each in asked for value in each.arguments),
                )
            ]
        )
        if answer[0] == b"done":
            follower.kept = max(follower.kept, int(answer[1]), *map(int, answer[6::4]))
        return answer
