"""Ingest in three steps, so that many can overlap: prepare (computes), commit (waits for the disk), match.

The first two take many articles at a time, because what they do once a call costs as much as an article.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import TypeVar

from textkin_service.analysis import Analyses, Analysis, analyze, analyze_all
from textkin_service.engine import validation
from textkin_service.engine.indexes import Indexes
from textkin_service.engine.search import Query, Search
from textkin_service.engine.searcher import Searcher
from textkin_service.engine.work import Work
from textkin_service.errors import DeadlineExceeded, StoreError, TextkinError
from textkin_service.model import Article, SearchOptions, SearchResult
from textkin_service.settings import Settings
from textkin_service.sketch import Sketch
from textkin_service.store import Content, Draft, Put, Store, StoredCollection, digest, pack
from textkin_service.telemetry import metrics
from textkin_service.telemetry.steps import PREPARATION, Step

Value = TypeVar("Value")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Incoming:
    """An article to ingest. `search` None: do not search for its matches. `field`: its path in the request, for errors.

    `ingested_at`: when another store took it in; None: now.
    """

    collection_id: str
    article: Article
    search: SearchOptions | None = None
    field: str = "article"
    ingested_at: datetime | None = None


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


@dataclass(frozen=True, slots=True)
class _Sketched:
    """What is kept of the text of an article, the language it is in, and how many words it has; `analysis` as in `Prepared`."""

    sketch: Sketch
    language: str
    word_count: int
    analysis: Analysis | None


@dataclass(frozen=True, slots=True)
class _Examined:
    """An article and what is kept of its text; None: it is there already, unchanged."""

    checked: _Checked
    sketched: _Sketched | None


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
        # One step after the other, so that the tables of each stay in the processor's cache.
        try:
            with Step(PREPARATION):
                checked = _each(work, incoming, partial(self._check, {}))
                there = self._digests([each for each in checked if isinstance(each, _Checked)])
                prepared = _each(work, self._examined(work, checked, there), self._prepare)
        except DeadlineExceeded:
            raise
        except Exception:
            metrics.ingested("failed", len(incoming))
            raise
        for each in prepared:
            if isinstance(each, Exception):
                _count_refused(each)
        return prepared

    def commit(self, prepared: Sequence[Prepared]) -> Future[list[Put | TextkinError]]:
        """Hands articles to the store, without waiting. NotReady.

        The future has one result each: what it did, NotFound or ResourceExhausted. Articles come into the collections in
        the order of these calls, and within them in theirs.
        """
        future = self._store.put([each.draft for each in prepared])
        future.add_done_callback(partial(_count, len(prepared)))
        return future

    def match(self, work: Work, prepared: Prepared, put: Put) -> SearchResult:
        """Searches for a committed article among those taken in before it, if that was asked for."""
        if prepared.search is None or prepared.analysis is None:
            return SearchResult(())
        self._searcher.keep_outline(prepared.collection, put.number, prepared.analysis)
        query = Query(prepared.analysis, number=put.number, before=put.number)
        return self._searcher.search(Search(prepared.collection, query, prepared.search, work))

    def _check(self, collections: dict[str, StoredCollection], incoming: Incoming) -> _Checked:
        """Checks an article; `collections` are those met so far, by id. InvalidRequest, NotFound."""
        if incoming.collection_id not in collections:
            collections[incoming.collection_id] = self._store.collection(incoming.collection_id, heard=False)
        collection = collections[incoming.collection_id]
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

    def _examined(
        self, work: Work, checked: Sequence[_Checked | Exception], there: Mapping[tuple[int, str], bytes]
    ) -> list[_Examined | Exception]:
        """Sketches the articles together, but those that are there already and that no search needs the analysis of."""

        def is_wanted(each: _Checked) -> bool:
            name = each.collection.number, each.incoming.article.id
            return each.incoming.search is not None or there.get(name) != each.digest

        wanted = {i: each for i, each in enumerate(checked) if isinstance(each, _Checked) and is_wanted(each)}
        sketched = dict(zip(wanted, self._all_sketched(work, list(wanted.values())), strict=True))
        examined: list[_Examined | Exception] = []
        for i, each in enumerate(checked):
            found = sketched.get(i)
            if isinstance(each, Exception):
                examined.append(each)
            elif isinstance(found, Exception):
                examined.append(found)
            else:
                examined.append(_Examined(each, found))
        return examined

    def _all_sketched(self, work: Work, checked: Sequence[_Checked]) -> Sequence[_Sketched | Exception]:
        if not checked:
            return []
        work.check()
        try:
            texts, languages = [each.incoming.article.text for each in checked], list(map(_language, checked))
            return self._sketched(checked, analyze_all(texts, languages))
        except Exception:  # noqa: BLE001 - of some article, which is found out one by one
            return _each(work, checked, self._sketched_alone)

    def _sketched_alone(self, checked: _Checked) -> _Sketched:
        return self._sketched([checked], [analyze(checked.incoming.article.text, _language(checked))])[0]

    def _sketched(self, checked: Sequence[_Checked], analyses: Sequence[Analysis]) -> list[_Sketched]:
        joined = Analyses.of(analyses)
        sketches = self._indexes.sketch_all([each.collection.number for each in checked], joined)
        return [
            _Sketched(
                sketch,
                joined.language(i),
                joined.word_count(i),
                joined[i] if each.incoming.search is not None else None,
            )
            for i, (each, sketch) in enumerate(zip(checked, sketches, strict=True))
        ]

    def _prepare(self, examined: _Examined) -> Prepared:
        checked, sketched = examined.checked, examined.sketched
        incoming = checked.incoming
        if sketched is None:
            # Made after all, by the store, if the article is replaced before this one gets there.
            content: Callable[[], Content] = partial(self._late_content, checked)
        else:
            validation.words(f"{incoming.field}.text", sketched.word_count)
            made = _content(checked, sketched)

            def content() -> Content:
                return made

        draft = Draft(incoming.collection_id, incoming.article, checked.digest, content, incoming.ingested_at)
        analysis = None if sketched is None else sketched.analysis
        return Prepared(checked.collection, draft, analysis, incoming.search)

    def _late_content(self, checked: _Checked) -> Content:
        return _content(checked, self._sketched_alone(checked))


def _count(articles: int, future: Future[list[Put | TextkinError]]) -> None:
    """Counts what became of so many articles that the store was handed."""
    if future.cancelled():  # before the store began
        return
    if future.exception() is not None:
        metrics.ingested("failed", articles)
        return
    for outcome, number in Counter(
        metrics.INGEST_OUTCOMES[each.outcome] for each in future.result() if isinstance(each, Put)
    ).items():
        metrics.ingested(outcome, number)
    for each in future.result():
        if isinstance(each, Exception):
            _count_refused(each)


def _count_refused(error: Exception) -> None:
    ours = isinstance(error, StoreError) or not isinstance(error, TextkinError)
    metrics.ingested("failed" if ours else "refused")


def _content(checked: _Checked, sketched: _Sketched) -> Content:
    return Content(
        pack(checked.incoming.article.text),
        sketched.sketch.to_bytes(),
        "" if _language(checked) else sketched.language,
    )


def _language(checked: _Checked) -> str:
    """Returns the language that the article or its collection names; empty: neither does."""
    return checked.incoming.article.language or checked.collection.collection.settings.language


def _each(
    work: Work, values: Sequence[Value | Exception], step: Callable[[Value], Result]
) -> list[Result | Exception]:
    """Returns what a step makes of each value, or the exception that it raises; exceptions stay. DeadlineExceeded."""
    results: list[Result | Exception] = []
    for value in values:
        if isinstance(value, Exception):
            results.append(value)
            continue
        work.check()
        try:
            results.append(step(value))
        except Exception as error:  # noqa: BLE001 - of this article alone
            results.append(error)
    return results


def longest_text(own: int, settings: Settings) -> int:
    """Returns the longest text, in bytes, that a collection takes whose own limit is `own` (0: none)."""
    return min(own, settings.max_text_bytes) if own else settings.max_text_bytes
