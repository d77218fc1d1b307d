"""A side of an alignment: one text as a row of words, cut where web residue interrupts it."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import regex
from numpy.typing import NDArray

from textkin_service.alignment.vocabulary import Numbers
from textkin_service.analysis import Analysis
from textkin_service.analysis.apparatus import is_formula
from textkin_service.analysis.characters import code_points
from textkin_service.analysis.tokens import Tokens
from textkin_service.kernels import kernel
from textkin_service.model import Span
from textkin_service.once import once

# A half-open range of words, or of sentences, by number.
Range = tuple[int, int]

_OPENING = """"'“‘«‹„([「『"""
_CLOSING = regex.compile(r"""[.!?…]*+["'”’»›)\]」』]*+[。！？]?+""")

_LINE_FEED = 0x0A

# What stands for a barrier among the hashes of words, by the name of the side.
_BARRIERS = {"a": 0, "b": 1}


@dataclass(frozen=True, eq=False)
class Side:
    """The evidence of one text, word by word; where residue interrupts the text, a barrier that equals no word of any text.

    `text_tokens`: all tokens of the text. `hashes`, `stems` (uint64) and `zipf` (float32): of the words. `tokens` (int64):
    the token of each word, -1 for a barrier; all are parallel. `barriers` (int64): which words are barriers; their stem and
    zipf say nothing. `starts`, `ends`, `blocks` (int64): the words of each sentence, half open, and how many barriers lie
    before it.
    """

    text_tokens: Tokens
    hashes: NDArray[np.uint64]
    stems: NDArray[np.uint64]
    zipf: NDArray[np.float32]
    tokens: Numbers
    barriers: Numbers
    starts: Numbers
    ends: Numbers
    blocks: Numbers

    @classmethod
    def of(cls, analysis: Analysis, name: str) -> "Side":
        """Returns the side of a text; `name`, "a" or "b", tells the barriers of the two sides apart."""
        side = _side(analysis)
        if not len(side.barriers):
            return side
        hashes = side.hashes.copy()
        hashes[side.barriers] = _BARRIERS[name]
        return replace(side, hashes=hashes)

    def __len__(self) -> int:
        """How many words and barriers there are."""
        return len(self.tokens)

    def words_of(self, sentences: Range) -> Range:
        """Returns the words of a range of sentences."""
        return int(self.starts[sentences[0]]), int(self.ends[sentences[1] - 1])

    def is_interrupted(self, words: Range) -> bool:
        """Whether a barrier stands in a range of words."""
        return len(self.barriers) > 0 and bool((self.tokens[slice(*words)] < 0).any())

    @cached_property
    def line_ends(self) -> Numbers:
        """How many lines end between each sentence and the words before it (int64); 2 at the start of the text."""
        tokens, firsts = self.text_tokens, self.tokens[self.starts]
        lines = np.flatnonzero(code_points(tokens.text) == _LINE_FEED).astype(tokens.starts.dtype)
        found = np.searchsorted(lines, tokens.starts[firsts]) - np.searchsorted(
            lines, tokens.ends[firsts - 1]
        )
        return np.where(firsts == 0, 2, found)

    def span(self, words: Range) -> Span:
        """Returns where a range of words stands in the text, with the quotes and stops that touch it.

        The range begins and ends with a word, not a barrier.
        """
        first, last = int(self.tokens[words[0]]), int(self.tokens[words[1] - 1])
        tokens = self.text_tokens
        text, start, end = tokens.text, int(tokens.starts[first]), int(tokens.ends[last])
        before = int(tokens.ends[first - 1]) if first else 0
        while start > before and text[start - 1] in _OPENING:
            start -= 1
        closing = _CLOSING.match(text, end)
        return Span(start, closing.end() if closing else end)


@once
def _side(analysis: Analysis) -> Side:
    """Returns the side of a text; what stands for barriers is of no name."""
    bounds = analysis.sentence_bounds()
    tokens, starts, ends, blocks = _laid_out(bounds, _interrupted(analysis, bounds))
    hashes = analysis.tokens.hashes[tokens]
    stems, zipf = analysis.stems[tokens].astype(np.uint64), analysis.zipf[tokens]
    return Side(
        analysis.tokens, hashes, stems, zipf, tokens, np.flatnonzero(tokens < 0), starts, ends, blocks
    )


def _interrupted(analysis: Analysis, bounds: Numbers) -> NDArray[np.bool_]:
    """Returns which sentences (bool) residue parts from the one before. A formula is no evidence, but parts nothing."""
    interrupted = np.zeros(len(bounds), bool)
    starts, ends = analysis.tokens.starts, analysis.tokens.ends
    for i in np.flatnonzero(bounds[1:, 0] != bounds[:-1, 1]) + 1:
        residue = analysis.text[starts[bounds[i - 1, 1]] : ends[bounds[i, 0] - 1]]
        interrupted[i] = not is_formula(residue)
    return interrupted


@kernel
def _laid_out(bounds: Numbers, interrupted: NDArray[np.bool_]) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Returns the words of the sentences that have these bounds, as tokens; -1, a barrier, before those interrupted.

    And of each sentence its first word, the end of its words, and how many barriers lie before it.
    """
    count = len(bounds)
    starts, ends, blocks = np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count, np.int64)
    length = barriers = 0
    for i in range(count):
        barriers += interrupted[i]
        length += interrupted[i]
        starts[i] = length
        length += bounds[i, 1] - bounds[i, 0]
        ends[i] = length
        blocks[i] = barriers
    tokens = np.full(length, -1, np.int64)
    for i in range(count):
        for word in range(starts[i], ends[i]):
            tokens[word] = bounds[i, 0] + word - starts[i]
    return tokens, starts, ends, blocks
