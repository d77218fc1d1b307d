"""The verbatim sketch: a MinHash over word shingles, bit for bit that of datasketch."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis import Analysis
from textkin_service.analysis.characters import code_points
from textkin_service.analysis.forms import character_forms
from textkin_service.analysis.tokens import normalize_word
from textkin_service.settings import VERBATIM_PERMUTATIONS
from textkin_service.sketch.kernels.sha1 import LANES, ROWS
from textkin_service.sketch.kernels.signatures import SLACK, sign, write_words

SHINGLE_WORDS = 5
PERMUTATIONS = VERBATIM_PERMUTATIONS
SEED = 1

# The longest UTF-8 of a character's normal form in `character_forms`, and a space.
_MOST_BYTES = 8

_NO_OTHERS = np.frombuffer(b"", np.uint8), np.zeros(1, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class WrittenWords:
    """The normalised words of a text's evidence as UTF-8, each with a space behind it, and bytes without meaning at the end.

    `pool`: uint8. `places` (int64): where each word begins, and one more for the end.
    """

    pool: NDArray[np.uint8]
    places: NDArray[np.int64]

    @classmethod
    def of(cls, analysis: Analysis) -> "WrittenWords":
        """Writes the words of a text that lie in sentences."""
        text, tokens = analysis.text, analysis.tokens
        codes = code_points(text)
        letters = np.empty(len(codes) + _MOST_BYTES, np.uint8)
        places, missing = np.empty(len(tokens) + 1, np.int64), np.empty(len(tokens), np.int64)
        others, of_others = _NO_OTHERS
        while True:
            pool = np.empty(_MOST_BYTES * len(codes) + len(others) + SLACK, np.uint8)
            count, unknown = write_words(
                codes,
                tokens.starts,
                tokens.ends,
                analysis.sentences,
                character_forms(),
                others,
                of_others,
                letters,
                pool,
                places,
                missing,
            )
            if not unknown:
                return cls(pool, places[: count + 1])
            words = [text[tokens.starts[token] : tokens.ends[token]] for token in missing[:unknown].tolist()]
            written = [normalize_word(word).encode("utf-8", "surrogatepass") for word in words]
            others = np.frombuffer(b"".join(written), np.uint8)
            of_others = np.cumsum([0, *map(len, written)], dtype=np.int64)


def shingles(words: Sequence[str]) -> list[bytes]:
    """Returns the word 5-shingles as UTF-8, words joined by a space. A shorter text is one shingle, an empty one none."""
    if len(words) <= SHINGLE_WORDS:
        return [" ".join(words).encode("utf-8", "surrogatepass")] if words else []
    return [
        " ".join(words[i : i + SHINGLE_WORDS]).encode("utf-8", "surrogatepass")
        for i in range(len(words) - SHINGLE_WORDS + 1)
    ]


def signature(analysis: Analysis) -> NDArray[np.uint32]:
    """Returns the MinHash signature of the shingles of a text's evidence, uint32 of shape (128,).

    Equal to `datasketch.MinHash(num_perm=128, seed=1, scheme="affine32")` updated with every shingle.
    """
    words = WrittenWords.of(analysis)
    values, room = np.empty(PERMUTATIONS, np.uint32), np.empty((ROWS, LANES), np.uint32)
    factors, summands = _permutations()
    sign(words.pool, words.places, SHINGLE_WORDS, factors, summands, room, values)
    return values


@cache
def _permutations() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Returns what datasketch multiplies hashes by, and what it adds; each uint32 of shape (128,), modulo 2**32."""
    # It imports SciPy, which takes half a second: whoever makes no sketch does not wait for it.
    from datasketch import MinHash  # noqa: PLC0415 - see above

    factors, summands = MinHash(num_perm=PERMUTATIONS, seed=SEED, scheme="affine32").permutations
    return np.array(factors, np.uint32), np.array(summands, np.uint32)


def resemblance(a: NDArray[np.uint32], b: NDArray[np.uint32]) -> float:
    """Returns the estimated Jaccard similarity of the two shingle sets, 0 to 1 (Broder 1997)."""
    return float(np.count_nonzero(a == b)) / len(a)
