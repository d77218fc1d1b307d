"""The evidence of a text: what of it is no residue, in sentences and in pieces, as ranges of tokens."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.kernels.evidence import piece_ranges, sentence_ranges
from textkin_service.analysis.layout import Layout
from textkin_service.analysis.pieces import Pieces
from textkin_service.analysis.words import Words

# Sentences shorter than this join their neighbour, longer than that are split at a comma, or in the middle.
_MIN_SENTENCE_WORDS = 3
_MAX_SENTENCE_WORDS = 30


def find_sentences(
    layout: Layout, words: Words, skipped: NDArray[np.bool_], a_word: float
) -> NDArray[np.int32]:
    """Returns the sentences that are not skipped, the short ones joined, the long ones split, as ranges of tokens.

    Of shape (any, 2). `a_word`: tokens a word.
    """
    most = round(_MAX_SENTENCE_WORDS * a_word)
    # A part of a sentence has at least a third of the most tokens.
    found = np.empty((len(skipped) + 3 * len(words.tokens) // most + 1, 2), np.int32)
    count = sentence_ranges(layout.bounds, skipped, words.commas, _MIN_SENTENCE_WORDS * a_word, most, found)
    return found[:count].copy()


def find_pieces(layout: Layout, words: Words, skipped: NDArray[np.bool_]) -> Pieces:
    """Returns the pieces of what is not skipped."""
    hashes, ranges = np.empty(len(skipped), np.uint32), np.empty((len(skipped), 2), np.int32)
    count = piece_ranges(layout.bounds, skipped, layout.ends_line, words.tokens.hashes, hashes, ranges)
    return Pieces(hashes[:count].copy(), ranges[:count, 0].copy(), ranges[:count, 1].copy())
