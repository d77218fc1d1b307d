"""`textkin ingest --watch`: files are taken in as they appear or change, until the watch is told to end."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from scripted import serving

from sandbox import BOUND_BY_MODES
from textkin import CollectionSettings
from textkin.cli._marks import Mark, Marks, state_of
from textkin.cli._sources import Source
from textkin.cli._watching import Untaken
from textkin.v1 import textkin_service_pb2 as pb


class Watching:
    """A watch of the folder `in`. Its answers, with --json, are read as they come."""

    def __init__(self, textkin, *options, environment=None, setting="", through=()):
        """`setting`: Python that changes how the command is set; `through`: a command that runs it."""
        program = f"{setting}\nfrom textkin.cli import main; main(prog_name='textkin')"
        command = [sys.executable, "-c", program] if setting else [Path(sys.executable).parent / "textkin"]
        self._process = subprocess.Popen(
            [*through, *command, "ingest", "--watch", "in", *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=textkin.folder,
            env=textkin.environment(**(environment or {})),
        )

    def line(self):
        return self._process.stdout.readline().decode()

    def answer(self):
        return json.loads(self.line())

    def message(self):
        return self._process.stderr.readline().decode()

    def send(self, number):
        self._process.send_signal(number)

    def handles(self, number):
        """Whether the process has a handler of its own for the signal, as the kernel knows."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        caught = int(status.split("SigCgt:")[1].split()[0], 16)
        return bool(caught & 1 << (number - 1))

    def runs(self):
        return self._process.poll() is None

    def code(self):
        return self._process.wait(60)

    def end(self, number=signal.SIGTERM):
        """Tells it to end. Returns the exit code, and what was still printed."""
        self._process.send_signal(number)
        return self.rest()

    def rest(self):
        """Waits for its end. Returns the exit code, and what was still printed."""
        printed, errors = (stream.read().decode() for stream in (self._process.stdout, self._process.stderr))
        assert "Traceback" not in errors
        return self._process.wait(60), printed, errors

    def kill(self):
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._process.stdout.close()
        self._process.stderr.close()


@pytest.fixture
def watching(textkin, collection, tmp_path):
    """Starts watches of the folder `in`, which is there."""
    started = []
    (tmp_path / "in").mkdir()

    def start(*options, target=("--collection", collection), **more):
        started.append(Watching(textkin, *options, *target, **more))
        return started[-1]

    yield start
    for each in started:
        each.kill()


def jsonl(*articles):
    return "".join(json.dumps({"id": name, "text": text}) + "\n" for name, text in articles)


# Has the folders looked through again all the time.
LOOKS = "from textkin.cli import _watching; _watching._LOOK_SECONDS = _watching._REST = 0"


CREATED = pb.BatchIngestResult(outcome="INGEST_OUTCOME_CREATED")


def answer(request, result):
    return pb.BatchIngestArticlesResponse(results=[result] * len(request.articles))


