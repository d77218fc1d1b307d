"""Looking through a whole database: every page, every row and how they fit, every text and sketch against its checksum."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw

from textkin_service.sketch.stored import DamagedSketch, Sketches
from textkin_service.store import structure
from textkin_service.store.connections import connect_reader, fetch_one
from textkin_service.store.faults import damaged, unavailable
from textkin_service.store.folder import Files, is_new
from textkin_service.store.opening import look_at, number_of_commits
from textkin_service.store.packing import DamagedText, unpack
from textkin_service.store.records import HEADER_COLUMNS, article_from, digest
from textkin_service.store.whole import Contents, contents, open_whole

# Told how many articles are looked through, of how many.
Looked = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Damage:
    """Something that is not as it was written: in which file, what, and of which article, if of one alone."""

    file: str
    what: str
    collection: str = ""
    article: str = ""

    def __str__(self) -> str:
        if not self.article:
            return f"{self.file}: {self.what}"
        return (
            f"{self.file}: {self.what} of the article {self.article!r} in the collection {self.collection!r}"
        )


def check_whole(path: Path, origin: Path | None = None) -> Contents:
    """Looks through a file that is a whole store. StoreError: what is damaged first, or why it cannot be read.

    `origin`: the file to name then, of which it is a copy.
    """
    with closing(open_whole(path)) as db:
        for damage in damages(db, path.name):
            raise damaged(origin or path, damage.what)
        return contents(db, path)


@contextmanager
def opened(place: Path) -> Iterator[tuple[apsw.Connection, Path]]:
    """Opens a data folder's database, as it is at one moment if the folder is served, or a file that is a whole store.

    Yields it with the path of its file. StoreError: STORE_DAMAGED for what a start would refuse, STORE_UNAVAILABLE.
    """
    if not place.is_dir():
        with closing(open_whole(place)) as db:
            yield db, place
        return
    files = Files(place)
    if is_new(files):
        raise unavailable(files.database, "is not there: the folder holds no store")
    known = look_at(files)
    with closing(connect_reader(files.database)) as db:
        db.execute("BEGIN")
        if number_of_commits(db) < known:
            raise damaged(files.log, f"commits that were acknowledged are missing, up to number {known}")
        yield db, files.database


def damages(db: apsw.Connection, file: str, looked: Looked = lambda *_: None) -> Iterator[Damage]:
    """Yields all damages of a database, whose name is `file`, going on after each as far as can be."""
    try:
        for problem in structure.problems(db):
            yield Damage(file, " ".join(problem.split()))
    except apsw.Error as error:
        yield Damage(file, _said(error))
    collections: dict[int, str] = {}
    try:
        (total,) = fetch_one(db, "SELECT sum(article_count) FROM collections") or (0,)
        collections.update(db.execute("SELECT number, id FROM collections"))
        # By the index that has the ids too: where an article's own page is damaged, it can still be named.
        rows = db.execute(
            "SELECT number, collection, id FROM articles INDEXED BY sqlite_autoindex_articles_1"
        )
        for done, (number, collection, article_id) in enumerate(rows, start=1):
            for what in _article(db, number, article_id):
                yield Damage(file, what, collections.get(collection, f"number {collection}"), article_id)
            looked(done, total or 0)
    except apsw.Error as error:
        yield Damage(file, f"not all articles can be looked through: {_said(error)}")


def _article(db: apsw.Connection, number: int, article_id: str) -> Iterator[str]:
    """Yields what is damaged of an article."""
    text = None
    try:
        row = fetch_one(db, "SELECT text FROM texts WHERE number = ?", (number,))
        text = unpack(row[0]) if row else None
    except (apsw.Error, DamagedText):
        yield "the text"
    try:
        row = fetch_one(db, "SELECT sketch FROM sketches WHERE number = ?", (number,))
        if row is not None:
            Sketches.from_bytes([row[0]])
    except (apsw.Error, DamagedSketch):
        yield "the sketch"
    try:
        row = fetch_one(db, f"SELECT {HEADER_COLUMNS}, digest FROM articles WHERE number = ?", (number,))  # noqa: S608 - a constant
        if row is None or row[1] != article_id:
            yield "the entry"
        elif text is not None and digest(article_from(row, text)) != row[-1]:
            yield "the title, the text or what else was said"
    except (apsw.Error, ValueError, TypeError):
        yield "the entry"


def _said(error: apsw.Error) -> str:
    code = getattr(error, "extendedresult", 0)
    return "the checksum of a page does not fit" if code == apsw.SQLITE_IOERR_DATA else str(error)
