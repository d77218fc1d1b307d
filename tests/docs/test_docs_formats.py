"""What the commands print as JSON has no field that the page of formats does not name."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (
    (Path(__file__).parents[2] / "docs" / "formats.md")
    .read_text(encoding="utf-8")
    .split("## What comes out", 1)[1]
)
STORY = (
    "The ferry Isolde Marrow ran aground off Kestrel Point on Monday with forty sheep and a brass band aboard. "
    "Harbourmaster Odile Fenwright blamed a faulty depth sounder, which had been due for repair since March."
)


@pytest.fixture
def answers(service, collection, tmp_path):
    """Runs a command in a collection of the test's own, that holds a story and its copy; returns the objects that it prints."""

    def run(*arguments, stdin=""):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TEXTKIN_")}
        done = subprocess.run(
            [Path(sys.executable).parent / "textkin", *arguments, "--json"],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment | {"TEXTKIN_ADDRESS": service.address},
            check=True,
        )
        return [json.loads(line) for line in done.stdout.splitlines()]

    lines = [{"id": name, "text": STORY} for name in ("first", "second")]
    stdin = "\n".join(map(json.dumps, lines))
    run.ingested = run("ingest", "-", "--with-matches", "--collection", collection, stdin=stdin)
    run.collection = collection
    return run


def unnamed(command, answers):
    """The fields of answers that neither the command's row nor what stands below the table names."""
    (row,) = re.findall(rf"^\| [^|]*`{command}`[^|]* \| (.*) \|$", PAGE, re.MULTILINE)
    named = set(re.findall(r"[`\"](\w+)[`\"]", row + PAGE.split("\n\nOf many,", 1)[1]))
    return {name for answer in answers for name in fields(answer)} - named


def fields(answer):
    """The fields of an object, and of the matches and passages in it."""
    for name, value in answer.items():
        yield name
        if name in {"matches", "passages"}:
            for each in value:
                yield from fields(each)


def test_every_field_that_a_command_prints_is_named(answers):
    where = ("--collection", answers.collection)
    printed = {
        "ingest": answers.ingested,
        "search": answers("search", "--id", "first", "--passages", "1", *where),
        "compare": answers("compare", "id:first", "id:second", "--differences", *where),
        "get": answers("get", "first", *where),
        "list": answers("list", "--with-text", *where),
        "collections": answers("collections", "get", answers.collection),
        "info": answers("info"),
    }
    assert len(printed["search"][0]["matches"][0]["passages"]) == 1
    assert {command: unnamed(command, each) for command, each in printed.items()} == {
        command: set() for command in printed
    }


def test_a_field_that_is_added_is_missed():
    assert unnamed("search", [{"id": "x", "matches": [{"id": "y", "pitch": 1}], "key": 2}]) == {
        "pitch",
        "key",
    }
