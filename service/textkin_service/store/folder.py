"""The data folder: its files, its lock, and what can be told of them before SQLite opens any."""

import os
import struct
from dataclasses import dataclass
from pathlib import Path

import apsw

from textkin_service.errors import StoreError
from textkin_service.store.faults import damaged, unavailable
from textkin_service.store.schema import APPLICATION_ID, PAGE_BYTES, RESERVED_BYTES, SCHEMA_VERSION

_HEADER_BYTES = 100
_MAGIC = b"SQLite format 3\0"
# Bytes 16 to 24 of SQLite's header: page size, the two format versions (2: write-ahead log), reserved bytes, and three that are
# always the same. Of all bytes, one of these could make SQLite read pages without their checksums.
_LAYOUT = struct.pack(">H6B", PAGE_BYTES, 2, 2, RESERVED_BYTES, 64, 32, 32)
_PAGES_AT, _VERSION_AT, _APPLICATION_AT = 28, 60, 68


@dataclass(frozen=True, slots=True)
class Files:
    """The paths of what a data folder holds. `unfinished`: a database that is being made."""

    folder: Path

    @property
    def database(self) -> Path:
        """Everything that is kept, but for what `log` has."""
        return self.folder / "textkin.sqlite3"

    @property
    def log(self) -> Path:
        """SQLite's write-ahead log: the latest commits, until they are copied into the database."""
        return self.folder / "textkin.sqlite3-wal"

    @property
    def unfinished(self) -> Path:
        """A database that is being made, and has this name until it is whole."""
        return self.folder / "textkin.sqlite3.new"

    @property
    def witness(self) -> Path:
        """The number of the last commit that was acknowledged."""
        return self.folder / "textkin.commits"

    @property
    def backup(self) -> Path:
        """What is noted of the last backup; no part of the data."""
        return self.folder / "textkin.backup"

    @property
    def lock(self) -> Path:
        """An empty file to lock."""
        return self.folder / "textkin.lock"


def lock(files: Files) -> apsw.Connection:
    """Takes the folder, creating it if need be, until the connection is closed or the process ends.

    The lock is SQLite's own on an empty database: it works on every system, between the threads of one process too, and the
    system frees it however the process ends. StoreError: STORE_IN_USE, STORE_UNAVAILABLE.
    """
    try:
        files.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"the data folder {files.folder} cannot be made ({error.strerror}); choose a folder that can be written to",
            reason="STORE_UNAVAILABLE",
        ) from error
    if not os.access(files.folder, os.R_OK | os.W_OK | os.X_OK):
        raise StoreError(
            f"the data folder {files.folder} cannot be written to: it belongs to another user, or its file system is"
            " read-only; make it writable, or choose another",
            reason="STORE_UNAVAILABLE",
        )
    try:
        db = apsw.Connection(str(files.lock))
        if db.readonly("main"):
            # SQLite would go on without a lock.
            db.close()
            raise unavailable(files.lock, "cannot be written to; let this user write to it")
        db.pragma("journal_mode", "memory")
        db.execute("BEGIN EXCLUSIVE")
    except (apsw.BusyError, apsw.LockedError) as error:
        raise StoreError(
            f"another process serves the data folder {files.folder}; stop it first, or choose another folder",
            reason="STORE_IN_USE",
        ) from error
    except apsw.Error as error:
        raise unavailable(
            files.lock, f"cannot be locked ({error}); it should be an empty file that this user can write to"
        ) from error
    return db


def is_new(files: Files) -> bool:
    """Says whether no store was ever made in the folder. StoreError (STORE_DAMAGED): there was one, its database is gone."""
    if files.database.exists() or files.database.is_symlink():
        return False
    for left in (files.log, files.witness):
        if left.exists():
            raise damaged(
                files.database,
                f"it is missing, though {left.name} is there; restore it from a backup, or use another data folder",
            )
    return True


def check_database(files: Files, pages: int) -> None:
    """Checks of the database what must hold before SQLite may open it: its header, and `pages` as its least size.

    Call it only when this process has no connection to the database: closing a file frees all of a process's locks on it.
    StoreError: STORE_UNAVAILABLE, STORE_DAMAGED.
    """
    path = files.database
    check_header(path)
    if not os.access(path, os.W_OK):
        raise unavailable(path, "cannot be written to; let this user write to it")
    size = path.stat().st_size
    if size < pages * PAGE_BYTES:
        raise damaged(
            path,
            f"it has {size} bytes, and had {pages * PAGE_BYTES}: its end is missing; restore it from a backup",
        )


def check_header(path: Path) -> int:
    """Checks a database's header as `check_database` does, under its condition; returns how many pages the file has by it."""
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
            size = file.seek(0, os.SEEK_END)
    except OSError as error:
        raise unavailable(
            path, f"cannot be read ({error.strerror}); have this user own a file there"
        ) from error
    if len(header) < _HEADER_BYTES:
        raise damaged(path, f"it has {size} bytes, less than a database has; restore it from a backup")
    if not header.startswith(_MAGIC):
        raise damaged(path, "it is no SQLite database; restore it from a backup, or use another data folder")
    (application,) = struct.unpack_from(">I", header, _APPLICATION_AT)
    if application != APPLICATION_ID:
        raise damaged(
            path,
            f"it is another program's, or its header is damaged (application_id {application:#x}, not {APPLICATION_ID:#x});"
            " use another data folder, or restore it from a backup",
        )
    (version,) = struct.unpack_from(">I", header, _VERSION_AT)
    if version != SCHEMA_VERSION:
        raise damaged(
            path,
            f"it has schema version {version}, this version of Textkin reads {SCHEMA_VERSION}; use the version that wrote the"
            " store, or list its articles with that and ingest them into a new data folder",
        )
    if header[16:24] != _LAYOUT:
        raise damaged(path, f"its header is damaged ({header[16:24].hex()}); restore it from a backup")
    (pages,) = struct.unpack_from(">I", header, _PAGES_AT)
    return int(pages)


def sync_folder(folder: Path) -> None:
    """Has the names of the folder's files on disk. Systems without such a call do so by themselves."""
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
