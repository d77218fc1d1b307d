"""The plain twin of the index: the same answers from sorted arrays, in NumPy."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textkin_service.sketch import Probe, Scheme, Sketch

# A segment of this many entries is merged no more: merging it would hold up searches for too long.
_LARGEST_MERGED = 1 << 22
# So many removed numbers are remembered; then all segments are rid of them.
_MOST_REMOVED = 1 << 14
# A segment is merged with its neighbour once that is at most this many times larger.
_MERGE_RATIO = 2

_KEY_BITS = np.uint64(32)
_NUMBER = np.uint64(0xFFFF_FFFF)


class Postings:
    """A multimap from 32-bit keys to 32-bit numbers. Not safe for threads by itself."""

    def __init__(self) -> None:
        self._segments: list[NDArray[np.uint64]] = []  # each sorted; key in the high half, number in the low
        self._removed = np.empty(0, np.uint32)  # sorted

    @property
    def size_bytes(self) -> int:
        """The memory that the arrays take."""
        return sum(segment.nbytes for segment in self._segments) + self._removed.nbytes

    def add(self, keys: NDArray[np.uint32], number: int) -> None:
        """Adds a number under each of its distinct keys (uint32)."""
        self._segments.append(np.sort((keys.astype(np.uint64) << _KEY_BITS) | np.uint64(number)))
        while len(self._segments) > 1:
            last, previous = self._segments[-1], self._segments[-2]
            if len(previous) > _MERGE_RATIO * len(last) or len(previous) + len(last) > _LARGEST_MERGED:
                break
            self._segments[-2:] = [self._merged(previous, last)]

    def remove(self, number: int) -> None:
        """Removes a number from under all its keys."""
        place = np.searchsorted(self._removed, number)
        self._removed = np.insert(self._removed, place, number)
        if len(self._removed) >= _MOST_REMOVED:
            self._segments = [self._alive(segment) for segment in self._segments]
            self._removed = np.empty(0, np.uint32)

    def lookup(
        self, keys: NDArray[np.uint32], cap: int
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.uint32]]]:
        """Yields what stands under keys (uint32), a pair of parallel arrays a segment: positions in `keys`, and numbers.

        At most `cap` numbers a key and segment are read, the greatest, besides removed ones, which are left out.
        """
        read = cap + len(self._removed)
        low = keys.astype(np.uint64) << _KEY_BITS
        for segment in reversed(self._segments):
            starts = np.searchsorted(segment, low)
            ends = np.searchsorted(segment, low | _NUMBER, side="right")
            starts = np.maximum(starts, ends - read)
            counts = ends - starts
            if not counts.any():
                continue
            positions = np.repeat(np.arange(len(keys)), counts)
            within = np.arange(len(positions)) - np.repeat(np.cumsum(counts) - counts, counts)
            numbers = (segment[np.repeat(starts, counts) + within] & _NUMBER).astype(np.uint32)
            alive = ~self._is_removed(numbers)
            yield positions[alive], numbers[alive]

    def _merged(self, a: NDArray[np.uint64], b: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Returns both segments in one, without removed numbers."""
        both = np.concatenate([a, b])
        both.sort(kind="stable")  # the runs are sorted already: this merges them
        return self._alive(both)

    def _alive(self, segment: NDArray[np.uint64]) -> NDArray[np.uint64]:
        return (
            segment[~self._is_removed((segment & _NUMBER).astype(np.uint32))]
            if len(self._removed)
            else segment
        )

    def _is_removed(self, numbers: NDArray[np.uint32]) -> NDArray[np.bool_]:
        if not len(self._removed):
            return np.zeros(len(numbers), bool)
        places = np.minimum(np.searchsorted(self._removed, numbers), len(self._removed) - 1)
        return np.asarray(self._removed[places] == numbers)


# Most numbers read from one bucket: a key that so many articles share says little, and must not stall a query.
BUCKET_CAP = 2_000
# Content keys shared in one window of the query say more than as many scattered over it: an article's weight is the norm of
# this degree over the weights of the windows. 1 would be their sum, and miss a lifted paragraph in a long article; infinity the
# best window alone, and miss thin traces all over a text (bench/sketches.py).
_WINDOW_NORM = 2


