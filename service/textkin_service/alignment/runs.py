"""Exact runs: stretches that stand word for word in both texts, chained over small changes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment.matches import Match, Taken, hull, length, overlap, sharing
from textkin_service.alignment.parameters import Parameters
from textkin_service.alignment.sides import Side
from textkin_service.alignment.vocabulary import Numbers, numbered
from textkin_service.kernels import kernel

# A word n-gram that stands more often than this in one of the texts is a refrain: runs reach over it but do not start there.
_MOST_PLACES = 16
# How many of the last runs a run may be chained to.
_MOST_CHAINED = 16
# There is room for so many runs before they are counted.
_ROOM = 256


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of words of each text, half open, by word number; `matched` of them stand in both in the same order."""

    a: tuple[int, int]
    b: tuple[int, int]
    matched: int


class Nearby:
    """Runs, to be found by what they share words with, however many they are."""

    def __init__(self, runs: list[Run]) -> None:
        self._runs = runs
        self._bounds = np.array([(*run.a, *run.b) for run in runs], np.int64).reshape(-1, 4)

    def to(self, match: Match) -> list[Run]:
        """Returns the runs that share words with a match, in either text, in order."""
        return [self._runs[i] for i in np.flatnonzero(sharing(match, self._bounds)).tolist()]


def find_runs(a: Side, b: Side, parameters: Parameters) -> list[Run]:
    """Returns the runs of at least `run_words` equal words, by their place in `a`; none reaches over web residue."""
    runs = exact_runs(a.hashes, b.hashes, parameters.run_seed)
    if not len(runs):
        return []
    chained = _chained(runs, a.tokens, b.tokens, parameters.run_gap, _MOST_CHAINED)
    return [
        Run((start_a, end_a), (start_b, end_b), matched)
        for start_a, end_a, start_b, end_b, matched in chained[chained[:, 4] >= parameters.run_words].tolist()
    ]


def exact_runs(
    a: NDArray[np.uint64], b: NDArray[np.uint64], width: int, most_places: int = _MOST_PLACES
) -> Numbers:
    """Returns the maximal runs of equal words (uint64 hashes), at least `width` long, by place; refrains start none.

    Those are words in a row that begin at more than so many places of either text.
    A row a run (int64, shape (n, 5)): its start and end in `a`, those in `b`, and how many words it has.
    """
    if min(len(a), len(b)) < width:
        return np.empty((0, 5), np.int64)
    grams_a, grams_b, firsts = numbered(a, b, width)
    runs = np.empty((_ROOM, 5), np.int64)
    count = _extended(a, b, grams_a, grams_b, len(firsts), width, most_places, runs)
    if count > len(runs):
        runs = np.empty((count, 5), np.int64)
        _extended(a, b, grams_a, grams_b, len(firsts), width, most_places, runs)
    runs = runs[:count]
    return runs[np.lexsort((runs[:, 2], runs[:, 1], runs[:, 0]))]


def bounded_by_runs(match: Match, runs: Sequence[Run], parameters: Parameters) -> list[Match]:
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
    taken = Taken(
        max((run.own[1] for run in runs), default=0), max((run.other[1] for run in runs), default=0)
    )
    kept = []
    for run in sorted(runs, key=lambda each: (-length(each.own), each)):
        if not taken.share(run):
            kept.append(run)
            taken.take(run)
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


@kernel
def _places(grams: Numbers, size: int) -> tuple[Numbers, Numbers, Numbers]:
    """Returns how often each n-gram stands in a text, its first place, and for each place the next of the same; -1: none."""
    counts, firsts = np.zeros(size, np.int64), np.full(size, -1, np.int64)
    following = np.empty(len(grams), np.int64)
    for i in range(len(grams) - 1, -1, -1):
        counts[grams[i]] += 1
        following[i] = firsts[grams[i]]
        firsts[grams[i]] = i
    return counts, firsts, following


@kernel
def _extended(
    a: NDArray[np.uint64],
    b: NDArray[np.uint64],
    grams_a: Numbers,
    grams_b: Numbers,
    size: int,
    width: int,
    most_places: int,
    runs: Numbers,
) -> int:
    """Writes the runs from every two equal n-grams as far as their words are equal, while there is room for them.

    Returns how many they are; `exact_runs` says which, and what is in a row.
    """
    counts_a = _places(grams_a, size)[0]
    counts_b, firsts_b, following_b = _places(grams_b, size)
    count = 0
    reached = np.full(len(a) + len(b), -1, np.int64)  # on each diagonal, where a run has been followed to
    for i in range(len(grams_a)):
        gram = grams_a[i]
        if counts_a[gram] > most_places or counts_b[gram] > most_places:
            continue
        j = firsts_b[gram]
        while j >= 0:
            if reached[j - i + len(a)] <= i:
                words = width
                while i + words < len(a) and j + words < len(b) and a[i + words] == b[j + words]:
                    words += 1
                reached[j - i + len(a)] = i + words - width + 1
                if count < len(runs):
                    runs[count, 0], runs[count, 1] = i, i + words
                    runs[count, 2], runs[count, 3], runs[count, 4] = j, j + words, words
                count += 1
            j = following_b[j]
    return count


@kernel
def _is_small(tokens: Numbers, start: int, end: int, most: int) -> bool:
    """Whether a gap between two runs, or their overlap, is one that an edit makes: of few words, without a barrier."""
    small = abs(end - start) <= most
    for i in range(start, end if small else start):
        small &= tokens[i] >= 0
    return small


@kernel
def _chained(runs: Numbers, tokens_a: Numbers, tokens_b: Numbers, gap: int, most_chained: int) -> Numbers:
    """Returns the runs, those joined that follow one another in both texts with at most `gap` other words between."""
    chained = runs.copy()
    count = 0
    for r in range(len(runs)):
        start_a, end_a, start_b, end_b = runs[r, 0], runs[r, 1], runs[r, 2], runs[r, 3]
        i = count - 1
        while i >= max(0, count - most_chained) and not (
            _is_small(tokens_a, chained[i, 1], start_a, gap)
            and _is_small(tokens_b, chained[i, 3], start_b, gap)
        ):
            i -= 1
        if i >= max(0, count - most_chained):
            chained[i, 4] += runs[r, 4] - max(0, chained[i, 1] - start_a, chained[i, 3] - start_b)
            chained[i, 1], chained[i, 3] = max(chained[i, 1], end_a), max(chained[i, 3], end_b)
        else:
            for column in range(5):
                chained[count, column] = runs[r, column]
            count += 1
    return chained[:count]
