"""What can go wrong, as the caller sees it.

::

    TextkinError
    ├── InvalidRequest         a field's value is not what it may be
    ├── NotFound               no such collection or article
    ├── Unauthenticated        no token or certificate that is known
    ├── PermissionDenied       a known caller without the role for it
    ├── AlreadyExists          the collection is there
    ├── FailedPrecondition     the collection is not empty, or protected
    ├── ResourceExhausted      a collection is full, or the service overloaded
    ├── DeadlineExceeded       the caller's deadline is past
    ├── NotReady               starting up or shutting down
    └── StoreError             the store on disk cannot be used

Each has a `reason`, stable and for programs (the `reason` of google.rpc.ErrorInfo), a message for people that says what was
wrong, with which value, and what would be right, and `metadata`. None ever holds the text of an article.
"""

from collections.abc import Mapping
from pathlib import Path


class TextkinError(Exception):
    """The root of all expected errors. `reason` is upper snake case; `metadata` are short strings by name."""

    def __init__(self, message: str, *, reason: str, metadata: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason
        self.metadata = dict(metadata or {})


class InvalidRequest(TextkinError):
    """A field's value is not what it may be. `field` is its path in the request, such as "article.text"."""

    def __init__(self, field: str, problem: str, *, reason: str = "INVALID_REQUEST") -> None:
        super().__init__(f"{field}: {problem}", reason=reason, metadata={"field": field})
        self.field = field
        self.problem = problem


class NotFound(TextkinError):
    """No such collection (COLLECTION_NOT_FOUND) or article (ARTICLE_NOT_FOUND)."""


class Unauthenticated(TextkinError):
    """No token (TOKEN_MISSING), none that is known (TOKEN_INVALID), or one past its time (TOKEN_EXPIRED)."""


class PermissionDenied(TextkinError):
    """The caller has not the role (ROLE_LACKING), or has a certificate that is not listed (CERTIFICATE_UNKNOWN)."""


class AlreadyExists(TextkinError):
    """The collection is there already (COLLECTION_EXISTS)."""


class FailedPrecondition(TextkinError):
    """The collection is not empty (COLLECTION_NOT_EMPTY), or protected (COLLECTION_PROTECTED)."""


class ResourceExhausted(TextkinError):
    """The collection is full (COLLECTION_FULL), or too many requests are in flight (OVERLOADED)."""


class DeadlineExceeded(TextkinError):
    """The caller's deadline is past (DEADLINE_EXCEEDED)."""


class NotReady(TextkinError):
    """The service is starting up or shutting down (NOT_READY)."""


class StoreError(TextkinError):
    """The store on disk cannot be used. At start that ends the service.

    STORE_IN_USE, STORE_SCHEME_MISMATCH, STORE_UNAVAILABLE, STORE_DAMAGED, STORE_FULL, STORE_WRITE_FAILED. Later,
    callers are told of STORE_UNAVAILABLE, STORE_DAMAGED and STORE_FULL, and see INTERNAL otherwise. The message names a file
    without its folder, which is no caller's business; `file` is the whole path.
    """

    def __init__(
        self,
        message: str,
        *,
        reason: str,
        metadata: Mapping[str, str] | None = None,
        file: Path | None = None,
    ) -> None:
        super().__init__(message, reason=reason, metadata=metadata)
        self.file = file
