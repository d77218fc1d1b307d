"""How far files were taken in, kept so that an interrupted ingest goes on there.

A mark only spares work: an article that is sent again is answered `unchanged`. So whatever is in doubt is read from its
beginning: a file that was written to since, marks that cannot be read, a service that lost what it had acknowledged.

The marks are one small SQLite database for all services, which makes changes all or none, also for processes that are killed
and for several at a time.
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from textkin.cli._sources import Source
from textkin.errors import InvalidRequest, TextkinError

# "txki", and the layout of the tables: what else is at the marks' place is not ours.
_APPLICATION = 0x74786B69
_LAYOUT = 1

_TABLES = f"""
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {_LAYOUT};
CREATE TABLE mark (
    service TEXT NOT NULL, collection TEXT NOT NULL, source TEXT NOT NULL,
    state TEXT NOT NULL, records INTEGER NOT NULL, failed INTEGER NOT NULL, complete INTEGER NOT NULL,
    PRIMARY KEY (service, collection, source)
) WITHOUT ROWID;
CREATE TABLE last (
    service TEXT NOT NULL, collection TEXT NOT NULL, article TEXT NOT NULL,
    PRIMARY KEY (service, collection)
) WITHOUT ROWID;
"""

# How long to wait for another process that writes its marks.
_BUSY_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Mark:
    """How much of a file was dealt with: so many records from its start, of which `failed` never can be taken in."""

    records: int = 0
    failed: int = 0
    complete: bool = False


class UnreadableError(Exception):
    """The marks cannot be kept; the message says why."""


class Marks:
    """The marks of one service and collection. Not safe for threads by itself."""

    def __init__(self, path: Path | None, service: str, collection: str, encoding: str) -> None:
        """Opens the marks at `path`, made if need be; None: for as long as the process lives.

        Raises UnreadableError if they cannot be opened; marks that are damaged are put aside, and `put_aside` says where.
        """
        self.put_aside: Path | None = None
        self._of = (service, collection)
        self._encoding = encoding
        try:
            if path:
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                self._database = _opened(path)
            except _ForeignError:
                if path is None:
                    raise
                self.put_aside = path.with_name(f"{path.name}.unreadable")
                path.replace(self.put_aside)
                self._database = _opened(path)
        except (OSError, sqlite3.Error) as error:
            raise UnreadableError(f"{path}: {error}") from error

    def close(self) -> None:
        """Closes the database."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def last_article(self) -> str | None:
        """The id of the article that was acknowledged last; None if there are no marks. Raises UnreadableError."""
        with _told():
            row = self._database.execute(
                "SELECT article FROM last JOIN mark USING (service, collection) WHERE (service, collection) = (?, ?) LIMIT 1",
                self._of,
            ).fetchone()
        return str(row[0]) if row else None

    def of(self, source: Source) -> Mark:
        """How far a file was dealt with, as it is now: nothing of one that has changed since, or where nobody can tell."""
        try:
            row = self._database.execute(
                "SELECT state, records, failed, complete FROM mark WHERE (service, collection, source) = (?, ?, ?)",
                (*self._of, self._key(source)),
            ).fetchone()
        except sqlite3.Error:
            return Mark()
        if row is None or row[0] != state_of(source):
            return Mark()
        return Mark(row[1], row[2], bool(row[3]))

    def keep(self, marks: dict[Source, tuple[str, Mark]], last_article: str | None) -> None:
        """Keeps the marks of files, each with the file's state at that time, all or none. Raises UnreadableError."""
        with self._change():
            self._database.executemany(
                "INSERT OR REPLACE INTO mark VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    (*self._of, self._key(source), state, mark.records, mark.failed, mark.complete)
                    for source, (state, mark) in marks.items()
                ),
            )
            if last_article is not None:
                self._database.execute(
                    "INSERT OR REPLACE INTO last VALUES (?, ?, ?)", (*self._of, last_article)
                )

    def forget(self) -> None:
        """Drops all marks of the service and collection. Raises UnreadableError."""
        with self._change():
            self._database.execute("DELETE FROM mark WHERE (service, collection) = (?, ?)", self._of)

    def forget_files(self, sources: Iterable[Source]) -> None:
        """Drops the marks of files. Raises UnreadableError."""
        with self._change():
            self._database.executemany(
                "DELETE FROM mark WHERE (service, collection, source) = (?, ?, ?)",
                ((*self._of, self._key(source)) for source in sources),
            )

    @contextmanager
    def _change(self) -> Iterator[None]:
        with _told(), self._database:
            yield

    def _key(self, source: Source) -> str:
        """What names a file and how it is read: the same bytes read otherwise are other articles."""
        return json.dumps([str(Path(source.path).resolve()), source.id, source.format, self._encoding])


class _ForeignError(sqlite3.DatabaseError):
    """What is at the marks' place is no marks, or damaged ones."""


def place_of_marks() -> Path:
    """Where marks are kept: in the user's folder for state, by the XDG Base Directory Specification.

    Raises UnreadableError for a user without a folder.
    """
    state = os.environ.get("XDG_STATE_HOME", "")
    try:
        folder = Path(state) if Path(state).is_absolute() else Path.home() / ".local" / "state"
    except RuntimeError:
        raise UnreadableError("there is no home folder: name a folder in XDG_STATE_HOME") from None
    return folder / "textkin" / "ingest.sqlite"


def state_of(source: Source) -> str:
    """What changes whenever a file is written to, also by who sets its time back. Empty for a file that is gone."""
    try:
        found = Path(source.path).stat()
    except OSError:
        return ""
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"


def is_refused_for_good(error: TextkinError) -> bool:
    """Whether the article itself is at fault, so that to send it again would change nothing."""
    return isinstance(error, InvalidRequest)


@contextmanager
def _told() -> Iterator[None]:
    """Tells errors of the database as what they mean here."""
    try:
        yield
    except sqlite3.Error as error:
        raise UnreadableError(str(error)) from error


def _opened(path: Path | None) -> sqlite3.Connection:
    # The lock of who uses the marks keeps its threads apart.
    database = sqlite3.connect(path or ":memory:", timeout=_BUSY_SECONDS, check_same_thread=False)
    try:
        # Not synced to disk: after a power cut older marks are as right as newer ones.
        database.execute("PRAGMA synchronous = OFF")
        with database:
            database.execute("BEGIN IMMEDIATE")
            application, layout = (
                database.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("application_id", "user_version")
            )
            if (application, layout) != (_APPLICATION, _LAYOUT):
                if database.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                    raise _ForeignError("not the marks of an ingest")
                for statement in _TABLES.split(";"):
                    database.execute(statement)
            if database.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise _ForeignError("damaged")
    except sqlite3.OperationalError:
        database.close()
        raise
    except sqlite3.DatabaseError as error:
        database.close()
        raise _ForeignError(str(error)) from error
    return database
