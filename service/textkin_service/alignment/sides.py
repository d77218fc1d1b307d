"""A side of an alignment: one text as a row of words, cut where web residue interrupts it."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import regex
from numpy.typing import NDArray

from textkin_service.analysis import Analysis
from textkin_service.analysis.apparatus import is_formula
from textkin_service.model import Span

# A half-open range of words, or of sentences, by number.
Range = tuple[int, int]

_OPENING = """"'“‘«‹„([「『"""
_CLOSING = regex.compile(r"""[.!?…]*+["'”’»›)\]」』]*+[。！？]?+""")

# Zipf frequency from which a stem weighs nothing ("the").
_WEIGHTLESS_ZIPF = 7.0


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """The evidence of one text.

    `words`: the normalised words; where residue interrupts the text, a barrier that equals no word of any text.
    `tokens`: the token of each word, parallel; -1 for a barrier. `starts`, `ends` (intp): the words of each
    sentence, half open.
    `blocks`: for each sentence, how many barriers lie before it. `lines`: the sentences that begin a line; `paragraphs`:
    those of them that an empty line precedes.
    """

    analysis: Analysis
    words: tuple[str, ...]
    tokens: tuple[int, ...]
    starts: NDArray[np.intp]
    ends: NDArray[np.intp]
    blocks: tuple[int, ...]
    lines: tuple[int, ...]
    paragraphs: tuple[int, ...]

    @classmethod
    def of(cls, analysis: Analysis, name: str) -> "Side":
        """Returns the side of a text; `name` tells the barriers of the two sides apart."""
        words: list[str] = []
        tokens: list[int] = []
        bounds: list[Range] = []
        blocks: list[int] = []
        barriers, previous = 0, 0
        for first, last in analysis.sentences:
            if first != previous and words and not _is_passable(analysis, previous, first):
                barriers += 1
                words.append(f"\0{name}{barriers}")
                tokens.append(-1)
            bounds.append((len(words), len(words) + last - first))
            blocks.append(barriers)
            words.extend(analysis.tokens.words[first:last])
            tokens.extend(range(first, last))
            previous = last
        line_ends = [
            analysis.gap_before(first).count("\n") if first else 2 for first, _ in analysis.sentences
        ]
        lines = tuple(i for i, count in enumerate(line_ends) if count)
        paragraphs = tuple(i for i in lines if line_ends[i] > 1)
        starts, ends = np.array(bounds, np.intp).T
        return cls(analysis, tuple(words), tuple(tokens), starts, ends, tuple(blocks), lines, paragraphs)

    def words_of(self, sentences: Range) -> Range:
        """Returns the words of a range of sentences."""
        return int(self.starts[sentences[0]]), int(self.ends[sentences[1] - 1])

    def is_barrier(self, word: int) -> bool:
        """Whether residue interrupts the text here."""
        return self.tokens[word] < 0

    def span(self, words: Range) -> Span:
        """Returns where a range of words stands in the text, with the quotes and stops that touch it.

        The range begins and ends with a word, not a barrier.
        """
        first, last = self.tokens[words[0]], self.tokens[words[1] - 1]
        text, tokens = self.analysis.text, self.analysis.tokens
        before = self.analysis.gap_before(first)
        end = int(tokens.ends[last])
        closing = _CLOSING.match(text, end)
        opening = len(before) - len(before.rstrip(_OPENING))
        return Span(int(tokens.starts[first]) - opening, closing.end() if closing else end)

    def stem_weights(self, words: Range) -> dict[int, float]:
        """Returns the distinct stems of a range of words, weighted by sqrt(count) times rarity."""
        tokens = np.array([t for t in self.tokens[slice(*words)] if t >= 0], dtype=np.intp)
        stems = self.analysis.stems[tokens].tolist()
        rarity = dict(zip(stems, (_WEIGHTLESS_ZIPF - self.analysis.zipf[tokens]).tolist(), strict=True))
        return {stem: count**0.5 * max(0.0, rarity[stem]) for stem, count in Counter(stems).items()}


def evidence_tokens(analysis: Analysis) -> NDArray[np.int64]:
    """Returns the tokens that lie in sentences, in order."""
    bounds = np.array(analysis.sentences, np.int64).reshape(-1, 2)
    lengths = bounds[:, 1] - bounds[:, 0]
    ends = np.cumsum(lengths)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(bounds[:, 1] - ends, lengths)


def _is_passable(analysis: Analysis, first: int, last: int) -> bool:
    """Whether what lies in a range of tokens, though no evidence, interrupts no text: a formula."""
    starts, ends = analysis.tokens.starts, analysis.tokens.ends
    return is_formula(analysis.text[starts[first] : ends[last - 1]])
