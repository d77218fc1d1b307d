"""Ends a service with kill -9 again and again while clients write to it, and looks each time whether anything was lost.

    python bench/crashes.py --kills 200 --seed 1

Six clients ingest, replace and delete a few hundred articles, create and delete collections, all at once. The service is
killed at a moment drawn by the seed, started on the same folder, and compared with what the clients have sent and were
acknowledged (see crash_journal.py); then it goes on from there. After some kills the folder is a new one.
"""

import argparse
import contextlib
import json
import queue
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from crash_checks import Findings, verify
from crash_clients import Clients
from crash_journal import Journal
from tables import show

# No start takes nearly as long.
_PATIENCE_SECONDS = 120.0
_KILLS_A_FOLDER = 40
# How long a start and a stop take at the most, where nothing else runs: kills are spread over that.
_START_SECONDS = 2.5
_STOP_SECONDS = 0.3
_CHECKPOINT_SECONDS = 8.0
# Between looks at the database's file: far less than a checkpoint takes.
_LOOK_SECONDS = 0.0002


class Process:
    """A service process on a folder; the rest of its log is read, so that it never waits for us."""

    def __init__(self, data: Path) -> None:
        self.data = data
        command = [sys.executable, "-m", "textkin_service", "--data", data, "--listen", "127.0.0.1:0"]
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self._address: queue.Queue[str | None] = queue.Queue()
        self._said: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            record = json.loads(line) if line.startswith("{") else {}
            if record.get("event") == "serving":
                self._address.put(record["address"])
            elif record.get("event") != "rpc" or record.get("code") in {"INTERNAL", "UNKNOWN"}:
                self._said.append(line)
        self._address.put(None)

    def address(self) -> str:
        """Waits until it serves and returns where; empty when it ends before, or does not start."""
        try:
            return self._address.get(timeout=_PATIENCE_SECONDS) or ""
        except queue.Empty:
            return ""

    @property
    def said(self) -> str:
        """The last lines of its log."""
        return "".join(self._said[-20:])

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def terminate(self) -> None:
        """Asks it to end."""
        self._process.send_signal(signal.SIGTERM)

    def kill(self) -> bool:
        """Ends it at once; returns whether it still ran."""
        ran = self.runs
        self._process.kill()
        self._process.wait()
        self._reader.join()
        assert self._process.stderr is not None
        self._process.stderr.close()
        return ran


def _in_the_start(_process: Process, _journal: Journal, draw: random.Random) -> None:
    time.sleep(draw.uniform(0, _START_SECONDS))


def _at_the_first_writes(process: Process, journal: Journal, draw: random.Random) -> None:
    _after(process, journal, draw.randint(0, 3))
    time.sleep(draw.uniform(0, 0.005))


def _while_writing(process: Process, journal: Journal, draw: random.Random) -> None:
    _after(process, journal, draw.randint(1, 250))
    time.sleep(draw.uniform(0, 0.02))


def _in_a_checkpoint(process: Process, journal: Journal, draw: random.Random) -> None:
    """Waits until the database's own file is written to, which only a checkpoint does."""
    file = process.data / "textkin.sqlite3"
    _after(process, journal, draw.randint(1, 50))
    begin, end = file.stat().st_mtime_ns, time.monotonic() + _CHECKPOINT_SECONDS
    while file.stat().st_mtime_ns == begin and time.monotonic() < end:
        time.sleep(_LOOK_SECONDS)
    time.sleep(draw.uniform(0, 0.01))


def _in_the_stop(process: Process, journal: Journal, draw: random.Random) -> None:
    _after(process, journal, draw.randint(1, 200))
    process.terminate()
    time.sleep(draw.uniform(0, _STOP_SECONDS))


def _after(process: Process, journal: Journal, count: int) -> None:
    """Waits for so many more acknowledgements."""
    end = journal.acknowledged + count
    while journal.acknowledged < end and process.runs:
        time.sleep(_LOOK_SECONDS)


Moment = Callable[[Process, Journal, random.Random], None]
# What waits for the moment to kill, and of how many kills in ten.
_MOMENTS: dict[str, tuple[Moment, int]] = {
    "while clients write": (_while_writing, 4),
    "at the first writes": (_at_the_first_writes, 1),
    "in a checkpoint": (_in_a_checkpoint, 2),
    "in a start": (_in_the_start, 2),
    "in a stop, after SIGTERM": (_in_the_stop, 1),
}


