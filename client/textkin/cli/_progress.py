"""What a long command shows on standard error while it works."""

import sys
from types import TracebackType
from typing import Self

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

from textkin.cli._sources import Sources
from textkin.printable import printable


class Watch:
    """Counts finished items; shows a bar if standard error is a terminal that the output does not share."""

    def __init__(self, what: str, sources: Sources, *, prints: bool) -> None:
        """Makes a watch, to be entered.

        `what` are the items, in the plural; `sources` tells how much was read of how much; `prints`: standard
        output gets lines meanwhile.
        """
        self._shown = sys.stderr.isatty() and not (prints and sys.stdout.isatty())
        self._what = what
        self._sources = sources
        self._count = 0
        self._progress: Progress | None = None

    def __enter__(self) -> Self:
        if self._shown:
            self._progress = Progress(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(),
                TaskProgressColumn(),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._progress.add_task(self._description(), total=self._sources.total())
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
            self._progress.update(self._task, description=self._description(), completed=self._sources.done)

    def say(self, message: str) -> None:
        """Prints a message on standard error, above the bar."""
        if self._progress:
            self._progress.console.print(printable(message), markup=False, highlight=False, soft_wrap=True)
        else:
            click.echo(printable(message), err=True)

    def _description(self) -> str:
        return f"{self._count:,} {self._what}"
