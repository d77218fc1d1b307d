"""Measurements: what share is found, at what cost, over a real index."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from textkin_service.index import Index
from textkin_service.sketch import Probe, Scheme, Sketch
from textkin_service.tune.curves import Cut
from textkin_service.tune.evidence import Evidence, resemblances

# The quantile of the normal distribution for a confidence of 95 %.
_Z = 1.96
_Query = TypeVar("_Query")


@dataclass(frozen=True, slots=True)
class Share:
    """So many `of` so many."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        """The share, 0 to 1; None of none."""
        return self.hits / self.of if self.of else None

    def interval(self) -> tuple[float, float]:
        """Returns where the true share lies with a confidence of 95 % (Wilson 1927); 0 to 1 of none."""
        if not self.of:
            return 0.0, 1.0
        p, n = self.hits / self.of, self.of
        centre = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        reach = _Z / (1 + _Z**2 / n) * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
        # Rounding aside, the interval of no hits begins at 0, and that of nothing else ends at 1.
        return min(max(centre - reach, 0.0), p), max(min(centre + reach, 1.0), p)


@dataclass(frozen=True, slots=True)
class Wanted(Generic[_Query]):
    """A query, its own number in the sample, if any, and the number of the article that is to be found."""

    query: _Query
    own: int | None
    target: int


@dataclass(frozen=True, slots=True)
class Found:
    """What an index found of what was wanted.

    `recall`: wanted articles among the best `compared` candidates. `precision`: wanted ones among all candidates, which
    counts any other relative as a stranger. `candidates`: how many a query has, on average.
    """

    recall: Share
    precision: Share
    candidates: float


@dataclass(frozen=True, slots=True)
class VerbatimFound:
    """What the bands find, on average a query: of the articles that are as alike as asked for, by exact resemblance.

    `expected`: candidates by the S-curve, from the resemblances that the signatures estimate. `candidates`: as they were.
    """

    recall: Share
    precision: Share
    expected: float
    candidates: float


def filled(sketches: Sequence[Sketch], scheme: Scheme) -> Index:
    """Returns an index of sketches for `candidates`. An index numbers from 1: 0 stands for no article."""
    index = Index(scheme)
    for number, sketch in enumerate(sketches, 1):
        index.add(number, sketch)
    return index


def found(index: Index, wanted: Sequence[Wanted[Probe]], compared: int) -> Found:
    """Searches for each query without itself."""
    hits = met = total = 0
    for each in wanted:
        numbers = candidates(index, each.query, each.own)
        hits += each.target in numbers[:compared]
        met += each.target in numbers
        total += len(numbers)
    return Found(Share(hits, len(wanted)), Share(met, total), total / max(len(wanted), 1))


def candidates(index: Index, query: Probe, own: int | None) -> list[int]:
    """Returns the places of all candidates but the query itself among the sketches of a `filled` index, best first."""
    places = (number - 1 for number in index.candidates(query, len(index)).numbers)
    return [place for place in places if place != own]


def verbatim_found(
    articles: list[Evidence], queries: Sequence[int], cut: Cut, resemblance: float, scheme: Scheme
) -> VerbatimFound:
    """Searches for some of the articles by bands alone, against exact resemblances with every other article."""
    index = filled([article.verbatim_sketch() for article in articles], scheme)
    exact = resemblances([articles[number] for number in queries], articles)
    signatures = np.stack([article.signature for article in articles])
    empty = np.array([not len(article.shingles) for article in articles])
    hits = alike = total = 0
    expected = 0.0
    for own, row in zip(queries, exact, strict=True):
        numbers = candidates(index, articles[own].verbatim_probe(), own)
        estimated = (signatures == signatures[own]).mean(axis=1)
        estimated[empty] = 0.0
        estimated[own] = row[own] = 0.0
        expected += float(cut.meeting(estimated).sum())
        alike += int(np.count_nonzero(row >= resemblance))
        hits += int(np.count_nonzero(row[numbers] >= resemblance))
        total += len(numbers)
    count = max(len(queries), 1)
    return VerbatimFound(Share(hits, alike), Share(hits, total), expected / count, total / count)
