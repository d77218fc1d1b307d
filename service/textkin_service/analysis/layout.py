"""The layout of a text: its sentences, the lines that they begin in, and which phrases each may have."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.kernels.lines import describe_lines, describe_sentences
from textkin_service.analysis.words import Words


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The sentences of a text and the lines that they begin in.

    `sentences`: int32 of shape (any, 2), half-open ranges of code points. `bounds`: the first token of each, and the end of the
    last. `words`: how many runs of letters and digits each has. `ends_line`: whether a line ends after it. `phrases`: which it
    may have, by their bits in the flags of words, and whether it may be a formula. `firsts`: the first sentence of
    each line, and the end of the last. `line_words`: how many words each line has. `kinds`: what it is or may be, by the
    bits of the kernel. `all_phrases`, `all_kinds`: the bits of all sentences, and those of all lines.
    """

    sentences: NDArray[np.int32]
    bounds: NDArray[np.int32]
    words: NDArray[np.int32]
    ends_line: NDArray[np.bool_]
    phrases: NDArray[np.uint16]
    firsts: NDArray[np.int32]
    line_words: NDArray[np.int32]
    kinds: NDArray[np.uint8]
    all_phrases: int
    all_kinds: int

    @classmethod
    def of(
        cls,
        codes: NDArray[np.uint32],
        classes: NDArray[np.uint32],
        words: Words,
        sentences: NDArray[np.int32],
    ) -> "Layout":
        """Returns the layout of a text with these code points, their classes, words and sentences."""
        count = len(sentences)
        bounds, firsts = np.empty(count + 1, np.int32), np.empty(count + 1, np.int32)
        counts, ends_line = np.empty(count, np.int32), np.empty(count, np.bool_)
        lines = describe_sentences(classes, words.tokens.starts, sentences, bounds, counts, ends_line, firsts)
        firsts = firsts[: lines + 1]
        phrases, line_words, kinds = (
            np.empty(count, np.uint16),
            np.empty(lines, np.int32),
            np.empty(lines, np.uint8),
        )
        all_phrases, all_kinds = describe_lines(
            codes, classes, words.flags, sentences, bounds, counts, firsts, phrases, line_words, kinds
        )
        return cls(
            sentences, bounds, counts, ends_line, phrases, firsts, line_words, kinds, all_phrases, all_kinds
        )
