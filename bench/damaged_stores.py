"""Stores to damage, with all that they answer: one closed cleanly, one after kill -9, one after kill -9 amid a checkpoint.

    python bench/damaged_stores.py FOLDER {close,kill}

makes one of them and ends so.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

import apsw

from articles import articles
from textkin_service.engine import Engine, Incoming, Work
from textkin_service.errors import NotFound, StoreError
from textkin_service.model import Article, CollectionSettings, InlineText, SearchOptions
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme
from textkin_service.store import SqliteStore
from textkin_service.store.connections import connect
from textkin_service.store.folder import Files
from textkin_service.store.opening import number_of_commits
from textkin_service.store.schema import PAGE_BYTES
from textkin_service.store.witness import Noted, Witness

COLLECTIONS = ("default", "wire", "archive")
_ARTICLES = 240
_WORDS = 120
_A_COMMIT = 6
_A_SEARCH = 20

# What each question about a store is answered with: a value, or the StoreError that refuses it.
Answers = dict[tuple[str, ...], Any]


@contextmanager
def opened(folder: Path) -> Iterator[Engine]:
    """Opens a store as the service does. StoreError."""
    settings = Settings(data=folder)
    engine = Engine(SqliteStore(folder, Scheme.of(settings).id), settings)
    try:
        engine.load(Work())
        yield engine
    finally:
        engine.close()


def make(folder: Path, seed: int) -> dict[str, tuple[Path, Answers]]:
    """Makes the stores, each in a folder of its own; returns them with their answers, by kind."""
    for kind, end in (("closed", "close"), ("killed", "kill")):
        made = subprocess.run([sys.executable, __file__, folder / kind, end], check=False)
        assert made.returncode == (0 if end == "close" else -signal.SIGKILL)
    _stop_copying(folder / "killed", folder / "copying", random.Random(seed))  # noqa: S311 - no secret
    stores: dict[str, tuple[Path, Answers]] = {}
    for kind in ("closed", "killed", "copying"):
        shutil.copytree(folder / kind, folder / "read")
        with opened(folder / "read") as engine:
            stores[kind] = folder / kind, answers(engine)
        shutil.rmtree(folder / "read")
    assert stores["copying"][1] == stores["killed"][1]
    return stores


def answers(engine: Engine) -> Answers:
    """Asks everything."""
    found: Answers = {}

    def ask(what: str, *about: str, how: Callable[..., Any]) -> None:
        try:
            found[what, *about] = how(*about)
        except StoreError as refusal:
            found[what, *about] = refusal
        except NotFound:
            found[what, *about] = None

    ask("counts", how=lambda: (engine.info().collections, engine.info().articles))
    ask("collections", how=lambda: engine.collections(0, "").collections)
    for name in COLLECTIONS:
        ask("list", name, how=partial(_listed, engine, include_text=False))
        ask("texts", name, how=partial(_listed, engine, include_text=True))
    for number, (name, article) in enumerate(_made()):
        ask("article", name, article.id, how=engine.article)
        if number % _A_SEARCH == 0:
            ask("search", name, article.text, how=partial(_search, engine))
    return found


def add(engine: Engine) -> None:
    """Ingests one more article. StoreError."""
    text = "After the damage the ferries of Velmora went on as if nothing at all had happened to them."
    _ingest(engine, [("default", Article("later", text, title="Later"))])


@cache
def _made() -> list[tuple[str, Article]]:
    """Returns the articles with their collections: some long enough for pages of their own, some with much about them."""
    made = []
    for number, each in enumerate(articles(_ARTICLES, words=_WORDS)):
        text = each["text"] * (12 if number % 40 == 7 else 1)
        metadata = {f"desk {n}": "sea " * 250 for n in range(12)} if number % 60 == 11 else {}
        article = Article(each["id"], text, title=f"Report {number}", metadata=metadata)
        made.append((COLLECTIONS[number % len(COLLECTIONS)], article))
    return made


def _listed(engine: Engine, name: str, *, include_text: bool) -> tuple[Article, ...]:
    return engine.articles(name, _ARTICLES, "", include_text=include_text).articles


def _search(engine: Engine, name: str, text: str) -> tuple[tuple[str, float], ...]:
    result, _ = engine.search(Work(), name, InlineText(text), SearchOptions())
    return tuple((match.article.id, match.comparison.score) for match in result.matches)


def _ingest(engine: Engine, some: list[tuple[str, Article]]) -> None:
    prepared = engine.ingest.prepare(Work(), [Incoming(name, article) for name, article in some])
    taken = [each for each in prepared if not isinstance(each, Exception)]
    for refusal in (*prepared, *engine.ingest.commit(taken).result()):
        if isinstance(refusal, Exception):
            raise refusal


def _fill(folder: Path, end: str) -> None:
    """Writes half of it, has it copied into the database by a clean end, writes the rest, and ends."""
    made = _made()
    half = _ARTICLES // 2
    with opened(folder) as engine:
        for name in COLLECTIONS[1:]:
            engine.create_collection(name, CollectionSettings()).result()
        engine.create_collection("gone", CollectionSettings()).result()
        _ingest(engine, [("gone", article) for _, article in made[:half]])
        for start in range(0, half, _A_COMMIT):
            _ingest(engine, made[start : start + _A_COMMIT])
    with opened(folder) as engine:
        engine.delete_collection("gone", force=True).result()
        for start in range(half, _ARTICLES, _A_COMMIT):
            _ingest(engine, made[start : start + _A_COMMIT])
            # One is replaced, one deleted.
            name, old = made[start - half]
            _ingest(engine, [(name, Article(old.id, made[start][1].text, title="Replaced"))])
            name, old = made[start - half + 1]
            assert engine.delete(name, old.id).result()
        if end == "kill":
            os.kill(os.getpid(), signal.SIGKILL)


def _stop_copying(killed: Path, copying: Path, draw: random.Random) -> None:
    """Makes of a store after kill -9 what would be there if it had come amid a checkpoint: some pages copied, some not."""
    shutil.copytree(killed, copying)
    whole = Files(copying.with_name("whole"))
    shutil.copytree(killed, whole.folder)
    with closing(connect(whole.database)) as db:
        commits = number_of_commits(db)
        frames, _ = db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
    files = Files(copying)
    before, after = files.database.read_bytes(), whole.database.read_bytes()
    mixed = bytearray(before)
    # SQLite copies pages in their order; the system may write them in any.
    for start in range(0, len(after), PAGE_BYTES):
        if draw.random() < 0.5:
            mixed[start : start + PAGE_BYTES] = after[start : start + PAGE_BYTES]
    files.database.write_bytes(mixed)
    witness = Witness(files.witness, Noted(commits, len(before) // PAGE_BYTES, frames))
    witness.close()
    shutil.rmtree(whole.folder)


if __name__ == "__main__":
    _fill(Path(sys.argv[1]), sys.argv[2])
