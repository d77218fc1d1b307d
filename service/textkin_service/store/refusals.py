"""What every store refuses, in the same words."""

from textkin_service.errors import AlreadyExists, FailedPrecondition, NotFound, NotReady, ResourceExhausted
from textkin_service.model import Collection


def no_collection(collection_id: str) -> NotFound:
    """There is no such collection."""
    return NotFound(
        f"there is no collection {collection_id!r}; create it first",
        reason="COLLECTION_NOT_FOUND",
        metadata={"collection_id": collection_id},
    )


def no_article(collection_id: str, article_id: str) -> NotFound:
    """The collection has no such article."""
    return NotFound(
        f"the collection {collection_id!r} has no article {article_id!r}",
        reason="ARTICLE_NOT_FOUND",
        metadata={"collection_id": collection_id, "article_id": article_id},
    )


def collection_exists(collection_id: str) -> AlreadyExists:
    """There is one of that id."""
    return AlreadyExists(
        f"there is a collection {collection_id!r} already; choose another id, or delete it first",
        reason="COLLECTION_EXISTS",
        metadata={"collection_id": collection_id},
    )


def collection_protected(collection_id: str) -> FailedPrecondition:
    """The default collection is not deleted."""
    return FailedPrecondition(
        f"the collection {collection_id!r} always exists; delete its articles instead",
        reason="COLLECTION_PROTECTED",
        metadata={"collection_id": collection_id},
    )


def collection_not_empty(collection_id: str, articles: int) -> FailedPrecondition:
    """A collection with articles is deleted by force only."""
    return FailedPrecondition(
        f"the collection {collection_id!r} holds {articles} articles; delete them first, or set `force`",
        reason="COLLECTION_NOT_EMPTY",
        metadata={"collection_id": collection_id, "article_count": str(articles)},
    )


def collection_full(collection: Collection) -> ResourceExhausted:
    """The collection has as many articles as it may."""
    most = collection.settings.max_articles
    return ResourceExhausted(
        f"the collection {collection.id!r} holds its most, {most} articles; delete some first",
        reason="COLLECTION_FULL",
        metadata={"collection_id": collection.id, "max_articles": str(most)},
    )


def closing() -> NotReady:
    """The store is closed, or about to be."""
    return NotReady("the service is shutting down; retry elsewhere or later", reason="NOT_READY")
