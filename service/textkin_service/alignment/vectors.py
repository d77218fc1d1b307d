"""Sentences as weighted vectors of stems."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from textkin_service.analysis import Analysis

# A stem that stands in m sentences of one text and n of the other makes m * n pairs of sentences meet. The stems of long texts
# are used, the rarest first, up to this many meetings in all. Bounds time and memory.
_MOST_MEETINGS = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class SentenceVectors:
    """The sentences of two texts over one vocabulary.

    `a`, `b`: CSR matrices, float32, a row a sentence, values sqrt(tf) * isf, not normalised. `isf`: float32, a value a
    stem of the vocabulary, the inverse sentence frequency over both texts (Sanchez-Perez, Sidorov and Gelbukh 2014); 0 for
    stems too frequent in long texts to be compared by.
    """

    a: sparse.csr_array
    b: sparse.csr_array
    isf: NDArray[np.float32]


def sentence_vectors(a: Analysis, b: Analysis) -> SentenceVectors:
    """Returns the vectors of the evidence sentences of both texts."""
    stems_a, stems_b = a.evidence(a.stems), b.evidence(b.stems)
    vocabulary, columns = np.unique(np.concatenate([stems_a, stems_b]), return_inverse=True)
    shape_a, shape_b = (len(a.sentences), len(vocabulary)), (len(b.sentences), len(vocabulary))
    tf_a = _counts(a, columns[: len(stems_a)], shape_a)
    tf_b = _counts(b, columns[len(stems_a) :], shape_b)
    in_a = np.bincount(tf_a.indices, minlength=len(vocabulary))
    in_b = np.bincount(tf_b.indices, minlength=len(vocabulary))
    # One is added so that the only sentence of each text still has something to share.
    isf = np.log((len(a.sentences) + len(b.sentences) + 1) / (in_a + in_b)).astype(np.float32)
    isf[~_affordable(in_a * in_b)] = 0.0
    for matrix in (tf_a, tf_b):
        matrix.data = np.sqrt(matrix.data) * isf[matrix.indices]
        matrix.eliminate_zeros()
    return SentenceVectors(tf_a, tf_b, isf)


def _affordable(costs: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Returns which stems to compare sentences by: the cheapest, and so the rarest, within the limit of work."""
    order = np.argsort(costs, kind="stable")
    affordable = np.zeros(len(costs), bool)
    affordable[order[np.cumsum(costs[order]) <= _MOST_MEETINGS]] = True
    return affordable


def _counts(analysis: Analysis, columns: NDArray[np.intp], shape: tuple[int, int]) -> sparse.csr_array:
    """Returns how often each stem stands in each sentence; `columns` are the stems of the evidence, in order."""
    lengths = analysis.sentence_lengths()
    rows = np.repeat(np.arange(len(lengths)), lengths)
    counts = sparse.csr_array((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)
    counts.sum_duplicates()
    return counts
