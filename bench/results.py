"""Keeps what a benchmark prints in RESULTS.md: in the block under the line that names its command."""

import io
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"


class _Both(io.TextIOBase):
    """Writes to standard output, and remembers what was written."""

    def __init__(self) -> None:
        self._to = sys.stdout
        self._kept = io.StringIO()

    def write(self, text: str) -> int:
        self._to.write(text)
        self._to.flush()
        return self._kept.write(text)

    def text(self) -> str:
        return self._kept.getvalue()


@contextmanager
def kept(command: str) -> Iterator[None]:
    """Prints what is printed inside as ever, and at the end writes it to RESULTS.md. Nothing is written after an error."""
    both = _Both()
    with redirect_stdout(both):
        yield
    before = RESULTS.read_text(encoding="utf-8")
    block = re.compile(rf"(^`{re.escape(command)}`[^\n]*:\n\n```\n).*?(^```$)", re.MULTILINE | re.DOTALL)
    after, found = block.subn(lambda match: match[1] + both.text() + match[2], before)
    if found != 1:
        raise SystemExit(f"{RESULTS.name} has {found} blocks for `{command}`; it must have one.")
    RESULTS.write_text(after, encoding="utf-8")
