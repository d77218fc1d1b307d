"""Writes articles under their numbers and numbers under the articles' ids, as they are kept once they are settled."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from textkin_service.store.cluster.follower import Unsettled
from textkin_service.store.cluster.keys import CollectionKeys, home_of_id
from textkin_service.store.cluster.wire import Cluster, Command, Script, Value, command, copied, kept

_IDS = Script("settle_ids.lua")
Item = TypeVar("Item")

# Texts of articles come with their records; ids of one hash slot are written together, so that the more at once the better.
_RECORDS_AT_ONCE, _IDS_AT_ONCE = 128, 1 << 14


@dataclass(frozen=True, slots=True)
class ArticleWriter:
    """Writes the articles of a part of the log. `stay` is called before each step, and may end it."""

    cluster: Cluster
    keys: CollectionKeys
    part: Unsettled
    stay: Callable[[], None]

    def write(self) -> None:
        """Writes them all, and removes those that they took the place of. StoreError."""
        for first in range(self.part.since + 1, self.part.upto + 1, _RECORDS_AT_ONCE):
            self.stay()
            last = min(first + _RECORDS_AT_ONCE - 1, self.part.upto)
            numbers = self.part.alive.of(np.arange(first, last + 1)).tolist()
            records = self._of_hash(self.keys.records, numbers)
            self.cluster.run(
                copied(
                    kept("SET", self.keys.record(number), record)
                    for number, record in zip(numbers, records, strict=True)
                    if record is not None
                )
            )
        for ids in _some(self.part.ids, _IDS_AT_ONCE):
            self.stay()
            known = map(_Told.of, ids, self._of_hash(self.keys.ids, ids))
            # What is later than this part is settled with the part that it is of.
            of_part = [each for each in known if 0 < each.number <= self.part.upto]
            self.cluster.run(copied(self._set_ids(of_part)))
        for gone in _some(self.part.gone, _IDS_AT_ONCE):
            self.cluster.run([command("UNLINK", self.keys.record(number)) for number in gone])

    def _of_hash(self, key: str, fields: Sequence[Value]) -> list[bytes | None]:
        if not fields:
            return []
        found: list[bytes | None]
        (found,) = self.cluster.run([command("HMGET", key, *fields)])
        return found

    def _set_ids(self, known: Sequence["_Told"]) -> list[Command]:
        """Returns the commands that keep what is known of ids, those of one hash slot together."""
        by_home: defaultdict[int, list[_Told]] = defaultdict(list)
        for each in known:
            by_home[home_of_id(each.article_id)].append(each)
        return [
            _IDS.on(
                [self.keys.known(each.article_id) for each in some],
                *(value for each in some for value in (each.number, each.known)),
            )
            for some in by_home.values()
        ]


@dataclass(frozen=True, slots=True)
class _Told:
    """What a log's `ids` say of an id: its number and all that is known, or the place of its deletion and nothing."""

    article_id: str
    number: int
    known: bytes

    @classmethod
    def of(cls, article_id: str, value: bytes | None) -> "_Told":
        if value is None:  # settled meanwhile
            return cls(article_id, 0, b"")
        if value.startswith(b"@"):
            return cls(article_id, int(value[1:]), b"")
        return cls(article_id, int(value.partition(b" ")[0]), value)


def _some(values: Sequence[Item], count: int) -> Iterator[Sequence[Item]]:
    """Yields so many of the values at a time."""
    for first in range(0, len(values), count):
        yield values[first : first + count]
