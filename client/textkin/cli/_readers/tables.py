"""Reads CSV into records."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

from textkin.cli._lines import MAX_LINE_BYTES, Line, lines
from textkin.cli._readers.record import BadRecord, Position, Read, Record
from textkin.cli._readers.text_lines import decoded


def read_csv(read: Read, file: str, encoding: str, skip: int = 0) -> Iterator[Record | BadRecord]:
    """Yields a record for every row below the header, leaving out empty cells.

    Cells are parted by whichever of comma, semicolon and tab the header has most of.
    """
    return islice(_rows(read, file, encoding), skip, None)


def _rows(read: Read, file: str, encoding: str) -> Iterator[Record | BadRecord]:
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
        text = decoded(line, self.file)
        if isinstance(text, str):
            return text
        # The row must still be read to its end, so that the next begins where it does.
        self.bad = self.bad or text
        return line.data.decode(line.encoding, "replace") if line.data else "\n"
