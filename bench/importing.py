"""Measures what a caller of the client waits for before its first line runs: imports, and the help of the command line.

    python bench/importing.py

Each figure is of processes of their own, with the files in memory and the bytecode written, as after the first call. The least
is what it takes; what else the machine does only adds to it.
"""

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import figures
from tables import show

_RUNS = 15

_BIN = Path(sys.executable).parent
_COMMANDS = (
    ("python, which imports nothing", [sys.executable, "-c", ""], None),
    ("import textkin", [sys.executable, "-c", "import textkin"], 0.4),
    ("from textkin import Client", [sys.executable, "-c", "from textkin import Client"], 0.4),
    ("textkin --help", [str(_BIN / "textkin"), "--help"], 0.5),
    ("textkin search --help", [str(_BIN / "textkin"), "search", "--help"], 0.5),
)


def measure() -> None:
    """Prints the table."""
    rows = []
    for what, command, asked in _COMMANDS:
        seconds = [_seconds(command) for _ in range(_RUNS + 1)][1:]
        if asked:
            figures.at_most(what, min(seconds), asked, "s")
        rows.append((what, f"{1000 * min(seconds):.0f} ms", f"{1000 * median(seconds):.0f} ms"))
    show("From the start of a process of a caller to its end", ("what", f"least of {_RUNS}", "median"), rows)


def _seconds(command: list[str]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


if __name__ == "__main__":
    measure()
    figures.show_bars()
