"""The one mapping from the project's errors to gRPC statuses with google.rpc details (AIP-193)."""

from dataclasses import dataclass

import grpc
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc import StatusCode
from grpc_status import rpc_status

from textkin_service.errors import (
    AlreadyExists,
    DeadlineExceeded,
    FailedPrecondition,
    InvalidRequest,
    NotFound,
    NotReady,
    PermissionDenied,
    ResourceExhausted,
    StoreError,
    TextkinError,
    Unauthenticated,
)

DOMAIN = "textkin"
# What a caller is asked to wait, in milliseconds, unless it is told otherwise.
_RETRY_DELAY = 250
_RETRIED = {"OVERLOADED", "NOT_READY", "STORE_UNAVAILABLE"}
# By which gRPC's own clients learn when to try again; a negative value: not at all (gRFC A6).
_PUSHBACK = "grpc-retry-pushback-ms"

_CODES: dict[type[TextkinError], StatusCode] = {
    InvalidRequest: StatusCode.INVALID_ARGUMENT,
    NotFound: StatusCode.NOT_FOUND,
    Unauthenticated: StatusCode.UNAUTHENTICATED,
    PermissionDenied: StatusCode.PERMISSION_DENIED,
    AlreadyExists: StatusCode.ALREADY_EXISTS,
    FailedPrecondition: StatusCode.FAILED_PRECONDITION,
    ResourceExhausted: StatusCode.RESOURCE_EXHAUSTED,
    DeadlineExceeded: StatusCode.DEADLINE_EXCEEDED,
    NotReady: StatusCode.UNAVAILABLE,
}
# What callers are told of the store, by reason. It can be helped by whoever runs the service, who finds more in the log.
_STORE_CODES = {
    "STORE_DAMAGED": StatusCode.DATA_LOSS,
    "STORE_FULL": StatusCode.RESOURCE_EXHAUSTED,
    "STORE_UNAVAILABLE": StatusCode.UNAVAILABLE,
}


@dataclass(frozen=True, slots=True)
class _Ending(grpc.Status):
    """A status as `abort_with_status` takes it."""

    code: StatusCode
    details: str
    trailing_metadata: tuple[tuple[str, str | bytes], ...]


def is_expected(error: BaseException) -> bool:
    """Says whether an error is the caller's to see. Any other is our own failure."""
    return code_of(error) is not StatusCode.INTERNAL


def code_of(error: BaseException) -> StatusCode:
    """Returns the status code of an error."""
    if isinstance(error, StoreError):
        return _STORE_CODES.get(error.reason, StatusCode.INTERNAL)
    return (
        _CODES.get(type(error), StatusCode.INTERNAL)
        if isinstance(error, TextkinError)
        else StatusCode.INTERNAL
    )


def reason_of(error: BaseException) -> str:
    """Returns the reason of an error."""
    return error.reason if isinstance(error, TextkinError) and is_expected(error) else "INTERNAL"


def ending(error: BaseException, request_id: str, retry_delay: int = _RETRY_DELAY) -> grpc.Status:
    """Returns the status that ends a call, with when to retry for gRPC's own clients. `retry_delay`: milliseconds."""
    status = rpc_status.to_status(status_of(error, request_id, retry_delay))
    metadata = list(status.trailing_metadata)
    if code_of(error) is StatusCode.RESOURCE_EXHAUSTED:
        metadata.append((_PUSHBACK, str(retry_delay if reason_of(error) in _RETRIED else -1)))
    return _Ending(status.code, status.details, tuple(metadata))


def status_of(error: BaseException, request_id: str, retry_delay: int = _RETRY_DELAY) -> status_pb2.Status:
    """Returns the google.rpc.Status of an error; of our own failures it tells only the request's id.

    `retry_delay`: what the caller is asked to wait, in milliseconds, where it makes sense to try again.
    """
    if not isinstance(error, TextkinError) or not is_expected(error):
        message = f"the service failed; its log has the details under request id {request_id}"
        return _status(StatusCode.INTERNAL, message, _error_info("INTERNAL", {"request_id": request_id}))
    details: list[Message] = [_error_info(error.reason, error.metadata)]
    if isinstance(error, InvalidRequest):
        violation = error_details_pb2.BadRequest.FieldViolation(field=error.field, description=error.problem)
        details.append(error_details_pb2.BadRequest(field_violations=[violation]))
    if error.reason in _RETRIED:
        delay = Duration()
        delay.FromMilliseconds(retry_delay)
        details.append(error_details_pb2.RetryInfo(retry_delay=delay))
    return _status(code_of(error), error.message, *details)


def _error_info(reason: str, metadata: dict[str, str]) -> error_details_pb2.ErrorInfo:
    return error_details_pb2.ErrorInfo(reason=reason, domain=DOMAIN, metadata=metadata)


def _status(code: StatusCode, message: str, *details: Message) -> status_pb2.Status:
    number: int = code.value[0]
    status = status_pb2.Status(code=number, message=message)
    for detail in details:
        status.details.add().Pack(detail)
    return status
