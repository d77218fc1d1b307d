"""Which hashes were seen before, approximately and in little memory: new ones overwrite old ones."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.kernels import kernel

# Slots of each of the two rows.
_FIRST_SLOTS = 1 << 7
# 16 MiB, both rows together.
_MOST_SLOTS = 1 << 21
# 2^32 divided by the golden ratio (Knuth, The Art of Computer Programming, 6.4).
_GOLDEN_RATIO = 0x9E3779B1
_LOW = 0xFFFFFFFF
_HALF = np.uint64(32)
# What is counted.
_AGAIN, _NEW = 0, 1


@kernel
def _see(
    rows: NDArray[np.uint32],
    marks: NDArray[np.uint64],
    again: NDArray[np.uint32],
    counts: NDArray[np.int64],
) -> None:
    """Finds the pieces of sorted marks that were seen before, and sees all; counts those seen before and the others."""
    slots = rows.shape[1]
    bits = 0
    while slots >> bits > 1:
        bits += 1
    counts[_AGAIN] = counts[_NEW] = 0
    # Once through to look, once to write: a piece must not hide another of the same article.
    for write in range(2):
        last = np.int64(-1)
        for i in range(len(marks)):
            piece = np.int64(marks[i] >> _HALF)
            if piece == last:
                continue
            last = piece
            value = np.uint32(piece)
            first = piece & (slots - 1)
            second = ((piece * _GOLDEN_RATIO) & _LOW) >> (32 - bits)
            if write:
                rows[0, first] = value
                rows[1, second] = value
            elif rows[0, first] == value or rows[1, second] == value:
                again[counts[_AGAIN]] = value
                counts[_AGAIN] += 1
            else:
                counts[_NEW] += 1


class Sightings:
    """A table with a place for each hash in either of two rows, which it takes from whatever hash was there.

    Two places, so that two frequent hashes that share one do not hide each other for ever. The table doubles as often as
    it was filled once over, up to 4 million slots of 4 bytes; from then on, a hash is forgotten after about as many others.
    What recurs often is thus hardly ever forgotten. 0 always counts as seen. Not safe for threads by itself.
    """

    def __init__(self) -> None:
        self._rows = np.zeros((2, _FIRST_SLOTS), np.uint32)
        self._written = 0

    @property
    def size_bytes(self) -> int:
        """The memory that the table takes."""
        return self._rows.nbytes

    def see(self, marks: NDArray[np.uint64]) -> NDArray[np.uint32]:
        """Returns which pieces of these marks (uint64, sorted) were seen before: uint32, sorted. From now on all were."""
        again = np.empty(len(marks), np.uint32)
        counts = np.empty(2, np.int64)
        _see(self._rows, marks, again, counts)
        self._written += int(counts[_NEW])
        while self._written > self._rows.size and self._rows.shape[1] < _MOST_SLOTS:
            self._double()
        return again[: counts[_AGAIN]]

    def _double(self) -> None:
        """Makes room for as much again."""
        old = self._rows
        self._written -= old.size
        self._rows = np.zeros((2, 2 * old.shape[1]), np.uint32)
        for row in old:
            hashes = row[row != 0]
            first, second = _places(hashes, self._rows.shape[1])
            self._rows[0, first] = hashes
            self._rows[1, second] = hashes


def _places(hashes: NDArray[np.uint32], slots: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Returns the places of hashes in both rows, of as many slots, a power of two."""
    return hashes & np.uint32(slots - 1), (hashes * np.uint32(_GOLDEN_RATIO)) >> np.uint32(
        33 - slots.bit_length()
    )
