"""Exact runs: stretches that stand word for word in both texts, chained over small changes."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from textkin_service.alignment.parameters import Parameters
from textkin_service.alignment.sides import Side


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of words of each text, half open, by word number; `matched` of them stand in both in the same order."""

    a: tuple[int, int]
    b: tuple[int, int]
    matched: int


# A word n-gram that stands more often than this in one of the texts is a refrain: runs reach over it but do not start there.
_MOST_PLACES = 16
# How many of the last runs a run may be chained to.
_MOST_CHAINED = 16


def find_runs(a: Side, b: Side, parameters: Parameters) -> list[Run]:
    """Returns the runs of at least `run_words` equal words, by their place in `a`; none reaches over web residue."""
    runs = _chain(_exact(a.words, b.words, parameters.run_seed), a, b, parameters)
    return [run for run in runs if run.matched >= parameters.run_words]


def _exact(a: tuple[str, ...], b: tuple[str, ...], width: int) -> list[Run]:
    """Returns the maximal runs of equal words, at least `width` long."""
    often = Counter(a[i : i + width] for i in range(len(a) - width + 1))
    places: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for j in range(len(b) - width + 1):
        gram = b[j : j + width]
        if 0 < often[gram] <= _MOST_PLACES:
            places[gram].append(j)
    runs: list[Run] = []
    open_runs: dict[int, int] = {}  # the diagonal j - i, and where on it a run has been followed to
    for i in range(len(a) - width + 1):
        found = places.get(a[i : i + width], [])
        for j in found if len(found) <= _MOST_PLACES else []:
            if open_runs.get(j - i, -1) > i:
                continue
            end = i + width
            while end < len(a) and end + j - i < len(b) and a[end] == b[end + j - i]:
                end += 1
            open_runs[j - i] = end - width + 1
            runs.append(Run((i, end), (j, end + j - i), end - i))
    return runs


def _chain(runs: list[Run], a: Side, b: Side, parameters: Parameters) -> list[Run]:
    """Joins runs that follow one another in both texts with at most `run_gap` other words between."""
    chained: list[Run] = []
    for run in sorted(runs, key=lambda r: (r.a, r.b)):
        for i in range(len(chained) - 1, max(-1, len(chained) - 1 - _MOST_CHAINED), -1):
            last = chained[i]
            if _is_small(a, last.a[1], run.a[0], parameters) and _is_small(
                b, last.b[1], run.b[0], parameters
            ):
                doubled = max(0, last.a[1] - run.a[0], last.b[1] - run.b[0])
                matched = last.matched + run.matched - doubled
                chained[i] = Run(
                    (last.a[0], max(last.a[1], run.a[1])), (last.b[0], max(last.b[1], run.b[1])), matched
                )
                break
        else:
            chained.append(run)
    return chained


def _is_small(side: Side, start: int, end: int, parameters: Parameters) -> bool:
    """Whether a gap between two runs, or their overlap, is one that an edit makes."""
    return abs(end - start) <= parameters.run_gap and not any(side.is_barrier(i) for i in range(start, end))
