"""What `textkin ingest` reads of a folder: all that it may, and what it may not read it tells."""

import subprocess
import sys
from pathlib import Path

import pytest

from sandbox import BOUND_BY_MODES


@pytest.fixture
def bound(textkin, collection):
    """Runs an ingest that mode bits bind, and returns its exit code, what it printed and its errors."""

    def run(*arguments):
        program = Path(sys.executable).parent / "textkin"
        done = subprocess.run(
            [*BOUND_BY_MODES, program, "ingest", "--collection", collection, *arguments],
            capture_output=True,
            cwd=textkin.folder,
            env=textkin.environment(XDG_STATE_HOME=str(textkin.folder / "state")),
            check=False,
        )
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    return run


@pytest.fixture
def closed(write):
    """A folder in the folder `in` that may not be read, with an article; both folders may in the end."""
    folder = write("in/closed/b.txt", "Story b.").parent
    folder.chmod(0)
    yield folder
    folder.chmod(0o755)


def test_a_folder_within_that_may_not_be_read_is_told_and_the_others_are_taken_in(bound, write, closed):
    write("in/a.txt", "Story a.")
    write("in/open/c.txt", "Story c.")
    assert bound("in") == (
        1,
        "3 articles: 2 created, 1 failed\n",
        "in/closed: cannot be read: Permission denied\n",
    )
    closed.chmod(0o755)
    assert bound("in") == (0, "3 articles: 1 created, 2 unchanged\n", "")


def test_a_folder_that_may_not_be_read_is_tried_again_by_a_resumed_command(bound, write, closed):
    write("in/a.txt", "Story a.")
    code, printed, errors = bound("--resume", "in")
    assert (code, printed) == (1, "2 articles: 1 created, 1 failed\n")
    assert "tried again by the same command" in errors
    closed.chmod(0o755)
    assert bound("--resume", "in") == (0, "1 article: 1 created (before: 1 taken in)\n", "")


def test_links_to_files_are_followed_and_those_to_folders_are_not(textkin, write, client, collection):
    write("else/a.txt", "Story a.")
    write("in/b.txt", "Story b.")
    (textkin.folder / "in" / "c.txt").symlink_to(textkin.folder / "else" / "a.txt")
    (textkin.folder / "in" / "linked").symlink_to(textkin.folder / "else")
    textkin("ingest", "in", "--collection", collection)
    assert {each.id for each in client.list(collection=collection)} == {"b", "c"}
