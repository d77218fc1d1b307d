"""The layout of a text: its sentences, the lines that they begin in, and which phrases each may have."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.characters import class_table
from textkin_service.analysis.kernels.lines import describe
from textkin_service.analysis.keywords import pair_table
from textkin_service.analysis.room import COUNTS, FIRSTS, KINDS, LINE_WORDS, PHRASES, Room
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
            pair_table(),
            room.numbers,
            room.bits,
            room.marks,
            room.ranges,
            len(words.stems),
            words.events,
            count,
        )
        return cls(room, count, lines, all_phrases, all_kinds)

    @property
    def sentences(self) -> NDArray[np.int32]:
        """Of shape (any, 2), half-open ranges of code points."""
        return self.room.ranges[: self.sentence_count]

    @property
    def words(self) -> NDArray[np.int32]:
        """How many runs of letters and digits each sentence has."""
        return self.room.numbers[COUNTS, : self.sentence_count]

    @property
    def phrases(self) -> NDArray[np.uint32]:
        """Which phrases each sentence may have, by their bits in the flags of words, and whether it may be a formula."""
        return self.room.bits[PHRASES, : self.sentence_count]

    @property
    def firsts(self) -> NDArray[np.int32]:
        """The first sentence of each line, and the end of the last."""
        return self.room.numbers[FIRSTS, : self.line_count + 1]

    @property
    def line_words(self) -> NDArray[np.int32]:
        """How many words each line has."""
        return self.room.numbers[LINE_WORDS, : self.line_count]

    @property
    def kinds(self) -> NDArray[np.uint8]:
        """What each line is or may be, by the bits of the kernel."""
        return self.room.marks[KINDS, : self.line_count]
