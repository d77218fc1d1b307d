"""Ingest in three steps, so that many can overlap: prepare (computes), commit (waits for the disk), match."""

from concurrent.futures import Future
from dataclasses import dataclass, replace

from textkin_service.analysis import Analysis, analyze
from textkin_service.engine import validation
from textkin_service.engine.indexes import Indexes
from textkin_service.engine.searcher import Query, Searcher
from textkin_service.engine.work import Work
from textkin_service.model import Article, SearchOptions, SearchResult
from textkin_service.settings import Settings
from textkin_service.sketch import Sketch
from textkin_service.store import Put, Store, StoredCollection


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article, checked and sketched, but not yet stored.

    `search` and `analysis` are None if no search was asked for: an analysis takes far more memory than its
    text.
    """

    collection: StoredCollection
    article: Article
    analysis: Analysis | None
    sketch: Sketch
    search: SearchOptions | None


class Ingest:
    """Takes articles in."""

    def __init__(self, store: Store, indexes: Indexes, searcher: Searcher, settings: Settings) -> None:
        self._store = store
        self._indexes = indexes
        self._searcher = searcher
        self._settings = settings

    def prepare(
        self, work: Work, collection_id: str, article: Article, search: SearchOptions | None
    ) -> Prepared:
        """Checks, analyses and sketches an article. InvalidRequest, NotFound, DeadlineExceeded."""
        work.check()
        if search is not None:
            validation.options("search", search, self._settings.max_matches)
        collection = self._store.collection(collection_id)
        settings = collection.collection.settings
        validation.article("article", article, longest_text(settings.max_text_bytes, self._settings))
        named = article.language or settings.language
        analysis = analyze(article.text, named)
        validation.words("article.text", analysis.word_count)
        work.check()
        sketched = self._indexes.sketch(collection.number, analysis)
        article = replace(article, detected_language="" if named else analysis.language)
        return Prepared(collection, article, analysis if search else None, sketched, search)

    def commit(self, prepared: Prepared) -> Future[Put]:
        """Hands the article to the store, without waiting. NotReady; the future: NotFound, ResourceExhausted.

        Articles come into the collection in the order of these calls.
        """
        return self._store.put(
            prepared.collection.collection.id, prepared.article, prepared.sketch.to_bytes()
        )

    def match(self, work: Work, prepared: Prepared, put: Put) -> SearchResult:
        """Searches for a committed article among those taken in before it, if that was asked for."""
        if prepared.search is None or prepared.analysis is None:
            return SearchResult(())
        query = Query(prepared.analysis, number=put.number, before=put.number)
        return self._searcher.search(prepared.collection, query, prepared.search, work)


def longest_text(own: int, settings: Settings) -> int:
    """Returns the longest text, in bytes, that a collection takes whose own limit is `own` (0: none)."""
    return min(own, settings.max_text_bytes) if own else settings.max_text_bytes
