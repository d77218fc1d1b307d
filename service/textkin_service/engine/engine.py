"""The use cases, without gRPC. Every method may be called from any thread, and computes in that thread."""

from collections.abc import Container, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from textkin_service import __version__
from textkin_service.alignment.differences import differences
from textkin_service.analysis import Analysis, analyze
from textkin_service.engine import page_tokens, validation
from textkin_service.engine.asked import Answering, Asked
from textkin_service.engine.indexes import Indexes, IndexSize
from textkin_service.engine.ingest import Ingest, longest_text
from textkin_service.engine.outlines import OutlineCache
from textkin_service.engine.preparation import prepare
from textkin_service.engine.searcher import Searcher
from textkin_service.engine.work import Work
from textkin_service.leave import asked_of
from textkin_service.model import (
    Article,
    ArticleReference,
    Collection,
    CollectionSettings,
    Comparison,
    InlineText,
    Passage,
    PassageKind,
    SearchOptions,
    SearchResult,
)
from textkin_service.relation import compare
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme
from textkin_service.store import Change, Counts, Dropped, Store, StoredCollection, Watcher
from textkin_service.telemetry.steps import COMPARISON, PREPARATION, Step

_DEFAULT_PAGE = 100
_MIB = 1_048_576


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison with the two texts that its passages lie in."""

    comparison: Comparison
    text_a: str
    text_b: str


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """A page of articles; `next_token` empty: the last."""

    articles: tuple[Article, ...]
    next_token: str


@dataclass(frozen=True, slots=True)
class CollectionPage:
    """A page of collections; `next_token` empty: the last."""

    collections: tuple[Collection, ...]
    next_token: str


@dataclass(frozen=True, slots=True)
class ServiceInfo:
    """What the service is and holds."""

    version: str
    scheme: Scheme
    settings: Settings
    collections: int
    articles: int
    started_at: datetime


class Engine:
    """Textkin's use cases over a store, whose sketches have the settings' scheme. `load` comes before the first use."""

    def __init__(self, store: Store, settings: Settings, *, searched: bool = True) -> None:
        """`searched` False: articles are taken in, and nobody searches; no index takes memory."""
        self._store = store
        self._settings = settings
        self._scheme = Scheme.of(settings)
        self._indexes = Indexes(self._scheme, searched=searched)
        self._outlines = OutlineCache(settings.cache_mib * _MIB)
        self._searcher = Searcher(store, self._indexes, self._outlines, settings.candidates)
        self._answering = Answering(store, self._searcher, settings)
        self._started_at = datetime.now(UTC)
        self.ingest = Ingest(store, self._indexes, self._searcher, settings)

    @property
    def scheme(self) -> Scheme:
        """The scheme of the sketches."""
        return self._scheme

    def load(self, work: Work) -> None:
        """Builds the indexes from the sketches in the store, and drops what is past its retention.

        StoreError; DeadlineExceeded when `work` ends.
        It prepares the kernels too, so that no request waits for them to be compiled.
        """
        prepare()
        self._indexes.load(self._store.sketches(), work)
        self._store.settle_with(self._indexes)
        self._store.listen(self._hear)
        self._store.sweep().result()
        self._started_at = datetime.now(UTC)

    def compare(
        self,
        work: Work,
        a: InlineText | ArticleReference,
        b: InlineText | ArticleReference,
        *,
        with_differences: bool = False,
    ) -> Compared:
        """Compares two texts, given or stored. InvalidRequest, NotFound, DeadlineExceeded.

        What recurs in the collection of a stored one is no evidence in either. With differences: those of each passage
        that is no paraphrase.
        """
        with Step(PREPARATION):
            work.check()
            analysis_a, collection_a = self._side("a", a)
            work.check()
            analysis_b, collection_b = self._side("b", b)
            work.check()
            # Of both texts, so that a stored text is identical with the same text given.
            for collection in sorted({each for each in (collection_a, collection_b) if each is not None}):
                recurring = self._indexes.recurring(collection)
                analysis_a, analysis_b = analysis_a.without(recurring), analysis_b.without(recurring)
        with Step(COMPARISON), asked_of(work.check):
            comparison = compare(analysis_a, analysis_b)
        if with_differences:
            comparison = replace(
                comparison,
                passages=tuple(
                    _with_differences(analysis_a, analysis_b, each, work) for each in comparison.passages
                ),
            )
        return Compared(comparison, analysis_a.text, analysis_b.text)

    def search(
        self,
        work: Work,
        collection_id: str,
        query: InlineText | str,
        options: SearchOptions,
        field: str = "",
    ) -> tuple[SearchResult, str]:
        """Searches for a text, or for the stored article of that id; returns the result and the query's text.

        `field` is the path of the query in the request, with a dot at its end, for InvalidRequest. NotFound,
        DeadlineExceeded.
        """
        (found,) = self.search_all([Asked(work, collection_id, query, options, field)])
        if isinstance(found, Exception):
            raise found
        return found

    def search_all(self, asked: Sequence[Asked]) -> list[tuple[SearchResult, str] | Exception]:
        """Does searches as `search` does each, in less time; returns what it returns or raises for each."""
        return self._answering.answers(asked)

    def check_search(self, collection_id: str, options: SearchOptions) -> None:
        """Checks what the queries of a batch share. InvalidRequest, NotFound."""
        validation.options("options", options, self._settings.max_matches)
        self._store.collection(collection_id)

    def article(self, collection_id: str, article_id: str) -> Article:
        """Returns an article with its text. InvalidRequest, NotFound."""
        validation.article_id("article_id", article_id)
        return self._store.article(collection_id, article_id).article

    def articles(self, collection_id: str, page_size: int, token: str, *, include_text: bool) -> ArticlePage:
        """Returns a page of the articles, by ingest; `page_size` 0: 100. InvalidRequest, NotFound."""
        collection = self._store.collection(collection_id)
        listing = f"articles of {collection.number}"
        after = page_tokens.decode_number(listing, token) if token else 0
        page = self._store.articles(
            collection_id,
            after,
            self._page_size(page_size),
            include_text=include_text,
            max_bytes=self._settings.max_message_bytes // 4,
        )
        return ArticlePage(page.items, _token(listing, page.next))

    def delete(self, collection_id: str, article_id: str) -> Future[bool]:
        """Deletes an article; the result says whether it was there. InvalidRequest; the future: NotFound."""
        validation.article_id("article_id", article_id)
        return self._store.delete(collection_id, article_id)

    def create_collection(self, collection_id: str, settings: CollectionSettings) -> Future[Collection]:
        """Creates a collection. InvalidRequest; the future: AlreadyExists."""
        validation.collection_id("collection.id", collection_id)
        validation.collection_settings("collection.settings", settings)
        filled = replace(
            settings,
            max_text_bytes=longest_text(settings.max_text_bytes, self._settings),
        )
        return self._store.create_collection(collection_id, filled)

    def collection(self, collection_id: str) -> Collection:
        """Returns a collection. NotFound."""
        return self._in_force(self._store.collection(collection_id))

    def collections(self, page_size: int, token: str, among: Container[str] | None = None) -> CollectionPage:
        """Returns a page of the collections, by id; `page_size` 0: 100; `among`: only of these. InvalidRequest.

        A token names the last collection of its page, so that it tells of no other.
        """
        listing = "collections"
        size = self._page_size(page_size)
        after: str | None = page_tokens.decode(listing, token) if token else ""
        found: list[StoredCollection] = []
        while len(found) < size and after is not None:
            page = self._store.collections(after, size)
            found += [each for each in page.items if among is None or each.collection.id in among]
            after = page.next
        more = len(found) > size or after is not None
        found = found[:size]
        return CollectionPage(
            tuple(map(self._in_force, found)), _token(listing, found[-1].collection.id if more else None)
        )

    def delete_collection(self, collection_id: str, *, force: bool) -> Future[int]:
        """Deletes a collection; the result counts its articles. The future: NotFound, FailedPrecondition."""
        return self._store.delete_collection(collection_id, force=force)

    def info(self) -> ServiceInfo:
        """Returns what the service is and holds."""
        counts = self._store.counts()
        return ServiceInfo(
            __version__, self._scheme, self._settings, counts.collections, counts.articles, self._started_at
        )

    def counts(self) -> Counts:
        """Returns how much the store holds. It may wait for that."""
        return self._store.counts()

    def index_size(self) -> IndexSize:
        """Returns what the indexes in memory hold."""
        return self._indexes.size()

    def outline_bytes(self) -> int:
        """Returns the memory that outlines of stored articles take."""
        return self._outlines.size_bytes

    def sweep(self) -> Future[int]:
        """Removes the articles past their retention; the result counts them."""
        return self._store.sweep()

    def watch(self, watcher: Watcher) -> None:
        """Has `watcher` called, in any thread, when the store refuses all writes from then on, and when that is over."""
        self._store.watch(watcher)

    def close(self) -> None:
        """Finishes the writes handed in and closes the store."""
        self._store.close()

    def _hear(self, changes: Sequence[Change]) -> None:
        self._indexes.apply(changes)
        for change in changes:
            if isinstance(change, Dropped):
                self._outlines.drop(change.collection)

    def _side(self, field: str, side: InlineText | ArticleReference) -> tuple[Analysis, int | None]:
        """Returns a text's analysis and the number of its collection, if it is stored."""
        if isinstance(side, InlineText):
            return self._inline(f"{field}.inline", side, ""), None
        validation.article_id(f"{field}.article.article_id", side.article_id)
        collection = self._store.collection(side.collection_id)
        stored = self._store.article(side.collection_id, side.article_id)
        return self._searcher.stored_analysis(collection, stored), collection.number

    def _inline(self, field: str, inline: InlineText, default_language: str) -> Analysis:
        validation.text(f"{field}.text", inline.text, self._settings.max_text_bytes)
        validation.language(f"{field}.language", inline.language)
        analysis = analyze(inline.text, inline.language or default_language)
        validation.words(f"{field}.text", analysis.word_count)
        return analysis

    def _page_size(self, asked: int) -> int:
        return min(asked or _DEFAULT_PAGE, self._settings.max_page_size)

    def _in_force(self, stored: StoredCollection) -> Collection:
        """Returns the collection with what recurs in it, and today's limit on texts: the service's may have been lowered."""
        collection = stored.collection
        longest = longest_text(collection.settings.max_text_bytes, self._settings)
        return replace(
            collection,
            settings=replace(collection.settings, max_text_bytes=longest),
            recurring_piece_count=len(self._indexes.recurring(stored.number)),
        )


def _token(listing: str, position: str | int | None) -> str:
    return "" if position is None else page_tokens.encode(listing, position)


def _with_differences(a: Analysis, b: Analysis, passage: Passage, work: Work) -> Passage:
    work.check()
    if passage.kind is PassageKind.PARAPHRASE:
        return passage
    return replace(passage, differences=differences(a, b, passage, work.check))
