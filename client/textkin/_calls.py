"""The RPCs, for both clients: the request that each sends and the value that it returns."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from google.protobuf.message import Message

from textkin import _convert, types
from textkin.v1 import collection_pb2
from textkin.v1 import textkin_service_pb2 as pb

T = TypeVar("T")

# A text to compare or to search for: as it is, with its language, or a stored article.
Text = str | types.InlineText | types.ArticleReference

# How many articles a page holds when their texts come along: eight of the longest texts fit the message
# limit.
PAGE_SIZE_WITH_TEXT = 8


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """An RPC to make: the stub's method, its request, and what becomes of the response."""

    method: str
    request: Message
    result: Callable[[Any], T]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A page of a listing. `next_token` empty: the last."""

    items: tuple[T, ...]
    next_token: str


def compare(a: Text, b: Text, unit: types.OffsetUnit, *, with_differences: bool) -> Call[types.Comparison]:
    """Compare."""
    request = pb.CompareRequest(
        a=_side(a),
        b=_side(b),
        offset_unit=_convert.offset_unit(unit),
        with_differences=with_differences,
    )
    return Call("Compare", request, lambda response: _convert.comparison(response.comparison))


def search(query: Text, collection: str, options: types.SearchOptions | None) -> Call[types.SearchResult]:
    """Search. Raises ValueError for a stored article of another collection."""
    request = pb.SearchRequest(collection_id=collection, options=_options(options))
    _set_query(request, query, collection)
    return Call("Search", request, _convert.search_result)


def batch_search(
    queries: Iterable[Text], collection: str, options: types.SearchOptions | None
) -> Call[tuple[types.SearchResult, ...]]:
    """BatchSearch. Raises ValueError for a stored article of another collection."""
    request = pb.BatchSearchRequest(collection_id=collection, options=_options(options))
    for query in queries:
        _set_query(request.queries.add(), query, collection)
    return Call(
        "BatchSearch",
        request,
        lambda response: tuple(_convert.search_result(each) for each in response.results),
    )


def ingest(
    article: types.Article, collection: str, search: types.SearchOptions | None
) -> Call[types.IngestResult]:
    """IngestArticle."""
    request = pb.IngestArticleRequest(
        collection_id=collection, article=_convert.article_message(article), search=_options(search)
    )
    return Call("IngestArticle", request, _convert.ingest_result)


def get(article_id: str, collection: str) -> Call[types.Article]:
    """GetArticle."""
    request = pb.GetArticleRequest(collection_id=collection, article_id=article_id)
    return Call("GetArticle", request, lambda response: _convert.article(response.article))


def list_articles(
    collection: str, page_size: int, page_token: str, *, include_text: bool
) -> Call[Page[types.Article]]:
    """ListArticles: one page."""
    request = pb.ListArticlesRequest(
        collection_id=collection,
        page_size=page_size or (PAGE_SIZE_WITH_TEXT if include_text else 0),
        page_token=page_token,
        include_text=include_text,
    )
    return Call(
        "ListArticles",
        request,
        lambda response: Page(
            tuple(_convert.article(each) for each in response.articles), response.next_page_token
        ),
    )


def delete(article_id: str, collection: str, *, allow_missing: bool) -> Call[bool]:
    """DeleteArticle."""
    request = pb.DeleteArticleRequest(
        collection_id=collection, article_id=article_id, allow_missing=allow_missing
    )
    return Call("DeleteArticle", request, lambda response: bool(response.deleted))


def create_collection(collection_id: str, settings: types.CollectionSettings) -> Call[types.Collection]:
    """CreateCollection."""
    collection = collection_pb2.Collection(id=collection_id, settings=_convert.settings_message(settings))
    request = pb.CreateCollectionRequest(collection=collection)
    return Call("CreateCollection", request, lambda response: _convert.collection(response.collection))


def get_collection(collection_id: str) -> Call[types.Collection]:
    """GetCollection."""
    request = pb.GetCollectionRequest(collection_id=collection_id)
    return Call("GetCollection", request, lambda response: _convert.collection(response.collection))


def list_collections(page_size: int, page_token: str) -> Call[Page[types.Collection]]:
    """ListCollections: one page."""
    request = pb.ListCollectionsRequest(page_size=page_size, page_token=page_token)
    return Call(
        "ListCollections",
        request,
        lambda response: Page(
            tuple(_convert.collection(each) for each in response.collections), response.next_page_token
        ),
    )


def delete_collection(collection_id: str, *, force: bool) -> Call[int]:
    """DeleteCollection."""
    request = pb.DeleteCollectionRequest(collection_id=collection_id, force=force)
    return Call("DeleteCollection", request, lambda response: int(response.deleted_articles))


def info() -> Call[types.ServiceInfo]:
    """GetServiceInfo."""
    return Call("GetServiceInfo", pb.GetServiceInfoRequest(), _convert.service_info)


def _side(text: Text) -> pb.CompareSide:
    if isinstance(text, types.ArticleReference):
        return pb.CompareSide(article=_convert.reference(text))
    return pb.CompareSide(inline=_convert.inline_text(text))


def _options(options: types.SearchOptions | None) -> pb.SearchOptions | None:
    return _convert.search_options(options) if options else None


def _set_query(message: pb.SearchRequest | pb.BatchSearchQuery, query: Text, collection: str) -> None:
    if not isinstance(query, types.ArticleReference):
        message.inline.CopyFrom(_convert.inline_text(query))
        return
    searched = collection or types.DEFAULT_COLLECTION
    if query.collection_id not in {"", searched}:
        raise ValueError(
            f"the article is in collection {query.collection_id!r}, the search in {searched!r}: "
            "search the article's own collection, or for its text"
        )
    message.article_id = query.article_id
