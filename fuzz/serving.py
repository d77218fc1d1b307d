"""A real service process, and its log."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Serving:
    """A running service: where it listens, and what it has logged."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.address = ""
        self._process = process
        self._lines: list[str] = []
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self._ready.wait()

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            # Of a campaign the lines of calls would fill the memory.
            if '"event": "rpc"' not in line:
                self._lines.append(line.rstrip("\n"))
            if not self._ready.is_set() and '"event": "serving"' in line:
                self.address = json.loads(line)["address"]
                self._ready.set()
        self._ready.set()

    def lines(self) -> list[str]:
        """Returns what it has logged, but for the lines of calls."""
        return list(self._lines)

    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def join(self) -> None:
        """Waits for its end."""
        self._process.wait()
        self._reader.join()


@contextmanager
def serving(folder: str | Path) -> Iterator[Serving]:
    """Starts a service on a data folder; ends it cleanly."""
    command = [sys.executable, "-m", "textkin_service", "--data", str(folder), "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        running = Serving(process)
        try:
            if not running.address:
                raise SystemExit("The service did not start: " + "\n".join(running.lines()))
            yield running
        finally:
            process.terminate()
            running.join()