class Trial:
    """One folder after another through so many kills, and what came of it."""

    def __init__(self, kills: int, seed: int, folder: Path) -> None:
        self._draw = random.Random(seed)  # noqa: S311 - no secret
        self._kills = kills
        self._folder = folder
        self._journal = Journal()
        self._deck: list[str] = []
        self.moments: Counter[str] = Counter()
        self.acknowledged: Counter[str] = Counter()
        self.findings: Counter[str] = Counter()
        self.problems: list[str] = []
        self.unacknowledged = 0
        self.ended_before = 0
        self.by_hand = 0
        self.starts: list[float] = []

    def run(self) -> None:
        """Kills, starts and looks, until done or until a start fails."""
        data = self._folder / "0"
        for number in range(self._kills):
            if number and number % _KILLS_A_FOLDER == 0:
                if not self._look(data):
                    return
                shutil.rmtree(data)
                self._end_folder()
                data = self._folder / str(number)
            if not self._kill(data, number):
                return
        self._look(data)
        self._end_folder()

    def _kill(self, data: Path, number: int) -> bool:
        """One life of a service and its end. False: it did not start."""
        if not self._deck:
            self._deck = [name for name, (_, share) in _MOMENTS.items() for _ in range(share)]
            self._draw.shuffle(self._deck)
        name = self._deck.pop()
        wait, _ = _MOMENTS[name]
        process = Process(data)
        clients = Clients()
        before = self._journal.acknowledged
        try:
            if wait is not _in_the_start:
                address = self._started(process)
                if not address:
                    return False
                clients.start(address, self._journal, self._draw, number)
            wait(process, self._journal, self._draw)
        finally:
            self.ended_before += not process.kill()
            clients.join()
        self.problems += clients.problems
        if clients.problems:
            self.problems.append(process.said)
        self.moments[name] += 1
        self.acknowledged[name] += self._journal.acknowledged - before
        return True

    def _started(self, process: Process) -> str:
        """Waits until a service serves and compares it with the journal; returns its address, or "" if it does not start."""
        begin = time.perf_counter()
        address = process.address()
        if not address:
            self.by_hand += 1
            self.problems.append(f"the service does not start on {process.data}: {process.said}")
            return ""
        self.starts.append(time.perf_counter() - begin)
        findings: Findings = verify(address, self._journal, self._draw)
        self.findings += findings.counts
        self.problems += findings.lines
        return address

    def _look(self, data: Path) -> bool:
        """Checks a folder and starts a service on it once more, only to look. False: it did not start."""
        command = [sys.executable, "-m", "textkin_service", "--data", data, "check"]
        checked = subprocess.run(command, capture_output=True, text=True, check=False)
        if checked.returncode:
            self.findings["damaged"] += 1
            self.problems.append(checked.stdout + checked.stderr)
        process = Process(data)
        try:
            return bool(self._started(process))
        finally:
            process.kill()

    def _end_folder(self) -> None:
        self.unacknowledged += self._journal.unacknowledged
        self._journal = Journal()


def main() -> None:
    """Prints the table; exit code 1 if anything was lost, half-applied or stuck."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="textkin-crashes-") as folder:
        trial = Trial(given.kills, given.seed, Path(folder))
        # Ctrl-C shows what came of it so far.
        with contextlib.suppress(KeyboardInterrupt):
            trial.run()
    for problem in trial.problems:
        print(problem, file=sys.stderr)
    show(
        f"Kill -9, {sum(trial.moments.values())} times, seed {given.seed}",
        ("moment", "kills", "acknowledged changes before"),
        [(name, trial.moments[name], trial.acknowledged[name]) for name in _MOMENTS],
    )
    show(
        f"What came of it, in {time.perf_counter() - begin:.0f} s",
        ("what", "how many"),
        [
            ("acknowledged changes", sum(trial.acknowledged.values())),
            ("changes sent and not acknowledged", trial.unacknowledged),
            ("starts", len(trial.starts)),
            ("lost", trial.findings["lost"]),
            ("half-applied", trial.findings["half-applied"]),
            ("answers that contradict each other", trial.findings["disagreeing"]),
            ("answers that no client may get", len(trial.problems) - trial.findings.total() - trial.by_hand),
            ("folders that a check finds damaged", trial.findings["damaged"]),
            ("restarts that needed a hand", trial.by_hand),
            ("stops that ended before the kill", trial.ended_before),
        ],
    )
    sys.exit(1 if trial.problems else 0)


if __name__ == "__main__":
    main()
