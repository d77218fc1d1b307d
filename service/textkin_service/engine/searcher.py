"""Search: candidates by sketch, most of them ruled out by screening, and an exact comparison with each of the others.

Searches that are handed over together take each step one after the other: what they read comes in one go, what they analyse is
analysed together, and the code and tables of a step are in the processor's caches.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from textkin_service.analysis import Analysis, analyze, analyze_all
from textkin_service.engine.indexes import Indexes
from textkin_service.engine.outlines import OutlineCache, Place
from textkin_service.engine.search import Read, Search, UnderWay
from textkin_service.engine.together import Errors, each, together
from textkin_service.model import SearchOptions, SearchResult
from textkin_service.screening import Outline
from textkin_service.sketch import Probe, probe
from textkin_service.store import Store, StoredArticle, StoredCollection
from textkin_service.telemetry.metrics import OUTLINES, series
from textkin_service.telemetry.steps import CANDIDATES, COMPARISON, SCREENING, Step

# How many times more candidates are asked for when filters leave too few of them.
_WIDENING = 4
# Texts of at most so many code points are analysed together, before it is their turn: a long one would take much memory.
SHORT = 1 << 15


class Searcher:
    """Finds a query's matches in a collection. `candidates`: how many articles are looked at, best by sketch first."""

    def __init__(self, store: Store, indexes: Indexes, cache: OutlineCache, candidates: int) -> None:
        self._store = store
        self._indexes = indexes
        self._cache = cache
        self._candidates = candidates

    def search(self, search: Search) -> SearchResult:
        """Returns the result of one search. DeadlineExceeded."""
        (result,) = self.search_all([search])
        if isinstance(result, Exception):
            raise result
        return result

    def search_all(self, searches: Sequence[Search]) -> list[SearchResult | Exception]:
        """Returns the result of each search, or what it failed with: DeadlineExceeded, or a failure of ours."""
        if not searches:
            return []
        failed: Errors = {}
        with Step(CANDIDATES):
            under_way = each(dict(enumerate(searches)), self._begun, failed)
        active = {i: search for i, search in under_way.items() if search.goes_on()}
        while active:
            active = self._step(active, failed)
        results: list[SearchResult | Exception] = []
        for i in range(len(searches)):
            error = failed.get(i)
            results.append(under_way[i].result() if error is None else error)
        return results

    def stored_analysis(self, collection: StoredCollection, stored: StoredArticle) -> Analysis:
        """Returns the analysis of an article that was read with its text."""
        return analyze(stored.article.text, language_of(collection, stored))

    def keep_outline(self, collection: StoredCollection, number: int, analysis: Analysis) -> None:
        """Keeps the outline of an article that was just taken in: searches that meet it need not read its text for that."""
        self._cache.put((collection.number, number), Outline.of(analysis))

    def _begun(self, search: Search) -> UnderWay:
        """Returns a search with its candidates."""
        search.work.check()
        recurring = self._indexes.recurring(search.collection.number)
        queried = search.query.analysis.without(recurring)
        numbers, truncated = self._eligible(search, probe(queried))
        return UnderWay(search, queried, recurring, numbers, truncated)

    def _step(self, active: dict[int, UnderWay], failed: Errors) -> dict[int, UnderWay]:
        """Has each search look at its next candidates; returns those that go on."""
        active = each(active, _checked, failed)
        with Step(SCREENING):
            outlines = together(active, self._outlines, failed)
            active = each(active, partial(_screened, outlines), failed)
        with Step(COMPARISON):
            read = together(active, self._possible, failed)
            active = each(active, partial(_compared, read), failed)
        return {i: search for i, search in active.items() if search.goes_on()}

    def _outlines(self, searches: Mapping[int, UnderWay]) -> dict[Place, Outline]:
        """Returns the outlines of those of the articles looked at that are there."""
        wanted = [place for one in searches.values() for place in one.places(one.looked_at)]
        found = self._cache.get(wanted)
        hits = sum(place in found for place in wanted)
        series(OUTLINES, "hit").inc(hits)
        series(OUTLINES, "miss").inc(len(wanted) - hits)
        missing = [
            (one.search.collection, [place[1] for place in one.places(one.looked_at) if place not in found])
            for one in searches.values()
        ]
        for place, read in self._read(missing).items():
            found[place] = Outline.of(read.analysis())
            self._cache.put(place, found[place])
        return found

    def _possible(self, searches: Mapping[int, UnderWay]) -> dict[Place, Read]:
        """Returns those of the articles that were not ruled out that are there."""
        return self._read([(one.search.collection, one.possible) for one in searches.values()])

    def _read(self, wanted: Iterable[tuple[StoredCollection, Sequence[int]]]) -> dict[Place, Read]:
        """Returns those of the articles of collections that are there."""
        collections: dict[int, StoredCollection] = {}
        numbers: dict[int, dict[int, None]] = {}  # of each collection, in order
        for collection, some in wanted:
            collections[collection.number] = collection
            numbers.setdefault(collection.number, {}).update(dict.fromkeys(some))
        found: dict[Place, Read] = {}
        for key, collection in collections.items():
            stored = self._store.stored(collection, list(numbers[key]))
            short = [one for one in stored if len(one.article.text) <= SHORT]
            analyses = analyze_all(
                [one.article.text for one in short], [language_of(collection, one) for one in short]
            )
            made = dict(zip((one.number for one in short), analyses, strict=True))
            for one in stored:
                analysis = made.get(one.number)
                analyzed = (
                    partial(self.stored_analysis, collection, one)
                    if analysis is None
                    else partial(_same, analysis)
                )
                found[key, one.number] = Read(one, analyzed)
        return found

    def _eligible(self, search: Search, asked: Probe) -> tuple[Sequence[int], bool]:
        """Returns the best candidates that the filters let through, and whether a key was cut short."""
        collection = search.collection
        limit = wanted = max(self._candidates, search.options.limit)
        while True:
            search.work.check()
            found = self._indexes.candidates(collection.number, asked, limit)
            eligible = self._filtered(search, found.numbers)
            if len(eligible) >= wanted or len(found.numbers) < limit:
                return eligible[:wanted], found.truncated
            limit *= _WIDENING

    def _filtered(self, search: Search, numbers: Sequence[int]) -> Sequence[int]:
        collection, query, options = search.collection, search.query, search.options
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


def _checked(search: UnderWay) -> UnderWay:
    search.search.work.check()
    return search


def _screened(outlines: Mapping[Place, Outline], search: UnderWay) -> UnderWay:
    search.screen(outlines)
    return search


def _compared(read: Mapping[Place, Read], search: UnderWay) -> UnderWay:
    search.compare(read)
    return search


def _same(analysis: Analysis) -> Analysis:
    return analysis


def language_of(collection: StoredCollection, stored: StoredArticle) -> str:
    """Returns the language that an article was analysed in at its ingest: its sketch was made so."""
    article = stored.article
    return article.language or collection.collection.settings.language or article.detected_language


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
