"""A migration that is killed, as an operator or a machine does it, and started again; and one beside services that write."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest

from migrations import article, articles_of, held, ingest, migrate, opened
from textkin import Article, Client
from textkin_service.model import CollectionSettings
from textkin_service.store.choice import open_at
from textkin_service.store.cluster.keys import Keys
from textkin_service.store.cluster.wire import Cluster, command
from textkin_service.store_address import FolderAddress, parse

ARTICLES = 2_500


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A store whose migration takes long enough to be killed. Tests leave it as it is."""
    url = f"sqlite://{tmp_path_factory.mktemp('filled')}/data"
    engine = opened(url)
    engine.create_collection("a-sea", CollectionSettings(max_articles=1_000)).result()
    ingest(engine, [article(n, text=f"Report {n} in short.") for n in range(500)], "a-sea")
    ingest(engine, [article(n) for n in range(500)])
    ingest(engine, [article(n, text=f"Report {n} in short.") for n in range(500, ARTICLES)])
    engine.close()
    return url


@pytest.fixture
def shared(cluster):
    return f"{cluster.url}/test-{uuid.uuid4().hex}"


@pytest.fixture(params=["folder", "cluster"])
def target(request, tmp_path):
    return f"sqlite://{tmp_path}/data" if request.param == "folder" else request.getfixturevalue("shared")


def start(source, target):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TEXTKIN_")}
    addresses = {"TEXTKIN_MIGRATE_FROM": source, "TEXTKIN_MIGRATE_TO": target}
    return subprocess.Popen(
        [sys.executable, "-m", "textkin_service", "migrate"],
        env=environment | addresses,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextlib.contextmanager
def counting(target):
    """What tells how many articles a store has, beside a process that has it."""
    address = parse(target)
    if isinstance(address, FolderAddress):
        yield lambda: count_in(address.folder / "textkin.sqlite3")
        return
    wire = Cluster(address.nodes)
    keys = Keys(address.prefix)
    yield lambda: sum(
        int(each or 0)
        for each in wire.run([command("HGET", keys.of(number).state, "articles") for number in (1, 2)])
    )
    wire.close()


def count_in(file: Path):
    try:
        with contextlib.closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as db:
            return db.execute("SELECT count(*) FROM articles").fetchone()[0]
    except sqlite3.OperationalError:  # not there yet
        return 0


def test_killed_again_and_again_it_goes_on_until_each_article_is_there_once(filled, target):
    with counting(target) as count:
        for most in (1, 1_500):
            with start(filled, target) as process:
                while process.poll() is None and count() < most:
                    pass
                process.kill()
    migrate(filled, target)
    assert held(target) == held(filled)


def test_stopped_by_sigterm_it_says_how_to_go_on(filled, tmp_path):
    target = f"sqlite://{tmp_path}/data"
    with counting(target) as count, start(filled, target) as process:
        while process.poll() is None and not count():
            pass
        process.send_signal(signal.SIGTERM)
        told, _ = process.communicate()
        there = count()
    if process.returncode:
        assert process.returncode == 1
        assert told.endswith(
            "Error: stopped; start it again with the same arguments, and it goes on where it was\n"
        )
        assert 0 < there < 3_000
    assert f"; {3_000 - there:,} were moved" in migrate(filled, target)


def test_from_a_cluster_whose_services_write_nothing_that_was_there_is_lost(
    filled, shared, service_factory, tmp_path
):
    migrate(filled, shared)
    folder = f"sqlite://{tmp_path}/moved"
    service = service_factory(tmp_path / "unused", store=shared)
    with Client(service.address) as client, start(shared, folder) as process:
        for number in range(0, ARTICLES, 100):
            client.ingest(Article(f"article {number} é", f"Replaced, number {number}."))
            client.ingest(Article(f"new {number}", f"New, number {number}."))
        process.communicate()
    # Whoever wrote has ended; the next run brings what the first could not.
    told = migrate(shared, folder)
    assert f"Both stores have {3_000 + ARTICLES // 100:,} articles" in told
    assert held(folder)["a-sea"] == held(shared)["a-sea"]
    with open_at(parse(folder), None) as one, open_at(parse(shared), None) as other:
        there = {each.id: (each.text, each.ingested_at) for each in articles_of(one, "default")}
        assert there == {each.id: (each.text, each.ingested_at) for each in articles_of(other, "default")}
        assert max(at for _, at in there.values()) < datetime.now(UTC)
