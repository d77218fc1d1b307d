"""Logs: a line an event on standard error. No line holds a text, a title or an id that a caller gave."""

import json
import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

from textkin_service.errors import StoreError
from textkin_service.rpc import errors
from textkin_service.rpc.calls import Call
from textkin_service.telemetry import metrics

_log = structlog.get_logger("textkin")
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}

# Made once, because each RPC has its line: `json.dumps` would make one a line.
_encode = json.JSONEncoder(default=repr).encode


def configure(level: str, log_format: str) -> None:
    """Sets up structlog, and has the standard library's loggers (grpc's, asyncio's) write through it."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_exception_message,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(serializer=_json)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(_LEVELS[level], logging.WARNING), force=True)


def _json(event: Any, **_: Any) -> str:
    return _encode(event)


def exception_fields(error: BaseException) -> dict[str, Any]:
    """Returns type and stack of an exception and its causes, without messages: those may quote a text."""
    chain: list[dict[str, Any]] = []
    current: BaseException | None = error
    told: set[int] = set()
    while current is not None and id(current) not in told:  # an exception raised from itself is its own cause
        told.add(id(current))
        frames = traceback.extract_tb(current.__traceback__)
        stack = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        chain.append({"type": type(current).__name__, "stack": stack})
        current = current.__cause__ or current.__context__
    return {"exception": chain}


def _without_exception_message(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replaces `exc_info` by the fields that may be logged."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    if isinstance(info, BaseException):
        event.update(exception_fields(info))
    elif isinstance(info, tuple) and info[1] is not None:
        event.update(exception_fields(info[1]))
    return event


def rpc_line(call: Call, milliseconds: float, peer: str) -> None:
    """Logs the end of an RPC."""
    _log.info(
        "rpc",
        method=call.method,
        code=call.code.name,
        reason=call.reason,
        duration_ms=round(milliseconds, 3),
        request_id=call.request_id,
        peer=peer,
        caller=call.caller,
        items=call.items,
        received_bytes=call.received_bytes,
        sent_bytes=call.sent_bytes,
        **_trace(call),
    )


def _trace(call: Call) -> dict[str, str]:
    return {"trace_id": call.trace_id} if call.trace_id else {}


def failure(error: BaseException, call: Call) -> None:
    """Logs what failed on our side, under the id that the caller is told. What is the caller's own doing has no line."""
    if not errors.is_expected(error):
        _log.error(
            "unexpected error", method=call.method, request_id=call.request_id, **_trace(call), exc_info=error
        )
    elif isinstance(error, StoreError):
        metrics.store_failed(error.reason)
        store_failure(error, method=call.method, request_id=call.request_id, **_trace(call))


def store_failure(error: StoreError, **where: str) -> None:
    """Logs a failure of the store: the file by its whole path, and what is the matter. No message of these quotes a text."""
    cause = type(error.__cause__).__name__ if error.__cause__ else ""
    file = str(error.file or "")
    _log.error("store failed", reason=error.reason, problem=error.message, cause=cause, file=file, **where)
