"""The evidence of a text: what of it is no residue, in sentences and in pieces, as ranges of tokens."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.kernels.evidence import find_evidence
from textkin_service.analysis.pieces import Pieces
from textkin_service.analysis.room import PIECE_FIRSTS, PIECE_LASTS, PIECES, Room
from textkin_service.analysis.words import Words

# Sentences shorter than this join their neighbour, longer than that are split at a comma, or in the middle.
_MIN_SENTENCE_WORDS = 3
_MAX_SENTENCE_WORDS = 30


def evidence_of(
    words: Words, skipped: NDArray[np.bool_], a_word: float, room: Room
) -> tuple[NDArray[np.int32], Pieces]:
    """Returns the sentences that are not skipped, the short ones joined, the long ones split, and the pieces.

    The sentences are ranges of tokens (int32, of shape (any, 2)). `a_word`: tokens a word.
    """
    sentences, pieces = find_evidence(
        skipped,
        words.tokens.hashes,
        _MIN_SENTENCE_WORDS * a_word,
        round(_MAX_SENTENCE_WORDS * a_word),
        room.numbers,
        room.bits,
        room.marks,
        room.sentences,
    )
    return room.sentences[:sentences].copy(), Pieces(
        room.bits[PIECES, :pieces].copy(),
        room.numbers[PIECE_FIRSTS, :pieces].copy(),
        room.numbers[PIECE_LASTS, :pieces].copy(),
    )
