"""The layout of a text: its sentences, the lines that they begin in, and which phrases each may have."""

from itertools import compress
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.characters import class_table
from textkin_service.analysis.kernels.lines import describe
from textkin_service.analysis.keywords import pair_table
from textkin_service.analysis.reading import Reading
from textkin_service.analysis.room import (
    ALL_KINDS,
    ALL_PHRASES,
    COUNTS,
    FIRST_SENTENCE,
    FIRSTS,
    KINDS,
    LINE_WORDS,
    LINES,
    PHRASES,
    SENTENCES,
    Room,
)
from textkin_service.analysis.sentences import split_sentences


class Layout(NamedTuple):
    """The sentences of a text and the lines that they begin in; its arrays are in the room of the reading.

    `first`: where in the room its sentences begin, of `sentence_count`; `text`: which of the texts it is. `all_phrases`,
    `all_kinds`: the bits of all sentences, and those of all lines.
    """

    room: Room
    text: int
    first: int
    sentence_count: int
    line_count: int
    all_phrases: int
    all_kinds: int

    @property
    def sentences(self) -> NDArray[np.int32]:
        """Of shape (any, 2), half-open ranges of code points."""
        return self.room.ranges[self.first : self.first + self.sentence_count]

    @property
    def words(self) -> NDArray[np.int32]:
        """How many runs of letters and digits each sentence has."""
        return self.room.numbers[COUNTS, self.first : self.first + self.sentence_count]

    @property
    def phrases(self) -> NDArray[np.uint32]:
        """Which phrases each sentence may have, by their bits in the flags of words, and whether it may be a formula."""
        return self.room.bits[PHRASES, self.first : self.first + self.sentence_count]

    @property
    def suspects(self) -> list[tuple[int, int]]:
        """The sentences that may have a phrase, or be a formula, by number, with the bits of what they may have."""
        phrases = self.phrases.tolist()
        return list(compress(enumerate(phrases), phrases))

    @property
    def firsts(self) -> NDArray[np.int32]:
        """The first sentence of each line, and the end of the last."""
        begin = self.first + self.text
        return self.room.numbers[FIRSTS, begin : begin + self.line_count + 1]

    @property
    def line_words(self) -> NDArray[np.int32]:
        """How many words each line has."""
        return self.room.numbers[LINE_WORDS, self.first : self.first + self.line_count]

    @property
    def kinds(self) -> NDArray[np.uint8]:
        """What each line is or may be, by the bits of the kernel."""
        return self.room.marks[KINDS, self.first : self.first + self.line_count]

    def sentence(self, text: str, number: int) -> str:
        """Returns a sentence of the text, by its number."""
        ranges, row = self.room.ranges, self.first + number
        return text[ranges.item(row, 0) : ranges.item(row, 1)]


def lay_out(reading: Reading) -> int:
    """Tells of the sentences and lines of texts, whose words are found, what their `layout_of` has; returns how many sentences.

    In the room they stand one after the other.
    """
    room = reading.room
    sentences = split_sentences(reading)
    describe(
        reading.codes,
        reading.offsets,
        class_table(),
        pair_table(),
        room.numbers,
        room.bits,
        room.marks,
        room.ranges,
        reading.counts,
    )
    return sentences


def layout_of(reading: Reading, text: int) -> Layout:
    """Returns the layout of a text, by its number, once all are laid out."""
    counts = reading.counts[text].tolist()
    return Layout(
        reading.room,
        text,
        counts[FIRST_SENTENCE],
        counts[SENTENCES],
        counts[LINES],
        counts[ALL_PHRASES],
        counts[ALL_KINDS],
    )
