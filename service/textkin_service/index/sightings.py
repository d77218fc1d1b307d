"""Which hashes were seen before, approximately and in little memory: new ones overwrite old ones."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.kernels import kernel

# Slots of each of the two rows.
_FIRST_SLOTS = 1 << 7
# 16 MiB, both rows together.
_MOST_SLOTS = 1 << 21
# 2^32 divided by the golden ratio (Knuth, The Art of Computer Programming, 6.4).
_GOLDEN = 0x9E3779B1

Words = NDArray[np.uint32]
Places = NDArray[np.int64]


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

    @property
    def state(self) -> tuple[Words, int]:
        """The table, a copy (uint32, of shape (2, slots)), and how many were written since it was as large."""
        return self._rows.copy(), self._written

    @classmethod
    def of(cls, rows: Words, written: int) -> "Sightings":
        """Returns what has a state."""
        made = cls()
        made._rows, made._written = rows, written
        return made

    def see(self, words: Words, begins: Places, ends: Places) -> tuple[Places, Words]:
        """Returns which hashes were seen before: of each the number of its run (int64), and the hash (uint32), in order.

        `words` (uint32): pairs of a stem and a hash; each run of them lies from one of `begins` up to one of `ends` (int64),
        with equal hashes side by side. From now on all were seen.
        """
        room = int((ends - begins).sum()) // 2
        runs, hashes = np.empty(room, np.int64), np.empty(room, np.uint32)
        run = count = 0
        while True:
            most = self._rows.size - self._written if self._rows.shape[1] < _MOST_SLOTS else room
            run, count, written = see(words, begins, ends, run, self._rows, most, runs, hashes, count)
            self._written += written
            if run == len(begins):
                return runs[:count], hashes[:count]
            self._double()

    def _double(self) -> None:
        """Makes room for as much again."""
        old = self._rows
        self._written -= old.size
        slots = 2 * old.shape[1]
        self._rows = np.zeros((2, slots), np.uint32)
        for row in old:
            hashes = row[row != 0]
            first, second = _places(hashes, slots)
            self._rows[0, first] = hashes
            self._rows[1, second] = hashes


def _places(hashes: Words, slots: int) -> tuple[Words, Words]:
    """Returns the places of hashes in both rows, of as many slots, a power of two."""
    return hashes & np.uint32(slots - 1), (hashes * np.uint32(_GOLDEN)) >> np.uint32(33 - slots.bit_length())


@kernel
def see(
    words: Words,
    begins: Places,
    ends: Places,
    run: int,
    rows: Words,
    most: int,
    runs: Places,
    hashes: Words,
    count: int,
) -> tuple[int, int, int]:
    """Sees runs of hashes from number `run` on, until more than `most` were new; adds those seen before after `count`.

    Returns the next run, how many were seen before by then, and how many were new.
    """
    slots = rows.shape[1]
    bits = 0
    while 1 << bits < slots:
        bits += 1
    written = 0
    while run < len(begins) and written <= most:
        # Once through to look, once to write: a hash must not hide another of the same run.
        for write in range(2):
            for at in range(begins[run], ends[run], 2):
                hashed = words[at + 1]
                if at > begins[run] and words[at - 1] == hashed:
                    continue
                first = np.int64(hashed) & (slots - 1)
                second = ((np.int64(hashed) * _GOLDEN) & 0xFFFF_FFFF) >> (32 - bits)
                if write:
                    rows[0, first] = hashed
                    rows[1, second] = hashed
                elif rows[0, first] == hashed or rows[1, second] == hashed:
                    runs[count], hashes[count] = run, hashed
                    count += 1
                else:
                    written += 1
        run += 1
    return run, count, written
