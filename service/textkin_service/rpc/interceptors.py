"""What holds for every RPC of Textkin: logs, errors, limits. An interceptor each, in this order from outside.

Outside of them stands that of `overload`, which these learn nothing of when it refuses a call, and of `gate`;
`access` stands before limits.

The health and reflection services are left alone: a probe must be answered when the service is full, and
needs no log line.
"""

import asyncio
import time
from abc import abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias

import grpc
from google.protobuf.message import DecodeError

from textkin.v1 import textkin_service_pb2
from textkin_service.errors import DeadlineExceeded, InvalidRequest, NotReady
from textkin_service.rpc import calls, errors, fields, logs
from textkin_service.telemetry.metrics import RPC_SECONDS, RPCS, RPCS_IN_FLIGHT, series

Context = grpc.aio.ServicerContext[Any, Any]
Behaviour = Callable[[Any, Context], Awaitable[Any]]
# What the generated code registers: an RpcMethodHandler whose behaviours are coroutine functions, which its
# type cannot say.
Handler: TypeAlias = Any
Deserializer = Callable[[bytes], Any]

_DESCRIPTOR = textkin_service_pb2.DESCRIPTOR.services_by_name["TextkinService"]
SERVICE_NAME = _DESCRIPTOR.full_name
SERVICE_PREFIX = f"/{SERVICE_NAME}/"
METHODS = tuple(each.name for each in _DESCRIPTOR.methods)
UNKNOWN = "unknown"


def known_method(method: str) -> str:
    """Returns the name of an RPC of Textkin by its path, or "unknown": what callers make up is no label."""
    name = method.removeprefix(SERVICE_PREFIX)
    return name if name in METHODS else UNKNOWN


class Interceptor(grpc.aio.ServerInterceptor):
    """Wraps the behaviours of Textkin's methods. All of them are coroutines, those of streams too.

    A method is wrapped, by this interceptor and those inside it, when it is first called: to do so for every call would cost as
    much as grpc's own work on it.
    """

    def __init__(self) -> None:
        self._wrapped: dict[str, Handler] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        """Returns the handler for one call, wrapped if the method is Textkin's."""
        method = str(handler_call_details.method)
        if not method.startswith(SERVICE_PREFIX):
            return await continuation(handler_call_details)
        self.begin(method.removeprefix(SERVICE_PREFIX), handler_call_details)
        wrapped = self._wrapped.get(method)
        if wrapped is not None:
            return wrapped
        handler = await continuation(handler_call_details)
        if handler is None:  # no such method
            return handler
        make, behaviour = (
            (grpc.stream_stream_rpc_method_handler, handler.stream_stream)
            if handler.request_streaming
            else (grpc.unary_unary_rpc_method_handler, handler.unary_unary)
        )
        wrapped = self._wrapped[method] = make(
            self.wrap(behaviour),
            self.deserializer(handler.request_deserializer),
            handler.response_serializer,
        )
        return wrapped

    def begin(self, name: str, details: grpc.HandlerCallDetails) -> None:
        """Hears of a call before anything of it is read; of interceptors inside others, only of a method's first call."""

    @abstractmethod
    def wrap(self, behaviour: Behaviour) -> Behaviour:
        """Returns the behaviour to have instead: a coroutine function, which grpc looks for."""

    def deserializer(self, inner: Deserializer) -> Deserializer:
        """Returns the deserializer to have instead of `inner`."""
        return inner


def note_end(call: calls.Call, error: BaseException, context: Context) -> None:
    """Notes of a call that an error ended what it ended with, where that was not ours to say: its caller has gone."""
    if isinstance(error, asyncio.CancelledError):
        late = context.time_remaining() == 0
        call.code = grpc.StatusCode.DEADLINE_EXCEEDED if late else grpc.StatusCode.CANCELLED
        call.reason = call.code.name
    elif isinstance(error, grpc.aio.BaseError) and not isinstance(error, grpc.aio.AbortError):
        call.code = grpc.StatusCode.CANCELLED
        call.reason = call.code.name


