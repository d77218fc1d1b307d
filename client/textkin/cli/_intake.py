"""Takes files in: sends their articles, in bounded memory, and tells what becomes of each, in their order."""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import click

from textkin.cli._json import error_json, matches_json, print_json
from textkin.cli._marks import Mark, Marks, UnreadableError, is_refused_for_good, state_of
from textkin.cli._progress import Watch
from textkin.cli._readers import BadRecord, Place, Position, Record
from textkin.cli._records import item_of
from textkin.cli._sources import Source, Sources
from textkin.errors import TextkinError, UnexpectedError
from textkin.printable import printable
from textkin.types import Acknowledgement, Article, SearchOptions
from textkin.words import counted, match_words

if TYPE_CHECKING:
    from textkin.client import Client

_FAILED = "failed"
_COUNTED = ("created", "replaced", "unchanged", _FAILED)

# Most characters of texts on their way, unless one text alone has more: a window of the longest ones would not fit memory.
_CHARACTERS_ON_THEIR_WAY = 8 * 1024 * 1024

# Most records drawn and not yet reported, before those that cannot be sent must wait too.
MOST_UNREPORTED = 4096

# Marks are kept so often: to write them takes some milliseconds.
_ARTICLES_A_KEEPING = 256
_SECONDS_A_KEEPING = 1.0


class Report:
    """Says what becomes of articles, and counts it."""

    def __init__(self, watch: Watch, search: SearchOptions | None, *, as_json: bool, by_file: bool) -> None:
        """`by_file`: tell people of each file as it ends, instead of what was dealt with before."""
        self.counts: Counter[str] = Counter()
        self.before = Mark()
        self._watch = watch
        self._search = search
        self._as_json = as_json
        self._by_file = by_file

    def say(self, message: str) -> None:
        """Prints a message on standard error."""
        self._watch.say(message)

    def taken(self, given_id: Any, answer: Acknowledgement, outcome: str) -> None:
        """Reports an article that is safe."""
        self.counts[outcome] += 1
        self._watch.finished()
        if self._as_json:
            found = (
                {"matches": matches_json(answer.matches, self._search.matches_with_passages)}
                if self._search
                else {}
            )
            print_json({"id": given_id, "status": outcome, **found})
        elif answer.matches:
            click.echo(
                printable(f"{answer.article_id}: {', '.join(match_words(match) for match in answer.matches)}")
            )

    def failed(self, given_id: Any, message: str, error: TextkinError | BadRecord) -> None:
        """Reports an article that was not taken in."""
        self.counts[_FAILED] += 1
        self._watch.finished()
        self._watch.say(message)
        if self._as_json:
            print_json({"id": given_id, "status": "error", "error": error_json(error)})

    def left_out(self, mark: Mark) -> None:
        """Counts what was dealt with before."""
        if not self._by_file:
            self.before = Mark(self.before.records + mark.records, self.before.failed + mark.failed)

    def ended(self, name: str, counts: Counter[str]) -> None:
        """Reports that all of a file is dealt with."""
        if self._by_file and not self._as_json:
            click.echo(printable(f"{name}: {_sums(counts)}"))

    def end(self) -> bool:
        """Prints the sums. Returns whether all went well."""
        if not self._as_json:
            before = ""
            if self.before.records:
                failed = f", {self.before.failed:,} failed" if self.before.failed else ""
                before = f" (before: {self.before.records - self.before.failed:,} taken in{failed})"
            click.echo(f"{counted(self.counts.total(), 'article')}: {_sums(self.counts)}{before}")
        return not self.counts[_FAILED] and not self.before.failed


def _sums(counts: Counter[str]) -> str:
    return ", ".join(f"{counts[name]:,} {name}" for name in _COUNTED if counts[name]) or "nothing to take in"


@dataclass(slots=True, eq=False)
class _File:
    """A file under way. `mark`: how much of it is dealt with; `is_held`: the rest must be sent again, another time."""

    source: Source
    state: str
    mark: Mark
    is_held: bool = False
    counts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Sent:
    """An article on its way, without its text: the `number`th record of its file."""

    file: _File
    number: int
    position: Position | Place
    given_id: Any
    characters: int


@dataclass(frozen=True, slots=True)
class _Unsent:
    """A record that cannot be sent; None: the end of the file."""

    file: _File
    number: int
    bad: BadRecord | None


