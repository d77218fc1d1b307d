"""The verbatim sketch: a MinHash over word shingles, bit for bit that of datasketch."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis import Analysis, Batch
from textkin_service.analysis.analyses import WORDS
from textkin_service.analysis.forms import character_forms
from textkin_service.analysis.tokens import normalize_word
from textkin_service.prebuilt import prebuilt
from textkin_service.settings import VERBATIM_PERMUTATIONS
from textkin_service.sketch.kernels.signatures import sign

SHINGLE_WORDS = 5
PERMUTATIONS = VERBATIM_PERMUTATIONS
SEED = 1

_NO_OTHERS = np.frombuffer(b"", np.uint8), np.zeros(1, np.int64)


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
    found: NDArray[np.uint32] = signatures(Batch.of(analysis))[0]
    return found


def signatures(batch: Batch) -> NDArray[np.uint32]:
    """Returns the signature of each text: uint32 of shape (texts, 128)."""
    missing = np.empty(len(batch.starts), np.int64)
    values = np.empty((len(batch), PERMUTATIONS), np.uint32)
    others = _NO_OTHERS
    while unknown := sign(
        batch.codes,
        batch.starts,
        batch.ends,
        batch.sentences,
        batch.bounds,
        character_forms(),
        *others,
        SHINGLE_WORDS,
        _permutations(),
        missing,
        values,
    ):
        others = written(batch, missing[:unknown])
    return values


def written(batch: Batch, tokens: NDArray[np.int64]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Returns the normalised words of these tokens as UTF-8, one after the other; and where each begins, and the last ends."""
    texts = np.searchsorted(batch.bounds[WORDS], tokens, "right") - 1
    places = zip(texts.tolist(), batch.starts[tokens].tolist(), batch.ends[tokens].tolist(), strict=True)
    normal = [
        normalize_word(batch.texts[text][start:end]).encode("utf-8", "surrogatepass")
        for text, start, end in places
    ]
    return np.frombuffer(b"".join(normal), np.uint8), np.cumsum([0, *map(len, normal)], dtype=np.int64)


@cache
def _permutations() -> NDArray[np.uint32]:
    """Returns what datasketch multiplies hashes by, modulo 2**32, and what it adds: uint32 of shape (2, 128)."""
    return prebuilt("permutations", _read_permutations)


def _read_permutations() -> NDArray[np.uint32]:
    # It imports SciPy's optimisation, which takes half a second of a start.
    from datasketch import MinHash  # noqa: PLC0415 - see above

    return np.array(MinHash(num_perm=PERMUTATIONS, seed=SEED, scheme="affine32").permutations, np.uint32)


def resemblance(a: NDArray[np.uint32], b: NDArray[np.uint32]) -> float:
    """Returns the estimated Jaccard similarity of the two shingle sets, 0 to 1 (Broder 1997)."""
    return float(np.count_nonzero(a == b)) / len(a)
