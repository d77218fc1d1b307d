"""Fuzzes every target and every RPC, and prints a table of what was run.

    python fuzz/campaign.py [--runs N] [--requests N] [--seed N] [TARGET ...]

`--runs`: inputs of all targets together; `--requests`: those to a real service. Ends with exit code 1 if anything failed.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from target_names import SHARES

_HERE = Path(__file__).parent
_DONE = re.compile(r"^Done (\d+) runs", re.MULTILINE)
_TOLD_LINES = 30


def main() -> None:
    """Runs it from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(SHARES))
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    shares = {name: SHARES[name] for name in arguments.targets or SHARES}
    rows = [("target", "inputs", "a second", "failures")]
    total = failed = 0
    for name, share in shares.items():
        runs = -(-arguments.runs * share // sum(shares.values()))
        done, seconds, failures = _run(["parsers.py", name, "--runs", str(runs)], arguments.seed)
        total, failed = total + done, failed + failures
        rows.append((name, f"{done:,}", f"{done / seconds:,.0f}", str(failures)))
    rows.append(("all targets", f"{total:,}", "", str(failed)))
    _show(rows)
    if arguments.requests:
        command = [sys.executable, _HERE / "rpcs.py", "--requests", str(arguments.requests)]
        print(flush=True)
        failed += subprocess.run([*command, "--seed", str(arguments.seed)], check=False).returncode != 0
    sys.exit(bool(failed))


def _run(command: Sequence[str], seed: int) -> tuple[int, float, int]:
    """Runs a script of this folder; returns how many inputs it took, its seconds, and 1 if it failed."""
    script, *arguments = command
    # Words hash alike in each run, so that the same seed has the same inputs.
    environment = os.environ | {"PYTHONHASHSEED": "0"}
    begin = time.perf_counter()
    ran = subprocess.run(
        [sys.executable, _HERE / script, *arguments, "--seed", str(seed)],
        capture_output=True,
        text=True,
        errors="replace",
        env=environment,
        check=False,
    )
    seconds = time.perf_counter() - begin
    done = _DONE.findall(ran.stderr)
    if ran.returncode or not done:
        print(f"{' '.join(command)} failed:", *ran.stderr.splitlines()[-_TOLD_LINES:], sep="\n", flush=True)
        return 0, seconds, 1
    return int(done[-1]), seconds, 0


def _show(rows: Sequence[Sequence[str]]) -> None:
    """Prints rows as a table, the first as its header."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in [rows[0], ["-" * width for width in widths], *rows[1:]]:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")


if __name__ == "__main__":
    main()
