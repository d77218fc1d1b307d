"""The witness: a small file that says which commit was acknowledged last, so that a start can tell if any is gone.

SQLite's log ends, for whoever reads it after a crash, at the first frame that is not whole. That is right for a commit which
the crash cut short, and would be a silent loss where the log was damaged later. So each commit has a number, which the
database keeps and the witness too: written after the commit was synced, and before it is acknowledged. It is not synced
itself, so that after a power cut it may be behind the database, which is harmless, and never ahead of it.

While the log is copied into the database, the database alone may be half of one state and half of another, so the witness
says by then how many frames the log must have.

There are two records, written in turn, each with a checksum: damage, or a write cut short, leaves the one before.
"""

import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

_MAGIC = b"TXKNCMT1"
_RECORD = struct.Struct("<8sQQQQ")  # magic, serial number of the record, commits, pages, frames
_CHECKSUM = struct.Struct("<I")
_RECORD_BYTES = _RECORD.size + _CHECKSUM.size
# No sector of a disk holds both.
_STRIDE = 4_096
_RECORDS = 2


@dataclass(frozen=True, slots=True)
class Noted:
    """What the witness says: how many commits there were, the least number of pages of the database's file, and `frames`.

    `frames`: how many the log has at least; 0: the database would do without it, up to some commit.
    """

    commits: int
    pages: int
    frames: int = 0


def read(path: Path) -> Noted | None:
    """Returns what was noted last. None: there is no witness, or nothing of it can be relied on. OSError."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    records = [_parsed(data[start : start + _RECORD_BYTES]) for start in (0, _STRIDE)]
    whole = [record for record in records if record is not None]
    return max(whole, key=lambda record: record[0])[1] if whole else None


def _parsed(data: bytes) -> tuple[int, Noted] | None:
    """Returns the serial number of a record and what it says."""
    if len(data) < _RECORD_BYTES or _CHECKSUM.unpack_from(data, _RECORD.size)[0] != zlib.crc32(
        data[: _RECORD.size]
    ):
        return None
    magic, serial, commits, pages, frames = _RECORD.unpack_from(data)
    return (serial, Noted(commits, pages, frames)) if magic == _MAGIC else None


class Witness:
    """The witness of a store that is open, for use by one thread at a time."""

    def __init__(self, path: Path, noted: Noted) -> None:
        """Makes the file, or makes it anew. OSError."""
        self._serial = 0
        path.touch()
        self._file = path.open("r+b", buffering=0)
        try:
            self.settle(noted)
        except BaseException:
            self._file.close()
            raise

    def note(self, noted: Noted) -> None:
        """Writes what is true from now on. OSError."""
        self._serial += 1
        record = _RECORD.pack(_MAGIC, self._serial, noted.commits, noted.pages, noted.frames)
        self._file.seek(self._serial % _RECORDS * _STRIDE)
        self._file.write(record + _CHECKSUM.pack(zlib.crc32(record)))

    def settle(self, noted: Noted) -> None:
        """Writes it in both records and has them on disk: from now on nothing that was noted before is true. OSError."""
        for _ in range(_RECORDS):
            self.note(noted)
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Closes the file."""
        self._file.close()
