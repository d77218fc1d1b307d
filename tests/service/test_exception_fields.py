"""What a log line says of an exception: types and places of the whole chain, never a message."""

import pytest

from textkin_service.rpc.logs import exception_fields

MESSAGE = "quillfeather"


def raised(error: BaseException, cause: BaseException | None) -> BaseException:
    with pytest.raises(type(error)) as caught:
        raise error from cause
    return caught.value


def types(error: BaseException) -> list[str]:
    return [entry["type"] for entry in exception_fields(error)["exception"]]


def test_the_whole_chain_is_told_without_messages():
    error = raised(RuntimeError(MESSAGE), raised(ValueError(MESSAGE), KeyError(MESSAGE)))
    assert types(error) == ["RuntimeError", "ValueError", "KeyError"]
    assert MESSAGE not in str(exception_fields(error))


def test_an_exception_that_is_its_own_cause_is_told_once():
    error = ValueError(MESSAGE)
    assert types(raised(error, error)) == ["ValueError"]


def test_two_exceptions_that_cause_each_other_are_told_once_each():
    first, second = ValueError(MESSAGE), KeyError(MESSAGE)
    first.__cause__, second.__cause__ = second, first
    assert types(first) == ["ValueError", "KeyError"]
