"""Files that are read again when they change, without a restart."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")

# A file's time of change in nanoseconds, its size and its inode; None: it is not there.
_Stamp = tuple[int, int, int] | None


class UnusableFile(Exception):
    """A file cannot be used. The message names the setting or the file, and what is wrong."""


class Reloading(Generic[T]):
    """What `load` makes of some files, made anew when one of them changes. What cannot be made leaves the old in force.

    `value` may be read in any thread; `refresh` is for one at a time.
    """

    def __init__(self, paths: Sequence[Path], load: Callable[[], T]) -> None:
        """Reads the files. What `load` raises."""
        self.paths = tuple(paths)
        self._load = load
        self._stamps = self._now()
        self.value = load()

    def refresh(self) -> bool:
        """Reads the files again if one has changed since they were last looked at; says whether there is a new value.

        What `load` raises, once for each change.
        """
        # Taken before the files are read: what changes in between is seen the next time.
        stamps = self._now()
        if stamps == self._stamps:
            return False
        self._stamps = stamps
        self.value = self._load()
        return True

    def _now(self) -> tuple[_Stamp, ...]:
        return tuple(_stamp(path) for path in self.paths)


def _stamp(path: Path) -> _Stamp:
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_size, status.st_ino)
