"""What a long command shows on standard error while it works."""

import os
import sys
from types import TracebackType
from typing import Literal, Self

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from textkin.cli._sources import Sources
from textkin.printable import printable

# Over how long the rate and the time left are taken.
_RATE_SECONDS = 30.0


class Watch:
    """Counts finished items; shows a bar if standard error is a terminal that the output does not share."""

    def __init__(self, what: str, sources: Sources, *, prints: bool) -> None:
        """Makes a watch, to be entered.

        `what` are the items, in the plural; `sources` tells how much was read of how much; `prints`: standard
        output gets lines meanwhile.
        """
        is_dumb = os.environ.get("TERM", "") in {"dumb", "unknown"}
        self._shown = sys.stderr.isatty() and not is_dumb and not (prints and sys.stdout.isatty())
        self._what = what
        self._sources = sources
        self._count = 0
        self._progress: Progress | None = None

    def __enter__(self) -> Self:
        if self._shown:
            colours: Literal["auto"] | None = None if os.environ.get("NO_COLOR") else "auto"
            total = self._sources.total()
            self._progress = Progress(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                _RateColumn(),
                BarColumn(),
                TaskProgressColumn(),
                TimeElapsedColumn(),
                # What is left is known in bytes, not in items.
                *([TextColumn("left"), TimeRemainingColumn()] if total else []),
                console=Console(stderr=True, color_system=colours),
                transient=True,
                speed_estimate_period=_RATE_SECONDS,
            )
            self._task = self._progress.add_task(self._description(), total=total, count=0)
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._progress:
            self._progress.stop()

    def finished(self) -> None:
        """One more item is done."""
        self._count += 1
        if self._progress:
            self._progress.update(
                self._task, description=self._description(), completed=self._sources.done, count=self._count
            )

    def say(self, message: str) -> None:
        """Prints a message on standard error, above the bar."""
        if self._progress:
            self._progress.console.print(printable(message), markup=False, highlight=False, soft_wrap=True)
        else:
            click.echo(printable(message), err=True)

    def _description(self) -> str:
        return f"{self._count:,} {self._what}"


class _RateColumn(TextColumn):
    """Items a second since the start."""

    def __init__(self) -> None:
        super().__init__("")

    def render(self, task: Task) -> Text:
        """The rate, as soon as there is one."""
        rate = task.fields["count"] / task.elapsed if task.elapsed else 0.0
        return Text(f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s", "dim")  # noqa: PLR2004 -- two digits
