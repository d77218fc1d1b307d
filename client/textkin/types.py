"""What the client gives and takes: frozen values, explained in full by the API's messages of the same names.

Every number called score, similarity, resemblance, containment or coverage lies within 0 to 1. Times are
aware; the service's are in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Self

from textkin.errors import TextkinError
from textkin.spans import OffsetUnit as OffsetUnit  # noqa: PLC0414 -- it is of these values, too
from textkin.spans import Side, span_of
from textkin.spans import Span as Span  # noqa: PLC0414 -- as above

DEFAULT_COLLECTION = "default"


class _Ordered(Enum):
    """An enumeration whose members are ordered as they are defined, from least to greatest.

    All four comparisons are written out: type checkers do not follow functools.total_ordering to members.
    """

    def __lt__(self, other: Self) -> bool:
        return self._rank < other._rank if type(other) is type(self) else NotImplemented

    def __le__(self, other: Self) -> bool:
        return self._rank <= other._rank if type(other) is type(self) else NotImplemented

    def __gt__(self, other: Self) -> bool:
        return self._rank > other._rank if type(other) is type(self) else NotImplemented

    def __ge__(self, other: Self) -> bool:
        return self._rank >= other._rank if type(other) is type(self) else NotImplemented

    @property
    def _rank(self) -> int:
        return list(type(self)).index(self)


class Relation(_Ordered):
    """What two texts share; a greater member is a stronger relation. It never says who wrote first.

    >>> client.compare(original, draft).relation >= Relation.REWRITE
    True
    """

    UNRELATED = "unrelated"
    RELATED = "related"
    REWRITE = "rewrite"
    PARTIAL_COPY = "partial_copy"
    COPY = "copy"
    IDENTICAL = "identical"


class PassageKind(_Ordered):
    """How closely a passage's two sides agree; a greater member agrees more closely."""

    PARAPHRASE = "paraphrase"
    EDITED = "edited"
    VERBATIM = "verbatim"


