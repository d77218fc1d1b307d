import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.rpc import status_pb2 as _status_pb2
from textkin.v1 import access_pb2 as _access_pb2
from textkin.v1 import article_pb2 as _article_pb2
from textkin.v1 import collection_pb2 as _collection_pb2
from textkin.v1 import comparison_pb2 as _comparison_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ArticleReference(_message.Message):
    __slots__ = ("collection_id", "article_id")
    COLLECTION_ID_FIELD_NUMBER: _ClassVar[int]
    ARTICLE_ID_FIELD_NUMBER: _ClassVar[int]
    collection_id: str
    article_id: str
    def __init__(self, collection_id: _Optional[str] = ..., article_id: _Optional[str] = ...) -> None: ...

class InlineText(_message.Message):
    __slots__ = ("text", "language")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    text: str
    language: str
    def __init__(self, text: _Optional[str] = ..., language: _Optional[str] = ...) -> None: ...

class CompareSide(_message.Message):
    __slots__ = ("inline", "article")
    INLINE_FIELD_NUMBER: _ClassVar[int]
    ARTICLE_FIELD_NUMBER: _ClassVar[int]
    inline: InlineText
    article: ArticleReference
    def __init__(self, inline: _Optional[_Union[InlineText, _Mapping]] = ..., article: _Optional[_Union[ArticleReference, _Mapping]] = ...) -> None: ...

class CompareRequest(_message.Message):
    __slots__ = ("a", "b", "offset_unit", "with_differences")
    A_FIELD_NUMBER: _ClassVar[int]
    B_FIELD_NUMBER: _ClassVar[int]
    OFFSET_UNIT_FIELD_NUMBER: _ClassVar[int]
    WITH_DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    a: CompareSide
    b: CompareSide
    offset_unit: _comparison_pb2.OffsetUnit
    with_differences: bool
    def __init__(self, a: _Optional[_Union[CompareSide, _Mapping]] = ..., b: _Optional[_Union[CompareSide, _Mapping]] = ..., offset_unit: _Optional[_Union[_comparison_pb2.OffsetUnit, str]] = ..., with_differences: _Optional[bool] = ...) -> None: ...

class CompareResponse(_message.Message):
    __slots__ = ("comparison",)
    COMPARISON_FIELD_NUMBER: _ClassVar[int]
    comparison: _comparison_pb2.Comparison
    def __init__(self, comparison: _Optional[_Union[_comparison_pb2.Comparison, _Mapping]] = ...) -> None: ...

class SearchOptions(_message.Message):
    __slots__ = ("limit", "min_score", "min_relation", "published_from", "published_until", "exclude_sources", "matches_with_passages", "offset_unit")
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    MIN_SCORE_FIELD_NUMBER: _ClassVar[int]
    MIN_RELATION_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_FROM_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    EXCLUDE_SOURCES_FIELD_NUMBER: _ClassVar[int]
    MATCHES_WITH_PASSAGES_FIELD_NUMBER: _ClassVar[int]
    OFFSET_UNIT_FIELD_NUMBER: _ClassVar[int]
    limit: int
    min_score: float
    min_relation: _comparison_pb2.Relation
    published_from: _timestamp_pb2.Timestamp
    published_until: _timestamp_pb2.Timestamp
    exclude_sources: _containers.RepeatedScalarFieldContainer[str]
    matches_with_passages: int
    offset_unit: _comparison_pb2.OffsetUnit
    def __init__(self, limit: _Optional[int] = ..., min_score: _Optional[float] = ..., min_relation: _Optional[_Union[_comparison_pb2.Relation, str]] = ..., published_from: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., published_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., exclude_sources: _Optional[_Iterable[str]] = ..., matches_with_passages: _Optional[int] = ..., offset_unit: _Optional[_Union[_comparison_pb2.OffsetUnit, str]] = ...) -> None: ...

class Match(_message.Message):
    __slots__ = ("article_id", "title", "url", "source", "published_at", "comparison")
    ARTICLE_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_AT_FIELD_NUMBER: _ClassVar[int]
    COMPARISON_FIELD_NUMBER: _ClassVar[int]
    article_id: str
    title: str
    url: str
    source: str
    published_at: _timestamp_pb2.Timestamp
    comparison: _comparison_pb2.Comparison
    def __init__(self, article_id: _Optional[str] = ..., title: _Optional[str] = ..., url: _Optional[str] = ..., source: _Optional[str] = ..., published_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., comparison: _Optional[_Union[_comparison_pb2.Comparison, _Mapping]] = ...) -> None: ...

