"""Equal runs: words in a row that the quotations of two texts share."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.kernels import kernel

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


@kernel
def _seeds(
    hashes: NDArray[np.uint64], firsts: NDArray[np.int64], lasts: NDArray[np.int64], width: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint64]]:
    """Returns where so many words in a row begin that one quotation holds, the number of that quotation, and their hash."""
    size = 0
    for i in range(len(firsts)):
        size += max(0, lasts[i] - firsts[i] - width + 1)
    places, numbers = np.empty(size, np.int64), np.empty(size, np.int64)
    seeds = np.empty(size, np.uint64)
    filled = 0
    for i in range(len(firsts)):
        for place in range(firsts[i], lasts[i] - width + 1):
            seed = np.uint64(0)
            for j in range(place, place + width):
                seed = seed * _MULTIPLIER + hashes[j]
            places[filled], numbers[filled], seeds[filled] = place, i, seed
            filled += 1
    return places, numbers, seeds


@kernel
def equal_runs(
    hashes_a: NDArray[np.uint64],
    firsts_a: NDArray[np.int64],
    lasts_a: NDArray[np.int64],
    hashes_b: NDArray[np.uint64],
    firsts_b: NDArray[np.int64],
    lasts_b: NDArray[np.int64],
    width: int,
    most_places: int,
) -> NDArray[np.int64]:
    """Returns the runs of equal words, at least `width` long, one a row: quotations a and b, first words a and b, length.

    `firsts` and `lasts` (int64) are the words of each quotation, half open, in order. Words in a row that begin at more than
    so many places of either text belong to no run.
    """
    places_a, numbers_a, seeds_a = _seeds(hashes_a, firsts_a, lasts_a, width)
    places_b, numbers_b, seeds_b = _seeds(hashes_b, firsts_b, lasts_b, width)
    order = np.argsort(seeds_b, kind="mergesort")
    sorted_a, sorted_b = np.sort(seeds_a), seeds_b[order]
    lefts, rights = np.searchsorted(sorted_b, seeds_a), np.searchsorted(sorted_b, seeds_a, "right")
    often_a = np.searchsorted(sorted_a, seeds_a, "right") - np.searchsorted(sorted_a, seeds_a)
    met = (rights > lefts) & (rights - lefts <= most_places) & (often_a <= most_places)
    runs = np.empty((16, 5), np.int64)
    count = 0
    for i in range(len(seeds_a)):
        if not met[i]:
            continue
        for k in range(lefts[i], rights[i]):
            j = order[k]
            # Of the seeds next to each other in both quotations, the first begins the run.
            follows = i > 0 and j > 0 and met[i - 1] and seeds_a[i - 1] == seeds_b[j - 1]
            if follows and numbers_a[i - 1] == numbers_a[i] and numbers_b[j - 1] == numbers_b[j]:
                continue
            length = 1
            while (
                i + length < len(seeds_a)
                and j + length < len(seeds_b)
                and met[i + length]
                and seeds_a[i + length] == seeds_b[j + length]
                and numbers_a[i + length] == numbers_a[i]
                and numbers_b[j + length] == numbers_b[j]
            ):
                length += 1
            if count == len(runs):
                larger = np.empty((2 * count, 5), np.int64)
                larger[:count] = runs
                runs = larger
            runs[count, 0], runs[count, 1] = numbers_a[i], numbers_b[j]
            runs[count, 2], runs[count, 3] = places_a[i], places_b[j]
            runs[count, 4] = length + width - 1
            count += 1
    return runs[:count]
