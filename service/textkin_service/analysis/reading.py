"""Texts of one language that are read together, so that what a kernel costs to be called is shared by all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.room import Room, new_counts, room_for


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Some texts, one after the other, and room for what is found in them.

    `codes` (uint32): the code points of all. `offsets` (int64): where in these each begins, and the end.
    `counts` of what is found in each, as `room` has them.
    """

    texts: Sequence[str]
    codes: NDArray[np.uint32]
    offsets: NDArray[np.int64]
    room: Room
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Sequence[str], codes: NDArray[np.uint32], offsets: NDArray[np.int64]) -> Self:
        """Begins to read texts; those that this thread read before are over with it."""
        return cls(texts, codes, offsets, room_for(len(codes), len(texts)), new_counts(len(texts)))
