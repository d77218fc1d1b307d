"""A disk that may lose power: what a process writes and syncs is recorded, and any state built that a cut could have left.

What was synced stays. Of what was written since, any part may be on the disk, in any order and torn at sectors, as disks
have it. Of the names made, changed and removed since their folder was synced, the first few are, as file systems have it.

Run as a script, `power.py FOLDER RECORD`, it works with a store in FOLDER and pickles the record.
"""

import os
import pickle
import random
import stat
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import apsw

SECTOR = 512


@dataclass(frozen=True)
class Write:
    """Bytes written to a file, whatever its name is by then; `data` None: the file is cut to `offset` bytes."""

    file: int
    offset: int
    data: bytes | None


@dataclass(frozen=True)
class Sync:
    file: int


@dataclass(frozen=True)
class Name:
    """A name given to a file, or taken away (`file` None), in the one folder there is."""

    name: str
    file: int | None


@dataclass(frozen=True)
class NamesSync:
    pass


@dataclass(frozen=True)
class Started:
    """The program has handed in its change of this number."""

    change: int


@dataclass(frozen=True)
class Acknowledged:
    change: int


@dataclass
class Recorder:
    """Hears of everything that is done to the files of a folder."""

    folder: Path
    events: list = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)

    def file_at(self, path):
        """The file that a path names, made if there is none; None for paths elsewhere and for what is no data."""
        path = Path(path)
        if path.parent != self.folder or path.name.endswith(("-shm", ".lock", ".lock-journal")):
            return None
        if path.name not in self.names:
            self.named(path.name, len(self.events))
        return self.names[path.name]

    def named(self, name, file):
        self.names[name] = file
        self.events.append(Name(name, file))

    def removed(self, path):
        if self.names.pop(Path(path).name, None) is not None:
            self.events.append(Name(Path(path).name, None))

    def renamed(self, path, new):
        file = self.names.pop(Path(path).name, None)
        if file is not None:
            self.named(Path(new).name, file)
            self.events.append(Name(Path(path).name, None))

    def wrote(self, path, offset, data):
        file = self.file_at(path)
        if file is not None:
            self.events.append(Write(file, offset, data))

    def synced(self, path):
        file = self.file_at(path)
        if file is not None:
            self.events.append(Sync(file))

    def heard(self, event, values):
        """What Python itself does to files, as an audit hook hears it before it is done."""
        if event == "open" and isinstance(values[0], str) and isinstance(values[2], int):
            if values[2] & os.O_CREAT:
                self.file_at(values[0])
        elif event == "os.remove" and Path(values[0]).exists():
            self.removed(values[0])
        elif event == "os.rename":
            self.renamed(values[0], values[1])


class RecordingVFS(apsw.VFS):
    """SQLite's own, which the checksums are put on, with a recorder in between."""

    def __init__(self, recorder):
        self.recorder = recorder
        super().__init__("recording", base="unix", makedefault=True)

    def xOpen(self, name, flags):  # noqa: N802 - as SQLite has it
        return RecordingFile(self.recorder, name, flags)

    def xDelete(self, name, sync_folder):  # noqa: N802
        super().xDelete(name, sync_folder)
        self.recorder.removed(name)
        if sync_folder:
            self.recorder.events.append(NamesSync())


class RecordingFile(apsw.VFSFile):
    def __init__(self, recorder, name, flags):
        self.recorder = recorder
        self.path = None
        if name is not None:
            self.path = name.filename() if isinstance(name, apsw.URIFilename) else name
        super().__init__("unix", name, flags)
        if self.path is not None and flags[0] & apsw.SQLITE_OPEN_CREATE:
            recorder.file_at(self.path)
        # os_unix.c syncs the folder with the first sync of a log or journal that it has made.
        self.syncs_names = bool(flags[0] & (apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL))

    def xWrite(self, data, offset):  # noqa: N802
        super().xWrite(data, offset)
        if self.path is not None:
            self.recorder.wrote(self.path, offset, bytes(data))

    def xTruncate(self, size):  # noqa: N802
        super().xTruncate(size)
        if self.path is not None:
            self.recorder.wrote(self.path, size, None)

    def xSync(self, flags):  # noqa: N802
        super().xSync(flags)
        if self.path is not None:
            self.recorder.synced(self.path)
            if self.syncs_names:
                self.recorder.events.append(NamesSync())


def after_a_cut(events, seed):
    """Returns the files, by name, that a disk may have when power goes after `events`."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    contents, unsynced, names, new_names = _synced(events)
    _rename(names, new_names[: draw.randint(0, len(new_names))])
    # Some disks keep nearly all of it, some nearly nothing.
    kept = draw.choice((0.0, 0.1, 0.5, 0.9, 1.0))
    for file, writes in unsynced.items():
        for write in writes:
            for piece in _sectors(write):
                if draw.random() < kept:
                    _apply(contents[file], piece)
    return {name: bytes(contents[file]) for name, file in names.items()}


def _synced(events):
    """Returns what is on disk, contents by file and files by name, and, in their order, the writes and names that may be."""
    contents, unsynced = defaultdict(bytearray), defaultdict(list)
    names, new_names = {}, []
    for event in events:
        match event:
            case Write():
                unsynced[event.file].append(event)
            case Sync():
                for write in unsynced.pop(event.file, ()):
                    _apply(contents[event.file], write)
            case Name():
                new_names.append(event)
            case NamesSync():
                _rename(names, new_names)
                new_names = []
    return contents, unsynced, names, new_names


def _rename(names, changes):
    for change in changes:
        if change.file is None:
            names.pop(change.name, None)
        else:
            names[change.name] = change.file


def _sectors(write):
    if write.data is None:
        return [write]
    ends = [*range(SECTOR - write.offset % SECTOR, len(write.data), SECTOR), len(write.data)]
    starts = [0, *ends[:-1]]
    return [
        Write(write.file, write.offset + start, write.data[start:end])
        for start, end in zip(starts, ends, strict=True)
    ]


def _apply(content, write):
    if write.data is None:
        del content[write.offset :]
        return
    missing = write.offset - len(content)
    content.extend(bytes(max(missing, 0)))
    content[write.offset : write.offset + len(write.data)] = write.data


def _record(folder, out):
    recorder = Recorder(folder)
    recording = RecordingVFS(recorder)
    sys.addaudithook(recorder.heard)
    sync = os.fsync

    def fsync(descriptor):
        sync(descriptor)
        known = os.fstat(descriptor)
        if stat.S_ISDIR(known.st_mode):
            recorder.events.append(NamesSync())
        for path in folder.iterdir():
            if path.is_file() and path.stat().st_ino == known.st_ino:
                recorder.synced(path)

    os.fsync = fsync
    from textkin_service.store import journal, witness  # noqa: PLC0415 - the checksums come on top of the recorder

    note = witness.Witness.note

    def noted(self, what):
        path = folder / "textkin.commits"
        before = path.read_bytes()
        note(self, what)
        after = path.read_bytes()
        start = 4_096 if after[:4_096] == before[:4_096] else 0
        recorder.wrote(path, start, after[start : start + 4_096].rstrip(b"\0") or after[start : start + 1])

    witness.Witness.note = noted
    journal._FRAMES_A_CHECKPOINT = 60
    import power_work  # noqa: PLC0415

    power_work.work(folder, recorder.events)
    del recording
    out.write_bytes(pickle.dumps(recorder.events))


if __name__ == "__main__":
    # Pickled classes are those of the module, not of the script.
    import power

    power._record(Path(sys.argv[1]), Path(sys.argv[2]))