class PlainIndex:
    """LSH buckets of one collection. Not safe for threads by itself."""

    def __init__(self, scheme: Scheme) -> None:
        self._scheme = scheme
        self._content = Postings()
        self._bands = Postings()
        self._articles = 0

    def __len__(self) -> int:
        """How many articles it holds."""
        return self._articles

    @property
    def size_bytes(self) -> int:
        """The memory that its keys take."""
        return self._content.size_bytes + self._bands.size_bytes

    def add(self, number: int, sketch: Sketch) -> None:
        """Adds an article under a number, of at most 32 bits, that it never held before."""
        self._content.add(sketch.content, number)
        self._bands.add(self._band_keys(sketch), number)
        self._articles += 1

    def remove(self, number: int) -> None:
        self._content.remove(number)
        self._bands.remove(number)
        self._articles -= 1

    def candidates(self, probe: Probe, limit: int) -> tuple[list[int], list[float], bool]:
        """Returns at most `limit` articles that share enough keys, by the rarity of what they share; weights; if truncated."""
        content = _Shared.of(self._content, probe.content, probe.windows, self._articles)
        asked = self._band_keys(probe)
        bands = _Shared.of(self._bands, asked, np.zeros(len(asked), np.intp), self._articles)
        numbers = np.concatenate(
            [content.numbers[content.counts >= self._scheme.content_shared_keys], bands.numbers]
        )
        numbers = np.unique(numbers)
        # A shared band counts like as many content keys as it has rows: it stands for so many equal minima.
        weights = content.weights_of(numbers) + self._scheme.verbatim_rows * bands.weights_of(numbers)
        best = np.lexsort((numbers, -weights))[:limit]
        return numbers[best].tolist(), weights[best].tolist(), content.truncated or bands.truncated

    def _band_keys(self, of: Sketch | Probe) -> NDArray[np.uint32]:
        return plain_band_keys(of.verbatim, self._scheme.verbatim_bands, self._scheme.verbatim_rows)


@dataclass(frozen=True, slots=True, eq=False)
class _Shared:
    """The articles that share keys with a query.

    `numbers` (uint32, sorted, distinct), `counts` (intp) of shared keys and `weights` (float64) by their rarity and windows:
    parallel.
    """

    numbers: NDArray[np.uint32]
    counts: NDArray[np.intp]
    weights: NDArray[np.float64]
    truncated: bool

    @classmethod
    def of(
        cls, postings: Postings, keys: NDArray[np.uint32], windows: NDArray[np.intp], articles: int
    ) -> "_Shared":
        found = list(postings.lookup(keys, BUCKET_CAP + 1))
        positions = np.concatenate([np.empty(0, np.intp), *(positions for positions, _ in found)])
        numbers = np.concatenate([np.empty(0, np.uint32), *(numbers for _, numbers in found)])
        lengths = np.bincount(positions, minlength=len(keys))
        rarity = np.log((articles + 1) / np.maximum(lengths, 1))
        # By article and window, then by article.
        groups, group = np.unique(
            numbers.astype(np.uint64) << np.uint64(32) | windows[positions].astype(np.uint64),
            return_inverse=True,
        )
        distinct, article = np.unique((groups >> np.uint64(32)).astype(np.uint32), return_inverse=True)
        counts = np.bincount(group, minlength=len(groups))
        weights = np.bincount(group, weights=rarity[positions], minlength=len(groups))
        powers = np.bincount(article, weights=weights**_WINDOW_NORM, minlength=len(distinct))
        return cls(
            distinct,
            np.bincount(article, weights=counts, minlength=len(distinct)).astype(np.intp),
            (powers ** (1 / _WINDOW_NORM)).astype(np.float64),
            bool(np.any(lengths > BUCKET_CAP)),
        )

    def weights_of(self, numbers: NDArray[np.uint32]) -> NDArray[np.float64]:
        """Returns the weight of each number, 0 where it shares nothing."""
        if not len(self.numbers):
            return np.zeros(len(numbers))
        places = np.minimum(np.searchsorted(self.numbers, numbers), len(self.numbers) - 1)
        return np.where(self.numbers[places] == numbers, self.weights[places], 0.0)


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
    return np.unique((keys >> np.uint64(16)).astype(np.uint32))
