"""The layout of a text: its sentences, the lines that they begin in, and which phrases each may have."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.characters import class_table
from textkin_service.analysis.kernels.lines import describe
from textkin_service.analysis.keywords import pair_table
from textkin_service.analysis.room import Room
from textkin_service.analysis.sentences import split_sentences
from textkin_service.analysis.words import Words


class Layout(NamedTuple):
    """The sentences of a text and the lines that they begin in; its arrays are in the room of the thread.

    `all_phrases`, `all_kinds`: the bits of all sentences, and those of all lines.
    """

    room: Room
    sentence_count: int
    line_count: int
    all_phrases: int
    all_kinds: int

    @classmethod
    def of(cls, codes: NDArray[np.uint32], words: Words, room: Room) -> Self:
        """Returns the layout of a text with these code points and words, which are those of the room."""
        count = split_sentences(codes, words.events, room)
        lines, all_phrases, all_kinds = describe(
            codes,
            class_table(),
            words.tokens.starts,
            words.tokens.ends,
            room.flags,
            room.runs,
            room.events,
            words.events,
            room.ranges,
            count,
            pair_table(),
            room.bounds,
            room.counts,
            room.ends_line,
            room.said,
            room.phrases,
            room.firsts,
            room.line_words,
            room.kinds,
        )
        return cls(room, count, lines, all_phrases, all_kinds)

    @property
    def sentences(self) -> NDArray[np.int32]:
        """Of shape (any, 2), half-open ranges of code points."""
        return self.room.ranges[: self.sentence_count]

    @property
    def bounds(self) -> NDArray[np.int32]:
        """The first token of each sentence, and the end of the last."""
        return self.room.bounds[: self.sentence_count + 1]

    @property
    def words(self) -> NDArray[np.int32]:
        """How many runs of letters and digits each sentence has."""
        return self.room.counts[: self.sentence_count]

    @property
    def phrases(self) -> NDArray[np.uint16]:
        """Which phrases each sentence may have, by their bits in the flags of words, and whether it may be a formula."""
        return self.room.phrases[: self.sentence_count]

    @property
    def firsts(self) -> NDArray[np.int32]:
        """The first sentence of each line, and the end of the last."""
        return self.room.firsts[: self.line_count + 1]

    @property
    def line_words(self) -> NDArray[np.int32]:
        """How many words each line has."""
        return self.room.line_words[: self.line_count]

    @property
    def kinds(self) -> NDArray[np.uint8]:
        """What each line is or may be, by the bits of the kernel."""
        return self.room.kinds[: self.line_count]
