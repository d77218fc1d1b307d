"""Articles kept safe: the interface in `base`, its SQLite implementation in `sqlite`."""

from textkin_service.store.base import (
    Added,
    Change,
    Content,
    Counts,
    Draft,
    Dropped,
    Page,
    Put,
    Removed,
    Store,
    StoredArticle,
    StoredCollection,
)
from textkin_service.store.packing import pack
from textkin_service.store.records import digest
from textkin_service.store.sqlite import SqliteStore

__all__ = [
    "Added",
    "Change",
    "Content",
    "Counts",
    "Draft",
    "Dropped",
    "Page",
    "Put",
    "Removed",
    "SqliteStore",
    "Store",
    "StoredArticle",
    "StoredCollection",
    "digest",
    "pack",
]
