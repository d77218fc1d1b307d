"""Lines: cut at line feeds, each with its true place, in any encoding and any block size."""

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkin.cli import _lines
from textkin.cli._lines import lines

ENCODINGS = ["utf-8", "utf-16", "utf-16-be", "utf-32", "latin-1"]


def reader(data: bytes, most: int = 1 << 30):
    stream = io.BytesIO(data)
    return lambda size: stream.read(min(size, most))


@given(
    parts=st.lists(st.text(st.characters(max_codepoint=0xFF, exclude_characters="\n")), min_size=1),
    encoding=st.sampled_from(ENCODINGS),
    most=st.integers(1, 9),
)
def test_lines_joined_are_the_text_and_each_stands_where_its_offset_says(parts, encoding, most):
    data = "\n".join(parts).encode(encoding)
    found = list(lines(reader(data, most), encoding))

    text = data.decode(encoding)
    assert [line.data.decode(line.encoding) for line in found] == re.findall(r"[^\n]*\n|[^\n]+", text)
    assert [line.number for line in found] == list(range(1, len(found) + 1))
    for line in found:
        assert data[line.offset : line.offset + len(line.data)] == line.data


def test_a_byte_order_mark_is_no_part_of_the_first_line():
    (line,) = lines(reader(b"\xef\xbb\xbf{}\n"), "utf-8")
    assert (line.data, line.offset) == (b"{}\n", 3)


def test_a_line_feed_is_not_seen_inside_another_character():
    text = "\u0a0a\u000a\u0a00"
    assert [
        line.data.decode("utf-16-be") for line in lines(reader(text.encode("utf-16-be"), 3), "utf-16-be")
    ] == [
        "\u0a0a\n",
        "\u0a00",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_a_line_without_end_is_dropped_and_the_next_one_stands_where_it_does(monkeypatch, encoding):
    monkeypatch.setattr(_lines, "MAX_LINE_BYTES", 1000)
    monkeypatch.setattr(_lines, "_BLOCK", 64)
    data = ("a\n" + "x" * 5000 + "\nb\n").encode(encoding)
    found = list(lines(reader(data), encoding))
    assert [line.data and line.data.decode(encoding) for line in found] == ["a\n", None, "b\n"]
    assert data[found[2].offset :].decode(encoding) == "b\n"
