"""Room for the kernels of the analysis to work in: arrays that a thread uses for one text after the other.

Taking new memory for each text would cost as much as half of the kernels do.
"""

import threading
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

# A thread keeps room for texts of up to so many code points. Rows of this length begin at different places of a cache's sets.
_KEPT = (1 << 16) + 80
# What arrays have more than a text has code points: a kernel takes characters in blocks of 64.
_MORE = 72

_own = threading.local()


@dataclass(frozen=True, slots=True, eq=False)
class Room:
    """Arrays that are filled for a text, of at least as many places as it has code points and a few more.

    What they hold is that of the text analysed last; none of it goes into an `Analysis`.
    """

    size: int
    # of cutting words
    low: NDArray[np.uint8]
    classes: NDArray[np.uint8]
    edges: NDArray[np.int32]
    events: NDArray[np.int32]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    keys: NDArray[np.uint64]
    runs: NDArray[np.int32]
    commas: NDArray[np.bool_]
    # of looking them up
    flags: NDArray[np.uint32]
    missing: NDArray[np.int32]
    # of sentences and lines
    stops: NDArray[np.int32]
    breaks: NDArray[np.int32]
    ranges: NDArray[np.int32]
    bounds: NDArray[np.int32]
    counts: NDArray[np.int32]
    ends_line: NDArray[np.bool_]
    said: NDArray[np.uint32]
    phrases: NDArray[np.uint16]
    firsts: NDArray[np.int32]
    line_words: NDArray[np.int32]
    kinds: NDArray[np.uint8]
    # of the evidence
    sentences: NDArray[np.int32]
    piece_hashes: NDArray[np.uint32]
    piece_firsts: NDArray[np.int32]
    piece_lasts: NDArray[np.int32]

    @classmethod
    def of(cls, size: int) -> Self:
        """Makes room for texts of up to so many code points."""
        edges, events, starts, ends, runs, missing, stops, breaks = np.empty((8, size), np.int32)
        bounds, counts, firsts, line_words, piece_firsts, piece_lasts = np.empty((6, size), np.int32)
        low, classes, kinds = np.empty((3, size), np.uint8)
        flags, said, piece_hashes = np.empty((3, size), np.uint32)
        commas, ends_line = np.empty((2, size), np.bool_)
        ranges, sentences = np.empty((2, size, 2), np.int32)
        return cls(
            size=size,
            low=low,
            classes=classes,
            edges=edges,
            events=events,
            starts=starts,
            ends=ends,
            keys=np.empty(size, np.uint64),
            runs=runs,
            commas=commas,
            flags=flags,
            missing=missing,
            stops=stops,
            breaks=breaks,
            ranges=ranges,
            bounds=bounds,
            counts=counts,
            ends_line=ends_line,
            said=said,
            phrases=np.empty(size, np.uint16),
            firsts=firsts,
            line_words=line_words,
            kinds=kinds,
            sentences=sentences,
            piece_hashes=piece_hashes,
            piece_firsts=piece_firsts,
            piece_lasts=piece_lasts,
        )


def room_for(length: int) -> Room:
    """Returns room for a text of so many code points: the thread's own, unless the text is very long."""
    size = length + _MORE
    kept: Room | None = getattr(_own, "room", None)
    if kept is None:
        kept = _own.room = Room.of(_KEPT)
    return kept if size <= kept.size else Room.of(size)
