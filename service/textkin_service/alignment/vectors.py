"""Sentences as weighted vectors of stems."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment.sides import Side
from textkin_service.alignment.views import View
from textkin_service.alignment.vocabulary import Numbers
from textkin_service.kernels import kernel

Weights = NDArray[np.float64]

# A stem that stands in m sentences of one text and n of the other makes m * n pairs of sentences meet. The stems of long texts
# are used, the rarest first, up to this many meetings in all. Bounds time and memory.
_MOST_MEETINGS = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The sentences of a text as vectors: the distinct stems of all of them, and the weight of each.

    `bounds` (int64): where the stems of each sentence begin, and the end; `stems` (int64), `weights` (float64): parallel.
    """

    bounds: Numbers
    stems: Numbers
    weights: Weights


@dataclass(frozen=True, slots=True, eq=False)
class SentenceVectors:
    """The sentences of two texts over the vocabulary of their view, weighed by sqrt(tf) * isf, not normalised.

    `isf` (float64), a value a stem: the inverse sentence frequency over both texts (Sanchez-Perez, Sidorov and Gelbukh 2014); 0
    for stems too frequent in long texts to be compared by. `left_out`: the share of sentences of which these are the most.
    `room` (float64, shape (2, stems)) is for kernels to sum in: they leave zeros.
    """

    a: Rows
    b: Rows
    isf: Weights
    left_out: float
    room: Weights


def sentence_vectors(view: View) -> SentenceVectors:
    """Returns the vectors of the sentences of both sides, the own as `a`."""
    own, other, size = view.own, view.other, len(view.usual)
    in_a = _sentence_frequencies(view.own_stems, own.starts, own.ends, size)
    in_b = _sentence_frequencies(view.other_stems, other.starts, other.ends, size)
    # One is added so that the only sentence of each text still has something to share.
    isf = np.log((len(own.starts) + len(other.starts) + 1) / np.maximum(in_a + in_b, 1))
    affordable = _affordable(in_a * in_b)
    left_out = 0
    if not affordable.all():
        balance = np.where(affordable, isf, -isf) * isf
        left_out = _bare(balance[view.own_stems], own) + _bare(balance[view.other_stems], other)
        isf[~affordable] = 0.0
    return SentenceVectors(
        Rows(*_weighed(view.own_stems, own.starts, own.ends, isf)),
        Rows(*_weighed(view.other_stems, other.starts, other.ends, isf)),
        isf,
        left_out / (len(own.starts) + len(other.starts)),
        np.zeros((2, size)),
    )


def _affordable(costs: Numbers) -> NDArray[np.bool_]:
    """Returns which stems to compare sentences by: the cheapest, and so the rarest, within the limit of work."""
    affordable = np.ones(len(costs), bool)
    if costs.sum() > _MOST_MEETINGS:
        order = np.argsort(costs, kind="stable")
        affordable[order] = np.cumsum(costs[order]) <= _MOST_MEETINGS
    return affordable


def _bare(balance: Weights, side: Side) -> int:
    """Returns of how many sentences the words' squared weights, those left out with a minus, come to less than zero."""
    before = np.append(0.0, np.cumsum(balance))
    return int(np.count_nonzero(before[side.ends] < before[side.starts]))


@kernel
def _sentence_frequencies(stems: Numbers, starts: Numbers, ends: Numbers, size: int) -> Numbers:
    """Returns in how many sentences each stem stands; sentences are the ranges of words from `starts` to `ends`."""
    counts = np.zeros(size, np.int64)
    last = np.full(size, -1, np.int64)
    for sentence in range(len(starts)):
        for word in range(starts[sentence], ends[sentence]):
            stem = stems[word]
            if last[stem] != sentence:
                last[stem] = sentence
                counts[stem] += 1
    return counts


@kernel
def _weighed(
    stems: Numbers, starts: Numbers, ends: Numbers, isf: Weights
) -> tuple[Numbers, Numbers, Weights]:
    """Returns what `Rows` holds of the sentences from `starts` to `ends`; stems without isf are left out."""
    bounds = np.zeros(len(starts) + 1, np.int64)
    distinct = np.empty(len(stems), np.int64)
    weights = np.empty(len(stems), np.float64)
    slots = np.full(len(isf), -1, np.int64)
    end = 0
    for sentence in range(len(starts)):
        begin = end
        for word in range(starts[sentence], ends[sentence]):
            stem = stems[word]
            if isf[stem] > 0.0:
                if slots[stem] < begin:
                    slots[stem] = end
                    distinct[end] = stem
                    weights[end] = 0.0
                    end += 1
                weights[slots[stem]] += 1.0
        for i in range(begin, end):
            weights[i] = np.sqrt(weights[i]) * isf[distinct[i]]
        bounds[sentence + 1] = end
    return bounds, distinct[:end].copy(), weights[:end].copy()