class SearchRequest(_message.Message):
    __slots__ = ("collection_id", "inline", "article_id", "options")
    COLLECTION_ID_FIELD_NUMBER: _ClassVar[int]
    INLINE_FIELD_NUMBER: _ClassVar[int]
    ARTICLE_ID_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    collection_id: str
    inline: InlineText
    article_id: str
    options: SearchOptions
    def __init__(self, collection_id: _Optional[str] = ..., inline: _Optional[_Union[InlineText, _Mapping]] = ..., article_id: _Optional[str] = ..., options: _Optional[_Union[SearchOptions, _Mapping]] = ...) -> None: ...

class SearchResponse(_message.Message):
    __slots__ = ("matches", "truncated")
    MATCHES_FIELD_NUMBER: _ClassVar[int]
    TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    matches: _containers.RepeatedCompositeFieldContainer[Match]
    truncated: bool
    def __init__(self, matches: _Optional[_Iterable[_Union[Match, _Mapping]]] = ..., truncated: _Optional[bool] = ...) -> None: ...

class BatchSearchQuery(_message.Message):
    __slots__ = ("inline", "article_id")
    INLINE_FIELD_NUMBER: _ClassVar[int]
    ARTICLE_ID_FIELD_NUMBER: _ClassVar[int]
    inline: InlineText
    article_id: str
    def __init__(self, inline: _Optional[_Union[InlineText, _Mapping]] = ..., article_id: _Optional[str] = ...) -> None: ...

class BatchSearchRequest(_message.Message):
    __slots__ = ("collection_id", "queries", "options")
    COLLECTION_ID_FIELD_NUMBER: _ClassVar[int]
    QUERIES_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    collection_id: str
    queries: _containers.RepeatedCompositeFieldContainer[BatchSearchQuery]
    options: SearchOptions
    def __init__(self, collection_id: _Optional[str] = ..., queries: _Optional[_Iterable[_Union[BatchSearchQuery, _Mapping]]] = ..., options: _Optional[_Union[SearchOptions, _Mapping]] = ...) -> None: ...

class BatchSearchResult(_message.Message):
    __slots__ = ("status", "matches", "truncated")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    MATCHES_FIELD_NUMBER: _ClassVar[int]
    TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    status: _status_pb2.Status
    matches: _containers.RepeatedCompositeFieldContainer[Match]
    truncated: bool
    def __init__(self, status: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., matches: _Optional[_Iterable[_Union[Match, _Mapping]]] = ..., truncated: _Optional[bool] = ...) -> None: ...

class BatchSearchResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[BatchSearchResult]
    def __init__(self, results: _Optional[_Iterable[_Union[BatchSearchResult, _Mapping]]] = ...) -> None: ...

class IngestArticleRequest(_message.Message):
    __slots__ = ("collection_id", "article", "search")
    COLLECTION_ID_FIELD_NUMBER: _ClassVar[int]
    ARTICLE_FIELD_NUMBER: _ClassVar[int]
    SEARCH_FIELD_NUMBER: _ClassVar[int]
    collection_id: str
    article: _article_pb2.Article
    search: SearchOptions
    def __init__(self, collection_id: _Optional[str] = ..., article: _Optional[_Union[_article_pb2.Article, _Mapping]] = ..., search: _Optional[_Union[SearchOptions, _Mapping]] = ...) -> None: ...

class IngestArticleResponse(_message.Message):
    __slots__ = ("outcome", "matches")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    MATCHES_FIELD_NUMBER: _ClassVar[int]
    outcome: _article_pb2.IngestOutcome
    matches: _containers.RepeatedCompositeFieldContainer[Match]
    def __init__(self, outcome: _Optional[_Union[_article_pb2.IngestOutcome, str]] = ..., matches: _Optional[_Iterable[_Union[Match, _Mapping]]] = ...) -> None: ...

class IngestArticlesRequest(_message.Message):
    __slots__ = ("collection_id", "article", "search")
    COLLECTION_ID_FIELD_NUMBER: _ClassVar[int]
    ARTICLE_FIELD_NUMBER: _ClassVar[int]
    SEARCH_FIELD_NUMBER: _ClassVar[int]
    collection_id: str
    article: _article_pb2.Article
    search: SearchOptions
    def __init__(self, collection_id: _Optional[str] = ..., article: _Optional[_Union[_article_pb2.Article, _Mapping]] = ..., search: _Optional[_Union[SearchOptions, _Mapping]] = ...) -> None: ...

class IngestArticlesResponse(_message.Message):
    __slots__ = ("sequence", "article_id", "status", "outcome", "matches")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    ARTICLE_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    MATCHES_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    article_id: str
    status: _status_pb2.Status
    outcome: _article_pb2.IngestOutcome
    matches: _containers.RepeatedCompositeFieldContainer[Match]
    def __init__(self, sequence: _Optional[int] = ..., article_id: _Optional[str] = ..., status: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., outcome: _Optional[_Union[_article_pb2.IngestOutcome, str]] = ..., matches: _Optional[_Iterable[_Union[Match, _Mapping]]] = ...) -> None: ...

