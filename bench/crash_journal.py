"""What the clients of bench/crashes.py have sent and what was acknowledged, and so what a store may hold after a crash.

A change puts a version of an article under an id, or takes the article away. It can be the last one of its id unless one that
came after it was acknowledged. "After" is known in two cases: both went by the same stream, whose articles are taken in in
their order, or the later one was sent when the earlier one had been acknowledged. So ids may be written by several clients.
"""

import random
import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from textkin.v1.article_pb2 import Article

_SYLLABLES = "vel mor tarn holt ost ra kel lin sed gu bri and ik fen dol mar pex uro zan thi".split()  # noqa: SIM905 - shorter
_WORDS_A_SENTENCE = 12
_NEVER = 1 << 62
# The collection that always exists, so that none of its articles is refused.
LASTING = "default"


class Key(NamedTuple):
    """Where an article stands."""

    collection: str
    article_id: str


@lru_cache(maxsize=4_096)
def text_of(version: int) -> str:
    """Returns the text of a version: its own words of no language, 60 to 1,200 of them, the same in every run."""
    draw = random.Random(version)  # noqa: S311 - no secret
    count = draw.choice((60, 60, 60, 60, 90, 90, 120, 120, 300, 1_200))
    words = ["".join(draw.choices(_SYLLABLES, k=4)) for _ in range(count)]
    starts = range(0, count, _WORDS_A_SENTENCE)
    return " ".join(" ".join(words[at : at + _WORDS_A_SENTENCE]).capitalize() + "." for at in starts)


def article_of(key: Key, version: int) -> Article:
    """Returns a version of an article as it is sent."""
    return Article(
        id=key.article_id,
        text=text_of(version),
        title=f"Version {version} of {key.article_id}",
        source=key.collection,
        language="en",
        metadata={"version": str(version)},
    )


@dataclass(eq=False, slots=True)
class Change:
    """A version put under a key, or None: the article taken away. `acknowledged` None: nobody knows whether it was done."""

    key: Key
    version: int | None
    stream: str
    sent: int
    acknowledged: int | None = None

    def before(self, other: "Change") -> bool:
        """Whether it is known that the other came after it."""
        if self.stream == other.stream:
            return self.sent < other.sent
        return self.acknowledged is not None and self.acknowledged < other.sent


class Journal:
    """The changes of a store since the last time that its state was known. Its methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._changes: defaultdict[Key, list[Change]] = defaultdict(list)
        self._removals: defaultdict[str, list[Change]] = defaultdict(list)
        self._created: dict[str, int] = {}
        self._moment = 0
        self._versions = 0
        self._gone: defaultdict[Key, set[int]] = defaultdict(set)
        self.acknowledged = 0
        self.unacknowledged = 0

    def new_version(self) -> int:
        """Returns a version that no article has had."""
        with self._lock:
            self._versions += 1
            return self._versions

    def sent(self, key: Key, version: int | None, stream: str) -> Change:
        """Notes a change that is about to be sent."""
        with self._lock:
            self._moment += 1
            change = Change(key, version, stream, self._moment)
            self._changes[key].append(change)
            return change

    def removal_sent(self, collection: str, stream: str) -> Change:
        """Notes a deletion of a collection, with all its articles, that is about to be sent."""
        with self._lock:
            self._moment += 1
            change = Change(Key(collection, ""), None, stream, self._moment)
            self._removals[collection].append(change)
            return change

    def done(self, *changes: Change) -> None:
        """Notes acknowledgements."""
        with self._lock:
            self._moment += 1
            for change in changes:
                change.acknowledged = self._moment
            self.acknowledged += len(changes)

    def refused(self, change: Change) -> None:
        """Forgets a change that was answered with an error: it was not done."""
        with self._lock:
            self._of(change).remove(change)

    def created(self, collection: str, created_at: int) -> None:
        """Notes that a collection's creation was acknowledged, and when the service says that it was created."""
        with self._lock:
            self._created[collection] = created_at
            self.acknowledged += 1

    def created_at(self, collection: str) -> int | None:
        """Returns when the collection was created that is there as far as is known; None: none is."""
        return self._created.get(collection)

    def collections_found(self, there: dict[str, int]) -> list[str]:
        """Takes in which collections there are and when each was created; returns what cannot be.

        Whatever was sent last to create or delete a collection is the only thing that is not known, so that this tells
        whether it was done.
        """
        wrong = []
        for collection, known in list(self._created.items()):
            removals = [each for each in self._removals[collection] if each.acknowledged is None]
            if there.get(collection) == known:
                for removal in removals:
                    self._removals[collection].remove(removal)
            elif removals:
                self._moment += 1
                for removal in removals:
                    removal.acknowledged = self._moment
                del self._created[collection]
            else:
                wrong.append(f"the collection {collection} that was acknowledged is not there")
        for collection, created_at in there.items():
            self._created.setdefault(collection, created_at)
        return wrong

    def removed(self, collection: str) -> None:
        """Notes that a collection is not there."""
        with self._lock:
            self._created.pop(collection, None)

    def possible(self) -> dict[Key, set[int | None]]:
        """Returns the versions that each article may have; None among them: it need not be there."""
        return {key: self._possible(key) for key in self._changes}

    def _possible(self, key: Key) -> set[int | None]:
        changes = self._changes[key] + self._removals[key.collection]
        certain = [each for each in changes if each.acknowledged is not None]
        possible = {each.version for each in changes if not any(map(each.before, certain))}
        return possible if certain else possible | {None}

    def infer(self, found: dict[Key, int]) -> None:
        """Takes every change of a stream before one that was done for done, as the order of a stream has it.

        Only where no article is refused.
        """
        streams: defaultdict[str, list[Change]] = defaultdict(list)
        for changes in self._changes.values():
            for change in changes:
                if change.key.collection == LASTING:
                    streams[change.stream].append(change)
        for changes in streams.values():
            done = [
                each.sent
                for each in changes
                if each.version is not None and found.get(each.key) == each.version
            ]
            for change in changes:
                if change.acknowledged is None and change.sent < max(done, default=0):
                    change.acknowledged = _NEVER

    def settle(self, found: dict[Key, int]) -> None:
        """Begins anew with what a store was found to hold; what was sent and is not there is gone."""
        for key, changes in self._changes.items():
            versions = {each.version for each in changes if each.version is not None}
            self.unacknowledged += sum(each.acknowledged in {None, _NEVER} for each in changes)
            self._gone[key] |= versions - {found.get(key)}
        self._changes.clear()
        self._removals.clear()
        for key, version in found.items():
            self._changes[key].append(Change(key, version, "before", 0, 0))

    def gone(self, some: random.Random, count: int) -> Iterable[tuple[Key, int]]:
        """Returns versions drawn from those that were replaced or deleted."""
        everything = [(key, version) for key, versions in self._gone.items() for version in sorted(versions)]
        return some.sample(everything, min(count, len(everything)))

    def _of(self, change: Change) -> list[Change]:
        return self._changes[change.key] if change.key.article_id else self._removals[change.key.collection]
