"""What the store refuses, and what it does not: files that are not as they were written, disks that are full."""

import os
import random
import shutil
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from drafts import draft
from textkin_service.errors import StoreError
from textkin_service.model import Article, CollectionSettings
from textkin_service.store import SqliteStore, witness
from textkin_service.store.connections import connect
from textkin_service.store.folder import Files
from textkin_service.store.opening import number_of_commits
from textkin_service.store.schema import PAGE_BYTES
from textkin_service.store.witness import Noted, Witness

SCHEME = "scheme-1"
FERRY = Article(id="ferry", text="Two ferries collided off Velmora; nobody was hurt.")
FRAME_BYTES = PAGE_BYTES + 24


def put(store, *articles):
    return store.put([draft("default", article) for article in articles]).result()


def ids(folder):
    with SqliteStore(folder, SCHEME) as store:
        page = store.articles("default", 0, 1_000, include_text=True, max_bytes=10**9)
        return [article.id for article in page.items]


def refusal_of(folder):
    with pytest.raises(StoreError) as refusal:
        SqliteStore(folder, SCHEME)
    return refusal.value


def flip(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


KILLED = """
import os, sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from test_store_refusals import FERRY, SCHEME, put, replace, SqliteStore
store = SqliteStore(Path({folder!r}), SCHEME)
for number in range({count}):
    put(store, replace(FERRY, id=str(number)))
os._exit(9)
"""


def killed(folder, count=10):
    """Leaves a store as a process does that is killed after so many commits."""
    program = KILLED.format(tests=str(Path(__file__).parent), folder=str(folder), count=count)
    path = os.pathsep.join([str(Path(__file__).parent.parent), *filter(None, sys.path)])
    done = subprocess.run([sys.executable, "-c", program], env=os.environ | {"PYTHONPATH": path}, check=False)
    assert done.returncode == 9
    return Files(folder)


@pytest.fixture
def filled(tmp_path):
    """The files of a store of thirty articles that was closed cleanly."""
    with SqliteStore(tmp_path, SCHEME) as store:
        put(store, *(replace(FERRY, id=str(number), title="t" * 500) for number in range(30)))
    return Files(tmp_path)


def test_a_clean_end_leaves_one_database_and_no_log(filled):
    left = {path.name for path in filled.folder.iterdir()}
    assert left == {"textkin.sqlite3", "textkin.commits", "textkin.lock"}


def test_ordinary_sqlite_tools_can_read_the_database(filled):
    count = "import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM articles').fetchone())"
    read = subprocess.run([sys.executable, "-c", count, filled.database], capture_output=True, check=True)
    assert read.stdout.strip() == b"30"


def test_each_page_has_a_checksum_and_a_damaged_one_is_refused_wherever_it_is_read(filled):
    pages = filled.database.stat().st_size // PAGE_BYTES
    kept = filled.database.read_bytes()
    refused = []
    for page in range(pages):
        flip(filled.database, page * PAGE_BYTES + PAGE_BYTES // 2)
        try:
            assert ids(filled.folder) == [str(number) for number in range(30)]
        except StoreError as refusal:
            refused.append(refusal)
        filled.database.write_bytes(kept)
    assert len(refused) > pages // 2
    for refusal in refused:
        assert (refusal.reason, refusal.metadata) == ("STORE_DAMAGED", {"file": "textkin.sqlite3"})
        assert str(filled.folder) not in refusal.message
        assert refusal.file == filled.database


@pytest.mark.parametrize("at", range(0, 100, 3))
def test_no_byte_of_the_header_turns_the_checksums_off(filled, at):
    flip(filled.database, at)
    assert refusal_of(filled.folder).reason == "STORE_DAMAGED"


def test_a_database_that_is_cut_off_is_refused_even_if_the_log_goes_beyond_it(tmp_path):
    with SqliteStore(tmp_path, SCHEME) as store:
        put(store, *(replace(FERRY, id=f"before {number}", title="t" * 4_000) for number in range(30)))
    files = killed(tmp_path)
    os.truncate(files.database, files.database.stat().st_size - PAGE_BYTES)
    refusal = refusal_of(tmp_path)
    assert refusal.reason == "STORE_DAMAGED"
    assert "textkin.sqlite3 is damaged: it has" in refusal.message


def test_after_kill_9_everything_is_there(tmp_path):
    files = killed(tmp_path)
    assert files.log.stat().st_size > 10 * FRAME_BYTES
    assert ids(tmp_path) == [str(number) for number in range(10)]


@pytest.mark.parametrize("share", [0, 0.2, 0.5, 0.99])
@pytest.mark.parametrize("damage", [flip, os.truncate])
def test_a_log_that_lost_acknowledged_commits_is_refused_and_left_as_it_is(tmp_path, damage, share):
    files = killed(tmp_path)
    damage(files.log, int(files.log.stat().st_size * share))
    left = files.log.read_bytes()
    for _ in range(2):
        refusal = refusal_of(tmp_path)
        assert refusal.reason == "STORE_DAMAGED"
        assert "textkin.sqlite3-wal is damaged" in refusal.message
        assert "textkin.commits" in refusal.message
    assert files.log.read_bytes() == left
    files.witness.unlink()
    kept = ids(tmp_path)
    assert kept == [str(number) for number in range(len(kept))]
    assert len(kept) < 10


def test_a_commit_that_a_power_cut_tore_is_gone_and_needs_no_hand(tmp_path):
    files = killed(tmp_path)
    with files.log.open("r+b") as log:
        log.seek(0, os.SEEK_END)
        log.write(b"\1" * 3 * FRAME_BYTES)
    assert ids(tmp_path) == [str(number) for number in range(10)]


def test_a_log_that_is_needed_to_complete_a_checkpoint_is_refused_if_it_is_not_whole(tmp_path):
    with SqliteStore(tmp_path, SCHEME) as store:
        put(store, *(replace(FERRY, id=f"before {number}") for number in range(300)))
    files = killed(tmp_path)
    whole = Files(tmp_path.with_name("whole"))
    shutil.copytree(tmp_path, whole.folder)
    with closing(connect(whole.database)) as db:
        commits = number_of_commits(db)
        frames, _ = db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
    pages = files.database.stat().st_size // PAGE_BYTES
    mixed, copied = bytearray(files.database.read_bytes()), whole.database.read_bytes()
    draw = random.Random(5)  # noqa: S311 - no secret
    for start in range(0, len(mixed), PAGE_BYTES):
        if draw.random() < 0.7:
            mixed[start : start + PAGE_BYTES] = copied[start : start + PAGE_BYTES]
    files.database.write_bytes(mixed)
    Witness(files.witness, Noted(commits, pages, frames)).close()
    log = files.log.read_bytes()
    flip(files.log, 40)
    assert "of its first" in refusal_of(tmp_path).message
    files.log.write_bytes(log)
    assert len(ids(tmp_path)) == 310


def test_the_database_alone_is_enough_once_the_log_was_copied(tmp_path):
    with SqliteStore(tmp_path, SCHEME) as store:
        put(store, FERRY)
        store._writer._journal.checkpoint()
        copy = shutil.copytree(tmp_path, tmp_path.with_name("copy"))
    Files(copy).log.unlink()
    assert ids(copy) == ["ferry"]


@pytest.mark.parametrize("at", [0, 9, 30, 60, 4_096, 4_110, 4_139])
@pytest.mark.parametrize("damage", [flip, os.truncate])
def test_a_damaged_witness_harms_nothing(filled, damage, at):
    damage(filled.witness, at)
    assert len(ids(filled.folder)) == 30
    noted = witness.read(filled.witness)
    assert noted is not None
    assert noted.commits == 1


def test_without_a_witness_the_database_is_gone_through_first(filled):
    filled.witness.unlink()
    assert len(ids(filled.folder)) == 30
    with closing(connect(filled.database)) as db:
        db.execute("DELETE FROM texts WHERE number = 7")
    assert len(ids(filled.folder)) == 29
    filled.witness.unlink()
    assert "an article has no text (number 7)" in refusal_of(filled.folder).message


@pytest.mark.parametrize("make", [Path.unlink, lambda path: path.write_bytes(b"")])
def test_a_database_that_is_gone_or_empty_is_no_new_store(filled, make):
    make(filled.database)
    refusal = refusal_of(filled.folder)
    assert refusal.reason == "STORE_DAMAGED"
    assert "textkin.sqlite3" in refusal.message


def test_a_store_that_was_never_finished_is_made_anew(tmp_path):
    (tmp_path / "textkin.sqlite3.new").write_bytes(b"half of it")
    (tmp_path / "textkin.sqlite3.new-journal").write_bytes(b"and its journal")
    assert ids(tmp_path) == []
    assert not list(tmp_path.glob("*.new*"))


@pytest.mark.parametrize(
    "name", ["textkin.sqlite3", "textkin.commits", "textkin.lock", "textkin.sqlite3-wal"]
)
def test_a_folder_in_the_place_of_a_file_is_refused(filled, name):
    path = filled.folder / name
    path.unlink(missing_ok=True)
    path.mkdir()
    refusal = refusal_of(filled.folder)
    assert refusal.reason == "STORE_UNAVAILABLE"
    assert name.removesuffix("-wal") in refusal.message


def test_a_lock_that_is_no_empty_file_is_refused(filled):
    filled.lock.write_bytes(b"something else, and long enough to be looked at" * 20)
    assert "textkin.lock cannot be locked" in refusal_of(filled.folder).message


def test_the_folder_is_the_same_by_whatever_path(filled):
    link = filled.folder.with_name("link")
    link.symlink_to(filled.folder)
    with SqliteStore(link, SCHEME):
        assert refusal_of(filled.folder).reason == "STORE_IN_USE"
        assert refusal_of(filled.folder / ".." / filled.folder.name).reason == "STORE_IN_USE"
    assert len(ids(link)) == 30


def test_damage_met_by_a_read_refuses_that_read_and_no_other(filled):
    with closing(connect(filled.database)) as db:
        ((leaf,),) = db.execute("SELECT max(pageno) FROM dbstat WHERE name = 'texts' AND pagetype = 'leaf'")
    flip(filled.database, (leaf - 1) * PAGE_BYTES + PAGE_BYTES - 100)
    failures = []
    with SqliteStore(filled.folder, SCHEME) as store:
        store.watch(failures.append)
        with pytest.raises(StoreError, match="checksum of a page") as refusal:
            store.articles("default", 0, 100, include_text=True, max_bytes=10**9)
        assert refusal.value.reason == "STORE_DAMAGED"
        assert len(store.articles("default", 0, 100, include_text=False, max_bytes=10**9).items) == 30
        store.create_collection("wire", CollectionSettings()).result()
    assert failures == []


def test_damage_met_by_a_write_ends_all_writing_but_no_reading(filled):
    with closing(connect(filled.database)) as db:
        ((leaf,),) = db.execute("SELECT max(pageno) FROM dbstat WHERE name = 'texts' AND pagetype = 'leaf'")
    flip(filled.database, (leaf - 1) * PAGE_BYTES + PAGE_BYTES - 100)
    failures = []
    with SqliteStore(filled.folder, SCHEME) as store:
        store.watch(failures.append)
        for _ in range(2):
            with pytest.raises(StoreError, match=r"textkin\.sqlite3 is damaged"):
                put(store, FERRY)
        assert [failure.reason for failure in failures] == ["STORE_DAMAGED"]
        assert store.counts().articles == 30


def test_a_log_that_changed_meanwhile_is_not_copied_and_ends_all_writing(filled):
    failures = []
    with SqliteStore(filled.folder, SCHEME) as store:
        store.watch(failures.append)
        put(store, FERRY)
        flip(filled.log, 32 + FRAME_BYTES + 24 + PAGE_BYTES // 2)
        kept = filled.database.read_bytes()
        store._writer._journal._next_checkpoint = 0
        put(store, replace(FERRY, id="acknowledged before the log is looked at"))
        with pytest.raises(StoreError, match=r"textkin\.sqlite3-wal is damaged: its frame 2 is not"):
            put(store, replace(FERRY, id="after"))
        assert [(failure.reason, failure.file) for failure in failures] == [("STORE_DAMAGED", filled.log)]
        assert store.counts().articles == 32
    assert filled.database.read_bytes() == kept
    assert "textkin.sqlite3-wal is damaged" in refusal_of(filled.folder).message


def test_a_log_that_changed_meanwhile_is_not_copied_at_a_clean_end_and_refused_by_the_next_start(filled):
    with SqliteStore(filled.folder, SCHEME) as store:
        put(store, FERRY)
        flip(filled.log, 32 + 24 + PAGE_BYTES // 2)
        kept, left = filled.database.read_bytes(), filled.log.read_bytes()
    assert (filled.database.read_bytes(), filled.log.read_bytes()) == (kept, left)
    assert "textkin.sqlite3-wal is damaged" in refusal_of(filled.folder).message


def test_a_log_that_was_copied_in_part_is_verified_from_there_on(filled):
    with SqliteStore(filled.folder, SCHEME) as store:
        journal = store._writer._journal
        put(store, FERRY)
        with store._readers.connection() as reader:
            reader.execute("BEGIN")
            assert reader.execute("SELECT count(*) FROM articles").fetchall() == [(31,)]
            put(store, replace(FERRY, id="later"))
            journal.checkpoint()
            reader.execute("COMMIT")
        frames, copied = journal.db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_NOOP)
        assert 0 < copied < frames
        flip(filled.log, 32 + (frames - 1) * FRAME_BYTES + 24)
        with pytest.raises(StoreError, match=f"its frame {frames} is not as it was written"):
            journal.checkpoint()
        flip(filled.log, 32 + (frames - 1) * FRAME_BYTES + 24)
    assert len(ids(filled.folder)) == 32


def test_a_full_disk_refuses_a_write_whole_and_takes_it_once_there_is_room(filled):
    with SqliteStore(filled.folder, SCHEME) as store:
        db = store._writer._journal.db
        pages = db.pragma("max_page_count", db.pragma("page_count"))
        assert pages
        large = [
            replace(FERRY, id=f"large {number}", text="ferry " * 20_000 + str(number)) for number in range(9)
        ]
        for _ in range(2):
            with pytest.raises(StoreError) as refusal:
                put(store, *large, *(replace(FERRY, id=f"more {n}", title="t" * 4_000) for n in range(40)))
            assert refusal.value.reason == "STORE_FULL"
        assert store.counts().articles == 30
        db.pragma("max_page_count", 1_000_000)
        put(store, *large)
        assert store.counts().articles == 39
    assert len(ids(filled.folder)) == 39
