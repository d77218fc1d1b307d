"""What is known about the call that is being served, for its log line and its errors."""

import re
import uuid
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field

import grpc

from textkin_service.access import Caller

# What a caller may send as `x-request-id`; anything else is replaced, because it goes into the log.
REQUEST_ID_HEADER = "x-request-id"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


@dataclass(slots=True)
class Call:
    """One RPC from its first byte to its status. `items` counts what a stream or a batch was answered.

    `caller` is the name of who calls, where the service asks for it, and `known` who that is, if let in. `trace_id`: of the
    trace that it is a part of, in hexadecimal digits; empty: of none.
    """

    method: str
    request_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    code: grpc.StatusCode = grpc.StatusCode.OK
    reason: str = ""
    caller: str = ""
    items: int = 0
    received_bytes: int = 0
    sent_bytes: int = 0
    known: Caller | None = None
    trace_id: str = ""


_current: ContextVar[Call] = ContextVar("textkin_call")


def begin(method: str, metadata: Iterable[tuple[str, str | bytes]] | None) -> Call:
    """Makes the call of the current task, under the caller's request id if it sent a usable one."""
    call = Call(method)
    for key, value in metadata or ():
        if key == REQUEST_ID_HEADER and isinstance(value, str) and _REQUEST_ID.fullmatch(value):
            call.request_id = value
    _current.set(call)
    return call


def current() -> Call:
    """Returns the call of the current task."""
    return _current.get()
