"""Backup, restore and check, as an operator runs them: beside a service that is written to, on damage, cut short."""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path

import grpc
import pytest
from click.testing import CliRunner

from drafts import draft
from fillers import paragraphs
from textkin.v1 import textkin_service_pb2 as pb
from textkin.v1 import textkin_service_pb2_grpc as pb_grpc
from textkin.v1.article_pb2 import Article
from textkin_service import model
from textkin_service.analysis import analyze
from textkin_service.cli import main
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme, sketch
from textkin_service.store import SqliteStore, pack

ARTICLES = 1_500


def command(data, *arguments):
    return [sys.executable, "-m", "textkin_service", "--data", str(data), *map(str, arguments)]


def run(data, *arguments):
    """Runs a command in this process."""
    return CliRunner().invoke(main, ["--data", str(data), *map(str, arguments)])


def told(data, *arguments):
    """What a command says that must succeed."""
    answer = run(data, *arguments, "--json")
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def text_of(number):
    return f"Report {number}. " + "\n\n".join(paragraphs(number, count=2))


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A data folder with some megabytes of articles, which nobody serves. Tests leave it as it is."""
    data = tmp_path_factory.mktemp("stored") / "data"
    settings = Settings(data=data)
    draw = random.Random(1)  # noqa: S311 - no secret
    sketched = sketch(analyze(text_of(0), "en"), Scheme.of(settings)).to_bytes()
    with SqliteStore(data, Scheme.of(settings).id) as store:
        for number in range(ARTICLES):
            text = draw.randbytes(5_000).hex()
            store.put([draft("default", model.Article(f"article-{number}", text), sketched)])
        store.delete("default", "article-7").result()
    return data


@pytest.fixture(scope="module")
def backup_file(stored, tmp_path_factory):
    file = tmp_path_factory.mktemp("backups") / "articles.sqlite3"
    told(stored, "backup", file)
    return file


def listed(address):
    with grpc.insecure_channel(address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        request = pb.ListArticlesRequest(page_size=200, include_text=True)
        found = {}
        while True:
            page = stub.ListArticles(request)
            found |= {article.id: article.text for article in page.articles}
            request.page_token = page.next_page_token
            if not page.next_page_token:
                return found


def test_a_backup_made_while_articles_stream_in_is_the_state_of_one_moment(service_factory, tmp_path):
    service = service_factory(data=tmp_path / "data")
    target = tmp_path / "backup.sqlite3"
    over = threading.Event()
    sent, acknowledged = [], []

    def requests():
        number = 0
        while not over.is_set():
            # Every other one replaces an article of before.
            article = Article(
                id=f"a{number // 2 if number % 2 else number}", text=text_of(number), language="en"
            )
            sent.append(article)
            yield pb.IngestArticlesRequest(article=article)
            number += 1

    def ingest(stub):
        for answer in stub.IngestArticles(requests()):
            assert answer.status.code == 0
            acknowledged.append(answer.article_id)
            if len(acknowledged) == 100:
                many.set()

    many = threading.Event()
    with grpc.insecure_channel(service.address) as channel:
        client = threading.Thread(target=ingest, args=(pb_grpc.TextkinServiceStub(channel),))
        client.start()
        assert many.wait(timeout=120)
        before = len(acknowledged)
        held = told(service.data, "backup", target)
        after = len(acknowledged)
        over.set()
        client.join()
    assert service.stop() == 0
    assert after > before

    assert held["articles"] == told(target, "check", target)["articles"]
    restored = told(tmp_path / "restored", "restore", target)
    assert restored["articles"] == held["articles"]
    second = service_factory(data=tmp_path / "restored")
    found = listed(second.address)
    state = {}
    states = [{}]
    for article in sent:
        state[article.id] = article.text
        states.append(dict(state))
    assert found in states[before:]
    with grpc.insecure_channel(second.address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        queries = [
            pb.BatchSearchQuery(inline=pb.InlineText(text=text, language="en")) for text in found.values()
        ]
        results = stub.BatchSearch(pb.BatchSearchRequest(queries=queries[:200])).results
    assert [result.matches[0].article_id for result in results] == list(found)[:200]


def test_a_service_starts_on_what_was_restored_at_once(backup_file, service_factory, tmp_path):
    assert told(tmp_path / "new", "restore", backup_file)["articles"] == ARTICLES - 1
    service = service_factory(data=tmp_path / "new")
    first = listed(service.address)
    assert len(first) == ARTICLES - 1
    assert "article-7" not in first


def test_a_backup_never_replaces_a_file_unless_told_to(stored, tmp_path):
    target = tmp_path / "there"
    target.write_text("precious")
    refused = run(stored, "backup", target)
    assert refused.exit_code == 1
    assert "--force" in refused.stderr
    assert target.read_text() == "precious"
    assert told(stored, "backup", target, "--force")["articles"] == ARTICLES - 1
    assert [each.name for each in tmp_path.iterdir()] == ["there"]


def test_a_folder_that_holds_a_store_is_set_aside_only_if_told_to(backup_file, tmp_path):
    data = tmp_path / "data"
    with SqliteStore(data, Scheme.of(Settings()).id) as store:
        store.put([draft("default", model.Article("old", "An old text."))]).result()
    refused = run(data, "restore", backup_file)
    assert refused.exit_code == 1
    assert "--force" in refused.stderr
    aside = Path(told(data, "restore", backup_file, "--force")["aside"])
    assert aside.parent == data
    with SqliteStore(aside, Scheme.of(Settings()).id) as store:
        assert store.article("default", "old").article.text == "An old text."
    assert told(data, "check")["articles"] == ARTICLES - 1


def test_what_is_damaged_is_set_aside_as_it_is(backup_file, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    with SqliteStore(tmp_path / "open", Scheme.of(Settings()).id) as store:
        store.put([draft("default", model.Article("old", "An old text."))]).result()
        before = {
            each.name: each.read_bytes()
            for each in (tmp_path / "open").iterdir()
            if each.suffix in {".sqlite3", ".sqlite3-wal", ".commits"}
        }
    assert len(before) == 3
    # Too little of the log for what the witness says.
    before["textkin.sqlite3-wal"] = before["textkin.sqlite3-wal"][:-100]
    for name, content in before.items():
        (data / name).write_bytes(content)
    assert run(data, "check").exit_code == 1
    aside = Path(told(data, "restore", backup_file, "--force")["aside"])
    assert {each.name: each.read_bytes() for each in aside.iterdir()} == before
    assert told(data, "check")["articles"] == ARTICLES - 1


def test_a_folder_that_is_served_is_not_restored_to_but_checked(service_factory, backup_file, tmp_path):
    service = service_factory(data=tmp_path / "data")
    refused = run(service.data, "restore", backup_file, "--force")
    assert refused.exit_code == 1
    assert "STORE_IN_USE" in refused.stderr
    assert told(service.data, "check")["sound"]


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--content-keys", "64"), ("bottom160", "bottom64")),
        (("--content-segment-words", "100"), ("segment200", "segment100")),
    ],
    ids=str,
)
def test_a_backup_of_another_scheme_is_refused_with_both_named(backup_file, tmp_path, flags, said):
    refused = run(tmp_path / "data", *flags, "restore", backup_file)
    assert refused.exit_code == 1
    assert "STORE_SCHEME_MISMATCH" in refused.stderr
    assert all(each in refused.stderr for each in said)
    assert not (tmp_path / "data").exists()


def test_a_backup_of_another_schema_version_is_refused_with_both_named(backup_file, tmp_path):
    other = bytearray(backup_file.read_bytes())
    other[60:64] = (99).to_bytes(4, "big")
    (tmp_path / "other").write_bytes(other)
    refused = run(tmp_path / "data", "restore", tmp_path / "other")
    assert refused.exit_code == 1
    assert "schema version 99, this version of Textkin reads" in refused.stderr
    assert not (tmp_path / "data").exists()


def damaged(backup_file, how):
    content = bytearray(backup_file.read_bytes())
    match how:
        case "a bit of a text":
            content[len(content) // 2] ^= 4
        case "a bit of the header":
            content[20] ^= 1
        case "a bit of a free byte of the header":
            content[80] ^= 1
        case "its end":
            del content[-8_192:]
        case "part of a page":
            del content[-100:]
        case "two pages swapped":
            content[8_192 * 40 : 8_192 * 41], content[8_192 * 41 : 8_192 * 42] = (
                content[8_192 * 41 : 8_192 * 42],
                content[8_192 * 40 : 8_192 * 41],
            )
        case "everything":
            content.clear()
    return bytes(content)


@pytest.mark.parametrize(
    "how",
    [
        "a bit of a text",
        "a bit of the header",
        "a bit of a free byte of the header",
        "its end",
        "part of a page",
        "two pages swapped",
        "everything",
    ],
)
def test_a_damaged_backup_is_named_and_not_restored(backup_file, tmp_path, how):
    file = tmp_path / "damaged.sqlite3"
    file.write_bytes(damaged(backup_file, how))
    checked = run(tmp_path, "check", file)
    assert checked.exit_code == 1
    assert "damaged.sqlite3: " in checked.stdout
    assert "Traceback" not in checked.stderr
    refused = run(tmp_path / "data", "restore", file)
    assert refused.exit_code == 1
    assert "damaged.sqlite3" in refused.stderr
    assert not list((tmp_path / "data").glob("textkin.sqlite3*"))


def test_damage_is_named_by_article_without_its_text(tmp_path):
    data, secret = tmp_path / "data", "Quillfeather marmalade overran Ostrava Bay."
    scheme = Scheme.of(Settings())
    sketched = sketch(analyze(secret, "en"), scheme).to_bytes()
    with SqliteStore(data, scheme.id) as store:
        for name in ("one", "two", "three"):
            store.put([draft("default", model.Article(name, f"{secret} {name}"), sketched)]).result()
    file = data / "textkin.sqlite3"
    content = bytearray(file.read_bytes())
    content[content.index(pack(f"{secret} two")) + 12] ^= 1
    file.write_bytes(content)
    answer = run(data, "check", "--json")
    assert answer.exit_code == 1
    found = json.loads(answer.stdout)
    assert not found["sound"]
    # All three texts share the page.
    assert {each["article"] for each in found["damages"] if each["article"]} == {"one", "two", "three"}
    assert {each["file"] for each in found["damages"]} == {"textkin.sqlite3"}
    said = run(data, "check")
    assert "the article 'two' in the collection 'default'" in said.stdout
    assert "restore" in said.stdout
    assert "marmalade" not in said.stdout + answer.stdout + said.stderr
    refused = run(data, "backup", tmp_path / "backup")
    assert refused.exit_code == 1
    assert "STORE_DAMAGED" in refused.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["data"]


def test_there_is_nothing_to_check_where_there_is_no_store(tmp_path):
    for arguments in (("check",), ("check", tmp_path), ("check", tmp_path / "nothing"), ("check", "--what")):
        assert run(tmp_path / "data", *arguments).exit_code == 2
    assert run(tmp_path, "backup", tmp_path / "backup").exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_no_half_backup(stored, tmp_path):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))

    refused = subprocess.run(
        command(stored, "backup", tmp_path / "backup"),
        preexec_fn=limit,
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert "full" in refused.stderr or "too large" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def killed(data, arguments, mark, draw):
    """Runs a command, and kills it at some moment after the file `mark` is there; returns whether it was still at work."""
    process = subprocess.Popen(command(data, *arguments), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while not mark.exists() and process.poll() is None:
        os.sched_yield()
    size = draw.randint(0, 9_000_000)
    while mark.exists() and process.poll() is None and _size(mark) < size:
        os.sched_yield()
    process.kill()
    process.communicate()
    return process.returncode == -signal.SIGKILL


def _size(path):
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def test_kill_9_of_a_backup_leaves_none_that_looks_like_one(stored, tmp_path):
    draw = random.Random(3)  # noqa: S311 - no secret
    target = tmp_path / "backup"
    cut = sum(killed(stored, ("backup", target), tmp_path / "backup.partial", draw) for _ in range(5))
    assert cut
    if target.exists():
        assert told(stored, "check", target)["articles"] == ARTICLES - 1
    assert told(stored, "backup", target, "--force")["articles"] == ARTICLES - 1
    assert [each.name for each in tmp_path.iterdir()] == ["backup"]
    assert told(stored, "check")["articles"] == ARTICLES - 1


def test_kill_9_of_a_restore_leaves_what_was_there_or_all_that_is_new(backup_file, tmp_path):
    draw = random.Random(4)  # noqa: S311 - no secret
    data = tmp_path / "data"
    with SqliteStore(data, Scheme.of(Settings()).id) as store:
        sketched = sketch(analyze(text_of(0), "en"), Scheme.of(Settings())).to_bytes()
        store.put([draft("default", model.Article("old", text_of(0)), sketched)]).result()
    arguments = ("restore", backup_file, "--force")
    cut = sum(killed(data, arguments, data / "textkin.sqlite3.new", draw) for _ in range(5))
    assert cut
    assert told(data, "check")["articles"] in {1, ARTICLES - 1}
    assert told(data, *arguments)["articles"] == ARTICLES - 1
    assert told(data, "check")["articles"] == ARTICLES - 1
    assert not list(data.glob("textkin.sqlite3.new*"))
