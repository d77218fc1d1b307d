"""The content sketch: which rare words meet in one sentence.

Rewriting destroys shingles, but the rare words of a sentence, its names above all, tend to stay together in some sentence of
the rewrite. So the features are the unordered pairs of a sentence's rarest stems, and the sketch keeps the smallest hashes of
each segment of the text (bottom-k MinHash, Broder 1997; Cohen and Kaplan 2007): segments, so that a short passage taken from
a long article is not drowned by the rest of it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis import Analysis

# Stems of a sentence that make pairs, the rarest first: all pairs of 8 are at most 28 keys a sentence.
STEMS_PER_SENTENCE = 8
# Stems at least this frequent pair with nothing: "the", "said", "after".
STOP_ZIPF = 5.8


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
        pairs.append(sentence_pairs(analysis.stems[first:last], analysis.zipf[first:last]))
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


def sentence_pairs(stems: NDArray[np.uint32], zipf: NDArray[np.float32]) -> NDArray[np.uint32]:
    """Returns a key for every unordered pair of the sentence's rarest distinct stems; uint32, at most 28."""
    content = zipf < STOP_ZIPF
    distinct, places = np.unique(stems[content], return_index=True)
    if len(distinct) > STEMS_PER_SENTENCE:
        # Ties (names that no list holds) fall to the smaller stem number: the same choice in every text.
        rarest = np.lexsort((distinct, zipf[content][places]))[:STEMS_PER_SENTENCE]
        distinct = np.sort(distinct[rarest])
    low, high = np.triu_indices(len(distinct), 1)
    return _mix(distinct[low], distinct[high])


def _mix(low: NDArray[np.uint32], high: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Hashes pairs to 32 bits: both halves into 64, then the finalizer of SplitMix64 (Steele et al. 2014)."""
    x = (low.astype(np.uint64) << np.uint64(32)) | high
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (x >> np.uint64(32)).astype(np.uint32)
