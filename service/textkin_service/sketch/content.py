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
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis import Analysis

# Stems at least this frequent pair with nothing: "the", "said", "year".
STOP_ZIPF = 5.4
# Of a stored sentence: neighbours pair, and the rarest stems, this many and one more for every so many words: 3 to 7.
STORED_REACH = 1
STORED_RAREST = 2
WORDS_A_STEM = 6
# Of a sentence that is searched for: stems up to two places apart pair, and the 12 rarest.
ASKED_REACH = 2
ASKED_RAREST = 12


def content_keys(analysis: Analysis, keys_a_segment: int, segment_words: int) -> NDArray[np.uint32]:
    """Returns the sketch's keys: uint32, sorted, each once, at most `keys_a_segment` a segment.

    A segment has `segment_words` words, rounded up to whole sentences.
    """
    return smallest(segment_keys(analysis, segment_words), keys_a_segment)


def segment_keys(analysis: Analysis, segment_words: int) -> list[NDArray[np.uint32]]:
    """Returns all keys of each segment: uint32, sorted, each once."""
    segments: list[NDArray[np.uint32]] = []
    pairs: list[NDArray[np.uint32]] = []
    words = 0
    for first, last in analysis.sentences:
        pairs.append(stored_pairs(analysis.stems[first:last], analysis.zipf[first:last]))
        words += last - first
        if words >= segment_words:
            segments.append(np.unique(np.concatenate(pairs)))
            pairs, words = [], 0
    if pairs:
        segments.append(np.unique(np.concatenate(pairs)))
    return segments


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
    pairs: list[NDArray[np.uint32]] = [np.empty(0, np.uint32)]
    windows: list[int] = [0]
    window = words = 0
    for first, last in analysis.sentences:
        pairs.append(asked_pairs(analysis.stems[first:last], analysis.zipf[first:last]))
        windows.append(window)
        words += last - first
        if words >= window_words:
            window, words = window + 1, 0
    keys, places = np.unique(np.concatenate(pairs), return_index=True)
    return keys, np.repeat(windows, [len(each) for each in pairs])[places].astype(np.intp)


def stored_pairs(stems: NDArray[np.uint32], zipf: NDArray[np.float32]) -> NDArray[np.uint32]:
    """Returns the keys of a sentence that is stored; uint32, sorted, each once."""
    return _pairs(stems, zipf, STORED_REACH, STORED_RAREST + len(stems) // WORDS_A_STEM)


def asked_pairs(stems: NDArray[np.uint32], zipf: NDArray[np.float32]) -> NDArray[np.uint32]:
    """Returns the keys of a sentence that is searched for; uint32, sorted, each once."""
    return _pairs(stems, zipf, ASKED_REACH, ASKED_RAREST)


def _pairs(
    stems: NDArray[np.uint32], zipf: NDArray[np.float32], reach: int, rarest: int
) -> NDArray[np.uint32]:
    """Returns a key for every unordered pair of content stems up to `reach` places apart, or both among the rarest."""
    content = zipf < STOP_ZIPF
    stems, zipf = stems[content], zipf[content]
    chosen, places = np.unique(stems, return_index=True)
    if len(chosen) > rarest:
        # Ties (names that no list holds) fall to the smaller stem number: the same choice in every text.
        chosen = np.sort(chosen[np.lexsort((chosen, zipf[places]))[:rarest]])
    low, high = _triangle(len(chosen))
    lows, highs = [chosen[low]], [chosen[high]]
    for apart in range(1, reach + 1):
        one, other = stems[:-apart], stems[apart:]
        lows.append(np.minimum(one, other))
        highs.append(np.maximum(one, other))
    low, high = np.concatenate(lows), np.concatenate(highs)
    differ = low != high
    return np.unique(_mix(low[differ], high[differ]))


@cache
def _triangle(count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Returns the places of all pairs of so many."""
    low, high = np.triu_indices(count, 1)
    return low, high


def _mix(low: NDArray[np.uint32], high: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Hashes pairs to 32 bits: both halves into 64, then the finalizer of SplitMix64 (Steele et al. 2014)."""
    x = (low.astype(np.uint64) << np.uint64(32)) | high
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (x >> np.uint64(32)).astype(np.uint32)
