"""What a sketch keeps of a text's pieces: enough to tell which of them recur, and whether two texts are alike besides.

Of each piece its hash, and for every 8 words one of its rarest stems: its *marks*. With the pieces that two texts share left
out, the marks of the others tell whether the texts are about the same: copies and reports of one event share many, texts that
have only a publisher's footer in common next to none.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis import Analysis, Batch
from textkin_service.sketch.kernels.keys import mark_pieces

# Words of a piece for each of its marks, rounded up.
WORDS_PER_MARK = 8
# Most marks kept of a text, about 2,000 words' worth; of a longer one those of the pieces with the smallest hashes, which are
# the same pieces in every text (bottom-k, as the content sketch).
MOST_MARKS = 256

_HALF = np.uint64(32)


def piece_marks(analysis: Analysis) -> NDArray[np.uint64]:
    """Returns the marks: uint64, sorted, each once, at most 256; a piece's hash in the upper half, a stem in the lower."""
    return all_piece_marks(Batch.of(analysis))[0]


def all_piece_marks(batch: Batch) -> list[NDArray[np.uint64]]:
    """Returns the marks of each text, as `piece_marks` does."""
    ends = np.empty(len(batch), np.int64)
    marks = mark_pieces(
        batch.piece_hashes,
        batch.piece_firsts,
        batch.piece_lasts,
        batch.bounds,
        batch.stems,
        batch.zipf,
        WORDS_PER_MARK,
        MOST_MARKS,
        ends,
    )
    return [marks[first:last] for first, last in pairwise((0, *ends.tolist()))]


def hashes_of(marks: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Returns the hash of the piece of each mark: uint32, parallel."""
    return (marks >> _HALF).astype(np.uint32)
