"""Reads files into records, one after another and never a file as a whole.

What cannot be read becomes a record that says where and why. Each reader leaves out the first `skip` records, good or bad:
they were taken in before.
"""

from textkin.cli._readers.json_lines import a_kind, read_json_lines
from textkin.cli._readers.record import BadRecord, Place, Position, Read, Record, invalid_bytes
from textkin.cli._readers.tables import read_csv

__all__ = [
    "BadRecord",
    "Place",
    "Position",
    "Read",
    "Record",
    "a_kind",
    "invalid_bytes",
    "read_csv",
    "read_json_lines",
]
