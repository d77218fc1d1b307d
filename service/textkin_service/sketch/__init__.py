"""Sketches: what is kept of a text to find its kin. Both are MinHashes; each names its scheme, mismatches are refused."""

import struct
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis import Analysis
from textkin_service.sketch import content, verbatim
from textkin_service.sketch.scheme import Scheme

__all__ = ["Scheme", "Sketch", "sketch"]

# CRC-32 of all that follows, then the number of content keys.
_HEADER = struct.Struct("<II")


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """What is kept of a text.

    `verbatim`: MinHash signature, uint32 of shape (128,). `content`: keys, uint32, sorted, each once.
    """

    verbatim: NDArray[np.uint32]
    content: NDArray[np.uint32]

    def to_bytes(self) -> bytes:
        """Returns the stored form: little-endian, with a checksum."""
        body = self.verbatim.astype("<u4").tobytes() + self.content.astype("<u4").tobytes()
        count = len(self.content)
        return _HEADER.pack(zlib.crc32(body, count), count) + body

    @classmethod
    def from_bytes(cls, data: bytes) -> "Sketch":
        """Reads the stored form. Raises ValueError when it is damaged."""
        if len(data) < _HEADER.size:
            raise ValueError(f"a sketch has at least {_HEADER.size} bytes, this has {len(data)}")
        checksum, count = _HEADER.unpack_from(data)
        body = data[_HEADER.size :]
        if len(body) != 4 * (verbatim.PERMUTATIONS + count) or zlib.crc32(body, count) != checksum:
            raise ValueError("the sketch's checksum does not fit its bytes")
        values = np.frombuffer(body, dtype="<u4").astype(np.uint32)
        return cls(values[: verbatim.PERMUTATIONS], values[verbatim.PERMUTATIONS :])


def sketch(analysis: Analysis, scheme: Scheme) -> Sketch:
    """Returns both sketches of a text."""
    return Sketch(
        verbatim.signature(analysis.evidence_words()),
        content.content_keys(analysis, scheme.content_keys, scheme.content_segment_words),
    )
