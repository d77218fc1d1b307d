"""Which hashes were seen before, approximately and in little memory: new ones overwrite old ones."""

import numpy as np
from numpy.typing import NDArray

# Slots of each of the two rows.
_FIRST_SLOTS = 1 << 7
# 16 MiB, both rows together.
_MOST_SLOTS = 1 << 21
# 2^32 divided by the golden ratio (Knuth, The Art of Computer Programming, 6.4).
_GOLDEN = np.uint32(0x9E3779B1)


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

    def see(self, hashes: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """Returns which of the distinct hashes (uint32) were seen before, bool, parallel; from now on all were."""
        slots = self._rows.shape[1]
        first, second = _places(hashes, slots)
        known: NDArray[np.bool_] = (self._rows[0, first] == hashes) | (self._rows[1, second] == hashes)
        self._write(hashes)
        self._written += int(np.count_nonzero(~known))
        while self._written > self._rows.size and slots < _MOST_SLOTS:
            self._double()
            slots = self._rows.shape[1]
        return known

    def _write(self, hashes: NDArray[np.uint32]) -> None:
        first, second = _places(hashes, self._rows.shape[1])
        self._rows[0, first] = hashes
        self._rows[1, second] = hashes

    def _double(self) -> None:
        """Makes room for as much again."""
        old = self._rows
        self._written -= old.size
        self._rows = np.zeros((2, 2 * old.shape[1]), np.uint32)
        for row in old:
            self._write(row[row != 0])


def _places(hashes: NDArray[np.uint32], slots: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Returns the places of hashes in both rows, of as many slots, a power of two."""
    return hashes & np.uint32(slots - 1), (hashes * _GOLDEN) >> np.uint32(33 - slots.bit_length())
