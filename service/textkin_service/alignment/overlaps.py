"""Overlap resolution: of fragments that claim the same sentences, the one with the greater seed mass keeps them."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment.extension import Fragment
from textkin_service.alignment.parameters import Parameters
from textkin_service.alignment.vectors import Weights
from textkin_service.alignment.vocabulary import Numbers
from textkin_service.kernels import kernel


def resolve(bounds: Numbers, masses: Weights, parameters: Parameters) -> list[Fragment]:
    """Returns the fragments without those that lie mostly inside stronger ones, in either text, by place in `a`.

    `bounds` (int64, shape (n, 4)): the sentences of each, in `a` and in `b`; `masses` (float64): parallel.
    """
    if not len(bounds):
        return []
    a, a_end, b, b_end = bounds.T
    is_first = (a < b) | ((a == b) & (a_end <= b_end))
    # Ties are decided by place, in both directions alike.
    order = np.lexsort(
        (
            a_end,
            a,
            np.where(is_first, b_end, a_end),
            np.where(is_first, b, a),
            np.where(is_first, a_end, b_end),
            np.where(is_first, a, b),
            -masses,
        )
    )
    kept = np.zeros(len(bounds), bool)
    keep(bounds, order, parameters.overlap_share, np.zeros((2, int(bounds.max())), bool), kept)
    return sorted(
        (
            Fragment((first_a, last_a), (first_b, last_b), mass)
            for (first_a, last_a, first_b, last_b), mass in zip(
                bounds[kept].tolist(), masses[kept].tolist(), strict=True
            )
        ),
        key=lambda fragment: (fragment.a, fragment.b),
    )


@kernel
def keep(
    bounds: Numbers, order: Numbers, share: float, taken: NDArray[np.bool_], kept: NDArray[np.bool_]
) -> None:
    """Keeps, in this order, those of which less than such a share is taken, on the side where more is; they take their places.

    `bounds` (int64, shape (n, 4)): a range of each side. `taken` (bool, shape (2, any)): the places of the sides.
    """
    for i in order:
        most = 0.0
        for side in range(2):
            count = 0
            for place in range(bounds[i, 2 * side], bounds[i, 2 * side + 1]):
                if taken[side, place]:
                    count += 1
            most = max(most, count / (bounds[i, 2 * side + 1] - bounds[i, 2 * side]))
        if most < share:
            kept[i] = True
            for side in range(2):
                for place in range(bounds[i, 2 * side], bounds[i, 2 * side + 1]):
                    taken[side, place] = True
