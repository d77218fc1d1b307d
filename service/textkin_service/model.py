"""The values that cross from one stage to the next. Frozen, without behaviour beyond what they state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum

DEFAULT_COLLECTION = "default"


class Relation(IntEnum):
    """What two texts share; a greater value is a stronger relation. The numbers are those of the API."""

    UNRELATED = 1
    RELATED = 2
    REWRITE = 3
    PARTIAL_COPY = 4
    COPY = 5
    IDENTICAL = 6


class PassageKind(IntEnum):
    """How closely a passage's two sides agree. The numbers are those of the API."""

    PARAPHRASE = 1
    EDITED = 2
    VERBATIM = 3


class IngestOutcome(IntEnum):
    """What an ingest did to its collection. The numbers are those of the API."""

    CREATED = 1
    REPLACED = 2
    UNCHANGED = 3


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text in Unicode code points, from `start` (included) to `end` (excluded)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Words of one side of a passage that stand in place of words of the other. None: of none."""

    a: Span | None
    b: Span | None


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words that both sides of a passage quote, without the marks. `speaker` empty: not named, or not alike in both texts.

    `speaker_a`, `speaker_b`: where each text names whom it quotes. None: it does not.
    """

    a: Span
    b: Span
    speaker: str = ""
    speaker_a: Span | None = None
    speaker_b: Span | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """Two stretches, one of each text, that say the same. `similarity` is over 0 to 1.

    `differences` are there if they were asked for, unless it is a paraphrase. `quotations`: what both sides quote.
    """

    a: Span
    b: Span
    kind: PassageKind
    similarity: float
    differences: tuple[Difference, ...] = ()
    quotations: tuple[Quotation, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """What texts `a` and `b` share; every share is 0 to 1. The API's `Comparison` explains each.

    `cut_a`, `cut_b`: where the part of each text ends that was aligned, in code points. None: all of it was.
    """

    score: float
    relation: Relation
    explanation: str
    resemblance: float
    containment_a: float
    containment_b: float
    coverage_a: float
    coverage_b: float
    passages: tuple[Passage, ...] = ()
    cut_a: int | None = None
    cut_b: int | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """An article as its caller gave it. Times are aware, in UTC. `language` empty: the collection's, or the detected one.

    `detected_language`: what the text was taken for where neither it nor its collection named a language; else empty.
    """

    id: str
    text: str
    title: str = ""
    url: str = ""
    source: str = ""
    language: str = ""
    published_at: datetime | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    ingested_at: datetime | None = None
    detected_language: str = ""


@dataclass(frozen=True, slots=True)
class CollectionSettings:
    """What holds for all articles of a collection. `retention` None: for ever; a limit of 0: none of its own.

    `language` empty: each article's own is detected.
    """

    language: str = ""
    retention: timedelta | None = None
    max_articles: int = 0
    max_text_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection as it stands."""

    id: str
    settings: CollectionSettings
    created_at: datetime
    article_count: int = 0
    recurring_piece_count: int = 0


@dataclass(frozen=True, slots=True)
class ArticleReference:
    """The name of a stored article."""

    collection_id: str
    article_id: str


@dataclass(frozen=True, slots=True)
class InlineText:
    """A text that came with the request. `language` empty: the collection's, or the detected one."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """What a search returns. The published window includes `published_from` and excludes `published_until`."""

    limit: int = 10
    min_score: float = 0.0
    min_relation: Relation = Relation.REWRITE
    published_from: datetime | None = None
    published_until: datetime | None = None
    exclude_sources: frozenset[str] = frozenset()
    matches_with_passages: int = 0


@dataclass(frozen=True, slots=True)
class Match:
    """A stored article and the comparison of the query, `a`, with it, `b`. The article has its text only with passages."""

    article: Article
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The matches of one query, best first. `truncated`: a very common key was cut short."""

    matches: tuple[Match, ...]
    truncated: bool = False
