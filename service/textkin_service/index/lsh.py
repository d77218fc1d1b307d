"""LSH buckets in memory: a key leads to the numbers of the articles that have it.

A verbatim key is a band of the MinHash signature (Indyk and Motwani 1998); a content key is one of the bottom-k hashes.
One shared band makes a candidate; of content keys it takes two, since one pair of words meets by chance too often.
"""

import math
from array import array
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from textkin_service.sketch import SCHEME, Sketch

# Shared content keys that make a candidate.
MIN_CONTENT_KEYS = 2
# Most numbers read from one bucket: a key that so many articles share says little, and must not stall a query.
BUCKET_CAP = 2_000
# A shared band counts like this many of the rarest content keys: it stands for 4 equal minima, never chance.
_BAND_WEIGHT = 4.0


@dataclass(frozen=True, slots=True)
class Candidates:
    """Article numbers, the most promising first. `truncated`: a bucket was longer than the cap."""

    numbers: tuple[int, ...]
    truncated: bool


class Index:
    """LSH buckets of one collection. Not safe for threads by itself."""

    def __init__(self) -> None:
        self._content: dict[int, array[int]] = {}
        self._bands: dict[bytes, array[int]] = {}
        self._articles = 0

    def __len__(self) -> int:
        """How many articles it holds."""
        return self._articles

    def add(self, number: int, sketch: Sketch) -> None:
        """Adds an article under a number that it does not hold yet."""
        for key in sketch.content.tolist():
            self._content.setdefault(key, array("Q")).append(number)
        for band in _bands(sketch):
            self._bands.setdefault(band, array("Q")).append(number)
        self._articles += 1

    def remove(self, number: int, sketch: Sketch) -> None:
        """Removes an article; `sketch` is the one that it was added with. Raises KeyError or ValueError if it was not."""
        for key in sketch.content.tolist():
            bucket = self._content[key]
            bucket.remove(number)
            if not bucket:
                del self._content[key]
        for band in _bands(sketch):
            bucket = self._bands[band]
            bucket.remove(number)
            if not bucket:
                del self._bands[band]
        self._articles -= 1

    def candidates(self, sketch: Sketch, limit: int) -> Candidates:
        """Returns at most `limit` articles that share enough keys, by the rarity of what they share."""
        truncated = False
        shared: defaultdict[int, int] = defaultdict(int)
        weight: defaultdict[int, float] = defaultdict(float)
        for key in sketch.content.tolist():
            bucket = self._content.get(key)
            if bucket is None:
                continue
            truncated |= len(bucket) > BUCKET_CAP
            rarity = math.log((self._articles + 1) / len(bucket))
            for number in bucket[-BUCKET_CAP:]:
                shared[number] += 1
                weight[number] += rarity
        chosen = {number: weight[number] for number, count in shared.items() if count >= MIN_CONTENT_KEYS}
        for band in _bands(sketch):
            bucket = self._bands.get(band)
            if bucket is None:
                continue
            truncated |= len(bucket) > BUCKET_CAP
            rarity = math.log((self._articles + 1) / len(bucket))
            for number in bucket[-BUCKET_CAP:]:
                chosen[number] = chosen.get(number, weight.get(number, 0.0)) + _BAND_WEIGHT * rarity
        ranked = sorted(chosen, key=lambda number: (-chosen[number], number))
        return Candidates(tuple(ranked[:limit]), truncated)


def _bands(sketch: Sketch) -> list[bytes]:
    """Returns a key for each band: its number and its rows."""
    if np.all(sketch.verbatim == np.iinfo(np.uint32).max):
        return []  # no shingle at all: such articles would meet in every band
    rows = sketch.verbatim.astype("<u4").reshape(SCHEME.verbatim_bands, SCHEME.verbatim_rows)
    return [bytes([band]) + row.tobytes() for band, row in enumerate(rows)]
