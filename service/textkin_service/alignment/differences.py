"""Differences: the words of a passage's two sides that are not the same, for highlighting."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment.kernels.common import TABLE_ROWS, longest_common
from textkin_service.alignment.runs import exact_runs
from textkin_service.alignment.vocabulary import Numbers, numbered
from textkin_service.analysis import Analysis
from textkin_service.model import Difference, Passage, Span

# Where the other side has so many words or more, those that are more than this share of them start no common run.
_MANY_WORDS = 200
_MOST_FREQUENT = 0.01
# From so many words of a side on, runs of words that stand once in each come first. Without them, edits at equal distances are
# found one by one from the start, each by looking through all that is left.
_LONG_WORDS = 3_000
_ANCHOR_WORDS = 3
# Steps for one passage, of 3 to 9 ns, by the words of both sides, and at most so many. Articles take a hundredth of them. What
# has not been looked through by then counts as different.
_STEPS_A_WORD = 400
_MOST_STEPS = 40_000_000

# A run of equal words: where it begins in each row, and its length.
Common = tuple[int, int, int]
# A range of each row, half open: start and end in the one, then in the other.
Bounds = tuple[int, int, int, int]


def differences(
    a: Analysis, b: Analysis, passage: Passage, check: Callable[[], None] = lambda: None
) -> tuple[Difference, ...]:
    """Returns what words of one side stand in place of what words of the other, in order.

    The longest common runs of words are taken for the same, then those beside them (Ratcliff and Obershelp 1988; the same
    ones as Python's difflib takes). In passages of thousands of words, runs that stand once in each side are taken first.
    Words are compared as normalised, so that case, punctuation and spacing make no difference. `check` is called from time
    to time and may raise.
    """
    (start_a, end_a), (start_b, end_b) = a.tokens.in_span(passage.a), b.tokens.in_span(passage.b)
    words_a, words_b = a.tokens.hashes[start_a:end_a], b.tokens.hashes[start_b:end_b]
    found = []
    in_a = in_b = 0
    for first_a, first_b, length in [*_common_runs(words_a, words_b, check), (len(words_a), len(words_b), 0)]:
        if in_a < first_a or in_b < first_b:
            found.append(
                Difference(
                    _span(a, start_a + in_a, start_a + first_a), _span(b, start_b + in_b, start_b + first_b)
                )
            )
        in_a, in_b = first_a + length, first_b + length
    return tuple(found)


def _common_runs(a: NDArray[np.uint64], b: NDArray[np.uint64], check: Callable[[], None]) -> list[Common]:
    """Returns the runs of equal words (uint64 hashes) of two rows, in the order of both: where each begins, and its length."""
    numbers_a, numbers_b, firsts = numbered(a, b, 1)
    begins, places = _places(numbers_b, len(firsts))
    table = np.full((TABLE_ROWS, len(b)), -1, np.int64)
    found = np.empty(3, np.int64)
    runs = _anchors(a, b) if max(len(a), len(b)) >= _LONG_WORDS else []
    ranges = _between(runs, len(a), len(b))
    steps, most = 0, min(_STEPS_A_WORD * (len(a) + len(b)), _MOST_STEPS)
    while ranges and steps <= most:
        check()
        first_a, end_a, first_b, end_b = bounds = ranges.pop()
        steps += longest_common(
            numbers_a, numbers_b, begins, places, np.array(bounds), table, found, most - steps
        )
        in_a, in_b, length = found.tolist()
        if length:
            runs.append((in_a, in_b, length))
            if first_a < in_a and first_b < in_b:
                ranges.append((first_a, in_a, first_b, in_b))
            if in_a + length < end_a and in_b + length < end_b:
                ranges.append((in_a + length, end_a, in_b + length, end_b))
    return sorted(runs)


def _anchors(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> list[Common]:
    """Returns runs around words that stand once in each row: the most that have one order in both (as patience diff does)."""
    runs = exact_runs(a, b, _ANCHOR_WORDS, 1)[:, [0, 2, 4]].tolist()
    lasts: list[int] = []  # where in `b` the best chain of each length ends, and which run that is
    ends: list[int] = []
    befores = []
    for number, (_, in_b, _) in enumerate(runs):
        place = bisect_left(lasts, in_b)
        befores.append(ends[place - 1] if place else -1)
        lasts[place : place + 1], ends[place : place + 1] = [in_b], [number]
    chain = []
    number = ends[-1] if ends else -1
    while number >= 0:
        chain.append(runs[number])
        number = befores[number]
    return _apart(reversed(chain))


def _apart(chain: Iterable[list[int]]) -> list[Common]:
    """Returns the runs of a chain without what each has in common with the one before."""
    kept: list[Common] = []
    end_a = end_b = 0
    for in_a, in_b, length in chain:
        taken = max(0, end_a - in_a, end_b - in_b)
        if taken < length:
            kept.append((in_a + taken, in_b + taken, length - taken))
            end_a, end_b = in_a + length, in_b + length
    return kept


def _between(runs: Sequence[Common], size_a: int, size_b: int) -> list[Bounds]:
    """Returns what lies before, between and behind runs, in both rows."""
    ranges = []
    end_a = end_b = 0
    for in_a, in_b, length in [*runs, (size_a, size_b, 0)]:
        if end_a < in_a and end_b < in_b:
            ranges.append((end_a, in_a, end_b, in_b))
        end_a, end_b = in_a + length, in_b + length
    return ranges


def _places(words: Numbers, size: int) -> tuple[Numbers, Numbers]:
    """Returns where each word of a vocabulary of that `size` stands, but the most frequent: one after another, by its begin."""
    counts = np.bincount(words, minlength=size)
    if len(words) >= _MANY_WORDS:
        counts[counts > int(_MOST_FREQUENT * len(words)) + 1] = 0
    order = np.argsort(words, kind="stable")
    return np.append(0, np.cumsum(counts)), order[counts[words[order]] > 0]


def _span(analysis: Analysis, first: int, last: int) -> Span | None:
    """Returns where a range of tokens stands in the text; None: no token."""
    if first == last:
        return None
    return Span(int(analysis.tokens.starts[first]), int(analysis.tokens.ends[last - 1]))
