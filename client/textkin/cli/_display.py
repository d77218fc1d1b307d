"""What people see: views of what the service answers. Texts are hostile: nothing in them is markup."""

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import TextIOWrapper
from typing import Literal

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from textkin.highlight import shared_words
from textkin.printable import printable
from textkin.types import (
    Article,
    Collection,
    Comparison,
    Match,
    Passage,
    PassageKind,
    Quotation,
    Relation,
    SearchResult,
    ServiceInfo,
)
from textkin.words import counted, cut_note, kind_name, relation_name

# How wide to print where there is no terminal that says.
_WIDTH = 100

_KIND_STYLES = {
    PassageKind.VERBATIM: "magenta",
    PassageKind.EDITED: "yellow",
    PassageKind.PARAPHRASE: "cyan",
}
_RELATION_STYLES = {
    Relation.IDENTICAL: "bold magenta",
    Relation.COPY: "bold magenta",
    Relation.PARTIAL_COPY: "bold yellow",
    Relation.REWRITE: "bold cyan",
    Relation.RELATED: "bold",
    Relation.UNRELATED: "bold dim",
}

# Under a search, the middle of longer passages is left out; `textkin compare` shows them whole.
_LONGEST_PASSAGE = 1_000

# What both texts quote is named above the passage by its beginning.
_LONGEST_QUOTATION = 60

# Two columns with a line between them and nothing around.
_SIDE_BY_SIDE = box.Box("    \n  │ \n    \n  │ \n  │ \n    \n  │ \n    \n")


@dataclass(frozen=True, slots=True)
class Side:
    """One text of a comparison and what to call it."""

    name: str
    text: str


def stdout_console() -> Console:
    """A console for standard output: styled on a terminal unless NO_COLOR is set or TERM is dumb, plain elsewhere.

    FORCE_COLOR styles it elsewhere too.
    """
    if isinstance(sys.stdout, TextIOWrapper):
        # A locale that lacks a character shows a question mark for it.
        sys.stdout.reconfigure(errors="replace")
    fixed = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _WIDTH
    # Rich would leave bold and dim to a terminal without colour.
    colours: Literal["auto"] | None = None if os.environ.get("NO_COLOR") else "auto"
    return Console(width=fixed, markup=False, emoji=False, highlight=False, color_system=colours)


def comparison_view(a: Side, b: Side, comparison: Comparison) -> RenderableType:
    """What two texts share: the verdict, the measures in words, and the passages side by side."""
    headline = Text.assemble(
        (relation_name(comparison.relation), _RELATION_STYLES[comparison.relation]),
        ("   score ", "dim"),
        f"{comparison.score:.2f}",
    )
    measures = Text(
        f"{_percent(comparison.containment_a)} of A's words are in B and "
        f"{_percent(comparison.containment_b)} of B's in A, rare words counting most.\n"
        f"{comparison.explanation}"
    )
    parts: list[RenderableType] = ["", headline, measures]
    if note := cut_note(comparison):
        parts.append(Text(note, "yellow"))
    if comparison.passages:
        parts += ["", passages_view(a, b, comparison.passages)]
    return Group(*parts)


def search_view(query: Side, result: SearchResult, texts: dict[str, str]) -> RenderableType:
    """The matches in a table, and the passages of those whose text is in `texts` by article id."""
    if not result.matches:
        return Text("no match: nothing here is a copy or a rewrite of it")
    parts: list[RenderableType] = [_match_table(result.matches)]
    if result.truncated:
        parts.append(Text("A very common key was cut short: a match may be missing.", "yellow"))
    for rank, match in enumerate(result.matches, 1):
        if match.article_id in texts and match.comparison.passages:
            other = Side(match.article_id, texts[match.article_id])
            heading = Text(f"{rank}  {_clean(match.title or match.article_id)}", "bold")
            parts += [
                "",
                Rule(heading, align="left", style="dim"),
                Text(match.comparison.explanation, "dim"),
                passages_view(query, other, match.comparison.passages, longest=_LONGEST_PASSAGE),
            ]
    return Group(*parts)


def passages_view(
    a: Side, b: Side, passages: Iterable[Passage], longest: int | None = None
) -> RenderableType:
    """The passages, `a` left and `b` right, with the words that both sides have coloured.

    Of a passage of more than `longest` characters the middle is left out.
    """
    parts: list[RenderableType] = [
        _two_columns(
            Text.assemble(("A  ", "dim"), (_clean(a.name), "bold")),
            Text.assemble(("B  ", "dim"), (_clean(b.name), "bold")),
        )
    ]
    for number, passage in enumerate(passages, 1):
        style = _KIND_STYLES[passage.kind]
        heading = Text.assemble(
            (f"{number}  ", "dim"),
            (kind_name(passage.kind), style),
            (f"   similarity {passage.similarity:.2f}", ""),
            (f"   A {passage.a.start}-{passage.a.end}, B {passage.b.start}-{passage.b.end}", "dim"),
        )
        left, right = (
            _shortened(_one_line(text), longest) for text in (passage.a.of(a.text), passage.b.of(b.text))
        )
        parts += [
            "",
            heading,
            *(_quotation_line(a.text, b.text, each) for each in passage.quotations),
            _two_columns(_highlighted(left, right, style), _highlighted(right, left, style)),
        ]
    return Group(*parts)


