"""Traces: a real receiver of OTLP hears of the spans of a real service."""

import json
import os
import queue
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from textkin.v1 import textkin_service_pb2 as pb
from textkin.v1 import textkin_service_pb2_grpc as pb_grpc
from textkin.v1.article_pb2 import Article

PATIENCE_SECONDS = 60
SERVICE = "textkin.v1.TextkinService"
STORY = (
    "A brass weathercock vanished from the chapel at Nether Quill on Friday and was found on the roof of the rival chapel. "
    "Verger Isaura Pennick called it a migration. The parish council will meet about it on Tuesday evening."
)
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


class Receiver(trace_service_pb2_grpc.TraceServiceServicer):
    """Takes spans; `resource` is what they are of."""

    def __init__(self):
        self._spans = queue.Queue()
        self.resource = {}
        self._server = grpc.server(ThreadPoolExecutor(2))
        trace_service_pb2_grpc.add_TraceServiceServicer_to_server(self, self._server)
        self.port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()

    def Export(self, request, _context):  # noqa: N802 - the name in its proto
        for part in request.resource_spans:
            self.resource = {each.key: each.value.string_value for each in part.resource.attributes}
            for scope in part.scope_spans:
                for span in scope.spans:
                    self._spans.put(span)
        return trace_service_pb2.ExportTraceServiceResponse()

    def of(self, method):
        """The span of the next RPC of a method that ends, and those of its steps."""
        steps = []
        while True:
            span = self._spans.get(timeout=PATIENCE_SECONDS)
            if span.name == f"{SERVICE}/{method}":
                return span, [each for each in steps if each.parent_span_id == span.span_id]
            steps.append(span)

    def rest(self):
        """All that came besides."""
        return [self._spans.get() for _ in range(self._spans.qsize())]

    def stop(self):
        self._server.stop(None).wait()

    @property
    def environment(self):
        return {
            "TEXTKIN_TRACING": "yes",
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{self.port}",
            "OTEL_BSP_SCHEDULE_DELAY": "50",
        }


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.stop()


def attributes(span):
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


def ingest(stub, article_id="a", **more):
    return stub.IngestArticle(pb.IngestArticleRequest(article=Article(id=article_id, text=STORY)), **more)


def test_an_rpc_has_a_span_within_that_of_its_caller_and_its_steps_have_theirs_within(
    service_factory, receiver
):
    service = service_factory(environment=receiver.environment)
    with grpc.insecure_channel(service.address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        ingest(stub, metadata=[("traceparent", f"00-{TRACE}-{PARENT}-01"), ("x-request-id", "quill-1")])
        span, steps = receiver.of("IngestArticle")
        assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE, PARENT)
        assert span.kind == Span.SPAN_KIND_SERVER
        assert attributes(span) | {"textkin.received_bytes": 0} == {
            "rpc.system": "grpc",
            "rpc.service": SERVICE,
            "rpc.method": "IngestArticle",
            "rpc.grpc.status_code": 0,
            "textkin.request_id": "quill-1",
            "textkin.items": 0,
            "textkin.received_bytes": 0,
        }
        assert [each.name for each in steps] == ["preparation", "store"]
        stub.Search(pb.SearchRequest(inline=pb.InlineText(text=STORY)))
        span, steps = receiver.of("Search")
        assert span.parent_span_id == b""
        assert [each.name for each in steps] == ["preparation", "candidates", "screening", "comparison"]
        for step in steps:
            assert step.trace_id == span.trace_id
            assert span.start_time_unix_nano <= step.start_time_unix_nano <= step.end_time_unix_nano
            assert step.end_time_unix_nano <= span.end_time_unix_nano
        side = pb.CompareSide(inline=pb.InlineText(text=STORY))
        stub.Compare(pb.CompareRequest(a=side, b=side))
        _, steps = receiver.of("Compare")
        assert [each.name for each in steps] == ["preparation", "comparison"]
        assert receiver.resource["service.name"] == "textkin"
    service.stop()
    lines = [line for line in service.lines if line["event"] == "rpc"]
    assert lines[0]["trace_id"] == TRACE
    assert all(len(line["trace_id"]) == 32 for line in lines)


