"""Ingest in three steps, so that many can overlap: prepare (computes), commit (waits for the disk), match.

The first two take many articles at a time, because what they do once a call costs as much as an article.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import attrgetter

from textkin_service.analysis import Analysis, analyze
from textkin_service.engine import validation
from textkin_service.engine.indexes import Indexes
from textkin_service.engine.searcher import Query, Searcher
from textkin_service.engine.work import Work
from textkin_service.errors import TextkinError
from textkin_service.model import Article, SearchOptions, SearchResult
from textkin_service.settings import Settings
from textkin_service.store import Content, Draft, Put, Store, StoredCollection, digest, pack


@dataclass(frozen=True, slots=True)
class Incoming:
    """An article to ingest. `search` None: do not search for its matches. `field`: its path in the request, for errors."""

    collection_id: str
    article: Article
    search: SearchOptions | None = None
    field: str = "article"


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article, checked and sketched, but not yet stored.

    `search` and `analysis` are None if no search was asked for: an analysis takes far more memory than its
    text.
    """

    collection: StoredCollection
    draft: Draft
    analysis: Analysis | None
    search: SearchOptions | None


@dataclass(frozen=True, slots=True)
class _Checked:
    """An article that its collection may take, unless it has no word."""

    collection: StoredCollection
    incoming: Incoming
    digest: bytes


class Ingest:
    """Takes articles in."""

    def __init__(self, store: Store, indexes: Indexes, searcher: Searcher, settings: Settings) -> None:
        self._store = store
        self._indexes = indexes
        self._searcher = searcher
        self._settings = settings

    def prepare(self, work: Work, incoming: Sequence[Incoming]) -> list[Prepared | Exception]:
        """Checks, analyses and sketches articles; one result each. DeadlineExceeded.

        A result is what refuses the article, InvalidRequest or NotFound, or what failed on it. Of an article that is there
        already, unchanged, no more is computed than it takes to see that.
        """
        checked = self._checked(work, incoming)
        there = self._digests([each for each in checked if isinstance(each, _Checked)])
        prepared: list[Prepared | Exception] = []
        for each in checked:
            if isinstance(each, Exception):
                prepared.append(each)
                continue
            work.check()
            name = each.collection.number, each.incoming.article.id
            try:
                prepared.append(self._prepare(each, unchanged=there.get(name) == each.digest))
            except Exception as error:  # noqa: BLE001 - of this article alone
                prepared.append(error)
        return prepared

    def commit(self, prepared: Sequence[Prepared]) -> Future[list[Put | TextkinError]]:
        """Hands articles to the store, without waiting. NotReady.

        The future has one result each: what it did, NotFound or ResourceExhausted. Articles come into the collections in
        the order of these calls, and within them in theirs.
        """
        return self._store.put([each.draft for each in prepared])

    def match(self, work: Work, prepared: Prepared, put: Put) -> SearchResult:
        """Searches for a committed article among those taken in before it, if that was asked for."""
        if prepared.search is None or prepared.analysis is None:
            return SearchResult(())
        query = Query(prepared.analysis, number=put.number, before=put.number)
        return self._searcher.search(prepared.collection, query, prepared.search, work)

    def _checked(self, work: Work, incoming: Sequence[Incoming]) -> list[_Checked | Exception]:
        collections: dict[str, StoredCollection] = {}
        checked: list[_Checked | Exception] = []
        for each in incoming:
            work.check()
            try:
                if each.collection_id not in collections:
                    collections[each.collection_id] = self._store.collection(each.collection_id)
                checked.append(self._check(collections[each.collection_id], each))
            except Exception as error:  # noqa: BLE001 - of this article alone
                checked.append(error)
        return checked

    def _check(self, collection: StoredCollection, incoming: Incoming) -> _Checked:
        if incoming.search is not None:
            validation.options("search", incoming.search, self._settings.max_matches)
        longest = longest_text(collection.collection.settings.max_text_bytes, self._settings)
        validation.article(incoming.field, incoming.article, longest)
        return _Checked(collection, incoming, digest(incoming.article))

    def _digests(self, checked: Sequence[_Checked]) -> dict[tuple[int, str], bytes]:
        """Returns the digests of those of the articles that are there under their ids, by collection number and id."""
        found: dict[tuple[int, str], bytes] = {}
        for collection, same in groupby(checked, attrgetter("collection")):
            digests = self._store.digests(collection, [each.incoming.article.id for each in same])
            found.update(((collection.number, article_id), value) for article_id, value in digests.items())
        return found

    def _prepare(self, checked: _Checked, *, unchanged: bool) -> Prepared:
        incoming = checked.incoming
        analysis: Analysis | None = None
        if unchanged and incoming.search is None:
            # Made after all, by the store, if the article is replaced before this one gets there.
            content: Callable[[], Content] = partial(self._content, checked, None)
        else:
            analysis = self._analysis(checked)
            made = self._content(checked, analysis)

            def content() -> Content:
                return made

        draft = Draft(incoming.collection_id, incoming.article, checked.digest, content)
        return Prepared(checked.collection, draft, analysis if incoming.search else None, incoming.search)

    def _analysis(self, checked: _Checked) -> Analysis:
        article = checked.incoming.article
        analysis = analyze(article.text, article.language or checked.collection.collection.settings.language)
        validation.words(f"{checked.incoming.field}.text", analysis.word_count)
        return analysis

    def _content(self, checked: _Checked, analysis: Analysis | None) -> Content:
        """Returns what is stored of an article. InvalidRequest if it has no word."""
        article, collection = checked.incoming.article, checked.collection
        analysis = analysis or self._analysis(checked)
        named = article.language or collection.collection.settings.language
        return Content(
            pack(article.text),
            self._indexes.sketch(collection.number, analysis).to_bytes(),
            "" if named else analysis.language,
        )


def longest_text(own: int, settings: Settings) -> int:
    """Returns the longest text, in bytes, that a collection takes whose own limit is `own` (0: none)."""
    return min(own, settings.max_text_bytes) if own else settings.max_text_bytes
