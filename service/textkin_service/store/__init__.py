"""Articles kept safe: the interface in `base`; embedded in `sqlite`, in a cluster in `cluster`; `choice` opens one of them."""

from textkin_service.store.base import (
    Added,
    Change,
    Content,
    Counts,
    Draft,
    Dropped,
    Indexing,
    Page,
    Put,
    ReadAnew,
    Removed,
    SettledUpTo,
    Store,
    StoredArticle,
    StoredCollection,
    Watcher,
)
from textkin_service.store.choice import open_store
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
    "Indexing",
    "Page",
    "Put",
    "ReadAnew",
    "Removed",
    "SettledUpTo",
    "SqliteStore",
    "Store",
    "StoredArticle",
    "StoredCollection",
    "Watcher",
    "digest",
    "open_store",
    "pack",
]
