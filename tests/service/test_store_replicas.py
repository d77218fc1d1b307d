"""The store in a cluster where replicas must have a change before it is acknowledged."""

import contextlib
import signal
from dataclasses import replace

import pytest

from drafts import draft
from redis_cluster import MASTERS, installed, redis_cluster
from stores import Clock, InCluster
from textkin_service.errors import AlreadyExists, NotFound, StoreError
from textkin_service.model import Article, CollectionSettings, IngestOutcome
from textkin_service.store.cluster import wire
from textkin_service.store.cluster.keys import Keys

FERRY = Article("ferry", "Two ferries collided off Velmora.")


@pytest.fixture(scope="module")
def own_cluster(tmp_path_factory):
    """A cluster whose replicas may be stopped for as long as a test takes."""
    if not installed():
        pytest.skip("redis-server is not installed")
    with redis_cluster(tmp_path_factory.mktemp("redis"), node_timeout=10_000) as running:
        yield running


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def place(own_cluster):
    return InCluster(own_cluster.addresses, replicas=1)


@pytest.fixture
def store(place, clock):
    with place.open(clock) as opened:
        yield opened


@pytest.fixture
def keys(place):
    return Keys(place.prefix)


@pytest.fixture
def impatient(monkeypatch, store):  # noqa: ARG001 - it is opened first
    """Has what is not done at the first attempt given up."""
    monkeypatch.setattr(wire, "_PATIENCE_SECONDS", 0)


@contextlib.contextmanager
def without_replicas(cluster, key):
    """Holds up the replicas of the node that has a key."""
    replicas = cluster.replicas_of(key)
    for node in replicas:
        node.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for node in replicas:
            node.process.send_signal(signal.SIGCONT)


@contextlib.contextmanager
def refused():
    """Expects that what is done there is not acknowledged."""
    with pytest.raises(StoreError, match="fewer than 1 replicas") as refusal:
        yield
    assert refusal.value.reason == "STORE_UNAVAILABLE"


def put(store, article, collection="default"):
    (result,) = store.put([draft(collection, article)]).result()
    return result.outcome


def waits(cluster):
    """Returns how often replicas were waited for, by all and ever."""
    total = 0
    for node in cluster.nodes[:MASTERS]:
        with node.client() as client:
            total += client.info("commandstats").get("cmdstat_wait", {}).get("calls", 0)
    return total


@pytest.mark.usefixtures("impatient")
def test_nothing_is_acknowledged_that_no_replica_has(store, own_cluster, keys):
    with without_replicas(own_cluster, keys.of(1).state):
        with refused():
            put(store, FERRY)
        with refused():
            put(store, FERRY)  # there, and unchanged, but for all we know on one node only
        with refused():
            store.delete("default", "ferry").result()
    # What was refused may have been done: here both were.
    assert not store.delete("default", "ferry").result()
    assert put(store, FERRY) is IngestOutcome.CREATED


@pytest.mark.usefixtures("impatient")
def test_what_another_service_wrote_is_unchanged_only_once_a_replica_has_it(store, place, own_cluster, clock):
    careless = InCluster(own_cluster.addresses)
    careless.prefix = place.prefix
    with careless.open(clock) as other, without_replicas(own_cluster, Keys(place.prefix).of(1).state):
        assert put(other, FERRY) is IngestOutcome.CREATED
        with refused():
            put(store, FERRY)
    assert put(store, FERRY) is IngestOutcome.UNCHANGED


def test_replicas_are_not_waited_for_again_for_what_they_are_known_to_have(store, own_cluster):
    put(store, FERRY)
    before = waits(own_cluster)
    assert put(store, FERRY) is IngestOutcome.UNCHANGED
    assert waits(own_cluster) == before
    assert put(store, replace(FERRY, title="x")) is IngestOutcome.REPLACED
    assert waits(own_cluster) == before + 1


def test_no_replica_is_waited_for_unless_that_is_asked(own_cluster, clock):
    before = waits(own_cluster)
    with InCluster(own_cluster.addresses).open(clock) as store:
        put(store, FERRY)
        put(store, FERRY)
        store.create_collection("sea", CollectionSettings()).result()
        store.delete_collection("sea", force=True).result()
    assert waits(own_cluster) == before


@pytest.mark.usefixtures("impatient")
def test_collections_come_and_go_once_replicas_know(store, own_cluster, keys):
    settings = CollectionSettings()
    with without_replicas(own_cluster, keys.collections):
        with refused():
            store.create_collection("sea", settings).result()
        with refused():
            store.create_collection("sea", settings).result()
    with pytest.raises(AlreadyExists):
        store.create_collection("sea", settings).result()
    put(store, FERRY, "sea")
    number = store.collection("sea").number
    with without_replicas(own_cluster, keys.of(number).state):
        with refused():
            store.delete_collection("sea", force=True).result()
        with refused():
            store.delete_collection("sea", force=True).result()
    with pytest.raises(NotFound):
        store.delete_collection("sea", force=True).result()


def test_it_is_acknowledged_when_the_replicas_come_back_in_time(store, own_cluster, keys):
    with without_replicas(own_cluster, keys.of(1).state):
        putting = store.put([draft("default", FERRY)])
        before = waits(own_cluster)
        while waits(own_cluster) < before + 2:  # it was sent again
            pass
        assert not putting.done()
    (result,) = putting.result()
    assert result.outcome is IngestOutcome.CREATED
    store.create_collection("sea", CollectionSettings()).result()
    put(store, FERRY, "sea")
    number = store.collection("sea").number
    with without_replicas(own_cluster, keys.of(number).state):
        dropping = store.delete_collection("sea", force=True)
        before = waits(own_cluster)
        while waits(own_cluster) < before + 2:
            pass
    assert dropping.result() == 1
