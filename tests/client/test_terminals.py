"""What a terminal is shown, and what a pipe is not: colours, and how far a long command is."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from stories import EDITED, ORIGINAL


def shown(textkin, *arguments, stderr=False, **environment):
    """What a command prints on a terminal: standard error, or else standard output."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [Path(sys.executable).parent / "textkin", *arguments],
        stdout=subprocess.DEVNULL if stderr else theirs,
        stderr=theirs if stderr else subprocess.DEVNULL,
        cwd=textkin.folder,
        env=textkin.environment(**{"TERM": "xterm-256color", "COLUMNS": "120"} | environment),
    )
    os.close(theirs)
    printed = b""
    try:
        while block := os.read(ours, 65536):
            printed += block
    except OSError:
        pass  # Linux says so when the other end closes
    finally:
        os.close(ours)
        assert process.wait() == 0
    return printed.decode()


@pytest.fixture
def compared(write):
    write("a.txt", ORIGINAL)
    write("b.txt", EDITED)
    return ("compare", "a.txt", "b.txt")


COLOUR = "\x1b[3"


def test_a_terminal_has_colours(textkin, compared):
    assert COLOUR in shown(textkin, *compared)


@pytest.mark.parametrize(
    "environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}]
)
def test_a_terminal_that_wants_none_gets_no_escapes(textkin, compared, environment):
    assert "\x1b" not in shown(textkin, *compared, **environment)


def test_a_pipe_has_colours_only_if_they_are_forced(textkin, compared):
    assert "\x1b" not in textkin(*compared).stdout
    assert COLOUR in textkin(*compared, environment={"FORCE_COLOR": "1", "TERM": "xterm-256color"}).stdout
    assert "\x1b" not in textkin(*compared, environment={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stdout


@pytest.mark.parametrize("options", [(), ("--json",), ("--with-matches",)])
def test_an_ingest_into_pipes_prints_no_escapes(textkin, write, collection, options):
    write("x.jsonl", json.dumps({"id": "a", "text": ORIGINAL}) + "\n{}\n")
    done = textkin("ingest", "x.jsonl", "--collection", collection, *options, code=1)
    assert "\x1b" not in done.stdout + done.stderr
    assert "\r" not in done.stdout + done.stderr


def test_a_terminal_is_shown_how_many_how_fast_how_much_and_how_long_still(textkin, write, collection):
    stories = (json.dumps({"id": str(each), "text": f"{ORIGINAL} {each}"}) for each in range(3_000))
    write("x.jsonl", "\n".join(stories))
    progress = shown(textkin, "ingest", "x.jsonl", "--collection", collection, stderr=True)
    assert "3,000 articles" in progress
    assert "/s" in progress
    assert "100%" in progress
    assert "left" in progress


def test_of_a_folder_it_is_known_how_much_there_is(textkin, write, collection):
    for number in range(3):
        write(f"news/{number}.txt", f"{ORIGINAL} {number}")
    progress = shown(textkin, "ingest", "news", "--collection", collection, stderr=True)
    assert "3 articles" in progress
    assert "left" in progress


@pytest.mark.parametrize("environment", [{"TERM": "dumb"}])
def test_a_dumb_terminal_is_shown_no_progress(textkin, write, collection, environment):
    write("x.jsonl", json.dumps({"id": "a", "text": ORIGINAL}))
    assert shown(textkin, "ingest", "x.jsonl", "--collection", collection, stderr=True, **environment) == ""


def test_progress_without_colours_has_none(textkin, write, collection):
    write("x.jsonl", json.dumps({"id": "a", "text": ORIGINAL}))
    progress = shown(textkin, "ingest", "x.jsonl", "--collection", collection, stderr=True, NO_COLOR="1")
    assert "1 article" in progress
    assert COLOUR not in progress
