"""Many sketches in their stored form, in one array: what an index is filled from without an object for each."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textkin_service.settings import VERBATIM_PERMUTATIONS
from textkin_service.sketch import Sketch

# Words of a stored sketch: its checksum, the numbers of its content keys and of its marks, and its signature; then come the
# keys, and the marks, of two words each.
CHECKSUM, KEYS, MARKS, SIGNATURE = range(4)
CONTENT = SIGNATURE + VERBATIM_PERMUTATIONS
_BYTES_A_WORD = 4


class DamagedSketch(ValueError):
    """A stored sketch whose checksum does not fit: the one at place `at` of those that were to be read."""

    def __init__(self, at: int) -> None:
        super().__init__("the sketch's checksum does not fit its bytes")
        self.at = at


@dataclass(frozen=True, slots=True, eq=False)
class Sketches:
    """Stored sketches, one after another. `words`: uint32; `starts`: int64, where each begins, and last the end."""

    words: NDArray[np.uint32]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def marks_at(self) -> NDArray[np.int64]:
        """Where the marks of each begin."""
        return self.starts[:-1] + CONTENT + self.words[self.starts[:-1] + KEYS]

    @classmethod
    def of(cls, sketches: Iterable[Sketch]) -> "Sketches":
        """Returns sketches in their stored form."""
        return cls.from_bytes([each.to_bytes() for each in sketches])

    @classmethod
    def from_bytes(cls, stored: Sequence[bytes]) -> "Sketches":
        """Joins stored sketches. Raises DamagedSketch for the first that is damaged."""
        for at, each in enumerate(stored):
            # The checksum tells whether the numbers of keys and marks are right.
            if len(each) < CONTENT * _BYTES_A_WORD or zlib.crc32(each[_BYTES_A_WORD:]) != int.from_bytes(
                each[:_BYTES_A_WORD], "little"
            ):
                raise DamagedSketch(at)
        starts = np.zeros(len(stored) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, stored), np.int64, len(stored)) // _BYTES_A_WORD, out=starts[1:])
        # Of a bytearray, which may be written to: for an array that may not, kernels would be compiled once more.
        return cls(np.frombuffer(bytearray().join(stored), "<u4"), starts)
