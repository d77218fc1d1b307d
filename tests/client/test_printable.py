"""Printing: no text steers the terminal, and a span of it is still a span of what is shown."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from textkin.highlight import shared_words
from textkin.printable import printable


@given(st.text())
def test_no_control_character_gets_through_and_the_length_stays(text):
    shown = printable(text)
    assert len(shown) == len(text)
    assert not any(unicodedata.category(character) == "Cc" for character in shown if character not in "\n\t")
    shown.encode()


def test_an_escape_sequence_is_shown_and_not_obeyed():
    assert printable("\x1b[2Jgone\x07") == "␛[2Jgone␇"
    assert printable("abc\u202edef") == "abc\ufffddef"


@given(st.text(), st.text())
def test_shared_words_are_disjoint_spans_of_the_text(text, other):
    end = 0
    for start, stop in shared_words(text, other):
        assert end <= start < stop <= len(text)
        end = stop


def test_telling_words_are_shared_wherever_they_stand_and_small_ones_only_beside_a_shared_neighbour():
    text = "The minister of health resigned on Monday"
    shared = [
        text[start:stop] for start, stop in shared_words(text, "Monday: health chief gone, the minister of 7")
    ]
    assert shared == ["The", "minister", "of", "health", "Monday"]
    assert list(shared_words("of", "out of it")) == []
