"""Search: candidates by sketch, most of them ruled out by screening, and an exact comparison with each of the others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis import Analysis, analyze
from textkin_service.engine.indexes import Indexes
from textkin_service.engine.outlines import OutlineCache
from textkin_service.engine.work import Work
from textkin_service.model import Comparison, Match, SearchOptions, SearchResult
from textkin_service.relation import compare, may_match
from textkin_service.screening import Outline, ScreenedQuery
from textkin_service.sketch import Probe, probe
from textkin_service.store import Store, StoredArticle, StoredCollection

# How many times more candidates are asked for when filters leave too few of them.
_WIDENING = 4
# So many candidates in a row that are no match end a search: they come by what they share, so those behind are less likely.
_MOST_MISSES = 10
# So many candidates are screened at a time: most searches end after one match and ten misses.
_SCREENED_AT_ONCE = 11


@dataclass(frozen=True, slots=True)
class Query:
    """What to search for. `number`: its own, if stored. `before`: only articles with lesser numbers."""

    analysis: Analysis
    number: int | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An article that was read with its text, as it may match the query."""

    stored: StoredArticle
    comparison: Comparison


class Searcher:
    """Finds a query's matches in a collection. `candidates`: how many articles are looked at, best by sketch first."""

    def __init__(self, store: Store, indexes: Indexes, cache: OutlineCache, candidates: int) -> None:
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
        numbers, truncated = self._eligible(collection, query, probe(queried), options, work)
        found: list[_Candidate] = []
        misses = 0
        for candidate in self._compared(collection, queried, numbers, recurring, options, work):
            if candidate is not None and _is_match(candidate.comparison, options):
                found.append(candidate)
                misses = 0
            else:
                misses += 1
                if misses == _MOST_MISSES:
                    break
        found.sort(key=lambda each: (-each.comparison.score, each.stored.number))
        matches = [
            Match(each.stored.article, each.comparison)
            if rank < options.matches_with_passages
            else Match(
                replace(each.stored.article, text=""),
                replace(each.comparison, passages=(), cut_a=None, cut_b=None),
            )
            for rank, each in enumerate(found[: options.limit])
        ]
        return SearchResult(tuple(matches), truncated)

    def stored_analysis(self, collection: StoredCollection, stored: StoredArticle) -> Analysis:
        """Returns the analysis of an article that was read with its text."""
        article, settings = stored.article, collection.collection.settings
        # As at its ingest: its sketch was made so.
        return analyze(article.text, article.language or settings.language or article.detected_language)

    def _compared(
        self,
        collection: StoredCollection,
        queried: Analysis,
        numbers: Sequence[int],
        recurring: NDArray[np.uint32],
        options: SearchOptions,
        work: Work,
    ) -> Iterator[_Candidate | None]:
        """Yields the comparison with each candidate in turn; None for one that screening rules out.

        Those that are gone by now are left out.
        """
        screening = ScreenedQuery(queried, recurring)
        for first in range(0, len(numbers), _SCREENED_AT_ONCE):
            work.check()
            outlines = self._outlines(collection, numbers[first : first + _SCREENED_AT_ONCE])
            screened = dict(zip(outlines, screening.screen(list(outlines.values())), strict=True))
            possible = [
                number
                for number, each in screened.items()
                if each is None or may_match(each, options.min_relation, options.min_score)
            ]
            read = {each.number: each for each in self._store.stored(collection, possible)}
            for number in outlines:
                if number in read:
                    work.check()
                    other = self.stored_analysis(collection, read[number])
                    yield _Candidate(read[number], compare(queried, other.without(recurring)))
                elif number not in possible:
                    yield None

    def _outlines(self, collection: StoredCollection, numbers: Sequence[int]) -> dict[int, Outline]:
        """Returns the outlines of those of the articles that are there, by number, in this order."""
        found = self._cache.get(numbers)
        missing = [number for number in numbers if number not in found]
        for stored in self._store.stored(collection, missing):
            outline = Outline.of(self.stored_analysis(collection, stored))
            self._cache.put(stored.number, outline)
            found[stored.number] = outline
        return {number: found[number] for number in numbers if number in found}

    def _eligible(
        self, collection: StoredCollection, query: Query, asked: Probe, options: SearchOptions, work: Work
    ) -> tuple[Sequence[int], bool]:
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
    ) -> Sequence[int]:
        others = [
            number
            for number in numbers
            if number != query.number and (query.before is None or number < query.before)
        ]
        if not _looks_at_headers(collection, options):
            return others
        return [
            header.number for header in self._store.headers(collection, others) if _passes(header, options)
        ]


def _is_match(comparison: Comparison, options: SearchOptions) -> bool:
    return comparison.score >= options.min_score and comparison.relation >= options.min_relation


def _looks_at_headers(collection: StoredCollection, options: SearchOptions) -> bool:
    """Whether articles may be left out for what their headers say, or because they are past their retention."""
    return bool(
        options.exclude_sources
        or options.published_from
        or options.published_until
        or collection.collection.settings.retention
    )


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
