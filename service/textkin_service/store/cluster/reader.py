"""Reads what a collection has: from its log, or what was settled of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from textkin_service.store.cluster.follower import Follower
from textkin_service.store.cluster.records import has_head
from textkin_service.store.cluster.wire import Cluster, command

# Of a record whose text is not asked for: more than most have before it.
_HEAD_BYTES = 1_024
# Numbers that are looked at at a time for those that are there.
_LOOKED_AT_ONCE = 1 << 14


@dataclass(frozen=True, slots=True)
class Known:
    """An article under an id: its number, when it came in microseconds, and its digest; all that in bytes, if it is settled."""

    number: int
    time: int
    digest: bytes
    settled: bytes

    @classmethod
    def of(cls, value: bytes, *, settled: bool) -> "Known":
        """Returns what "number time digest" says."""
        number, time, digest = value.split(b" ", 2)
        return cls(int(number), int(time), digest, value if settled else b"")


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads of collections whose logs were read to their ends. `follow` does so again.

    What is settled while it reads may be gone from one place before it was looked for in the other: then it reads again.
    """

    cluster: Cluster
    follow: Callable[[Follower], object]

    def known(self, follower: Follower, article_ids: Sequence[str]) -> dict[str, Known | None]:
        """Returns what the collection has under ids, past its retention or not."""
        keys = follower.keys
        while article_ids:
            settled = follower.settled
            commands = [
                command("HMGET", keys.ids, *article_ids),
                command("HGET", keys.state, "settled"),
                *(command("GET", keys.known(each)) for each in article_ids if settled),
            ]
            of_log, now, *others = self.cluster.run(commands)
            if now is None or int(now) == settled:
                others = others or [None] * len(article_ids)
                return {
                    article_id: _known(follower, own, other)
                    for article_id, own, other in zip(article_ids, of_log, others, strict=True)
                }
            self.follow(follower)
        return {}

    def records(self, follower: Follower, numbers: Sequence[int], *, whole: bool) -> list[bytes | None]:
        """Returns "time record" of each number; None: it is not there. Not `whole`: the text may be cut off."""
        if not numbers:
            return []
        keys = follower.keys
        while True:
            settled = follower.settled
            here = [number for number in numbers if number > settled]
            home = [number for number in numbers if number <= settled and follower.alive.has(number)]
            now, *found = self.cluster.run(
                [
                    command("HGET", keys.state, "settled"),
                    *(
                        command("GET", keys.record(each))
                        if whole
                        else command("GETRANGE", keys.record(each), 0, _HEAD_BYTES - 1)
                        for each in home
                    ),
                    *([command("HMGET", keys.records, *here)] if here else []),
                ]
            )
            if now is None or int(now) == settled or not here:
                break
            self.follow(follower)
        of_log = found.pop() if here else []
        records = dict(zip([*home, *here], [*found, *of_log], strict=True))
        cut = [] if whole else [number for number, each in records.items() if each and not has_head(each)]
        records.update(
            zip(cut, self.cluster.run([command("GET", keys.record(each)) for each in cut]), strict=True)
        )
        return [records.get(number) or None for number in numbers]

    def numbers(self, follower: Follower, after: int, count: int) -> list[int]:
        """Returns the first numbers greater than `after` that are there, at most so many."""
        found: list[int] = []
        while after < follower.last and len(found) < count:
            end = min(after + _LOOKED_AT_ONCE, follower.last)
            found += follower.alive.of(np.arange(after + 1, end + 1)).tolist()
            after = end
        return found[:count]


def _known(follower: Follower, of_log: bytes | None, other: bytes | None) -> Known | None:
    if of_log is not None:
        return None if of_log.startswith(b"@") else Known.of(of_log, settled=False)
    known = Known.of(other, settled=True) if other else None
    return known if known and follower.alive.has(known.number) else None
