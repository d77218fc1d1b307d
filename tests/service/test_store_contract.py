"""What every store promises, embedded or in a cluster: what it refuses, what it keeps, what its listeners hear."""

from dataclasses import replace
from datetime import timedelta

import pytest

from drafts import draft
from heard import Heard
from stores import FERRY, SCHEME, START, Clock, InCluster, InFolder, SettledInCluster, put
from textkin_service.errors import (
    AlreadyExists,
    FailedPrecondition,
    NotFound,
    NotReady,
    ResourceExhausted,
    StoreError,
)
from textkin_service.model import CollectionSettings, IngestOutcome
from textkin_service.store import Added, Dropped, Removed


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["folder", "cluster", "settled"])
def place(request, tmp_path):
    """Where a store is, to be opened."""
    if request.param == "folder":
        return InFolder(tmp_path)
    kind = InCluster if request.param == "cluster" else SettledInCluster
    return kind(request.getfixturevalue("cluster").addresses)


@pytest.fixture
def store(place, clock):
    with place.open(clock) as opened:
        yield opened


def ids(store, collection="default", **kwargs):
    page = store.articles(collection, 0, 1_000, include_text=False, max_bytes=1, **kwargs)
    return [article.id for article in page.items]


def test_an_article_comes_back_as_it_was_given(store):
    put(store, FERRY)
    assert store.article("default", "ferry").article == replace(FERRY, ingested_at=START)


def test_it_is_there_after_the_store_was_opened_again(place, clock):
    with place.open(clock) as store:
        number = put(store, FERRY).number
    with place.open(clock) as store:
        heard = Heard(store)
        assert store.article("default", "ferry").number == number
        assert heard.found(1) == [number]


def test_the_same_article_again_changes_nothing(store, clock):
    first = put(store, FERRY)
    clock.now += timedelta(days=1)
    again = put(store, FERRY)
    assert (first.outcome, again.outcome) == (IngestOutcome.CREATED, IngestOutcome.UNCHANGED)
    assert again.number == first.number
    assert store.article("default", "ferry").article.ingested_at == START


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Other."},
        {"title": ""},
        {"url": "https://example.org/2"},
        {"source": "Else"},
        {"language": ""},
        {"published_at": None},
        {"metadata": {}},
    ],
)
def test_any_other_content_replaces_it_under_a_new_number(store, change):
    first = put(store, FERRY)
    again = put(store, replace(FERRY, **change))
    assert again.outcome is IngestOutcome.REPLACED
    assert again.number > first.number
    assert store.counts().articles == 1
    assert store.headers(store.collection("default"), [first.number]) == []


def test_a_number_is_never_used_twice(place, clock):
    with place.open(clock) as store:
        first = put(store, FERRY).number
        assert store.delete("default", "ferry").result()
    with place.open(clock) as store:
        assert put(store, FERRY).number > first


def test_listeners_hear_of_each_change_before_its_future_resolves(store):
    heard = Heard(store)
    number = put(store, FERRY, sketch=b"1").number
    assert heard.changes == [Added(1, number, b"1")]
    put(store, FERRY)
    replaced = put(store, replace(FERRY, title="x"), sketch=b"2").number
    assert heard.changes[1:] == [Removed(1, number, b"1"), Added(1, replaced, b"2")]
    store.delete("default", "ferry").result()
    assert heard.changes[3:] == [Removed(1, replaced, b"2")]
    store.create_collection("sea", CollectionSettings()).result()
    put(store, FERRY, "sea")
    store.delete_collection("sea", force=True).result()
    assert heard.changes[5:] == [Dropped(2)]


def test_listeners_hear_of_commits_in_their_order(store):
    heard = Heard(store)
    futures = [store.put([draft("default", replace(FERRY, id=str(n)))]) for n in range(200)]
    numbers = [put.number for future in futures for put in future.result()]
    assert [added.number for added in heard.changes] == numbers


def test_thousands_may_be_handed_in_together(store):
    drafts = [draft("default", replace(FERRY, id=str(n))) for n in range(5_000)]
    assert [put.number for put in store.put(drafts).result()] == list(range(1, 5_001))


def test_writes_handed_in_together_keep_their_order(store):
    drafts = [draft("default", replace(FERRY, id=str(n % 50), title=str(n))) for n in range(500)]
    futures = [store.put(drafts[start : start + 7]) for start in range(0, 500, 7)]
    numbers = [put.number for future in futures for put in future.result()]
    assert numbers == sorted(set(numbers))
    assert ids(store) == [str(n % 50) for n in range(450, 500)]


def test_a_refused_write_leaves_its_group_alone(store):
    futures = [
        store.put([draft("nowhere" if n % 3 == 0 else "default", replace(FERRY, id=str(n)))])
        for n in range(30)
    ]
    for n, future in enumerate(futures):
        (result,) = future.result()
        if n % 3 == 0:
            assert isinstance(result, NotFound)
            assert "no collection 'nowhere'" in str(result)
        else:
            assert result.outcome is IngestOutcome.CREATED
    assert store.counts().articles == 20


def test_pages_go_on_rightly_while_articles_come_and_go(store):
    for n in range(6):
        put(store, replace(FERRY, id=str(n)))
    first = store.articles("default", 0, 3, include_text=False, max_bytes=1)
    assert [article.id for article in first.items] == ["0", "1", "2"]
    store.delete("default", "1").result()
    store.delete("default", "4").result()
    put(store, replace(FERRY, id="6"))
    second = store.articles("default", first.next, 3, include_text=False, max_bytes=1)
    assert [article.id for article in second.items] == ["3", "5", "6"]
    assert second.next is None


