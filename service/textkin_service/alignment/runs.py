"""Exact runs: stretches that stand word for word in both texts, chained over small changes."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from textkin_service.alignment.matches import Match, hull, length, overlap
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
    runs = _chain(exact_runs(a.words, b.words, parameters.run_seed), a, b, parameters)
    return [run for run in runs if run.matched >= parameters.run_words]


def bounded_by_runs(match: Match, runs: list[Run], parameters: Parameters) -> list[Match]:
    """Returns the runs that so much of both sides of a match lies in that the rest is chance; else the match itself.

    A match of several runs far from each other, or in another order, comes apart into them.
    """
    run = max(runs, key=lambda r: overlap(r.a, match.own) + overlap(r.b, match.other), default=None)
    if run is None:
        return [match]
    if _are_bounds([Match(run.a, run.b)], match, parameters):
        return [Match(run.a, run.b)]
    inside = [
        Match(run.a, run.b)
        for run in runs
        if run.matched >= parameters.lone_run_words
        and overlap(run.a, match.own) >= parameters.run_share * length(run.a)
        and overlap(run.b, match.other) >= parameters.run_share * length(run.b)
    ]
    parts = _joined(_apart(inside), parameters.part_gap)
    return parts if _are_bounds(parts, match, parameters) else [match]


def _are_bounds(runs: list[Match], match: Match, parameters: Parameters) -> bool:
    return (
        sum(overlap(run.own, match.own) for run in runs) >= parameters.run_share * length(match.own)
        and sum(overlap(run.other, match.other) for run in runs) >= parameters.run_share * length(match.other)
    )  # fmt: skip


def _apart(runs: list[Match]) -> list[Match]:
    """Returns the runs by place, without those that share words with longer ones."""
    kept: list[Match] = []
    for run in sorted(runs, key=lambda each: (-length(each.own), each)):
        if not any(overlap(run.own, other.own) or overlap(run.other, other.other) for other in kept):
            kept.append(run)
    return sorted(kept)


def _joined(runs: list[Match], most: int) -> list[Match]:
    """Returns the runs, those joined that follow one another in both texts with at most so many words between."""
    joined: list[Match] = []
    for run in runs:
        last = joined[-1] if joined else None
        if (
            last
            and last.other[1] <= run.other[0] <= last.other[1] + most
            and run.own[0] <= last.own[1] + most
        ):
            joined[-1] = Match(hull(last.own, run.own), hull(last.other, run.other))
        else:
            joined.append(run)
    return joined


def exact_runs(a: tuple[str, ...], b: tuple[str, ...], width: int) -> list[Run]:
    """Returns the maximal runs of equal words, at least `width` long; refrains start none."""
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
