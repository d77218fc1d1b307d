"""Measures what hostile texts cost, beside prose of the same size: processor time of each step, and the memory it takes.

    python bench/hostile.py [--bytes N] [TEXT ...]

Each text goes through an analysis, its sketch, a comparison with what was made of it, the differences inside the passages, an
ingest, and a search that finds it, in a process of its own. Takes minutes with all texts.
"""

import argparse
import json
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import figures
from tables import show
from textkin_service.alignment.differences import differences
from textkin_service.analysis import analyze
from textkin_service.engine import Engine, Incoming, Work, prepare
from textkin_service.errors import InvalidRequest
from textkin_service.model import Article, InlineText, PassageKind, SearchOptions
from textkin_service.relation import compare
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme, sketch
from textkin_service.store import SqliteStore

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from hostile_pairs import edited, mixed, other_chatter, reversed_words
from hostile_texts import TEXTS, prose

BYTES = 1_048_576
STEPS = ("analysis", "sketch", "comparison", "differences", "ingest", "search")
# A step that takes longer than this ends the process; nothing takes nearly as long.
_MOST_SECONDS = 120
# What is asked: of each step, seconds of the processor, and of the process, MiB beyond those before.
_ASKED_SECONDS, _ASKED_MIB = 5.0, 1_024
_MIB = 1_048_576

# What was made of a text, and of prose.
_PAIRS: dict[str, tuple[Callable[[int], str], Callable[[str], str]]] = {
    "prose": (prose, edited),
    "prose, sentences mixed": (prose, mixed),
    "prose, words backwards": (prose, reversed_words),
    "chatter over the same words": (TEXTS["chatter"], lambda text: other_chatter(len(text.encode()))),
} | {name: (make, edited) for name, make in TEXTS.items()}


def measure(size: int = BYTES, names: list[str] | None = None) -> None:
    """Prints the table, the slowest steps last, and keeps what is asked."""
    prepare()
    # What the first text of a language waits for is not measured.
    for language in ("en", "ar", "es", "ja", "th", "zh", "ru", "und"):
        analyze("Nothing is left to load.", language)
    rows = {
        name: _apart(lambda write, pair=_PAIRS[name]: _steps(*pair, size, write)) for name in names or _PAIRS
    }
    show(
        f"Hostile texts of {size:,} bytes: seconds of the processor, and the most memory beyond what there was, in MiB",
        ("text", *STEPS, "MiB"),
        [(name, *(f"{row.get(step, 0):.2f}" for step in STEPS), row["memory"]) for name, row in rows.items()],
    )
    slowest = max((row.get(step, 0), f"{step}, {name}") for name, row in rows.items() for step in STEPS)
    largest = max((row["memory"], name) for name, row in rows.items())
    figures.at_most(f"the slowest step ({slowest[1]})", slowest[0], _ASKED_SECONDS, "s")
    figures.at_most(f"the most memory ({largest[1]})", largest[0], _ASKED_MIB, "MiB")


def _steps(
    make: Callable[[int], str], change: Callable[[str], str], size: int, write: Callable[[str, Any], None]
) -> None:
    """Does all that is measured with one text, and writes what each step took."""

    def timed(name: str, step: Callable[[], Any]) -> Any:
        signal.alarm(_MOST_SECONDS)
        begin = time.process_time()
        result = step()
        write(name, time.process_time() - begin)
        return result

    text, other = (each.encode()[:size].decode("utf-8", "ignore") for each in _pair(make, change, size))
    scheme, work = Scheme.of(Settings()), Work()
    one = timed("analysis", lambda: analyze(text))
    two = analyze(other)
    timed("sketch", lambda: sketch(one, scheme))
    found = timed("comparison", lambda: compare(one, two))
    spelled = [each for each in found.passages if each.kind is not PassageKind.PARAPHRASE]
    timed("differences", lambda: [differences(one, two, each) for each in spelled])
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder))
        engine = Engine(SqliteStore(settings.data, scheme.id), settings)
        engine.load(work)
        incoming = Incoming("default", Article("other", other), None, "article")
        prepared = timed("ingest", lambda: engine.ingest.prepare(work, [incoming]))
        if not isinstance(prepared[0], Exception):
            engine.ingest.commit(prepared).result()
            options = SearchOptions(matches_with_passages=10)
            timed("search", lambda: _searched(engine, work, text, options))
        engine.close()


def _searched(engine: Engine, work: Work, text: str, options: SearchOptions) -> None:
    with suppress(InvalidRequest):  # there are no words in some
        engine.search(work, "default", InlineText(text), options)


def _pair(make: Callable[[int], str], change: Callable[[str], str], size: int) -> tuple[str, str]:
    text = make(size)
    return text, change(text)


def _apart(run: Callable[[Callable[[str, Any], None]], None]) -> dict[str, Any]:
    """Runs a function in a process that begins as this one is; returns what it wrote, and its `memory` in MiB beyond ours."""
    before = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        os.close(reading)
        code = 1
        try:
            run(lambda name, value: os.write(writing, json.dumps({name: value}).encode() + b"\n") and None)
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as lines:
        found = {name: value for line in lines for name, value in json.loads(line).items()}
    _, status, usage = os.wait4(process, 0)
    if status:
        raise SystemExit(f"ended with {status} behind {found}")
    return found | {"memory": max(0, usage.ru_maxrss * 1024 - before) // _MIB}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("texts", nargs="*", metavar="TEXT")
    parser.add_argument("--bytes", type=int, default=BYTES)
    arguments = parser.parse_args()
    measure(arguments.bytes, arguments.texts or None)
    figures.show_bars()
