"""`textkin ingest --resume`: killed at any place and run again, it goes on there and takes in each article once."""

import gzip
import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from pages import packed, page, response
from pyarrow import parquet

from textkin import Article
from textkin.cli._marks import Mark, Marks, UnreadableError, state_of
from textkin.cli._sources import Source

ARTICLES = 2_000


# Long, so that a pipe holds few answers: the command cannot run far ahead of the test that reads them.
LONG = "-" * 250


def line(number):
    return json.dumps(
        {"id": f"a{number}{LONG}", "text": f"Story {number} tells a story of its own, in Brenleigh."}
    )


def lines(count):
    return "".join(f"{line(number)}\n" for number in range(count))


class Resumed:
    """The command with --resume, with marks of the test's own."""

    def __init__(self, textkin, state, collection):
        self.run_textkin = textkin
        self.marks = state / "textkin" / "ingest.sqlite"
        self.options = ("ingest", "--resume", "--collection", collection)
        self.environment = {"XDG_STATE_HOME": str(state)}

    def __call__(self, *arguments, code=0, **environment):
        return self.run_textkin(
            *self.options, *arguments, code=code, environment=self.environment | environment
        )

    def begin(self, *arguments):
        """Starts it with --json, without waiting for it."""
        return subprocess.Popen(
            [Path(sys.executable).parent / "textkin", *self.options, *map(str, arguments), "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.run_textkin.folder,
            env=self.run_textkin.environment(**self.environment),
        )

    def end_after(self, count, number, *arguments):
        """Starts it and ends it with a signal once `count` articles are acknowledged."""
        with self.begin(*arguments) as process:
            for _ in range(count):
                assert json.loads(process.stdout.readline())["status"] in {"created", "unchanged"}
            process.send_signal(number)
            process.stdout.read()
            errors = process.stderr.read().decode()
            assert "Traceback" not in errors
            process.wait(60)
        return process.returncode, errors

    def marked(self):
        """How many records of how many files are marked."""
        if not self.marks.exists():
            return (0, 0)
        database = sqlite3.connect(self.marks)
        try:
            return database.execute("SELECT total(records), count(*) FROM mark").fetchone()
        finally:
            database.close()


@pytest.fixture
def resumed(textkin, tmp_path, collection):
    return Resumed(textkin, tmp_path / "state", collection)


@pytest.fixture
def held(client, collection):
    """The ids that the collection holds, in the order of their ingest."""
    return lambda: [each.id for each in client.list(collection=collection, page_size=1_000)]


def numbers(done):
    """The number of articles of each kind that the sums tell of."""
    words = done.stdout.replace(",", "").replace("(", "").replace(")", "").replace(":", "").split()
    return {
        kind: int(words[words.index(kind) - 1])
        for kind in ("created", "replaced", "unchanged", "taken", "failed")
        if kind in words
    }


def test_killed_within_two_thousand_articles_it_goes_on_there_and_each_is_there_once(resumed, write, held):
    write("all.jsonl", lines(ARTICLES))
    assert resumed.end_after(1_000, signal.SIGKILL, "all.jsonl")[0] == -signal.SIGKILL
    found = numbers(resumed("all.jsonl"))
    # Marks are kept every 256 articles at the latest.
    assert found["taken"] >= 768
    assert found["created"] + found.get("unchanged", 0) + found["taken"] == ARTICLES
    assert sorted(held()) == sorted(f"a{number}{LONG}" for number in range(ARTICLES))
    assert resumed.marked() == (0, 0)


def test_interrupted_it_goes_on_there(resumed, write, held):
    write("all.jsonl", lines(ARTICLES))
    assert resumed.end_after(600, signal.SIGINT, "all.jsonl")[0] == 130
    assert numbers(resumed("all.jsonl"))["taken"] >= 256
    assert len(held()) == ARTICLES


def test_killed_again_and_again_in_a_folder_of_every_kind_each_article_is_there_once(
    resumed, write, held, tmp_path
):
    write("news/a.jsonl.gz", gzip.compress(lines(300).encode()))
    ids = [f"t{each}{LONG}" for each in range(700)]
    table = pa.table({"id": ids, "text": [f"The third story {each}." for each in range(700)]})
    parquet.write_table(table, tmp_path / "news" / "aa.parquet", row_group_size=64)
    addresses = [f"https://lantern.example/{each}{LONG}" for each in range(300)]
    write("news/ab.warc.gz", packed(*(response(address, page()) for address in addresses)))
    write(
        "news/b.csv",
        "id,text\n" + "".join(f"b{each}{LONG},The second story {each}.\n" for each in range(1_000)),
    )
    for number in range(100):
        write(f"news/c/{number:03}.txt", f"A story in a file of its own, {number}.")
    for acknowledged in (250, 250, 250):
        assert resumed.end_after(acknowledged, signal.SIGKILL, "news")[0] == -signal.SIGKILL
    assert "Traceback" not in resumed("news").stderr
    assert len(held()) == len(set(held())) == 2_400


def test_a_service_that_ended_is_gone_on_with_when_it_is_there_again(
    resumed, write, service_factory, textkin
):
    write("all.jsonl", lines(ARTICLES))
    first = service_factory()
    textkin.address = first.address
    resumed.options = ("ingest", "--resume")
    with resumed.begin("all.jsonl") as process:
        for _ in range(500):
            process.stdout.readline()
        first.kill()
        process.stdout.read()
        errors = process.stderr.read().decode()
        assert "the same command goes on behind them" in errors
        assert "no service at" in errors
        assert process.wait(60) == 3
    port = first.address.rsplit(":", 1)[1]
    second = service_factory(listen=f"127.0.0.1:{port}")
    assert second.address == first.address
    found = numbers(resumed("all.jsonl"))
    assert found["taken"] >= 256
    assert sum(found.values()) == ARTICLES
    listed = textkin("list", "--json").stdout.splitlines()
    assert len({json.loads(each)["id"] for each in listed}) == len(listed) == ARTICLES


def test_a_service_that_lost_its_articles_gets_all_of_them_again(resumed, write, client, collection, held):
    write("all.jsonl", lines(ARTICLES))
    resumed.end_after(1_000, signal.SIGKILL, "all.jsonl")
    client.delete_collection(collection, force=True)
    client.create_collection(collection)
    done = resumed("all.jsonl")
    assert "the service does not show the article that it acknowledged last: beginning anew" in done.stderr
    assert numbers(done) == {"created": ARTICLES}
    assert len(held()) == ARTICLES


def test_a_file_that_was_written_to_since_is_read_from_its_beginning(
    resumed, write, held, client, collection
):
    path = write("all.jsonl", lines(ARTICLES))
    resumed.end_after(1_000, signal.SIGKILL, "all.jsonl")
    # As long as before, and as old.
    before = path.stat()
    path.write_text(lines(ARTICLES).replace("Story 7 tells a", "Story 7 told a"), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    done = resumed("all.jsonl")
    assert "taken" not in numbers(done)
    assert len(held()) == ARTICLES
    assert client.get(f"a7{LONG}", collection=collection).text.startswith("Story 7 tol")


def test_the_same_file_for_another_collection_or_in_another_encoding_is_taken_in_whole(
    resumed, write, textkin, client, collection
):
    write("all.jsonl", lines(ARTICLES))
    resumed.end_after(1_000, signal.SIGKILL, "all.jsonl")
    textkin("collections", "create", f"{collection}-other")
    other = textkin(
        "ingest",
        "--resume",
        "--collection",
        f"{collection}-other",
        "all.jsonl",
        environment=resumed.environment,
    )
    assert numbers(other) == {"created": ARTICLES}
    client.delete_collection(f"{collection}-other", force=True)
    assert "taken" not in numbers(resumed("all.jsonl", "--encoding", "latin-1"))


@pytest.mark.parametrize("damage", ["truncated", "foreign", "garbage"])
def test_marks_that_cannot_be_read_are_put_aside_and_all_is_read(resumed, write, held, damage):
    write("all.jsonl", lines(ARTICLES))
    resumed.end_after(1_000, signal.SIGKILL, "all.jsonl")
    data = resumed.marks.read_bytes()
    # Also the journal of what the kill cut short: it would mend what is damaged here.
    for file in resumed.marks.parent.iterdir():
        file.unlink()
    if damage == "foreign":
        database = sqlite3.connect(resumed.marks)
        database.execute("CREATE TABLE notes (note)")
        database.commit()
        database.close()
    else:
        resumed.marks.write_bytes(data[:5_000] if damage == "truncated" else b"{}" * 9_000)
    aside = resumed.marks.with_name("ingest.sqlite.unreadable")
    before = resumed.marks.read_bytes()
    done = resumed("all.jsonl")
    assert f"cannot be read, and is now {aside}: beginning anew" in done.stderr
    assert "taken" not in numbers(done)
    assert len(held()) == ARTICLES
    assert aside.read_bytes() == before
    assert "unreadable" not in resumed("all.jsonl").stderr


def test_where_no_marks_can_be_kept_a_way_out_is_told(resumed, write):
    write("a.jsonl", lines(1))
    occupied = write("occupied", "a file")
    done = resumed("a.jsonl", code=2, XDG_STATE_HOME=str(occupied))
    assert done.stderr.startswith("Error: --resume cannot note what is done: ")
    assert done.stderr.endswith("name a folder for it in XDG_STATE_HOME\n")


def test_what_failed_before_an_interruption_is_still_told_after_it(resumed, write):
    write("all.jsonl", '{"id": "bad"}\n' + lines(ARTICLES))
    process = resumed.begin("all.jsonl")
    with process:
        for _ in range(1_000):
            process.stdout.readline()
        process.kill()
        process.stdout.read()
    done = resumed("all.jsonl", code=1)
    assert numbers(done)["failed"] == 1
    assert "in, 1 failed)" in done.stdout


def test_what_is_refused_for_now_is_sent_again_by_the_same_command(
    resumed, write, textkin, client, collection
):
    write("all.jsonl", lines(5))
    small = f"{collection}-small"
    textkin("collections", "create", small, "--max-articles", 2)
    resumed.options = ("ingest", "--resume", "--collection", small)
    done = resumed("all.jsonl", code=1)
    assert numbers(done) == {"created": 2, "failed": 3}
    assert "tried again by the same command" in done.stderr
    client.delete(f"a0{LONG}", collection=small)
    assert numbers(resumed("all.jsonl", code=1)) == {"created": 1, "failed": 2, "taken": 2}
    client.delete_collection(small, force=True)


def test_a_file_that_ends_too_early_is_read_again_when_it_is_whole(resumed, write, held):
    whole = gzip.compress(lines(50).encode())
    write("all.jsonl.gz", whole[:-20])
    assert "ends within its gzip data" in resumed("all.jsonl.gz", code=1).stderr
    write("all.jsonl.gz", whole)
    resumed("all.jsonl.gz")
    assert len(held()) == 50


@pytest.mark.parametrize("path", ["-", "/dev/stdin"])
def test_what_comes_through_a_pipe_cannot_be_resumed(textkin, path):
    done = textkin("ingest", "--resume", "--format", "jsonl", path, stdin=b"{}", code=2)
    assert "what comes through a pipe cannot be read again" in done.stderr


def test_without_resume_nothing_is_noted(resumed, textkin, write, collection):
    write("a.jsonl", lines(3))
    textkin("ingest", "a.jsonl", "--collection", collection, environment=resumed.environment)
    assert not resumed.marks.exists()


def test_an_article_of_the_library_stays_one_article(resumed, write, client, collection, held):
    """What was ingested otherwise counts as there: the truth is the service's."""
    client.ingest(Article(f"a0{LONG}", json.loads(line(0))["text"]), collection=collection)
    write("a.jsonl", lines(2))
    assert numbers(resumed("a.jsonl")) == {"created": 1, "unchanged": 1}
    assert held() == [f"a0{LONG}", f"a1{LONG}"]


def test_two_at_once_keep_their_marks_apart(resumed, write, textkin, client, collection, held):
    write("all.jsonl", lines(ARTICLES))
    other = Resumed(textkin, resumed.marks.parent.parent, f"{collection}-other")
    client.create_collection(f"{collection}-other")
    with resumed.begin("all.jsonl") as one, other.begin("all.jsonl") as two:
        for _ in range(1_000):
            one.stdout.readline()
            two.stdout.readline()
        one.kill()
        one.stdout.read()
        two.stdout.read()
        assert (two.wait(60), two.stderr.read()) == (0, b"")
    assert numbers(resumed("all.jsonl"))["taken"] >= 768
    assert len(held()) == ARTICLES
    client.delete_collection(f"{collection}-other", force=True)


def test_marks_that_are_deleted_meanwhile_do_not_make_a_whole_ingest_fail(resumed, write, held):
    write("all.jsonl", lines(ARTICLES))
    with resumed.begin("all.jsonl") as process:
        answers = [process.stdout.readline() for _ in range(300)]
        resumed.marks.unlink()
        answers += process.stdout.readlines()
        errors = process.stderr.read().decode()
    assert process.returncode == 0
    assert len(answers) == ARTICLES
    assert "what is done cannot be noted" in errors
    assert "what was noted cannot be dropped" in errors
    assert len(held()) == ARTICLES


@pytest.mark.parametrize("table", ["mark", "last"])
def test_marks_that_are_lost_behind_our_back_are_an_error_of_their_own_or_none(tmp_path, table):
    path = tmp_path / "ingest.sqlite"
    source = Source(str(tmp_path / "all.jsonl"), "jsonl", "all")
    with Marks(path, "127.0.0.1:1", "default", "utf-8") as marks:
        marks.keep({source: (state_of(source), Mark(5))}, "a4")
        assert marks.of(source) == Mark(5)
        other = sqlite3.connect(path)
        other.execute(f"DROP TABLE {table}")
        other.close()
        assert marks.of(source) == (Mark() if table == "mark" else Mark(5))
        with pytest.raises(UnreadableError, match="no such table"):
            marks.last_article()
