"""A real service on a folder of its own, and the command line to talk to it."""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent

# The exit code of a command some of whose lines failed; their answers say why.
_SOME_FAILED = 1
# How often to look at the memory of a command that runs.
_LOOK_SECONDS = 0.05
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Service:
    """A running service. `start_seconds`: from the start of its process until it served."""

    address: str
    pid: int
    start_seconds: float

    def memory_mib(self) -> float:
        """Returns its resident memory, in MiB; 0 where there is no /proc to tell."""
        return _memory_mib(self.pid, "VmRSS")

    def peak_memory_mib(self) -> float:
        """Returns the most that it was so far, in MiB."""
        return _memory_mib(self.pid, "VmHWM")

    def processor_seconds(self) -> float:
        """Returns its processor time so far; 0 where there is no /proc to tell."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / _TICKS


@dataclass(frozen=True, slots=True)
class Run:
    """What a command printed, how long it took, its largest resident memory (0: no /proc to tell), and its processor time."""

    lines: list[dict[str, Any]]
    seconds: float
    memory_mib: float
    processor_seconds: float


@contextmanager
def service(data: Path | None = None, **environment: str) -> Iterator[Service]:
    """Starts a service on a folder, by default a new one that goes in the end; ends it cleanly."""
    with tempfile.TemporaryDirectory(prefix="textkin-bench-") as folder:
        command = [BIN / "textkin-service", "--data", data or folder, "--listen", "127.0.0.1:0"]
        begin = time.perf_counter()
        with subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, env=os.environ | environment
        ) as process:
            assert process.stderr is not None
            # Once it serves nobody needs its log, but a full pipe would stop it.
            reader = threading.Thread(target=deque, args=(process.stderr, 0))
            try:
                address = _address(process.stderr)
                seconds = time.perf_counter() - begin
                reader.start()
                yield Service(address, process.pid, seconds)
            finally:
                process.terminate()
                if reader.ident is not None:
                    reader.join()


def _address(log: Iterable[str]) -> str:
    """Waits until the service serves, and returns where."""
    for line in log:
        record = json.loads(line) if line.startswith("{") else {}
        if record.get("event") == "serving":
            return str(record["address"])
        print(line, end="", file=sys.stderr)
    raise SystemExit("The service did not start; what it said stands above.")


def textkin(running: Service, *arguments: str | Path) -> Run:
    """Runs a `textkin` command with `--json`. Ends the program when the command fails as a whole."""
    return run([BIN / "textkin", *arguments, "--json"], TEXTKIN_ADDRESS=running.address)


def run(command: Sequence[str | Path], **environment: str) -> Run:
    """Runs a command that prints JSON Lines. Ends the program when the command fails as a whole."""
    begin, before = time.perf_counter(), _of_children()
    # Its output goes to a file, so that it never waits for us.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.DEVNULL, env=os.environ | environment
        )
        # The kernel keeps the peak as long as the process lives. What `wait4` tells afterwards may be our own peak, from
        # before the process became another program.
        peak = 0.0
        while process.poll() is None:
            peak = max(peak, _memory_mib(process.pid, "VmHWM"))
            with suppress(subprocess.TimeoutExpired):
                process.wait(_LOOK_SECONDS)
        seconds = time.perf_counter() - begin
        if process.returncode not in {0, _SOME_FAILED}:
            raise SystemExit(f"{' '.join(map(str, command))} ended with {process.returncode}")
        output.seek(0)
        lines = [json.loads(line) for line in output]
    return Run(lines, seconds, peak, _of_children() - before)


def _of_children() -> float:
    """Returns the processor seconds of the processes that this one has started and that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def _memory_mib(pid: int, field: str) -> float:
    """Returns a field of a process's status, in MiB; 0 when it has ended or there is no /proc."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return next(
        (int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith(f"{field}:")), 0.0
    )
