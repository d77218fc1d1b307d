"""Errors: every status becomes the exception that the tree draws, with its details."""

import pytest
from google.protobuf.any_pb2 import Any
from google.rpc import code_pb2, error_details_pb2, status_pb2

from textkin import errors
from textkin._status import error_of_status


def test_each_code_has_one_exception_and_the_docstring_draws_it():
    for kind in errors.TextkinError.__subclasses__():
        assert kind.__name__ in errors.__doc__
        for code in kind.codes:
            assert errors.error_class(code) is kind
    assert errors.error_class("SOMETHING_NEW") is errors.UnexpectedError


@pytest.mark.parametrize("code", [name for name in code_pb2.Code.keys() if name != "OK"])  # noqa: SIM118 -- no dict
def test_every_status_of_grpc_is_an_exception_with_its_code(code):
    error = error_of_status(status_pb2.Status(code=code_pb2.Code.Value(code), message="m"))
    assert isinstance(error, errors.error_class(code))
    assert (error.code, error.reason, str(error)) == (code, code, "m")


def test_the_details_are_read():
    details = []
    for message in (
        error_details_pb2.ErrorInfo(domain="textkin", reason="OVERLOADED", metadata={"in_flight": "64"}),
        error_details_pb2.BadRequest(
            field_violations=[
                error_details_pb2.BadRequest.FieldViolation(field="article.text", description="empty")
            ]
        ),
        error_details_pb2.RetryInfo(retry_delay={"nanos": 250_000_000}),
    ):
        packed = Any()
        packed.Pack(message)
        details.append(packed)
    error = error_of_status(
        status_pb2.Status(code=code_pb2.RESOURCE_EXHAUSTED, message="busy", details=details)
    )
    assert isinstance(error, errors.ResourceExhausted)
    assert (error.reason, error.metadata, error.retry_delay) == ("OVERLOADED", {"in_flight": "64"}, 0.25)
    assert error.violations == (errors.FieldViolation("article.text", "empty"),)


def test_ok_is_no_error():
    assert error_of_status(status_pb2.Status()) is None
