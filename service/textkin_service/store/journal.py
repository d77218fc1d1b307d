"""The writer's connection: numbered commits, each noted in the witness, and the copying of the log into the database."""

import contextlib

import apsw

from textkin_service.errors import StoreError
from textkin_service.store.folder import Files
from textkin_service.store.frames import check_frames
from textkin_service.store.schema import PAGE_BYTES
from textkin_service.store.witness import Noted, Witness

# As SQLite does by default. The log of news articles has 8 MiB by then.
_FRAMES_A_CHECKPOINT = 1_000


class Journal:
    """Transactions on a database that was checked, for use by one thread at a time.

    `noted` is what its witness is to say first, with the number of commits in the database.
    """

    def __init__(self, db: apsw.Connection, files: Files, noted: Noted) -> None:
        """OSError: the witness cannot be written."""
        self.db = db
        self._database, self._log = files.database, files.log
        self._commits, self._pages, self._needed = noted.commits, noted.pages, noted.frames
        self._witness = Witness(files.witness, noted)
        self._changes = 0
        self._frames = 0
        self._next_checkpoint = _FRAMES_A_CHECKPOINT
        db.set_wal_hook(self._log_grew)

    def begin(self) -> None:
        """Begins a transaction. apsw.Error."""
        self._changes = self.db.total_changes()
        self.db.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Has the transaction on disk, and notes that it is. apsw.Error: it is not, and is still to be rolled back."""
        changed = self.db.total_changes() != self._changes
        if changed:
            self.db.execute("UPDATE commits SET number = ?", (self._commits + 1,))
        self.db.execute("COMMIT")
        if changed:
            self._commits += 1
            # A witness that is behind proves less and refuses nothing: the commit is on disk, and is acknowledged.
            with contextlib.suppress(OSError):
                self._witness.note(Noted(self._commits, self._pages, self._needed))

    def rollback(self) -> None:
        """Undoes the transaction, if there is one. apsw.Error."""
        if self.db.in_transaction:
            self.db.execute("ROLLBACK")

    def checkpoint_if_due(self) -> None:
        """Copies the log into the database once it has grown long enough.

        StoreError (STORE_DAMAGED): it is damaged, and nothing was copied. apsw.Error, OSError: it goes on growing.
        """
        if self._frames >= self._next_checkpoint:
            # If it fails, the next attempt is not at the next commit.
            self._next_checkpoint = self._frames + _FRAMES_A_CHECKPOINT
            self.checkpoint()

    def checkpoint(self) -> None:
        """Copies the log into the database. Then the log begins anew, when no reader needs it any more.

        Raises as `checkpoint_if_due` does.
        """
        frames, copied = self.db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_NOOP)
        if copied < frames:
            check_frames(self._log, copied, frames)
            self._needed = frames
            self._witness.note(Noted(self._commits, self._pages, self._needed))
            self.db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        self._pages, self._needed = self._database.stat().st_size // PAGE_BYTES, 0
        # Synced before the log begins anew: after a power cut the witness must not ask for frames that are no more.
        self._witness.settle(Noted(self._commits, self._pages))
        self._next_checkpoint = _FRAMES_A_CHECKPOINT

    def close(self, *, tidy: bool) -> None:
        """Closes the connection. `tidy`: copies the log into the database and removes it, if no reader is left."""
        try:
            if tidy:
                # What is damaged is left to the next start, which refuses it.
                with contextlib.suppress(apsw.Error, OSError, StoreError):
                    self.checkpoint()
                    self.db.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0)
        finally:
            self.db.close()
            self._witness.close()

    def _log_grew(self, _db: apsw.Connection, _name: str, frames: int) -> int:
        self._frames = frames
        return apsw.SQLITE_OK
