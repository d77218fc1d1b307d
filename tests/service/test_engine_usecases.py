"""The engine's use cases over a real store, without a server."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from textkin_service.analysis import analyze, analyze_all
from textkin_service.engine import Engine, Incoming, Work
from textkin_service.engine.outlines import OutlineCache
from textkin_service.errors import DeadlineExceeded, InvalidRequest, NotFound
from textkin_service.model import (
    Article,
    ArticleReference,
    CollectionSettings,
    IngestOutcome,
    InlineText,
    Relation,
    SearchOptions,
)
from textkin_service.screening import Outline
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme
from textkin_service.store import SqliteStore

FERRY = (
    "Two ferries collided in thick fog near the old pier of Velmora on Tuesday morning. The harbour master, Ilse"
    " Brandvik, said that nobody was hurt, although forty passengers spent three hours on deck. Divers inspect"
    " both hulls this week, and the northern terminal stays closed until Friday."
)
OWL = (
    "A rare marsh owl has bred in the reed beds of Tarnholt for the first time since records began. Volunteers"
    " counted five chicks in a nest barely a metre above the water. The county council promised to keep motor"
    " boats away from the lagoon until September."
)
DAY = timedelta(days=1)
MONDAY = datetime(2030, 4, 1, tzinfo=UTC)


class Bench:
    """An engine with short names for what the tests do all the time."""

    def __init__(self, folder, **settings):
        self.settings = Settings(data=folder, **settings)
        self.engine = Engine(SqliteStore(folder, Scheme.of(self.settings).id), self.settings)
        self.engine.load(Work())

    def ingest(self, article_id, text, collection="default", search=None, **fields):
        work = Work()
        article = Article(article_id, text, **fields)
        (prepared,) = self.engine.ingest.prepare(work, [Incoming(collection, article, search)])
        if isinstance(prepared, Exception):
            raise prepared
        (put,) = self.engine.ingest.commit([prepared]).result()
        if isinstance(put, Exception):
            raise put
        return put, self.engine.ingest.match(work, prepared, put)

    def search(self, query, collection="default", **options):
        query = InlineText(query) if len(query) > 50 else query
        result, _ = self.engine.search(Work(), collection, query, SearchOptions(**options))
        return [match.article.id for match in result.matches]


@pytest.fixture
def bench(tmp_path):
    made = Bench(tmp_path)
    yield made
    made.engine.close()


def test_a_search_finds_what_was_ingested_best_first(bench):
    bench.ingest("whole", FERRY)
    bench.ingest("part", FERRY.partition(". ")[0] + ". " + OWL)
    bench.ingest("other", OWL)
    assert bench.search(FERRY)[0] == "whole"
    assert "other" not in bench.search(FERRY)


def test_articles_with_one_score_come_in_the_order_of_their_ingest(bench):
    for name in ("c", "a", "b"):
        bench.ingest(name, FERRY)
    assert bench.search(FERRY) == ["c", "a", "b"]
    assert bench.search(FERRY, limit=2) == ["c", "a"]


def test_a_stored_article_never_matches_itself(bench):
    bench.ingest("a", FERRY)
    bench.ingest("b", FERRY)
    assert bench.search("a") == ["b"]


def test_a_deleted_article_is_found_no_more(bench):
    bench.ingest("a", FERRY)
    assert bench.engine.delete("default", "a").result()
    assert bench.search(FERRY) == []
    with pytest.raises(NotFound):
        bench.search("a")


def test_a_replaced_article_is_found_by_its_new_text_only(bench):
    bench.ingest("a", FERRY)
    put, _ = bench.ingest("a", OWL)
    assert put.outcome is IngestOutcome.REPLACED
    assert bench.search(FERRY) == []
    assert bench.search(OWL) == ["a"]


def test_collections_are_searched_apart(bench):
    bench.engine.create_collection("wire", CollectionSettings()).result()
    bench.ingest("a", FERRY, "wire")
    assert bench.search(FERRY) == []
    assert bench.search(FERRY, "wire") == ["a"]
    bench.engine.delete_collection("wire", force=True).result()
    bench.engine.create_collection("wire", CollectionSettings()).result()
    assert bench.search(FERRY, "wire") == []


def test_the_published_window_includes_its_start_and_excludes_its_end(bench):
    for day in range(4):
        bench.ingest(str(day), FERRY, published_at=MONDAY + day * DAY)
    bench.ingest("undated", FERRY)
    assert bench.search(FERRY, published_from=MONDAY + DAY, published_until=MONDAY + 3 * DAY) == ["1", "2"]
    assert bench.search(FERRY, published_from=MONDAY + 2 * DAY) == ["2", "3"]
    assert bench.search(FERRY, published_until=MONDAY + DAY) == ["0"]
    assert len(bench.search(FERRY)) == 5


def test_excluded_sources_are_left_out_and_leave_room_for_others(tmp_path):
    bench = Bench(tmp_path, candidates=2)
    for number in range(12):
        bench.ingest(f"own-{number}", FERRY, source="Velmora Post")
    bench.ingest("copy", FERRY + " That was all.", source="Kellin Echo")
    assert bench.search(FERRY, limit=1, exclude_sources=frozenset({"Velmora Post"})) == ["copy"]
    assert bench.search(FERRY, exclude_sources=frozenset({"Velmora", ""}), limit=1) == ["own-0"]
    bench.engine.close()


def test_least_score_and_relation_bound_the_matches(bench):
    bench.ingest("same", FERRY)
    bench.ingest("longer", FERRY + " " + OWL + " " + OWL.upper())
    assert bench.search(FERRY, min_relation=Relation.IDENTICAL) == ["same"]
    assert bench.search(FERRY, min_score=1.0) == ["same"]


def test_only_the_first_matches_carry_passages(bench):
    for name in "abc":
        bench.ingest(name, FERRY)
    options = SearchOptions(matches_with_passages=2)
    result, text = bench.engine.search(Work(), "default", InlineText(FERRY), options)
    assert text == FERRY
    assert [bool(match.comparison.passages) for match in result.matches] == [True, True, False]
    assert [match.article.text for match in result.matches] == [FERRY, FERRY, ""]


def test_an_ingest_is_matched_with_what_came_before_it(bench):
    bench.ingest("a", FERRY)
    _, result = bench.ingest("b", FERRY, search=SearchOptions())
    assert [match.article.id for match in result.matches] == ["a"]
    bench.ingest("c", FERRY)
    put, result = bench.ingest("b", FERRY, search=SearchOptions())
    assert put.outcome is IngestOutcome.UNCHANGED
    assert [match.article.id for match in result.matches] == ["a"]


def test_two_ingests_of_one_id_at_the_same_time_end_as_one_article(bench):
    with ThreadPoolExecutor(8) as pool:
        texts = [f"{FERRY} Edition {number % 4}." for number in range(40)]
        puts = list(pool.map(lambda text: bench.ingest("same", text)[0], texts))
    assert [put.outcome for put in puts].count(IngestOutcome.CREATED) == 1
    assert bench.engine.info().articles == 1
    assert bench.search(FERRY, limit=100) == ["same"]


def test_the_index_is_the_same_after_a_restart(tmp_path):
    bench = Bench(tmp_path)
    bench.ingest("a", FERRY)
    bench.ingest("b", OWL)
    bench.ingest("b", FERRY)
    bench.engine.close()
    bench = Bench(tmp_path)
    assert bench.search(FERRY) == ["a", "b"]
    assert bench.search(OWL) == []
    bench.engine.close()


def test_stored_and_given_texts_compare_alike(bench):
    bench.ingest("a", FERRY)
    given, stored = InlineText(FERRY), ArticleReference("default", "a")
    found = [bench.engine.compare(Work(), a, b) for a in (given, stored) for b in (given, stored)]
    assert {one.comparison.relation for one in found} == {Relation.IDENTICAL}
    assert {(one.text_a, one.text_b) for one in found} == {(FERRY, FERRY)}


def test_the_language_is_the_articles_else_the_collections(bench, monkeypatch):
    spoken = []

    def listen(texts, languages):
        spoken.extend(languages)
        return analyze_all(texts, languages)

    monkeypatch.setattr("textkin_service.engine.ingest.analyze_all", listen)
    bench.engine.create_collection("de", CollectionSettings("de")).result()
    bench.ingest("a", FERRY, "de")
    bench.ingest("b", FERRY, "de", language="fr")
    bench.ingest("c", FERRY)
    assert spoken == ["de", "fr", ""]


def test_the_language_detected_is_kept_with_the_article_unless_one_was_named(bench):
    german = "Die alte Fähre fährt noch ein Jahr, beschloss der Rat am Dienstag."
    bench.engine.create_collection("fr", CollectionSettings("fr")).result()
    bench.ingest("a", german)
    bench.ingest("b", FERRY)
    bench.ingest("c", german, language="nl")
    bench.ingest("d", german, "fr")
    kept = [bench.engine.article("default", key) for key in "abc"] + [bench.engine.article("fr", "d")]
    assert [(one.language, one.detected_language) for one in kept] == [
        ("", "de"), ("", "en"), ("nl", ""), ("", ""),
    ]  # fmt: skip


def test_an_article_stays_in_the_language_of_its_ingest(bench, monkeypatch):
    bench.ingest("a", FERRY)
    spoken = []

    def listen(texts, languages):
        spoken.extend(languages)
        return analyze_all(texts, languages)

    monkeypatch.setattr("textkin_service.engine.searcher.analyze_all", listen)
    bench.search(FERRY)
    assert set(spoken) == {"en"}


def test_work_whose_time_is_up_is_not_begun(bench, monkeypatch):
    def never(*_):
        raise AssertionError("work was done")

    for module in ("engine", "ingest", "searcher"):
        monkeypatch.setattr(f"textkin_service.engine.{module}.analyze", never)
    for module in ("asked", "ingest", "searcher"):
        monkeypatch.setattr(f"textkin_service.engine.{module}.analyze_all", never)
    late, given = Work(0), InlineText(FERRY)
    for call in (
        lambda: bench.engine.compare(late, given, given),
        lambda: bench.engine.search(late, "default", given, SearchOptions()),
        lambda: bench.engine.ingest.prepare(late, [Incoming("default", Article("a", FERRY))]),
    ):
        with pytest.raises(DeadlineExceeded, match="deadline"):
            call()


def test_an_article_searched_for_at_its_ingest_is_screened_without_being_read(bench):
    put, _ = bench.ingest("a", FERRY, search=SearchOptions())
    (outline,) = bench.engine._searcher._cache.get([(1, put.number)]).values()
    assert outline.data.tolist() == Outline.of(analyze(FERRY)).data.tolist()


def test_a_search_stops_between_candidates_when_its_caller_gives_up(bench, monkeypatch):
    for number in range(5):
        bench.ingest(str(number), FERRY)
    work, compared = Work(), []

    def compare_once(*_, **__):
        compared.append(1)
        work.cancel()
        return found

    found = bench.engine.compare(Work(), InlineText(FERRY), InlineText(FERRY)).comparison
    monkeypatch.setattr("textkin_service.engine.search.compare", compare_once)
    with pytest.raises(DeadlineExceeded, match="given up"):
        bench.engine.search(work, "default", InlineText(FERRY), SearchOptions())
    assert compared == [1]


def test_a_lone_surrogate_is_refused(bench):
    with pytest.raises(InvalidRequest, match="lone surrogate at position 5") as refusal:
        bench.ingest("a", "Words\ud800")
    assert refusal.value.field == "article.text"


def test_a_page_is_never_larger_than_the_service_allows(tmp_path):
    bench = Bench(tmp_path, max_page_size=2)
    for number in range(3):
        bench.ingest(str(number), FERRY)
    page = bench.engine.articles("default", 1_000, "", include_text=False)
    assert [article.id for article in page.articles] == ["0", "1"]
    rest = bench.engine.articles("default", 0, page.next_token, include_text=True)
    assert [(article.id, article.text) for article in rest.articles] == [("2", FERRY)]
    bench.engine.close()


def test_a_collections_settings_come_filled_in(bench):
    made = bench.engine.create_collection("wire", CollectionSettings("")).result()
    assert made.settings == CollectionSettings("", None, 0, 1_048_576)
    assert bench.engine.collection("wire") == made
    assert [one.id for one in bench.engine.collections(0, "").collections] == ["default", "wire"]


def test_the_cache_keeps_what_was_used_last_within_its_bytes():
    outlines = [Outline.of(analyze(f"{FERRY} {number}", "en")) for number in range(4)]
    cache = OutlineCache(sum(one.memory_bytes() for one in outlines[:3]))
    for number in range(3):
        cache.put((1, number), outlines[number])
    assert cache.get([(1, 0), (1, 9), (2, 0)]) == {(1, 0): outlines[0]}
    cache.put((1, 3), outlines[3])
    assert cache.get([(1, 3), (1, 1), (1, 0)]) == {(1, 3): outlines[3], (1, 0): outlines[0]}
    assert cache.size_bytes == sum(outlines[number].memory_bytes() for number in (0, 2, 3))
    nothing = OutlineCache(0)
    nothing.put((1, 1), outlines[0])
    assert nothing.get([(1, 1)]) == {}


def test_the_cache_forgets_the_articles_of_a_collection():
    outline = Outline.of(analyze(FERRY, "en"))
    cache = OutlineCache(10 * outline.memory_bytes())
    for place in ((1, 1), (1, 2), (2, 1)):
        cache.put(place, outline)
    cache.drop(1)
    assert list(cache.get([(1, 1), (1, 2), (2, 1)])) == [(2, 1)]
    assert cache.size_bytes == outline.memory_bytes()
