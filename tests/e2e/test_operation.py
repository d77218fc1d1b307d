"""Running the service: health, reflection, logs, overload, its own failures, shutdown."""

import signal
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from grpc_status import rpc_status

import textkin_service
from textkin.v1 import textkin_service_pb2 as pb
from textkin.v1 import textkin_service_pb2_grpc as pb_grpc
from textkin.v1.article_pb2 import Article
from textkin_service.store.connections import connect

SERVICE = "textkin.v1.TextkinService"
ODDITY = "Quillfeather marmalade zeppelins overran Ostrava Bay before breakfast, witnesses claimed."
SERVING = health_pb2.HealthCheckResponse.SERVING


def ingest(stub, article_id, text=ODDITY, **fields):
    article = Article(id=article_id, text=text, **fields)
    return stub.IngestArticle(pb.IngestArticleRequest(article=article))


def reason_of(error):
    info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
    for detail in rpc_status.from_call(error).details:
        for message in (info, retry):
            detail.Unpack(message)
    return info, retry


def test_health_is_serving_for_the_server_and_the_service(channel):
    stub = health_pb2_grpc.HealthStub(channel)
    for name in ("", SERVICE):
        assert stub.Check(health_pb2.HealthCheckRequest(service=name)).status == SERVING
    with pytest.raises(grpc.RpcError) as refusal:
        stub.Check(health_pb2.HealthCheckRequest(service="other"))
    assert refusal.value.code() is grpc.StatusCode.NOT_FOUND


def test_reflection_lists_the_service_and_its_methods(channel):
    database = ProtoReflectionDescriptorDatabase(channel)
    assert {SERVICE, "grpc.health.v1.Health"} <= set(database.get_services())
    file = database.FindFileContainingSymbol(SERVICE)
    methods = {method.name for service in file.service for method in service.method}
    assert {"Compare", "Search", "IngestArticles", "GetServiceInfo"} <= methods


def test_info_tells_limits_scheme_and_counts(stub, collection):
    before = stub.GetServiceInfo(pb.GetServiceInfoRequest())
    article = Article(id="a", text=ODDITY)
    stub.IngestArticle(pb.IngestArticleRequest(collection_id=collection, article=article))
    info = stub.GetServiceInfo(pb.GetServiceInfoRequest())
    assert info.article_count == before.article_count + 1
    assert info.scheme.verbatim_permutations == 128
    assert info.scheme.id
    assert info.limits.max_text_bytes == 1_048_576
    assert info.limits.max_metadata_fields == 64
    assert info.started_at == before.started_at


def test_one_line_an_rpc_and_nothing_of_what_it_said(service_factory):
    service = service_factory()
    with grpc.insecure_channel(service.address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        ingest(stub, "secret-id", title="Secret title", url="https://secret.example", source="Secret source")
        query = pb.SearchRequest(inline=pb.InlineText(text=ODDITY), collection_id="secret-collection")
        with pytest.raises(grpc.RpcError):
            stub.Search(query, metadata=[("x-request-id", "request-7")])
        query.collection_id = ""
        stub.Search(query)
        stream = [pb.IngestArticlesRequest(article=Article(id=f"secret-{n}", text=ODDITY)) for n in range(3)]
        list(stub.IngestArticles(iter(stream)))
        with pytest.raises(grpc.RpcError):
            channel.unary_unary(f"/{SERVICE}/Search")(b"\xff" + ODDITY.encode())
        health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())
    assert service.stop() == 0
    lines = [line for line in service.lines if line["event"] == "rpc"]
    assert [(line["method"], line["code"], line["reason"], line["items"]) for line in lines] == [
        ("IngestArticle", "OK", "", 0),
        ("Search", "NOT_FOUND", "COLLECTION_NOT_FOUND", 0),
        ("Search", "OK", "", 0),
        ("IngestArticles", "OK", "", 3),
        ("Search", "INVALID_ARGUMENT", "MALFORMED_MESSAGE", 0),
    ]
    for line in lines:
        assert line["duration_ms"] >= 0
        assert line["received_bytes"] > 0
        assert line["request_id"]
        assert line["peer"].startswith("ipv4:127.0.0.1:")
    assert lines[1]["request_id"] == "request-7"
    everything = "\n".join(service.raw).lower()
    for word in ("quillfeather", "marmalade", "secret", "ostrava"):
        assert word not in everything


