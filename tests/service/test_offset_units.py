"""Spans in code points, UTF-8 bytes and UTF-16 units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkin.v1 import comparison_pb2
from textkin_service.model import Comparison, Relation, Span
from textkin_service.rpc.convert import comparison_message
from textkin_service.rpc.offsets import utf8_spans, utf16_spans

# Any Unicode text: no lone surrogates, which are no text, and often characters of two UTF-16 units.
TEXTS = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("aé€İß文🙂\U00020000\u200d\u0301")),
    max_size=60,
)


@st.composite
def texts_with_spans(draw):
    text = draw(TEXTS)
    place = st.integers(0, len(text))
    pairs = draw(st.lists(st.tuples(place, place), max_size=8))
    return text, [Span(min(pair), max(pair)) for pair in pairs]


@given(texts_with_spans())
def test_a_span_in_bytes_cuts_the_same_piece_from_the_utf8_form(case):
    text, spans = case
    encoded = text.encode()
    for span, converted in zip(spans, utf8_spans(text, spans), strict=True):
        assert encoded[converted.start : converted.end].decode() == text[span.start : span.end]


@given(texts_with_spans())
def test_a_span_in_units_cuts_the_same_piece_from_the_utf16_form(case):
    text, spans = case
    encoded = text.encode("utf-16-le")
    for span, converted in zip(spans, utf16_spans(text, spans), strict=True):
        piece = encoded[2 * converted.start : 2 * converted.end]
        assert piece.decode("utf-16-le") == text[span.start : span.end]


@pytest.mark.parametrize(("unit", "cut_a", "cut_b"), [
    (comparison_pb2.OFFSET_UNIT_CODE_POINT, 3, None),
    (comparison_pb2.OFFSET_UNIT_UTF8_BYTE, 7, None),
    (comparison_pb2.OFFSET_UNIT_UTF16_UNIT, 4, None),
])  # fmt: skip
def test_where_a_text_was_cut_is_said_in_the_unit_asked_for(unit, cut_a, cut_b):
    comparison = Comparison(0.1, Relation.UNRELATED, "", 0.0, 0.0, 0.0, 0.0, 0.0, cut_a=3)
    message = comparison_message(comparison, "é🙂xyz", "é🙂", unit)
    assert (message.cut_a if message.HasField("cut_a") else None) == cut_a
    assert (message.cut_b if message.HasField("cut_b") else None) == cut_b


def test_no_spans_stay_no_spans():
    assert utf8_spans("text", []) == []
    assert utf16_spans("", []) == []


def test_units_differ_where_characters_are_wide():
    text = "é🙂x"
    assert utf8_spans(text, [Span(2, 3)]) == [Span(6, 7)]
    assert utf16_spans(text, [Span(2, 3)]) == [Span(3, 4)]
