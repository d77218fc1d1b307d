"""Services over one cluster, as callers see them: what one took in others find, and what of it outlives a kill."""

import signal
import threading
import uuid
from itertools import count

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from redis_cluster import redis_cluster
from scraping import value
from textkin import Article, Client, IngestOutcome, SearchOptions, TextkinError

FERRY = (
    "Two ferries collided in thick fog near the old pier of Velmora on Tuesday morning. The harbour master, Ilse"
    " Brandvik, said that nobody was hurt, although forty passengers spent three hours on deck. Divers inspect"
    " both hulls this week, and the northern terminal stays closed until Friday."
)
COPY = FERRY.replace("on Tuesday morning", "early on Tuesday").replace("this week", "in the coming days")

STATUS = health_pb2.HealthCheckResponse


@pytest.fixture
def store(cluster):
    """Where services keep their articles that have them in common."""
    return f"{cluster.url}/test-{uuid.uuid4().hex}"


@pytest.fixture
def pair(store, service_factory, tmp_path):
    """Two services over one cluster."""
    return [service_factory(tmp_path / name, store=store) for name in ("one", "other")]


@pytest.fixture
def frail_cluster(tmp_path):
    """A cluster of the test's own, quick to have a replica take over."""
    with redis_cluster(tmp_path / "redis", node_timeout=1_500) as running:
        yield running


def test_what_one_took_in_the_other_finds(pair):
    with Client(pair[0].address) as one, Client(pair[1].address) as other:
        assert one.ingest(Article("ferry", FERRY)).outcome is IngestOutcome.CREATED
        (match,) = other.search(COPY, SearchOptions(matches_with_passages=1)).matches
        assert match.article_id == "ferry"
        assert match.comparison.passages
        assert other.get("ferry").text == FERRY
        assert other.ingest(Article("ferry", FERRY)).outcome is IngestOutcome.UNCHANGED
        assert other.delete("ferry")
        assert one.search(COPY).matches == ()


def test_what_a_service_acknowledged_before_it_was_killed_the_other_has(pair):
    acknowledged = []

    def numbered():
        for number in count():
            if number == 600:
                pair[0].process.kill()
            yield Article(f"{number}", f"{FERRY} Report number {number}.")

    with Client(pair[0].address) as one, Client(pair[1].address) as other:
        with pytest.raises(TextkinError):
            note(one.ingest_many(numbered()), acknowledged)
        assert len(acknowledged) > 200
        there = {article.id for article in other.list(page_size=1_000)}
        assert set(acknowledged) <= there
        for article_id in acknowledged[::97]:
            assert other.search(f"{FERRY} Report number {article_id}.").matches[0].article_id == article_id


def test_while_a_replica_takes_over_callers_wait_or_are_told_unavailable(frail_cluster, service_factory):
    service = service_factory(store=frail_cluster.url)
    with Client(service.address, timeout=60) as client:
        client.ingest(Article("before", FERRY))
        codes = set()
        stopped = threading.Event()

        def ingest_on():
            for number in count():
                if stopped.is_set():
                    return
                try:
                    client.ingest(Article(f"{number}", f"{FERRY} Report number {number}."))
                except TextkinError as error:
                    codes.add(error.code)

        thread = threading.Thread(target=ingest_on)
        thread.start()
        frail_cluster.master_of("textkin:{1}:state").kill()
        # This one waits until a replica has taken over.
        client.ingest(Article("after", COPY))
        stopped.set()
        thread.join()
        assert codes <= {"UNAVAILABLE"}
        assert client.get("before").text == FERRY
        assert client.search(COPY).matches[0].article_id == "after"


def test_health_and_metrics_say_that_the_cluster_is_away_and_that_it_is_back(frail_cluster, service_factory):
    service = service_factory(store=frail_cluster.url, metrics_listen="127.0.0.1:0")
    metrics = next(line for line in service.lines if line["event"] == "serving")["metrics"]
    with grpc.insecure_channel(service.address) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        told = health.Watch(health_pb2.HealthCheckRequest(service="textkin.v1.TextkinService"))
        assert next(told).status == STATUS.SERVING
        assert value(metrics, "textkin_store_up") == 1
        for node in frail_cluster.nodes:
            node.process.send_signal(signal.SIGSTOP)
        assert next(told).status == STATUS.NOT_SERVING
        assert value(metrics, "textkin_store_up") == 0
        assert health.Check(health_pb2.HealthCheckRequest()).status == STATUS.NOT_SERVING
        assert health.Check(health_pb2.HealthCheckRequest(service="liveness")).status == STATUS.SERVING
        for node in frail_cluster.nodes:
            node.process.send_signal(signal.SIGCONT)
        assert next(told).status == STATUS.SERVING
        assert value(metrics, "textkin_store_up") == 1
        told.cancel()
    with Client(service.address) as client:
        assert client.ingest(Article("ferry", FERRY)).outcome is IngestOutcome.CREATED


def note(acknowledgements, ids):
    """Notes the ids of what is acknowledged, until that ends."""
    for each in acknowledgements:
        ids.append(each.article_id)


def test_the_log_tells_the_store_that_it_serves_without_its_password(cluster, service_factory):
    prefix = f"test-{uuid.uuid4().hex}"
    url = f"{cluster.url}/{prefix}".replace("redis://", "redis://default:sesame@")
    service = service_factory(store=url)
    (serving,) = [line for line in service.lines if line["event"] == "serving"]
    assert serving["store"] == url.replace("sesame", "***")
    assert "data" not in serving
    service.stop()
    assert not any("sesame" in line for line in service.raw)