class LogInterceptor(Interceptor):
    """Logs one line an RPC: what was called, what came of it, how long it took, how large it was. Counts it, too."""

    def begin(self, name: str, details: grpc.HandlerCallDetails) -> None:
        """Makes the call that the inner interceptors and the servicer add to."""
        calls.begin(name, details.invocation_metadata)

    def wrap(self, behaviour: Behaviour) -> Behaviour:
        """Times the behaviour and logs its end, whichever it is."""

        async def logged(request: Any, context: Context) -> Any:
            call = calls.current()
            in_flight = series(RPCS_IN_FLIGHT, call.method)
            in_flight.inc()
            start = time.perf_counter()
            try:
                response = await behaviour(request, context)
                if response is not None:
                    call.sent_bytes = response.ByteSize()
            except BaseException as error:
                note_end(call, error, context)
                raise
            finally:
                seconds = time.perf_counter() - start
                in_flight.dec()
                series(RPC_SECONDS, call.method).observe(seconds)
                series(RPCS, call.method, call.code.name).inc()
                logs.rpc_line(call, seconds * 1_000, context.peer())
            return response

        return logged

    def deserializer(self, inner: Deserializer) -> Deserializer:
        """Counts the bytes received."""

        def counted(data: bytes) -> Any:
            calls.current().received_bytes += len(data)
            return inner(data)

        return counted


class _Unread:
    """Stands for a message that was not read, since it is not what it should be; `refusal` says why."""

    def __init__(self, problem: str, reason: str) -> None:
        self._problem = problem
        self._reason = reason

    def refusal(self) -> InvalidRequest:
        """Returns what the call ends with."""
        return InvalidRequest("request", self._problem, reason=self._reason)


_MALFORMED = _Unread(
    "is not the protobuf message of this method; strings must be valid UTF-8", "MALFORMED_MESSAGE"
)
_TOO_MANY_FIELDS = _Unread(
    f"has more than {fields.MOST_FIELDS} fields, all that are nested counted; send less at a time",
    "INVALID_REQUEST",
)


class ErrorInterceptor(Interceptor):
    """Turns exceptions into statuses with details, so that nothing else of them reaches the caller."""

    def wrap(self, behaviour: Behaviour) -> Behaviour:
        """Ends the call with the status of what the behaviour raises."""

        async def guarded(request: Any, context: Context) -> Any:
            call = calls.current()
            try:
                if isinstance(request, AsyncIterator):
                    request = _WellFormed(request, context)
                return await behaviour(_well_formed(request), context)
            except grpc.aio.BaseError:  # the connection's, not ours
                raise
            except Exception as error:  # noqa: BLE001 - grpc would send its message to the caller
                logs.failure(error, call)
                call.code = errors.code_of(error)
                call.reason = errors.reason_of(error)
                ending = errors.ending(error, call.request_id)
            return await context.abort_with_status(ending)

        return guarded

    def deserializer(self, inner: Deserializer) -> Deserializer:
        """Lets a message that cannot be read through, marked, because grpc answers INTERNAL when this raises."""

        def tolerant(data: bytes) -> Any:
            if fields.has_too_many(calls.current().method, data):
                return _TOO_MANY_FIELDS
            try:
                return inner(data)
            except (DecodeError, UnicodeDecodeError):
                return _MALFORMED

        return tolerant


def _well_formed(message: Any) -> Any:
    if isinstance(message, _Unread):
        raise message.refusal()
    return message


class _WellFormed(AsyncIterator[Any]):
    """The messages of a stream up to the first malformed one, which raises InvalidRequest.

    When a caller goes away, grpc first tells that no more messages come and then cancels the call. A second read is
    told after both, so that no such stream is taken for one that the caller ended.
    """

    def __init__(self, messages: AsyncIterator[Any], context: Context) -> None:
        self._messages = messages
        self._context = context

    async def __anext__(self) -> Any:
        try:
            return _well_formed(await anext(self._messages))
        except StopAsyncIteration:
            await self._context.read()
            raise


class LimitInterceptor(Interceptor):
    """Lets in no call before `open` or after `close`, and none that is late."""

    def __init__(self) -> None:
        super().__init__()
        self._open = False

    def open(self) -> None:
        """Lets calls in from now on."""
        self._open = True

    def close(self) -> None:
        """Lets no further call in."""
        self._open = False

    def wrap(self, behaviour: Behaviour) -> Behaviour:
        """Refuses the call, or has it."""

        async def admitted(request: Any, context: Context) -> Any:
            if not self._open:
                raise NotReady("the service is starting up or shutting down; retry", reason="NOT_READY")
            if context.time_remaining() == 0:
                raise DeadlineExceeded(
                    "the deadline was past when the request arrived", reason="DEADLINE_EXCEEDED"
                )
            return await behaviour(request, context)

        return admitted
