"""Parquet: each row is a record, whatever its columns hold beside, and a table that cannot be one of articles says why."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from textkin.cli._readers import BadRecord, Record
from textkin.cli._readers.parquet import read_parquet
from textkin.cli._records import item_of


@pytest.fixture
def rows(tmp_path):
    """Writes a table, given as one or as columns, and reads it."""

    def write_and_read(table, skip=0, **options):
        path = tmp_path / "x.parquet"
        parquet.write_table(table if isinstance(table, pa.Table) else pa.table(table), path, **options)
        return list(read_parquet(str(path), "x.parquet", skip))

    return write_and_read


ANY_TEXT = st.text(st.characters(codec="utf-8"))


@settings(deadline=None)
@given(
    st.lists(st.tuples(ANY_TEXT | st.none(), ANY_TEXT | st.none(), ANY_TEXT | st.none()), max_size=100),
    st.integers(1, 50),
    st.integers(0, 100),
)
def test_whatever_rows_are_written_are_read_but_those_that_were_before(table, group, skip):
    out = io.BytesIO()
    columns = dict(zip(("id", "text", "mood"), zip(*table, strict=True), strict=False)) if table else {}
    schema = pa.schema([(name, pa.string()) for name in ("id", "text", "mood")])
    parquet.write_table(
        pa.table({name: columns.get(name, []) for name in schema.names}, schema), out, row_group_size=group
    )
    found = list(read_parquet(io.BytesIO(out.getvalue()), "x.parquet", skip))
    expected = [
        {name: cell for name, cell in zip(schema.names, row, strict=True) if cell is not None}
        for row in table
    ]
    assert [record.fields for record in found] == expected[skip:]
    assert [str(record.position) for record in found] == [
        f"x.parquet, row {number}" for number in range(skip + 1, len(table) + 1)
    ]


def test_every_type_becomes_what_json_would_have(rows):
    (record,) = rows(
        {
            "id": pa.array([7], pa.int64()),
            "text": pa.array(["some words"]).dictionary_encode(),
            "published_at": pa.array([datetime(2026, 3, 1, 10, tzinfo=UTC)]),
            "day": [date(2026, 3, 1)],
            "score": [1.5],
            "price": [Decimal("1.20")],
            "read": [True],
            "tags": [["a", "b"]],
            "place": [{"town": "Brenleigh", "days": [date(2026, 3, 2)]}],
            "raw": [b"bytes that are text"],
            "picture": [b"\xff\xd8"],
            "nothing": pa.array([None], pa.null()),
        }
    )
    item = item_of(record)
    assert (item.given_id, item.article.id) == (7, "7")
    assert item.article.published_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert item.article.metadata == {
        "day": "2026-03-01",
        "score": "1.5",
        "price": "1.20",
        "read": "true",
        "tags": '["a","b"]',
        "place": '{"town":"Brenleigh","days":["2026-03-02"]}',
        "raw": "bytes that are text",
    }


@pytest.mark.parametrize("kind", [pa.large_string(), pa.binary(), pa.large_binary(), pa.string_view()])
def test_texts_are_strings_however_they_are_kept(rows, kind):
    cells = [b"some words"] if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) else ["some words"]
    (record,) = rows({"id": ["a"], "text": pa.array(cells, kind)})
    assert record.fields["text"] == "some words"


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({"id": ["a"], "body": ["b"]}, 'no column "text"'),
        ({"text": ["a"]}, 'no column "id"'),
        ({"id": ["a"], "text": [5]}, 'column "text" is of type int64: it must hold strings'),
        ({"id": ["a"], "text": [["a"]]}, 'column "text" is of type list<'),
        (
            {"id": [1.5], "text": ["a"]},
            'column "id" is of type double: it must hold strings or whole numbers',
        ),
        ({"id": [True], "text": ["a"]}, 'column "id" is of type bool'),
        (pa.table([["a"], ["b"], ["c"]], ["id", "text", "text"]), '2 columns "text"'),
    ],
)
def test_a_table_that_cannot_be_one_of_articles_says_why_once(rows, table, problem):
    (bad,) = rows(table)
    assert bad.problem.startswith(problem)
    assert str(bad).startswith("x.parquet: ")
    assert rows(table, skip=1) == []


def test_a_row_without_a_text_is_told_and_the_others_read(rows):
    found = [item_of(record) for record in rows({"id": ["a", None, "c"], "text": [None, "b", "c"]})]
    assert [str(bad) for bad in found[:2]] == [
        'x.parquet, row 1: no "text": every line needs one, a string',
        'x.parquet, row 2: no "id": every line needs one, a string or a number',
    ]
    assert found[2].article.id == "c"


def test_bytes_that_are_no_text_are_told_and_the_others_read(rows):
    bad, good = rows({"id": ["a", "b"], "text": pa.array([b"\xff", b"b"], pa.binary())})
    assert bad.problem == '"text" is not valid UTF-8: write it as a column of strings'
    assert good.fields == {"id": "b", "text": "b"}
    # A writer can call any bytes a string.
    wrong = pa.Array.from_buffers(pa.string(), 1, pa.array([b"\xff"], pa.binary()).buffers())
    (bad,) = rows({"id": ["a"], "text": wrong})
    assert bad.problem.startswith('"text" is not valid UTF-8')


def whole_file():
    out = io.BytesIO()
    texts = [f"Story number {number} of the day, with words enough to be one." for number in range(300)]
    table = pa.table({"id": [str(number) for number in range(300)], "text": texts})
    parquet.write_table(table, out, row_group_size=100, compression="zstd")
    return out.getvalue()


WHOLE = whole_file()


@pytest.mark.parametrize("data", [b"", b"PAR1", b"{}\n" * 100, WHOLE[:-10], WHOLE[: len(WHOLE) // 2]])
def test_what_is_no_parquet_is_told(tmp_path, data):
    path = tmp_path / "x.parquet"
    path.write_bytes(data)
    (bad,) = read_parquet(str(path), "x.parquet")
    assert "not sound Parquet" in bad.problem
    assert bad.ends


@settings(deadline=None, max_examples=150)
@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_a_damaged_byte_gives_records_or_a_reason_and_never_an_exception(place, change):
    data = bytearray(WHOLE)
    data[place] ^= change
    found = list(read_parquet(io.BytesIO(bytes(data)), "x.parquet"))
    assert all(isinstance(record, Record | BadRecord) for record in found)


@pytest.mark.parametrize(
    "counted", [b"\x80\x00", b"\x81\x00", b"\x82\x00"], ids=["none", "less than none", "one"]
)
def test_a_file_that_says_that_it_has_fewer_rows_is_read_and_tracked_as_far_as_there_are_any(counted):
    # 300, as Parquet's footer has it, between its type and the list of the three row groups.
    claimed = b"\x16\xd8\x04\x19\x3c"
    assert WHOLE.count(claimed) == 1
    shares = []
    data = WHOLE.replace(claimed, claimed[:1] + counted + claimed[3:])
    found = list(read_parquet(io.BytesIO(data), "x.parquet", track=shares.append))
    assert [record.fields["id"] for record in found] == [str(number) for number in range(300)]
    assert shares
    assert all(0 <= share <= 1 for share in shares)


def test_a_column_whose_name_is_no_text_is_told():
    found = list(read_parquet(io.BytesIO(WHOLE.replace(b"text", b"te\xe7t")), "x.parquet"))
    assert [bad.problem for bad in found] == ["not sound Parquet (UnicodeDecodeError): write the file anew"]


def test_a_file_that_is_gone_is_an_error_of_the_system(tmp_path):
    with pytest.raises(OSError, match="missing"):
        list(read_parquet(str(tmp_path / "missing.parquet"), "x.parquet"))