class Intake:
    """Takes files in once. Articles are drawn in one thread and acknowledged in another."""

    def __init__(
        self, report: Report, marks: Marks | None, is_over: Callable[[], bool] = lambda: False
    ) -> None:
        """`marks`: where to go on in each file, and to keep how far each was dealt with. `is_over`: to send no more."""
        self.is_held = False
        self._report = report
        self._marks = marks
        self._is_over = is_over
        self._changed = threading.Condition()
        self._closed = False
        # What is not yet reported, in the order of the files.
        self._queue: deque[_Sent | _Unsent] = deque()
        self._characters = 0
        self._unkept: dict[_File, None] = {}
        self._since_kept = 0
        self._kept = time.monotonic()
        self._last: str | None = None

    def take(
        self,
        client: "Client",
        sources: Sources,
        files: Iterable[Source],
        *,
        collection: str,
        search: SearchOptions | None,
    ) -> None:
        """Sends what the files hold, and returns when all is reported. Raises what ends all, such as no service."""
        try:
            for answer in client.ingest_many(
                self._articles(sources, files), collection=collection, search=search
            ):
                self._acknowledge(answer)
        finally:
            with self._changed:
                # The thread that draws must neither print nor draw any more: the process may end while it waits for input.
                self._closed = True
                self._changed.notify_all()
                self._keep()

    def _articles(self, sources: Sources, files: Iterable[Source]) -> Iterator[Article]:
        for source in files:
            file = _File(source, "", Mark())
            with self._changed:
                if self._closed:
                    return
                if self._marks:
                    file.state, file.mark = state_of(source), self._marks.of(source)
                    self._report.left_out(file.mark)
            if file.mark.complete:
                sources.leave_out(source)
                continue
            number = skip = file.mark.records
            for number, record in enumerate(sources.read(source, skip), skip + 1):
                article = self._sent(file, number, record)
                if article:
                    yield article
                if self._closed or self._is_over():
                    return
            self._not_sent(_Unsent(file, number, None))

    def _sent(self, file: _File, number: int, record: Record | BadRecord) -> Article | None:
        """The article to send, when there is room for it; None for what cannot be sent."""
        item = item_of(record)
        if isinstance(item, BadRecord):
            self._not_sent(_Unsent(file, number, item))
            return None
        characters = len(item.article.text)
        with self._changed:
            self._changed.wait_for(
                lambda: (
                    self._closed
                    or not self._characters
                    or self._characters + characters <= _CHARACTERS_ON_THEIR_WAY
                )
            )
            self._characters += characters
            self._queue.append(_Sent(file, number, item.position, item.given_id, characters))
        return item.article

    def _not_sent(self, unsent: _Unsent) -> None:
        """Reports at once if everything before is reported, else in its turn; waits while too much is not."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._queue) < MOST_UNREPORTED)
            if self._closed:
                return
            if self._queue:
                self._queue.append(unsent)
            else:
                self._pass(unsent)

    def _acknowledge(self, answer: Acknowledgement) -> None:
        """Reports the answer to the earliest article not yet answered, and what stood behind it and was not sent."""
        with self._changed:
            sent = self._queue.popleft()
            assert isinstance(sent, _Sent)
            self._characters -= sent.characters
            self._changed.notify_all()
            if answer.outcome is None:
                error = answer.error or UnexpectedError("the service gives neither an outcome nor an error")
                self._report.failed(sent.given_id, f"{sent.position}: {error.message}", error)
                self._mark(sent.file, sent.number, _FAILED, is_held=not is_refused_for_good(error))
            else:
                self._last = answer.article_id
                self._report.taken(sent.given_id, answer, answer.outcome.value)
                self._mark(sent.file, sent.number, answer.outcome.value, is_held=False)
            while self._queue and isinstance(unsent := self._queue[0], _Unsent):
                self._queue.popleft()
                self._pass(unsent)
            self._since_kept += 1
            if self._since_kept >= _ARTICLES_A_KEEPING or time.monotonic() - self._kept >= _SECONDS_A_KEEPING:
                self._keep()

    def _pass(self, unsent: _Unsent) -> None:
        file = unsent.file
        if unsent.bad:
            self._report.failed(unsent.bad.id, str(unsent.bad), unsent.bad)
            self._mark(file, unsent.number, _FAILED, is_held=unsent.bad.ends)
            return
        if not file.is_held:
            file.mark = replace(file.mark, complete=True)
            self._unkept[file] = None
        self._report.ended(file.source.name, file.counts)

    def _mark(self, file: _File, number: int, outcome: str, *, is_held: bool) -> None:
        file.counts[outcome] += 1
        file.is_held = file.is_held or is_held
        self.is_held = self.is_held or is_held
        if not file.is_held:
            file.mark = Mark(number, file.mark.failed + (outcome == _FAILED))
            self._unkept[file] = None

    def _keep(self) -> None:
        """Keeps the marks, or goes on without if they cannot be kept."""
        if self._marks and self._unkept:
            try:
                self._marks.keep({file.source: (file.state, file.mark) for file in self._unkept}, self._last)
            except UnreadableError as error:
                self._report.say(f"what is done cannot be noted, so that --resume would not know it: {error}")
                self._marks = None
        self._unkept.clear()
        self._since_kept, self._kept = 0, time.monotonic()
