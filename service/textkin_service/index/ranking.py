"""Ranks the articles found under the keys of a query."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.index.kernels.ranking import NUMBER, ROWS, WEIGHTS, weigh
from textkin_service.index.table import Found

# Most places of the table that numbers are counted in by hash: it fits in the processor's nearest caches.
_MOST_PLACES = 1 << 16


def rank(
    content: Found,
    windows: NDArray[np.int64],
    bands: Found,
    articles: int,
    least_shared: int,
    band_weight: float,
    limit: int,
) -> NDArray[np.int64]:
    """Returns at most `limit` numbers (int64), by weight, the smaller number first where weights are equal.

    A number counts that shares a band, or `least_shared` content keys; a band weighs like so many of them. `windows`
    (int64): of each content key.
    """
    read = int(content.starts[-1] + bands.starts[-1])
    places = 1 << (2 * read).bit_length()
    room = np.empty((ROWS, read + 1), np.int64)
    best = weigh(
        content.numbers,
        content.starts,
        content.lengths,
        windows,
        bands.numbers,
        bands.starts,
        bands.lengths,
        articles,
        least_shared,
        band_weight,
        limit,
        room,
        np.empty((WEIGHTS, read + 1)),
        np.zeros(places, np.uint32),
        np.zeros(min(4 * places, _MOST_PLACES), np.uint8),
        np.empty(len(windows), np.int64),
        np.zeros(int(windows.max(initial=0)) + 2, np.int64),
    )
    return room[NUMBER, :best]
