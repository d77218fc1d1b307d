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
words replaced. Of the pieces of the others (17 an article, 3 marks each, as in those data), one article in ten has three that
recur in its publisher's articles. A search is for a rewrite that keeps a third of the keys, and asks for about as many keys
besides as are stored, three tenths of which others may have, as in those data. Articles have no topics, so that few of them
share more than a few keys.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textkin_service.kernels import kernel
from textkin_service.sketch import Probe, Sketch

# The law: the slopes A and B, the rank R where one gives way to the other, and as many ranks as could ever be drawn.
_SLOPE, _STEEPER, _TURN = 0.4136, 1.1558, 51_650
_RANKS = 3e11
# Keys of an article: their logarithms are normal, with this mean and deviation (a mean of 223, 588 for one in 100).
_KEYS, _SPREAD, _MOST_KEYS = np.log(202), 0.45, 1_500
# Of 10 articles, one is a copy, and one has its publisher's footer; of a copy one word in 10 was replaced.
_ONE_IN = 10
# Keys for each piece of an article, marks of a piece, publishers, and pieces of a footer.
_KEYS_A_PIECE, _MARKS_A_PIECE, _PUBLISHERS, _FOOTER = 13, 3, 1_000, 3
# Of a search: the share of keys that its source has, keys asked for a stored one, and of those the share others may have.
_KEPT, _ASKED, _SHARED = 0.33, 1.2, 0.3
# Keys of a window of a search, about 100 words.
_WINDOW_KEYS = 110
_PERMUTATIONS = 128
_HEADER = 3
_BATCH = 1_000
# Steps of the law, and as many numbers lead to the step that each falls in.
_STEPS, _GUIDES = 600, 1 << 14

Words = NDArray[np.uint32]
Starts = NDArray[np.int64]


def made_sketches(count: int, seed: int = 0) -> Iterator[tuple[Words, Starts]]:
    """Yields sketches in their stored form but for the checksum, the same in every run, 1,000 at a time.

    Of each batch the words (uint32), and where each sketch begins in them (int64, one more than sketches).
    """
    chance = np.random.default_rng(seed)
    while count > 0:
        size = min(count, _BATCH)
        lengths = np.minimum(np.exp(chance.normal(_KEYS, _SPREAD, size)), _MOST_KEYS).astype(np.int64)
        state = chance.integers(1, 2**63, 1, np.uint64)
        words = np.empty(int((lengths * 2 + _PERMUTATIONS + 2 * _MOST_KEYS).sum()), np.uint32)
        starts = np.zeros(size + 1, np.int64)
        _make(lengths, state, *_law(), words, starts)
        yield words[: starts[-1]].copy(), starts
        count -= size


def sketch_at(words: Words, starts: Starts, number: int) -> Sketch:
    """Returns one of the sketches of a batch."""
    words = words[starts[number] : starts[number + 1]].copy()
    content = _HEADER + _PERMUTATIONS
    marks = content + int(words[1])
    return Sketch(words[_HEADER:content], words[content:marks], words[marks:].copy().view(np.uint64))


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


def drawn_keys(count: int, chance: np.random.Generator) -> Words:
    """Returns keys drawn by the law."""
    keys = np.empty(count, np.uint32)
    _draw(keys, chance.integers(1, 2**63, 1, np.uint64), *_law())
    return keys


@cache
def _law() -> tuple[NDArray[np.float64], NDArray[np.float64], Starts]:
    """Returns the first ranks of steps of ranks about as probable, the distribution function there, and the guides."""
    bounds = np.unique(np.round(np.geomspace(1, _RANKS, _STEPS)))
    middle = np.sqrt(bounds[1:] * bounds[:-1])
    mass = middle**-_SLOPE * (1 + middle / _TURN) ** (_SLOPE - _STEEPER) * np.diff(bounds)
    distribution = np.concatenate([[0.0], np.cumsum(mass) / mass.sum()])
    guides = np.searchsorted(distribution, np.arange(_GUIDES) / _GUIDES, side="right") - 1
    return bounds, distribution, guides.astype(np.int64)


@kernel
def _mixed(value: int) -> int:
    """Returns a number of 64 bits that depend on all of a number's: SplitMix64 (Steele et al. 2014)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@kernel
def _next(state: NDArray[np.uint64]) -> int:
    """Returns the next of a row of random numbers of 64 bits."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    return _mixed(state[0])


