"""The two stores of a migration."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from textkin_service.errors import StoreError, TextkinError
from textkin_service.model import Article, Collection
from textkin_service.store import Store, StoredCollection

# Articles that are read, prepared and committed at a time, and the bytes of text that end such a batch early.
BATCH, _BATCH_BYTES = 128, 8 * 1_048_576
_COLLECTIONS_A_PAGE = 100


class MigrationFailed(Exception):
    """Not all is moved. Says why, and what would be right; never holds an article's text."""


@dataclass(frozen=True, slots=True)
class Side:
    """A store and how to name it to people: its URL, without a password."""

    name: str
    store: Store

    @contextmanager
    def failures(self) -> Iterator[None]:
        """Raises what goes wrong with the store as MigrationFailed, which names it."""
        try:
            yield
        except TextkinError as error:
            about = [str(error.file)] if isinstance(error, StoreError) and error.file else []
            # There is no log; and what another package says may hold anything.
            about += [type(error.__cause__).__name__] if error.__cause__ else []
            where = f" ({', '.join(about)})" if about else ""
            raise MigrationFailed(f"{self.name}: {error.reason}: {error.message}{where}") from error

    def collection(self, collection_id: str) -> StoredCollection:
        """Returns a collection as it is now. MigrationFailed."""
        with self.failures():
            return self.store.collection(collection_id)

    def collections(self) -> list[Collection]:
        """Returns all collections, by id. MigrationFailed."""
        found: list[Collection] = []
        after: str | None = ""
        with self.failures():
            while after is not None:
                page = self.store.collections(after, _COLLECTIONS_A_PAGE)
                found += [each.collection for each in page.items]
                after = page.next
        return found

    def pages(
        self, collection_id: str, after: int, *, include_text: bool = True
    ) -> Iterator[Sequence[Article]]:
        """Yields the articles of a collection whose numbers are greater than `after`, by number. MigrationFailed."""
        at: int | None = after
        while at is not None:
            with self.failures():
                page = self.store.articles(
                    collection_id, at, BATCH, include_text=include_text, max_bytes=_BATCH_BYTES
                )
            if page.items:
                yield page.items
            at = page.next

    def first(self, collection_id: str, after: int) -> Sequence[str]:
        """Returns the ids of the first of these articles, at most BATCH. MigrationFailed."""
        return [article.id for article in next(self.pages(collection_id, after, include_text=False), ())]

    def digests(self, collection: StoredCollection, article_ids: Sequence[str]) -> dict[str, bytes]:
        """Returns the digests of those of the articles that are there, by id. MigrationFailed."""
        with self.failures():
            return self.store.digests(collection, article_ids)
