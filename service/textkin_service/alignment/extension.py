"""Extension: seeds that lie near each other in both texts grow into fragments."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from textkin_service.alignment.parameters import Parameters
from textkin_service.alignment.seeds import Seeds
from textkin_service.alignment.vectors import SentenceVectors


@dataclass(frozen=True, slots=True)
class Fragment:
    """A range of sentences of each text, half open, and the sum of its seeds' similarities.

    `is_part`: whether it was cut off from a longer one, at the paragraphs beside it.
    """

    a: tuple[int, int]
    b: tuple[int, int]
    mass: float
    is_part: bool = False


def extend(
    seeds: Seeds,
    vectors: SentenceVectors,
    blocks_a: Sequence[int],
    blocks_b: Sequence[int],
    parameters: Parameters,
) -> list[Fragment]:
    """Returns fragments whose two sides resemble each other; where they do not, the gap shrinks until they do.

    `blocks_a` and `blocks_b` give each sentence's block of uninterrupted text; no fragment reaches over two.
    """
    # A place is the sentence's number, with more than the largest gap between one block and the next.
    apart = parameters.max_gap + 2
    places = (
        np.asarray(blocks_a)[seeds.a] * apart + seeds.a,
        np.asarray(blocks_b)[seeds.b] * apart + seeds.b,
    )
    fragments = []
    pending = [(np.arange(len(seeds)), parameters.max_gap)]
    while pending:
        members, gap = pending.pop()
        for cluster in clusters(places, members, gap):
            if len(cluster) == 1 and seeds.evidence[cluster[0]] < parameters.min_evidence:
                continue
            fragment = Fragment(
                _range(seeds.a[cluster]), _range(seeds.b[cluster]), float(seeds.similarity[cluster].sum())
            )
            cosine, evidence = resemblance(vectors, fragment)
            if evidence < parameters.min_evidence:
                continue  # nor can any part of it have enough
            if cosine >= parameters.fragment_cosine:
                fragments.append(fragment)
            elif gap > 0:
                pending.append((cluster, gap - 1))
    return fragments


def clusters(
    places: tuple[NDArray[np.intp], NDArray[np.intp]], members: NDArray[np.intp], gap: int
) -> Iterator[NDArray[np.intp]]:
    """Splits seeds wherever more than `gap` sentences of one text lie between them, by turns until neither text splits.

    `places` are the seeds' places in both texts, parallel; `members` the seeds, by number, to split.
    """
    pending = [(members, 0, False)] if len(members) else []
    while pending:
        group, side, settled = pending.pop()
        order = np.argsort(places[side][group], kind="stable")
        breaks = np.flatnonzero(np.diff(places[side][group][order]) > gap + 1) + 1
        parts = np.split(group[order], breaks)
        if len(parts) == 1 and settled:
            yield np.sort(group)
        else:
            pending.extend((part, 1 - side, len(parts) == 1) for part in reversed(parts))


def resemblance(vectors: SentenceVectors, fragment: Fragment) -> tuple[float, float]:
    """Returns the cosine of the summed sentence vectors of both sides, and the evidence that they share.

    The evidence is the sum of the isf, in nats, of the distinct stems that stand on both sides.
    """
    stems_a, weights_a = _total(vectors.a, fragment.a)
    stems_b, weights_b = _total(vectors.b, fragment.b)
    shared, in_a, in_b = np.intersect1d(stems_a, stems_b, assume_unique=True, return_indices=True)
    lengths = float(np.sqrt((weights_a @ weights_a) * (weights_b @ weights_b)))
    cosine = float(weights_a[in_a] @ weights_b[in_b]) / lengths if lengths else 0.0
    return cosine, float(vectors.isf[shared].sum())


def _total(matrix: sparse.csr_array, rows: tuple[int, int]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Returns the distinct stems of a range of sentences and the sum of the weights of each."""
    stretch = slice(matrix.indptr[rows[0]], matrix.indptr[rows[1]])
    stems, places = np.unique(matrix.indices[stretch], return_inverse=True)
    weights = np.bincount(places, weights=matrix.data[stretch], minlength=len(stems))
    return stems, weights.astype(np.float64)


def _range(places: NDArray[np.intp]) -> tuple[int, int]:
    return int(places.min()), int(places.max()) + 1
