"""Lines of bytes as text."""

from textkin.cli._lines import MAX_LINE_BYTES, Line
from textkin.cli._readers.record import BadRecord, Position, invalid_bytes


def decoded(line: Line, file: str) -> str | BadRecord:
    """The text of a line, or why it has none."""
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
