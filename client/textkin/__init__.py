"""The Python client of Textkin, a service that finds the articles a text copies, republishes or rewrites.

>>> from textkin import Client
>>> with Client() as client:
...     comparison = client.compare(original, draft)
>>> print(comparison.relation.value, comparison.passages[0].kind.value)
copy edited

`AsyncClient` offers the same calls for asyncio. Results are the frozen dataclasses of `textkin.types`, errors
the tree of `textkin.errors`.
"""

import importlib
from typing import TYPE_CHECKING, Any

from textkin.errors import (
    AlreadyExists,
    DeadlineExceeded,
    FailedPrecondition,
    FieldViolation,
    InternalError,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    ResourceExhausted,
    TextkinError,
    Unauthenticated,
    Unavailable,
    UnexpectedError,
)
from textkin.types import (
    Acknowledgement,
    Article,
    ArticleReference,
    Collection,
    CollectionSettings,
    CompareResult,
    Comparison,
    Difference,
    IngestOutcome,
    IngestResult,
    InlineText,
    Limits,
    Match,
    OffsetUnit,
    Passage,
    PassageKind,
    Quotation,
    Relation,
    SearchOptions,
    SearchResult,
    ServiceInfo,
    SketchScheme,
    Span,
)

if TYPE_CHECKING:
    from textkin._access import Tls
    from textkin.async_client import AsyncClient
    from textkin.client import Client

__all__ = [
    "Acknowledgement",
    "AlreadyExists",
    "Article",
    "ArticleReference",
    "AsyncClient",
    "Client",
    "Collection",
    "CollectionSettings",
    "CompareResult",
    "Comparison",
    "DeadlineExceeded",
    "Difference",
    "FailedPrecondition",
    "FieldViolation",
    "IngestOutcome",
    "IngestResult",
    "InlineText",
    "InternalError",
    "InvalidRequest",
    "Limits",
    "Match",
    "NotFound",
    "OffsetUnit",
    "Passage",
    "PassageKind",
    "PermissionDenied",
    "Quotation",
    "Relation",
    "ResourceExhausted",
    "SearchOptions",
    "SearchResult",
    "ServiceInfo",
    "SketchScheme",
    "Span",
    "TextkinError",
    "Tls",
    "Unauthenticated",
    "Unavailable",
    "UnexpectedError",
]

# The clients import gRPC, which takes longer than all the rest, and `Tls` what reads addresses: they are loaded when first
# asked for (PEP 562).
_LAZY = {"AsyncClient": "textkin.async_client", "Client": "textkin.client", "Tls": "textkin._access"}


def __getattr__(name: str) -> Any:
    """Loads what is not loaded at first."""
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_LAZY[name]), name)
    globals()[name] = value
    return value
