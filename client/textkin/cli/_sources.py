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
from textkin.cli._readers import (
    BadRecord,
    Place,
    Position,
    Read,
    Record,
    invalid_bytes,
    read_csv,
    read_json_lines,
)
from textkin.cli._unpacking import DamagedError, unpacked

STANDARD_INPUT = "-"
FORMATS = ("jsonl", "csv", "text", "html", "parquet", "warc")

_BLOCK = 1024 * 1024

_TOO_LONG = f"is longer than {MAX_LINE_BYTES} bytes: is this file what it seems?"
_BY_SUFFIX = {
    ".jsonl": "jsonl",
    ".csv": "csv",
    ".txt": "text",
    ".html": "html",
    ".htm": "html",
    ".parquet": "parquet",
    ".warc": "warc",
}
# Behind another suffix: what is packed is read as what it holds. (Parquet packs itself.)
_PACKED = (".gz", ".zst")


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read, or `-` for standard input. `id` names the article that a text or page holds."""

    path: str
    format: str
    id: str

    @property
    def name(self) -> str:
        """How messages call it."""
        return display_name(self.path)


@dataclass(slots=True)
class Sources:
    """Records of many files, one after the other. `done` counts the bytes read so far."""

    paths: Sequence[str]
    format: str | None
    encoding: str
    done: int = field(default=0, init=False)

    def total(self) -> int | None:
        """How many bytes there are to read; None if nobody knows."""
        if any(
            path == STANDARD_INPUT or not (Path(path).is_file() or Path(path).is_dir()) for path in self.paths
        ):
            return None
        return sum(size_of(source) for path in self.paths for source in _expand(path, self.format))

    def records(self) -> Iterator[Record | BadRecord]:
        """Yields every record; an unreadable file is a bad one. Raises Failure for an unknown format."""
        for source in self.files():
            yield from self.read(source)

    def files(self) -> Iterator[Source]:
        """Yields what there is to read, the files of folders by name. Raises Failure for an unknown format, first of all."""
        for path in self.paths:
            if path != STANDARD_INPUT and not Path(path).is_dir():
                _format_of(path, self.format)
        for path in self.paths:
            yield from _expand(path, self.format)

    def read(self, source: Source, skip: int = 0) -> Iterator[Record | BadRecord]:
        """Yields the records of one file but the first `skip`; what cannot be read is a bad one."""
        name = source.name
        before = self.done
        try:
            if source.format == "parquet":
                yield from self._read_parquet(source, skip)
            else:
                with _open(source.path) as stream:
                    read = unpacked(lambda size: self._count(stream.read(size)))
                    yield from self._reader(source, read, skip)
        except DamagedError as error:
            yield BadRecord(Place(name, ""), str(error), ends=True)
        except OSError as error:
            yield BadRecord(Place(name, ""), f"cannot be read: {error.strerror or error}", ends=True)
        if source.path != STANDARD_INPUT:
            self.done = max(self.done, before + size_of(source))

    def leave_out(self, source: Source) -> None:
        """Counts a file as read that need not be."""
        self.done += size_of(source)

    def _reader(self, source: Source, read: Read, skip: int) -> Iterator[Record | BadRecord]:
        match source.format:
            case "jsonl":
                return read_json_lines(read, source.name, self.encoding, skip)
            case "csv":
                return read_csv(read, source.name, self.encoding, skip)
            case "html":
                from textkin.cli._readers.pages import read_page  # noqa: PLC0415 -- needed by few

                return read_page(read, source.name, source.id, skip)
            case "warc":
                from textkin.cli._readers.archives import read_warc  # noqa: PLC0415 -- as above

                return read_warc(read, source.name, skip)
            case _:
                return iter(() if skip else (self._text_record(read, source),))

    def _read_parquet(self, source: Source, skip: int) -> Iterator[Record | BadRecord]:
        from textkin.cli._readers.parquet import read_parquet  # noqa: PLC0415 -- needed by few

        if source.path == STANDARD_INPUT:
            raise bad_input(
                "Parquet cannot be read from standard input, as it begins at its end: name the file"
            )
        before, size = self.done, size_of(source)

        def track(share: float) -> None:
            self.done = before + round(share * size)

        return read_parquet(source.path, source.name, skip, track)

    def _count(self, block: bytes) -> bytes:
        self.done += len(block)
        return block

    def _text_record(self, read: Read, source: Source) -> Record | BadRecord:
        data = _read_all(read)
        if len(data) > MAX_LINE_BYTES:
            return BadRecord(Position(source.name, 1, 0), _TOO_LONG, source.id)
        try:
            return Record(Position(source.name, 1, 0), {"id": source.id, "text": decode(data, self.encoding)})
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            return BadRecord(
                Position(source.name, line, error.start), invalid_bytes(error, self.encoding), source.id
            )


def read_text(path: str, encoding: str) -> str:
    """The text of a file, or of standard input, unchanged; of a web page its main text.

    Raises Failure if it cannot be read or decoded, or if a page has none.
    """
    name = display_name(path)
    try:
        with _open(path) as stream:
            read = unpacked(stream.read)
            if path != STANDARD_INPUT and _format_by_name(Path(path)) == "html":
                return _main_text(read, name)
            data = _read_all(read)
    except DamagedError as error:
        raise bad_input(f"{name}: {error}") from error
    except OSError as error:
        raise bad_input(f"{name} cannot be read: {error.strerror}") from error
    if len(data) > MAX_LINE_BYTES:
        raise bad_input(f"{name} {_TOO_LONG}")
    try:
        return decode(data, encoding)
    except UnicodeDecodeError as error:
        raise bad_input(f"{name}, byte {error.start}: {invalid_bytes(error, encoding)}") from error


def _main_text(read: Read, name: str) -> str:
    from textkin.cli._readers.pages import read_page  # noqa: PLC0415 -- needed by few

    (record,) = read_page(read, name, name)
    if isinstance(record, BadRecord):
        raise bad_input(str(record))
    return str(record.fields["text"])


def decode(data: bytes | bytearray, encoding: str) -> str:
    """The text that the bytes are, line ends and all.

    A byte order mark of UTF-8 is kept, as a reader of the file has it too; that of UTF-16 and UTF-32 is no
    part of the text. UnicodeDecodeError counts bytes from the start of `data`.
    """
    actual, length = without_mark(bytes(data[:4]), encoding)
    if actual == "utf-8":
        return data.decode()
    try:
        return data[length:].decode(actual)
    except UnicodeDecodeError as error:
        raise UnicodeDecodeError(
            actual, bytes(data), error.start + length, error.end + length, error.reason
        ) from None


def display_name(path: str) -> str:
    """How messages call the file."""
    return "standard input" if path == STANDARD_INPUT else click.format_filename(path)


def size_of(source: Source) -> int:
    """How many bytes a file has; none if it is gone."""
    try:
        return Path(source.path).stat().st_size
    except OSError:
        return 0


def file_in(folder: str, file: Path, form: str | None) -> Source | None:
    """The source that a file of a folder is; None for one without a known suffix, which is left out."""
    known = _format_by_name(file)
    if known is None:
        return None
    relative = file.relative_to(folder)
    return Source(str(file), form or known, relative.with_name(_stem(file)).as_posix())


def files_below(folder: str, path: str, form: str | None, *, hidden: bool = True) -> Iterator[Source]:
    """The sources that a folder or a folder in it holds, by name. Links to folders are not followed.

    A folder that cannot be looked into is a source as well: reading it tells why. `hidden`: also names that begin with a point.
    """
    unknown: list[OSError] = []
    for parent, folders, names in os.walk(path, onerror=unknown.append):
        folders[:] = sorted(name for name in folders if hidden or not name.startswith("."))
        for name in sorted(names):
            source = file_in(folder, Path(parent, name), form) if hidden or not name.startswith(".") else None
            if source:
                yield source
    for error in unknown:
        yield Source(error.filename, "text", Path(error.filename).relative_to(folder).as_posix())


def _read_all(read: Read) -> bytearray:
    """Everything, but not more than one byte over MAX_LINE_BYTES."""
    data = bytearray()
    while (room := MAX_LINE_BYTES + 1 - len(data)) and (block := read(min(room, _BLOCK))):
        data += block
    return data


def _open(path: str) -> FileIO:
    if path == STANDARD_INPUT:
        # Without Python's buffer: a thread that still waits in it when the process ends would make Python abort.
        return FileIO(sys.stdin.fileno(), closefd=False)
    return FileIO(path)


def _expand(path: str, form: str | None) -> Iterator[Source]:
    """The files that a path stands for: itself, or those of a folder that have a known suffix, by name."""
    if path == STANDARD_INPUT or not Path(path).is_dir():
        yield Source(path, _format_of(path, form), _stem(Path(path)))
        return
    yield from files_below(path, path, form)


def _format_of(path: str, form: str | None) -> str:
    if form:
        return form
    if path == STANDARD_INPUT:
        return "jsonl"
    known = _format_by_name(Path(path))
    if known is None:
        raise bad_input(
            f"{display_name(path)}: its name ends with none of {', '.join(_BY_SUFFIX)}, nor with {' or '.join(_PACKED)} "
            f"behind it; say what it is with --format ({', '.join(FORMATS)})"
        )
    return known


def _format_by_name(file: Path) -> str | None:
    suffix = file.suffix.lower()
    if suffix in _PACKED:
        packed = _BY_SUFFIX.get(Path(file.stem).suffix.lower())
        return None if packed == "parquet" else packed
    return _BY_SUFFIX.get(suffix)


def _stem(file: Path) -> str:
    """The name without what tells its format."""
    stem = file.stem
    if file.suffix.lower() in _PACKED and Path(stem).suffix.lower() in _BY_SUFFIX:
        return Path(stem).stem
    return stem
