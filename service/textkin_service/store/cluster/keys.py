"""The names of the keys.

What must change together carries the tag of its collection, so that it lies on one node. What is settled lies on all nodes.
"""

import zlib
from dataclasses import dataclass

# What is settled of a collection lies in so many hash slots at most, so that what is written of one is written together.
_HOMES = 1_024


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
        return CollectionKeys(f"{self.prefix}:{{{collection}}}")


@dataclass(frozen=True, slots=True)
class CollectionKeys:
    """Names of one collection's keys; commit.lua says what is in them."""

    tag: str

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

    def page(self, table: str, place: int) -> str:
        """A page of the settled index: of the table of content keys, "c", or of bands, "b"."""
        return f"{self._home_of(place)}:{table}{place}"

    def record(self, number: int) -> str:
        """A settled article."""
        return f"{self._home_of(number)}:{number}"

    def known(self, article_id: str) -> str:
        """The number of a settled article, as in `ids`."""
        return f"{self._home_of(self.home_of_id(article_id))}:i{article_id}"

    def home_of_page(self, place: int) -> int:
        """Which pages lie in one hash slot: those with the same number here."""
        return place % _HOMES

    def home_of_id(self, article_id: str) -> int:
        """Which ids lie in one hash slot: those with the same number here."""
        return zlib.crc32(article_id.encode()) % _HOMES

    def _home_of(self, place: int) -> str:
        return f"{self.tag[:-1]}.{place % _HOMES}}}"
