"""Watches folders for files that appear or change, and waits until each is written whole."""

import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from types import FrameType

from textkin.cli._extras import needed
from textkin.cli._failures import bad_input
from textkin.cli._marks import Marks, state_of
from textkin.cli._sources import Source, Sources, file_in, files_below
from textkin.errors import DeadlineExceeded, ResourceExhausted, TextkinError, Unavailable

# A file is taken for whole when nothing was written to it for so long. One that is not, after all, is read again
# when more of it comes.
_SETTLED_SECONDS = 0.5

# How often to look whether a file has settled, or the watch is to end.
_TICK_MILLISECONDS = 100

# How often to look through the folders again, but for so many times as long as that takes.
_LOOK_SECONDS = 60.0
_REST = 20

# A file that is not taken in is tried again at every so many looks, at the most.
_MOST_LOOKS = 16

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

    Every minute it yields all files again: what came of them may have been lost, and not every change is told. Names that begin
    with a point are left out: so are files called that are still written. Ends when `stop` is set. Raises Failure if the
    folders cannot be watched.
    """
    folders = {Path(path).resolve(): path for path in sources.paths}
    waiting = _Waiting()
    is_first = True
    while not stop.is_set():
        # Begun anew each time, as the watch of a folder ends with it, also if it is made again.
        with closing(_changes(list(folders), stop, is_needed=is_first)) as changes:
            # What comes while the folders are looked through is noticed too.
            next(changes, None)
            began = time.monotonic()
            for given in folders.values():
                waiting.add(files_below(given, given, sources.format, hidden=False))
            now = time.monotonic()
            again = now + max(_LOOK_SECONDS, _REST * (now - began))
            for paths in changes:
                for folder, given in folders.items():
                    for path in paths:
                        if path.is_relative_to(folder):
                            waiting.add(_files_at(given, path.relative_to(folder), sources.format))
                settled = waiting.settled()
                if settled:
                    yield settled
                if time.monotonic() >= again:
                    break
        is_first = False


def persistently(call: Callable[[], object], stop: threading.Event, say: Callable[[str], None]) -> None:
    """Makes the call until it succeeds, as long as there may be a service again, or until `stop` is set."""
    wait = _FIRST_WAIT
    while not stop.is_set():
        try:
            call()
        except (Unavailable, DeadlineExceeded, ResourceExhausted) as error:
            # What gRPC cannot carry it refuses without a word of when to try again, and will refuse for ever.
            if isinstance(error, ResourceExhausted) and error.retry_delay is None:
                raise
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


class Untaken:
    """What was not taken in whole, as it was refused for now or could not be read, and is offered again.

    Nobody may ever mend it, and each attempt is told: so as long as a file stays as it is, attempts become rare.
    """

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._files: dict[Source, _Turns] = {}

    def due(self, files: Iterable[Source]) -> list[Source]:
        """The files to take in now, of those that are offered."""
        return [
            source for source in files if not self._marks.of(source).complete and self._is_its_turn(source)
        ]

    def tried(self, files: Iterable[Source]) -> None:
        """Forgets those of the files that now are taken in."""
        for source in files:
            if self._marks.of(source).complete:
                self._files.pop(source, None)

    def _is_its_turn(self, source: Source) -> bool:
        state = state_of(source)
        turns = self._files.get(source)
        if turns is None or turns.state != state:
            self._files[source] = _Turns(state)
            return True
        turns.left -= 1
        if turns.left:
            return False
        turns.every = turns.left = min(2 * turns.every, _MOST_LOOKS)
        return True


@dataclass(slots=True)
class _Turns:
    """The turns of a file in one state: one in `every` times that it is offered, the next when none are `left`."""

    state: str
    every: int = 1
    left: int = 1


class _Waiting:
    """Files that may still be written to, each with its state and since when it has it."""

    def __init__(self) -> None:
        self._files: dict[Source, tuple[str, float]] = {}

    def add(self, files: Iterator[Source]) -> None:
        now = time.monotonic()
        for source in files:
            # Pipes and the like are no files; a folder is a source that tells why it cannot be read.
            if os.path.isfile(source.path) or os.path.isdir(source.path):  # noqa: PTH112, PTH113 -- raise nothing
                self._files.setdefault(source, (state_of(source), now))

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


def _changes(
    folders: list[Path], stop: threading.Event, *, is_needed: bool
) -> Generator[set[Path], None, None]:
    """Yields the paths that change in the folders that are there, at every tick, until `stop` is set.

    Raises Failure if they cannot be watched; if that is not needed, yields nothing at every tick.
    """
    with needed("watch", "--watch"):
        from watchfiles import watch  # noqa: PLC0415 -- an extra

    try:
        for changed in watch(
            *(folder for folder in folders if folder.is_dir()),
            watch_filter=None,
            rust_timeout=_TICK_MILLISECONDS,
            yield_on_timeout=True,
            stop_event=stop,
            ignore_permission_denied=True,
        ):
            yield {Path(path) for _, path in changed}
            is_needed = False
    except (OSError, RuntimeError) as error:
        if is_needed:
            raise bad_input(
                f"the folders cannot be watched: {error}; with WATCHFILES_FORCE_POLLING=true they are looked at instead"
            ) from error
        while not stop.wait(_TICK_MILLISECONDS / 1000):
            yield set()


def _files_at(folder: str, path: Path, form: str | None) -> Iterator[Source]:
    """The files that a changed path stands for: itself, or all below it if it is a folder that has just come."""
    steps = list(accumulate(path.parts, Path, initial=Path(folder)))
    if any(part.startswith(".") for part in path.parts) or any(_is_linked_folder(each) for each in steps[1:]):
        return
    if os.path.isdir(steps[-1]):  # noqa: PTH112 -- raises nothing
        yield from files_below(folder, str(steps[-1]), form, hidden=False)
        return
    source = file_in(folder, steps[-1], form)
    if source:
        yield source


def _is_linked_folder(path: Path) -> bool:
    """Whether a path is a link to a folder, which is not followed: what is watched tells of changes behind it."""
    return os.path.islink(path) and os.path.isdir(path)  # noqa: PTH112, PTH114 -- raise nothing
