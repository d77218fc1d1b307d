"""Outlines: what screening needs of a text, in one small array, so that those of many articles fit into memory."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis import Analysis
from textkin_service.screening.kernels import outlines as kernels

# The work of screening grows with the product of the lengths; and numbers of stems have 16 bits.
MOST_TOKENS = 20_000
# What the objects of an outline take besides its array, and its place in a cache.
_OBJECTS_BYTES = 350


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """The stems, sentences and pieces of a text, and the language that it was analysed in.

    `data` (uint32): how many tokens, distinct stems, sentences and pieces there are; the stems; their Zipf frequencies, the
    bits of a float32 each; which stem each token has, two numbers of 16 bits a value, the lower half first; the tokens of each
    sentence, half open; the hash and the tokens, half open, of each piece. Empty: the text is too long to be screened.
    """

    data: NDArray[np.uint32]
    language: str

    @classmethod
    def of(cls, analysis: Analysis) -> "Outline":
        """Returns the outline of a text."""
        tokens, pieces = len(analysis.tokens), analysis.pieces
        if tokens > MOST_TOKENS:
            return cls(np.empty(0, np.uint32), analysis.language)
        slots = 1 << (2 * tokens).bit_length()
        most = kernels.HEADER + 3 * tokens + 1 + 2 * len(analysis.sentences) + 3 * len(pieces)
        data = np.empty(most, np.uint32)
        used = kernels.outline(
            analysis.stems,
            analysis.zipf.view(np.uint32),
            analysis.sentences,
            pieces.hashes,
            pieces.firsts,
            pieces.lasts,
            np.full(slots, -1, np.int32),
            np.empty(tokens, np.int32),
            data,
        )
        return cls(data[:used].copy(), analysis.language)

    def memory_bytes(self) -> int:
        """Returns about how much memory it takes, in a cache."""
        return self.data.nbytes + _OBJECTS_BYTES
