"""Search: candidates by sketch, then an exact comparison with each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from textkin_service.analysis import Analysis, analyze
from textkin_service.engine.analyses import AnalysisCache
from textkin_service.engine.indexes import Indexes
from textkin_service.engine.work import Work
from textkin_service.model import Comparison, Match, SearchOptions, SearchResult
from textkin_service.relation import compare
from textkin_service.sketch import Probe, probe
from textkin_service.store import Store, StoredArticle, StoredCollection

# How many times more candidates are asked for when filters leave too few of them.
_WIDENING = 4
# So many candidates in a row that are no match end a search: they come by what they share, so those behind are less likely.
_MOST_MISSES = 10


@dataclass(frozen=True, slots=True)
class Query:
    """What to search for. `number`: its own, if stored. `before`: only articles with lesser numbers."""

    analysis: Analysis
    number: int | None = None
    before: int | None = None


class Searcher:
    """Finds a query's matches in a collection. `candidates`: how many articles are compared exactly."""

    def __init__(self, store: Store, indexes: Indexes, cache: AnalysisCache, candidates: int) -> None:
        self._store = store
        self._indexes = indexes
        self._cache = cache
        self._candidates = candidates

    def search(
        self, collection: StoredCollection, query: Query, options: SearchOptions, work: Work
    ) -> SearchResult:
        """Returns the matches, best first; those with passages carry the text. DeadlineExceeded."""
        work.check()
        recurring = self._indexes.recurring(collection.number)
        queried = query.analysis.without(recurring)
        candidates, truncated = self._eligible(collection, query, probe(queried), options, work)
        scored: list[tuple[StoredArticle, str, Comparison]] = []
        misses = 0
        for candidate in candidates:
            work.check()
            analysis = self._analysis(collection, candidate)
            if analysis is None:
                continue
            comparison = compare(queried, analysis.without(recurring))
            if comparison.score >= options.min_score and comparison.relation >= options.min_relation:
                scored.append((candidate, analysis.text, comparison))
                misses = 0
            else:
                misses += 1
                if misses == _MOST_MISSES:
                    break
        scored.sort(key=lambda match: (-match[2].score, match[0].number))
        del scored[options.limit :]
        matches = [
            Match(replace(candidate.article, text=text), comparison)
            if rank < options.matches_with_passages
            else Match(candidate.article, replace(comparison, passages=(), cut_a=None, cut_b=None))
            for rank, (candidate, text, comparison) in enumerate(scored)
        ]
        return SearchResult(tuple(matches), truncated)

    def stored_analysis(self, collection: StoredCollection, stored: StoredArticle) -> Analysis:
        """Returns the analysis of an article that was read with its text."""
        analysis = self._cache.get(stored.number)
        if analysis is None:
            article, settings = stored.article, collection.collection.settings
            # As at its ingest: its sketch was made so.
            analysis = analyze(
                article.text, article.language or settings.language or article.detected_language
            )
            self._cache.put(stored.number, analysis)
        return analysis

    def _analysis(self, collection: StoredCollection, header: StoredArticle) -> Analysis | None:
        """Returns the analysis of an article that was read without its text; None if it is gone by now."""
        analysis = self._cache.get(header.number)
        if analysis is not None:
            return analysis
        text = self._store.texts(collection.number, [header.number]).get(header.number)
        if text is None:
            return None
        return self.stored_analysis(
            collection, StoredArticle(header.number, replace(header.article, text=text))
        )

    def _eligible(
        self, collection: StoredCollection, query: Query, asked: Probe, options: SearchOptions, work: Work
    ) -> tuple[list[StoredArticle], bool]:
        """Returns the best candidates that the filters let through, and whether a key was cut short."""
        wanted = max(self._candidates, options.limit)
        limit = wanted
        while True:
            work.check()
            found = self._indexes.candidates(collection.number, asked, limit)
            eligible = self._filtered(collection, found.numbers, query, options)
            if len(eligible) >= wanted or len(found.numbers) < limit:
                return eligible[:wanted], found.truncated
            limit *= _WIDENING

    def _filtered(
        self, collection: StoredCollection, numbers: Sequence[int], query: Query, options: SearchOptions
    ) -> list[StoredArticle]:
        others = [
            number
            for number in numbers
            if number != query.number and (query.before is None or number < query.before)
        ]
        return [
            header for header in self._store.headers(collection.number, others) if _passes(header, options)
        ]


def _passes(header: StoredArticle, options: SearchOptions) -> bool:
    article = header.article
    if article.source in options.exclude_sources:
        return False
    if options.published_from is None and options.published_until is None:
        return True
    published = article.published_at
    if published is None:
        return False
    return (options.published_from is None or published >= options.published_from) and (
        options.published_until is None or published < options.published_until
    )
