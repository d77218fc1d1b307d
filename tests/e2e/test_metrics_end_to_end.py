"""Metrics: what a scraper reads of a real service that does real work."""

import asyncio
import http.client
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from contextlib import closing, suppress

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Gauge

import textkin_service
from scraping import families, value
from textkin.v1 import textkin_service_pb2 as pb
from textkin.v1 import textkin_service_pb2_grpc as pb_grpc
from textkin.v1.article_pb2 import Article
from textkin_service.engine import Engine
from textkin_service.rpc.server import Server
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme
from textkin_service.store import open_store
from textkin_service.store.connections import connect
from textkin_service.telemetry.endpoint import Endpoint

STORY = (
    "The lighthouse at Port Sallow was sold to a retired piano tuner on Thursday. Councillor Wenna Tregarth said the "
    "buyer, Ottoline Fisk, had promised to keep the lamp burning and to open the gallery on Sundays. The price was not told."
)
ODDITY = "Wennatregarth"


@pytest.fixture(scope="module")
def measured(tmp_path_factory, module_service_factory):
    """A service that has refused one article, taken in two, and matched one of them."""
    service = module_service_factory(tmp_path_factory.mktemp("measured"), metrics_listen="127.0.0.1:0")
    with grpc.insecure_channel(service.address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        for article_id in ("sallow-1", "sallow-1", "sallow-2"):
            stub.IngestArticle(pb.IngestArticleRequest(article=Article(id=article_id, text=STORY)))
        for text in ("", "..."):
            with pytest.raises(grpc.RpcError):
                stub.IngestArticle(pb.IngestArticleRequest(article=Article(id="empty", text=text)))
        assert len(stub.Search(pb.SearchRequest(inline=pb.InlineText(text=STORY))).matches) == 2
        with pytest.raises(grpc.RpcError):
            stub.Search(pb.SearchRequest(inline=pb.InlineText(text=STORY), collection_id=ODDITY.lower()))
        with pytest.raises(grpc.RpcError):
            channel.unary_unary(f"/textkin.v1.TextkinService/{ODDITY}")(b"")
        with pytest.raises(grpc.RpcError):
            channel.unary_unary(f"/{ODDITY}/Search")(b"")
    for _ in range(7):  # a refusal may be heard of before it is counted, but is counted before it is logged
        service.wait_for("rpc")
    (serving,) = [line for line in service.lines if line["event"] == "serving"]
    service.metrics = serving["metrics"]
    return service


@pytest.mark.parametrize(
    ("name", "labels", "expected"),
    [
        ("textkin_rpcs_total", {"method": "IngestArticle", "code": "OK"}, 3),
        ("textkin_rpcs_total", {"method": "IngestArticle", "code": "INVALID_ARGUMENT"}, 2),
        ("textkin_rpcs_total", {"method": "Search", "code": "NOT_FOUND"}, 1),
        ("textkin_rpcs_total", {"method": "Compare", "code": "OK"}, 0),
        ("textkin_rpcs_total", {"method": "unknown", "code": "UNIMPLEMENTED"}, 2),
        ("textkin_rpc_seconds_count", {"method": "Search"}, 2),
        ("textkin_rpcs_in_flight", {"method": "Search"}, 0),
        ("textkin_rpcs_refused_total", {"kind": "requests"}, 0),
        ("textkin_ingested_total", {"outcome": "created"}, 2),
        ("textkin_ingested_total", {"outcome": "unchanged"}, 1),
        ("textkin_ingested_total", {"outcome": "refused"}, 2),
        ("textkin_ingested_total", {"outcome": "failed"}, 0),
        ("textkin_searches_total", {}, 1),
        ("textkin_searches_truncated_total", {}, 0),
        ("textkin_search_candidates_sum", {}, 2),
        ("textkin_candidates_compared_total", {}, 2),
        ("textkin_matches_total", {"relation": "identical"}, 2),
        ("textkin_outlines_total", {"result": "miss"}, 2),
        ("textkin_step_seconds_count", {"step": "store"}, 3),
        ("textkin_step_seconds_count", {"step": "candidates"}, 1),
        ("textkin_step_seconds_count", {"step": "comparison"}, 1),
        ("textkin_store_commits_failed_total", {}, 0),
        ("textkin_store_up", {}, 1),
        ("textkin_serving", {}, 1),
        ("textkin_articles", {}, 2),
        ("textkin_collections", {}, 1),
        ("textkin_index_articles", {}, 2),
        ("textkin_permits_taken", {}, 0),
        ("textkin_permits", {}, 64),
        ("textkin_streams_open", {}, 0),
        ("textkin_stream_bytes", {}, 0),
        ("textkin_requests_late", {}, 0),
        ("textkin_searches_waiting", {}, 0),
    ],
)
def test_work_is_counted(measured, name, labels, expected):
    assert value(measured.metrics, name, **labels) == expected


def test_sizes_are_told(measured):
    assert value(measured.metrics, "textkin_index_entries", table="bands") == 2 * 32
    assert value(measured.metrics, "textkin_index_entries", table="content") > 2
    assert value(measured.metrics, "textkin_index_bytes") > 2 * 32 * 8
    assert value(measured.metrics, "textkin_outline_cache_bytes") > 0
    assert value(measured.metrics, "textkin_store_commit_articles_sum") >= 3
    assert value(measured.metrics, "process_resident_memory_bytes") > 10_000_000


def test_the_build_is_told(measured):
    (info,) = families(measured.metrics)["textkin_build_info"].samples
    assert info.labels["version"] == textkin_service.__version__
    assert info.labels["scheme"]


def test_nothing_that_a_caller_sent_is_in_it(measured):
    with urllib.request.urlopen(f"http://{measured.metrics}/metrics") as answer:
        text = answer.read().decode().lower()
    for word in ("sallow", "tregarth", "lighthouse", ODDITY.lower()):
        assert word not in text


def test_openmetrics_is_answered_to_those_who_ask_for_it(measured):
    request = urllib.request.Request(
        f"http://{measured.metrics}/metrics", headers={"Accept": "application/openmetrics-text"}
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - an address of our own
        assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
        assert answer.read().endswith(b"# EOF\n")


@pytest.mark.parametrize("path", ["/", "/metrics/", "/favicon.ico", "/../metrics", "/metrics/sallow"])
def test_nothing_else_is_answered(measured, path):
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(f"http://{measured.metrics}{path}")
    assert refusal.value.code == 404
    refusal.value.close()


def test_nothing_is_taken(measured):
    host, port = measured.metrics.split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=60)
    connection.request("POST", "/metrics", b"x")
    assert connection.getresponse().status == 501
    connection.close()


def test_those_who_ask_and_say_nothing_do_not_keep_others_waiting_for_ever(measured):
    host, port = measured.metrics.split(":")
    mute = [socket.create_connection((host, int(port))) for _ in range(8)]
    try:
        # Each is closed: those beyond a few at once, the others when they have said nothing for some seconds.
        assert [each.recv(1) for each in mute] == [b""] * 8
    finally:
        for each in mute:
            each.close()
    assert value(measured.metrics, "textkin_store_up") == 1


def test_one_that_asks_a_byte_at_a_time_is_cut_off(measured):
    host, port = measured.metrics.split(":")
    with socket.create_connection((host, int(port)), timeout=0.5) as slow:
        slow.sendall(b"GET /metrics HTTP/1.1\r\nX: ")
        while True:
            try:
                assert slow.recv(1) == b""
                break
            except TimeoutError:
                slow.sendall(b"x")
            except ConnectionError:  # closed, with something still unread
                break


@pytest.mark.parametrize("kind", [threading.Thread, threading.Timer])
def test_scrapes_for_which_no_thread_could_be_started_take_nothing_from_later_ones(monkeypatch, kind):
    """Of one kind, threads are to have a stack that no machine has the room for: to answer, or to hang up."""
    start = threading.Thread.start

    def without_room(thread):
        if type(thread) is not kind:
            start(thread)
            return
        before = threading.stack_size(1 << 60)
        try:
            start(thread)
        finally:
            threading.stack_size(before)

    registry = CollectorRegistry()
    Gauge("textkin_store_up", "As the service has it.", registry=registry).set(1)
    endpoint = Endpoint(registry, "127.0.0.1:0")
    host, port = endpoint.address.split(":")
    try:
        with monkeypatch.context() as patched:
            patched.setattr(threading.Thread, "start", without_room)
            for _ in range(8):
                with socket.create_connection((host, int(port)), timeout=60) as scraper:
                    assert scraper.recv(1) == b""
        for thread in threading.enumerate():
            if "process_request_thread" in thread.name:
                thread.join()
        assert value(endpoint.address, "textkin_store_up") == 1
    finally:
        endpoint.close()


def test_damage_that_was_met_is_counted(service_factory):
    service = service_factory(metrics_listen="127.0.0.1:0")
    metrics = next(line for line in service.lines if line["event"] == "serving")["metrics"]
    assert value(metrics, "textkin_store_up") == value(metrics, "textkin_serving") == 1
    with grpc.insecure_channel(service.address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        (service.data / "textkin.sqlite3-wal").write_bytes(b"\0" * 65_536)
        (service.data / "textkin.sqlite3").write_bytes(b"\0" * 65_536)
        with pytest.raises(grpc.RpcError):
            stub.IngestArticle(pb.IngestArticleRequest(article=Article(id="a", text=STORY)))
        service.wait_for("store failed")
    assert value(metrics, "textkin_store_failures_total", reason="STORE_DAMAGED") >= 1
    service.kill()


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200) | st.binary(max_size=200).map(lambda more: b"GET /metrics" + more))
def test_whatever_is_sent_the_next_is_answered(measured, data):
    host, port = measured.metrics.split(":")
    with socket.create_connection((host, int(port))) as sender:
        sender.sendall(data + b"\r\n\r\n")
        sender.shutdown(socket.SHUT_WR)
        answer = b""
        with suppress(ConnectionError):  # closed, with something still unread
            while part := sender.recv(65_536):
                answer += part
    assert b"Traceback" not in answer
    assert value(measured.metrics, "textkin_serving") == 1


