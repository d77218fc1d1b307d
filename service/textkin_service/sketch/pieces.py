"""What a sketch keeps of a text's pieces: enough to tell which of them recur, and whether two texts are alike besides.

Of each piece its hash, and for every 8 words one of its rarest stems: its *marks*. With the pieces that two texts share left
out, the marks of the others tell whether the texts are about the same: copies and reports of one event share many, texts that
have only a publisher's footer in common next to none.
"""

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis import Analysis
from textkin_service.sketch.kernels.keys import mark_pieces

# Words of a piece for each of its marks, rounded up.
WORDS_PER_MARK = 8
# Most marks kept of a text, about 2,000 words' worth; of a longer one those of the pieces with the smallest hashes, which are
# the same pieces in every text (bottom-k, as the content sketch).
MOST_MARKS = 256

_HALF = np.uint64(32)


def piece_marks(analysis: Analysis) -> NDArray[np.uint64]:
    """Returns the marks: uint64, sorted, each once, at most 256; a piece's hash in the upper half, a stem in the lower."""
    pieces = analysis.pieces
    return mark_pieces(
        pieces.hashes,
        pieces.firsts,
        pieces.lasts,
        analysis.stems,
        analysis.zipf,
        WORDS_PER_MARK,
        MOST_MARKS,
    )


def hashes_of(marks: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Returns the hash of the piece of each mark: uint32, parallel."""
    return (marks >> _HALF).astype(np.uint32)
