"""The evidence of a text: what of it is no residue, in sentences and in pieces, as ranges of tokens."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.kernels.evidence import find_evidence
from textkin_service.analysis.reading import Reading
from textkin_service.analysis.room import PIECE_FIRSTS, PIECE_LASTS, PIECES

# Sentences shorter than this join their neighbour, longer than that are split at a comma, or in the middle.
_MIN_SENTENCE_WORDS = 3
_MAX_SENTENCE_WORDS = 30


class Evidence(NamedTuple):
    """The evidence of texts, one text after the other: `sentences`, ranges of tokens (int32, of shape (any, 2)), and pieces."""

    sentences: NDArray[np.int32]
    hashes: NDArray[np.uint32]
    firsts: NDArray[np.int32]
    lasts: NDArray[np.int32]


def find_all_evidence(
    reading: Reading,
    hashes: NDArray[np.uint64],
    skipped: NDArray[np.bool_],
    a_word: float,
    ends: NDArray[np.int64],
) -> Evidence:
    """Returns the sentences of texts that are not skipped, the short ones joined, the long ones split, and the pieces.

    `hashes`: those of the tokens, `skipped`: the sentences as they stand that are no evidence; all of one text after the other.
    `a_word`: tokens a word. Fills in where the tokens, the sentences and the pieces of each text end: in three rows of `ends`,
    behind their first column.
    """
    room = reading.room
    sentences, pieces = find_evidence(
        skipped,
        hashes,
        _MIN_SENTENCE_WORDS * a_word,
        round(_MAX_SENTENCE_WORDS * a_word),
        room.numbers,
        room.bits,
        room.marks,
        room.sentences,
        reading.counts,
        ends,
    )
    return Evidence(
        room.sentences[:sentences].copy(),
        room.bits[PIECES, :pieces].copy(),
        room.numbers[PIECE_FIRSTS, :pieces].copy(),
        room.numbers[PIECE_LASTS, :pieces].copy(),
    )
