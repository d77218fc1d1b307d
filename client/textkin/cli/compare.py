"""`textkin compare`."""

import sys
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from textkin.cli._bulk import answered
from textkin.cli._display import Side, comparison_view, stdout_console
from textkin.cli._failures import ExitCode, bad_input
from textkin.cli._json import comparison_json, error_json, print_json
from textkin.cli._options import (
    Session,
    collection_option,
    complete_files,
    encoding_option,
    json_option,
    offset_unit_option,
    pass_session,
    service_options,
)
from textkin.cli._progress import Watch
from textkin.cli._readers import BadRecord
from textkin.cli._records import Pair, pair_of, size_problem
from textkin.cli._reports import html_option, write_report
from textkin.cli._sources import STANDARD_INPUT, Sources, display_name, read_text
from textkin.errors import PermissionDenied, TextkinError
from textkin.report import ReportText, comparison_report, report_text
from textkin.types import ArticleReference, Comparison, OffsetUnit

if TYPE_CHECKING:
    from textkin.client import Client

_STORED = "id:"


_EXAMPLES = """\b
Examples:
  textkin compare draft.txt original.txt
  textkin compare draft.txt id:story-17 --json
  textkin compare draft.txt original.txt --html report.html
  textkin compare --jsonl pairs.jsonl --json
"""


@click.command(short_help="Compare two texts.", epilog=_EXAMPLES)
@click.argument("texts", nargs=-1, metavar="[A B]", shell_complete=complete_files)
@click.option(
    "--jsonl",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Compare many pairs: JSON Lines with id, a and b.",
)
@html_option
@click.option(
    "--differences",
    is_flag=True,
    help="With --json: where the words of each passage differ, unless it is a paraphrase.",
)
@collection_option
@offset_unit_option
@encoding_option
@json_option
@service_options
@pass_session
def command(
    session: Session,
    *,
    texts: tuple[str, ...],
    jsonl: str | None,
    html: str | None,
    differences: bool,
    collection: str,
    offset_unit: OffsetUnit,
    encoding: str,
    as_json: bool,
) -> None:
    """Compares two texts and shows what they share, with the passages side by side.

    A and B are files, `-` for standard input, or id:ARTICLE for an article stored in --collection. (A file
    whose name begins so is given as ./id:...)

    With --jsonl, compares the pairs of a file, one {"id", "a", "b"} a line, and answers in their order. A
    pair that fails is reported and the others go on.
    """
    if jsonl:
        if texts or html:
            raise click.UsageError("--jsonl FILE stands alone: leave out the other texts and --html")
        _compare_pairs(
            session,
            Sources((jsonl,), "jsonl", encoding),
            offset_unit,
            differences=differences,
            as_json=as_json,
        )
        return
    if len(texts) != 2:  # noqa: PLR2004 -- a comparison is of two
        raise click.UsageError("name two texts to compare, or a file of pairs with --jsonl")
    if texts[0] == texts[1] == STANDARD_INPUT:
        raise click.UsageError("only one of the texts can be standard input")
    a, b = _given(texts[0], collection, encoding), _given(texts[1], collection, encoding)
    problem = size_problem(sum(len(text.encode()) for text in (a, b) if isinstance(text, str)))
    if problem:
        raise bad_input(f"{' and '.join(display_name(text) for text in texts)}: {problem}")
    with session.connect() as client:
        # People read code points: the texts below are cut by them.
        unit = offset_unit if as_json and not html else OffsetUnit.CODE_POINT
        comparison = client.compare(a, b, offset_unit=unit, with_differences=differences)
        if as_json:
            print_json(comparison_json(comparison, with_differences=differences))
            if not html:
                return
        if html:
            text_a, text_b = _report_text(client, texts[0], a), _report_text(client, texts[1], b)
            write_report(html, comparison_report(text_a, text_b, comparison))
            return
        side_a, side_b = _side(client, texts[0], a), _side(client, texts[1], b)
    stdout_console().print(comparison_view(side_a, side_b, comparison))


def _given(text: str, collection: str, encoding: str) -> str | ArticleReference:
    if text.startswith(_STORED):
        return ArticleReference(text.removeprefix(_STORED), collection)
    return read_text(text, encoding)


def _side(client: "Client", name: str, text: str | ArticleReference) -> Side:
    if isinstance(text, ArticleReference):
        return Side(text.article_id, client.get(text.article_id, collection=text.collection_id).text)
    return Side(display_name(name), text)


def _report_text(client: "Client", name: str, text: str | ArticleReference) -> ReportText:
    if isinstance(text, ArticleReference):
        return report_text(client.get(text.article_id, collection=text.collection_id))
    return ReportText(display_name(name), text)


def _compare_pairs(
    session: Session, sources: Sources, unit: OffsetUnit, *, differences: bool, as_json: bool
) -> None:
    failures = 0
    with Watch("pairs", sources, prints=True) as watch, session.connect() as client:
        unit = unit if as_json else OffsetUnit.CODE_POINT
        pairs = (pair_of(record) for record in sources.records())
        for pair, answer in answered(pairs, partial(_outcomes, client, unit=unit, differences=differences)):
            watch.finished()
            given_id = pair.id if isinstance(pair, BadRecord) else pair.given_id
            if isinstance(answer, Comparison):
                _print_answer(pair, given_id, answer, differences=differences, as_json=as_json)
                continue
            failures += 1
            watch.say(str(answer) if isinstance(answer, BadRecord) else f"{pair.position}: {answer}")
            if as_json:
                print_json({"id": given_id, "error": error_json(answer)})
    if failures:
        sys.exit(ExitCode.SOME_FAILED)


def _print_answer(
    pair: Pair | BadRecord, given_id: Any, comparison: Comparison, *, differences: bool, as_json: bool
) -> None:
    if as_json:
        print_json({"id": given_id, **comparison_json(comparison, with_differences=differences)})
    elif isinstance(pair, Pair):
        a, b = Side(f"{given_id}: a", pair.a), Side(f"{given_id}: b", pair.b)
        stdout_console().print(comparison_view(a, b, comparison))


def _outcomes(
    client: "Client", pairs: Iterator[Pair], unit: OffsetUnit, *, differences: bool
) -> Iterator[Comparison | TextkinError]:
    """What came of each pair. Raises what would befall them all."""
    texts = ((pair.a, pair.b) for pair in pairs)
    for result in client.compare_many(texts, offset_unit=unit, with_differences=differences):
        # Of texts alone, without an article of some collection, whoever may not compare two may compare none.
        if isinstance(result.error, PermissionDenied):
            raise result.error
        outcome = result.comparison or result.error
        assert outcome
        yield outcome
