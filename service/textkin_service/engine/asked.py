"""Searches as callers ask for them: each is checked, their texts are analysed together, and searched for together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textkin_service.analysis import Analysis, analyze, analyze_all
from textkin_service.engine import validation
from textkin_service.engine.search import Query, Search
from textkin_service.engine.searcher import SHORT, Searcher, language_of
from textkin_service.engine.together import Errors, each, together
from textkin_service.engine.work import Work
from textkin_service.model import InlineText, SearchOptions, SearchResult
from textkin_service.settings import Settings
from textkin_service.store import Store, StoredCollection
from textkin_service.telemetry.steps import PREPARATION, Step


@dataclass(frozen=True, slots=True)
class Asked:
    """A search for a text, or for the stored article of an id. `field`: the query's path in the request, and a dot."""

    work: Work
    collection_id: str
    query: InlineText | str
    options: SearchOptions
    field: str = ""


@dataclass(frozen=True, slots=True)
class _Checked:
    """A search that may be done, if its text has a word. `number`: that of the stored article."""

    asked: Asked
    collection: StoredCollection
    text: str
    language: str
    number: int | None


class Answering:
    """Answers what callers ask."""

    def __init__(self, store: Store, searcher: Searcher, settings: Settings) -> None:
        self._store = store
        self._searcher = searcher
        self._settings = settings

    def answers(self, asked: Sequence[Asked]) -> list[tuple[SearchResult, str] | Exception]:
        """Returns each search's result and its query's text, or why it is refused or what failed.

        InvalidRequest, NotFound, DeadlineExceeded.
        """
        failed: Errors = {}
        collections: dict[str, StoredCollection] = {}
        with Step(PREPARATION):
            checked = each(dict(enumerate(asked)), lambda one: self._check(collections, one), failed)
            short = {i: one for i, one in checked.items() if len(one.text) <= SHORT}
            long = {i: one for i, one in checked.items() if i not in short}
            analyses = together(short, _analyses, failed) | each(long, _analysis, failed)
            searches = each({i: (checked[i], analysis) for i, analysis in analyses.items()}, _search, failed)
        results = dict(zip(searches, self._searcher.search_all(list(searches.values())), strict=True))
        answers: list[tuple[SearchResult, str] | Exception] = []
        for i in range(len(asked)):
            result = failed[i] if i in failed else results[i]
            answers.append(result if isinstance(result, Exception) else (result, checked[i].text))
        return answers

    def _check(self, collections: dict[str, StoredCollection], asked: Asked) -> _Checked:
        """Checks a search; `collections` are those met so far, by id. InvalidRequest, NotFound, DeadlineExceeded."""
        asked.work.check()
        validation.options("options", asked.options, self._settings.max_matches)
        collection = collections.get(asked.collection_id)
        if collection is None:
            collection = collections[asked.collection_id] = self._store.collection(asked.collection_id)
        query = asked.query
        if isinstance(query, str):
            validation.article_id(f"{asked.field}article_id", query)
            stored = self._store.article(asked.collection_id, query)
            return _Checked(
                asked, collection, stored.article.text, language_of(collection, stored), stored.number
            )
        validation.text(f"{asked.field}inline.text", query.text, self._settings.max_text_bytes)
        validation.language(f"{asked.field}inline.language", query.language)
        language = query.language or collection.collection.settings.language
        return _Checked(asked, collection, query.text, language, None)


def _analyses(checked: Mapping[int, _Checked]) -> dict[int, Analysis]:
    texts, languages = [one.text for one in checked.values()], [one.language for one in checked.values()]
    return dict(zip(checked, analyze_all(texts, languages), strict=True))


def _analysis(checked: _Checked) -> Analysis:
    checked.asked.work.check()
    return analyze(checked.text, checked.language)


def _search(analyzed: tuple[_Checked, Analysis]) -> Search:
    checked, analysis = analyzed
    asked = checked.asked
    if checked.number is None:
        validation.words(f"{asked.field}inline.text", analysis.word_count)
    return Search(checked.collection, Query(analysis, checked.number), asked.options, asked.work)