@kernel
def _draw(
    keys: Words,
    state: NDArray[np.uint64],
    bounds: NDArray[np.float64],
    distribution: NDArray[np.float64],
    guides: Starts,
) -> None:
    """Fills in keys drawn by the law."""
    for i in range(len(keys)):
        place = float(_next(state) >> np.uint64(11)) * 2.0**-53
        at = guides[int(place * len(guides))]
        while distribution[at + 1] <= place:
            at += 1
        # Evenly among the ranks of a step.
        share = (place - distribution[at]) / (distribution[at + 1] - distribution[at])
        rank = np.uint64(bounds[at] + share * (bounds[at + 1] - bounds[at]))
        keys[i] = np.uint32(_mixed(rank) >> np.uint64(32))


@kernel
def _sort(keys: Words) -> int:
    """Sorts keys that are spread evenly, by insertion among those of the same 256th; leaves each once, returns how many."""
    ends = np.zeros(257, np.int64)
    for key in keys:
        ends[1 + (key >> 24)] += 1
    for i in range(256):
        ends[i + 1] += ends[i]
    parted = np.empty(len(keys), np.uint32)
    for key in keys:
        parted[ends[key >> 24]] = key
        ends[key >> 24] += 1
    count = 0
    for key in parted:
        at = count
        while at > 0 and keys[at - 1] > key:
            at -= 1
        if at > 0 and keys[at - 1] == key:
            continue
        for i in range(count, at, -1):
            keys[i] = keys[i - 1]
        keys[at] = key
        count += 1
    return count


@kernel
def _make(  # noqa: C901 - a kernel is a loop written out
    lengths: Starts,
    state: NDArray[np.uint64],
    bounds: NDArray[np.float64],
    distribution: NDArray[np.float64],
    guides: Starts,
    words: Words,
    starts: Starts,
) -> None:
    """Fills in sketches that have about so many content keys each."""
    content = _HEADER + _PERMUTATIONS
    for n in range(len(lengths)):
        start = starts[n]
        kind = _next(state) % np.uint64(_ONE_IN)
        if kind == 0 and n > 0:
            source = np.int64(_next(state) % np.uint64(n))
            size = starts[source + 1] - starts[source]
            for i in range(size):
                words[start + i] = words[starts[source] + i]
            keys, marks = np.int64(words[start + 1]), np.int64(words[start + 2])
            for i in range(_HEADER, content):
                if _next(state) % np.uint64(_ONE_IN) == 0:
                    words[start + i] = np.uint32(_next(state) >> np.uint64(33))
            for i in range(content, content + keys):
                if _next(state) % np.uint64(_ONE_IN) == 0:
                    _draw(words[start + i : start + i + 1], state, bounds, distribution, guides)
        else:
            keys, marks = lengths[n], _MARKS_A_PIECE * (lengths[n] // _KEYS_A_PIECE)
            for i in range(_HEADER, content):
                words[start + i] = np.uint32(_next(state) >> np.uint64(33))
            _draw(words[start + content : start + content + keys], state, bounds, distribution, guides)
        distinct = _sort(words[start + content : start + content + keys])
        first = start + content + distinct
        if kind == 0 and n > 0:
            for i in range(2 * marks):
                words[first + i] = words[start + content + keys + i]
        else:
            _mark(words[first : first + 2 * marks], marks, kind, state)
        words[start], words[start + 1], words[start + 2] = 0, distinct, marks
        starts[n + 1] = first + 2 * marks


@kernel
def _mark(words: Words, marks: int, kind: int, state: NDArray[np.uint64]) -> None:
    """Fills in marks of pieces in ascending order: each the stem, then the piece's hash."""
    pieces = marks // _MARKS_A_PIECE
    publisher = _next(state) % np.uint64(_PUBLISHERS)
    for piece in range(pieces):
        # Evenly spread, and so in order.
        width = np.uint64((1 << 32) // pieces)
        hashed = np.uint64(piece) * width + _next(state) % width
        if kind == 1 and piece < _FOOTER:
            hashed = np.uint64(piece * _PUBLISHERS) + publisher
        for mark in range(_MARKS_A_PIECE):
            at = 2 * (piece * _MARKS_A_PIECE + mark)
            words[at] = np.uint32(mark << 28) | np.uint32(_next(state) >> np.uint64(37))
            words[at + 1] = np.uint32(hashed)
