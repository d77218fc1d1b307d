"""Readers: every good line becomes a record, every bad one says where it is and what would be right."""

import csv
import io
import json

from hypothesis import given
from hypothesis import strategies as st

from textkin.cli._readers import BadRecord, Record, read_csv, read_json_lines

ANY_TEXT = st.text(st.characters(codec="utf-8"))
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=5,
)


def json_lines(data: bytes, encoding: str = "utf-8"):
    return list(read_json_lines(io.BytesIO(data).read1, "x.jsonl", encoding))


def rows(data: bytes | str, encoding: str = "utf-8"):
    data = data.encode() if isinstance(data, str) else data
    return list(read_csv(io.BytesIO(data).read1, "x.csv", encoding))


@given(st.lists(st.dictionaries(ANY_TEXT, JSON_VALUES, max_size=4), max_size=5), st.booleans())
def test_whatever_objects_are_written_are_read(objects, ascii_only):
    data = "\n".join(json.dumps(each, ensure_ascii=ascii_only) for each in objects).encode()
    assert [record.fields for record in json_lines(data)] == objects


@given(st.binary(max_size=200))
def test_any_bytes_give_records_or_bad_records_and_never_an_exception(data):
    for record in json_lines(data) + rows(b"id,text\n" + data):
        assert isinstance(record, Record | BadRecord)
        assert 0 <= record.position.offset <= len(data) + 8


def test_blank_lines_and_carriage_returns_are_nothing():
    assert [record.fields for record in json_lines(b'\r\n{"id": 1}\r\n\n  \n{"id": 2}')] == [
        {"id": 1},
        {"id": 2},
    ]


def test_invalid_utf8_is_reported_with_its_line_and_byte_and_the_others_are_read():
    good, bad, last = json_lines(b'{"id": 1}\n{"id": "\xff"}\n{"id": 3}\n')
    assert str(bad).startswith("x.jsonl, line 2 (byte 18): byte 0xff is not valid UTF-8")
    assert (good.fields, last.fields) == ({"id": 1}, {"id": 3})


def test_invalid_json_is_reported_with_the_byte_where_it_goes_wrong():
    data = '{"é": 1}\n{"é": "é", x}\n'.encode()
    _, bad = json_lines(data)
    assert bad.position.line == 2
    assert data[bad.position.offset :].startswith(b"x}")


def test_lines_that_are_no_object_are_reported():
    problems = [bad.problem for bad in json_lines(b'[1]\n"a"\nNaN\n' + b"[" * 100_000 + b"\n" + b"9" * 5000)]
    assert problems[0].startswith("not an object but an array")
    assert problems[1].startswith("not an object but a string")
    assert problems[2] == "not valid JSON: NaN is not a JSON number"
    assert problems[3].startswith("nested too deeply")
    assert problems[4].startswith("not valid JSON: ")


def test_a_latin_1_file_is_read_with_its_encoding():
    (record,) = json_lines('{"id": "é"}'.encode("latin-1"), "latin-1")
    assert record.fields == {"id": "é"}


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"))


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=6))
def test_whatever_rows_are_written_are_read_without_the_empty_cells(table):
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["id", "text", "mood"])
    writer.writerows(table)
    expected = [
        {name: cell for name, cell in zip(("id", "text", "mood"), row, strict=True) if cell} for row in table
    ]
    assert [record.fields for record in rows(out.getvalue())] == expected


def test_a_row_spans_lines_and_the_next_one_knows_where_it_is():
    first, second = rows('id,text\n1,"two\nlines"\n2,one\n')
    assert first.fields == {"id": "1", "text": "two\nlines"}
    assert (second.position.line, second.position.offset) == (4, 22)


def test_semicolons_and_tabs_part_cells_too():
    assert rows("id;text\n1;a, b\n")[0].fields == {"id": "1", "text": "a, b"}
    assert rows("id\ttext\n1\ta; b\n")[0].fields == {"id": "1", "text": "a; b"}


def test_bad_rows_are_reported_and_the_others_are_read():
    found = rows(b'id,text\n1,a,b\n2,\xff\n3,"x"y\n4,fine\n')
    assert [bad.problem.split(":")[0] for bad in found[:3]] == [
        "3 cells where the header names 2",
        "byte 0xff is not valid UTF-8",
        "not valid CSV",
    ]
    assert found[3].fields == {"id": "4", "text": "fine"}
    assert found[1].position.offset == 16


def test_invalid_bytes_inside_a_quoted_cell_spoil_their_row_only():
    bad, good = rows(b'id,text\n1,"a\n\xff\nb"\n2,c\n')
    assert (bad.position.line, good.fields) == (3, {"id": "2", "text": "c"})


def test_a_header_without_text_is_reported_once():
    (bad,) = rows("id,body\n1,a\n2,b\n")
    assert bad.problem.startswith('the header names no column "text"')


def test_an_empty_file_holds_nothing():
    assert rows("") == json_lines(b"") == []
