"""The outermost interceptor of a service with an access file: strangers are refused by their metadata alone.

Nothing of their message is read, and they hold no permit. Health checks pass, reflection is for known callers, channelz for
admins of all collections. A refusal has its line in the log, up to ten a second; the rest are counted.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
import structlog

from textkin_service.errors import PermissionDenied, TextkinError, Unauthenticated
from textkin_service.rpc import calls, errors, logs
from textkin_service.rpc.channelz import CHANNELZ_NAME
from textkin_service.rpc.interceptors import SERVICE_PREFIX, Context, Handler, known_method
from textkin_service.rpc.known import Known
from textkin_service.telemetry.metrics import RPCS, STRANGERS_REFUSED

_HEALTH_PREFIX = "/grpc.health.v1.Health/"
_CHANNELZ_PREFIX = f"/{CHANNELZ_NAME}/"
_LOG_SECONDS = 1.0
_LOG_LINES = 10
_log = structlog.get_logger("textkin")


class Gate(grpc.aio.ServerInterceptor):
    """Lets in calls with a known token, and those without one whose connection may have a certificate. For one event loop."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._refused = 0

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        """Returns the handler for one call, or one that refuses it."""
        method = str(handler_call_details.method)
        if method.startswith(_HEALTH_PREFIX):
            return await continuation(handler_call_details)
        try:
            self._known.begin(handler_call_details.invocation_metadata)
        except Unauthenticated as refusal:
            return self._refusal(method, handler_call_details, refusal)
        handler = await continuation(handler_call_details)
        if handler is None or method.startswith(SERVICE_PREFIX):  # `AccessInterceptor` sees to those
            return handler
        if method.startswith(_CHANNELZ_PREFIX):
            return self._for_admins(handler, method, handler_call_details)
        return self._for_the_known(handler, method, handler_call_details)

    def _refusal(self, method: str, details: grpc.HandlerCallDetails, refusal: TextkinError) -> Handler:
        """Returns a handler that refuses a call, whatever its method."""

        async def refuse(_messages: Any, context: Context) -> None:
            await self._refuse(method, details, refusal, context)

        return grpc.stream_stream_rpc_method_handler(refuse)

    async def _refuse(
        self, method: str, details: grpc.HandlerCallDetails, refusal: TextkinError, context: Context
    ) -> None:
        call = calls.begin(method.removeprefix(SERVICE_PREFIX), details.invocation_metadata)
        call.code, call.reason = errors.code_of(refusal), refusal.reason
        call.caller = refusal.metadata.get("caller", "")
        STRANGERS_REFUSED.inc()
        RPCS.labels(known_method(method), call.code.name).inc()
        if not self._refused:
            asyncio.get_running_loop().call_later(_LOG_SECONDS, self._tell)
        self._refused += 1
        if self._refused <= _LOG_LINES:
            logs.rpc_line(call, 0.0, context.peer())
        await context.abort_with_status(errors.ending(refusal, call.request_id))

    def _tell(self) -> None:
        if self._refused > _LOG_LINES:
            _log.warning("strangers refused", without_a_line=self._refused - _LOG_LINES)
        self._refused = 0

    def _for_admins(self, handler: Handler, method: str, details: grpc.HandlerCallDetails) -> Handler:
        """Returns a handler of one message, channelz's, that sees to the role of its caller."""

        async def answered(request: Any, context: Context) -> Any:
            try:
                caller = self._known.now(context)
                if not caller.administers.has_all:
                    raise PermissionDenied(
                        f"{caller.name!r} has not the role 'admin' in all collections",
                        reason="ROLE_LACKING",
                        metadata={"role": "admin", "caller": caller.name},
                    )
            except TextkinError as refusal:
                await self._refuse(method, details, refusal, context)
            return await handler.unary_unary(request, context)

        return grpc.unary_unary_rpc_method_handler(
            answered, handler.request_deserializer, handler.response_serializer
        )

    def _for_the_known(self, handler: Handler, method: str, details: grpc.HandlerCallDetails) -> Handler:
        """Returns a handler of a stream, reflection's, that sees to the certificate of a call without a token."""

        async def answered(requests: AsyncIterator[Any], context: Context) -> AsyncIterator[Any]:
            try:
                self._known.now(context)
            except TextkinError as refusal:
                await self._refuse(method, details, refusal, context)
            async for response in handler.stream_stream(requests, context):
                yield response

        return grpc.stream_stream_rpc_method_handler(
            answered, handler.request_deserializer, handler.response_serializer
        )
