"""The names of the keys.

What must change together carries the tag of its collection, so that it lies on one node.
"""

from dataclasses import dataclass


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
    def answers(self) -> str:
        """What each writer was answered last. A hash."""
        return f"{self.tag}:answers"

    @property
    def all_of_log(self) -> tuple[str, ...]:
        """All of the above, as commit.lua takes them."""
        return self.state, self.log, self.ids, self.records, self.times, self.answers
