"""What recurs in a collection is no evidence there: not in a search, not in a comparison, not after a restart."""

import pytest

from fillers import FOOTER, edited, paragraphs
from textkin_service.engine import Engine, Incoming, Work
from textkin_service.model import (
    Article,
    ArticleReference,
    CollectionSettings,
    InlineText,
    Relation,
    SearchOptions,
)
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme
from textkin_service.store import SqliteStore

REPORT = "\n\n".join(paragraphs("report", 6))


def footed(seed):
    return "\n\n".join([*paragraphs(seed), FOOTER])


class Bench:
    """An engine on a folder, which can be opened again."""

    def __init__(self, folder):
        self.folder = folder
        self.open()

    def open(self):
        settings = Settings(data=self.folder)
        self.engine = Engine(SqliteStore(self.folder, Scheme.of(settings).id), settings)
        self.engine.load(Work())

    def restart(self):
        self.engine.close()
        self.open()

    def ingest(self, article_id, text, collection="default", search=None):
        article = Article(article_id, text, language="en")
        (prepared,) = self.engine.ingest.prepare(Work(), [Incoming(collection, article, search)])
        (put,) = self.engine.ingest.commit([prepared]).result()
        return self.matches(self.engine.ingest.match(Work(), prepared, put))

    def search(self, query, collection="default", **options):
        query = InlineText(query, "en") if len(query) > 50 else query
        result, _ = self.engine.search(Work(), collection, query, SearchOptions(limit=100, **options))
        return self.matches(result)

    def matches(self, result):
        return {match.article.id: match.comparison.relation for match in result.matches}

    def compare(self, a, b):
        def side(text):
            return InlineText(text, "en") if len(text) > 50 else ArticleReference("default", text)

        return self.engine.compare(Work(), side(a), side(b)).comparison


@pytest.fixture
def bench(tmp_path):
    made = Bench(tmp_path)
    yield made
    made.engine.close()


@pytest.fixture
def valley(bench):
    """A collection of thirty unlike articles with one footer."""
    for number in range(30):
        bench.ingest(f"valley-{number}", footed(number))
    return bench


def test_before_a_footer_recurs_it_is_evidence(bench):
    assert bench.ingest("one", footed("one"), search=SearchOptions()) == {}
    assert bench.ingest("other", footed("other"), search=SearchOptions()) == {"one": Relation.PARTIAL_COPY}


def test_unlike_articles_with_one_footer_do_not_match(valley):
    for number in range(30):
        assert valley.search(f"valley-{number}", min_relation=Relation.RELATED) == {}
    assert valley.search(footed("new"), min_relation=Relation.RELATED) == {}
    assert valley.ingest("next", footed("next"), search=SearchOptions()) == {}


def test_a_collection_says_how_many_pieces_recur_in_it(valley):
    valley.engine.create_collection("hills", CollectionSettings()).result()
    counts = {one.id: one.recurring_piece_count for one in valley.engine.collections(0, "").collections}
    assert counts == {"default": 3, "hills": 0}
    assert valley.engine.collection("default").recurring_piece_count == 3


def test_a_footer_is_in_no_passage_and_no_score_of_stored_articles(valley):
    comparison = valley.compare("valley-3", "valley-4")
    assert comparison.relation is Relation.UNRELATED
    assert comparison.passages == ()
    assert comparison.resemblance == 0.0


def test_two_texts_from_outside_know_of_no_recurrence(valley):
    assert valley.compare(footed(3), footed(4)).relation is Relation.PARTIAL_COPY


def test_a_stored_article_is_identical_with_its_copy_with_or_without_the_footer(valley):
    for copy in (footed(3), "\n\n".join(paragraphs(3))):
        assert valley.search(copy) == {"valley-3": Relation.IDENTICAL}
        assert valley.compare("valley-3", copy).relation is Relation.IDENTICAL
        assert valley.compare(copy, "valley-3").relation is Relation.IDENTICAL
    assert valley.ingest("copy", footed(3), search=SearchOptions()) == {"valley-3": Relation.IDENTICAL}


def test_a_text_that_is_only_the_footer_is_still_found(valley):
    valley.ingest("imprint", FOOTER)
    assert valley.search(FOOTER)["imprint"] is Relation.IDENTICAL


def test_fifty_copies_of_one_report_are_found_as_copies_with_or_without_the_footer(valley):
    for number in range(50):
        valley.ingest(f"copy-{number}", edited(REPORT, number))
    copies = {f"copy-{number}": Relation.COPY for number in range(50)}
    assert valley.search(f"{edited(REPORT, 'mine')}\n\n{FOOTER}") == copies
    for one in ("copy-0", "copy-49"):
        assert valley.search(one) == {other: Relation.COPY for other in copies if other != one}


def test_what_recurs_is_known_again_after_a_restart(valley):
    valley.restart()
    assert valley.search(footed("new"), min_relation=Relation.RELATED) == {}
    assert valley.ingest("next", footed("next"), search=SearchOptions()) == {}
    assert valley.search(footed(3)) == {"valley-3": Relation.IDENTICAL}


def test_a_footer_whose_articles_are_deleted_is_evidence_again_after_a_restart(valley):
    for number in range(2, 30):
        valley.engine.delete("default", f"valley-{number}").result()
    valley.restart()
    assert valley.search("valley-0") == {"valley-1": Relation.PARTIAL_COPY}


def test_collections_know_their_own_recurrence(valley):
    valley.engine.create_collection("hills", CollectionSettings()).result()
    valley.ingest("one", footed("one"), "hills")
    assert valley.search(footed("other"), "hills") == {"one": Relation.PARTIAL_COPY}
    other = ArticleReference("hills", "one")
    compared = valley.engine.compare(Work(), other, ArticleReference("default", "valley-3")).comparison
    assert compared.relation is Relation.UNRELATED
    valley.engine.delete_collection("hills", force=True).result()
    assert valley.search(footed("new")) == {}
