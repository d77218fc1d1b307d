"""What can go wrong, and the one place where a status becomes an exception.

::

    TextkinError
    ├── InvalidRequest       INVALID_ARGUMENT, OUT_OF_RANGE a field's value is not what it may be
    ├── NotFound             NOT_FOUND                      no such collection or article
    ├── AlreadyExists        ALREADY_EXISTS                 the collection is there
    ├── FailedPrecondition   FAILED_PRECONDITION            the collection is not empty, or protected
    ├── ResourceExhausted    RESOURCE_EXHAUSTED             collection full, or service busy
    ├── DeadlineExceeded     DEADLINE_EXCEEDED              no answer in time
    ├── Unavailable          UNAVAILABLE                    no service there, or it starts or ends
    ├── Unauthenticated      UNAUTHENTICATED                no credentials, or wrong ones
    ├── PermissionDenied     PERMISSION_DENIED              credentials that do not suffice
    ├── InternalError        INTERNAL, UNKNOWN, DATA_LOSS   a defect of the service
    └── UnexpectedError      any other                      an answer that this client does not know

`code` is the gRPC status code's name; `reason` the stable, upper snake case word of google.rpc.ErrorInfo, for
programs to branch on, or `code` again where the error did not come from the service itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """A field of the request, by its path such as "article.text", and what would be right for it."""

    field: str
    description: str


class TextkinError(Exception):
    """The root of all errors. `message` is for people, `reason` and `metadata` for programs.

    >>> try:
    ...     client.get("nobody")
    ... except NotFound as error:
    ...     print(error.code, error.reason)
    NOT_FOUND ARTICLE_NOT_FOUND
    """

    codes: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        reason: str = "",
        metadata: Mapping[str, str] | None = None,
        violations: tuple[FieldViolation, ...] = (),
        retry_delay: float | None = None,
    ) -> None:
        """Makes an error.

        `code` empty: the first of the class. `violations`: the fields at fault. `retry_delay`: after how many
        seconds the service asks to try again, None if it does not.
        """
        super().__init__(message)
        self.message = message
        self.code = code or next(iter(self.codes), "UNKNOWN")
        self.reason = reason or self.code
        self.metadata = dict(metadata or {})
        self.violations = violations
        self.retry_delay = retry_delay


class InvalidRequest(TextkinError):
    """A field's value is not what it may be; `violations` name the fields.

    >>> try:
    ...     client.compare("", draft)
    ... except InvalidRequest as error:
    ...     print(error.violations[0].field)
    a.inline.text
    """

    codes = ("INVALID_ARGUMENT", "OUT_OF_RANGE")


class NotFound(TextkinError):
    """No such collection (COLLECTION_NOT_FOUND) or article (ARTICLE_NOT_FOUND)."""

    codes = ("NOT_FOUND",)


class AlreadyExists(TextkinError):
    """The collection is there already (COLLECTION_EXISTS)."""

    codes = ("ALREADY_EXISTS",)


class FailedPrecondition(TextkinError):
    """The collection is not empty (COLLECTION_NOT_EMPTY), or protected (COLLECTION_PROTECTED)."""

    codes = ("FAILED_PRECONDITION",)


class ResourceExhausted(TextkinError):
    """The collection is full (COLLECTION_FULL), or the service busy (OVERLOADED): wait for `retry_delay`."""

    codes = ("RESOURCE_EXHAUSTED",)


class DeadlineExceeded(TextkinError):
    """The call took longer than its timeout."""

    codes = ("DEADLINE_EXCEEDED",)


class Unavailable(TextkinError):
    """No service answers at the address, it is starting up or shutting down (NOT_READY), or its store does not answer.

    The last is STORE_UNAVAILABLE: what was to be changed may have been.
    """

    codes = ("UNAVAILABLE",)


class Unauthenticated(TextkinError):
    """The service asks for credentials, or does not know those given."""

    codes = ("UNAUTHENTICATED",)


class PermissionDenied(TextkinError):
    """The credentials do not suffice for this call."""

    codes = ("PERMISSION_DENIED",)


class InternalError(TextkinError):
    """A defect of the service; its log has the details."""

    codes = ("INTERNAL", "UNKNOWN", "DATA_LOSS")


class UnexpectedError(TextkinError):
    """A status that the service should not answer with, or an answer that this client cannot read."""

    codes = ("UNIMPLEMENTED", "ABORTED", "CANCELLED")


_BY_CODE = {code: kind for kind in TextkinError.__subclasses__() for code in kind.codes}


def error_class(code: str) -> type[TextkinError]:
    """The exception for a gRPC status code's name."""
    return _BY_CODE.get(code, UnexpectedError)