class BatchIngestArticlesRequest(_message.Message):
    __slots__ = ("collection_id", "articles", "search")
    COLLECTION_ID_FIELD_NUMBER: _ClassVar[int]
    ARTICLES_FIELD_NUMBER: _ClassVar[int]
    SEARCH_FIELD_NUMBER: _ClassVar[int]
    collection_id: str
    articles: _containers.RepeatedCompositeFieldContainer[_article_pb2.Article]
    search: SearchOptions
    def __init__(self, collection_id: _Optional[str] = ..., articles: _Optional[_Iterable[_Union[_article_pb2.Article, _Mapping]]] = ..., search: _Optional[_Union[SearchOptions, _Mapping]] = ...) -> None: ...

class BatchIngestResult(_message.Message):
    __slots__ = ("status", "outcome", "matches")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    MATCHES_FIELD_NUMBER: _ClassVar[int]
    status: _status_pb2.Status
    outcome: _article_pb2.IngestOutcome
    matches: _containers.RepeatedCompositeFieldContainer[Match]
    def __init__(self, status: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., outcome: _Optional[_Union[_article_pb2.IngestOutcome, str]] = ..., matches: _Optional[_Iterable[_Union[Match, _Mapping]]] = ...) -> None: ...

class BatchIngestArticlesResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[BatchIngestResult]
    def __init__(self, results: _Optional[_Iterable[_Union[BatchIngestResult, _Mapping]]] = ...) -> None: ...

class GetArticleRequest(_message.Message):
    __slots__ = ("collection_id", "article_id")
    COLLECTION_ID_FIELD_NUMBER: _ClassVar[int]
    ARTICLE_ID_FIELD_NUMBER: _ClassVar[int]
    collection_id: str
    article_id: str
    def __init__(self, collection_id: _Optional[str] = ..., article_id: _Optional[str] = ...) -> None: ...

class GetArticleResponse(_message.Message):
    __slots__ = ("article",)
    ARTICLE_FIELD_NUMBER: _ClassVar[int]
    article: _article_pb2.Article
    def __init__(self, article: _Optional[_Union[_article_pb2.Article, _Mapping]] = ...) -> None: ...

class ListArticlesRequest(_message.Message):
    __slots__ = ("collection_id", "page_size", "page_token", "include_text")
    COLLECTION_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_TEXT_FIELD_NUMBER: _ClassVar[int]
    collection_id: str
    page_size: int
    page_token: str
    include_text: bool
    def __init__(self, collection_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., include_text: _Optional[bool] = ...) -> None: ...

