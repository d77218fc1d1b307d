"""What the steps of the analysis find in a text, each by itself."""

from textkin_service.analysis.characters import code_points
from textkin_service.analysis.layout import Layout
from textkin_service.analysis.lexicon import lexicon
from textkin_service.analysis.room import COMMAS, ENDS, STARTS, room_for
from textkin_service.analysis.words import cut, find_words


def cut_of(text):
    """Returns the places of the words, their keys, and whether a comma or the like stands before each."""
    codes = code_points(text)
    room = room_for(len(codes))
    count, *_ = cut(codes, lexicon("en").table.rows, room)
    rows = room.numbers[STARTS], room.numbers[ENDS], room.keys, room.marks[COMMAS].view(bool)
    return tuple(each[:count].copy() for each in rows)


def words_of(text, language="en"):
    """Returns the words, resolved, and the flags of each."""
    codes = code_points(text)
    room = room_for(len(codes))
    words = find_words(text, codes, language, room)
    return words, room.flags[: len(words.tokens)].copy()


def layout_of(text, language="en"):
    """Returns the layout; it stands in the room of the thread, and so until the next text."""
    codes = code_points(text)
    room = room_for(len(codes))
    return Layout.of(codes, find_words(text, codes, language, room), room)


def sentences_of(text):
    """Returns the sentences, as ranges of code points."""
    return [tuple(each) for each in layout_of(text).sentences.tolist()]
