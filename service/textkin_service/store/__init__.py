"""Articles kept safe: the interface in `base`, its SQLite implementation in `sqlite`."""

from textkin_service.store.base import (
    Added,
    Change,
    Counts,
    Dropped,
    Page,
    Put,
    Removed,
    Store,
    StoredArticle,
    StoredCollection,
)
from textkin_service.store.sqlite import SqliteStore

__all__ = [
    "Added",
    "Change",
    "Counts",
    "Dropped",
    "Page",
    "Put",
    "Removed",
    "SqliteStore",
    "Store",
    "StoredArticle",
    "StoredCollection",
]
