"""Sentences by rules: paragraph breaks, terminal punctuation, and what looks like an end but is none."""

import numpy as np

from textkin_service.analysis.characters import class_table
from textkin_service.analysis.kernels.sentences import split
from textkin_service.analysis.reading import Reading

# A full stop after one of these, or after a single letter, ends no sentence. Letters of ASCII, at most eight.
ABBREVIATIONS = frozenset(
    """
    mr mrs ms dr prof sr jr st gen col lt sgt capt cmdr maj rev hon gov sen rep pres vs etc inc ltd co corp no vol fig art
    dept jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun approx est ca cf al eds ed pp bzw usw nr
    """.split()  # noqa: SIM905 - as a list it would fill the screen
)
_PACKED = np.array([int.from_bytes(word.encode("ascii"), "big") for word in sorted(ABBREVIATIONS)], np.uint64)


def split_sentences(reading: Reading) -> int:
    """Finds the sentences of texts whose words are cut; returns how many they are.

    Fills in the `ranges` in the room: half-open ranges of code points, in order, without surrounding white space. A blank line
    always ends a sentence; a single line break does unless the text's lines are wrapped at a width.
    """
    room = reading.room
    return split(
        reading.codes, reading.offsets, class_table(), _PACKED, room.numbers, room.ranges, reading.counts
    )
