"""Calls to a service with requests that are right, nearly right, damaged or nothing at all, many at a time."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import strategies as st

from answers import check_answer, check_refusal
from invented_values import RIGHT, WRONG
from messages import messages
from textkin.v1 import textkin_service_pb2 as pb

_SERVICE = pb.DESCRIPTOR.services_by_name["TextkinService"]
METHODS: tuple[MethodDescriptor, ...] = tuple(_SERVICE.methods)
_MOST_IN_A_STREAM = 3
_SECONDS = 120
# Of what was sent, so many digits are shown.
_MOST_SHOWN = 20_000


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """A call to make: its method, and the bytes of each request, of a stream any number."""

    method: MethodDescriptor
    requests: tuple[bytes, ...]


@dataclass(slots=True)
class Tally:
    """What came of the calls. `codes`: how many ended so, by method and code; `failures`: what was wrong, with the request."""

    codes: Counter[tuple[str, str]] = field(default_factory=Counter)
    requests: int = 0
    failures: list[str] = field(default_factory=list)


# Of what kind a request is, by how often.
_KINDS = st.sampled_from(("right",) * 10 + ("wrong",) * 4 + ("damaged", "damaged", "unknown", "bytes"))
# Fields that the API does not have: a string, a number, a group.
_UNKNOWN = (b"\xc2\x3e\x03abc", b"\xc0\x3e\x01", b"\xc3\x3e\xc4\x3e")


@st.composite
def calls(draw: st.DrawFn) -> Fuzzed:
    """Returns calls of any method: what it takes, what it refuses, damaged bytes, any bytes."""
    method = draw(st.sampled_from(METHODS))
    count = draw(st.integers(0, _MOST_IN_A_STREAM)) if method.client_streaming else 1
    return Fuzzed(method, tuple(draw(_bytes(method)) for _ in range(count)))


@st.composite
def _bytes(draw: st.DrawFn, method: MethodDescriptor) -> bytes:
    kind = draw(_KINDS)
    if kind == "bytes":
        return draw(st.binary(max_size=60))
    values = WRONG if kind == "wrong" else RIGHT
    data = draw(messages(method.input_type, values)).SerializeToString()
    if kind == "unknown":
        return data + draw(st.sampled_from(_UNKNOWN))
    if kind == "damaged" and data:
        return _damaged(draw, data)
    return data


def _damaged(draw: st.DrawFn, data: bytes) -> bytes:
    place = draw(st.integers(0, len(data) - 1))
    match draw(st.sampled_from(("cut", "flip", "put", "drop", "twice"))):
        case "cut":
            return data[:place]
        case "flip":
            return data[:place] + bytes([data[place] ^ (1 << draw(st.integers(0, 7)))]) + data[place + 1 :]
        case "put":
            return data[:place] + draw(st.binary(min_size=1, max_size=4)) + data[place:]
        case "drop":
            return data[:place] + data[place + draw(st.integers(1, 8)) :]
        case _:
            return data + data


def call_all(channel: grpc.Channel, fuzzed: Sequence[Fuzzed], tally: Tally) -> None:
    """Makes calls side by side, checks each, and tallies what came of them."""
    # Not by grpc.aio: there, writing to a stream that the service has ended may fail the call as INTERNAL by itself.
    under_way = [(each, _begun(channel, each)) for each in fuzzed]
    for each, call in under_way:
        tally.requests += max(1, len(each.requests))
        try:
            code = _ended(each, call)
        except (AssertionError, DecodeError, KeyError) as error:
            sent = " ".join(request.hex() for request in each.requests)
            tally.failures.append(f"{each.method.name} {type(error).__name__} {error}: {sent[:_MOST_SHOWN]}")
            code = "WRONG"
        tally.codes[each.method.name, code] += 1


def _begun(channel: grpc.Channel, fuzzed: Fuzzed) -> Any:
    path = f"/{_SERVICE.full_name}/{fuzzed.method.name}"
    if fuzzed.method.client_streaming:
        return channel.stream_stream(path)(iter(fuzzed.requests), timeout=_SECONDS)
    return channel.unary_unary(path).future(fuzzed.requests[0], timeout=_SECONDS)


def _ended(fuzzed: Fuzzed, call: Any) -> str:
    """Waits for the end of a call and returns how it ended. All that was answered is checked."""
    answered = 0
    try:
        for answer in call if fuzzed.method.client_streaming else [call.result()]:
            _check(fuzzed.method, fuzzed.requests[answered], answer)
            answered += 1
    except grpc.RpcError as error:
        return check_refusal(error)
    assert answered == len(fuzzed.requests), f"{answered} answers to {len(fuzzed.requests)} requests"
    return "OK"


def _check(method: MethodDescriptor, request: bytes, answer: bytes) -> None:
    check_answer(_parsed(method.input_type, request), _parsed(method.output_type, answer))


def _parsed(descriptor: object, data: bytes) -> Message:
    message: Message = GetMessageClass(descriptor)()
    message.ParseFromString(data)
    return message
