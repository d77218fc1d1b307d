"""The analysis of a text: its words, stems and sentences, with their places in the original text."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.pieces import Pieces
from textkin_service.analysis.residue import MOST_RESIDUE
from textkin_service.analysis.tokens import Tokens
from textkin_service.analysis.unspaced import tokens_a_word
from textkin_service.once import once


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Analysis:
    """What a text is made of. `language` is the tag that it was given, or the one detected.

    `stems` (uint32) and `zipf` (float32) are parallel to `tokens`. `sentences` (int32, of shape (any, 2)) are half-open ranges
    of tokens, in order and without overlap, of 1 to 30 words; words in no sentence are web residue and no evidence.
    `pieces` are what of it may recur in other articles.
    """

    text: str
    language: str
    tokens: Tokens
    stems: NDArray[np.uint32]
    zipf: NDArray[np.float32]
    sentences: NDArray[np.int32]
    pieces: Pieces

    @property
    def word_count(self) -> int:
        """How many words the text has, residue included."""
        return len(self.tokens)

    @property
    def tokens_a_word(self) -> float:
        """How many tokens say as much as a word of English: 1 where words are spaced."""
        return tokens_a_word(self.language)

    def evidence_words(self) -> tuple[str, ...]:
        """Returns the normalised words that lie in sentences, in order."""
        words = self.tokens.words
        return tuple(word for first, last in self.sentences.tolist() for word in words[first:last])

    def sentence_bounds(self) -> NDArray[np.int64]:
        """Returns the sentences as kernels take them that count in int64, of shape (n, 2)."""
        return self.sentences.astype(np.int64)

    @once
    def evidence_tokens(self) -> NDArray[np.int64]:
        """Returns the tokens that lie in sentences, by number (int64), in order."""
        bounds = self.sentence_bounds()
        lengths = bounds[:, 1] - bounds[:, 0]
        skipped: NDArray[np.int64] = np.repeat(bounds[:, 0] - (np.cumsum(lengths) - lengths), lengths)
        return np.arange(len(skipped)) + skipped

    def gap_before(self, token: int) -> str:
        """Returns what stands between a token and the one before it, or the start of the text."""
        return self.text[self.tokens.ends[token - 1] if token else 0 : self.tokens.starts[token]]

    def without(self, recurring: NDArray[np.uint32]) -> "Analysis":
        """Returns the analysis with the pieces of these hashes (uint32) taken out of its sentences.

        A text that is nearly all such pieces is returned as it is: then they are what it is about.
        """
        taken = np.isin(self.pieces.hashes, recurring)
        if not taken.any():
            return self
        # Token by token, because a short sentence may have been joined with its neighbour over a line end.
        kept = np.ones(len(self.tokens), bool)
        for first, last in zip(self.pieces.firsts[taken], self.pieces.lasts[taken], strict=True):
            kept[first:last] = False
        evidence = kept[self.evidence_tokens()]
        if len(evidence) - np.count_nonzero(evidence) > MOST_RESIDUE * len(evidence):
            return self
        pieces = [piece for first, last in self.sentences.tolist() for piece in _kept(first, last, kept)]
        return replace(self, sentences=np.array(pieces, np.int32).reshape(-1, 2))


def _kept(first: int, last: int, kept: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Returns the stretches of a range of tokens whose tokens are all `kept`."""
    if kept[first:last].all():
        return [(first, last)]
    edges = np.flatnonzero(np.diff(kept[first:last], prepend=False, append=False)) + first
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]
