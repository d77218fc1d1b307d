"""Reads Parquet into records, a few rows at a time."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from typing import Any

from textkin.cli._extras import needed
from textkin.cli._readers.record import BadRecord, Place, Record

# Rows in memory at a time, and bytes read at a time of each column: a row group can be larger than memory.
_ROWS = 32
_BUFFER_BYTES = 256 * 1024


def read_parquet(
    path: str, file: str, skip: int = 0, track: Callable[[float], None] = lambda _share: None
) -> Iterator[Record | BadRecord]:
    """Yields a record for every row, leaving out what is null. Columns are as in CSV. Raises OSError for no file there.

    `track` is told which share of the rows was read.
    """
    with needed("parquet", "reading Parquet"):
        import pyarrow as pa  # noqa: PLC0415 -- an extra, and slow to import
        from pyarrow import parquet  # noqa: PLC0415 -- as above

    row = 0
    try:
        with parquet.ParquetFile(path, buffer_size=_BUFFER_BYTES, pre_buffer=False) as table:
            problem = _problem(table.schema_arrow)
            if problem:
                if not skip:
                    yield BadRecord(Place(file, ""), problem)
                return
            first, row = _first_group(table.metadata, skip)
            groups = range(first, table.metadata.num_row_groups)
            for batch in table.iter_batches(_ROWS, row_groups=groups, use_threads=False):
                # A damaged file may say that it has fewer rows, or none.
                track(row / max(table.metadata.num_rows, row, 1))
                for place in range(batch.num_rows):
                    row += 1
                    if row > skip:
                        yield _row(batch, place, Place(file, f"row {row}"))
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        # Of damaged files Arrow raises OSError too, and the last of a column whose name is no text.
        if isinstance(error, OSError) and error.errno is not None:
            raise
        # Not in Arrow's words: they may quote what a cell holds.
        yield BadRecord(
            Place(file, f"after row {row}" if row else ""),
            f"not sound Parquet ({type(error).__name__}): write the file anew",
            ends=True,
        )


def _problem(schema: Any) -> str:
    """Why a table with such columns holds no articles; empty if it may."""
    from pyarrow import types  # noqa: PLC0415 -- as above

    texts = (
        types.is_string,
        types.is_large_string,
        types.is_binary,
        types.is_large_binary,
        types.is_string_view,
    )
    for name in ("id", "text"):
        places = schema.get_all_field_indices(name)
        if len(places) != 1:
            many = "no column" if not places else f"{len(places)} columns"
            return f'{many} "{name}": a table has one column id and one column text, and may have more'
        kind = schema.field(places[0]).type
        kind = kind.value_type if types.is_dictionary(kind) else kind
        allowed = (*texts, types.is_integer) if name == "id" else texts
        if not any(is_kind(kind) for is_kind in allowed):
            right = "strings or whole numbers" if name == "id" else "strings"
            return f'column "{name}" is of type {kind}: it must hold {right}'
    return ""


def _first_group(metadata: Any, skip: int) -> tuple[int, int]:
    """The row group to begin with, and the rows before it."""
    row = 0
    for group in range(metadata.num_row_groups):
        rows = metadata.row_group(group).num_rows
        if row + rows > skip:
            return group, row
        row += rows
    return metadata.num_row_groups, row


def _row(batch: Any, place: int, where: Place) -> Record | BadRecord:
    fields: dict[str, Any] = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        try:
            value = _plain(column[place].as_py())
        except (UnicodeDecodeError, ValueError, OverflowError):
            if name in {"id", "text"}:
                return BadRecord(where, f'"{name}" is not valid UTF-8: write it as a column of strings')
            continue
        if value is not None:
            fields[name] = value
    return Record(where, fields)


def _plain(value: Any) -> Any:
    """A value as JSON would have it. Raises UnicodeDecodeError for bytes that are no text."""
    match value:
        case bytes():
            return value.decode()
        case datetime() | date() | time():
            return value.isoformat()
        case list():
            return [_plain(each) for each in value]
        case dict():
            return {str(name): _plain(each) for name, each in value.items()}
        case None | bool() | int() | float() | str():
            return value
        case _:
            return str(value)
