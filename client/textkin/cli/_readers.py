"""Reads JSON Lines and CSV into records. What cannot be read becomes a record that says where and why."""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NoReturn

from textkin.cli._lines import MAX_LINE_BYTES, Line, lines

Read = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Position:
    """Where a record stands: its file, its line from 1, and a byte from the file's start."""

    file: str
    line: int
    offset: int

    def __str__(self) -> str:
        return f"{self.file}, line {self.line} (byte {self.offset})"


@dataclass(frozen=True, slots=True)
class Record:
    """What one line or row holds, by field name."""

    position: Position
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A line or row that cannot be used, with what would be right. `id` is as given, None where unknown."""

    position: Position
    problem: str
    id: Any = None

    def __str__(self) -> str:
        return f"{self.position}: {self.problem}"


def read_json_lines(read: Read, file: str, encoding: str) -> Iterator[Record | BadRecord]:
    """Yields a record for every line that is not blank."""
    for line in lines(read, encoding):
        text = _decode(line, file)
        if isinstance(text, BadRecord):
            yield text
        elif text.strip():
            yield _json_record(text, line, file)


def read_csv(read: Read, file: str, encoding: str) -> Iterator[Record | BadRecord]:
    """Yields a record for every row below the header, leaving out empty cells.

    Cells are parted by whichever of comma, semicolon and tab the header has most of.
    """
    csv.field_size_limit(MAX_LINE_BYTES)
    feed = _Feed(lines(read, encoding), file)
    first = next(feed, None)
    if first is None:
        return
    rows = csv.reader(chain([first], feed), delimiter=max(",;\t", key=first.count), strict=True)
    header = _next_row(rows, feed)
    if isinstance(header, BadRecord):
        yield header
        return
    problem = _header_problem(header)
    if problem:
        yield BadRecord(feed.start, problem)
        return
    while True:
        feed.begin()
        try:
            row = _next_row(rows, feed)
        except StopIteration:
            return
        if isinstance(row, BadRecord):
            yield row
        elif len(row) == len(header):
            cells = zip(header, row, strict=True)
            yield Record(feed.start, {name: cell for name, cell in cells if name and cell})
        elif row:
            yield BadRecord(feed.start, f"{len(row)} cells where the header names {len(header)}")


def _next_row(rows: Iterator[list[str]], feed: "_Feed") -> list[str] | BadRecord:
    """The next row, read to its end even if it is bad. Raises StopIteration after the last."""
    try:
        row = next(rows)
    except csv.Error as error:
        return feed.bad or BadRecord(feed.start, f"not valid CSV: {error}")
    return feed.bad or row


def _header_problem(header: list[str]) -> str:
    missing = [name for name in ("id", "text") if name not in header]
    if not missing:
        return ""
    return (
        f'the header names no column "{missing[0]}": the first line must name id and text, and may name more'
    )


def _decode(line: Line, file: str) -> str | BadRecord:
    if line.data is None:
        return BadRecord(
            Position(file, line.number, line.offset),
            f"longer than {MAX_LINE_BYTES} bytes: is this file what it seems?",
        )
    try:
        return line.data.decode(line.encoding)
    except UnicodeDecodeError as error:
        position = Position(file, line.number, line.offset + error.start)
        return BadRecord(position, invalid_bytes(error, line.encoding))


def invalid_bytes(error: UnicodeDecodeError, encoding: str) -> str:
    """What to say of bytes that are not text in the encoding."""
    return (
        f"byte 0x{error.object[error.start]:02x} is not valid {encoding.upper()}: "
        "name the file's encoding with --encoding, or save it as UTF-8"
    )


def _json_record(text: str, line: Line, file: str) -> Record | BadRecord:
    position = Position(file, line.number, line.offset)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        offset = line.offset + len(text[: error.pos].encode(line.encoding))
        return BadRecord(Position(file, line.number, offset), f"not valid JSON: {error.msg}")
    except ValueError as error:
        return BadRecord(position, f"not valid JSON: {error}")
    except RecursionError:
        return BadRecord(position, "nested too deeply: a line is one object of plain fields")
    if not isinstance(value, dict):
        return BadRecord(
            position, f'not an object but {a_kind(value)}: a line is like {{"id": "1", "text": "..."}}'
        )
    return Record(position, value)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


# One for all lines: `json.loads` would make one for each.
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def a_kind(value: Any) -> str:
    """The JSON kind of a value, with its article."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "an array"
        case _:
            return "an object"


@dataclass(slots=True)
class _Feed:
    """Gives csv.reader its lines, and knows where the row under way began and whether it could be decoded."""

    source: Iterator[Line]
    file: str
    start: Position = field(init=False)
    bad: BadRecord | None = None
    _fresh: bool = True

    def begin(self) -> None:
        """A new row begins with the next line."""
        self.bad, self._fresh = None, True

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        line = next(self.source)
        if self._fresh:
            self.start, self._fresh = Position(self.file, line.number, line.offset), False
        text = _decode(line, self.file)
        if isinstance(text, str):
            return text
        # The row must still be read to its end, so that the next begins where it does.
        self.bad = self.bad or text
        return line.data.decode(line.encoding, "replace") if line.data else "\n"