class ListArticlesResponse(_message.Message):
    __slots__ = ("articles", "next_page_token")
    ARTICLES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    articles: _containers.RepeatedCompositeFieldContainer[_article_pb2.Article]
    next_page_token: str
    def __init__(self, articles: _Optional[_Iterable[_Union[_article_pb2.Article, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DeleteArticleRequest(_message.Message):
    __slots__ = ("collection_id", "article_id", "allow_missing")
    COLLECTION_ID_FIELD_NUMBER: _ClassVar[int]
    ARTICLE_ID_FIELD_NUMBER: _ClassVar[int]
    ALLOW_MISSING_FIELD_NUMBER: _ClassVar[int]
    collection_id: str
    article_id: str
    allow_missing: bool
    def __init__(self, collection_id: _Optional[str] = ..., article_id: _Optional[str] = ..., allow_missing: _Optional[bool] = ...) -> None: ...

class DeleteArticleResponse(_message.Message):
    __slots__ = ("deleted",)
    DELETED_FIELD_NUMBER: _ClassVar[int]
    deleted: bool
    def __init__(self, deleted: _Optional[bool] = ...) -> None: ...

class CreateCollectionRequest(_message.Message):
    __slots__ = ("collection",)
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    collection: _collection_pb2.Collection
    def __init__(self, collection: _Optional[_Union[_collection_pb2.Collection, _Mapping]] = ...) -> None: ...

class CreateCollectionResponse(_message.Message):
    __slots__ = ("collection",)
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    collection: _collection_pb2.Collection
    def __init__(self, collection: _Optional[_Union[_collection_pb2.Collection, _Mapping]] = ...) -> None: ...

class GetCollectionRequest(_message.Message):
    __slots__ = ("collection_id",)
    COLLECTION_ID_FIELD_NUMBER: _ClassVar[int]
    collection_id: str
    def __init__(self, collection_id: _Optional[str] = ...) -> None: ...

class GetCollectionResponse(_message.Message):
    __slots__ = ("collection",)
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    collection: _collection_pb2.Collection
    def __init__(self, collection: _Optional[_Union[_collection_pb2.Collection, _Mapping]] = ...) -> None: ...

class ListCollectionsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCollectionsResponse(_message.Message):
    __slots__ = ("collections", "next_page_token")
    COLLECTIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    collections: _containers.RepeatedCompositeFieldContainer[_collection_pb2.Collection]
    next_page_token: str
    def __init__(self, collections: _Optional[_Iterable[_Union[_collection_pb2.Collection, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DeleteCollectionRequest(_message.Message):
    __slots__ = ("collection_id", "force")
    COLLECTION_ID_FIELD_NUMBER: _ClassVar[int]
    FORCE_FIELD_NUMBER: _ClassVar[int]
    collection_id: str
    force: bool
    def __init__(self, collection_id: _Optional[str] = ..., force: _Optional[bool] = ...) -> None: ...

class DeleteCollectionResponse(_message.Message):
    __slots__ = ("deleted_articles",)
    DELETED_ARTICLES_FIELD_NUMBER: _ClassVar[int]
    deleted_articles: int
    def __init__(self, deleted_articles: _Optional[int] = ...) -> None: ...

class GetServiceInfoRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetServiceInfoResponse(_message.Message):
    __slots__ = ("version", "scheme", "limits", "collection_count", "article_count", "started_at")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SCHEME_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    COLLECTION_COUNT_FIELD_NUMBER: _ClassVar[int]
    ARTICLE_COUNT_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    version: str
    scheme: SketchScheme
    limits: Limits
    collection_count: int
    article_count: int
    started_at: _timestamp_pb2.Timestamp
    def __init__(self, version: _Optional[str] = ..., scheme: _Optional[_Union[SketchScheme, _Mapping]] = ..., limits: _Optional[_Union[Limits, _Mapping]] = ..., collection_count: _Optional[int] = ..., article_count: _Optional[int] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SketchScheme(_message.Message):
    __slots__ = ("id", "verbatim_features", "verbatim_permutations", "verbatim_seed", "verbatim_bands", "verbatim_rows", "content_features", "content_keys", "content_segment_words", "content_shared_keys")
    ID_FIELD_NUMBER: _ClassVar[int]
    VERBATIM_FEATURES_FIELD_NUMBER: _ClassVar[int]
    VERBATIM_PERMUTATIONS_FIELD_NUMBER: _ClassVar[int]
    VERBATIM_SEED_FIELD_NUMBER: _ClassVar[int]
    VERBATIM_BANDS_FIELD_NUMBER: _ClassVar[int]
    VERBATIM_ROWS_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FEATURES_FIELD_NUMBER: _ClassVar[int]
    CONTENT_KEYS_FIELD_NUMBER: _ClassVar[int]
    CONTENT_SEGMENT_WORDS_FIELD_NUMBER: _ClassVar[int]
    CONTENT_SHARED_KEYS_FIELD_NUMBER: _ClassVar[int]
    id: str
    verbatim_features: str
    verbatim_permutations: int
    verbatim_seed: int
    verbatim_bands: int
    verbatim_rows: int
    content_features: str
    content_keys: int
    content_segment_words: int
    content_shared_keys: int
    def __init__(self, id: _Optional[str] = ..., verbatim_features: _Optional[str] = ..., verbatim_permutations: _Optional[int] = ..., verbatim_seed: _Optional[int] = ..., verbatim_bands: _Optional[int] = ..., verbatim_rows: _Optional[int] = ..., content_features: _Optional[str] = ..., content_keys: _Optional[int] = ..., content_segment_words: _Optional[int] = ..., content_shared_keys: _Optional[int] = ...) -> None: ...

class Limits(_message.Message):
    __slots__ = ("max_text_bytes", "max_batch_size", "max_page_size", "max_matches", "max_metadata_fields", "max_message_bytes", "max_in_flight")
    MAX_TEXT_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_BATCH_SIZE_FIELD_NUMBER: _ClassVar[int]
    MAX_PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    MAX_MATCHES_FIELD_NUMBER: _ClassVar[int]
    MAX_METADATA_FIELDS_FIELD_NUMBER: _ClassVar[int]
    MAX_MESSAGE_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_IN_FLIGHT_FIELD_NUMBER: _ClassVar[int]
    max_text_bytes: int
    max_batch_size: int
    max_page_size: int
    max_matches: int
    max_metadata_fields: int
    max_message_bytes: int
    max_in_flight: int
    def __init__(self, max_text_bytes: _Optional[int] = ..., max_batch_size: _Optional[int] = ..., max_page_size: _Optional[int] = ..., max_matches: _Optional[int] = ..., max_metadata_fields: _Optional[int] = ..., max_message_bytes: _Optional[int] = ..., max_in_flight: _Optional[int] = ...) -> None: ...