def test_what_is_there_and_what_appears_and_what_changes_is_taken_in(watching, write, client, collection):
    write("in/first.txt", "The first story, which was there.")
    watch = watching("--json")
    assert watch.answer() == {"id": "first", "status": "created"}
    write("in/deep/down/second.jsonl", jsonl(("a", "Story a came."), ("b", "Story b came.")))
    assert [watch.answer() for _ in range(2)] == [{"id": each, "status": "created"} for each in "ab"]
    write("in/first.txt", "The first story, told anew.")
    assert watch.answer() == {"id": "first", "status": "replaced"}
    assert watch.end() == (0, "", "")
    assert {each.id for each in client.list(collection=collection)} == {"first", "a", "b"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_people_are_told_of_each_file_and_of_the_sums_at_the_end(watching, write, number):
    write("in/a.jsonl", jsonl(("a", "Story a."), ("b", "Story b.")))
    watch = watching()
    assert watch.line() == "in/a.jsonl: 2 created\n"
    write("in/c.txt", "Story c.")
    assert watch.line() == "in/c.txt: 1 created\n"
    assert watch.end(number) == (0, "3 articles: 3 created\n", "")


def test_a_file_that_is_moved_in_is_taken_in_and_one_with_a_point_is_not(watching, write, tmp_path):
    watch = watching("--json")
    write("in/.a.txt.part", "Not yet")
    write("in/.b.txt", "Not yet whole.")
    whole = write("a.txt", "A story that was written elsewhere.")
    whole.rename(tmp_path / "in" / "a.txt")
    assert watch.answer() == {"id": "a", "status": "created"}
    (tmp_path / "in" / ".b.txt").rename(tmp_path / "in" / "b.txt")
    assert watch.answer() == {"id": "b", "status": "created"}
    assert watch.end() == (0, "", "")


def test_a_folder_that_is_moved_in_is_taken_in_whole(watching, write, tmp_path):
    watch = watching("--json")
    for number in range(20):
        write(f"new/deep/{number:02}.txt", f"Story number {number}.")
    (tmp_path / "new").rename(tmp_path / "in" / "new")
    assert sorted(watch.answer()["id"] for _ in range(20)) == [
        f"new/deep/{number:02}" for number in range(20)
    ]
    assert watch.end()[0] == 0


def test_a_half_written_file_is_read_again_when_the_rest_comes(watching, tmp_path, client, collection):
    watch = watching("--json")
    text = jsonl(("a", "Story a."), ("b", "Story b."))
    with (tmp_path / "in" / "slow.jsonl").open("w") as slow:
        slow.write(text[:-10])
        slow.flush()
        assert watch.answer() == {"id": "a", "status": "created"}
        assert watch.answer()["error"]["reason"] == "BAD_INPUT"
        slow.write(text[-10:])
    assert [watch.answer()["status"] for _ in range(2)] == ["unchanged", "created"]
    # One that failed has been told of; the watch went on.
    assert watch.end()[0] == 1
    assert {each.id for each in client.list(collection=collection)} == {"a", "b"}


def test_a_restart_of_the_service_is_waited_for_and_nothing_is_lost(
    watching, write, service_factory, textkin
):
    first = service_factory()
    textkin.address = first.address
    write("in/a.txt", "Story a.")
    watch = watching("--json", target=())
    assert watch.answer()["id"] == "a"
    first.kill()
    write("in/b.txt", "Story b.")
    assert watch.message() == "no service at the moment (unavailable): waiting for it\n"
    write("in/c.txt", "Story c.")
    service_factory(listen=first.address)
    assert [watch.answer() for _ in range(2)] == [{"id": each, "status": "created"} for each in "bc"]
    code, _, errors = watch.end()
    assert (code, errors) == (0, "the service is there again\n")


def test_a_watch_that_waits_for_the_service_ends_when_told(watching, write):
    write("in/a.txt", "Story a.")
    watch = watching(target=("--address", "127.0.0.1:1"))
    assert "no service at the moment" in watch.message()
    assert watch.end(signal.SIGTERM) == (0, "0 articles: nothing to take in\n", "")


def test_told_to_stop_it_ends_after_what_it_has_sent_is_acknowledged_however_long_that_takes(watching, write):
    asked, acknowledged = threading.Event(), threading.Event()

    def late(requests, _context):
        for request in requests:
            asked.set()
            acknowledged.wait()
            yield answer(request, CREATED)

    write("in/a.txt", "Story a.")
    with serving(BatchIngestArticles=late) as address:
        try:
            # Without any grace for a command that does not end by itself.
            setting = "from textkin.cli import _interrupts; _interrupts._GRACE_SECONDS = 0"
            watch = watching(target=("--address", address), setting=setting)
            assert asked.wait(60)
            watch.send(signal.SIGINT)
            # Both signals are given back once one of them is heard.
            while watch.runs() and watch.handles(signal.SIGTERM):
                os.sched_yield()
            acknowledged.set()
            assert watch.rest() == (0, "in/a.txt: 1 created\n1 article: 1 created\n", "")
        finally:
            acknowledged.set()


def test_told_twice_it_ends_even_if_the_service_never_answers(watching, write):
    asked, ended = threading.Event(), threading.Event()

    def never(_requests, _context):
        asked.set()
        ended.wait()
        return iter(())

    write("in/a.txt", "Story a.")
    with serving(BatchIngestArticles=never) as address:
        try:
            watch = watching(target=("--address", address))
            assert asked.wait(60)
            watch.send(signal.SIGTERM)
            # Until it is heard, nothing else is told of it.
            while watch.handles(signal.SIGTERM):
                os.sched_yield()
            watch.send(signal.SIGTERM)
            assert watch.code() == -signal.SIGTERM
        finally:
            ended.set()


def test_what_is_refused_for_now_is_sent_again_until_it_is_taken_in(watching, write, client, collection):
    small = f"{collection}-small"
    client.create_collection(small, CollectionSettings(max_articles=1))
    write("in/a.jsonl", jsonl(("a", "Story a."), ("b", "Story b.")))
    watch = watching("--json", target=("--collection", small), setting=LOOKS)
    assert watch.answer() == {"id": "a", "status": "created"}
    assert watch.answer()["error"]["reason"] == "COLLECTION_FULL"
    client.delete("a", collection=small)
    while (answer := watch.answer())["status"] == "error":
        assert answer["error"]["reason"] == "COLLECTION_FULL"
    assert answer == {"id": "b", "status": "created"}
    assert watch.end()[0] == 1
    assert [each.id for each in client.list(collection=small)] == ["b"]
    client.delete_collection(small, force=True)


def test_what_stays_refused_is_tried_ever_more_rarely(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("Story a.", encoding="utf-8")
    source = Source(str(path), "text", "a")
    with Marks(None, "", "", "utf-8") as marks:
        untaken = Untaken(marks)
        looks = [look for look in range(80) if untaken.due([source])]
        assert looks == [0, 1, 3, 7, 15, 31, 47, 63, 79]
        path.write_text("Story a, told anew.", encoding="utf-8")
        assert [bool(untaken.due([source])) for _ in range(4)] == [True, True, False, True]
        marks.keep({source: (state_of(source), Mark(1, complete=True))}, None)
        untaken.tried([source])
        assert untaken.due([source]) == []


def test_a_folder_that_is_deleted_and_made_again_is_still_watched(watching, write, tmp_path):
    write("in/a.txt", "Story a.")
    watch = watching("--json", setting=LOOKS)
    assert watch.answer() == {"id": "a", "status": "created"}
    shutil.rmtree(tmp_path / "in")
    write("in/b.txt", "Story b.")
    assert watch.answer() == {"id": "b", "status": "created"}
    write("in/c.txt", "Story c.")
    assert watch.answer() == {"id": "c", "status": "created"}
    assert watch.end() == (0, "", "")


def test_a_folder_that_may_not_be_read_is_told_and_taken_in_when_it_may(watching, write, tmp_path):
    write("in/a.txt", "Story a.")
    write("in/closed/b.txt", "Story b.")
    (tmp_path / "in" / "closed").chmod(0)
    try:
        watch = watching("--json", setting=LOOKS, through=BOUND_BY_MODES)
        assert watch.answer() == {"id": "a", "status": "created"}
        assert watch.answer()["error"]["message"] == "in/closed: cannot be read: Permission denied"
        assert watch.message() == "in/closed: cannot be read: Permission denied\n"
    finally:
        (tmp_path / "in" / "closed").chmod(0o755)
    while (answer := watch.answer())["status"] == "error":
        pass
    assert answer == {"id": "closed/b", "status": "created"}
    assert watch.end()[0] == 1


def test_links_to_files_are_followed_and_those_to_folders_are_not(
    watching, write, tmp_path, client, collection
):
    write("else/there/a.txt", "Story a.")
    write("single.txt", "Story single.")
    (tmp_path / "in" / "before").symlink_to(tmp_path / "else")
    (tmp_path / "in" / "single.txt").symlink_to(tmp_path / "single.txt")
    watch = watching("--json")
    assert watch.answer() == {"id": "single", "status": "created"}
    (tmp_path / "in" / "after").symlink_to(tmp_path / "else")
    write("else/there/b.txt", "Story b.")
    write("else/c.txt", "Story c.")
    # What is told of the links comes before what is told of this.
    write("in/last.txt", "Story last.")
    assert watch.answer() == {"id": "last", "status": "created"}
    assert watch.end() == (0, "", "")
    assert {each.id for each in client.list(collection=collection)} == {"single", "last"}


def test_folders_that_cannot_be_watched_end_the_command_and_the_way_out_is_told(watching):
    setting = """
import resource, watchfiles
begin = watchfiles.watch
def watch(*folders, **options):
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    return begin(*folders, **options)
watchfiles.watch = watch
"""
    watch = watching(setting=setting)
    code, _, errors = watch.rest()
    assert code == 2
    assert errors.startswith("Error: the folders cannot be watched: ")
    assert "Too many open files" in errors
    assert errors.endswith("; with WATCHFILES_FORCE_POLLING=true they are looked at instead\n")


def test_folders_that_cannot_be_watched_any_more_are_looked_through(watching, write):
    setting = """
import watchfiles
begin = watchfiles.watch
def watch(*folders, **options):
    watchfiles.watch = lambda *folders, **options: begin(*folders, "as if it had gone just now", **options)
    return begin(*folders, **options)
watchfiles.watch = watch
"""
    write("in/a.txt", "Story a.")
    watch = watching("--json", setting=setting + LOOKS)
    assert watch.answer() == {"id": "a", "status": "created"}
    write("in/b.txt", "Story b.")
    assert watch.answer() == {"id": "b", "status": "created"}
    assert watch.end() == (0, "", "")


def test_a_resumed_watch_reads_no_file_again_that_has_not_changed(watching, write, tmp_path):
    state = {"XDG_STATE_HOME": str(tmp_path / "state")}
    write("in/a.txt", "Story a.")
    first = watching("--json", "--resume", environment=state)
    assert first.answer() == {"id": "a", "status": "created"}
    assert first.end() == (0, "", "")
    write("in/b.txt", "Story b.")
    second = watching("--json", "--resume", environment=state)
    assert second.answer() == {"id": "b", "status": "created"}
    write("in/a.txt", "Story a, told anew.")
    assert second.answer() == {"id": "a", "status": "replaced"}
    assert second.end() == (0, "", "")


def test_a_token_that_is_refused_ends_the_watch(watching, write, service_factory, textkin, tmp_path):
    write("access.toml", f'[[token]]\nname = "desk"\ntoken_sha256 = "{"0" * 64}"\nwrite = ["*"]\n')
    textkin.address = service_factory(access_file=tmp_path / "access.toml").address
    write("in/a.txt", "Story a.")
    watch = watching(target=())
    assert watch.message().startswith("Error: ")
    assert watch.code() == 4


def test_many_files_written_at_once_are_all_taken_in(watching, tmp_path):
    watch = watching("--json")

    def write_some(first):
        for number in range(first, first + 100):
            (tmp_path / "in" / f"{number}.txt").write_text(f"Story number {number}.", encoding="utf-8")

    writers = [threading.Thread(target=write_some, args=(first,)) for first in (0, 100, 200)]
    for writer in writers:
        writer.start()
    created = set()
    while len(created) < 300:
        answer = watch.answer()
        assert answer["status"] in {"created", "replaced", "unchanged"}
        created.add(int(answer["id"]))
    for writer in writers:
        writer.join()
    assert watch.end()[0] == 0


@pytest.mark.parametrize("path", ["a.jsonl", "-"])
def test_only_folders_are_watched(textkin, write, path):
    write("a.jsonl", jsonl(("a", "Story a.")))
    assert "--watch watches folders" in textkin("ingest", "--watch", path, code=2).stderr


def test_without_the_extra_the_way_to_install_it_is_told(textkin, tmp_path):
    (tmp_path / "in").mkdir()
    program = "import sys; sys.modules['watchfiles'] = None; from textkin.cli import main; main(prog_name='textkin')"
    done = subprocess.run(
        [sys.executable, "-c", program, "ingest", "--watch", "in"],
        capture_output=True,
        cwd=tmp_path,
        env=os.environ | textkin.environment(),
        timeout=120,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.decode() == (
        "Error: --watch needs more than the client: pip install 'textkin[watch]' (watchfiles is missing)\n"
    )
