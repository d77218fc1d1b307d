"""Searches that are done together: each is answered as if it were done alone, whatever becomes of the others."""

from datetime import UTC, datetime, timedelta

import pytest

from textkin_service.engine import Asked, Incoming, Work
from textkin_service.errors import DeadlineExceeded, InvalidRequest, NotFound, StoreError
from textkin_service.model import Article, CollectionSettings, InlineText, Relation, SearchOptions

FERRY = (
    "The night ferry from Quelport lost its rudder off the Marrow rocks. Harbour master Ilse Brandvold sent two tugs, and by "
    "dawn all ninety passengers stood on the quay of Velmora with blankets and hot soup."
)
REWORDED = (
    "Off the Marrow rocks the rudder of the Quelport night ferry broke. Two tugs came, sent by harbour master Ilse Brandvold; "
    "all ninety passengers were on the Velmora quay by dawn, with soup and blankets."
)
ORCHARD = "Growers around Tamsin Hollow picked their plums three weeks early after a dry spring, and feared for the pears."
LONG = " ".join(f"{FERRY} Chapter {number} tells of lighthouse {number * 7}." for number in range(160))
OLD = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def filled(engine):
    engine.create_collection("wire", CollectionSettings("de", timedelta(days=900_000))).result()
    for collection, article in (
        ("default", Article("ferry", FERRY, source="Velmora Post", published_at=OLD)),
        ("default", Article("orchard", ORCHARD)),
        ("default", Article("long", LONG)),
        ("wire", Article("ferry", FERRY)),
    ):
        (prepared,) = engine.ingest.prepare(Work(), [Incoming(collection, article)])
        engine.ingest.commit([prepared]).result()
    return engine


def asked(query, collection="default", work=None, **options):
    return Asked(work or Work(), collection, query, SearchOptions(**options), "queries[0].")


SEARCHES = [
    asked(InlineText(FERRY), matches_with_passages=2),
    asked(InlineText(REWORDED)),
    asked(InlineText(REWORDED), "wire"),
    asked(InlineText(LONG), min_relation=Relation.UNRELATED),
    asked("ferry"),
    asked("orchard", min_relation=Relation.UNRELATED, limit=1),
    asked(InlineText(FERRY), exclude_sources=frozenset({"Velmora Post"})),
    asked(InlineText(FERRY), published_from=OLD),
    asked(InlineText("Schnee fiel auf die Gleise.", "de")),
]


def test_each_is_answered_as_if_it_were_done_alone(filled):
    together = filled.search_all(SEARCHES)
    assert together == [filled.search_all([one])[0] for one in SEARCHES]
    best = [result.matches[0].article.id if result.matches else None for result, _ in together]
    assert best == ["ferry", "ferry", "ferry", "long", None, None, None, "ferry", None]


def test_one_that_is_refused_leaves_the_others_alone(filled):
    gone = Work()
    gone.cancel()
    expected = filled.search_all([asked(InlineText(FERRY))])[0]
    answers = filled.search_all(
        [
            asked(InlineText(FERRY)),
            asked(InlineText("…")),
            asked(InlineText(FERRY), "nowhere"),
            asked("nobody"),
            asked(InlineText(FERRY), limit=0),
            asked(InlineText(FERRY), work=gone),
            asked(InlineText(FERRY)),
        ]
    )
    assert answers[0] == answers[-1] == expected
    assert [type(each) for each in answers[1:-1]] == [
        InvalidRequest,
        NotFound,
        NotFound,
        InvalidRequest,
        DeadlineExceeded,
    ]
    assert answers[1].field == "queries[0].inline.text"


def test_one_that_meets_a_damaged_text_leaves_the_others_alone(filled, monkeypatch):
    stored = filled._store.stored

    def damaged(collection, numbers):
        if collection.collection.id == "wire" and numbers:
            raise StoreError("a stored text is damaged", reason="STORE_DAMAGED")
        return stored(collection, numbers)

    expected = filled.search_all([asked(InlineText(FERRY))])
    monkeypatch.setattr(filled._store, "stored", damaged)
    answers = filled.search_all([asked(InlineText(FERRY)), asked(InlineText(FERRY), "wire")])
    assert answers[:1] == expected
    assert isinstance(answers[1], StoreError)
