"""The store in a cluster, beyond what every store promises: several processes on one cluster, and what fails there."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from drafts import draft
from redis_cluster import redis_cluster
from stores import SCHEME, Clock, InCluster
from textkin_service.errors import AlreadyExists, NotFound, StoreError
from textkin_service.model import Article, CollectionSettings, IngestOutcome
from textkin_service.store import Added, Dropped, Removed
from textkin_service.store.cluster.keys import Keys
from textkin_service.store.cluster.wire import Cluster, Command, command

FERRY = Article("ferry", "Two ferries collided off Velmora.")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def place(cluster):
    return InCluster(cluster.addresses)


@pytest.fixture
def pair(place, clock):
    """Two stores on the same data, as two services have them."""
    with place.open(clock) as one, place.open(clock) as other:
        yield one, other


@pytest.fixture
def wire(cluster):
    connected = Cluster(cluster.addresses)
    yield connected
    connected.close()


def put(store, article, collection="default", sketch=b"sketch"):
    (result,) = store.put([draft(collection, article, sketch)]).result()
    return result


def listening(store):
    heard = []
    store.listen(heard.extend)
    return heard


def test_what_one_acknowledged_the_other_has(pair):
    one, other = pair
    heard = listening(other)
    number = put(one, FERRY, sketch=b"1").number
    assert other.article("default", "ferry").number == number
    assert heard == [Added(1, number, b"1")]
    assert put(other, FERRY).outcome is IngestOutcome.UNCHANGED
    again = put(other, replace(FERRY, title="x"), sketch=b"2").number
    assert one.article("default", "ferry").article.title == "x"
    assert heard[1:] == [Removed(1, number, b"1"), Added(1, again, b"2")]
    assert one.delete("default", "ferry").result()
    with pytest.raises(NotFound):
        other.article("default", "ferry")


def test_both_hear_the_same_in_the_same_order(pair):
    heard = [listening(store) for store in pair]

    def ingest(store, first):
        for n in range(first, first + 60):
            store.put([draft("default", replace(FERRY, id=str(n % 20), title=str(n)), b"%d" % n)]).result()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(ingest, pair, (0, 1_000)))
    for store in pair:
        store.collection("default")
    assert heard[0] == heard[1]
    numbers = [change.number for change in heard[0] if isinstance(change, Added)]
    assert numbers == sorted(set(numbers))
    alive = {change.number for change in heard[0] if isinstance(change, Added)} - {
        change.number for change in heard[0] if isinstance(change, Removed)
    }
    assert len(alive) == pair[0].counts().articles == 20


def test_of_two_that_create_a_collection_one_does(pair):
    barrier = threading.Barrier(2)

    def create(store):
        barrier.wait()
        try:
            return store.create_collection("sea", CollectionSettings()).result()
        except AlreadyExists:
            return None

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(create, pair))
    assert sum(each is not None for each in made) == 1
    numbers = {store.collection("sea").number for store in pair}
    assert len(numbers) == 1


def test_a_collection_that_the_other_deleted_is_gone_and_may_come_again(pair):
    one, other = pair
    one.create_collection("sea", CollectionSettings()).result()
    put(other, FERRY, "sea")
    heard = listening(other)
    number = other.collection("sea").number
    assert one.delete_collection("sea", force=True).result() == 1
    assert isinstance(put(other, FERRY, "sea"), NotFound)
    assert heard == [Dropped(number)]
    one.create_collection("sea", CollectionSettings()).result()
    assert put(other, FERRY, "sea").outcome is IngestOutcome.CREATED
    assert other.collection("sea").number > number


def test_nothing_but_that_it_was_deleted_is_left_of_a_collection_and_not_for_long(pair, place, wire):
    one, _ = pair
    one.create_collection("sea", CollectionSettings()).result()
    put(one, FERRY, "sea")
    keys = Keys(place.prefix).of(one.collection("sea").number)
    one.delete_collection("sea", force=True).result()
    assert wire.run([command("EXISTS", each) for each in keys.all_of_log]) == [0] * 6 + [1]
    (left,) = wire.run([command("TTL", keys.answers)])
    assert 0 <= left <= 60


def test_a_log_that_lost_its_end_is_read_anew(pair, place, wire):
    one, other = pair
    for n in range(3):
        put(one, replace(FERRY, id=str(n)), sketch=b"%d" % n)
    heard = listening(other)
    other.collection("default")
    assert [change.number for change in heard] == [1, 2, 3]
    # As where a node that took over had not received the third; then another came.
    keys = Keys(place.prefix).of(1)
    state = dict(zip(*[iter(wire.run([command("HGETALL", keys.state)])[0])] * 2, strict=True))
    (second,) = wire.run([command("XRANGE", keys.log, "2-0", "2-0")])
    values = second[0][1]
    chain = dict(zip(values[::2], values[1::2], strict=True))[b"c"]
    wire.run(
        [
            command("XDEL", keys.log, "3-0"),
            command("XTRIM", keys.log, "MAXLEN", 2),
            command("HDEL", keys.ids, "2"),
            command("HDEL", keys.records, "3"),
            command("HSET", keys.state, "last", 2, "articles", 2, "chain", chain),
        ]
    )
    assert state[b"last"] == b"3"
    wire.run([command("XSETID", keys.log, "2-0")])
    assert put(one, replace(FERRY, id="other"), sketch=b"o").number == 3
    other.collection("default")
    assert heard[3:] == [Dropped(1), Added(1, 1, b"0"), Added(1, 2, b"1"), Added(1, 3, b"o")]


def test_a_commit_that_is_sent_twice_is_done_once(place, clock):
    with place.open(clock) as store:
        sent = []
        run = store._cluster.run

        def twice(commands):
            replies = run(commands)
            if any(isinstance(word, str) and word == "EVALSHA" for each in commands for word in each.words):
                sent.append((replies, run(commands)))
            return replies

        store._cluster.run = twice
        assert put(store, FERRY).outcome is IngestOutcome.CREATED
        assert sent
        assert all(first == again for first, again in sent)
        assert store.counts().articles == 1
        assert put(store, replace(FERRY, title="x")).number == 2


def test_what_ended_services_were_answered_is_not_kept_for_long(pair, place, wire):
    one, other = pair
    keys = Keys(place.prefix).of(1)
    put(one, FERRY)
    (name,) = wire.run([command("HKEYS", keys.answers)])[0]
    aged = "redis.call('HSET', KEYS[1], ARGV[1], cmsgpack.pack({'token', {}, redis.call('TIME')[1] - 601}))"
    wire.run([Command(keys.answers, ("EVAL", aged, 1, keys.answers, "ended"))])
    put(one, replace(FERRY, title="x"))
    assert set(wire.run([command("HKEYS", keys.answers)])[0]) == {name, b"ended"}
    put(other, replace(FERRY, title="y"))
    left = set(wire.run([command("HKEYS", keys.answers)])[0])
    assert len(left) == 2
    assert name in left
    assert b"ended" not in left


def test_times_never_go_back_in_a_log(place, clock):
    with place.open(clock) as store:
        put(store, FERRY)
        before = draft("default", replace(FERRY, id="before"), ingested_at=clock.now - timedelta(days=1))
        clock.now -= timedelta(hours=1)
        store.put([before, draft("default", replace(FERRY, id="after"))]).result()
        page = store.articles("default", 0, 10, include_text=False, max_bytes=1)
        assert [each.ingested_at for each in page.items] == [clock.now + timedelta(hours=1)] * 3


def test_services_with_another_prefix_have_nothing_in_common(cluster, clock):
    with (
        InCluster(cluster.addresses).open(clock, SCHEME) as one,
        InCluster(cluster.addresses).open(clock, "other") as two,
    ):
        put(one, FERRY)
        with pytest.raises(NotFound):
            two.article("default", "ferry")


def test_a_cluster_that_is_not_there_is_refused_when_it_is_connected_to():
    with pytest.raises(StoreError, match="the cluster cannot be used") as refusal:
        Cluster([("127.0.0.1", 1)])
    assert refusal.value.reason == "STORE_UNAVAILABLE"


def test_a_cluster_without_memory_refuses_writes_and_keeps_what_it_has(tmp_path, clock):
    with redis_cluster(tmp_path) as own, InCluster(own.addresses).open(clock) as store:
        put(store, FERRY)
        for node in own.nodes:
            with node.client() as client:
                client.config_set("maxmemory", 1)
        with pytest.raises(StoreError) as refusal:
            put(store, replace(FERRY, id="other"))
        assert refusal.value.reason == "STORE_FULL"
        assert store.article("default", "ferry").article.text == FERRY.text
        for node in own.nodes:
            with node.client() as client:
                client.config_set("maxmemory", 0)
        assert put(store, replace(FERRY, id="other")).outcome is IngestOutcome.CREATED
