from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class OffsetUnit(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OFFSET_UNIT_UNSPECIFIED: _ClassVar[OffsetUnit]
    OFFSET_UNIT_CODE_POINT: _ClassVar[OffsetUnit]
    OFFSET_UNIT_UTF8_BYTE: _ClassVar[OffsetUnit]
    OFFSET_UNIT_UTF16_UNIT: _ClassVar[OffsetUnit]

class Relation(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RELATION_UNSPECIFIED: _ClassVar[Relation]
    RELATION_UNRELATED: _ClassVar[Relation]
    RELATION_RELATED: _ClassVar[Relation]
    RELATION_REWRITE: _ClassVar[Relation]
    RELATION_PARTIAL_COPY: _ClassVar[Relation]
    RELATION_COPY: _ClassVar[Relation]
    RELATION_IDENTICAL: _ClassVar[Relation]

class PassageKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PASSAGE_KIND_UNSPECIFIED: _ClassVar[PassageKind]
    PASSAGE_KIND_PARAPHRASE: _ClassVar[PassageKind]
    PASSAGE_KIND_EDITED: _ClassVar[PassageKind]
    PASSAGE_KIND_VERBATIM: _ClassVar[PassageKind]
OFFSET_UNIT_UNSPECIFIED: OffsetUnit
OFFSET_UNIT_CODE_POINT: OffsetUnit
OFFSET_UNIT_UTF8_BYTE: OffsetUnit
OFFSET_UNIT_UTF16_UNIT: OffsetUnit
RELATION_UNSPECIFIED: Relation
RELATION_UNRELATED: Relation
RELATION_RELATED: Relation
RELATION_REWRITE: Relation
RELATION_PARTIAL_COPY: Relation
RELATION_COPY: Relation
RELATION_IDENTICAL: Relation
PASSAGE_KIND_UNSPECIFIED: PassageKind
PASSAGE_KIND_PARAPHRASE: PassageKind
PASSAGE_KIND_EDITED: PassageKind
PASSAGE_KIND_VERBATIM: PassageKind

class Span(_message.Message):
    __slots__ = ("start", "end")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    start: int
    end: int
    def __init__(self, start: _Optional[int] = ..., end: _Optional[int] = ...) -> None: ...

class Difference(_message.Message):
    __slots__ = ("a", "b")
    A_FIELD_NUMBER: _ClassVar[int]
    B_FIELD_NUMBER: _ClassVar[int]
    a: Span
    b: Span
    def __init__(self, a: _Optional[_Union[Span, _Mapping]] = ..., b: _Optional[_Union[Span, _Mapping]] = ...) -> None: ...

class Quotation(_message.Message):
    __slots__ = ("a", "b", "speaker", "speaker_a", "speaker_b")
    A_FIELD_NUMBER: _ClassVar[int]
    B_FIELD_NUMBER: _ClassVar[int]
    SPEAKER_FIELD_NUMBER: _ClassVar[int]
    SPEAKER_A_FIELD_NUMBER: _ClassVar[int]
    SPEAKER_B_FIELD_NUMBER: _ClassVar[int]
    a: Span
    b: Span
    speaker: str
    speaker_a: Span
    speaker_b: Span
    def __init__(self, a: _Optional[_Union[Span, _Mapping]] = ..., b: _Optional[_Union[Span, _Mapping]] = ..., speaker: _Optional[str] = ..., speaker_a: _Optional[_Union[Span, _Mapping]] = ..., speaker_b: _Optional[_Union[Span, _Mapping]] = ...) -> None: ...

class Passage(_message.Message):
    __slots__ = ("a", "b", "kind", "similarity", "differences", "quotations")
    A_FIELD_NUMBER: _ClassVar[int]
    B_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SIMILARITY_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    QUOTATIONS_FIELD_NUMBER: _ClassVar[int]
    a: Span
    b: Span
    kind: PassageKind
    similarity: float
    differences: _containers.RepeatedCompositeFieldContainer[Difference]
    quotations: _containers.RepeatedCompositeFieldContainer[Quotation]
    def __init__(self, a: _Optional[_Union[Span, _Mapping]] = ..., b: _Optional[_Union[Span, _Mapping]] = ..., kind: _Optional[_Union[PassageKind, str]] = ..., similarity: _Optional[float] = ..., differences: _Optional[_Iterable[_Union[Difference, _Mapping]]] = ..., quotations: _Optional[_Iterable[_Union[Quotation, _Mapping]]] = ...) -> None: ...

class Comparison(_message.Message):
    __slots__ = ("score", "relation", "resemblance", "containment_a", "containment_b", "coverage_a", "coverage_b", "passages", "offset_unit", "explanation", "cut_a", "cut_b")
    SCORE_FIELD_NUMBER: _ClassVar[int]
    RELATION_FIELD_NUMBER: _ClassVar[int]
    RESEMBLANCE_FIELD_NUMBER: _ClassVar[int]
    CONTAINMENT_A_FIELD_NUMBER: _ClassVar[int]
    CONTAINMENT_B_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_A_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_B_FIELD_NUMBER: _ClassVar[int]
    PASSAGES_FIELD_NUMBER: _ClassVar[int]
    OFFSET_UNIT_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    CUT_A_FIELD_NUMBER: _ClassVar[int]
    CUT_B_FIELD_NUMBER: _ClassVar[int]
    score: float
    relation: Relation
    resemblance: float
    containment_a: float
    containment_b: float
    coverage_a: float
    coverage_b: float
    passages: _containers.RepeatedCompositeFieldContainer[Passage]
    offset_unit: OffsetUnit
    explanation: str
    cut_a: int
    cut_b: int
    def __init__(self, score: _Optional[float] = ..., relation: _Optional[_Union[Relation, str]] = ..., resemblance: _Optional[float] = ..., containment_a: _Optional[float] = ..., containment_b: _Optional[float] = ..., coverage_a: _Optional[float] = ..., coverage_b: _Optional[float] = ..., passages: _Optional[_Iterable[_Union[Passage, _Mapping]]] = ..., offset_unit: _Optional[_Union[OffsetUnit, str]] = ..., explanation: _Optional[str] = ..., cut_a: _Optional[int] = ..., cut_b: _Optional[int] = ...) -> None: ...
