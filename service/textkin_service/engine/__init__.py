"""The use cases of the service: ingest, search, compare, and the keeping of articles and collections."""

from textkin_service.engine.asked import Asked
from textkin_service.engine.engine import ArticlePage, CollectionPage, Compared, Engine, ServiceInfo
from textkin_service.engine.indexes import IndexSize
from textkin_service.engine.ingest import Incoming, Ingest, Prepared
from textkin_service.engine.preparation import prepare
from textkin_service.engine.work import Work

__all__ = [
    "ArticlePage",
    "Asked",
    "CollectionPage",
    "Compared",
    "Engine",
    "Incoming",
    "IndexSize",
    "Ingest",
    "Prepared",
    "ServiceInfo",
    "Work",
    "prepare",
]
