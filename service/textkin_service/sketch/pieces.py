"""What a sketch keeps of a text's pieces: enough to tell which of them recur, and whether two texts are alike besides.

Of each piece its hash, and for every 8 words one of its rarest stems: its *marks*. With the pieces that two texts share left
out, the marks of the others tell whether the texts are about the same: copies and reports of one event share many, texts that
have only a publisher's footer in common next to none.
"""

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis import Analysis

# Words of a piece for each of its marks, rounded up.
WORDS_PER_MARK = 8
# Most marks kept of a text, about 2,000 words' worth; of a longer one those of the pieces with the smallest hashes, which are
# the same pieces in every text (bottom-k, as the content sketch).
MOST_MARKS = 256

_HALF = np.uint64(32)
# Pieces, rarities in steps of 1/256 and stems are sorted as one number, of 16, 16 and 32 bits.
_OWNER_SHIFT = np.uint64(48)
_ZIPF_STEPS = 256


def piece_marks(analysis: Analysis) -> NDArray[np.uint64]:
    """Returns the marks: uint64, sorted, each once, at most 256; a piece's hash in the upper half, a stem in the lower."""
    pieces = analysis.pieces
    hashes, places = np.unique(pieces.hashes, return_index=True)
    hashes, places = hashes[:MOST_MARKS], places[:MOST_MARKS]
    firsts = pieces.firsts[places]
    lengths = pieces.lasts[places] - firsts
    owner = np.repeat(np.arange(len(hashes)), lengths)
    token = np.arange(len(owner)) + np.repeat(firsts - (np.cumsum(lengths) - lengths), lengths)
    # By piece, the rarest stems first; ties (names that no list holds) fall to the smaller stem number in every text.
    rarity = (analysis.zipf[token] * _ZIPF_STEPS).astype(np.uint64)
    order = np.sort((owner.astype(np.uint64) << _OWNER_SHIFT) | (rarity << _HALF) | analysis.stems[token])
    order = order[np.diff(order, prepend=~order[:1]) != 0]
    owner = (order >> _OWNER_SHIFT).astype(np.intp)
    rank = np.arange(len(owner)) - np.searchsorted(owner, owner)
    kept = rank < -(-lengths[owner] // WORDS_PER_MARK)
    marks = (hashes[owner[kept]].astype(np.uint64) << _HALF) | order[kept].astype(np.uint32)
    return np.sort(marks)[:MOST_MARKS]


def hashes_of(marks: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Returns the hash of the piece of each mark: uint32, parallel."""
    return (marks >> _HALF).astype(np.uint32)


def stems_of(marks: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Returns the stem of each mark: uint32, parallel."""
    return marks.astype(np.uint32)
