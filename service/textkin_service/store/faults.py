"""What SQLite and the system report of the store's files, as the StoreError that it is."""

import errno
from pathlib import Path

import apsw

from textkin_service.errors import StoreError

RESTORE = "stop the service, have `textkin-service check` name all that is damaged, restore a backup"

# By extended code. A page whose checksum does not fit is IOERR_DATA; a disk that cannot read a sector, IOERR_READ.
_DAMAGE = {apsw.SQLITE_IOERR_DATA, apsw.SQLITE_IOERR_CORRUPTFS, apsw.SQLITE_IOERR_READ}
_DAMAGE_KINDS = {apsw.SQLITE_CORRUPT, apsw.SQLITE_NOTADB, apsw.SQLITE_FORMAT}
# SQLite takes only ENOSPC for a full disk. A quota, or a limit on a file's size, is met in the same way.
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_UNAVAILABLE_KINDS = {
    apsw.SQLITE_IOERR,
    apsw.SQLITE_CANTOPEN,
    apsw.SQLITE_READONLY,
    apsw.SQLITE_PERM,
    apsw.SQLITE_BUSY,
    apsw.SQLITE_LOCKED,
    apsw.SQLITE_PROTOCOL,
}


def is_unsynced(error: apsw.Error) -> bool:
    """Says whether the system could not say that what was written is on disk: what it forgot meanwhile is unknown."""
    return getattr(error, "extendedresult", apsw.SQLITE_MISUSE) in {
        apsw.SQLITE_IOERR_FSYNC,
        apsw.SQLITE_IOERR_DIR_FSYNC,
    }


def damaged(path: Path, problem: str) -> StoreError:
    """Returns the error of a file that is not as it was written."""
    return StoreError(
        f"{path.name} is damaged: {problem}", reason="STORE_DAMAGED", metadata={"file": path.name}, file=path
    )


def unavailable(path: Path, problem: str) -> StoreError:
    """Returns the error of a file that cannot be used as it stands there."""
    return StoreError(
        f"{path.name} {problem}", reason="STORE_UNAVAILABLE", metadata={"file": path.name}, file=path
    )


def store_error(error: apsw.Error, database: Path, system_errno: int = 0) -> StoreError | None:
    """Returns what SQLite reported: STORE_DAMAGED, STORE_FULL, STORE_UNAVAILABLE. None: a defect of ours.

    `system_errno`: the system's last error on that connection.
    """
    code = getattr(error, "extendedresult", apsw.SQLITE_MISUSE)
    kind = code & 0xFF
    if code in _DAMAGE or kind in _DAMAGE_KINDS:
        what = "the checksum of a page does not fit" if code == apsw.SQLITE_IOERR_DATA else str(error)
        return damaged(database, f"{what}; {RESTORE}")
    if kind == apsw.SQLITE_FULL or (kind == apsw.SQLITE_IOERR and system_errno in _NO_ROOM):
        return StoreError(
            "the disk of the data folder is full, and nothing of the change was kept; make room, then send it again",
            reason="STORE_FULL",
            file=database,
        )
    if kind in _UNAVAILABLE_KINDS:
        return unavailable(database, f"cannot be used ({error}); look after its disk, owner and permissions")
    return None
