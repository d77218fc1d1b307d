"""Runs the examples of a page of the documents, in their order, against a real service.

- `sh`: a script. Its line `textkin-service --data articles &` starts the service that the rest of the page talks to.
- `console`: commands after `$ `, with all that they print on standard output; `...` stands for anything.
- `python`: run, one after the other in one namespace. `pycon`: the same with what is printed, as doctest has it.

A comment `<!-- not run: why -->` above a block leaves it out.
"""

import doctest
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from textkin import Client

BLOCK = re.compile(
    r"^(?P<left_out><!-- not run: .+ -->\n)?```(?P<language>sh|console|python|pycon)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
SERVE = "textkin-service --data articles &"
ELLIPSIS = doctest.ELLIPSIS
PATIENCE_SECONDS = 120
TERMINAL_COLUMNS = "92"


@dataclass(frozen=True)
class Block:
    """A block of code: its language, its text and the line that the text begins at."""

    language: str
    text: str
    line: int


def blocks_of(page):
    """The blocks of a page that are to be run."""
    return [
        Block(found["language"], found["text"], page.count("\n", 0, found.start("text")) + 1)
        for found in BLOCK.finditer(page)
        if not found["left_out"]
    ]


class Reader:
    """Somebody who does what a page says, in a folder of their own."""

    def __init__(self, folder, serve, monkeypatch):
        self.folder = folder
        self.serve = serve
        self.monkeypatch = monkeypatch
        self.names = {}
        for name in [
            *filter(lambda name: name.startswith("TEXTKIN_"), os.environ),
            "FORCE_COLOR",
        ]:
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("COLUMNS", TERMINAL_COLUMNS)
        monkeypatch.chdir(folder)

    def follow(self, page):
        """Runs all blocks. AssertionError, which names the line, for one that fails or prints something else."""
        try:
            for block in blocks_of(page):
                getattr(self, f"_{block.language}")(block)
        finally:
            for value in self.names.values():
                if isinstance(value, Client):
                    value.close()

    def _sh(self, block):
        script = block.text
        if SERVE in script.splitlines():
            address = self.serve(self.folder / "articles").address
            self.monkeypatch.setenv("TEXTKIN_ADDRESS", address)
            script = script.replace(SERVE, "")
        self._run(script, block.line)

    def _console(self, block):
        line = block.line
        for example in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            command, _, wanted = example.partition("\n")
            got = self._run(command, line)
            assert printed_as(wanted, got), f"line {line}: {command} printed\n{got}"
            line += example.count("\n")

    def _python(self, block):
        exec(compile(block.text, f"line {block.line}", "exec"), self.names)  # noqa: S102 - what the page says

    def _pycon(self, block):
        test = doctest.DocTestParser().get_doctest(block.text, self.names, "page", None, block.line)
        failures = []
        doctest.DocTestRunner(optionflags=ELLIPSIS).run(test, out=failures.append, clear_globs=False)
        self.names = test.globs
        assert not failures, "".join(failures)

    def _run(self, script, line):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"line {line}: {script} ended with {done.returncode}: {done.stderr}"
        return done.stdout


def printed_as(wanted, got):
    """Whether output is what a page shows. Blank lines around it and spaces at ends of lines are not shown."""
    return doctest.OutputChecker().check_output(_bare(wanted), _bare(got), ELLIPSIS)


def _bare(text):
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n") + "\n"


def beside(folder, root):
    """A folder where the paths of a clone lead somewhere."""
    Path(folder, "samples").symlink_to(root / "samples")
    return folder
