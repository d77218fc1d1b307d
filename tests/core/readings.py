"""What the steps of the analysis find in a text, each by itself."""

from textkin_service.analysis.characters import joined
from textkin_service.analysis.layout import lay_out
from textkin_service.analysis.layout import layout_of as layout_in
from textkin_service.analysis.lexicon import lexicon
from textkin_service.analysis.reading import Reading
from textkin_service.analysis.room import COMMAS, ENDS, STARTS
from textkin_service.analysis.words import cut, find_words


def reading_of(*texts):
    return Reading.of(texts, *joined(texts))


def cut_of(text):
    """Returns the places of the words, their keys, and whether a comma or the like stands before each."""
    reading = reading_of(text)
    count, _ = cut(reading, lexicon("en").table.rows)
    room = reading.room
    rows = room.numbers[STARTS], room.numbers[ENDS], room.keys, room.marks[COMMAS].view(bool)
    return tuple(each[:count].copy() for each in rows)


def words_of(text, language="en"):
    """Returns the words, resolved."""
    return find_words(reading_of(text), language)


def layout_of(text, language="en"):
    """Returns the layout; it stands in the room of the thread, and so until the next text."""
    reading = reading_of(text)
    find_words(reading, language)
    lay_out(reading)
    return layout_in(reading, 0)


def sentences_of(text):
    """Returns the sentences, as ranges of code points."""
    return [tuple(each) for each in layout_of(text).sentences.tolist()]
