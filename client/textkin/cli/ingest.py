"""`textkin ingest`."""

import sys
import threading
from collections import Counter, deque
from collections.abc import Iterator
from typing import Any

import click

from textkin.cli._failures import ExitCode
from textkin.cli._json import error_json, matches_json, print_json
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
from textkin.cli._readers import BadRecord, Record
from textkin.cli._records import Item, item_of
from textkin.cli._sources import FORMATS, Sources
from textkin.errors import UnexpectedError
from textkin.printable import printable
from textkin.types import Acknowledgement, Article, OffsetUnit, SearchOptions
from textkin.words import counted, match_words

_FAILED = "failed"
_COUNTED = ("created", "replaced", "unchanged", _FAILED)


_EXAMPLES = """\b
Examples:
  textkin ingest articles/ more.jsonl
  tail -f wire.jsonl | textkin ingest - --with-matches --json
"""


@click.command(short_help="Take articles in.", epilog=_EXAMPLES)
@click.argument(
    "paths", nargs=-1, type=click.Path(exists=True, allow_dash=True), metavar="[FILE|FOLDER|-]..."
)
@click.option(
    "--jsonl",
    "jsonl",
    multiple=True,
    type=click.Path(exists=True, allow_dash=True),
    metavar="FILE",
    help="A file of JSON Lines, whatever its name.",
)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), help="What the files are, whatever their names."
)
@collection_option
@click.option(
    "--with-matches", is_flag=True, help="Also search for each article's matches among the earlier ones."
)
@click.option(
    "--passages",
    type=click.IntRange(0, MAX_COUNT),
    default=0,
    metavar="N",
    show_default=True,
    help="How many of an article's best matches carry passages, in JSON.",
)
@offset_unit_option
@encoding_option
@json_option
@service_options
@pass_session
def command(
    session: Session,
    *,
    paths: tuple[str, ...],
    jsonl: tuple[str, ...],
    form: str | None,
    collection: str,
    with_matches: bool,
    passages: int,
    offset_unit: OffsetUnit,
    encoding: str,
    as_json: bool,
) -> None:
    """Takes articles in: creates them, or replaces those with the same id.

    Reads .jsonl files with an object a line (id and text, and if you like title, url, source, language,
    published_at; other fields become metadata), .csv files with the same columns, .txt files with one article
    each, and folders of them. `-` reads JSON Lines from standard input. A line that cannot be used is
    reported and the others are taken in.

    With --json, prints {"id", "status"} as each article is safe on disk; status is created, replaced,
    unchanged or error.
    """
    if not paths and not jsonl:
        raise click.UsageError("nothing to ingest: name files, folders, or `-` for standard input")
    if jsonl and (paths or form):
        raise click.UsageError("--jsonl FILE stands alone: leave out the other files and --format")
    sources = Sources(jsonl or paths, "jsonl" if jsonl else form, encoding)
    search = SearchOptions(matches_with_passages=passages, offset_unit=offset_unit) if with_matches else None
    with Watch("articles", sources, prints=as_json or with_matches) as watch, session.connect() as client:
        report = _Report(watch, search, as_json=as_json)
        articles = report.articles(sources.records())
        try:
            for acknowledgement in client.ingest_many(articles, collection=collection, search=search):
                report.acknowledge(acknowledgement)
        finally:
            report.silence()
    report.end()


class _Report:
    """Says what becomes of each article. Articles are drawn in one thread and acknowledged in another."""

    def __init__(self, watch: Watch, search: SearchOptions | None, *, as_json: bool) -> None:
        self._watch = watch
        self._search = search
        self._as_json = as_json
        self._sent: deque[Item] = deque()
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def articles(self, records: Iterator[Record | BadRecord]) -> Iterator[Article]:
        """The articles to send; what cannot be sent is reported here and now."""
        for record in records:
            item = item_of(record)
            if isinstance(item, BadRecord):
                with self._lock:
                    self._failed(item.id, str(item), error_json(item))
            else:
                self._sent.append(item)
                yield item.article

    def acknowledge(self, answer: Acknowledgement) -> None:
        """Reports the answer to the earliest article not yet answered."""
        item = self._sent.popleft()
        with self._lock:
            if answer.outcome is None:
                error = answer.error or UnexpectedError("the service gives neither an outcome nor an error")
                self._failed(item.given_id, f"{item.position}: {error.message}", error_json(error))
                return
            self._counts[answer.outcome.value] += 1
            self._watch.finished()
            if self._as_json:
                print_json(
                    {
                        "id": item.given_id,
                        "status": answer.outcome.value,
                        **(
                            {"matches": matches_json(answer.matches, self._search.matches_with_passages)}
                            if self._search
                            else {}
                        ),
                    }
                )
            elif answer.matches:
                found = ", ".join(match_words(match) for match in answer.matches)
                click.echo(printable(f"{item.article.id}: {found}"))

    def silence(self) -> None:
        """Keeps the thread that draws from printing, for good: the process may end while it still waits for input."""
        self._lock.acquire()

    def end(self) -> None:
        """Prints the sums. Exits with SOME_FAILED if something did."""
        if not self._as_json:
            counts = [f"{self._counts[name]:,} {name}" for name in _COUNTED if self._counts[name]]
            click.echo(
                f"{counted(self._counts.total(), 'article')}: {', '.join(counts) or 'nothing to take in'}"
            )
        if self._counts[_FAILED]:
            sys.exit(ExitCode.SOME_FAILED)

    def _failed(self, given_id: Any, message: str, error: dict[str, str]) -> None:
        self._counts[_FAILED] += 1
        self._watch.finished()
        self._watch.say(message)
        if self._as_json:
            print_json({"id": given_id, "status": "error", "error": error})
