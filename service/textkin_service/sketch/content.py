"""The content sketch: which rare words meet in one sentence.

Rewriting destroys shingles, but the rare words of a sentence, its names above all, tend to stay together in some sentence of
the rewrite. So the features of a sentence are unordered pairs of its content stems: neighbours (names of two words, fixed
phrases; noise in one word costs only the two pairs it is in), and all pairs of its rarest stems (whatever their order).
The sketch keeps the smallest hashes of each segment of the text (bottom-k MinHash, Broder 1997; Cohen and Kaplan 2007):
segments, so that a short passage taken from a long article is not drowned by the rest of it.

A search asks for more than is stored: pairs that are further apart and of more stems, and none is left out. It costs no memory,
finds what the other text ranked differently or put a word between, and what is rare only because it is misspelt displaces
nothing. `bench/sketches.py` compares these and other forms.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis import Analysis
from textkin_service.sketch.kernels.keys import COUNTERS, first_windows, pair_stems, smallest_keys

# Stems at least this frequent pair with nothing: "the", "said", "year".
STOP_ZIPF = 5.4
# Of a stored sentence: neighbours pair, and the rarest stems, this many and one more for every so many words: 3 to 7.
STORED_REACH = 1
STORED_RAREST = 2
WORDS_A_STEM = 6
# Of a sentence that is searched for: stems up to two places apart pair, and the 12 rarest.
ASKED_REACH = 2
ASKED_RAREST = 12

_STOP = np.float32(STOP_ZIPF).view(np.uint32)
_PART_SHIFT = np.uint64(32)
# More words than a sentence has.
_NO_MORE = 1 << 30


def content_keys(analysis: Analysis, keys_a_segment: int, segment_words: int) -> NDArray[np.uint32]:
    """Returns the sketch's keys: uint32, sorted, each once, at most `keys_a_segment` a segment.

    A segment has `segment_words` words, rounded up to whole sentences.
    """
    labelled = _stored(analysis, segment_words)
    count = len(labelled)
    parts = len(analysis.sentences)
    keys, spare = np.empty(count, np.uint32), np.empty(count, np.uint64)
    counters, taken, last = (
        np.empty(COUNTERS, np.int64),
        np.empty(parts, np.int64),
        np.empty(parts, np.uint64),
    )
    return keys[: smallest_keys(labelled, spare, keys_a_segment, counters, taken, last, keys)].copy()


def segment_keys(analysis: Analysis, segment_words: int) -> list[NDArray[np.uint32]]:
    """Returns all keys of each segment: uint32, sorted, each once."""
    labelled = np.unique(_stored(analysis, segment_words))
    segments = words = 0
    for length in (analysis.sentences[:, 1] - analysis.sentences[:, 0]).tolist():
        segments += words == 0
        words = words + length if words + length < segment_words else 0
    edges = np.searchsorted(labelled >> _PART_SHIFT, np.arange(1, segments))
    return [keys.astype(np.uint32) for keys in np.split(labelled, edges)][:segments]


def smallest(segments: Sequence[NDArray[np.uint32]], keys: int) -> NDArray[np.uint32]:
    """Returns the smallest keys of each segment together: uint32, sorted, each once."""
    return (
        np.unique(np.concatenate([segment[:keys] for segment in segments]))
        if segments
        else np.empty(0, np.uint32)
    )


def asked_keys(analysis: Analysis, window_words: int) -> tuple[NDArray[np.uint32], NDArray[np.intp]]:
    """Returns the keys that a search for the text asks for: uint32, sorted, each once; and the window of each, parallel.

    Windows have `window_words` words, rounded up to whole sentences, and are numbered in order, from 0; a key has the
    first that it is in.
    """
    labelled = _paired(analysis, ASKED_REACH, ASKED_RAREST, _NO_MORE, window_words)
    count = len(labelled)
    keys, windows = np.empty(count, np.uint32), np.empty(count, np.intp)
    spare, counters = np.empty(count, np.uint64), np.empty(COUNTERS, np.int64)
    distinct = first_windows(labelled, spare, counters, keys, windows)
    return keys[:distinct].copy(), windows[:distinct].copy()


def _stored(analysis: Analysis, segment_words: int) -> NDArray[np.uint64]:
    """Returns the keys of the sentences as they are stored; in the upper half of each the number of its segment."""
    return _paired(analysis, STORED_REACH, STORED_RAREST, WORDS_A_STEM, segment_words)


def _paired(
    analysis: Analysis, reach: int, rarest: int, words_a_stem: int, part_words: int
) -> NDArray[np.uint64]:
    """Returns the keys of the sentences, some more than once; in the upper half of each the number of its part of the text."""
    sentences = analysis.sentences
    longest = int((sentences[:, 1] - sentences[:, 0]).max(initial=0))
    # Of n stems that pair each with each, each has at most n / 2 pairs to itself.
    keys = np.empty(len(analysis.tokens) * (reach + (rarest + longest // words_a_stem) // 2 + 1), np.uint64)
    room, counters = np.empty((3, longest), np.uint64), np.empty(COUNTERS, np.int64)
    count = pair_stems(
        analysis.stems,
        analysis.zipf.view(np.uint32),
        sentences,
        _STOP,
        reach,
        rarest,
        words_a_stem,
        part_words,
        room,
        counters,
        keys,
    )
    return keys[:count]
