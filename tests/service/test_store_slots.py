"""The store in a cluster while the slot of a collection moves from one node to another, key by key."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from drafts import draft
from redis_cluster import MASTERS
from stores import Clock, InCluster
from textkin_service.errors import StoreError
from textkin_service.model import Article, CollectionSettings, IngestOutcome
from textkin_service.store.cluster import wire
from textkin_service.store.cluster.keys import Keys
from textkin_service.store.cluster.wire import Cluster, command

FERRY = Article("ferry", "Two ferries collided off Velmora.")
_MILLISECONDS = 5_000


class Move:
    """The move of the slot of a key from its node to another, as `redis-cli --cluster reshard` goes about it."""

    def __init__(self, cluster, key):
        self.cluster = cluster
        self.source = cluster.master_of(key)
        self.target = next(node for node in cluster.nodes[:MASTERS] if node is not self.source)
        self.slot = self.at(self.source, "CLUSTER KEYSLOT", key)
        source, target = (self.at(node, "CLUSTER MYID").decode() for node in (self.source, self.target))
        self.at(self.target, "CLUSTER SETSLOT", self.slot, "IMPORTING", source)
        self.at(self.source, "CLUSTER SETSLOT", self.slot, "MIGRATING", target)

    @staticmethod
    def at(node, *words):
        with node.client() as client:
            return client.execute_command(*words)

    def what_is_left(self):
        return self.at(self.source, "CLUSTER GETKEYSINSLOT", self.slot, 1_000)

    def move(self, key):
        self.at(self.source, "MIGRATE", "127.0.0.1", self.target.port, key, 0, _MILLISECONDS)

    def end(self):
        target = self.at(self.target, "CLUSTER MYID").decode()
        for node in (self.target, self.source):
            self.at(node, "CLUSTER SETSLOT", self.slot, "NODE", target)


@pytest.fixture
def place(cluster):
    return InCluster(cluster.addresses)


@pytest.fixture
def store(place):
    with place.open(Clock()) as opened:
        yield opened


@pytest.fixture
def impatient(monkeypatch, store):  # noqa: ARG001 - it is opened first
    """Has what is not done at the first attempt given up."""
    monkeypatch.setattr(wire, "_PATIENCE_SECONDS", 0)


def put(store, article, collection="default"):
    (result,) = store.put([draft(collection, article)]).result()
    return result.outcome


@pytest.mark.usefixtures("impatient")
def test_articles_are_read_whichever_of_the_two_nodes_has_which_keys(store, place, cluster):
    put(store, FERRY)
    move = Move(cluster, Keys(place.prefix).of(1).state)
    for key in move.what_is_left():
        move.move(key)
        assert store.article("default", "ferry").article.text == FERRY.text
        assert store.collection("default").collection.article_count == 1
    move.end()


@pytest.mark.usefixtures("impatient")
def test_what_is_read_together_is_read_while_some_of_it_has_moved(place, cluster):
    here, there, nowhere = (f"{place.prefix}:{{pages}}:{name}" for name in "abc")
    connected = Cluster(cluster.addresses)
    connected.run([command("SET", here, "1"), command("SET", there, "2")])
    move = Move(cluster, here)
    move.move(there)
    assert connected.run([command("MGET", here, there, nowhere)]) == [[b"1", b"2", None]]
    move.move(here)
    assert connected.run([command("MGET", here, there, nowhere)]) == [[b"1", b"2", None]]
    move.end()
    connected.close()


@pytest.mark.usefixtures("impatient")
def test_articles_are_taken_in_as_soon_as_one_node_has_all_keys(store, place, cluster):
    store.create_collection("sea", CollectionSettings(retention=timedelta(days=1))).result()
    put(store, FERRY, "sea")
    put(store, replace(FERRY, title="w"), "sea")
    move = Move(cluster, Keys(place.prefix).of(store.collection("sea").number).state)
    assert put(store, replace(FERRY, title="x"), "sea") is IngestOutcome.REPLACED
    for key in move.what_is_left():
        move.move(key)
    assert put(store, replace(FERRY, title="y"), "sea") is IngestOutcome.REPLACED
    move.end()


def test_what_is_taken_in_while_its_keys_are_apart_waits_until_they_are_together(store, place, cluster):
    put(store, FERRY)
    move = Move(cluster, Keys(place.prefix).of(1).state)
    first, *others = move.what_is_left()
    move.move(first)
    putting = store.put([draft("default", replace(FERRY, id="other"))])
    assert store.article("default", "ferry").article.text == FERRY.text
    for key in others:
        move.move(key)
    move.end()
    (result,) = putting.result()
    assert result.outcome is IngestOutcome.CREATED


def patiently(call, *arguments):
    """Calls again, as clients do, where a slot was on the move for longer than a store waits for it."""
    while True:
        try:
            return call(*arguments)
        except StoreError as error:
            if error.reason != "STORE_UNAVAILABLE":
                raise


def test_nobody_notices_slots_that_move_to_and_fro(store, place, cluster):
    stopped = threading.Event()

    def ingest_on(name):
        taken = []
        with place.open(Clock()) as own:
            while not stopped.is_set():
                taken.append(f"{name}-{len(taken)}")
                assert patiently(put, own, replace(FERRY, id=taken[-1])) is IngestOutcome.CREATED
                assert patiently(own.article, "default", taken[0]).article.text == FERRY.text
        return taken

    with ThreadPoolExecutor(2) as pool:
        ingesting = [pool.submit(ingest_on, name) for name in "ab"]
        try:
            for _ in range(6):
                move = Move(cluster, Keys(place.prefix).of(1).state)
                for key in move.what_is_left():
                    move.move(key)
                move.end()
        finally:
            stopped.set()
        taken = [article_id for each in ingesting for article_id in each.result()]
    assert all(store.article("default", each).article.id == each for each in taken)
    assert store.counts().articles == len(taken)
