"""Seeds: pairs of sentences, one of each text, that are alike enough to start a passage."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment.kernels.seeds import LEVELS, LIST_ROWS, SUM_ROWS, alike
from textkin_service.alignment.parameters import Parameters
from textkin_service.alignment.vectors import SentenceVectors, Weights
from textkin_service.alignment.vocabulary import Numbers

# Texts with more seeds are too repetitive to be aligned whole.
_MOST_SEEDS = 200_000


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
    a, b = vectors.a, vectors.b
    room = min((len(a.bounds) - 1) * (len(b.bounds) - 1), _MOST_SEEDS)
    pairs, figures = np.empty((2, room), np.int64), np.empty((2, room))
    count = alike(
        a.bounds,
        a.stems,
        a.weights,
        b.bounds,
        b.stems,
        b.weights,
        vectors.isf,
        np.zeros(len(vectors.isf) + 2, np.int64),
        np.empty((LIST_ROWS, max(len(b.stems), len(vectors.isf), len(b.bounds))), np.int64),
        np.empty((SUM_ROWS, len(b.bounds))),
        vectors.room[0],
        np.zeros(LEVELS),
        parameters.seed_cosine,
        parameters.seed_dice,
        pairs,
        figures,
        _MOST_SEEDS,
    )
    if count > _MOST_SEEDS:
        return None
    order = np.lexsort((pairs[1, :count], pairs[0, :count]))
    return Seeds(pairs[0, order], pairs[1, order], figures[0, order], figures[1, order])
