"""A store whose cluster fails over, comes back elsewhere, or does not come back."""

import queue
import time

import pytest

from drafts import draft
from redis_cluster import installed, redis_cluster
from stores import Clock, InCluster
from textkin_service.errors import StoreError
from textkin_service.model import Article
from textkin_service.store.cluster.wire import Cluster

FERRY = Article("ferry", "Two ferries collided off Velmora.")


@pytest.fixture
def frail_cluster(tmp_path):
    if not installed():
        pytest.skip("redis-server is not installed")
    with redis_cluster(tmp_path, node_timeout=1_000) as running:
        yield running


@pytest.fixture
def store(frail_cluster):
    with InCluster(frail_cluster.addresses).open(Clock()) as opened:
        yield opened


@pytest.fixture
def told(store):
    """What the store told its watcher."""
    said = queue.SimpleQueue()
    store.watch(said.put)
    return said


def put(store, article_id):
    (result,) = store.put([draft("default", Article(article_id, FERRY.text))]).result()
    return result.outcome


def test_it_tells_nothing_while_a_replica_takes_over(store, told, frail_cluster):
    put(store, "before")
    frail_cluster.master_of(f"{store._keys.prefix}:{{1}}:state").kill()
    put(store, "after")
    assert told.empty()


def test_a_cluster_that_comes_back_at_other_addresses_is_found_by_the_names_it_was_given(tmp_path):
    # As with names whose addresses change: of those given some lead nowhere, and later the others.
    with redis_cluster(tmp_path / "then") as then:
        for node in then.nodes:
            node.kill()
        with redis_cluster(tmp_path / "now") as now:
            place = InCluster([*now.addresses, *then.addresses])
            with place.open(Clock()) as store:
                put(store, "a")
                for node in now.nodes:
                    node.kill()
                for node in then.nodes:
                    node.start()
                assert store.counts().articles == 0


def test_who_waited_behind_others_does_not_wait_anew(store, frail_cluster, monkeypatch):
    attempts = []
    attempt = Cluster._attempt

    def counted(self, *arguments):
        attempts.append(1)
        return attempt(self, *arguments)

    monkeypatch.setattr(Cluster, "_attempt", counted)
    for node in frail_cluster.nodes:
        node.kill()
    with pytest.raises(StoreError, match="does not answer"), store._cluster.since(time.monotonic() - 60):
        store.counts()
    assert len(attempts) == 1
