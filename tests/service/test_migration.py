"""Moving articles between stores: everything comes along, once, wherever it was cut short; what cannot be is refused."""

import uuid
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.console import Console

from drafts import draft
from migrations import (
    COLLECTIONS,
    NOW,
    article,
    articles_of,
    fill,
    found,
    held,
    ingest,
    migrate,
    opened,
    settle,
    without_times,
)
from textkin_service.migration.progress import Progress
from textkin_service.migration.resuming import Pair, place_to_go_on
from textkin_service.migration.sides import BATCH, Side
from textkin_service.model import Article, CollectionSettings, InlineText
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme
from textkin_service.store import SqliteStore
from textkin_service.store.choice import open_at
from textkin_service.store.cluster.wire import Cluster, command
from textkin_service.store_address import parse


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A store that tests leave as it is."""
    url = f"sqlite://{tmp_path_factory.mktemp('filled')}/data"
    fill(url)
    return url


@pytest.fixture
def folder(tmp_path):
    return f"sqlite://{tmp_path}/data"


@pytest.fixture
def shared(cluster):
    return f"{cluster.url}/test-{uuid.uuid4().hex}"


@pytest.fixture(params=["folder", "cluster"])
def target(request, folder):
    return folder if request.param == "folder" else request.getfixturevalue("shared")


def test_articles_go_to_a_cluster_and_back_and_are_found_as_before(filled, shared, folder):
    there = migrate(filled, shared)
    assert "Both stores have 449 articles in 3 collections; 449 were moved" in there
    migrate(shared, folder)
    before = held(filled)
    assert held(shared) == held(folder) == before
    assert before["a-sea"][0] == COLLECTIONS["a-sea"]
    queries = [
        *(InlineText(f"As reported: {article(n).text}") for n in range(2, 22, 3)),
        *(article(300 + n).id for n in (0, 2, 3, 4)),
    ]
    expected = found(filled, queries)
    assert all(result.matches for result, _ in expected)
    assert found(shared, queries) == found(folder, queries) == expected


def test_what_a_cluster_has_settled_goes_to_and_fro_as_well(filled, shared, folder):
    engine = opened(shared)
    engine.create_collection("a-sea", COLLECTIONS["a-sea"]).result()
    source = held(filled)
    ingest(engine, source["default"][1][:200])
    engine.close()
    settle(shared)
    assert "; 249 were moved" in migrate(filled, shared)
    settle(shared)
    assert "; 0 were moved" in migrate(filled, shared)
    assert "; 449 were moved" in migrate(shared, folder)
    assert "; 0 were moved" in migrate(shared, folder)
    assert held(folder) == held(shared) == source
    ids = [article(300 + n).id for n in (0, 2, 3, 4)]
    assert found(folder, ids) == found(shared, ids) == found(filled, ids)


def test_between_two_stores_of_a_cluster(filled, shared, cluster):
    other = f"{cluster.url}/test-{uuid.uuid4().hex}"
    migrate(filled, shared)
    migrate(shared, other)
    assert held(other) == held(filled)


def test_the_same_again_moves_nothing(filled, target):
    migrate(filled, target)
    assert "; 0 were moved" in migrate(filled, target)
    assert held(target) == held(filled)


def test_it_goes_on_behind_the_articles_that_are_there(filled, target):
    source = held(filled)
    engine = opened(target)
    engine.create_collection("a-sea", COLLECTIONS["a-sea"]).result()
    ingest(engine, source["a-sea"][1], "a-sea")
    ingest(engine, source["default"][1][:200])
    engine.close()
    assert "; 99 were moved" in migrate(filled, target)
    assert held(target) == source


def test_what_changed_in_the_source_since_comes_with_the_next_run(folder, shared):
    fill(folder, 200)
    migrate(folder, shared)
    engine = opened(folder)
    ingest(engine, [article(0, title="Corrected again", ingested_at=NOW), article(1_000, ingested_at=NOW)])
    engine.close()
    assert "; 2 were moved" in migrate(folder, shared)
    assert held(shared) == held(folder)


def test_articles_that_the_target_lost_are_moved_again(target, tmp_path):
    source = f"sqlite://{tmp_path}/source"
    engine = opened(source)
    ingest(engine, [article(number, text=f"Report {number}.") for number in range(900)])
    engine.close()
    migrate(source, target)
    engine = opened(target)
    for lost in (400, 700):
        engine.delete("default", article(lost).id).result()
    ingest(engine, [article(450, title="Changed")])
    engine.close()
    told = migrate(source, target)
    assert "default: 900 articles in the source, 898 in the target; comparing them all" in told
    assert "; 3 were moved" in told
    assert without_times(held(target)) == without_times(held(source))


def test_articles_past_their_retention_are_left_out(target, tmp_path):
    source = f"sqlite://{tmp_path}/source"
    engine = opened(source)
    engine.create_collection("short", CollectionSettings(retention=timedelta(days=2))).result()
    old, new = article(1), article(2, ingested_at=NOW)
    ingest(engine, [old, new], "short")
    engine.close()
    migrate(source, target)
    assert held(target)["short"][1] == [new]


def test_sketches_are_made_by_the_settings_of_the_target(filled, folder):
    other = Settings(content_keys=96)
    migrate(filled, folder, "--content-keys", "96")
    assert held(folder) == held(filled)
    with open_at(parse(folder), Scheme.of(other).id) as store:
        assert len(list(store.sketches())) == 449


@pytest.fixture(scope="module")
def with_gaps(tmp_path_factory):
    """A store with so many articles that looking for one takes halving; every other number is not there."""
    store = SqliteStore(tmp_path_factory.mktemp("gaps"), "scheme-1")
    for start in range(0, 5_000, 500):
        store.put(
            [draft("default", Article(f"{n}", f"Text {n}.")) for n in range(start, start + 500)]
        ).result()
        deleted = [store.delete("default", f"{n}") for n in range(start, start + 500, 2)]
        assert all(each.result() for each in deleted)
    yield store
    store.close()


@settings(max_examples=8, deadline=None)
@given(there=st.integers(0, 2_500), replaced=st.integers(0, 3))
@example(there=BATCH - 1, replaced=0)
@example(there=2_500, replaced=0)
def test_where_to_go_on_is_close_to_where_it_was_cut_short(with_gaps, tmp_path_factory, there, replaced):
    articles, replaced = articles_of(with_gaps, "default"), min(there, replaced)
    with SqliteStore(tmp_path_factory.mktemp("target"), "scheme-1") as store:
        taken = [*articles[:there]]
        # What another has replaced in the target meanwhile is close to where it was cut short: it had come last.
        taken[len(taken) - replaced :] = [replace(each, title="x") for each in taken[len(taken) - replaced :]]
        for start in range(0, there, 500):
            store.put([draft("default", each) for each in taken[start : start + 500]]).result()
        sides = Side("source", with_gaps), Side("target", store)
        pair = Pair(*sides, with_gaps.collection("default"), store.collection("default"))
        after = place_to_go_on(pair)
        before = len(articles) - len(articles_after(with_gaps, after))
        assert before <= there - replaced
        assert there - before <= 3 * BATCH + replaced


def articles_after(store, after):
    return store.articles("default", after, 10_000, include_text=False, max_bytes=1).items


def refusal(source, target, *flags, exit_code=1):
    return migrate(source, target, *flags, exit_code=exit_code)


def test_the_same_store_twice_is_refused(filled, cluster):
    assert "are the same store" in refusal(filled, f"{filled}/../data", exit_code=2)
    url = f"redis://user:secret@127.0.0.1:{cluster.addresses[0][1]}/one"
    told = refusal(url, f"{cluster.url}/one", exit_code=2)
    assert "are the same store" in told
    assert "secret" not in told


def test_what_is_no_store_is_refused(filled, folder, shared, tmp_path):
    assert "the folder" in (told := refusal(f"sqlite://{tmp_path}/nothing", folder))
    assert "holds no store" in told
    assert not (tmp_path / "nothing").exists()
    told = refusal(shared, folder)
    assert f"the cluster has no store whose keys begin with {shared.rpartition('/')[2]}" in told
    told = refusal("redis://user:secret@127.0.0.1:1", folder)
    assert "redis://user:***@127.0.0.1:1: STORE_UNAVAILABLE" in told
    assert "--to 'mysql://here'" in refusal(filled, "mysql://here", exit_code=2)


def test_a_store_that_a_service_has_is_refused(filled, folder):
    engine = opened(folder)
    assert f"{folder}: STORE_IN_USE" in refusal(folder, filled)
    assert f"{folder}: STORE_IN_USE" in refusal(filled, folder)
    engine.close()


def test_a_target_with_other_sketches_is_refused(filled, folder, shared):
    for url in (folder, shared):
        opened(url, Settings(content_keys=96)).close()
        assert f"{url}: STORE_SCHEME_MISMATCH" in refusal(filled, url)


def test_a_collection_with_other_settings_is_refused(filled, target):
    engine = opened(target)
    engine.create_collection("a-sea", replace(COLLECTIONS["a-sea"], max_articles=7)).result()
    engine.close()
    told = refusal(filled, target)
    assert "the collection 'a-sea' has other settings in the target: max_articles 7, here 400" in told
    assert held(target)["default"][1] == []


def test_articles_of_others_in_the_target_are_refused(filled, target):
    engine = opened(target)
    ingest(engine, [article(1), article(2, id="theirs")])
    engine.close()
    assert "has an article that the source does not have, 'article 1 é'" in refusal(filled, target)


def test_what_was_deleted_from_the_source_since_is_deleted_from_the_target_if_asked_for(folder, shared):
    fill(folder, 200)
    migrate(folder, shared)
    engine = opened(folder)
    for gone in (0, 2, 150):
        assert engine.delete("default", article(gone).id).result()
    engine.close()
    assert "delete it there, have all such deleted with --prune" in refusal(folder, shared)
    told = migrate(folder, shared, prune=True)
    assert "default: 3 articles deleted from the target, which the source does not have" in told
    assert held(shared) == held(folder)


def test_an_article_that_the_target_does_not_take_is_named(filled, target):
    told = refusal(filled, target, "--max-text-bytes", "600")
    assert "the target refuses the article 'article " in told
    assert "of the collection 'a-sea'" in told
    assert "at most 600 are allowed" in told
    assert "Report" not in told
    migrate(filled, target)
    assert held(target) == held(filled)


def test_a_cluster_that_is_full_says_so_and_goes_on_once_there_is_room(filled, shared, cluster):
    limited(cluster, 1)
    try:
        assert f"{shared}: STORE_FULL" in refusal(filled, shared)
    finally:
        limited(cluster, 0)
    migrate(filled, shared)
    assert held(shared) == held(filled)


def limited(cluster, most):
    for node in cluster.nodes:
        with node.client() as client:
            client.config_set("maxmemory", most)


def test_a_source_of_another_format_is_refused(shared, folder, cluster):
    wire = Cluster(cluster.addresses)
    wire.run([command("HSET", f"{shared.rpartition('/')[2]}:about", "format", "0", "scheme", "scheme-1")])
    wire.close()
    assert f"{shared}: STORE_SCHEME_MISMATCH: the store has format 0" in refusal(shared, folder)


def test_without_a_terminal_a_line_every_few_seconds_tells_how_far_it_is():
    file, now = StringIO(), [0.0]
    with Progress(Console(file=file, width=40), lambda: now[0]) as progress:
        progress.total(10_000)
        progress.skip(4_000)
        for _ in range(12):
            now[0] += 1
            progress.advance(100)
        progress.note("default: done")
    assert file.getvalue().splitlines() == [
        "Migrating: 4,500 of 10,000 articles, 100 a second, 0:00:55 left",
        "Migrating: 5,000 of 10,000 articles, 100 a second, 0:00:50 left",
        "default: done",
    ]
