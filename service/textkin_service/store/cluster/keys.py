"""The names of the keys.

What must change together carries the tag of its collection, so that it lies on one node. What is settled lies on all nodes.
"""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import count

from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot

# What is settled lies in so many hash slots, evenly over all: what is read or written at once of one takes one command. More of
# them would lie more evenly on many nodes: a node has four of these where there are 16.
HOMES = 64


@dataclass(frozen=True, slots=True)
class Keys:
    """Names under a prefix, so that services may share a cluster."""

    prefix: str

    @property
    def about(self) -> str:
        """What the store is: the version of its format, and the scheme of its sketches. A hash."""
        return f"{self.prefix}:about"

    @property
    def collections(self) -> str:
        """The collections' numbers by their ids. A hash."""
        return f"{self.prefix}:{{collections}}"

    @property
    def numbered(self) -> str:
        """How many collections there ever were. A number."""
        return f"{self.prefix}:{{collections}}:numbered"

    @property
    def deleted(self) -> str:
        """The numbers of collections of which something may be left. A set."""
        return f"{self.prefix}:{{collections}}:deleted"

    def of(self, collection: int) -> "CollectionKeys":
        """The names of a collection's keys."""
        return CollectionKeys(self.prefix, collection)


@dataclass(frozen=True)
class CollectionKeys:
    """Names of one collection's keys, by the prefix and its number; commit.lua says what is in them."""

    prefix: str
    number: int

    @cached_property
    def tag(self) -> str:
        """The beginning of the names of what changes together."""
        return f"{self.prefix}:{{{self.number}}}"

    @cached_property
    def _homes(self) -> tuple[str, ...]:
        return tuple(f"{self.prefix}:{{{tag}}}:{self.number}:" for tag in _home_tags())

    @property
    def state(self) -> str:
        """Where the collection stands. A hash."""
        return f"{self.tag}:state"

    @property
    def log(self) -> str:
        """Its changes in their order. A stream."""
        return f"{self.tag}:log"

    @property
    def ids(self) -> str:
        """What the log says of each id. A hash."""
        return f"{self.tag}:ids"

    @property
    def records(self) -> str:
        """The articles that the log brought. A hash."""
        return f"{self.tag}:records"

    @property
    def times(self) -> str:
        """When they came, if they expire. A sorted set."""
        return f"{self.tag}:times"

    @property
    def dead(self) -> str:
        """Which numbers are gone. Bits."""
        return f"{self.tag}:dead"

    @property
    def answers(self) -> str:
        """What each writer was answered last. A hash."""
        return f"{self.tag}:answers"

    @property
    def settler(self) -> str:
        """Who settles the log. A string that expires."""
        return f"{self.tag}:settler"

    @property
    def recurrence(self) -> str:
        """What recurs in the articles that are settled, by the greatest of their numbers. A hash."""
        return f"{self.tag}:recurrence"

    @property
    def left(self) -> str:
        """Until where something settled may be left of a collection that was deleted. A list."""
        return f"{self.tag}:left"

    @property
    def all_of_log(self) -> tuple[str, ...]:
        """Those that commit.lua takes, in its order."""
        return self.state, self.log, self.ids, self.records, self.times, self.dead, self.answers

    @property
    def all(self) -> tuple[str, ...]:
        """All that lies on the collection's own node, as drop.lua takes it."""
        return *self.all_of_log, self.settler, self.recurrence, self.left

    def pages(self, home: int, names: Iterable[str]) -> list[str]:
        """Pages of the settled index that have the same home, by table and place: "c7" of content keys, "b7" of bands."""
        begin = self._homes[home]
        return [begin + name for name in names]

    def record(self, number: int) -> str:
        """A settled article."""
        return f"{self._homes[number % HOMES]}{number}"

    def known(self, article_id: str) -> str:
        """The number of a settled article, as in `ids`."""
        return f"{self._homes[home_of_id(article_id)]}i{article_id}"


def home_of_id(article_id: str) -> int:
    """Returns which home an id has: ids of one can be written together."""
    return zlib.crc32(article_id.encode()) % HOMES


@cache
def _home_tags() -> tuple[str, ...]:
    """Returns tags whose hash slots lie at even distances, one in each range of as many slots."""
    tags: dict[int, str] = {}
    for tag in map(str, count()):
        tags.setdefault(key_slot(tag.encode()) * HOMES // REDIS_CLUSTER_HASH_SLOTS, tag)
        if len(tags) == HOMES:
            return tuple(tags[home] for home in range(HOMES))
    raise AssertionError
