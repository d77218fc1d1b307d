"""Texts of one language that are read together, so that what a kernel costs to be called is shared by all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Self

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.room import Room, new_counts, room_for


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Some texts, one after the other, and room for what is found in them.

    `joined`: all of them. `codes` (uint32): their code points. `offsets` (int64): where in these each begins, and the end.
    `counts` of what is found in each, as `room` has them.
    """

    joined: str
    codes: NDArray[np.uint32]
    offsets: NDArray[np.int64]
    room: Room
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Sequence[str], codes: NDArray[np.uint32]) -> Self:
        """Begins to read texts, by the code points of all; those that this thread read before are over with it."""
        joined = texts[0] if len(texts) == 1 else "".join(texts)
        offsets = np.array([0, *accumulate(map(len, texts))], np.int64)
        return cls(joined, codes, offsets, room_for(len(codes), len(texts)), new_counts(len(texts)))
