"""Room for the kernels of the analysis to work in: arrays that a thread uses for one text after the other.

Taking new memory for each text would cost as much as half of the kernels do.
"""

import threading
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

# A thread keeps room for texts of up to so many code points. Rows of this length begin at different places of a cache's sets.
_KEPT = (1 << 17) + 80
# What arrays have more than texts have code points: a kernel takes characters in blocks of 64; and for each text.
_MORE = 72

_own = threading.local()


# The rows of `Room.numbers`: of words and what they are cut by, of sentences and lines, of pieces.
EDGES, DIGITS, PLACES, EVENTS, STARTS, ENDS, RUNS, MISSING = range(8)
STOPS, BREAKS, BOUNDS, COUNTS, FIRSTS, LINE_WORDS, PIECE_FIRSTS, PIECE_LASTS = range(8, 16)
# Those of `Room.bits`: flags of words, what sentences say, what they may be, hashes of pieces.
FLAGS, SAID, PHRASES, PIECES = range(4)
# Those of `Room.marks`: of characters, of words, of sentences, of lines.
LOW, CLASSES, COMMAS, ENDS_LINE, KINDS = range(5)
# What is counted of each text, the columns of `new_counts`: words, events, which classes of characters it has that not every
# text has; where its sentences begin among those of all, and how many they are; lines, the phrases and the kinds of lines that
# there may be.
WORDS, MET, RARE_CLASSES, FIRST_SENTENCE, SENTENCES, LINES, ALL_PHRASES, ALL_KINDS = range(8)


@dataclass(frozen=True, slots=True, eq=False)
class Room:
    """Arrays that are filled for some texts, of at least as many places as these have code points and a few more.

    What they hold is that of the texts analysed last, one after the other; none of it goes into an `Analysis`. Where there is
    one more for the end of a text, the next begins behind that. Few arrays of many rows, because a
    kernel takes as long to be called with an array as to cut two sentences.
    `numbers`: int32, `bits`: uint32, `marks`: uint8, of two dimensions; `keys` of words: uint64; `ranges` of the sentences as
    they stand, and `sentences` as they are kept: int32 of shape (any, 2). `flags` and `missing` are rows of theirs.
    """

    size: int
    numbers: NDArray[np.int32]
    bits: NDArray[np.uint32]
    marks: NDArray[np.uint8]
    keys: NDArray[np.uint64]
    ranges: NDArray[np.int32]
    sentences: NDArray[np.int32]
    flags: NDArray[np.uint32]
    missing: NDArray[np.int32]

    @classmethod
    def of(cls, size: int) -> Self:
        """Makes room for texts of up to so many code points."""
        numbers, bits = np.empty((PIECE_LASTS + 1, size), np.int32), np.empty((PIECES + 1, size), np.uint32)
        return cls(
            size=size,
            numbers=numbers,
            bits=bits,
            marks=np.empty((KINDS + 1, size), np.uint8),
            keys=np.empty(size, np.uint64),
            ranges=np.empty((size, 2), np.int32),
            sentences=np.empty((size, 2), np.int32),
            flags=bits[FLAGS],
            missing=numbers[MISSING],
        )


def room_for(length: int, texts: int) -> Room:
    """Returns room for so many texts of so many code points: the thread's own, unless they are very long."""
    size = length + texts + _MORE
    kept: Room | None = getattr(_own, "room", None)
    if kept is None:
        kept = _own.room = Room.of(_KEPT)
    return kept if size <= kept.size else Room.of(size)


def new_counts(texts: int) -> NDArray[np.int64]:
    """Returns the counts of so many texts, to be filled in: int64 of shape (texts, 8)."""
    return np.empty((texts, ALL_KINDS + 1), np.int64)
