"""A real service on a folder of its own, and the command line to talk to it."""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent

# The exit code of a command some of whose lines failed; their answers say why.
_SOME_FAILED = 1


@dataclass(frozen=True, slots=True)
class Service:
    """A running service. `start_seconds`: from the start of its process until it served."""

    address: str
    pid: int
    start_seconds: float

    def memory_mib(self) -> float:
        """Returns its resident memory, in MiB. Linux only."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024


@dataclass(frozen=True, slots=True)
class Run:
    """What a command printed, how long it took, and its largest resident memory."""

    lines: list[dict[str, Any]]
    seconds: float
    memory_mib: float


@contextmanager
def service(data: Path | None = None) -> Iterator[Service]:
    """Starts a service on a folder, by default a new one that goes in the end; ends it cleanly."""
    with tempfile.TemporaryDirectory(prefix="textkin-bench-") as folder:
        command = [BIN / "textkin-service", "--data", data or folder, "--listen", "127.0.0.1:0"]
        begin = time.perf_counter()
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
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
    command = [BIN / "textkin", *arguments, "--json"]
    environment = os.environ | {"TEXTKIN_ADDRESS": running.address}
    begin = time.perf_counter()
    # Its output goes to a file, so that it never waits for us and `wait4` can tell its memory.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in {0, _SOME_FAILED}:
            raise SystemExit(f"textkin {' '.join(map(str, arguments))} ended with {process.returncode}")
        output.seek(0)
        lines = [json.loads(line) for line in output]
    kib = usage.ru_maxrss / 1024 if sys.platform == "darwin" else usage.ru_maxrss
    return Run(lines, seconds, kib / 1024)
