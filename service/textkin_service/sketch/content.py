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
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis import Analysis, Batch
from textkin_service.sketch.kernels.keys import sentence_keys

# Stems at least this frequent pair with nothing: "the", "said", "year".
STOP_ZIPF = 5.4
# Of a stored sentence: neighbours pair, and the rarest stems, this many and one more for every so many words: 3 to 7.
STORED_REACH = 1
STORED_RAREST = 2
WORDS_A_STEM = 6
# Of a sentence that is searched for: stems up to two places apart pair, and the 12 rarest.
ASKED_REACH = 2
ASKED_RAREST = 12

# More than there are.
_NO_MORE = 1 << 30
_STOP = np.float32(STOP_ZIPF).view(np.uint32)
_HALF, _PART = np.uint64(32), np.uint64(0xFFFFFFFF)


def content_keys(analysis: Analysis, keys_a_segment: int, segment_words: int) -> NDArray[np.uint32]:
    """Returns the sketch's keys: uint32, sorted, each once, at most `keys_a_segment` a segment.

    A segment has `segment_words` words, rounded up to whole sentences.
    """
    return all_content_keys(Batch.of(analysis), keys_a_segment, segment_words)[0]


def all_content_keys(batch: Batch, keys_a_segment: int, segment_words: int) -> list[NDArray[np.uint32]]:
    """Returns the keys of the sketch of each text, as `content_keys` does."""
    stored = STORED_REACH, STORED_RAREST, WORDS_A_STEM, segment_words, keys_a_segment
    labelled, ends = _sentence_keys(batch, *stored)
    keys = (labelled >> _HALF).astype(np.uint32)
    return [keys[first:last] for first, last in pairwise((0, *ends.tolist()))]


def segment_keys(analysis: Analysis, segment_words: int) -> list[NDArray[np.uint32]]:
    """Returns all keys of each segment: uint32, sorted, each once."""
    segments: list[NDArray[np.uint32]] = []
    sentences = analysis.sentences
    ends = np.cumsum(sentences[:, 1] - sentences[:, 0])
    first = words = 0
    for i, end in enumerate(ends.tolist(), start=1):
        if end - words >= segment_words or i == len(ends):
            segments.append(content_keys(replace(analysis, sentences=sentences[first:i]), _NO_MORE, _NO_MORE))
            first, words = i, end
    return segments


def smallest(segments: Sequence[NDArray[np.uint32]], keys: int) -> NDArray[np.uint32]:
    """Returns the smallest keys of each segment together: uint32, sorted, each once."""
    return (
        np.unique(np.concatenate([segment[:keys] for segment in segments]))
        if segments
        else np.empty(0, np.uint32)
    )


def asked_keys(batch: Batch, window_words: int) -> tuple[NDArray[np.uint32], NDArray[np.intp]]:
    """Returns the keys that a search for a text asks for: uint32, sorted, each once; and the window of each, parallel.

    `batch`: of that text alone. Windows have `window_words` words, rounded up to whole sentences, and are numbered in order,
    from 0; a key has the first that it is in.
    """
    asked = ASKED_REACH, ASKED_RAREST, _NO_MORE, window_words, _NO_MORE
    labelled, _ = _sentence_keys(batch, *asked)
    return (labelled >> _HALF).astype(np.uint32), (labelled & _PART).astype(np.intp)


def _sentence_keys(
    batch: Batch, reach: int, rarest: int, words_a_stem: int, part_words: int, most: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Returns what the kernel does, of the sentences of each text, and where those of each end."""
    ends = np.empty(len(batch), np.int64)
    keys = sentence_keys(
        batch.stems,
        batch.zipf.view(np.uint32),
        batch.sentences,
        batch.bounds,
        _STOP,
        reach,
        rarest,
        words_a_stem,
        part_words,
        most,
        ends,
    )
    return keys, ends
