"""A table of what is known of words, for kernels: by a word's key, its hash, stem, rarity and flags.

Any number of threads may look words up while others add some: a row that is half written is a row of no word.
"""

import threading
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.kernels.words import add, insert, look_up

# Rows of a new table; more than half of them are never used, so that searches stay short.
_LEAST_ROWS = 1 << 13
# The table starts anew at this size, so that an endless stream of new words cannot fill the memory: 32 MiB.
_MOST_ROWS = 1 << 20
_COLUMNS = 4


class Known(NamedTuple):
    """What is known of words, parallel: zeros of those that are missing.

    `rarities` are the bits of Zipf frequencies (float32). The `unknown` words are missing whose places come first in `missing`.
    """

    hashes: NDArray[np.uint64]
    stems: NDArray[np.uint32]
    rarities: NDArray[np.uint32]
    flags: NDArray[np.uint32]
    missing: NDArray[np.int32]
    unknown: int = 0

    @classmethod
    def of(cls, count: int, flags: NDArray[np.uint32], missing: NDArray[np.int32]) -> Self:
        """Makes room for what is known of so many words."""
        return cls(
            np.empty(count, np.uint64), np.empty(count, np.uint32), np.empty(count, np.uint32), flags, missing
        )


class WordTable:
    """A table that grows; at half a million words it is emptied."""

    def __init__(self) -> None:
        self._rows = np.zeros((_LEAST_ROWS, _COLUMNS), np.uint64)
        self._count = 0
        self._adding = threading.Lock()

    @property
    def rows(self) -> NDArray[np.uint64]:
        """The rows as they are now; a table that grows gets others."""
        return self._rows

    def look_up(self, keys: NDArray[np.uint64]) -> Known:
        """Returns what is known of the words with these keys; key 0 is none."""
        count = len(keys)
        known = Known.of(count, np.empty(count, np.uint32), np.empty(count, np.int32))
        return known._replace(unknown=self.look_again(keys, known, -1))

    def look_again(self, keys: NDArray[np.uint64], known: Known, unknown: int) -> int:
        """Fills in what is known of so many words that were missing before, or -1: of all; returns how many are missing."""
        return look_up(
            keys,
            len(known.hashes),
            unknown,
            self._rows,
            known.hashes,
            known.stems,
            known.rarities,
            known.flags,
            known.missing,
        )

    def add(
        self,
        keys: NDArray[np.uint64],
        hashes: NDArray[np.uint64],
        stems: NDArray[np.uint32],
        zipf: NDArray[np.float32],
        flags: NDArray[np.uint32],
    ) -> None:
        """Adds words, all arrays parallel. Those that the table has already stay as they are."""
        with self._adding:
            self._make_room(len(keys))
            self._count += add(keys, hashes, stems, zipf.view(np.uint32), flags, self._rows)

    def _make_room(self, count: int) -> None:
        """Makes the table large enough for more rows. Readers keep to the one that they have begun with."""
        needed = 2 * (self._count + count)
        if needed <= len(self._rows):
            return
        size = max(_LEAST_ROWS, 1 << (needed - 1).bit_length())
        if size > _MOST_ROWS:
            self._count = 0
            size = max(_LEAST_ROWS, 1 << (2 * count - 1).bit_length())
            self._rows = np.zeros((size, _COLUMNS), np.uint64)
            return
        grown = np.zeros((size, _COLUMNS), np.uint64)
        insert(self._rows, grown)
        self._rows = grown
