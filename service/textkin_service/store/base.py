"""What the engine asks of a store, whatever keeps the articles.

A store numbers its articles from 1 in the order in which they are taken in, and never uses a number twice: a
replaced article gets a new one. Writes return futures that resolve once the change is on disk and every
listener has heard of it, so that an acknowledged article is found by every later search. Articles past their
collection's retention are as good as deleted: no read returns them.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from textkin_service.errors import StoreError, TextkinError
from textkin_service.index.kernels.buckets import Entries
from textkin_service.index.pages import Settled
from textkin_service.model import Article, Collection, CollectionSettings, IngestOutcome

Item = TypeVar("Item")
Position = TypeVar("Position")


@dataclass(frozen=True, slots=True)
class StoredCollection:
    """A collection and its number, which is never used twice, even when an id is."""

    number: int
    collection: Collection


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article and its number. `article.text` is empty where a read leaves texts out."""

    number: int
    article: Article


@dataclass(frozen=True, slots=True)
class Content:
    """What is stored of an article besides what its caller said about it. `packed`: its text, as `packing.pack` returns it.

    `detected_language`: what the text was taken for where neither it nor its collection named a language; else empty.
    """

    packed: bytes
    sketch: bytes
    detected_language: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """An article to take in. `digest`, 32 bytes: differs whenever anything that the caller gave, except the id, differs.

    `content` is called only if the very same article is not there already; a TextkinError of it refuses the article.
    `ingested_at`: when another store took it in; None: now. In a cluster it is made no earlier than that of the article before
    it in its collection.
    """

    collection_id: str
    article: Article
    digest: bytes
    content: Callable[[], Content]
    ingested_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Put:
    """What a `put` did, and the number under which the article now stands."""

    outcome: IngestOutcome
    number: int


@dataclass(frozen=True, slots=True)
class Page(Generic[Item, Position]):
    """Some items of a listing. `next` is the position to go on after; None: there are no more."""

    items: tuple[Item, ...]
    next: Position | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a store holds."""

    collections: int
    articles: int


@dataclass(frozen=True, slots=True)
class Added:
    """An article came into a collection; `sketch` is what its content had."""

    collection: int
    number: int
    sketch: bytes


@dataclass(frozen=True, slots=True)
class Removed:
    """An article left a collection; `sketch` is what it came with, or empty: it was settled."""

    collection: int
    number: int
    sketch: bytes


@dataclass(frozen=True, slots=True)
class Dropped:
    """A collection was deleted with all its articles."""

    collection: int


@dataclass(frozen=True, slots=True)
class ReadAnew:
    """Articles of a collection are settled of which nobody heard before; `recurrence`: what recurs in them (`Indexing`)."""

    collection: int
    older: Settled
    recurrence: bytes


@dataclass(frozen=True, slots=True)
class SettledUpTo:
    """The articles that a collection had up to some number were settled: an index need only hold those `left`."""

    collection: int
    older: Settled
    left: Sequence[Added]


Change = Added | Removed | Dropped | ReadAnew | SettledUpTo
Listener = Callable[[Sequence[Change]], None]
# Called with why the store cannot be used, then perhaps with None: it can again.
Watcher = Callable[[StoreError | None], None]


class Indexing(Protocol):
    """What a store that keeps an index beside its articles must know of indexes."""

    @property
    def index_id(self) -> str:
        """Everything that entries depend on, besides the sketches."""

    def entries(self, sketches: Sequence[Added]) -> tuple[Entries, Entries]:
        """Returns the entries (uint64) of articles in the tables of an index: of content keys, and of bands."""

    def recurrence(self, collection: int) -> bytes:
        """Returns what recurs in the articles of a collection that were heard of so far."""


class Store(Protocol):
    """Collections and their articles. Every method may be called from any thread.

    NotFound (COLLECTION_NOT_FOUND) comes from every method that names a collection which is not there, from
    the future of a write. NotReady comes from writes to a closed store. StoreError comes from any method that meets
    something on disk that is not as it was written (STORE_DAMAGED), from the future of a write. A write for which there
    is no room is refused whole (STORE_FULL).
    """

    def listen(self, listener: Listener) -> None:
        """Has `listener` called with each commit's changes, in order, before its futures resolve."""

    def settle_with(self, indexing: Indexing) -> None:
        """Has a store that keeps an index beside its articles do so, from now on. StoreError: it has another one."""

    def watch(self, watcher: Watcher) -> None:
        """Has `watcher` called, in any thread, when all writes are refused from then on, and when that is over."""

    def create_collection(self, collection_id: str, settings: CollectionSettings) -> Future[Collection]:
        """Creates an empty collection. AlreadyExists (COLLECTION_EXISTS)."""

    def collection(self, collection_id: str, *, heard: bool = True) -> StoredCollection:
        """Returns a collection, once all its changes that were acknowledged anywhere were heard, unless that may wait."""

    def collections(self, after: str, limit: int) -> Page[StoredCollection, str]:
        """Returns the first `limit` collections whose ids come after `after`, by id."""

    def delete_collection(self, collection_id: str, *, force: bool) -> Future[int]:
        """Deletes a collection; the result counts its articles. FailedPrecondition: not empty, no `force`."""

    def digests(self, collection: StoredCollection, article_ids: Sequence[str]) -> dict[str, bytes]:
        """Returns the digests of those of the articles that the collection has now, by id."""

    def put(self, drafts: Sequence[Draft]) -> Future[list[Put | TextkinError]]:
        """Takes articles in under their ids, in their order, all that are not refused in one commit.

        One result each: what it did, or why it was refused: NotFound, ResourceExhausted (COLLECTION_FULL).
        """

    def delete(self, collection_id: str, article_id: str) -> Future[bool]:
        """Deletes an article; the result says whether it was there."""

    def article(self, collection_id: str, article_id: str) -> StoredArticle:
        """Returns an article with its text. NotFound (ARTICLE_NOT_FOUND)."""

    def articles(
        self, collection_id: str, after: int, limit: int, *, include_text: bool, max_bytes: int
    ) -> Page[Article, int]:
        """Returns articles whose numbers are greater than `after`, by number.

        At most `limit`, and at least one if there is one; no more are added once their texts pass
        `max_bytes`.
        """

    def headers(self, collection: StoredCollection, numbers: Sequence[int]) -> list[StoredArticle]:
        """Returns those of the articles that are there, without texts, in the order of `numbers`."""

    def stored(self, collection: StoredCollection, numbers: Sequence[int]) -> list[StoredArticle]:
        """Returns those of the articles that are there, with their texts, in the order of `numbers`."""

    def sketches(self) -> Iterator[Added]:
        """Yields every article's sketch, by number."""

    def counts(self) -> Counts:
        """Returns how much the store holds."""

    def sweep(self) -> Future[int]:
        """Removes the articles past their retention; the result counts them."""

    def close(self) -> None:
        """Finishes the writes handed in, then lets go of everything."""