def test_a_refused_stream_is_counted(service_factory):
    service = service_factory(metrics_listen="127.0.0.1:0", max_streams=1)
    metrics = next(line for line in service.lines if line["event"] == "serving")["metrics"]
    with grpc.insecure_channel(service.address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        ended = threading.Event()

        def items():
            yield pb.IngestArticlesRequest(article=Article(id="a", text=STORY))
            ended.wait()

        stream = stub.IngestArticles(items())
        next(stream)
        with pytest.raises(grpc.RpcError):
            next(stub.IngestArticles(iter(())))
        assert value(metrics, "textkin_streams_open") == 1
        assert value(metrics, "textkin_rpcs_refused_total", kind="streams") == 1
        assert value(metrics, "textkin_rpcs_total", method="IngestArticles", code="RESOURCE_EXHAUSTED") == 1
        ended.set()
        assert list(stream) == []
        assert value(metrics, "textkin_rpcs_total", method="IngestArticles", code="OK") == 1


def test_an_address_that_is_taken_ends_the_start(service_factory, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        service = service_factory(data=tmp_path / "other", wait=False, metrics_listen=taken)
        assert service.stop(0) != 0
    assert any(f"cannot listen at {taken} for metrics" in line for line in service.raw)


def test_sweeps_are_counted(service_factory):
    service = service_factory(metrics_listen="127.0.0.1:0", sweep_seconds=0.1)
    metrics = next(line for line in service.lines if line["event"] == "serving")["metrics"]
    with grpc.insecure_channel(service.address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        request = pb.CreateCollectionRequest()
        request.collection.id = "brief"
        request.collection.settings.retention.CopyFrom(Duration(seconds=1))
        stub.CreateCollection(request)
        stub.IngestArticle(
            pb.IngestArticleRequest(collection_id="brief", article=Article(id="a", text=STORY))
        )
    assert service.wait_for("swept")["articles"] == 1
    assert value(metrics, "textkin_swept_articles_total") == 1
    assert value(metrics, "textkin_sweeps_total", result="done") >= 1


def test_the_last_backup_is_told(service_factory, tmp_path):
    service = service_factory(metrics_listen="127.0.0.1:0")
    metrics = next(line for line in service.lines if line["event"] == "serving")["metrics"]
    assert value(metrics, "textkin_last_backup_timestamp_seconds") is None
    before = time.time()
    copy = tmp_path / "copy.sqlite3"
    program = [sys.executable, "-m", "textkin_service", "--data", str(service.data), "backup", str(copy)]
    subprocess.run(program, check=True, capture_output=True)
    assert int(before) <= value(metrics, "textkin_last_backup_timestamp_seconds") <= time.time()
    assert value(metrics, "textkin_last_backup_bytes") == copy.stat().st_size
    (service.data / "textkin.backup").write_text("{", encoding="utf-8")
    assert value(metrics, "textkin_last_backup_bytes") is None


@pytest.mark.parametrize(
    ("change", "commits"),
    [
        ("CREATE TRIGGER never BEFORE INSERT ON articles BEGIN SELECT RAISE(ABORT, 'never'); END", 1),
        ("ALTER TABLE articles RENAME TO elsewhere", 0),
    ],
)
def test_articles_that_fail_for_the_store_are_seen(service_factory, change, commits):
    service = service_factory(metrics_listen="127.0.0.1:0")
    metrics = next(line for line in service.lines if line["event"] == "serving")["metrics"]
    with closing(connect(service.data / "textkin.sqlite3")) as other:
        other.execute(change)
    with grpc.insecure_channel(service.address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        requests = [pb.IngestArticlesRequest(article=Article(id="a", text=STORY))]
        (answer,) = stub.IngestArticles(iter(requests))
        assert answer.status.code == grpc.StatusCode.INTERNAL.value[0]
    assert value(metrics, "textkin_ingested_total", outcome="failed") == 1
    assert value(metrics, "textkin_store_commits_failed_total") == commits


def test_articles_that_cannot_be_read_as_such_are_counted_as_refused(service_factory):
    service = service_factory(metrics_listen="127.0.0.1:0")
    metrics = next(line for line in service.lines if line["event"] == "serving")["metrics"]
    sound, no_time = Article(id="a", text=STORY), Article(id="b", text=STORY)
    no_time.published_at.nanos = -1
    with grpc.insecure_channel(service.address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        for request in (pb.IngestArticleRequest(), pb.IngestArticleRequest(article=no_time)):
            with pytest.raises(grpc.RpcError) as refusal:
                stub.IngestArticle(request)
            assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        requests = [pb.IngestArticlesRequest(), pb.IngestArticlesRequest(article=sound)]
        assert [answer.status.code for answer in stub.IngestArticles(iter(requests))] == [3, 0]
        batch = pb.BatchIngestArticlesRequest(articles=[no_time, sound, no_time])
        (response,) = stub.BatchIngestArticles(iter([batch]))
        assert [result.status.code for result in response.results] == [3, 0, 3]
    assert value(metrics, "textkin_ingested_total", outcome="refused") == 5
    assert value(metrics, "textkin_ingested_total", outcome="created") == 1
    assert value(metrics, "textkin_ingested_total", outcome="unchanged") == 1


async def test_metrics_are_told_while_the_store_does_not_answer(cluster, tmp_path):
    """The cluster's nodes stand still: what they would be asked for is left out, and all else is told."""
    given_settings = Settings(
        data=tmp_path,
        store=f"{cluster.url}/metrics-{uuid.uuid4().hex}",
        listen="127.0.0.1:0",
        metrics_listen="127.0.0.1:0",
        threads=1,
    )
    store = open_store(given_settings.store, tmp_path, Scheme.of(given_settings).id)
    server = Server(Engine(store, given_settings), given_settings)
    address = await server.start()
    await server.load()
    async with grpc.aio.insecure_channel(address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        await stub.IngestArticle(pb.IngestArticleRequest(article=Article(id="a", text=STORY)))
    metrics = server.metrics_address
    try:
        assert await asyncio.to_thread(value, metrics, "textkin_articles") == 1
        assert await asyncio.to_thread(value, metrics, "textkin_cluster_round_trip_seconds_count") > 3
        for node in cluster.nodes:
            node.process.send_signal(signal.SIGSTOP)
        found = await asyncio.to_thread(families, metrics)
        assert found["textkin_articles"].samples == []
        assert found["textkin_collections"].samples == []
        assert found["textkin_rpcs"].samples
    finally:
        for node in cluster.nodes:
            node.process.send_signal(signal.SIGCONT)
    await server.stop()
