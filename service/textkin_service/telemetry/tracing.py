"""Traces by OpenTelemetry: a span for each RPC, and one within it for each step that it takes.

Where they go, and how many of them, is told by the standard variables (OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER and so
on), which the SDK reads itself. Importing this module needs the extra `tracing`.
"""

import logging
import os
import threading
import time
from collections.abc import Iterable, Sequence

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.environment_variables import (
    OTEL_EXPORTER_OTLP_ENDPOINT,
    OTEL_EXPORTER_OTLP_HEADERS,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,
    OTEL_EXPORTER_OTLP_TRACES_HEADERS,
)
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.re import parse_env_headers

from textkin_service.settings import SettingsError
from textkin_service.telemetry.steps import Listener

_HEADERS = ("traceparent", "tracestate")
# What the service is to blame for, as OpenTelemetry's conventions for gRPC servers have it.
_FAILURES = {"UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"}
# Of a stream that goes on for hours, only the first steps have spans.
_MOST_STEPS = 256
# Spans that are left at the end have so long to be sent.
_CLOSING_SECONDS = 5.0


class Tracing:
    """Makes spans, and sends them in a thread of its own until `close`."""

    def __init__(self, version: str) -> None:
        """SettingsError: a variable that may have a secret is wrong. Of others, and some at import, whatever the SDK raises."""
        _check_endpoints()
        _check_headers()
        self._provider = TracerProvider(resource=_resource(version), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("textkin", version)
        self._propagator = TraceContextTextMapPropagator()

    def begin(self, service: str, method: str, metadata: Iterable[tuple[str, str | bytes]] | None) -> "Trace":
        """Begins the span of an RPC, within that of its caller if the metadata names one (W3C Trace Context)."""
        carrier = {key: value for key, value in metadata or () if key in _HEADERS and isinstance(value, str)}
        attributes = {"rpc.system": "grpc", "rpc.service": service, "rpc.method": method}
        span = self._tracer.start_span(
            f"{service}/{method}",
            self._propagator.extract(carrier),
            kind=trace.SpanKind.SERVER,
            attributes=attributes,
        )
        return Trace(self._tracer, span)

    def close(self) -> None:
        """Sends what is left. Where nobody takes it, it is lost."""
        closing = threading.Thread(target=self._provider.shutdown, name="textkin-traces", daemon=True)
        closing.start()
        closing.join(_CLOSING_SECONDS)


class Trace:
    """The span of one RPC."""

    def __init__(self, tracer: trace.Tracer, span: trace.Span) -> None:
        self._tracer = tracer
        self._span = span
        self._within = trace.set_span_in_context(span)
        self._steps = 0

    @property
    def trace_id(self) -> str:
        """The id of the trace that the span is of, in hexadecimal digits; empty: there is none."""
        context = self._span.get_span_context()
        return trace.format_trace_id(context.trace_id) if context.is_valid else ""

    @property
    def listeners(self) -> Sequence[Listener]:
        """Who is to hear of the RPC's steps; nobody, if it is not to be sent."""
        return (self._step,) if self._span.is_recording() else ()

    def _step(self, name: str, seconds: float) -> None:
        """Makes the span of a step that has just ended; called in any thread."""
        self._steps += 1
        if self._steps <= _MOST_STEPS and self._span.is_recording():
            now = time.time_ns()
            span = self._tracer.start_span(name, self._within, start_time=now - round(seconds * 1e9))
            span.end(now)

    def end(self, code: str, number: int, attributes: dict[str, str | int]) -> None:
        """Ends the span with a status, by its name and number, and what else is known of the RPC."""
        self._span.set_attributes({"rpc.grpc.status_code": number, **attributes})
        if self._steps > _MOST_STEPS:
            self._span.set_attribute("textkin.steps", self._steps)
        if code in _FAILURES:
            self._span.set_status(trace.Status(trace.StatusCode.ERROR, code))
        self._span.end()


def _check_endpoints() -> None:
    """Checks that no address has a password, which would go into the log whenever nobody answers there. SettingsError."""
    for variable in (OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT):
        if "@" in os.environ.get(variable, ""):
            raise SettingsError(
                f"tracing: {variable} must have no name and password, only http://HOST:PORT or https://HOST:PORT;"
                f" give them in {OTEL_EXPORTER_OTLP_HEADERS}"
            )


def _check_headers() -> None:
    """Checks what the SDK would only warn of, with the headers, which are secrets, in the log. SettingsError."""
    logging.getLogger(parse_env_headers.__module__).disabled = True
    for variable in (OTEL_EXPORTER_OTLP_HEADERS, OTEL_EXPORTER_OTLP_TRACES_HEADERS):
        for header in filter(str.strip, os.environ.get(variable, "").split(",")):
            if not parse_env_headers(header, liberal=True):
                raise SettingsError(
                    f"tracing: {variable} must be NAME=VALUE,NAME=VALUE, with special characters of values percent-encoded"
                )


def _resource(version: str) -> Resource:
    """Returns what the spans are of: the service, unless the variables of OpenTelemetry give it another name."""
    named = Resource.create({SERVICE_VERSION: version})
    is_named = "OTEL_SERVICE_NAME" in os.environ or f"{SERVICE_NAME}=" in os.environ.get(
        "OTEL_RESOURCE_ATTRIBUTES", ""
    )
    return named if is_named else named.merge(Resource({SERVICE_NAME: "textkin"}))
