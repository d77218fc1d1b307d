"""How far a migration came: a bar on a terminal, otherwise a line every few seconds."""

import time
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType
from typing import Self

from rich import progress as bars
from rich.console import Console
from rich.text import Text

_SECONDS_A_LINE = 5.0


class _Rate(bars.ProgressColumn):
    """Articles a second."""

    def render(self, task: bars.Task) -> Text:
        return Text(f"{task.speed or 0:,.0f}/s")


class Progress:
    """Tells how many articles are done of how many, at which rate, and how long it will take."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` tells seconds."""
        self._console = console
        self._clock = clock
        columns = (
            bars.TextColumn("{task.description}"),
            bars.BarColumn(),
            bars.MofNCompleteColumn(),
            _Rate(),
            bars.TimeRemainingColumn(),
        )
        self._bar = bars.Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task("Migrating")
        self._total = self._done = self._begun_with = 0
        self._begin = self._told = clock()

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def total(self, articles: int) -> None:
        """Notes how many there are, and that it begins now."""
        self._total = articles
        self._begin = self._told = self._clock()
        self._bar.reset(self._task, total=articles)

    def skip(self, articles: int) -> None:
        """Notes that so many were done before, which says nothing of the rate."""
        self._begun_with += articles
        self.advance(articles)

    def advance(self, articles: int) -> None:
        """Notes that so many more are done."""
        self._done += articles
        self._bar.update(self._task, completed=self._done)
        now = self._clock()
        if not self._console.is_terminal and now - self._told >= _SECONDS_A_LINE:
            self._told = now
            self._console.print(self._line(now), highlight=False, soft_wrap=True)

    def note(self, line: str) -> None:
        """Prints a line."""
        self._console.print(line, highlight=False, markup=False, soft_wrap=True)

    def _line(self, now: float) -> str:
        rate = (self._done - self._begun_with) / (now - self._begin)
        told = f"Migrating: {self._done:,} of {self._total:,} articles, {rate:,.0f} a second"
        left = max(self._total - self._done, 0)
        return f"{told}, {timedelta(seconds=round(left / rate))} left" if rate else told
