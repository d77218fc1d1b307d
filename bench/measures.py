"""The measures of quality: retrieval, separation of pairs, alignment of passages. All are 0 to 1 unless they say otherwise."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

# A half-open range of code points, and a passage: a range of each text.
Range = tuple[int, int]
Passage = tuple[Range, Range]

# The share of negatives that may pass where recall is taken at a fixed rate of false positives.
_FALSE_POSITIVE_RATE = 0.05


@dataclass(frozen=True, slots=True)
class Retrieval:
    """How well queries found their source. `mrr`: the mean reciprocal rank."""

    queries: int
    recall_at_1: float
    recall_at_10: float
    mrr: float


def retrieval(ranks: Sequence[int | None]) -> Retrieval:
    """Sums up ranks, from 1, one a query; None: the source was not found."""
    return Retrieval(
        queries=len(ranks),
        recall_at_1=_mean(rank == 1 for rank in ranks),
        recall_at_10=_mean(rank is not None and rank <= 10 for rank in ranks),
        mrr=_mean(1 / rank if rank else 0.0 for rank in ranks),
    )


def rank_of(relevant: Collection[str], found: Iterable[str]) -> int | None:
    """Returns the rank, from 1, of the first relevant id; None without one."""
    return next((rank for rank, each in enumerate(found, 1) if each in relevant), None)


def auc(positives: Sequence[float], negatives: Sequence[float]) -> float:
    """Returns the chance that a positive scores above a negative, ties half (Mann and Whitney 1947)."""
    ordered = sorted(negatives)
    wins = sum((bisect_left(ordered, score) + bisect_right(ordered, score)) / 2 for score in positives)
    return wins / (len(positives) * len(negatives))


def recall_at_false_positives(positives: Sequence[float], negatives: Sequence[float]) -> float:
    """Returns the share of positives above the score that 5 % of the negatives reach."""
    ordered = sorted(negatives)
    cut = ordered[min(len(ordered) - 1, int((1 - _FALSE_POSITIVE_RATE) * len(ordered)))]
    return _mean(score > cut for score in positives)


@dataclass(frozen=True, slots=True)
class Alignment:
    """The PAN measures of text alignment (Potthast, Stein, Barrón-Cedeño and Rosso 2010), macro-averaged.

    `granularity`: detections a detected case, 1 or more. `gold` and `found` count passages.
    """

    pairs: int
    plagdet: float
    precision: float
    recall: float
    granularity: float
    gold: int
    found: int


def alignment(pairs: Sequence[tuple[Sequence[Passage], Sequence[Passage]]]) -> Alignment:
    """Measures the passages found in each pair, its second item, against its gold passages, the first."""
    recalls = [_covered(case, found) for gold, found in pairs for case in gold]
    precisions = [_covered(case, gold) for gold, found in pairs for case in found]
    touching = [sum(_meet(case, each) for each in found) for gold, found in pairs for case in gold]
    detected = [count for count in touching if count]
    recall, precision = _mean(recalls), _mean(precisions)
    granularity = fmean(detected) if detected else 1.0
    f1 = 2 * recall * precision / (recall + precision) if recall + precision else 0.0
    return Alignment(
        pairs=len(pairs),
        plagdet=f1 / math.log2(1 + granularity),
        precision=precision,
        recall=recall,
        granularity=granularity,
        gold=len(recalls),
        found=len(precisions),
    )


def _meet(x: Passage, y: Passage) -> bool:
    """Whether two passages overlap in both texts."""
    return all(_cut(side_x, side_y) is not None for side_x, side_y in zip(x, y, strict=True))


def _cut(x: Range, y: Range) -> Range | None:
    start, end = max(x[0], y[0]), min(x[1], y[1])
    return (start, end) if start < end else None


def _covered(case: Passage, others: Sequence[Passage]) -> float:
    """Returns the share of a passage's characters, both sides together, that lie in passages which meet it."""
    meeting = [other for other in others if _meet(case, other)]
    inside = sum(_union_length(_cut(side, other[i]) for other in meeting) for i, side in enumerate(case))
    return inside / sum(end - start for start, end in case)


def _union_length(ranges: Iterable[Range | None]) -> int:
    length, reached = 0, 0
    for start, end in sorted(each for each in ranges if each is not None):
        length += max(0, end - max(start, reached))
        reached = max(reached, end)
    return length


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return fmean(listed) if listed else 0.0