def _quotation_line(text_a: str, text_b: str, quotation: Quotation) -> Text:
    """A quotation that both texts have, in short, and who is quoted."""
    quoted = _one_line(quotation.a.of(text_a))
    if len(quoted) > _LONGEST_QUOTATION:
        quoted = f"{quoted[:_LONGEST_QUOTATION].rstrip()} …"
    speaker_a, speaker_b = (
        _one_line(span.of(text)) if span else ""
        for span, text in ((quotation.speaker_a, text_a), (quotation.speaker_b, text_b))
    )
    if quotation.speaker:
        heading = f"both quote {_one_line(quotation.speaker)}: "
    elif speaker_a and speaker_b:
        heading = f"both quote, A {speaker_a} and B {speaker_b}: "
    else:
        heading = "both quote: "
    return Text.assemble(("   " + heading, "bold"), (f"“{quoted}”", "italic"))


def article_facts(article: Article) -> RenderableType:
    """All that is known of an article but its text."""
    facts = [
        ("id", article.id),
        ("title", article.title),
        ("url", article.url),
        ("source", article.source),
        ("language", article.language),
        ("detected language", article.detected_language),
        ("published", _time(article.published_at)),
        ("ingested", _time(article.ingested_at)),
        *article.metadata.items(),
    ]
    return _facts((name, value) for name, value in facts if value)


def article_line(article: Article) -> str:
    """An article in one line: id, source, title."""
    return "  ".join(_clean(part) for part in (article.id, article.source, article.title) if part)


def collections_view(collections: Sequence[Collection]) -> RenderableType:
    """Collections with their settings, in a table."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim")
    for name in ("id", "language", "retention", "created"):
        table.add_column(name)
    for name in ("articles", "recurring", "most articles", "longest text"):
        table.add_column(name, justify="right")
    for each in collections:
        settings = each.settings
        table.add_row(
            Text(_clean(each.id), "bold"),
            Text(_clean(settings.language) or "detected"),
            _duration(settings.retention),
            _time(each.created_at),
            f"{each.article_count:,}",
            f"{each.recurring_piece_count:,}",
            f"{settings.max_articles:,}" if settings.max_articles else "no limit",
            f"{settings.max_text_bytes:,} bytes" if settings.max_text_bytes else "the service's",
        )
    return table


def info_view(info: ServiceInfo, address: str) -> RenderableType:
    """What a service is."""
    scheme, limits = info.scheme, info.limits
    return _facts(
        [
            ("service", f"textkin {info.version} at {address}, since {_time(info.started_at)}"),
            ("articles", f"{info.article_count:,} in {counted(info.collection_count, 'collection')}"),
            ("scheme", scheme.id),
            (
                "verbatim",
                (
                    f"{scheme.verbatim_features}: {scheme.verbatim_permutations} permutations, "
                    f"{scheme.verbatim_bands} bands of {scheme.verbatim_rows}"
                ),
            ),
            (
                "content",
                (
                    f"{scheme.content_features}: {scheme.content_keys} keys "
                    f"for every {scheme.content_segment_words} words, {scheme.content_shared_keys} shared make a candidate"
                ),
            ),
            ("longest text", f"{limits.max_text_bytes:,} bytes"),
            ("largest message", f"{limits.max_message_bytes:,} bytes"),
            ("most matches", f"{limits.max_matches:,}"),
            ("largest batch", f"{limits.max_batch_size:,} queries"),
            ("largest page", f"{limits.max_page_size:,} articles"),
            ("most metadata", f"{limits.max_metadata_fields:,} fields"),
            ("most in flight", f"{limits.max_in_flight:,} requests"),
        ]
    )


def _match_table(matches: Iterable[Match]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim")
    table.add_column("", justify="right", style="dim")
    table.add_column("score", justify="right")
    table.add_column("relation", no_wrap=True)
    table.add_column("article", overflow="fold", style="bold")
    table.add_column("title")
    table.add_column("source", overflow="fold")
    for rank, match in enumerate(matches, 1):
        relation = match.comparison.relation
        table.add_row(
            str(rank),
            f"{match.comparison.score:.2f}",
            Text(relation_name(relation), _RELATION_STYLES[relation]),
            Text(_clean(match.article_id)),
            Text(_clean(match.title)),
            Text(_clean(match.source)),
        )
    return table


def _two_columns(left: Text, right: Text) -> Table:
    table = Table(box=_SIDE_BY_SIDE, show_header=False, show_edge=False, expand=True, border_style="dim")
    table.add_column(ratio=1, overflow="fold")
    table.add_column(ratio=1, overflow="fold")
    table.add_row(left, right)
    return table


def _facts(facts: Iterable[tuple[str, str]]) -> Padding:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts:
        table.add_row(Text(_clean(name)), Text(_clean(value)))
    return Padding(table, 0)


def _highlighted(text: str, other: str, style: str) -> Text:
    result = Text(text)
    for start, end in shared_words(text, other):
        result.stylize(style, start, end)
    return result


def _one_line(text: str) -> str:
    return " ".join(printable(text).split())


def _shortened(text: str, longest: int | None) -> str:
    if longest is None or len(text) <= longest:
        return text
    left_out = len(text) - longest
    return f"{text[: longest // 2]} [… {left_out:,} characters …] {text[len(text) - longest // 2 :]}"


def _clean(text: str) -> str:
    return printable(text).replace("\n", " ")


def _percent(share: float) -> str:
    return f"{share:.0%}"


def _duration(time: timedelta | None) -> str:
    if not time:
        return "for ever"
    return str(time) if time.seconds else counted(time.days, "day")


def _time(time: datetime | None) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if time else ""
