"""Watches folders for files that appear or change, and waits until each is written whole."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from textkin.cli._extras import needed
from textkin.cli._marks import state_of
from textkin.cli._sources import Source, Sources, file_in
from textkin.errors import DeadlineExceeded, ResourceExhausted, TextkinError, Unavailable

# A file is taken for whole when nothing was written to it for so long. One that is not, after all, is read again
# when more of it comes.
_SETTLED_SECONDS = 0.5

# How often to look whether a file has settled, or the watch is to end.
_TICK_MILLISECONDS = 100

_FIRST_WAIT = 0.5
_LONGEST_WAIT = 15.0


@contextmanager
def told_to_stop() -> Iterator[threading.Event]:
    """While entered, Ctrl-C and SIGTERM set the event instead of ending the process; the second of them ends it."""
    stop = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    # What makes sure that an interrupt ends the command, and soon, must not hear of the first.
    wakeup = signal.set_wakeup_fd(-1)

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)

    def set_stop(_number: int, _frame: FrameType | None) -> None:
        restore()
        stop.set()

    for number in before:
        signal.signal(number, set_stop)
    try:
        yield stop
    finally:
        restore()


def settled_files(sources: Sources, stop: threading.Event) -> Iterator[list[Source]]:
    """Yields the files of folders, those that are there and then those that appear or change, each when it is whole.

    Names that begin with a point are left out: so are files called that are still written. Ends when `stop` is set.
    """
    with needed("watch", "--watch"):
        from watchfiles import watch  # noqa: PLC0415 -- an extra

    folders = {Path(path).resolve(): path for path in sources.paths}
    waiting = _Waiting()
    changes = watch(
        *folders, watch_filter=None, rust_timeout=_TICK_MILLISECONDS, yield_on_timeout=True, stop_event=stop
    )
    # What comes while the folders are first looked through is noticed too.
    next(changes, None)
    for given in folders.values():
        waiting.add(_files_in(given, Path(given), sources.format))
    for changed in changes:
        for _, path in changed:
            for folder, given in folders.items():
                if Path(path).is_relative_to(folder):
                    file = Path(given, Path(path).relative_to(folder))
                    waiting.add(_files_in(given, file, sources.format))
        settled = waiting.settled()
        if settled:
            yield settled


def persistently(call: Callable[[], object], stop: threading.Event, say: Callable[[str], None]) -> None:
    """Makes the call until it succeeds, as long as there may be a service again, or until `stop` is set."""
    wait = _FIRST_WAIT
    while not stop.is_set():
        try:
            call()
        except (Unavailable, DeadlineExceeded, ResourceExhausted) as error:
            if wait == _FIRST_WAIT:
                say(f"no service at the moment ({_shortly(error)}): waiting for it")
            stop.wait(wait)
            wait = min(2 * wait, _LONGEST_WAIT)
        else:
            if wait > _FIRST_WAIT:
                say("the service is there again")
            return


def _shortly(error: TextkinError) -> str:
    return error.reason.lower().replace("_", " ")


class _Waiting:
    """Files that may still be written to, each with its state and since when it has it."""

    def __init__(self) -> None:
        self._files: dict[Source, tuple[str, float]] = {}

    def add(self, files: Iterator[Source]) -> None:
        now = time.monotonic()
        for source in files:
            self._files[source] = (state_of(source), now)

    def settled(self) -> list[Source]:
        """The files that have not changed for long enough; they no longer wait. Those that are gone neither."""
        now = time.monotonic()
        settled: list[Source] = []
        for source, (state, since) in list(self._files.items()):
            actual = state_of(source)
            if not actual:
                del self._files[source]
            elif actual != state:
                self._files[source] = (actual, now)
            elif now - since >= _SETTLED_SECONDS:
                del self._files[source]
                settled.append(source)
        return settled


def _files_in(folder: str, path: Path, form: str | None) -> Iterator[Source]:
    """The files that a changed path stands for: itself, or all below it if it is a folder that has just come."""
    if path.is_dir():
        for parent, folders, names in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                yield from _files_in(folder, Path(parent, name), form)
    elif path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
        source = file_in(folder, path, form)
        if source:
            yield source
