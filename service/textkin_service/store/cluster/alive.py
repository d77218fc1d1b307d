"""Which articles of a collection are there: a bit for each number that is gone, as commit.lua keeps them."""

import numpy as np
from numpy.typing import NDArray


class Alive:
    """The numbers of a collection, those that are gone marked. One thread may change it at a time; others may read."""

    def __init__(self, dead: bytes = b"", settled: int = 0) -> None:
        """`dead`: the bits, from the highest of a byte down; `settled`: the greatest number that is settled."""
        self._dead = np.frombuffer(bytearray(dead), np.uint8)
        self.settled = 0
        self.count = 0
        self.settle(settled)

    @property
    def dead(self) -> NDArray[np.uint8]:
        """The bits (uint8). Numbers past the end are not gone. The array may change, or be exchanged for another."""
        return self._dead

    def kill(self, number: int) -> None:
        """Marks a number."""
        octet, bit = number >> 3, 128 >> (number & 7)
        if octet >= len(self._dead):
            # A length that every array has at its beginning: kernels take arrays of any.
            self._dead = np.append(self._dead, np.zeros(octet + 1, np.uint8))
        if not self._dead[octet] & bit:
            self._dead[octet] |= bit
            self.count -= number <= self.settled

    def settle(self, settled: int) -> None:
        """Notes that the numbers up to `settled` are settled; `count` is how many of those are there."""
        self.settled = settled
        whole = (settled + 1) >> 3
        gone = int(np.bitwise_count(self._dead[:whole]).sum())
        if whole < len(self._dead):
            gone += (int(self._dead[whole]) >> (8 - ((settled + 1) & 7))).bit_count()
        self.count = settled - gone

    def of(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns those of the numbers that are there."""
        dead = np.append(self._dead, np.uint8(0))
        octets = np.minimum(numbers >> 3, len(dead) - 1)
        there: NDArray[np.int64] = numbers[dead[octets] & (128 >> (numbers & 7)) == 0]
        return there

    def has(self, number: int) -> bool:
        """Whether a number is not marked."""
        octet = number >> 3
        return octet >= len(self._dead) or not self._dead[octet] & (128 >> (number & 7))
