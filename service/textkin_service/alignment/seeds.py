"""Seeds: pairs of sentences, one of each text, that are alike enough to start a passage."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment.parameters import Parameters
from textkin_service.alignment.vectors import SentenceVectors, Weights
from textkin_service.alignment.vocabulary import Numbers
from textkin_service.kernels import kernel

# Texts with more seeds are too repetitive to be aligned whole.
_MOST_SEEDS = 200_000
# There is room for so many before they are counted.
_ROOM = 1_024


@dataclass(frozen=True, slots=True, eq=False)
class Seeds:
    """Pairs of sentences, by (a, b).

    `a`, `b` (int64) are their numbers, `similarity` (float64) their cosine, `evidence` (float64) the sum of the isf, in nats,
    of the distinct stems that they share: parallel.
    """

    a: Numbers
    b: Numbers
    similarity: Weights
    evidence: Weights

    def __len__(self) -> int:
        """How many seeds there are."""
        return len(self.a)

    def only(self, kept: NDArray[np.bool_] | Numbers) -> "Seeds":
        """Returns the seeds that are `kept` (bool), or those of these numbers (int64)."""
        return Seeds(self.a[kept], self.b[kept], self.similarity[kept], self.evidence[kept])


def find_seeds(vectors: SentenceVectors, parameters: Parameters) -> Seeds | None:
    """Returns the pairs whose tf-isf cosine and whose Dice coefficient both reach their thresholds; None: too many."""
    room = _ROOM
    while True:
        pairs, figures = np.empty((2, room), np.int64), np.empty((2, room))
        count = _written(vectors, parameters, pairs, figures)
        if count > _MOST_SEEDS:
            return None
        if count <= room:
            order = np.lexsort((pairs[1, :count], pairs[0, :count]))
            return Seeds(pairs[0, order], pairs[1, order], figures[0, order], figures[1, order])
        room = count


def _written(vectors: SentenceVectors, parameters: Parameters, pairs: Numbers, figures: Weights) -> int:
    """Writes as many seeds as there is room for, and returns how many there are; `_alike` says where."""
    a, b = vectors.a, vectors.b
    return _alike(
        a.bounds,
        a.stems,
        a.weights,
        b.bounds,
        b.stems,
        b.weights,
        vectors.isf,
        parameters.seed_cosine,
        parameters.seed_dice,
        pairs,
        figures,
    )


@kernel
def _lengths(bounds: Numbers, weights: Weights) -> Weights:
    """Returns the Euclidean length of each row."""
    lengths = np.zeros(len(bounds) - 1, np.float64)
    for row in range(len(lengths)):
        for i in range(bounds[row], bounds[row + 1]):
            lengths[row] += weights[i] * weights[i]
        lengths[row] = np.sqrt(lengths[row])
    return lengths


@kernel
def _postings(bounds: Numbers, stems: Numbers, size: int) -> tuple[Numbers, Numbers, Numbers]:
    """Returns the rows by stem: where the list of each begins, and the end (int64); the rows; and their places in `stems`."""
    begins = np.zeros(size + 1, np.int64)
    for stem in stems:
        begins[stem + 1] += 1
    for stem in range(size):
        begins[stem + 1] += begins[stem]
    rows, places = np.empty(len(stems), np.int64), np.empty(len(stems), np.int64)
    ends = begins.copy()
    for row in range(len(bounds) - 1):
        for i in range(bounds[row], bounds[row + 1]):
            slot = ends[stems[i]]
            rows[slot], places[slot] = row, i
            ends[stems[i]] += 1
    return begins, rows, places


@kernel
def _shared(here: Numbers, row: int, stems: Numbers, isf: Weights) -> tuple[int, float]:
    """Returns how many of some stems a row has, which are those that `here` says so of, and the sum of their isf."""
    shared, evidence = 0, 0.0
    for stem in stems:
        if here[stem] == row:
            shared += 1
            evidence += isf[stem]
    return shared, evidence


@kernel
def _alike(
    bounds_a: Numbers,
    stems_a: Numbers,
    weights_a: Weights,
    bounds_b: Numbers,
    stems_b: Numbers,
    weights_b: Weights,
    isf: Weights,
    least_cosine: float,
    least_dice: float,
    pairs: Numbers,
    figures: Weights,
) -> int:
    """Writes the pairs of rows (int64, shape (2, room)), and the cosine and the shared evidence of each (float64, likewise).

    Writes as many as there is room for, and returns how many there are. Each row of `a` meets the rows of `b` stem by stem, so
    that those without a common stem cost nothing. Ends with the row of `a` after which there are too many.
    """
    lengths_a, lengths_b = _lengths(bounds_a, weights_a), _lengths(bounds_b, weights_b)
    begins, rows, places = _postings(bounds_b, stems_b, len(isf))
    count = 0
    met = np.empty(len(lengths_b), np.int64)
    dots = np.zeros(len(lengths_b), np.float64)
    here = np.full(len(isf), -1, np.int64)  # the last row of `a` that has a stem
    for a in range(len(lengths_a)):
        if count > _MOST_SEEDS:
            break
        meetings = 0
        for i in range(bounds_a[a], bounds_a[a + 1]):
            stem, weight = stems_a[i], weights_a[i]
            here[stem] = a
            for slot in range(begins[stem], begins[stem + 1]):
                b = rows[slot]
                if dots[b] == 0.0:
                    met[meetings] = b
                    meetings += 1
                dots[b] += weight * weights_b[places[slot]]
        for i in range(meetings):
            b = met[i]
            cosine = dots[b] / (lengths_a[a] * lengths_b[b])
            dots[b] = 0.0
            if cosine < least_cosine:
                continue
            shared, shared_isf = _shared(here, a, stems_b[bounds_b[b] : bounds_b[b + 1]], isf)
            distinct = bounds_a[a + 1] - bounds_a[a] + bounds_b[b + 1] - bounds_b[b]
            if 2 * shared / distinct >= least_dice:
                if count < pairs.shape[1]:
                    pairs[0, count], pairs[1, count] = a, b
                    figures[0, count], figures[1, count] = cosine, shared_isf
                count += 1
    return count
