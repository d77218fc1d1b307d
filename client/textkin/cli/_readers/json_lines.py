"""Reads JSON Lines into records."""

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from textkin.cli._lines import Line, lines
from textkin.cli._readers.record import BadRecord, Position, Read, Record
from textkin.cli._readers.text_lines import decoded


def read_json_lines(read: Read, file: str, encoding: str, skip: int = 0) -> Iterator[Record | BadRecord]:
    """Yields a record for every line that is not blank."""
    for line in lines(read, encoding):
        text = decoded(line, file)
        if isinstance(text, str) and not text.strip():
            continue
        if skip:
            skip -= 1
        elif isinstance(text, BadRecord):
            yield text
        else:
            yield _json_record(text, line, file)


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
