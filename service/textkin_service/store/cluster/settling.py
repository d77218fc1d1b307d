"""When a log is settled."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settling:
    """When a log is settled: once so many entries are not, a `share` of those that are, but at least and at most so many."""

    least: int = 8_192
    most: int = 65_536
    share: float = 1.0

    def is_due(self, waiting: int, settled: int) -> bool:
        """Whether so many entries are to be settled, where so many are."""
        return waiting >= min(max(self.least, self.share * settled), self.most)


# Each time costs some milliseconds for every thousand articles that are settled then, and as much again for those that are
# already; what waits is held in the memory of each service.
SETTLING = Settling()
