"""The data folder: whether it can be used, whether somebody serves it, and what it holds. Nothing in it is made or changed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw

from textkin_service.doctor.finding import Finding, ok, problem, warning
from textkin_service.errors import StoreError
from textkin_service.store import witness
from textkin_service.store.backup_note import read as read_note
from textkin_service.store.connections import connect_reader, connect_whole
from textkin_service.store.folder import Files, check_database, check_header, is_new
from textkin_service.store.schema import check_scheme
from textkin_service.store.whole import Contents, contents

_MIB, _GIB = 1_048_576, 1_073_741_824
# A write-ahead log grows to 8 MiB before it is copied, and longer while somebody reads.
_LEAST_FREE, _LITTLE_FREE = 64 * _MIB, _GIB
_OLD_BACKUP = timedelta(days=7)
# SQLite's locks and its shared memory do not work over these.
_NETWORKED = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "ceph",
    "glusterfs",
    "fuse.sshfs",
    "fuse.glusterfs",
    "afs",
}
_MOUNTS = Path("/proc/mounts")


@dataclass(frozen=True, slots=True)
class Held:
    """What a data folder holds; `served`: somebody serves it now."""

    served: bool = False
    contents: Contents | None = None


class FolderCheck:
    """Looks at a data folder. `held` tells what it holds, once `findings` has been gone through."""

    def __init__(self, folder: Path, scheme: str) -> None:
        self._folder = folder
        self._files = Files(folder)
        self._scheme = scheme
        self.held = Held()

    def findings(self) -> Iterator[Finding]:
        """Yields what is found."""
        place = _there(self._folder)
        yield self._rights(place)
        if not place.is_dir() or not _may_use(place):
            return
        # Of a folder that the first start makes, that of the one above it.
        yield self._room(place)
        yield self._disk(place)
        if place != self._folder:
            return
        lock, served = self._lock()
        self.held = Held(served)
        yield lock
        try:
            if is_new(self._files):
                yield ok("store", "there is none yet; the first start makes it")
                return
            yield self._store(served=served)
        except StoreError as error:
            # Its message says what to do, too.
            message, _, remedy = error.message.partition("; ")
            yield problem(
                "store", f"{error.reason}: {message}", remedy or "look at docs/operations.md, Damage"
            )
            return
        yield self._backup()

    def _rights(self, place: Path) -> Finding:
        folder, check = self._folder, "data folder"
        if folder.exists() and not folder.is_dir():
            return problem(check, f"{folder} is not a folder", "choose another with --data")
        if not _may_use(place):
            who = f"user {os.geteuid()}" if hasattr(os, "geteuid") else "this user"
            return problem(
                check,
                f"{place} cannot be written to by {who}",
                f"chown or chmod {place}, or choose another with --data",
            )
        if place != folder:
            return ok(check, f"{folder} is not there yet, and can be made")
        for file in (self._files.database, self._files.log, self._files.witness, self._files.lock):
            if file.exists() and not os.access(file, os.R_OK | os.W_OK):
                return problem(check, f"{file} cannot be written to", f"let the service's user own {file}")
        return ok(check, f"{folder} can be written to")

    def _room(self, place: Path) -> Finding:
        free = shutil.disk_usage(place).free
        size = sum(each.stat().st_size for each in (self._files.database, self._files.log) if each.exists())
        message = f"{free / _GIB:,.1f} GiB free, {size / _GIB:,.1f} GiB used"
        remedy = (
            "make room on the disk: 3.5 KB an article of 400 words, and as much again for a backup beside it"
        )
        if free < _LEAST_FREE:
            return problem("disk space", message, remedy)
        return (
            warning("disk space", message, remedy)
            if free < max(_LITTLE_FREE, size // 2)
            else ok("disk space", message)
        )

    def _disk(self, place: Path) -> Finding:
        kind = _file_system(place)
        if kind in _NETWORKED:
            return problem(
                "file system",
                f"{place} is on {kind}, over which SQLite's locks are not safe",
                "choose a folder on a local disk",
            )
        return ok("file system", kind or "not known")

    def _lock(self) -> tuple[Finding, bool]:
        """Returns whether another process has the folder."""
        if not self._files.lock.exists():
            return ok("lock", "nobody serves the folder"), False
        try:
            with closing(apsw.Connection(str(self._files.lock), flags=apsw.SQLITE_OPEN_READWRITE)) as db:
                db.pragma("journal_mode", "memory")
                db.execute("BEGIN EXCLUSIVE")
        except (apsw.BusyError, apsw.LockedError):
            return ok("lock", "a service has the folder now: no second one can have it"), True
        except apsw.Error as error:
            return problem(
                "lock",
                f"{self._files.lock} cannot be locked ({error})",
                "it should be an empty file of this user",
            ), False
        return ok("lock", "nobody serves the folder"), False

    def _store(self, *, served: bool) -> Finding:
        """Looks at what a start would refuse first. StoreError."""
        files = self._files
        if served:
            check_header(files.database)
        else:
            noted = witness.read(files.witness)
            check_database(files, noted.pages if noted else 0)
        unfinished = not served and files.log.exists() and files.log.stat().st_size > 0
        try:
            # Of a folder that nobody serves the database alone is read: to open the log would make files.
            with closing(connect_reader(files.database) if served else connect_whole(files.database)) as db:
                check_scheme(db, files.database, self._scheme)
                held = contents(db, files.database)
        except apsw.Error as error:
            if not unfinished:
                return problem(
                    "store",
                    f"SQLite says {error}",
                    f"textkin-service --data {self._folder} check tells what is damaged; restore the last sound backup",
                )
            return ok("store", "it was not closed; the next start takes up its log first")
        self.held = Held(served, held)
        said = f"{held.articles:,} articles in {held.collections:,} collections"
        if unfinished:
            said += ", and what its log has, which the next start takes up"
        return ok("store", said)

    def _backup(self) -> Finding:
        note, check = read_note(self._files), "backup"
        remedy = (
            f"textkin-service --data {self._folder} backup FILE, on a schedule (docs/operations.md, Backup)"
        )
        if note is None:
            if self.held.contents is None or not self.held.contents.articles:
                return ok(check, "none was made, and there is nothing in the store")
            return warning(check, "none was made of this folder", remedy)
        age = datetime.now(UTC) - note.made_at
        message = f"the last was made {note.made_at:%Y-%m-%d %H:%M} UTC"
        return warning(check, message, remedy) if age > _OLD_BACKUP else ok(check, message)


def _there(folder: Path) -> Path:
    """Returns the folder, or the nearest above it that is there."""
    place = folder.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    return folder if place == folder.absolute() else place


def _may_use(folder: Path) -> bool:
    return os.access(folder, os.R_OK | os.W_OK | os.X_OK)


def _file_system(folder: Path) -> str:
    """Returns the kind of file system that a folder is on; empty where the system does not tell."""
    try:
        mounts = [line.split()[1:3] for line in _MOUNTS.read_text(encoding="utf-8").splitlines()]
    except OSError:
        return ""
    place = folder.resolve()
    within = [(point, kind) for point, kind in mounts if place.is_relative_to(point.replace("\\040", " "))]
    # Of two at one place the later is in force, as where a share is mounted over the point that asks for it.
    return max(reversed(within), key=lambda each: len(each[0]), default=("", ""))[1]
