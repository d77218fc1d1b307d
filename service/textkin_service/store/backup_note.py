"""What is noted in a data folder of its last backup, for whoever watches whether there is a recent one."""

import json
import os
from dataclasses import dataclass
from datetime import datetime

from textkin_service.store.folder import Files


@dataclass(frozen=True, slots=True)
class BackupNote:
    """When the last backup was made that is whole, and how many bytes it has."""

    made_at: datetime
    size: int


def note(files: Files, made: BackupNote) -> None:
    """Notes a backup in the place of the one before. OSError."""
    fresh = files.backup.with_name(f"{files.backup.name}.{os.getpid()}")
    try:
        values = {"made_at": made.made_at.isoformat(), "bytes": made.size}
        fresh.write_text(json.dumps(values) + "\n", encoding="utf-8")
        fresh.replace(files.backup)
    finally:
        fresh.unlink(missing_ok=True)


def read(files: Files) -> BackupNote | None:
    """Returns what was noted last. None: nothing, or nothing that can be read."""
    try:
        values = json.loads(files.backup.read_text(encoding="utf-8"))
        made_at, size = datetime.fromisoformat(values["made_at"]), int(values["bytes"])
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None
    return None if made_at.tzinfo is None else BackupNote(made_at, size)
