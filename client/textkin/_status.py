"""Reads gRPC statuses, of calls and inside answers, into the exceptions of `textkin.errors`."""

import grpc
from google.protobuf.message import DecodeError
from google.rpc import code_pb2, error_details_pb2, status_pb2

from textkin.errors import FieldViolation, TextkinError, error_class

# The trailer in which gRPC carries a google.rpc.Status.
_DETAILS_KEY = "grpc-status-details-bin"


def error_of_call(error: grpc.RpcError) -> TextkinError:
    """The exception for a call that failed, with the details that its trailers carry."""
    if not isinstance(error, grpc.Call | grpc.aio.AioRpcError):
        return error_class("UNKNOWN")(f"the call failed: {error}", code="UNKNOWN")
    code = error.code().name
    details = error.details() or ""
    for key, value in error.trailing_metadata() or ():
        if key == _DETAILS_KEY and isinstance(value, bytes):
            try:
                status = status_pb2.Status.FromString(value)
            except DecodeError:
                break
            return _error(code, status.message or details, status)
    return _error(code, details, status_pb2.Status())


def error_of_status(status: status_pb2.Status) -> TextkinError | None:
    """The exception for the status of one item of an answer; None if it is OK."""
    if status.code == code_pb2.OK:
        return None
    try:
        code = code_pb2.Code.Name(status.code)
    except ValueError:
        code = "UNKNOWN"
    return _error(code, status.message, status)


def _error(code: str, message: str, status: status_pb2.Status) -> TextkinError:
    info = error_details_pb2.ErrorInfo()
    request = error_details_pb2.BadRequest()
    retry = error_details_pb2.RetryInfo()
    for detail in status.details:
        for kind in (info, request, retry):
            if detail.Is(kind.DESCRIPTOR):
                detail.Unpack(kind)
    return error_class(code)(
        message or code,
        code=code,
        reason=info.reason,
        metadata=info.metadata,
        violations=tuple(FieldViolation(each.field, each.description) for each in request.field_violations),
        retry_delay=retry.retry_delay.ToTimedelta().total_seconds()
        if retry.HasField("retry_delay")
        else None,
    )
