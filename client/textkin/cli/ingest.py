"""`textkin ingest`."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from textkin.cli._failures import ExitCode, bad_input
from textkin.cli._intake import Intake, Report
from textkin.cli._marks import Marks, UnreadableError, place_of_marks
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
from textkin.cli._sources import FORMATS, STANDARD_INPUT, Source, Sources
from textkin.cli._watching import Untaken, persistently, settled_files, told_to_stop
from textkin.errors import NotFound, PermissionDenied, TextkinError
from textkin.types import DEFAULT_COLLECTION, OffsetUnit, SearchOptions
from textkin.words import counted

if TYPE_CHECKING:
    from textkin.client import Client

_EXAMPLES = """\b
Examples:
  textkin ingest articles/ more.jsonl
  textkin ingest --resume archive.jsonl.gz crawl.warc.gz
  textkin ingest --watch incoming/
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
@click.option(
    "--resume",
    is_flag=True,
    help="Note how far each file is taken in, and go on there after an interruption.",
)
@click.option(
    "--watch", "watches", is_flag=True, help="Take in the folders' files, then each as it appears or changes."
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
    resume: bool,
    watches: bool,
    collection: str,
    with_matches: bool,
    passages: int,
    offset_unit: OffsetUnit,
    encoding: str,
    as_json: bool,
) -> None:
    """Takes articles in: creates them, or replaces those with the same id.

    Reads .jsonl files with an object a line (id and text, and if you like title, url, source, language, published_at; other
    fields become metadata), .csv and .parquet files with the same columns, .txt and .html files with one article each, .warc
    archives of pages, any of them packed (.gz, .zst), and folders of them. `-` reads JSON Lines from standard input. A line
    that cannot be used is reported and the others are taken in.

    With --json, prints {"id", "status"} as each article is safe on disk; status is created, replaced, unchanged or error.

    With --resume, notes how far each file is taken in, and goes on there after an interruption. With --watch, runs until
    Ctrl-C or SIGTERM.
    """
    if not paths and not jsonl:
        raise click.UsageError("nothing to ingest: name files, folders, or `-` for standard input")
    if jsonl and (paths or form):
        raise click.UsageError("--jsonl FILE stands alone: leave out the other files and --format")
    if watches and not all(Path(path).is_dir() for path in jsonl or paths):
        raise click.UsageError("--watch watches folders: name the folder of the file")
    if resume and not all(Path(path).is_file() or Path(path).is_dir() for path in jsonl or paths):
        raise click.UsageError(
            "--resume needs files or folders: what comes through a pipe cannot be read again"
        )
    sources = Sources(jsonl or paths, "jsonl" if jsonl else form, encoding)
    search = SearchOptions(matches_with_passages=passages, offset_unit=offset_unit) if with_matches else None
    with (
        Watch("articles", sources, prints=as_json or with_matches or watches) as watch,
        session.connect() as client,
    ):
        report = Report(watch, search, as_json=as_json, by_file=watches)
        ingest = _Ingest(client, sources, report, collection, search)
        if watches:
            with _marks(session, collection, encoding, report, place=resume) as marks:
                ingest.watch(marks, resume=resume)
        elif resume:
            with _marks(session, collection, encoding, report, place=True) as marks:
                ingest.go_on(marks)
        else:
            ingest.once()
    if not report.end():
        sys.exit(ExitCode.SOME_FAILED)


@contextmanager
def _marks(
    session: Session, collection: str, encoding: str, report: Report, *, place: bool
) -> Iterator[Marks]:
    """The marks of the session's service; without a place, only for as long as the command runs."""
    try:
        where = place_of_marks() if place else None
        with Marks(where, session.address, collection or DEFAULT_COLLECTION, encoding) as marks:
            if marks.put_aside:
                report.say(
                    f"what was noted before cannot be read, and is now {marks.put_aside}: beginning anew"
                )
            yield marks
    except UnreadableError as error:
        raise bad_input(
            f"--resume cannot note what is done: {error}; name a folder for it in XDG_STATE_HOME"
        ) from error


class _Ingest:
    """One command's work, done once or again and again."""

    def __init__(
        self,
        client: "Client",
        sources: Sources,
        report: Report,
        collection: str,
        search: SearchOptions | None,
    ) -> None:
        self._client = client
        self._sources = sources
        self._report = report
        self._collection = collection
        self._search = search

    def once(self) -> None:
        """Takes everything in."""
        try:
            self._take(self._sources.files(), None)
        except TextkinError:
            if self._report.counts.total() and STANDARD_INPUT not in self._sources.paths:
                self._report.say(
                    "what was acknowledged is safe, and answered `unchanged` next time; with --resume it is not even sent"
                )
            raise

    def go_on(self, marks: Marks) -> None:
        """Takes in what the marks say is left. A command that ends is forgotten: the next one begins anew."""
        self._check(marks)
        try:
            is_held = self._take(self._sources.files(), marks)
        except BaseException:
            safe = self._report.before.records + self._report.counts.total()
            if safe:
                self._report.say(
                    f"{counted(safe, 'article')} dealt with: the same command goes on behind them"
                )
            raise
        if is_held:
            self._report.say(
                "what was refused for now, or could not be read, is tried again by the same command"
            )
            return
        try:
            marks.forget_files(self._sources.files())
        except UnreadableError as error:
            self._report.say(
                f"what was noted cannot be dropped, so that the same command would pass over it: {error}"
            )

    def watch(self, marks: Marks, *, resume: bool) -> None:
        """Takes in files as they become whole, until told to stop. Waits for a service that is gone."""
        with told_to_stop() as stop:
            if resume:
                persistently(lambda: self._check(marks), stop, self._report.say)
            untaken = Untaken(marks)
            for files in settled_files(self._sources, stop):
                due = untaken.due(files)
                if not due:
                    continue
                # An attempt that breaks off has marked how far it came in each file.
                persistently(lambda: self._take(due, marks, stop.is_set), stop, self._report.say)  # noqa: B023 -- called at once
                untaken.tried(due)

    def _take(
        self, files: Iterable[Source], marks: Marks | None, is_over: Callable[[], bool] = lambda: False
    ) -> bool:
        """Takes files in. Returns whether some of them must be sent again another time."""
        intake = Intake(self._report, marks, is_over)
        intake.take(self._client, self._sources, files, collection=self._collection, search=self._search)
        return intake.is_held

    def _check(self, marks: Marks) -> None:
        """Drops the marks if the service does not have what it acknowledged last, or does not say."""
        last = marks.last_article()
        if last is None:
            return
        try:
            self._client.get(last, collection=self._collection)
        except (NotFound, PermissionDenied):
            marks.forget()
            self._report.say(
                "the service does not show the article that it acknowledged last: beginning anew"
            )
