"""Sketches: what is kept of a text to find its kin. Both are MinHashes; each names its scheme, mismatches are refused."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis import Analyses, Analysis, Batch
from textkin_service.analysis.plain import plainly_analyzed
from textkin_service.settings import Settings
from textkin_service.sketch import content, verbatim
from textkin_service.sketch.pieces import all_piece_marks
from textkin_service.sketch.scheme import Scheme

__all__ = ["Probe", "Scheme", "Sketch", "prepare", "probe", "sketch", "sketch_all"]

# CRC-32 of all that follows, then the numbers of content keys and of marks.
_HEADER = struct.Struct("<III")
_CHECKSUM_BYTES = 4

# Words of a window, in which keys of a search count together: a few paragraphs.
_WINDOW_WORDS = 100

# A text that every kernel has something to do with.
_PREPARED = "The last ferry of the winter leaves Quelport at noon."


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """What is kept of a text.

    `verbatim`: MinHash signature, uint32 of shape (128,). `content`: keys, uint32, sorted, each once. `marks` of its pieces,
    uint64, sorted, each once: no evidence of kinship, but of what recurs.
    """

    verbatim: NDArray[np.uint32]
    content: NDArray[np.uint32]
    marks: NDArray[np.uint64]

    def to_bytes(self) -> bytes:
        """Returns the stored form: little-endian, with a checksum."""
        body = (
            self.verbatim.astype("<u4").tobytes()
            + self.content.astype("<u4").tobytes()
            + self.marks.astype("<u8").tobytes()
        )
        counted = _HEADER.pack(0, len(self.content), len(self.marks))[_CHECKSUM_BYTES:] + body
        return zlib.crc32(counted).to_bytes(_CHECKSUM_BYTES, "little") + counted

    @classmethod
    def from_bytes(cls, data: bytes) -> "Sketch":
        """Reads the stored form. Raises ValueError when it is damaged."""
        if len(data) < _HEADER.size:
            raise ValueError(f"a sketch has at least {_HEADER.size} bytes, this has {len(data)}")
        checksum, keys, marks = _HEADER.unpack_from(data)
        marks_at = _HEADER.size + 4 * (verbatim.PERMUTATIONS + keys)
        if len(data) != marks_at + 8 * marks or zlib.crc32(data[_CHECKSUM_BYTES:]) != checksum:
            raise ValueError("the sketch's checksum does not fit its bytes")
        values = np.frombuffer(data[_HEADER.size : marks_at], dtype="<u4").astype(np.uint32)
        return cls(
            values[: verbatim.PERMUTATIONS],
            values[verbatim.PERMUTATIONS :],
            np.frombuffer(data[marks_at:], dtype="<u8").astype(np.uint64),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """What a search for a text asks an index: more than its sketch has.

    `verbatim`: MinHash signature, uint32 of shape (128,). `content`: keys, uint32, sorted, each once. `windows` (intp),
    parallel to them: the number of the window of the text that each is from.
    """

    verbatim: NDArray[np.uint32]
    content: NDArray[np.uint32]
    windows: NDArray[np.intp]


def prepare() -> None:
    """Compiles the kernels of the sketches, or loads them from their cache: the first request does not wait for it."""
    analysis = plainly_analyzed(_PREPARED)
    sketch(analysis, Scheme.of(Settings()))
    probe(analysis)


def probe(analysis: Analysis) -> Probe:
    """Returns what a search for a text asks; sketches of any scheme answer it."""
    batch = Batch.of(analysis)
    return Probe(verbatim.signatures(batch)[0], *content.asked_keys(batch, _WINDOW_WORDS))


def sketch(analysis: Analysis, scheme: Scheme) -> Sketch:
    """Returns both sketches of a text, and the marks of its pieces."""
    return _sketches(Batch.of(analysis), scheme)[0]


def sketch_all(analyses: Sequence[Analysis], scheme: Scheme) -> list[Sketch]:
    """Returns the sketch of each text, as `sketch` does, in less time if they are of one call of `analyze_all`.

    Their arrays are parts of larger ones: a sketch that is kept keeps those beside it in memory.
    """
    joined = Analyses.of(analyses)
    found: dict[int, Sketch] = {}
    for batch, numbers in zip(joined.batches, joined.numbers, strict=True):
        found.update(zip(numbers, _sketches(batch, scheme), strict=True))
    return [found[i] for i in range(len(joined))]


def _sketches(batch: Batch, scheme: Scheme) -> list[Sketch]:
    keys = content.all_content_keys(batch, scheme.content_keys, scheme.content_segment_words)
    return [*map(Sketch, verbatim.signatures(batch), keys, all_piece_marks(batch))]
