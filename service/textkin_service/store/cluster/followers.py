"""The collections that this process follows, and what it knows of all of them without their logs."""

import dataclasses
import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from textkin_service.store.base import Change, Listener, StoredCollection
from textkin_service.store.cluster.follower import Follower
from textkin_service.store.cluster.keys import Keys
from textkin_service.store.cluster.records import collection_of
from textkin_service.store.cluster.wire import Cluster, command
from textkin_service.store.records import cutoff
from textkin_service.store.refusals import no_collection


class Followers:
    """Collections by their ids and numbers, and who follows them. Every method may be called from any thread. StoreError."""

    def __init__(self, cluster: Cluster, keys: Keys, clock: Callable[[], datetime]) -> None:
        self._cluster = cluster
        self._keys = keys
        self._clock = clock
        self._listeners: list[Listener] = []
        self._followers: dict[int, Follower] = {}
        self._numbers: dict[str, int] = {}
        self._lock = threading.Lock()  # of these two

    def listen(self, listener: Listener) -> None:
        """Has `listener` called with what this process reads of the logs from now on."""
        self._listeners.append(listener)

    def collection(self, collection_id: str, *, heard: bool = True) -> StoredCollection:
        """Returns a collection, after all changes that were acknowledged were heard, unless that may wait. NotFound."""
        followed = self._followers.get(self._numbers.get(collection_id, 0))
        if followed and not heard:
            there = self.states([followed.number])
            if there:
                return there[0]
        while True:
            number = self._numbers.get(collection_id)
            listed = number is None
            if number is None:
                (found,) = self._cluster.run([command("HGET", self._keys.collections, collection_id)])
                if found is None:
                    raise no_collection(collection_id)
                number = self._numbers[collection_id] = int(found)
            stored = self.follow(number)
            if stored is not None:
                return stored
            # Deleted; another may have been created under that id since.
            with self._lock:
                self._followers.pop(number, None)
                if self._numbers.get(collection_id) == number:
                    del self._numbers[collection_id]
            if listed:
                raise no_collection(collection_id)

    def follow(self, number: int) -> StoredCollection | None:
        """Reads the log of a collection to its end, and returns the collection; None: it is gone."""
        with self._lock:
            follower = self._followers.setdefault(number, Follower(number, self._keys.of(number)))
        return self.catch_up(follower)

    def catch_up(self, follower: Follower) -> StoredCollection | None:
        """The same, for one that is followed."""
        return follower.catch_up(self._cluster, self._clock, self.hear)

    def hear(self, changes: Sequence[Change]) -> None:
        """Tells all listeners of changes."""
        for listener in self._listeners:
            listener(changes)

    def of(self, collection: int) -> Follower | None:
        """Returns who follows a collection, if anybody does."""
        return self._followers.get(collection)

    def directory(self) -> dict[str, int]:
        """Returns the numbers of the collections by their ids."""
        (found,) = self._cluster.run([command("HGETALL", self._keys.collections)])
        return {key.decode(): int(number) for key, number in zip(found[::2], found[1::2], strict=True)}

    def states(self, numbers: Sequence[int]) -> list[StoredCollection]:
        """Returns those of the collections that are there, without reading their logs."""
        keys = [self._keys.of(number) for number in numbers]
        found = self._cluster.run([command("HMGET", each.state, "about", "articles") for each in keys])
        there = [
            (number, each, collection_of(about, int(articles)))
            for number, each, (about, articles) in zip(numbers, keys, found, strict=True)
            if about is not None
        ]
        now = self._clock()
        retained = [each for each in there if each[2].settings.retention is not None]
        expired = self._cluster.run(
            [
                command("ZCOUNT", each.times, "-inf", cutoff(collection.settings, now))
                for _, each, collection in retained
            ]
        )
        less = {number: count for (number, _, _), count in zip(retained, expired, strict=True)}
        return [
            StoredCollection(
                number, dataclasses.replace(each, article_count=each.article_count - less.get(number, 0))
            )
            for number, _, each in there
        ]
