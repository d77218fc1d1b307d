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

_HASH_SHIFT = np.uint64(32)


def piece_marks(analysis: Analysis) -> NDArray[np.uint64]:
    """Returns the marks: uint64, sorted, each once, at most 256; a piece's hash in the upper half, a stem in the lower."""
    pieces = analysis.pieces
    lengths = pieces.lasts - pieces.firsts
    owner = np.repeat(np.arange(len(pieces)), lengths)
    ends = np.cumsum(lengths)
    token = np.arange(len(owner)) + np.repeat(pieces.firsts - (ends - lengths), lengths)
    stems = analysis.stems[token]
    # By piece, the rarest stems first; ties (names that no list holds) fall to the smaller stem number in every text.
    order = np.lexsort((stems, analysis.zipf[token], owner))
    owner, stems = owner[order], stems[order]
    again = np.zeros(len(owner), bool)
    again[1:] = (owner[1:] == owner[:-1]) & (stems[1:] == stems[:-1])
    owner, stems = owner[~again], stems[~again]
    rank = np.arange(len(owner)) - np.searchsorted(owner, owner)
    kept = rank < -(-lengths[owner] // WORDS_PER_MARK)
    marks = (pieces.hashes[owner[kept]].astype(np.uint64) << _HASH_SHIFT) | stems[kept]
    return np.unique(marks)[:MOST_MARKS]


def hashes_of(marks: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Returns the hash of the piece of each mark: uint32, parallel."""
    return (marks >> _HASH_SHIFT).astype(np.uint32)


def stems_of(marks: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Returns the stem of each mark: uint32, parallel."""
    return marks.astype(np.uint32)