def test_a_page_with_texts_ends_before_it_grows_too_large(store):
    for n in range(4):
        put(store, replace(FERRY, id=str(n), text="x" * 100))
    page = store.articles("default", 0, 10, include_text=True, max_bytes=150)
    assert len(page.items) == 2
    assert page.next is not None
    assert len(store.articles("default", 0, 10, include_text=False, max_bytes=150).items) == 4


def test_collections_are_listed_by_id(store):
    for name in ("b", "a", "c"):
        store.create_collection(name, CollectionSettings(max_articles=3)).result()
    page = store.collections("", 2)
    assert [stored.collection.id for stored in page.items] == ["a", "b"]
    rest = store.collections(page.next, 2)
    assert [stored.collection.id for stored in rest.items] == ["c", "default"]
    assert rest.next is None


def test_a_collection_is_there_once(store):
    settings = CollectionSettings("de", timedelta(days=3), 5, 100)
    made = store.create_collection("sea", settings).result()
    assert made == store.collection("sea").collection
    with pytest.raises(AlreadyExists):
        store.create_collection("sea", settings).result()


def test_only_an_empty_collection_goes_without_force(store):
    store.create_collection("sea", CollectionSettings()).result()
    put(store, FERRY, "sea")
    with pytest.raises(FailedPrecondition) as refusal:
        store.delete_collection("sea", force=False).result()
    assert refusal.value.reason == "COLLECTION_NOT_EMPTY"
    assert store.delete_collection("sea", force=True).result() == 1
    with pytest.raises(NotFound):
        store.article("sea", "ferry")
    with pytest.raises(FailedPrecondition) as refusal:
        store.delete_collection("default", force=True).result()
    assert refusal.value.reason == "COLLECTION_PROTECTED"


def test_an_article_keeps_the_time_at_which_another_store_took_it_in(store, clock):
    store.create_collection("sea", CollectionSettings(retention=timedelta(days=2))).result()
    times = [START - timedelta(days=1, microseconds=7 * back) for back in (3, 2, 2, 1)]
    drafts = [draft("sea", replace(FERRY, id=str(n)), ingested_at=time) for n, time in enumerate(times)]
    drafts.append(draft("sea", FERRY))
    assert [result.outcome for result in store.put(drafts).result()] == [IngestOutcome.CREATED] * 5
    found = store.articles("sea", 0, 10, include_text=True, max_bytes=1_000).items
    assert [(article.id, article.ingested_at) for article in found] == [
        *((str(n), time) for n, time in enumerate(times)),
        ("ferry", START),
    ]
    clock.now = times[2] + timedelta(days=2)
    assert ids(store, "sea") == ["3", "ferry"]
    assert store.sweep().result() == 3


def test_a_full_collection_takes_no_new_article_but_replaces(store):
    store.create_collection("sea", CollectionSettings(max_articles=1)).result()
    put(store, FERRY, "sea")
    with pytest.raises(ResourceExhausted) as refusal:
        put(store, replace(FERRY, id="2"), "sea")
    assert refusal.value.reason == "COLLECTION_FULL"
    assert put(store, replace(FERRY, title="x"), "sea").outcome is IngestOutcome.REPLACED
    assert put(store, replace(FERRY, title="x"), "sea").outcome is IngestOutcome.UNCHANGED


def test_an_article_past_its_retention_is_as_good_as_deleted(store, clock):
    store.create_collection(
        "sea", CollectionSettings(retention=timedelta(seconds=10), max_articles=1)
    ).result()
    number = put(store, FERRY, "sea").number
    clock.now += timedelta(seconds=9)
    assert ids(store, "sea") == ["ferry"]
    clock.now += timedelta(seconds=1)
    assert ids(store, "sea") == []
    assert store.headers(store.collection("sea"), [number]) == []
    assert store.stored(store.collection("sea"), [number]) == []
    assert store.counts().articles == store.collection("sea").collection.article_count == 0
    with pytest.raises(NotFound):
        store.article("sea", "ferry")
    assert not store.delete("sea", "ferry").result()
    assert put(store, FERRY, "sea").outcome is IngestOutcome.CREATED


def test_a_sweep_removes_what_is_past_its_retention_and_nothing_else(store, clock):
    store.create_collection("sea", CollectionSettings(retention=timedelta(seconds=10))).result()
    heard = Heard(store)
    gone = put(store, FERRY, "sea").number
    put(store, FERRY)
    clock.now += timedelta(seconds=5)
    later = put(store, replace(FERRY, id="later"), "sea").number
    clock.now += timedelta(seconds=5)
    assert store.sweep().result() == 1
    assert heard.changes[-1] == Removed(2, gone, b"sketch")
    assert heard.found(2) == [later]
    assert ids(store, "sea") == ["later"]
    assert ids(store) == ["ferry"]


def test_sketches_of_another_scheme_are_refused(place, clock):
    place.open(clock).close()
    with pytest.raises(StoreError) as refusal:
        place.open(clock, "scheme-2")
    assert refusal.value.reason == "STORE_SCHEME_MISMATCH"
    assert refusal.value.metadata == {"stored": SCHEME, "expected": "scheme-2"}
    place.open(clock).close()


def test_a_closed_store_says_that_it_is_not_ready(place, clock):
    store = place.open(clock)
    pending = [store.put([draft("default", replace(FERRY, id=str(n)))]) for n in range(20)]
    store.close()
    assert all(future.result()[0].outcome is IngestOutcome.CREATED for future in pending)
    with pytest.raises(NotReady):
        store.put([draft("default", FERRY)])
    with pytest.raises(NotReady):
        store.counts()
