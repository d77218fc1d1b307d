"""Opening a data folder's database: made if there is none, refused if it is not whole, ours, and of the right scheme."""

import errno
from contextlib import closing
from datetime import datetime

import apsw

from textkin_service.errors import StoreError
from textkin_service.model import DEFAULT_COLLECTION, CollectionSettings
from textkin_service.store import folder, operations, schema, structure, witness
from textkin_service.store.connections import connect, create, fetch_one
from textkin_service.store.faults import damaged, store_error, unavailable
from textkin_service.store.folder import Files
from textkin_service.store.journal import Journal
from textkin_service.store.witness import Noted


def open_journal(files: Files, scheme: str | None, now: datetime) -> Journal:
    """Returns the writer's journal of a folder that is locked. `scheme` None: whatever it is, of a store that must be there.

    StoreError: STORE_DAMAGED, STORE_SCHEME_MISMATCH, STORE_UNAVAILABLE, STORE_FULL. Whatever is refused stays as it is.
    """
    try:
        if scheme is not None and folder.is_new(files):
            _make(files, scheme, now)
        noted = witness.read(files.witness)
        folder.check_database(files, noted.pages if noted else 0)
        db = connect(files.database)
        try:
            if scheme is not None:
                schema.check_scheme(db, files.database, scheme)
            if noted is None:
                _check_structure(db, files)
            else:
                check_nothing_is_missing(db, files, noted)
            pages = noted.pages if noted else files.database.stat().st_size // schema.PAGE_BYTES
            return Journal(db, files, Noted(number_of_commits(db), pages, noted.frames if noted else 0))
        except BaseException:
            db.close()
            raise
    except apsw.Error as error:
        refusal = store_error(error, files.database)
        if refusal is None:
            refusal = damaged(files.database, f"SQLite says {error}; restore it from a backup")
        raise refusal from error
    except OSError as error:
        raise _from_system(error, files) from error


def look_at(files: Files) -> int:
    """Checks what a start would, of a folder that may be served; returns the number of a commit that the store must have.

    StoreError: STORE_DAMAGED, STORE_UNAVAILABLE.
    """
    try:
        held = folder.lock(files)
    except StoreError as error:
        if error.reason != "STORE_IN_USE":
            raise
        # Whoever serves it has checked it, and notes one commit after another.
        noted = witness.read(files.witness)
        folder.check_header(files.database)
        return noted.commits if noted else 0
    with closing(held):
        noted = witness.read(files.witness)
        folder.check_database(files, noted.pages if noted else 0)
        try:
            with closing(connect(files.database)) as db:
                if noted:
                    check_nothing_is_missing(db, files, noted)
        except apsw.Error as error:
            raise store_error(error, files.database) or error from error
    return noted.commits if noted else 0


def number_of_commits(db: apsw.Connection) -> int:
    """Returns the number of the last commit that the database has. apsw.Error."""
    found = fetch_one(db, "SELECT number FROM commits")
    return found[0] if found else 0


def check_nothing_is_missing(db: apsw.Connection, files: Files, noted: Noted) -> None:
    """Compares the database, as the log completes it, with what the witness says. StoreError (STORE_DAMAGED); apsw.Error."""
    frames, _ = db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_NOOP)
    if frames < noted.frames:
        raise damaged(
            files.log,
            f"{frames} of its first {noted.frames} frames are whole, and {files.database.name} needs them all; restore the"
            " data folder from a backup",
        )
    commits = number_of_commits(db)
    if commits < noted.commits:
        raise damaged(
            files.log,
            f"the last {noted.commits - commits} of {noted.commits} commits, which were acknowledged, are missing; restore the"
            f" data folder from a backup, or remove {files.witness.name} to go on without them",
        )


def _check_structure(db: apsw.Connection, files: Files) -> None:
    """Goes through a database of which no witness tells whether it is whole. StoreError (STORE_DAMAGED); apsw.Error."""
    problem = next(structure.problems(db), None)
    if problem is not None:
        raise damaged(files.database, f"{problem}; restore it from a backup")


def _make(files: Files, scheme: str, now: datetime) -> None:
    """Makes an empty store. It gets its name when it is whole and on disk: an empty file of that name is no new store."""
    for left in files.folder.glob(f"{files.unfinished.name}*"):
        left.unlink()
    db = create(files.unfinished, schema.PAGE_BYTES, schema.RESERVED_BYTES)
    try:
        db.execute("BEGIN IMMEDIATE")
        schema.make_tables(db, scheme)
        operations.create_collection(db, DEFAULT_COLLECTION, CollectionSettings(), now)
        db.execute("COMMIT")
        db.pragma("journal_mode", "wal")
    finally:
        db.close()
    files.unfinished.replace(files.database)
    folder.sync_folder(files.folder)


def _from_system(error: OSError, files: Files) -> StoreError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StoreError(
            f"the disk of the data folder {files.folder} is full; make room",
            reason="STORE_FULL",
            file=files.folder,
        )
    return unavailable(
        files.witness, f"cannot be used ({error.strerror}); look after its owner and permissions"
    )
