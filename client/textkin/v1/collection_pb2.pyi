import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Collection(_message.Message):
    __slots__ = ("id", "settings", "created_at", "article_count", "recurring_piece_count")
    ID_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    ARTICLE_COUNT_FIELD_NUMBER: _ClassVar[int]
    RECURRING_PIECE_COUNT_FIELD_NUMBER: _ClassVar[int]
    id: str
    settings: CollectionSettings
    created_at: _timestamp_pb2.Timestamp
    article_count: int
    recurring_piece_count: int
    def __init__(self, id: _Optional[str] = ..., settings: _Optional[_Union[CollectionSettings, _Mapping]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., article_count: _Optional[int] = ..., recurring_piece_count: _Optional[int] = ...) -> None: ...

class CollectionSettings(_message.Message):
    __slots__ = ("language", "retention", "max_articles", "max_text_bytes")
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    RETENTION_FIELD_NUMBER: _ClassVar[int]
    MAX_ARTICLES_FIELD_NUMBER: _ClassVar[int]
    MAX_TEXT_BYTES_FIELD_NUMBER: _ClassVar[int]
    language: str
    retention: _duration_pb2.Duration
    max_articles: int
    max_text_bytes: int
    def __init__(self, language: _Optional[str] = ..., retention: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., max_articles: _Optional[int] = ..., max_text_bytes: _Optional[int] = ...) -> None: ...
