"""The plain twins of the kernels of the sketches: datasketch, and NumPy."""

import numpy as np
from datasketch import MinHash

from textkin_service.sketch import content, pieces
from textkin_service.sketch.verbatim import shingles

HALF = np.uint64(32)


def signature(words):
    minhash = MinHash(num_perm=128, seed=1, scheme="affine32")
    for shingle in shingles(words):
        minhash.update(shingle)
    return minhash.hashvalues


def content_keys(analysis, keys_a_segment, segment_words):
    smallest = [each[:keys_a_segment] for each in segment_keys(analysis, segment_words)]
    return np.unique(np.concatenate([np.empty(0, np.uint32), *smallest]))


def segment_keys(analysis, segment_words):
    segments, found, words = [], [], 0
    for first, last in analysis.sentences:
        found.append(stored_pairs(analysis.stems[first:last], analysis.zipf[first:last]))
        words += last - first
        if words >= segment_words:
            segments.append(np.unique(np.concatenate(found)))
            found, words = [], 0
    return [*segments, np.unique(np.concatenate(found))] if found else segments


def asked_keys(analysis, window_words):
    found, windows, window, words = [np.empty(0, np.uint32)], [0], 0, 0
    for first, last in analysis.sentences:
        found.append(asked_pairs(analysis.stems[first:last], analysis.zipf[first:last]))
        windows.append(window)
        words += last - first
        if words >= window_words:
            window, words = window + 1, 0
    keys, places = np.unique(np.concatenate(found), return_index=True)
    return keys, np.repeat(windows, [len(each) for each in found])[places]


def stored_pairs(stems, zipf):
    return pairs(
        stems, zipf, content.STORED_REACH, content.STORED_RAREST + len(stems) // content.WORDS_A_STEM
    )


def asked_pairs(stems, zipf):
    return pairs(stems, zipf, content.ASKED_REACH, content.ASKED_RAREST)


def pairs(stems, zipf, reach, rarest):
    """Returns a key for every unordered pair of content stems up to `reach` places apart, or both among the rarest."""
    is_content = zipf < content.STOP_ZIPF
    stems, zipf = stems[is_content], zipf[is_content]
    chosen, places = np.unique(stems, return_index=True)
    if len(chosen) > rarest:
        chosen = np.sort(chosen[np.lexsort((chosen, zipf[places]))[:rarest]])
    low, high = np.triu_indices(len(chosen), 1)
    lows, highs = [chosen[low]], [chosen[high]]
    for apart in range(1, reach + 1):
        one, other = stems[:-apart], stems[apart:]
        lows.append(np.minimum(one, other))
        highs.append(np.maximum(one, other))
    low, high = np.concatenate(lows), np.concatenate(highs)
    differ = low != high
    return np.unique(mix(low[differ], high[differ]))


def mix(low, high):
    x = (low.astype(np.uint64) << HALF) | high
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (x >> HALF).astype(np.uint32)


def piece_marks(analysis):
    hashes, places = np.unique(analysis.pieces.hashes, return_index=True)
    marks = [np.empty(0, np.uint64)]
    for piece, place in zip(hashes[: pieces.MOST_MARKS], places, strict=False):
        first, last = analysis.pieces.firsts[place], analysis.pieces.lasts[place]
        steps = (analysis.zipf[first:last] * 256).astype(np.uint64)
        rarest = np.unique((steps << HALF) | analysis.stems[first:last])[
            : -(-(last - first) // pieces.WORDS_PER_MARK)
        ]
        marks.append((np.uint64(piece) << HALF) | rarest.astype(np.uint32))
    return np.sort(np.concatenate(marks))[: pieces.MOST_MARKS]
