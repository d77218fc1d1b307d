"""A side of an alignment: one text as a row of words, cut where web residue interrupts it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import regex
from numpy.typing import NDArray

from textkin_service.alignment.vocabulary import Numbers
from textkin_service.analysis import Analysis
from textkin_service.analysis.apparatus import is_formula
from textkin_service.analysis.characters import code_points
from textkin_service.kernels import kernel
from textkin_service.model import Span

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

    `hashes` (uint64): of the normalised words. `tokens` (int64): the token of each word, -1 for a barrier; both are parallel.
    `starts`, `ends`, `blocks` (int64): the words of each sentence, half open, and how many barriers lie before it.
    """

    analysis: Analysis
    hashes: NDArray[np.uint64]
    tokens: Numbers
    starts: Numbers
    ends: Numbers
    blocks: Numbers

    @classmethod
    def of(cls, analysis: Analysis, name: str) -> "Side":
        """Returns the side of a text; `name`, "a" or "b", tells the barriers of the two sides apart."""
        bounds = analysis.sentence_bounds()
        tokens, starts, ends, blocks = _laid_out(bounds, _interrupted(analysis, bounds))
        hashes = analysis.tokens.hashes[tokens]
        hashes[tokens < 0] = _BARRIERS[name]
        return cls(analysis, hashes, tokens, starts, ends, blocks)

    def __len__(self) -> int:
        """How many words and barriers there are."""
        return len(self.tokens)

    def words_of(self, sentences: Range) -> Range:
        """Returns the words of a range of sentences."""
        return int(self.starts[sentences[0]]), int(self.ends[sentences[1] - 1])

    def is_interrupted(self, words: Range) -> bool:
        """Whether a barrier stands in a range of words."""
        return bool((self.tokens[slice(*words)] < 0).any())

    @cached_property
    def line_ends(self) -> Numbers:
        """How many lines end between each sentence and the words before it (int64); 2 at the start of the text."""
        lines = np.flatnonzero(code_points(self.analysis.text) == _LINE_FEED)
        tokens, firsts = self.analysis.tokens, self.tokens[self.starts]
        found = np.searchsorted(lines, tokens.starts[firsts]) - np.searchsorted(
            lines, tokens.ends[firsts - 1]
        )
        return np.where(firsts == 0, 2, found)

    def span(self, words: Range) -> Span:
        """Returns where a range of words stands in the text, with the quotes and stops that touch it.

        The range begins and ends with a word, not a barrier.
        """
        first, last = int(self.tokens[words[0]]), int(self.tokens[words[1] - 1])
        text, tokens = self.analysis.text, self.analysis.tokens
        before = self.analysis.gap_before(first)
        end = int(tokens.ends[last])
        closing = _CLOSING.match(text, end)
        opening = len(before) - len(before.rstrip(_OPENING))
        return Span(int(tokens.starts[first]) - opening, closing.end() if closing else end)


def snapped(side: Side, words: Range) -> Range | None:
    """Returns the sentences of which more than half lies in a range of words; None if there are none."""
    start, end = _snapped(side.starts, side.ends, words[0], words[1])
    return (start, end) if start < end else None


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


@kernel
def _snapped(starts: Numbers, ends: Numbers, first: int, last: int) -> tuple[int, int]:
    """Returns what `snapped` does, of sentences from `starts` to `ends`; an empty range if there are none."""
    below, above = 0, len(ends)
    while below < above:  # the first sentence that ends behind the first word
        middle = (below + above) // 2
        if ends[middle] > first:
            above = middle
        else:
            below = middle + 1
    start, end = 0, 0
    i = below
    while i < len(starts) and starts[i] < last:
        inside = min(ends[i], last) - max(starts[i], first)
        if 2 * inside > ends[i] - starts[i]:
            start = starts[i] if start == end else start
            end = ends[i]
        i += 1
    return start, end
