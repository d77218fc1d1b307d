"""The RPCs, for both clients: the request that each sends and the value that it returns."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from textkin import _convert, types
from textkin.errors import UnexpectedError
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
    request: Any = field(repr=False)
    result: Callable[[Any], T]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A page of a listing. `next_token` empty: the last."""

    items: tuple[T, ...]
    next_token: str


@dataclass(frozen=True, slots=True)
class Pages(Generic[T]):
    """A listing: what asks for its pages, and what is on one."""

    method: str
    request: Any
    items: Callable[[Any], tuple[T, ...]]

    def after(self, token: str) -> Call[Page[T]]:
        """The call for the page that the token of the one before names. Empty: the first."""
        request = type(self.request)()
        request.CopyFrom(self.request)
        request.page_token = token
        return Call(
            self.method, request, lambda response: Page(self.items(response), response.next_page_token)
        )


def compare(a: Text, b: Text, unit: types.OffsetUnit, *, with_differences: bool) -> Call[types.Comparison]:
    """Compare."""
    request = pb.CompareRequest(
        a=_side("a", a),
        b=_side("b", b),
        offset_unit=_convert.offset_unit(unit),
        with_differences=with_differences,
    )
    return Call(
        "Compare",
        request,
        lambda response: _convert.comparison(response.comparison, known_text(a), known_text(b)),
    )


def search(query: Text, collection: str, options: types.SearchOptions | None) -> Call[types.SearchResult]:
    """Search. Raises ValueError for a stored article of another collection."""
    request = pb.SearchRequest(collection_id=collection, options=_options(options))
    _set_query(request, "query", query, collection)
    return Call("Search", request, lambda response: _convert.search_result(response, known_text(query)))


def batch_search(
    queries: Iterable[Text], collection: str, options: types.SearchOptions | None
) -> Call[tuple[types.SearchResult, ...]]:
    """BatchSearch. Raises ValueError for a stored article of another collection."""
    request = pb.BatchSearchRequest(collection_id=collection, options=_options(options))
    texts: list[str | None] = []
    for query in queries:
        _set_query(request.queries.add(), f"queries[{len(texts)}]", query, collection)
        texts.append(known_text(query))

    def results(response: pb.BatchSearchResponse) -> tuple[types.SearchResult, ...]:
        if len(response.results) != len(texts):
            raise UnexpectedError(
                f"the service answers {len(texts)} queries with {len(response.results)} results"
            )
        pairs = zip(response.results, texts, strict=True)
        return tuple(_convert.search_result(result, text) for result, text in pairs)

    return Call("BatchSearch", request, results)


def ingest(
    article: types.Article, collection: str, search: types.SearchOptions | None
) -> Call[types.IngestResult]:
    """IngestArticle."""
    request = pb.IngestArticleRequest(
        collection_id=collection, article=_convert.article_message(article), search=_options(search)
    )
    return Call("IngestArticle", request, lambda response: _convert.ingest_result(response, article.text))


def get(article_id: str, collection: str) -> Call[types.Article]:
    """GetArticle."""
    request = pb.GetArticleRequest(collection_id=collection, article_id=article_id)
    return Call("GetArticle", request, lambda response: _convert.article(response.article))


def list_articles(collection: str, page_size: int, *, include_text: bool) -> Pages[types.Article]:
    """ListArticles."""
    request = pb.ListArticlesRequest(
        collection_id=collection,
        page_size=page_size or (PAGE_SIZE_WITH_TEXT if include_text else 0),
        include_text=include_text,
    )
    return Pages(
        "ListArticles",
        request,
        lambda response: tuple(_convert.article(each) for each in response.articles),
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


def list_collections(page_size: int) -> Pages[types.Collection]:
    """ListCollections."""
    return Pages(
        "ListCollections",
        pb.ListCollectionsRequest(page_size=page_size),
        lambda response: tuple(_convert.collection(each) for each in response.collections),
    )


def delete_collection(collection_id: str, *, force: bool) -> Call[int]:
    """DeleteCollection."""
    request = pb.DeleteCollectionRequest(collection_id=collection_id, force=force)
    return Call("DeleteCollection", request, lambda response: int(response.deleted_articles))


def info() -> Call[types.ServiceInfo]:
    """GetServiceInfo."""
    return Call("GetServiceInfo", pb.GetServiceInfoRequest(), _convert.service_info)


def _side(name: str, text: Text) -> pb.CompareSide:
    if isinstance(text, types.ArticleReference):
        return pb.CompareSide(article=_convert.reference(text))
    return pb.CompareSide(inline=_convert.inline_text(_checked(name, text), name))


def _options(options: types.SearchOptions | None) -> pb.SearchOptions | None:
    return _convert.search_options(options) if options else None


def _set_query(
    message: pb.SearchRequest | pb.BatchSearchQuery, name: str, query: Text, collection: str
) -> None:
    if not isinstance(query, types.ArticleReference):
        message.inline.CopyFrom(_convert.inline_text(_checked(name, query), name))
        return
    searched = collection or types.DEFAULT_COLLECTION
    if query.collection_id not in {"", searched}:
        raise ValueError(
            f"{name}: the article is in collection {query.collection_id!r}, the search in {searched!r}: "
            "search the article's own collection, or for its text"
        )
    message.article_id = query.article_id


def _checked(name: str, text: str | types.InlineText) -> str | types.InlineText:
    """The text. Raises TypeError, as callers without a type checker need it."""
    if not isinstance(text, str | types.InlineText):
        raise TypeError(
            f"{name} is of type {type(text).__name__}: it must be a str, an InlineText or an ArticleReference"
        )
    return text


def known_text(text: Text) -> str | None:
    """A text as far as the client has it: not that of a stored article."""
    if isinstance(text, types.ArticleReference):
        return None
    return text if isinstance(text, str) else text.text
