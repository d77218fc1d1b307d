"""Cuts a stream of bytes into lines, with the place of each, in any encoding and in bounded memory."""

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass

# Longest line read. A text of the service's largest size fits several times, even with every character
# escaped.
MAX_LINE_BYTES = 64 * 1024 * 1024

_BLOCK = 256 * 1024

# Encodings that begin with a mark, the marks, and what each says of the rest; last, what no mark means.
_MARKS = {
    "utf-8": [(codecs.BOM_UTF8, "utf-8"), (b"", "utf-8")],
    "utf-8-sig": [(codecs.BOM_UTF8, "utf-8"), (b"", "utf-8")],
    "utf-16": [
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (b"", "utf-16-le"),
    ],
    "utf-32": [
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (b"", "utf-32-le"),
    ],
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its line end. `number` counts from 1, `offset` is in bytes from the stream's start.

    `data` is None for a line longer than MAX_LINE_BYTES. `encoding` is that of `data`, which holds no byte
    order mark.
    """

    number: int
    offset: int
    data: bytes | None
    encoding: str


def without_mark(head: bytes, encoding: str) -> tuple[str, int]:
    """The encoding of what follows the byte order mark, and the mark's length in bytes, 0 for none."""
    name = codecs.lookup(encoding).name
    for mark, actual in _MARKS.get(name, [(b"", name)]):
        if head.startswith(mark):
            return actual, len(mark)
    raise AssertionError("the empty mark fits any head")


def lines(read: Callable[[int], bytes], encoding: str) -> Iterator[Line]:
    """Yields the lines of what `read(n)` returns block by block, at most n bytes each, until it returns none.

    Lines end with a line feed in the given encoding; it is looked for among whole code units, so that the
    bytes of another character are never taken for one.
    """
    buffer = bytearray(read(_BLOCK))
    while buffer and len(buffer) < len(codecs.BOM_UTF32_LE) and (block := read(_BLOCK)):
        buffer += block
    actual, start = without_mark(bytes(buffer[: len(codecs.BOM_UTF32_LE)]), encoding)
    newline = "\n".encode(actual)
    del buffer[:start]

    number, offset, searched, dropped = 1, start, 0, 0
    while True:
        end = _find(buffer, newline, searched)
        if end < 0:
            whole = len(buffer) - len(buffer) % len(newline)
            if whole > MAX_LINE_BYTES:
                dropped += whole
                del buffer[:whole]
                whole = 0
            searched = whole
            block = read(_BLOCK)
            if block:
                buffer += block
                continue
            if buffer or dropped:
                yield Line(number, offset, None if dropped else bytes(buffer), actual)
            return
        end += len(newline)
        yield Line(number, offset, None if dropped else bytes(buffer[:end]), actual)
        del buffer[:end]
        number, offset, searched, dropped = number + 1, offset + dropped + end, 0, 0


def _find(buffer: bytearray, newline: bytes, start: int) -> int:
    position = buffer.find(newline, start)
    while position % len(newline) and position >= 0:
        position = buffer.find(newline, position + 1)
    return position
