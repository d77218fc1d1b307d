"""Seeds: pairs of sentences, one of each text, that are alike enough to start a passage."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from textkin_service.alignment.parameters import Parameters
from textkin_service.alignment.vectors import SentenceVectors

# Of very long or repetitive texts, so many pairs are looked at, the most alike first.
_MOST_SEEDS = 200_000


@dataclass(frozen=True, slots=True, eq=False)
class Seeds:
    """Pairs of sentences, by (a, b).

    `a`, `b` (intp) are their numbers, `similarity` (float32) their cosine, `evidence` (float32) the sum of the isf, in nats, of
    the distinct stems that they share: parallel.
    """

    a: NDArray[np.intp]
    b: NDArray[np.intp]
    similarity: NDArray[np.float32]
    evidence: NDArray[np.float32]

    def __len__(self) -> int:
        """How many seeds there are."""
        return len(self.a)

    def only(self, kept: NDArray[np.bool_]) -> "Seeds":
        """Returns the seeds that are `kept` (bool)."""
        return Seeds(self.a[kept], self.b[kept], self.similarity[kept], self.evidence[kept])


def find_seeds(vectors: SentenceVectors, parameters: Parameters) -> Seeds:
    """Returns the pairs whose tf-isf cosine and whose Dice coefficient both reach their thresholds."""
    cosine = (normalized(vectors.a) @ normalized(vectors.b).T).tocoo()
    likely = np.flatnonzero(cosine.data >= parameters.seed_cosine)
    if len(likely) > _MOST_SEEDS:
        likely = np.sort(likely[np.argsort(-cosine.data[likely], kind="stable")[:_MOST_SEEDS]])
    rows, columns, similarity = cosine.row[likely], cosine.col[likely], cosine.data[likely]
    shared = _shared_stems(vectors, rows, columns)
    distinct_a, distinct_b = np.diff(vectors.a.indptr), np.diff(vectors.b.indptr)
    dice = 2 * np.diff(shared.indptr) / np.maximum(distinct_a[rows] + distinct_b[columns], 1)
    kept = np.flatnonzero(dice >= parameters.seed_dice)
    kept = kept[np.lexsort((columns[kept], rows[kept]))]
    return Seeds(
        a=rows[kept].astype(np.intp),
        b=columns[kept].astype(np.intp),
        similarity=similarity[kept],
        evidence=(shared[kept] @ vectors.isf).astype(np.float32),
    )


def normalized(matrix: sparse.csr_array) -> sparse.csr_array:
    """Returns the matrix with rows of length 1; empty rows stay empty."""
    squares = np.add.reduceat(np.append(matrix.data**2, 0), matrix.indptr[:-1]) * (np.diff(matrix.indptr) > 0)
    lengths = np.sqrt(np.maximum(squares, 1e-12))
    result = matrix.copy()
    result.data = matrix.data / np.repeat(lengths, np.diff(matrix.indptr)).astype(np.float32)
    return result


def _shared_stems(
    vectors: SentenceVectors, rows: NDArray[np.int32], columns: NDArray[np.int32]
) -> sparse.csr_array:
    """Returns the distinct stems that the sentences of each pair share: a row a pair, ones where shared."""
    sets_a, sets_b = vectors.a.copy(), vectors.b.copy()
    sets_a.data = np.ones_like(sets_a.data)
    sets_b.data = np.ones_like(sets_b.data)
    return sparse.csr_array(sets_a[rows].multiply(sets_b[columns]))
