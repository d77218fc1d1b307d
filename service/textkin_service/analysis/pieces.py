"""The pieces of a text, by which it is told what recurs in a collection: short lines whole, longer ones by the sentence.

By the sentence, because many articles come as one line with the publisher's footer at its end; not by every sentence, because
"He declined to comment." is boilerplate nowhere, and leaving it out would tear the passages that it stands in.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import regex
from numpy.typing import NDArray

from textkin_service.analysis.sentences import LINE_ENDS

# A shorter sentence makes a piece with the one that follows it in its line.
_SENTENCE_WORDS = 8
# A shorter piece, the end of a line or all of it, is no evidence to speak of, whether it recurs or not.
_LEAST_WORDS = 3

_BREAK = regex.compile(f"[{LINE_ENDS}]")


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """The pieces of a text that hold evidence and have at least 3 words, in order. All three are parallel.

    `hashes`: uint32, CRC-32 of the normalised words. `firsts`, `lasts`: int64, half-open ranges of tokens, without overlap.
    """

    hashes: NDArray[np.uint32]
    firsts: NDArray[np.int64]
    lasts: NDArray[np.int64]

    def __len__(self) -> int:
        """How many pieces there are."""
        return len(self.hashes)


def find_pieces(
    text: str,
    words: Sequence[str],
    sentences: Sequence[tuple[int, int]],
    bounds: Sequence[int],
    skipped: set[int],
) -> Pieces:
    """Returns the pieces of a text of these normalised words.

    `sentences` are ranges of code points, in order; those `skipped` hold no evidence. `bounds` are the first word of each
    sentence, and the end of the last.
    """
    found = list(_ranges(text, sentences, bounds, skipped))
    ranges = np.array(found, np.int64).reshape(-1, 2)
    hashes = [
        zlib.crc32(" ".join(words[first:last]).encode("utf-8", "surrogatepass")) for first, last in found
    ]
    return Pieces(np.array(hashes, np.uint32), ranges[:, 0], ranges[:, 1])


def _ranges(
    text: str, sentences: Sequence[tuple[int, int]], bounds: Sequence[int], skipped: set[int]
) -> Iterator[tuple[int, int]]:
    """Yields the pieces as ranges of tokens."""
    first: int | None = None
    for i in range(len(sentences)):
        if i in skipped:
            first = None
            continue
        first = bounds[i] if first is None else first
        words = bounds[i + 1] - first
        ends_line = (
            i + 1 == len(sentences)
            or i + 1 in skipped
            or _BREAK.search(text, sentences[i][1], sentences[i + 1][0]) is not None
        )
        if ends_line or words >= _SENTENCE_WORDS:
            if words >= _LEAST_WORDS:
                yield first, bounds[i + 1]
            first = None
