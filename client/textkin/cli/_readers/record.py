"""Records, as every reader makes them, and what stands for one that cannot be used."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Read = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Position:
    """Where a record stands: its file, its line from 1, and a byte from the start of what the file holds, unpacked."""

    file: str
    line: int
    offset: int

    def __str__(self) -> str:
        return f"{self.file}, line {self.line} (byte {self.offset})"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands in a file that has no lines: such as "row 7", counted from 1. Empty: the file as a whole."""

    file: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}, {self.what}" if self.what else self.file


@dataclass(frozen=True, slots=True)
class Record:
    """What one line, row or page holds, by field name."""

    position: Position | Place
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A line, row or page that cannot be used, with what would be right. `id` is as given, None where unknown.

    `ends`: what follows in the file could not be read either, so that nobody knows what it held.
    """

    position: Position | Place
    problem: str
    id: Any = None
    ends: bool = False

    def __str__(self) -> str:
        return f"{self.position}: {self.problem}"


def invalid_bytes(error: UnicodeDecodeError, encoding: str) -> str:
    """What to say of bytes that are not text in the encoding."""
    return (
        f"byte 0x{error.object[error.start]:02x} is not valid {encoding.upper()}: "
        "name the file's encoding with --encoding, or save it as UTF-8"
    )
