"""One search: what it asks for, how far it has come, and what it has found."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis import Analysis
from textkin_service.engine.outlines import Place
from textkin_service.engine.work import Work
from textkin_service.leave import asked_of
from textkin_service.model import Comparison, Match, SearchOptions, SearchResult
from textkin_service.relation import compare, may_match
from textkin_service.screening import Outline, ScreenedQuery
from textkin_service.store import StoredArticle, StoredCollection
from textkin_service.telemetry import metrics

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
class Search:
    """A search to be done in a collection, as long as it has leave to go on."""

    collection: StoredCollection
    query: Query
    options: SearchOptions
    work: Work


@dataclass(frozen=True, slots=True)
class Read:
    """An article that was read with its text. `analysis` may be made only when it is called for: a long text's is large."""

    stored: StoredArticle
    analysis: Callable[[], Analysis]


@dataclass(frozen=True, slots=True)
class _Found:
    stored: StoredArticle
    comparison: Comparison


@dataclass(slots=True)
class UnderWay:
    """A search under way, some candidates at a time: `screen` says which of them may match, `compare` which of these do.

    `queried`: the text without what recurs in the collection, `recurring` (hashes of pieces: uint32, sorted).
    """

    search: Search
    queried: Analysis
    recurring: NDArray[np.uint32]
    candidates: Sequence[int]
    truncated: bool
    looked_at: Sequence[int] = ()
    possible: Sequence[int] = ()
    _screening: ScreenedQuery | None = None
    _found: list[_Found] = field(default_factory=list)
    _next: int = 0
    _misses: int = 0
    _compared: int = 0

    def goes_on(self) -> bool:
        """Takes the next candidates to look at. False: there are none, or too many before were no match."""
        self.looked_at = self.candidates[self._next : self._next + _SCREENED_AT_ONCE]
        self._next += len(self.looked_at)
        return bool(self.looked_at) and self._misses < _MOST_MISSES

    def places(self, numbers: Iterable[int]) -> list[Place]:
        """Returns the places of articles of the collection that is searched."""
        return [(self.search.collection.number, number) for number in numbers]

    def screen(self, outlines: Mapping[Place, Outline]) -> None:
        """Rules out candidates by their outlines. Those that have none are gone."""
        if self._screening is None:
            self._screening = ScreenedQuery(self.queried, self.recurring)
        there = [place for place in self.places(self.looked_at) if place in outlines]
        self.looked_at = [number for _, number in there]
        screened = self._screening.screen([outlines[place] for place in there])
        options = self.search.options
        self.possible = [
            number
            for number, each in zip(self.looked_at, screened, strict=True)
            if each is None or may_match(each, options.min_relation, options.min_score)
        ]

    def compare(self, read: Mapping[Place, Read]) -> None:
        """Compares the candidates that were not ruled out, in turn. Those that were not read are gone. DeadlineExceeded."""
        for place in self.places(self.looked_at):
            if place in read:
                self.search.work.check()
                self._compared += 1
                other = read[place]
                options = self.search.options
                analysis = other.analysis().without(self.recurring)
                with asked_of(self.search.work.check):
                    comparison = compare(
                        self.queried, analysis, with_passages=options.matches_with_passages > 0
                    )
                if _is_match(comparison, options):
                    self._found.append(_Found(other.stored, comparison))
                    self._misses = 0
                    continue
            elif place[1] in self.possible:
                continue
            self._misses += 1
            if self._misses == _MOST_MISSES:
                return

    def result(self) -> SearchResult:
        """Returns the matches, best first; those with passages carry the text. Counts the search."""
        options = self.search.options
        self._found.sort(key=lambda each: (-each.comparison.score, each.stored.number))
        matches = [
            Match(each.stored.article, each.comparison)
            if rank < options.matches_with_passages
            else Match(
                replace(each.stored.article, text=""),
                replace(each.comparison, passages=(), cut_a=None, cut_b=None),
            )
            for rank, each in enumerate(self._found[: options.limit])
        ]
        _count(self, self._compared, matches)
        return SearchResult(tuple(matches), self.truncated)


def _count(search: UnderWay, compared: int, matches: Sequence[Match]) -> None:
    metrics.SEARCHES.inc()
    if search.truncated:
        metrics.SEARCHES_TRUNCATED.inc()
    metrics.SEARCH_CANDIDATES.observe(len(search.candidates))
    metrics.CANDIDATES_COMPARED.inc(compared)
    for match in matches:
        metrics.series(metrics.MATCHES, metrics.RELATIONS[match.comparison.relation]).inc()


def _is_match(comparison: Comparison, options: SearchOptions) -> bool:
    return comparison.score >= options.min_score and comparison.relation >= options.min_relation
