"""`textkin search`."""

import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from textkin.cli._bulk import answered
from textkin.cli._display import Side, search_view, stdout_console
from textkin.cli._failures import ExitCode, bad_input
from textkin.cli._json import error_json, print_json, result_json
from textkin.cli._options import (
    MAX_COUNT,
    Session,
    collection_option,
    encoding_option,
    json_option,
    offset_unit_option,
    pass_session,
    service_options,
)
from textkin.cli._progress import Watch
from textkin.cli._readers import BadRecord, Position
from textkin.cli._records import Query, query_of, size_problem
from textkin.cli._reports import html_option, write_report
from textkin.cli._sources import Sources, display_name, read_text
from textkin.errors import NotFound, TextkinError
from textkin.report import ReportText, report_text, search_report
from textkin.types import Article, ArticleReference, OffsetUnit, Relation, SearchOptions, SearchResult

if TYPE_CHECKING:
    from textkin.client import Client

# Most queries of one call, which has the time of them all.
_BATCH = 16

_PLACE_IN_BATCH = re.compile(r"^queries\[\d+\]\.")

# How many matches a person is shown passages of, unless told otherwise: on a terminal, and on a page, where they are folded.
_SHOWN_PASSAGES = 3
_PAGE_PASSAGES = 10


def _time(_context: click.Context, _parameter: click.Parameter, value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no time: write 2026-05-31 or 2026-05-31T18:30:00Z") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


_EXAMPLES = """\b
Examples:
  textkin search draft.txt
  textkin search draft.txt --json --passages 10 --min-relation related
  textkin search draft.txt --html matches.html
  textkin search --jsonl queries.jsonl --json
"""


@click.command(short_help="Find what a text copies or rewrites.", epilog=_EXAMPLES)
@click.argument(
    "files", nargs=-1, type=click.Path(exists=True, dir_okay=False, allow_dash=True), metavar="[FILE|-]..."
)
@click.option(
    "--id", "article_ids", multiple=True, metavar="ID", help="Search for a stored article of the collection."
)
@click.option(
    "--jsonl",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Search for many texts: JSON Lines with id and text.",
)
@collection_option
@click.option(
    "--limit",
    type=click.IntRange(1, MAX_COUNT),
    default=10,
    metavar="N",
    show_default=True,
    help="Most matches.",
)
@click.option(
    "--min-score", type=click.FloatRange(0, 1), default=0.0, metavar="SCORE", help="Least score, 0 to 1."
)
@click.option(
    "--min-relation",
    type=click.Choice([relation.value for relation in Relation]),
    default=Relation.REWRITE.value,
    show_default=True,
    help="Weakest relation.",
)
@click.option(
    "--published-from",
    callback=_time,
    metavar="TIME",
    help="Only articles published then or later; UTC if not said.",
)
@click.option(
    "--published-until", callback=_time, metavar="TIME", help="Only articles published before then."
)
@click.option(
    "--exclude-source",
    multiple=True,
    metavar="SOURCE",
    help="Leave out the articles of a source. Repeatable.",
)
@click.option(
    "--passages",
    type=click.IntRange(0, MAX_COUNT),
    metavar="N",
    help="How many of the best matches come with passages.  [default: 10 with --html, 0 with --json, else 3]",
)
@html_option
@offset_unit_option
@encoding_option
@json_option
@service_options
@pass_session
def command(
    session: Session,
    *,
    files: tuple[str, ...],
    article_ids: tuple[str, ...],
    jsonl: str | None,
    collection: str,
    limit: int,
    min_score: float,
    min_relation: str,
    published_from: datetime | None,
    published_until: datetime | None,
    exclude_source: tuple[str, ...],
    passages: int | None,
    html: str | None,
    offset_unit: OffsetUnit,
    encoding: str,
    as_json: bool,
) -> None:
    """Finds the articles that a text copies, republishes or rewrites, best match first.

    Searches for the texts of files, of standard input with `-`, of stored articles with --id, or of a file of
    JSON Lines with --jsonl, and answers in their order. Of many, one that fails is reported and the others go
    on.
    """
    if bool(files) + bool(article_ids) + bool(jsonl) != 1:
        raise click.UsageError("name the files to search for, or articles with --id, or a file with --jsonl")
    alone = not jsonl and len(files) + len(article_ids) == 1
    if html and not alone:
        raise click.UsageError(
            "--html writes the page of one search: name one file, or one article with --id"
        )
    options = SearchOptions(
        limit=limit,
        min_score=min_score,
        min_relation=Relation(min_relation),
        published_from=published_from,
        published_until=published_until,
        exclude_sources=exclude_source,
        matches_with_passages=_default_passages(as_json=as_json, html=html) if passages is None else passages,
        # People read code points: what they are shown is cut by them.
        offset_unit=offset_unit if as_json and not html else OffsetUnit.CODE_POINT,
    )
    if jsonl:
        sources = Sources((jsonl,), "jsonl", encoding)
        queries: Iterable[Query | BadRecord] = (query_of(record) for record in sources.records())
        batch_size = _BATCH
    else:
        sources = Sources(files, "text", encoding)
        queries = [_file_query(path, encoding) for path in files] or [_id_query(each) for each in article_ids]
        batch_size = min(_BATCH, len(queries))
    with Watch("queries", sources, prints=True) as watch, session.connect() as client:

        def search(asked: Iterator[Query]) -> Iterator[SearchResult | TextkinError]:
            results = client.search_many(
                (query.text for query in asked),
                options,
                collection=collection,
                batch_size=batch_size,
                timeout=session.timeout * batch_size,
            )
            return map(_outcome, results)

        report = _Report(client, watch, collection, options, as_json=as_json, html=html, alone=alone)
        for query, result in answered(queries, search):
            report.add(query, result)
    if report.failures:
        sys.exit(ExitCode.SOME_FAILED)


def _default_passages(*, as_json: bool, html: str | None) -> int:
    if html:
        return _PAGE_PASSAGES
    return 0 if as_json else _SHOWN_PASSAGES


def _file_query(path: str, encoding: str) -> Query:
    name, text = display_name(path), read_text(path, encoding)
    problem = size_problem(len(text.encode()))
    if problem:
        raise bad_input(f"{name}: {problem}")
    return Query(Position(name, 1, 0), name, text)


def _id_query(article_id: str) -> Query:
    return Query(Position(f"article {article_id}", 1, 0), article_id, ArticleReference(article_id))


def _outcome(result: SearchResult) -> SearchResult | TextkinError:
    error = result.error
    if error is None:
        return result
    # The service names the query by its place in the batch, which is ours and means nothing to the caller.
    return type(error)(
        _PLACE_IN_BATCH.sub("", error.message),
        code=error.code,
        reason=error.reason,
        metadata=error.metadata,
        violations=error.violations,
        retry_delay=error.retry_delay,
    )


class _Report:
    """Prints what came of each query."""

    def __init__(
        self,
        client: "Client",
        watch: Watch,
        collection: str,
        options: SearchOptions,
        *,
        as_json: bool,
        html: str | None,
        alone: bool,
    ) -> None:
        self.failures = 0
        self._client = client
        self._watch = watch
        self._collection = collection
        self._options = options
        self._as_json = as_json
        self._html = html
        self._alone = alone

    def add(self, query: Query | BadRecord, result: SearchResult | TextkinError | BadRecord) -> None:
        """Prints one answer. Raises its error if there is but one query."""
        self._watch.finished()
        if isinstance(query, Query) and isinstance(result, SearchResult):
            if self._as_json:
                print_json(result_json(query.given_id, result, self._options.matches_with_passages))
            if self._html:
                self._write(self._html, query, result)
            elif not self._as_json:
                self._show(query, result)
            return
        if isinstance(result, TextkinError) and self._alone:
            raise result
        self.failures += 1
        self._watch.say(str(result) if isinstance(result, BadRecord) else f"{query.position}: {result}")
        if self._as_json and not isinstance(result, SearchResult):
            given_id = query.given_id if isinstance(query, Query) else query.id
            print_json({"id": given_id, "error": error_json(result)})

    def _show(self, query: Query, result: SearchResult) -> None:
        console = stdout_console()
        if not self._alone:
            console.print(f"\n{query.given_id}", style="bold", markup=False)
        texts = {article_id: article.text for article_id, article in self._aligned(result).items()}
        if isinstance(query.text, str):
            side = Side(str(query.given_id), query.text)
        else:
            article = self._article(query.text.article_id)
            side = Side(query.text.article_id, article.text if article else "")
        console.print(search_view(side, result, texts))

    def _write(self, path: str, query: Query, result: SearchResult) -> None:
        if isinstance(query.text, str):
            text = ReportText(str(query.given_id), query.text)
        else:
            text = report_text(self._client.get(query.text.article_id, collection=self._collection))
        write_report(path, search_report(text, result, self._aligned(result)))

    def _aligned(self, result: SearchResult) -> dict[str, Article]:
        """The articles, by id, of the matches that carry passages, but those that were deleted since."""
        shown = [match.article_id for match in result.matches if match.comparison.passages]
        return {article_id: article for article_id in shown if (article := self._article(article_id))}

    def _article(self, article_id: str) -> Article | None:
        """The article; None if it was deleted since."""
        try:
            return self._client.get(article_id, collection=self._collection)
        except NotFound:
            return None
