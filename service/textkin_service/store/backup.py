"""A copy of a whole store in one file, made while it is served.

A reading transaction holds the state of one moment, while others go on writing. Page after page of it is copied by SQLite's
own backup, which verifies the checksum of each page that it reads and makes that of each that it writes. The copy has another
name until it is whole, looked through and on disk.
"""

import os
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import apsw

from textkin_service.store import folder
from textkin_service.store.backup_note import BackupNote, note
from textkin_service.store.connections import connect_reader, create
from textkin_service.store.faults import damaged, store_error
from textkin_service.store.folder import Files
from textkin_service.store.inspection import check_whole
from textkin_service.store.opening import look_at, number_of_commits
from textkin_service.store.schema import BACKUP_TIME, PAGE_BYTES, RESERVED_BYTES
from textkin_service.store.whole import Contents, remove

# Told how many bytes are done, of how many.
Report = Callable[[int, int], None]

_PAGES_A_STEP = 256
# What is copied goes to the disk in pieces: all at once would hold up the syncs of whoever writes to the store meanwhile.
_BYTES_A_SYNC = 16 * 1_048_576


class CopyRefused(Exception):
    """A copy is not made, or not put in place, and nothing was touched. Says why, and what would be right."""


def back_up(data: Path, target: Path, *, overwrite: bool, report: Report) -> Contents:
    """Copies the store of a data folder to the file `target`, and returns what the copy holds.

    CopyRefused; StoreError: STORE_DAMAGED, STORE_FULL, STORE_UNAVAILABLE; OSError. Then there is no new file, and what
    `overwrite` would replace is as it was.
    """
    files = Files(data)
    if not files.database.exists():
        raise CopyRefused(f"the data folder {data} holds no store; name one with --data")
    _refuse_target(target, overwrite=overwrite)
    known = look_at(files)
    partial = target.with_name(f"{target.name}.partial")
    _remove_left(partial)
    try:
        _copy(files, known, partial, report)
        held = check_whole(partial)
        _refuse_target(target, overwrite=overwrite)
        try:
            partial.replace(target)
        except FileNotFoundError as error:
            raise CopyRefused(
                f"another backup to {target} was begun meanwhile; that one will be whole"
            ) from error
        folder.sync_folder(target.absolute().parent)
    finally:
        with suppress(OSError):
            remove(partial)
    # Without the note it is as good a backup.
    with suppress(OSError):
        note(files, BackupNote(held.made_at or datetime.now(UTC), held.size))
    return held


def _refuse_target(target: Path, *, overwrite: bool) -> None:
    if not target.absolute().parent.is_dir():
        raise CopyRefused(f"there is no folder {target.absolute().parent}; make it, or choose another")
    if target.is_dir():
        raise CopyRefused(f"{target} is a folder; name a file in it")
    if target.exists() and not overwrite:
        raise CopyRefused(f"{target} is there already; choose another name, or replace it with --force")


def _remove_left(partial: Path) -> None:
    """Removes what a backup that was cut short has left. CopyRefused: another one is at work."""
    if partial.exists():
        with suppress(apsw.Error), closing(apsw.Connection(str(partial))) as db:
            try:
                db.execute("BEGIN EXCLUSIVE")
            except apsw.BusyError as error:
                raise CopyRefused(f"another backup writes {partial}; wait until it has ended") from error
    remove(partial)


def _copy(files: Files, known: int, partial: Path, report: Report) -> None:
    """Writes the copy, which has at least the commits up to the one `known`. StoreError, OSError."""
    at = files.database
    try:
        with closing(connect_reader(at)) as source:
            source.execute("BEGIN")
            if number_of_commits(source) < known:
                raise damaged(files.log, f"commits that were acknowledged are missing, up to number {known}")
            at = partial
            with closing(create(partial, PAGE_BYTES, RESERVED_BYTES)) as target, partial.open("rb") as file:
                # It has another name until it is synced, so that it needs no journal. It is locked as long as it is open.
                for pragma, value in (
                    ("locking_mode", "exclusive"),
                    ("journal_mode", "off"),
                    ("synchronous", "off"),
                ):
                    target.pragma(pragma, value)
                # The extension makes no checksums before it has seen a header, and SQLite writes that last where it runs out
                # of cache.
                target.execute("CREATE TABLE replaced (whole)")
                _copy_pages(source, target, file.fileno(), report)
                now = datetime.now(UTC).isoformat(timespec="seconds")
                target.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (BACKUP_TIME, now))
                target.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
                os.fsync(file.fileno())
    except apsw.Error as error:
        raise store_error(error, at) or error from error


def _copy_pages(source: apsw.Connection, target: apsw.Connection, file: int, report: Report) -> None:
    unsynced = 0
    with target.backup("main", source, "main") as copying:
        while not copying.done:
            copying.step(_PAGES_A_STEP)
            unsynced += _PAGES_A_STEP * PAGE_BYTES
            if unsynced >= _BYTES_A_SYNC:
                os.fsync(file)
                unsynced = 0
            done = copying.page_count - copying.remaining
            report(done * PAGE_BYTES, copying.page_count * PAGE_BYTES)
