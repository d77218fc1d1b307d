"""Flips single bits of a store's files, or cuts files off, and looks what comes of it: nothing, or a refusal that names a file.

    python bench/damage.py --trials 1000 --seed 1

Each trial copies a store of some hundred articles (damaged_stores.py says which), does one damage to one file, opens it as
the service does, asks everything, ingests an article, closes it, opens it again and asks again. Each answer must be that of
the store before, or be refused with STORE_DAMAGED and a message that names a file. Some trials are done with a real process
too, to see what stands on the terminal. Anything else is a failure, which is printed with its trial, and the exit code is 1.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import traceback
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from damaged_stores import Answers, add, answers, make, opened
from tables import show
from textkin_service.errors import StoreError

_HEADER_BYTES = 100
_PATIENCE_SECONDS = 120.0
_NAMES = ("textkin.sqlite3", "textkin.sqlite3-wal", "textkin.commits", "textkin.lock")
# The questions whose answers change with the article that is added.
_CHANGED = (("counts",), ("collections",), ("list", "default"), ("texts", "default"))


@dataclass(frozen=True, slots=True)
class Damage:
    """What is done to a store of that kind: a bit of a file is flipped, or the file is cut off, at a byte."""

    kind: str
    file: str
    flipped_bit: int | None
    at: int

    @classmethod
    def drawn(cls, kind: str, folder: Path, draw: random.Random) -> "Damage":
        """Draws one. Half of them befall the database, of those some its header; the others any file."""
        sizes = {path.name: path.stat().st_size for path in sorted(folder.iterdir())}
        file = "textkin.sqlite3" if draw.random() < 0.5 else draw.choice(sorted(sizes))
        size = sizes[file]
        bit = draw.randrange(8) if size and draw.random() < 0.75 else None
        within = _HEADER_BYTES if bit is not None and size > _HEADER_BYTES and draw.random() < 0.2 else size
        return cls(kind, file, bit, draw.randrange(within) if within else 0)

    def do(self, folder: Path) -> None:
        """Does it to a store in a folder."""
        path = folder / self.file
        data = bytearray(path.read_bytes())
        if self.flipped_bit is None:
            del data[self.at :]
        else:
            data[self.at] ^= 1 << self.flipped_bit
        path.write_bytes(data)


class Wrong(Exception):
    """A store did neither answer as before nor refuse in the right way."""


def outcome(folder: Path, truth: Answers) -> str:
    """Opens a damaged store, asks everything, writes, and asks again; returns what came of it. Wrong."""
    try:
        with opened(folder) as engine:
            refused = _refused(answers(engine), truth)
            try:
                add(engine)
            except StoreError as refusal:
                _check(refusal)
                return "writes refused"
        with opened(folder) as engine:
            found = answers(engine)
            added = engine.article("default", "later")
        refused += _refused(found, truth | {question: found[question] for question in _CHANGED})
    except StoreError as refusal:
        _check(refusal)
        return "start refused"
    if added.title != "Later" or _count(found) not in {None, truth["counts",][1] + 1}:
        raise Wrong("the article that was added is not as it was")
    return "some reads refused" if refused else "harmless"


def _refused(found: Answers, truth: Answers) -> int:
    """Returns how many questions were refused. Wrong: another one was not answered as before."""
    refused = 0
    for question, answer in found.items():
        if isinstance(answer, StoreError):
            _check(answer)
            refused += 1
        elif answer != truth[question]:
            raise Wrong(f"another answer to {question[:2]}")
    return refused


def _count(found: Answers) -> int | None:
    counts = found["counts",]
    return None if isinstance(counts, StoreError) else counts[1]


def _check(refusal: StoreError) -> None:
    if refusal.reason != "STORE_DAMAGED" or not any(name in refusal.message for name in _NAMES):
        raise Wrong(f"refused with {refusal.reason}: {refusal.message}")


def on_terminal(folder: Path) -> str:
    """Starts the service on a damaged store; returns "serves", or what it says in its only line before it ends. Wrong."""
    command = [sys.executable, "-m", "textkin_service", "--data", folder, "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        ending = threading.Timer(_PATIENCE_SECONDS, process.kill)
        ending.start()
        said = []
        for line in process.stderr:
            said.append(line)
            if line.startswith("{") and json.loads(line)["event"] == "serving":
                process.terminate()
        code = process.wait()
        ending.cancel()
    plain = [line.strip() for line in said if not line.startswith("{")]
    if code == 0 and not plain:
        return "serves"
    if code != 1 or len(plain) != 1 or not any(name in plain[0] for name in _NAMES):
        raise Wrong(f"the process ended with {code} and said {said}")
    return plain[0]


def main() -> None:
    """Runs the trials and prints what came of them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=10, help="trials that start a process too")
    parser.add_argument("--only", type=int, help="the number of a single trial")
    asked = parser.parse_args()
    seen: Counter[tuple[str, str, str, str]] = Counter()
    lines: Counter[str] = Counter()
    failures: list[str] = []
    with tempfile.TemporaryDirectory(prefix="textkin-damage-") as at:
        stores = make(Path(at), asked.seed)
        trials = range(asked.trials) if asked.only is None else [asked.only]
        for trial in trials:
            draw = random.Random(f"{asked.seed} {trial}")  # noqa: S311 - no secret
            kind = draw.choice(sorted(stores))
            origin, truth = stores[kind]
            damage = Damage.drawn(kind, origin, draw)
            folder = Path(at) / "damaged"
            try:
                if trial * asked.processes % asked.trials < asked.processes:
                    shutil.copytree(origin, folder)
                    damage.do(folder)
                    lines[on_terminal(folder)] += 1
                    shutil.rmtree(folder)
                shutil.copytree(origin, folder)
                damage.do(folder)
                came = outcome(folder, truth)
            except Exception:  # noqa: BLE001 - a crash is what is looked for
                came = "FAILED"
                failures.append(f"trial {trial}, {damage}: {traceback.format_exc()}")
            shutil.rmtree(folder, ignore_errors=True)
            how = "cut off" if damage.flipped_bit is None else "bit flipped"
            seen[kind, damage.file, how, came] += 1
    _show(seen, lines)
    for failure in failures:
        print(f"\nFAILED: {failure}")
    sys.exit(bool(failures))


def _show(seen: Counter[tuple[str, str, str, str]], lines: Counter[str]) -> None:
    columns = ("harmless", "some reads refused", "writes refused", "start refused", "FAILED")
    rows = sorted({each[:3] for each in seen})
    table = [(*row, *(seen[*row, column] for column in columns)) for row in rows]
    total = [sum(count for each, count in seen.items() if each[3] == column) for column in columns]
    show(
        f"{sum(total):,} single damages of a store's files",
        ("store", "file", "damage", *columns),
        [*table, ("all", "", "", *total)],
    )
    show("On the terminal", ("what the process says", "times"), lines.most_common())


if __name__ == "__main__":
    main()