def test_one_stream_too_many_is_refused_at_once_with_a_delay(service_factory):
    service = service_factory(max_streams=1)
    with grpc.insecure_channel(service.address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        ended = threading.Event()

        def items():
            yield pb.IngestArticlesRequest(article=Article(id="a", text=ODDITY))
            ended.wait()

        stream = stub.IngestArticles(items())
        assert next(stream).sequence == 0
        with pytest.raises(grpc.RpcError) as refusal:
            next(stub.BatchIngestArticles(iter(())))
        assert refusal.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        info, retry = reason_of(refusal.value)
        assert info.reason == "OVERLOADED"
        assert info.metadata["max_streams"] == "1"
        assert retry.retry_delay.ToMilliseconds() > 0
        assert service.wait_for("overloaded")["refused"] == 1
        assert stub.GetServiceInfo(pb.GetServiceInfoRequest()).article_count == 1
        ended.set()
        assert list(stream) == []
        assert list(stub.IngestArticles(iter(()))) == []


def test_a_failure_of_the_service_tells_the_caller_nothing_but_where_to_look(service_factory):
    service = service_factory()
    with closing(connect(service.data / "textkin.sqlite3")) as other:
        other.execute("ALTER TABLE articles RENAME TO quillfeather")
    with grpc.insecure_channel(service.address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        stream = [pb.IngestArticlesRequest(article=Article(id="a", text=ODDITY))]
        (answer,) = stub.IngestArticles(iter(stream))
        for call in (
            lambda: stub.GetArticle(pb.GetArticleRequest(article_id="a")),
            lambda: ingest(stub, "a"),
        ):
            with pytest.raises(grpc.RpcError) as refusal:
                call()
            assert refusal.value.code() is grpc.StatusCode.INTERNAL
            info, _ = reason_of(refusal.value)
            assert info.reason == "INTERNAL"
            assert info.metadata["request_id"] in refusal.value.details()
            assert "articles" not in refusal.value.details()
            logged = service.wait_for("unexpected error")
            while logged["request_id"] != info.metadata["request_id"]:
                logged = service.wait_for("unexpected error")
            assert logged["exception"][-1]["type"] == "SQLError"
            assert any("store" in frame for frame in logged["exception"][-1]["stack"])
    assert answer.status.code == grpc.StatusCode.INTERNAL.value[0]
    service.stop()
    assert not any("no such table" in line or "quillfeather" in line.lower() for line in service.raw)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(service_factory, number):
    service = service_factory()
    with grpc.insecure_channel(service.address) as channel:
        ingest(pb_grpc.TextkinServiceStub(channel), "a")
    assert service.stop(number) == 0
    assert [line["event"] for line in service.lines][-2:] == ["stopping", "stopped"]


def test_shutdown_answers_what_an_open_stream_has_sent(service_factory):
    service = service_factory(shutdown_grace=30)
    ended = threading.Event()
    with grpc.insecure_channel(service.address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        watch = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
        assert next(watch).status == SERVING

        def items():
            yield pb.IngestArticlesRequest(article=Article(id="a", text=ODDITY))
            ended.wait()

        stream = stub.IngestArticles(items())
        assert next(stream).status.code == 0
        service.process.send_signal(signal.SIGTERM)
        with pytest.raises(grpc.RpcError) as refusal:
            next(stream)
        ended.set()
        assert refusal.value.code() is grpc.StatusCode.UNAVAILABLE
        assert reason_of(refusal.value)[0].reason == "NOT_READY"
        assert next(watch).status == health_pb2.HealthCheckResponse.NOT_SERVING
        watch.cancel()
    assert service.stop() == 0


def test_searches_go_on_during_an_ingest(stub, collection):
    def items():
        for n in range(300):
            article = Article(id=str(n), text=f"Notice {n} of the lagoon council. {ODDITY} Entry {n * n}.")
            yield pb.IngestArticlesRequest(collection_id=collection, article=article)

    stream = stub.IngestArticles(items())
    query = pb.SearchRequest(
        collection_id=collection, inline=pb.InlineText(text=ODDITY), options=pb.SearchOptions(limit=1)
    )
    for answer in stream:
        assert answer.status.code == 0
        if answer.sequence % 50 == 0:
            assert len(stub.Search(query).matches) == 1


PACKAGE = Path(textkin_service.__file__).parent


def run(*arguments):
    command = [sys.executable, "-m", "textkin_service", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)


def test_the_health_check_command_tells_by_its_exit_code(service, service_factory):
    answer = run("healthcheck", "--address", service.address)
    assert (answer.returncode, answer.stdout.strip()) == (0, "SERVING")
    gone = service_factory()
    gone.stop()
    answer = run("healthcheck", "--address", gone.address, "--timeout", "5")
    assert answer.returncode == 1
    assert answer.stdout.strip() in {"UNAVAILABLE", "DEADLINE_EXCEEDED"}


def test_what_is_warmed_once_is_not_compiled_again(service_factory):
    def compiled():
        return {(file, file.stat().st_mtime_ns) for file in PACKAGE.rglob("__pycache__/*.nb?")}

    assert run("warm").returncode == 0
    once = compiled()
    assert once
    answer = run("warm")
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
    with grpc.insecure_channel(service_factory().address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        texts = [
            f"{ODDITY} “Nobody was hurt by it,” she said.\n\nTrams ran late{end}" for end in (".", " again.")
        ]
        for number, text in enumerate(texts):
            ingest(stub, f"{number}", text)
        options = pb.SearchOptions(matches_with_passages=2)
        query = pb.SearchRequest(inline=pb.InlineText(text=texts[0]), options=options)
        assert len(stub.Search(query).matches) == len(texts)
        a, b = (pb.CompareSide(inline=pb.InlineText(text=text)) for text in texts)
        assert stub.Compare(pb.CompareRequest(a=a, b=b, with_differences=True)).comparison.passages
    assert compiled() == once


def test_the_health_check_command_knows_where_the_settings_have_the_service_listen(service):
    port = service.address.rpartition(":")[2]
    assert run("--listen", f"0.0.0.0:{port}", "healthcheck").stdout.strip() == "SERVING"


def test_an_address_in_use_is_a_plain_error(service, service_factory):
    second = service_factory(wait=False, listen=service.address)
    assert second.process.wait(timeout=60) == 1
    second.stop()
    assert any("cannot listen at" in line for line in second.raw)
    assert not any("Traceback" in line for line in second.raw)
