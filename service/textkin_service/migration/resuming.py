"""Where a migration goes on that was cut short, as the target itself tells.

Articles come into the target in the order of their numbers in the source, each batch whole or not at all. So wherever it was
cut short, the target has the first articles of the source and none of the others, and no note of how far it came is needed,
which might not agree with what is there: what is there is the note. The first article that is missing is found by halving,
with some fifty looks at BATCH articles each, however many there are.

Who wrote to either store meanwhile, or a cluster that lost acknowledged commits when a node failed, can have left gaps before
that place. Then the counts differ in the end, and all articles are compared by their digests.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from textkin_service.errors import NotFound
from textkin_service.migration.sides import BATCH, Side
from textkin_service.model import Article
from textkin_service.store import StoredCollection

# Looking closer than so many numbers saves less than it takes.
_CLOSE = 2 * BATCH


@dataclass(frozen=True, slots=True)
class Pair:
    """A collection in both stores."""

    source: Side
    target: Side
    of: StoredCollection
    to: StoredCollection

    @property
    def id(self) -> str:
        """The collection's id, in both."""
        return self.of.collection.id


def place_to_go_on(pair: Pair) -> int:
    """Returns a number in the source: the articles up to it are in the target, and few after it. MigrationFailed."""
    low, high = 0, _CLOSE
    if not _are_there(pair, low):
        return 0
    while _are_there(pair, high):
        low, high = high, 2 * high
    while high - low > _CLOSE:
        middle = (low + high) // 2
        if _are_there(pair, middle):
            low = middle
        else:
            high = middle
    return low


def _are_there(pair: Pair, after: int) -> bool:
    """Whether the target has the first articles of the source after a number; False if there are none."""
    ids = pair.source.first(pair.id, after)
    wanted = pair.source.digests(pair.of, ids)
    return bool(wanted) and wanted == pair.target.digests(pair.to, ids)


def missing(pair: Pair) -> Iterator[list[Article]]:
    """Yields the articles of the source that the target lacks, or has otherwise, by number. MigrationFailed."""
    for page in pair.source.pages(pair.id, 0, include_text=False):
        ids = [article.id for article in page]
        wanted, there = pair.source.digests(pair.of, ids), pair.target.digests(pair.to, ids)
        found: list[Article] = []
        for article_id in ids:
            if article_id in wanted and wanted[article_id] != there.get(article_id):
                with pair.source.failures():
                    try:
                        found.append(pair.source.store.article(pair.id, article_id).article)
                    except NotFound:  # deleted just now
                        continue
        if found:
            yield found


def foreign(pair: Pair) -> Iterator[str]:
    """Yields the ids of the articles of the target that the source lacks, by number. MigrationFailed."""
    for page in pair.target.pages(pair.id, 0, include_text=False):
        ids = [article.id for article in page]
        there = pair.source.digests(pair.of, ids)
        yield from (article_id for article_id in ids if article_id not in there)


def first_foreign(pair: Pair) -> str | None:
    """Returns the id of one of the first articles of the target that the source lacks, if any of these is. MigrationFailed."""
    ids = pair.target.first(pair.id, 0)
    there = pair.source.digests(pair.of, ids)
    return next((article_id for article_id in ids if article_id not in there), None)