class IngestOutcome(Enum):
    """What an ingest did to its collection."""

    CREATED = "created"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Difference:
    """Words of one side of a passage that stand in place of words of the other. None: of none."""

    a: Span | None
    b: Span | None


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words that stand between quotation marks on both sides of a passage, without the marks.

    `speaker` empty: neither text names one beside it, or they name different people. `speaker_a`, `speaker_b`: where
    each names its own; None: it does not.

    >>> note = "“The pier was sound,” said Tomas Quill."
    >>> for passage in client.compare(f"{original} {note}", f"{draft} {note}").passages:
    ...     for quotation in passage.quotations:
    ...         print(quotation.speaker, "|", quotation.a.text)
    Tomas Quill | The pier was sound,
    """

    a: Span
    b: Span
    speaker: str = ""
    speaker_a: Span | None = None
    speaker_b: Span | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """Two stretches, one of each text, that say the same.

    `differences` only if asked for, and not of a paraphrase. `quotations`: what both sides quote.
    """

    a: Span
    b: Span
    kind: PassageKind
    similarity: float
    differences: tuple[Difference, ...] = ()
    quotations: tuple[Quotation, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """What texts `a` and `b` share. In a search `a` is the query and `b` the stored article.

    `cut_a`, `cut_b`: where the search for passages in each text ended, in the offset unit, since texts so long and so alike
    were too much work to align whole. None: all of it was aligned, or no passages were asked for.

    >>> comparison = client.compare(original, draft)
    >>> comparison.relation is Relation.COPY, comparison.score > 0.5
    (True, True)
    >>> comparison.passages[0].b.text in draft
    True
    """

    score: float
    relation: Relation
    resemblance: float
    containment_a: float
    containment_b: float
    coverage_a: float
    coverage_b: float
    explanation: str = ""
    passages: tuple[Passage, ...] = ()
    offset_unit: OffsetUnit = OffsetUnit.CODE_POINT
    cut_a: int | None = None
    cut_b: int | None = None

    def with_texts(self, a: str | None = None, b: str | None = None) -> "Comparison":
        """The same comparison, whose spans know the texts; None: what they know already stays.

        Raises ValueError for a text that is too short to be the one that was compared.

        >>> _ = client.ingest(Article(id="wire-1", text=original))
        >>> comparison = client.compare(draft, ArticleReference("wire-1"))
        >>> known = comparison.with_texts(b=client.get("wire-1").text)
        >>> known == comparison, known.passages[0].b.text in original
        (True, True)
        """
        side_a = None if a is None else Side(self.offset_unit, a)
        side_b = None if b is None else Side(self.offset_unit, b)
        return replace(self, passages=tuple(_of_sides(each, side_a, side_b) for each in self.passages))


def _of_sides(passage: Passage, a: Side | None, b: Side | None) -> Passage:
    """The same passage, whose spans are of these sides; None: of what they were."""
    return replace(
        passage,
        a=_of_side(passage.a, a),
        b=_of_side(passage.b, b),
        differences=tuple(
            Difference(each.a and _of_side(each.a, a), each.b and _of_side(each.b, b))
            for each in passage.differences
        ),
        quotations=tuple(
            replace(
                each,
                a=_of_side(each.a, a),
                b=_of_side(each.b, b),
                speaker_a=each.speaker_a and _of_side(each.speaker_a, a),
                speaker_b=each.speaker_b and _of_side(each.speaker_b, b),
            )
            for each in passage.quotations
        ),
    )


def _of_side(span: Span, side: Side | None) -> Span:
    if side is None:
        return span
    side.cut(span.start, span.end)
    return span_of(span.start, span.end, side)


@dataclass(frozen=True, slots=True)
class CompareResult:
    """What came of one of many comparisons: either `comparison` is set, or `error`, which says why there is none."""

    comparison: Comparison | None = None
    error: TextkinError | None = None


@dataclass(frozen=True, slots=True)
class InlineText:
    """A text with its language, a BCP 47 tag. Empty: the searched collection's; without one, detected.

    >>> client.compare(InlineText(original, "en"), draft).relation
    <Relation.COPY: 'copy'>
    """

    text: str = field(repr=False)
    language: str = ""


@dataclass(frozen=True, slots=True)
class ArticleReference:
    """The name of a stored article. No collection: "default" in a comparison, in a search the searched.

    >>> _ = client.ingest(Article(id="wire-1", text=original))
    >>> client.compare(draft, ArticleReference("wire-1")).relation
    <Relation.COPY: 'copy'>
    """

    article_id: str
    collection_id: str = ""


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """What a search returns. The published window includes `published_from` and excludes `published_until`.

    `limit` 0: ten. `min_relation` None: REWRITE. `matches_with_passages`: how many of the best matches carry
    passages.

    >>> options = SearchOptions(limit=3, min_relation=Relation.RELATED, matches_with_passages=3)
    >>> client.search(draft, options).matches
    ()
    """

    limit: int = 0
    min_score: float = 0.0
    min_relation: Relation | None = None
    published_from: datetime | None = None
    published_until: datetime | None = None
    exclude_sources: tuple[str, ...] = ()
    matches_with_passages: int = 0
    offset_unit: OffsetUnit = OffsetUnit.CODE_POINT


@dataclass(frozen=True, slots=True)
class Match:
    """A stored article that a query matches, without its text. Empty fields are unknown."""

    article_id: str
    comparison: Comparison
    title: str = ""
    url: str = ""
    source: str = ""
    published_at: datetime | None = None

    def with_text(self, text: str) -> "Match":
        """The same match, whose passages know the text of the article, which a match does not carry.

        Raises ValueError for a text that is too short to be the one that was compared: the article may have been replaced.

        >>> _ = client.ingest(Article(id="wire-1", text=original))
        >>> (match,) = client.search(draft, SearchOptions(matches_with_passages=1)).matches
        >>> match.comparison.passages[0].a.text in draft
        True
        >>> match = match.with_text(client.get(match.article_id).text)
        >>> match.comparison.passages[0].b.text in original
        True
        """
        return replace(self, comparison=self.comparison.with_texts(b=text))


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The matches of one query, best first.

    `truncated`: a very common key was cut short, so that a match may be missing. In a batch, `error` says why
    this query has no answer.
    """

    matches: tuple[Match, ...] = ()
    truncated: bool = False
    error: TextkinError | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """An article. Empty fields are unknown. Its text is not printed with it.

    `ingested_at` is set by the service and ignored when sent. So is `detected_language`: what the text was taken for where
    neither it nor its collection named a language.
    """

    id: str
    text: str = field(repr=False)
    title: str = ""
    url: str = ""
    source: str = ""
    language: str = ""
    published_at: datetime | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    ingested_at: datetime | None = None
    detected_language: str = ""


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What an ingest did, and the article's matches if a search was asked for."""

    outcome: IngestOutcome
    matches: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The answer to one article of an ingest stream.

    `sequence` counts from 0. Either `outcome` is set, and the article is safe on disk and searchable; or
    `error` is, and says why it was refused.
    """

    sequence: int
    article_id: str
    outcome: IngestOutcome | None = None
    error: TextkinError | None = None
    matches: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class CollectionSettings:
    """What holds for all articles of a collection.

    `language` empty: each text's is detected. `retention` None: for ever. Limits of 0: the service's.

    >>> month = CollectionSettings(language="en", retention=timedelta(days=30))
    >>> client.create_collection("wire", month).settings.retention.days
    30
    """

    language: str = ""
    retention: timedelta | None = None
    max_articles: int = 0
    max_text_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection as it stood when it was asked for.

    `recurring_piece_count`: lines and sentences that recur in articles of it that are otherwise unlike, and are no evidence.
    """

    id: str
    settings: CollectionSettings
    created_at: datetime | None = None
    article_count: int = 0
    recurring_piece_count: int = 0


@dataclass(frozen=True, slots=True)
class SketchScheme:
    """How the service makes sketches; those of schemes with other ids cannot be compared."""

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


@dataclass(frozen=True, slots=True)
class Limits:
    """The service's limits, each inclusive."""

    max_text_bytes: int
    max_batch_size: int
    max_page_size: int
    max_matches: int
    max_metadata_fields: int
    max_message_bytes: int
    max_in_flight: int


@dataclass(frozen=True, slots=True)
class ServiceInfo:
    """What a service is: its version, sketch scheme, limits and counts."""

    version: str
    scheme: SketchScheme
    limits: Limits
    collection_count: int
    article_count: int
    started_at: datetime | None = None
