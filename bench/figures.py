"""What a run of the benchmarks keeps beside its tables: figures that something is asked of, and the points of growth curves."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

from tables import show


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure, and what is asked of it."""

    what: str
    figure: float
    unit: str
    asked: float
    at_least: bool

    @property
    def met(self) -> bool:
        """Whether the figure is what is asked, or better."""
        return self.figure >= self.asked if self.at_least else self.figure <= self.asked


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a growth curve: how long something takes at a size."""

    curve: str
    size: int
    microseconds: float


bars: list[Bar] = []
points: list[Point] = []


def at_least(what: str, figure: float, asked: float, unit: str = "times") -> None:
    """Keeps a figure that is to be as great as `asked`, or greater."""
    bars.append(Bar(what, figure, unit, asked, at_least=True))


def at_most(what: str, figure: float, asked: float, unit: str = "times") -> None:
    """Keeps a figure that is to be as small as `asked`, or smaller."""
    bars.append(Bar(what, figure, unit, asked, at_least=False))


def point(curve: str, size: int, microseconds: float) -> None:
    """Keeps a point of a growth curve."""
    points.append(Point(curve, size, microseconds))


def show_bars() -> None:
    """Prints what was kept, beside what is asked."""
    rows = [
        (
            bar.what,
            f"{_round(bar.figure)} {bar.unit}",
            f"at {'least' if bar.at_least else 'most'} {_round(bar.asked)}",
            "yes" if bar.met else "NO",
        )
        for bar in bars
    ]
    show("What is asked", ("what", "figure", "asked", "met"), rows)


def main(measure: Callable[[int], None], articles: int, about: str | None) -> None:
    """Runs one module from the command line, with `articles` unless it is told how many, and prints what is asked of it."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=articles)
    measure(parser.parse_args().articles)
    show_bars()


def _round(value: float) -> str:
    """Returns three digits that count, or all before the point."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
