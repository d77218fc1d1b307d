"""Sentences: where a reader pauses, not wherever a full stop or a line break stands."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from readings import sentences_of

texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=120),
    st.text(st.sampled_from('aB 3.!?…"”)\n\r\t\u2028\u00a0\x1c\x85。！」漢é'), max_size=120),
    st.lists(st.sampled_from(["Mr. ", "Ann Lee", " went", "\nhome", ". ", "\n\n", "U.S. ", "?", '"', "。"]), max_size=25).map(
        "".join
    ),
)  # fmt: skip


def sentences(text):
    return [text[start:end] for start, end in sentences_of(text)]


@settings(max_examples=200, deadline=None)
@given(texts)
def test_sentences_are_stripped_ordered_and_leave_nothing_out(text):
    previous, covered = 0, set()
    for start, end in sentences_of(text):
        assert previous <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        previous = end
        covered.update(range(start, end))
    assert all(i in covered for i, character in enumerate(text) if not character.isspace())


@settings(max_examples=100, deadline=None)
@given(texts, texts)
def test_a_blank_line_always_ends_a_sentence(a, b):
    border = len(a) + 2
    assert not any(start < border - 1 < end for start, end in sentences_of(a + "\n\n" + b))


@pytest.mark.parametrize(
    "text",
    [
        "Mr. Quill met Dr. Vane and Prof. Oduya at St. Alban's.",
        "J. R. Hartwell wrote it.",
        "The firm Sedge & Co. Ltd. moved to Port Lamont.",
        "Harrow vs. Sedge ended in a draw.",
        "It opened on Sat. Sept. 4 at noon.",
        "The lake rose by 3.4 metres.",
        "Prices rose at Yahoo! and nobody noticed.",
        "She waited … and waited.",
        "The U.S. Navy sent a tug.",
        "The site textkin.example is down.",
    ],
)
def test_what_looks_like_an_end_but_is_none(text):
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rained. We left.", ["It rained.", "We left."]),
        ("Really?! Yes.", ["Really?!", "Yes."]),
        ('"It rained." We left.', ['"It rained."', "We left."]),
        ("(It rained.) We left.", ["(It rained.)", "We left."]),
        ("“Go!” He went… Then nothing.", ["“Go!”", "He went…", "Then nothing."]),
        ("It rose 4 percent in 2019. 20 people left.", ["It rose 4 percent in 2019.", "20 people left."]),
        ("雨が降った。帰った！「行け。」終わり", ["雨が降った。", "帰った！", "「行け。」", "終わり"]),
        ("First\n\nSecond", ["First", "Second"]),
        ("First\r\n\r\nSecond", ["First", "Second"]),
        ("First\n \t\nsecond", ["First", "second"]),
        ("HEADLINE\nThe story.", ["HEADLINE", "The story."]),
    ],
)
def test_where_sentences_end(text, expected):
    assert sentences(text) == expected


def test_lines_wrapped_at_a_width_are_joined_even_before_a_capital():
    text = (
        "The canal trust reopened the flight\nof seven locks after repairs led by\nPetra Lindqvist, who replaced the oak\n"
        "gates and relined the chambers with\nblue clay. Boaters pay a toll."
    )
    assert len(sentences(text)) == 2


def test_lines_that_are_paragraphs_are_not_joined():
    assert len(sentences("Canal reopens\nComet splits\nOrchestra walks out\nThe bridge is shut.")) == 4
