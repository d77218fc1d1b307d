"""Sketches made up for measuring the index: as many as needed, with buckets as long as those of news.

Assumed: content keys are drawn by a Zipf law of two slopes, each for itself, whatever article they are in. The r-th most
frequent key has a probability proportional to r^-A (1 + r/R)^(A - B). The parameters were fitted to the keys of the 2,183
articles of the development data, and fit what is to be seen there among 100, 250, 500, 1,000 and 2,183 of them:

    articles                            100     250     500    1,000   2,183
    distinct keys, share of all        0.982   0.960   0.938   0.901   0.842
    by the law                         0.983   0.962   0.935   0.897   0.839
    others' keys met, mean by entry    0.04    0.11    0.21    0.41    0.91
    by the law                         0.04    0.10    0.21    0.42    0.93

What lies beyond is extrapolation: among a million, 0.35 and 425. One article in ten republishes another, with a tenth of its
words replaced. A search is for a rewrite that keeps a third of the keys, and asks for about as many keys besides as are
stored, three tenths of which others may have, as in those data. Articles have no topics, so that few of them share more
than a few keys.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textkin_service.sketch import Probe, Sketch

# The law: the slopes A and B, the rank R where one gives way to the other, and as many ranks as could ever be drawn.
_SLOPE, _STEEPER, _TURN = 0.4136, 1.1558, 51_650
_RANKS = 3e11
# Keys of an article: their logarithms are normal, with this mean and deviation (a mean of 223, 588 for one in 100).
_KEYS, _SPREAD, _MOST_KEYS = np.log(202), 0.45, 1_500
_COPIES, _REPLACED = 0.1, 0.1
# Of a search: the share of keys that its source has, keys asked for a stored one, and of those the share others may have.
_KEPT, _ASKED, _SHARED = 0.33, 1.2, 0.3
# Keys of a window of a search, about 100 words.
_WINDOW_KEYS = 110
_PERMUTATIONS = 128
_BATCH = 1_000
_NO_MARKS = np.empty(0, np.uint64)


def made_sketches(count: int) -> Iterator[Sketch]:
    """Yields sketches, the same in every run."""
    chance = np.random.default_rng(0)
    before: list[Sketch] = []
    while count > 0:
        batch = [
            _copied(before, chance) if before and chance.random() < _COPIES else None for _ in range(_BATCH)
        ]
        lengths = np.minimum(np.exp(chance.normal(_KEYS, _SPREAD, _BATCH)), _MOST_KEYS).astype(int)
        keys = np.split(drawn_keys(int(lengths.sum()), chance), np.cumsum(lengths)[:-1])
        signatures = chance.integers(0, 2**32 - 1, (_BATCH, _PERMUTATIONS), np.uint32)
        before = [
            copy or Sketch(signature, np.unique(own), _NO_MARKS)
            for copy, signature, own in zip(batch, signatures, keys, strict=True)
        ]
        yield from before[:count]
        count -= _BATCH


def made_probe(source: Sketch, chance: np.random.Generator) -> Probe:
    """Returns a search for a rewrite of the source."""
    kept = source.content[chance.random(len(source.content)) < _KEPT]
    others = drawn_keys(len(source.content) - len(kept), chance)
    besides = int(_ASKED * len(source.content))
    shared = drawn_keys(int(_SHARED * besides), chance)
    alone = chance.integers(0, 2**32, besides - len(shared), np.uint32)
    keys = np.unique(np.concatenate([kept, others, shared, alone]))
    windows = np.sort(chance.integers(0, 1 + len(keys) // _WINDOW_KEYS, len(keys)))
    signature = chance.integers(0, 2**32 - 1, _PERMUTATIONS, np.uint32)
    return Probe(signature, keys, chance.permutation(windows).astype(np.intp))


def drawn_keys(count: int, chance: np.random.Generator) -> NDArray[np.uint32]:
    """Returns keys drawn by the law."""
    bounds, distribution = _law()
    place = chance.random(count)
    at = np.searchsorted(distribution, place, side="right") - 1
    # Evenly among the ranks of a step.
    share = (place - distribution[at]) / (distribution[at + 1] - distribution[at])
    rank = (bounds[at] + share * (bounds[at + 1] - bounds[at])).astype(np.uint64)
    rank = (rank ^ (rank >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)  # SplitMix64 (Steele et al. 2014)
    rank = (rank ^ (rank >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (rank >> np.uint64(32)).astype(np.uint32)


@cache
def _law() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns the first ranks of steps of ranks about as probable, and the distribution function there."""
    bounds = np.unique(np.round(np.geomspace(1, _RANKS, 600)))
    middle = np.sqrt(bounds[1:] * bounds[:-1])
    mass = middle**-_SLOPE * (1 + middle / _TURN) ** (_SLOPE - _STEEPER) * np.diff(bounds)
    return bounds, np.concatenate([[0.0], np.cumsum(mass) / mass.sum()])


def _copied(sketches: list[Sketch], chance: np.random.Generator) -> Sketch:
    """Returns the sketch of an article that republishes one of these."""
    source = sketches[chance.integers(len(sketches))]
    content, verbatim = source.content.copy(), source.verbatim.copy()
    changed = chance.random(len(content)) < _REPLACED
    content[changed] = drawn_keys(int(changed.sum()), chance)
    changed = chance.random(_PERMUTATIONS) < _REPLACED
    verbatim[changed] = chance.integers(0, 2**32 - 1, int(changed.sum()), np.uint32)
    return Sketch(verbatim, np.unique(content), _NO_MARKS)
