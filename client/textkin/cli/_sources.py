"""Opens what a command is told to read: files, folders and standard input."""

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path

import click

from textkin.cli._failures import bad_input
from textkin.cli._lines import MAX_LINE_BYTES, without_mark
from textkin.cli._readers import BadRecord, Position, Record, invalid_bytes, read_csv, read_json_lines

STANDARD_INPUT = "-"
FORMATS = ("jsonl", "csv", "text")

_BLOCK = 1024 * 1024

_TOO_LONG = f"is longer than {MAX_LINE_BYTES} bytes: is this file what it seems?"
_BY_SUFFIX = {".jsonl": "jsonl", ".csv": "csv", ".txt": "text"}


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read, or `-` for standard input. `id` names the article that a text file holds."""

    path: str
    format: str
    id: str


@dataclass(slots=True)
class Sources:
    """Records of many files, one after the other. `done` counts the bytes read so far."""

    paths: Sequence[str]
    format: str | None
    encoding: str
    done: int = field(default=0, init=False)

    def total(self) -> int | None:
        """How many bytes there are to read; None if nobody knows."""
        if any(path == STANDARD_INPUT or not Path(path).is_file() for path in self.paths):
            return None
        return sum(Path(path).stat().st_size for path in self.paths)

    def records(self) -> Iterator[Record | BadRecord]:
        """Yields every record; an unreadable file is a bad one. Raises Failure for an unknown format."""
        for path in self.paths:
            if path != STANDARD_INPUT and not Path(path).is_dir():
                _format_of(path, self.format)
        for path in self.paths:
            for source in _expand(path, self.format):
                yield from self._read(source)

    def _read(self, source: Source) -> Iterator[Record | BadRecord]:
        name = display_name(source.path)
        try:
            with _open(source.path) as stream:
                if source.format == "text":
                    yield self._text_record(stream, source, name)
                    return
                reader = read_csv if source.format == "csv" else read_json_lines
                yield from reader(lambda size: self._count(stream.read(size)), name, self.encoding)
        except OSError as error:
            yield BadRecord(Position(name, 0, 0), f"cannot be read: {error.strerror}")

    def _count(self, block: bytes) -> bytes:
        self.done += len(block)
        return block

    def _text_record(self, stream: FileIO, source: Source, name: str) -> Record | BadRecord:
        data = self._count(_read_all(stream))
        if len(data) > MAX_LINE_BYTES:
            return BadRecord(Position(name, 1, 0), _TOO_LONG, source.id)
        try:
            return Record(Position(name, 1, 0), {"id": source.id, "text": decode(data, self.encoding)})
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            return BadRecord(
                Position(name, line, error.start), invalid_bytes(error, self.encoding), source.id
            )


def read_text(path: str, encoding: str) -> str:
    """The text of a file, or of standard input, unchanged. Raises Failure if it cannot be read or decoded."""
    name = display_name(path)
    try:
        with _open(path) as stream:
            data = _read_all(stream)
    except OSError as error:
        raise bad_input(f"{name} cannot be read: {error.strerror}") from error
    if len(data) > MAX_LINE_BYTES:
        raise bad_input(f"{name} {_TOO_LONG}")
    try:
        return decode(data, encoding)
    except UnicodeDecodeError as error:
        raise bad_input(f"{name}, byte {error.start}: {invalid_bytes(error, encoding)}") from error


def decode(data: bytes, encoding: str) -> str:
    """The text that the bytes are, line ends and all.

    A byte order mark of UTF-8 is kept, as a reader of the file has it too; that of UTF-16 and UTF-32 is no
    part of the text. UnicodeDecodeError counts bytes from the start of `data`.
    """
    actual, length = without_mark(data[:4], encoding)
    if actual == "utf-8":
        return data.decode()
    try:
        return data[length:].decode(actual)
    except UnicodeDecodeError as error:
        raise UnicodeDecodeError(
            actual, data, error.start + length, error.end + length, error.reason
        ) from None


def display_name(path: str) -> str:
    """How messages call the file."""
    return "standard input" if path == STANDARD_INPUT else click.format_filename(path)


def _read_all(stream: FileIO) -> bytes:
    """Everything, but not more than one byte over MAX_LINE_BYTES."""
    blocks: list[bytes] = []
    room = MAX_LINE_BYTES + 1
    while room and (block := stream.read(min(room, _BLOCK))):
        blocks.append(block)
        room -= len(block)
    return b"".join(blocks)


def _open(path: str) -> FileIO:
    if path == STANDARD_INPUT:
        # Without Python's buffer: a thread that still waits in it when the process ends would make Python abort.
        return FileIO(sys.stdin.fileno(), closefd=False)
    return FileIO(path)


def _expand(path: str, form: str | None) -> Iterator[Source]:
    """The files that a path stands for: itself, or those of a folder that have a known suffix, by name."""
    if path == STANDARD_INPUT or not Path(path).is_dir():
        yield Source(path, _format_of(path, form), Path(path).stem)
        return
    for folder, folders, names in os.walk(path):
        folders.sort()
        for name in sorted(names):
            file = Path(folder, name)
            if file.suffix.lower() in _BY_SUFFIX:
                relative = file.relative_to(path).with_suffix("").as_posix()
                yield Source(str(file), form or _BY_SUFFIX[file.suffix.lower()], relative)


def _format_of(path: str, form: str | None) -> str:
    if form:
        return form
    if path == STANDARD_INPUT:
        return "jsonl"
    suffix = Path(path).suffix.lower()
    if suffix not in _BY_SUFFIX:
        raise bad_input(
            f"{display_name(path)}: its name ends with none of {', '.join(_BY_SUFFIX)}; "
            f"say what it is with --format ({', '.join(FORMATS)})"
        )
    return _BY_SUFFIX[suffix]