def test_failures_of_the_service_are_marked_and_refusals_are_not(service_factory, receiver):
    service = service_factory(environment=receiver.environment)
    with grpc.insecure_channel(service.address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        with pytest.raises(grpc.RpcError):
            stub.GetArticle(pb.GetArticleRequest(article_id="nowhere"))
        span, _ = receiver.of("GetArticle")
        assert attributes(span)["rpc.grpc.status_code"] == grpc.StatusCode.NOT_FOUND.value[0]
        assert attributes(span)["textkin.reason"] == "ARTICLE_NOT_FOUND"
        assert span.status.code == Status.STATUS_CODE_UNSET
        (service.data / "textkin.sqlite3").write_bytes(b"")
        with pytest.raises(grpc.RpcError) as failure:
            stub.GetArticle(pb.GetArticleRequest(article_id="nowhere"))
        span, _ = receiver.of("GetArticle")
        assert attributes(span)["rpc.grpc.status_code"] == failure.value.code().value[0]
        assert span.status.code == Status.STATUS_CODE_ERROR
    service.kill()


def test_a_stream_has_one_span_that_tells_of_its_answers_and_not_of_every_step(service_factory, receiver):
    service = service_factory(environment=receiver.environment, max_stream_items=1)
    with grpc.insecure_channel(service.address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        requests = (pb.IngestArticlesRequest(article=Article(id=f"{n}", text=STORY)) for n in range(300))
        assert len(list(stub.IngestArticles(requests))) == 300
        span, steps = receiver.of("IngestArticles")
        assert attributes(span)["textkin.items"] == 300
        assert attributes(span)["textkin.steps"] == 600  # one article at a time: prepared, and stored
        assert {each.name for each in steps} == {"preparation", "store"}
        assert len(steps) <= 256


def test_what_the_caller_does_not_trace_is_not_sent_and_what_nobody_sees_is_not_said(
    service_factory, receiver
):
    service = service_factory(environment=receiver.environment)
    with grpc.insecure_channel(service.address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        ingest(stub, "weathercock", metadata=[("traceparent", f"00-{TRACE}-{PARENT}-00")])
        ingest(stub, "pennick", metadata=[("traceparent", "nonsense")])
        span, steps = receiver.of("IngestArticle")
    assert service.stop() == 0
    assert span.trace_id.hex() != TRACE
    assert receiver.rest() == []
    everything = "".join(map(str, [span, *steps, receiver.resource])).lower()
    for word in ("weathercock", "pennick", "quill", "chapel"):
        assert word not in everything
    lines = [line for line in service.lines if line["event"] == "rpc"]
    assert lines[0]["trace_id"] == TRACE


def test_the_variables_of_opentelemetry_name_the_service(service_factory, receiver):
    service = service_factory(environment=receiver.environment | {"OTEL_SERVICE_NAME": "kin-of-texts"})
    with grpc.insecure_channel(service.address) as channel:
        ingest(pb_grpc.TextkinServiceStub(channel))
        receiver.of("IngestArticle")
    assert receiver.resource["service.name"] == "kin-of-texts"


def test_a_receiver_that_is_away_stands_in_nobodys_way(service_factory, receiver):
    receiver.stop()
    service = service_factory(environment=receiver.environment)
    with grpc.insecure_channel(service.address) as channel:
        ingest(pb_grpc.TextkinServiceStub(channel))
    assert service.stop() == 0


def test_without_the_extra_the_start_says_what_to_install(tmp_path):
    hidden = "import sys; sys.modules['opentelemetry'] = None; from textkin_service.cli import main; main()"
    ended = subprocess.run(
        [sys.executable, "-c", hidden, "--data", tmp_path, "--listen", "127.0.0.1:0", "--tracing", "yes"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert "pip install 'textkin[service,tracing]'" in ended.stderr


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "zeppelin", "tracing: OpenTelemetry cannot begin"),
        (
            "OTEL_EXPORTER_OTLP_HEADERS",
            "authorization sesame",
            "OTEL_EXPORTER_OTLP_HEADERS must be NAME=VALUE",
        ),
        ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "authorization=sesame;", "percent-encoded"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "10", "tracing: OpenTelemetry cannot begin"),
        ("OTEL_BSP_SCHEDULE_DELAY", "-1", "tracing: OpenTelemetry cannot begin"),
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "abc", "tracing: OpenTelemetry cannot begin"),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "http://collector:sesame@127.0.0.1:4317",
            "OTEL_EXPORTER_OTLP_ENDPOINT must have no name and password",
        ),
        (
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
            "collector:sesame@127.0.0.1:4317",
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT must have no name and password",
        ),
    ],
)
def test_a_wrong_variable_ends_the_start_and_is_not_repeated(tmp_path, receiver, variable, value, said):
    ended = subprocess.run(
        [sys.executable, "-m", "textkin_service", "--data", tmp_path, "--listen", "127.0.0.1:0"],
        env=os.environ | receiver.environment | {variable: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "sesame" not in ended.stderr


@pytest.mark.parametrize(
    ("variables", "state", "said"),
    [
        ({}, "ok", "OpenTelemetry can begin"),
        ({"OTEL_BSP_MAX_QUEUE_SIZE": "10"}, "problem", "must be less than or equal to max_queue_size"),
        ({"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "abc"}, "problem", "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT"),
        ({"OTEL_EXPORTER_OTLP_HEADERS": "authorization sesame"}, "problem", "must be NAME=VALUE"),
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://me:sesame@127.0.0.1:4317"},
            "problem",
            "no name and password",
        ),
    ],
)
def test_the_doctor_says_whether_tracing_can_begin(tmp_path, receiver, variables, state, said):
    program = [
        sys.executable,
        "-m",
        "textkin_service",
        "--data",
        tmp_path / "data",
        "--listen",
        "127.0.0.1:0",
    ]
    ended = subprocess.run(
        [*program, "doctor", "--json"],
        env=os.environ | receiver.environment | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == (state == "problem")
    (found,) = [each for each in json.loads(ended.stdout)["findings"] if each["check"] == "tracing"]
    assert found["state"] == state
    assert said in found["message"]
    assert bool(found["remedy"]) == (state == "problem")
    assert "sesame" not in ended.stdout + ended.stderr
