"""The plain twin of the index: the same answers from dictionaries of lists."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from textkin_service.index.lsh import BAND_CAP, BUCKET_CAP, LEAST_READ, MOST_BANDS_READ, READ_A_KEY
from textkin_service.sketch import Probe, Scheme, Sketch


class PlainTable:
    """From keys to the numbers that were added under them, in that order."""

    def __init__(self) -> None:
        self.lists: defaultdict[int, list[int]] = defaultdict(list)

    def add(self, keys: Iterable[int], number: int) -> None:
        for key in keys:
            self.lists[key].append(number)

    def remove(self, keys: Iterable[int], number: int) -> None:
        for key in keys:
            self.lists[key].remove(number)

    def lookup(self, keys: Sequence[int], cap: int, budget: int) -> list[list[int]]:
        """Returns what is read under each key: of the shortest lists first, the newest `cap` of each, `budget` in all."""
        read: list[list[int]] = [[] for _ in keys]
        exhausted = math.inf
        # In a stable sort, those of the same length keep their order.
        for at in sorted(range(len(keys)), key=lambda at: min(len(self.lists[keys[at]]), cap)):
            numbers = self.lists[keys[at]][::-1][:cap]
            if len(numbers) > exhausted:
                break
            if len(numbers) > budget:
                exhausted = len(numbers)
            read[at] = numbers[:budget]
            budget -= len(read[at])
        return read


class PlainIndex:
    """LSH buckets of one collection."""

    def __init__(self, scheme: Scheme) -> None:
        self._scheme = scheme
        self._content, self._bands = PlainTable(), PlainTable()
        self._sketches: dict[int, Sketch] = {}

    def add(self, number: int, sketch: Sketch) -> None:
        self._sketches[number] = sketch
        self._content.add(sketch.content.tolist(), number)
        self._bands.add(self._band_keys(sketch), number)

    def remove(self, number: int) -> None:
        sketch = self._sketches.pop(number)
        self._content.remove(sketch.content.tolist(), number)
        self._bands.remove(self._band_keys(sketch), number)

    def candidates(self, probe: Probe, limit: int) -> tuple[list[int], list[float]]:
        """Returns at most `limit` articles that share enough keys, by the rarity of what they share; and weights."""
        keys, windows = probe.content.tolist(), probe.windows.tolist()
        budget = max(LEAST_READ, READ_A_KEY * len(keys))
        shared: defaultdict[int, int] = defaultdict(int)
        by_window: defaultdict[int, defaultdict[int, float]] = defaultdict(lambda: defaultdict(float))
        for key, window, numbers in zip(
            keys, windows, self._content.lookup(keys, BUCKET_CAP, budget), strict=True
        ):
            for number in numbers:
                shared[number] += 1
                by_window[number][window] += self._rarity(self._content, key)
        bands = self._band_keys(probe)
        banded: defaultdict[int, float] = defaultdict(float)
        for key, numbers in zip(bands, self._bands.lookup(bands, BAND_CAP, MOST_BANDS_READ), strict=True):
            for number in numbers:
                banded[number] += self._rarity(self._bands, key)
        weights = {
            number: math.hypot(*by_window[number].values()) + self._scheme.verbatim_rows * banded[number]
            for number in {each for each in shared if shared[each] >= self._scheme.content_shared_keys}
            | set(banded)
        }
        best = sorted(weights, key=lambda number: (-weights[number], number))[:limit]
        return best, [weights[number] for number in best]

    def _rarity(self, table: PlainTable, key: int) -> float:
        return math.log((len(self._sketches) + 1) / len(table.lists[key]))

    def _band_keys(self, of: Sketch | Probe) -> list[int]:
        return plain_band_keys(of.verbatim, self._scheme.verbatim_bands, self._scheme.verbatim_rows).tolist()


def plain_band_keys(signature: NDArray[np.uint32], bands: int, rows: int) -> NDArray[np.uint32]:
    """Returns a key, uint32, for each band of a signature: a hash of its number and rows.

    The values past the last band are left out. The signature of a text without a shingle has no keys.
    """
    if np.all(signature == np.iinfo(np.uint32).max):
        return np.empty(0, np.uint32)
    values = signature[: bands * rows].reshape(bands, rows).astype(np.uint64)
    keys = np.arange(bands, dtype=np.uint64)
    for row in values.T:  # FNV-1a (Fowler, Noll and Vo) over 32-bit words, then its upper half
        keys = (keys ^ row) * np.uint64(0x100000001B3)
        keys ^= keys >> np.uint64(29)
    return (keys >> np.uint64(16)).astype(np.uint32)
