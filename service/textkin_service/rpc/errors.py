"""The one mapping from the project's errors to gRPC statuses with google.rpc details (AIP-193)."""

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc import StatusCode

from textkin_service.errors import (
    AlreadyExists,
    DeadlineExceeded,
    FailedPrecondition,
    InvalidRequest,
    NotFound,
    NotReady,
    ResourceExhausted,
    TextkinError,
)

DOMAIN = "textkin"
_RETRY_DELAY = Duration(nanos=250_000_000)

_CODES: dict[type[TextkinError], StatusCode] = {
    InvalidRequest: StatusCode.INVALID_ARGUMENT,
    NotFound: StatusCode.NOT_FOUND,
    AlreadyExists: StatusCode.ALREADY_EXISTS,
    FailedPrecondition: StatusCode.FAILED_PRECONDITION,
    ResourceExhausted: StatusCode.RESOURCE_EXHAUSTED,
    DeadlineExceeded: StatusCode.DEADLINE_EXCEEDED,
    NotReady: StatusCode.UNAVAILABLE,
}


def is_expected(error: BaseException) -> bool:
    """Says whether an error is the caller's to see. Any other, a StoreError too, is our own failure."""
    return type(error) in _CODES


def code_of(error: BaseException) -> StatusCode:
    """Returns the status code of an error."""
    return (
        _CODES.get(type(error), StatusCode.INTERNAL)
        if isinstance(error, TextkinError)
        else StatusCode.INTERNAL
    )


def reason_of(error: BaseException) -> str:
    """Returns the reason of an error."""
    return error.reason if isinstance(error, TextkinError) and is_expected(error) else "INTERNAL"


def status_of(error: BaseException, request_id: str) -> status_pb2.Status:
    """Returns the google.rpc.Status of an error; of our own failures it tells only the request's id."""
    if not isinstance(error, TextkinError) or not is_expected(error):
        message = f"the service failed; its log has the details under request id {request_id}"
        return _status(StatusCode.INTERNAL, message, _error_info("INTERNAL", {"request_id": request_id}))
    details: list[Message] = [_error_info(error.reason, error.metadata)]
    if isinstance(error, InvalidRequest):
        violation = error_details_pb2.BadRequest.FieldViolation(field=error.field, description=error.problem)
        details.append(error_details_pb2.BadRequest(field_violations=[violation]))
    if error.reason in {"OVERLOADED", "NOT_READY"}:
        details.append(error_details_pb2.RetryInfo(retry_delay=_RETRY_DELAY))
    return _status(code_of(error), error.message, *details)


def _error_info(reason: str, metadata: dict[str, str]) -> error_details_pb2.ErrorInfo:
    return error_details_pb2.ErrorInfo(reason=reason, domain=DOMAIN, metadata=metadata)


def _status(code: StatusCode, message: str, *details: Message) -> status_pb2.Status:
    number: int = code.value[0]
    status = status_pb2.Status(code=number, message=message)
    for detail in details:
        status.details.add().Pack(detail)
    return status
