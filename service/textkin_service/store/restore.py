"""A backup put in place as a data folder's store, at once or not at all."""

import errno
import os
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import apsw

from textkin_service.errors import StoreError
from textkin_service.store import folder, schema, witness
from textkin_service.store.backup import CopyRefused, Report
from textkin_service.store.connections import connect
from textkin_service.store.folder import Files
from textkin_service.store.inspection import check_whole
from textkin_service.store.opening import check_nothing_is_missing, number_of_commits
from textkin_service.store.schema import PAGE_BYTES
from textkin_service.store.whole import Contents, open_whole, remove
from textkin_service.store.witness import Noted, Witness

_BYTES_A_STEP = 4 * 1_048_576


@dataclass(frozen=True, slots=True)
class Restored:
    """What the data folder holds now. `aside`: the folder that keeps what it held before; None: it held nothing."""

    contents: Contents
    aside: Path | None


def restore(source: Path, data: Path, scheme: str, *, replace: bool, report: Report) -> Restored:
    """Makes the backup `source` the store of the data folder, which nobody serves and, without `replace`, holds none.

    `scheme`: that of the sketches that the service will make. CopyRefused; StoreError: STORE_DAMAGED, STORE_SCHEME_MISMATCH,
    STORE_IN_USE, STORE_UNAVAILABLE; OSError. Then the folder holds what it held.
    """
    with closing(open_whole(source)) as db:
        schema.check_scheme(db, source, scheme)
    files = Files(data)
    with closing(folder.lock(files)):
        if _holds_anything(files) and not replace:
            raise CopyRefused(
                f"the data folder {data} holds a store; choose another with --data, or have it set aside with --force"
            )
        new = files.unfinished
        try:
            remove(new)
            _copy(source, new, report)
            held = check_whole(new, source)
            noted = _noted(new)
            aside = _set_aside(files) if _holds_anything(files) else None
            new.replace(files.database)
        finally:
            with suppress(OSError):
                remove(new)
        # Until there is a new witness, what the old one says is of what was there before.
        files.witness.unlink(missing_ok=True)
        Witness(files.witness, noted).close()
        folder.sync_folder(data)
    return Restored(held, aside)


def _holds_anything(files: Files) -> bool:
    return any(each.exists() for each in _kept(files))


def _kept(files: Files) -> tuple[Path, ...]:
    return files.database, files.log, files.witness


def _copy(source: Path, new: Path, report: Report) -> None:
    """Copies a file and has it on disk. OSError."""
    total, done = source.stat().st_size, 0
    with source.open("rb") as read, new.open("xb") as written:
        while data := read.read(_BYTES_A_STEP):
            written.write(data)
            done += len(data)
            report(done, total)
        written.flush()
        os.fsync(written.fileno())


def _noted(path: Path) -> Noted:
    """Returns what a witness of a whole file has to say."""
    with closing(open_whole(path)) as db:
        return Noted(number_of_commits(db), path.stat().st_size // PAGE_BYTES)


def _set_aside(files: Files) -> Path:
    """Gives all that the folder holds a second name, and takes away whatever must not meet another database.

    Whenever it is cut short, the folder holds a whole store, what it held, or something that no service starts on. Returns
    the folder of the second names. OSError.
    """
    _settle_log(files)
    aside = files.folder / f"replaced-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    aside.mkdir()
    for each in _kept(files):
        if each.exists():
            _link(each, aside / each.name)
    folder.sync_folder(aside)
    folder.sync_folder(files.folder)
    if files.log.exists() and files.log.stat().st_size:
        # What is damaged, or another version's. No service takes a folder for new that has a witness and no database.
        files.witness.touch()
        files.database.unlink(missing_ok=True)
    else:
        files.witness.unlink(missing_ok=True)
    for suffix in ("-wal", "-shm"):
        files.database.with_name(files.database.name + suffix).unlink(missing_ok=True)
    return aside


def _settle_log(files: Files) -> None:
    """Copies the log of a store that is sound into its database, so that this alone is whole."""
    with suppress(StoreError, apsw.Error, OSError):
        noted = witness.read(files.witness)
        folder.check_database(files, noted.pages if noted else 0)
        with closing(connect(files.database)) as db:
            if noted:
                check_nothing_is_missing(db, files, noted)
            db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)


def _link(path: Path, name: Path) -> None:
    try:
        os.link(path, name)
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK}:
            raise
        raise CopyRefused(
            f"the file system of {path.parent} gives a file no second name; move what the folder holds away, and restore"
            " without --force"
        ) from error
