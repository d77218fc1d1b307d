"""The outermost interceptor: what is too much is refused before its message is read, for a fraction of what it would cost.

The log has no line for each, but one a second that counts them. Health checks and reflection are let through.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from itertools import cycle
from typing import Any

import grpc
import structlog

from textkin.v1 import textkin_service_pb2
from textkin_service.errors import DeadlineExceeded, InvalidRequest, ResourceExhausted
from textkin_service.rpc import errors
from textkin_service.rpc.admission import Admission, weight_of
from textkin_service.rpc.arrival import Arrivals
from textkin_service.rpc.interceptors import SERVICE_PREFIX, UNKNOWN, Context, Handler, known_method
from textkin_service.settings import Settings
from textkin_service.telemetry.metrics import RPCS, RPCS_REFUSED, series

_DESCRIPTOR = textkin_service_pb2.DESCRIPTOR.services_by_name["TextkinService"]
_STREAMS = frozenset(f"{SERVICE_PREFIX}{each.name}" for each in _DESCRIPTOR.methods if each.client_streaming)
# How long those that are refused are asked to wait, in milliseconds: not as long as each other, so that they do not come back
# together.
_DELAYS = range(250, 1_250, 50)
_LOG_SECONDS = 1.0
# Enough that threads never wait for work, and searches go to them together.
_SUSTAINED_A_THREAD = 8

_log = structlog.get_logger("textkin")


class AdmissionInterceptor(grpc.aio.ServerInterceptor):
    """Lets in what there are permits for. For one event loop."""

    def __init__(self, settings: Settings, threads: int) -> None:
        """`threads`: how many do the work."""
        sustained = settings.sustained_in_flight or _SUSTAINED_A_THREAD * threads
        self._admission = Admission(settings.max_in_flight, sustained)
        self._max_streams = settings.max_streams
        self._arrivals = Arrivals(settings.max_in_flight)
        self._streams = self._refused = 0
        self._handlers: dict[str, tuple[Handler, Handler]] = {}
        self._requests_refused = _refusals(
            "more requests are under way than can be answered soon; retry later",
            {"max_in_flight": str(settings.max_in_flight)},
        )
        self._streams_refused = _refusals(
            f"{settings.max_streams} streams are open, the most allowed; retry later",
            {"max_streams": str(settings.max_streams)},
        )

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        """Returns the handler for one call, or one that refuses it."""
        method = str(handler_call_details.method)
        if not method.startswith(SERVICE_PREFIX):
            return _noted(await continuation(handler_call_details))
        if method in _STREAMS:
            if self._streams >= self._max_streams:
                return self._refuse(method, self._streams_refused)
        elif self._admission.is_full():
            return self._refuse(method, self._requests_refused)
        handler = _noted(await continuation(handler_call_details))
        if handler is None:
            return None
        known, counted = self._handlers.get(method, (None, None))
        if known is not handler:
            counted = self._stream(handler) if method in _STREAMS else self._unary(method, handler)
            self._handlers[method] = handler, counted
        return counted

    @property
    def permits_taken(self) -> int:
        """How many permits requests hold."""
        return self._admission.taken

    @property
    def permits(self) -> int:
        """How many permits there are now."""
        return self._admission.limit

    @property
    def late(self) -> int:
        """How many requests are long in sending their message."""
        return self._arrivals.late

    @property
    def streams(self) -> int:
        """How many ingest streams are open."""
        return self._streams

    def _refuse(self, method: str, refusals: Iterator[Handler]) -> Handler:
        """Returns a handler that refuses the call, and counts it."""
        series(RPCS_REFUSED, "streams" if method in _STREAMS else "requests").inc()
        series(RPCS, known_method(method), "RESOURCE_EXHAUSTED").inc()
        if not self._refused:
            asyncio.get_running_loop().call_later(_LOG_SECONDS, self._tell)
        self._refused += 1
        return next(refusals)

    def _tell(self) -> None:
        _log.warning(
            "overloaded", refused=self._refused, in_flight=self._admission.taken, streams=self._streams
        )
        self._refused = 0

    def _stream(self, handler: Handler) -> Handler:
        """Returns a handler that counts a stream while it is open."""

        async def counted(messages: Any, context: Context) -> None:
            self._streams += 1
            try:
                await handler.stream_stream(messages, context)
            finally:
                self._streams -= 1

        return grpc.stream_stream_rpc_method_handler(
            counted,
            handler.request_deserializer,
            handler.response_serializer,
        )

    def _unary(self, method: str, handler: Handler) -> Handler:
        """Returns a handler that reads the message itself, so that it can be weighed before it is parsed, or given up."""

        async def counted(_messages: Any, context: Context) -> Any:
            permits = _Permits(self._admission)
            try:
                data = await self._arrivals.message(context, permits.give_back)
                if permits.suffice(weight_of(len(data))):
                    request = handler.request_deserializer(data)
                    if permits.suffice(weight_of(len(data), len(getattr(request, "queries", ())))):
                        return await handler.unary_unary(request, context)
                return await self._refuse(method, self._requests_refused).stream_stream(None, context)
            except (DeadlineExceeded, InvalidRequest) as error:  # nothing came, or too late
                RPCS.labels(known_method(method), errors.code_of(error).name).inc()
                return await context.abort_with_status(errors.ending(error, ""))
            finally:
                permits.give_back()

        return grpc.stream_unary_rpc_method_handler(counted, None, handler.response_serializer)


def _noted(handler: Handler | None) -> Handler | None:
    """Returns the handler. Counts the call if there is none: it is of no method, and grpc refuses it."""
    if handler is None:
        series(RPCS, UNKNOWN, "UNIMPLEMENTED").inc()
    return handler


class _Permits:
    """The permits that one request holds."""

    def __init__(self, admission: Admission) -> None:
        """Takes one."""
        self._admission = admission
        self._held = 0
        self._raise_to(1)

    def suffice(self, weight: int) -> bool:
        """Takes what a request of that weight needs besides. False: there is no more."""
        if not self._admission.has_room(self._held, weight):
            return False
        self._raise_to(max(self._held, weight))
        return True

    def give_back(self) -> None:
        """Gives back all of them."""
        self._raise_to(0)

    def _raise_to(self, weight: int) -> None:
        self._admission.change(weight - self._held)
        self._held = weight


def _refusals(message: str, metadata: Mapping[str, str]) -> Iterator[Handler]:
    """Returns handlers, in turn and for ever, that refuse a call whatever its method, without reading of it."""
    error = ResourceExhausted(message, reason="OVERLOADED", metadata=dict(metadata))
    return cycle([_refusal(errors.ending(error, "", delay)) for delay in _DELAYS])


def _refusal(ending: grpc.Status) -> Handler:
    async def refuse(_messages: Any, context: Context) -> None:
        await context.abort_with_status(ending)

    return grpc.stream_stream_rpc_method_handler(refuse)
