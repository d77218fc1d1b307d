"""The verbatim sketch: a MinHash over word shingles, bit for bit that of datasketch."""

import numpy as np
from datasketch import MinHash
from datasketch.hashfunc import sha1_hash32
from numpy.typing import NDArray

from textkin_service.settings import VERBATIM_PERMUTATIONS

SHINGLE_WORDS = 5
PERMUTATIONS = VERBATIM_PERMUTATIONS
SEED = 1

# datasketch's own permutations; its affine32 scheme is explained there.
_EMPTY = MinHash(num_perm=PERMUTATIONS, seed=SEED, scheme="affine32")


def shingles(words: tuple[str, ...]) -> list[bytes]:
    """Returns the word 5-shingles as UTF-8, words joined by a space. A shorter text is one shingle, an empty one none."""
    if len(words) <= SHINGLE_WORDS:
        return [" ".join(words).encode("utf-8", "surrogatepass")] if words else []
    return [
        " ".join(words[i : i + SHINGLE_WORDS]).encode("utf-8", "surrogatepass")
        for i in range(len(words) - SHINGLE_WORDS + 1)
    ]


def signature(words: tuple[str, ...]) -> NDArray[np.uint32]:
    """Returns the MinHash signature, uint32 of shape (128,).

    Equal to `datasketch.MinHash(num_perm=128, seed=1, scheme="affine32")` updated with every shingle.
    """
    minhash = MinHash(
        scheme="affine32",
        seed=SEED,
        hashvalues=_EMPTY.hashvalues,
        permutations=_EMPTY.permutations,
        hashfunc=sha1_hash32,
    )
    minhash.update_batch(sorted(set(shingles(words))))
    return np.asarray(minhash.hashvalues, dtype=np.uint32)


def resemblance(a: NDArray[np.uint32], b: NDArray[np.uint32]) -> float:
    """Returns the estimated Jaccard similarity of the two shingle sets, 0 to 1 (Broder 1997)."""
    return float(np.count_nonzero(a == b)) / len(a)
