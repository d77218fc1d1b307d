"""Whether the rows of a database fit each other, whatever they say."""

from collections.abc import Iterator

import apsw

# Each tells rows that cannot be in a store that was only ever written by us.
_RULES = (
    (
        "an article has no sketch",
        "SELECT number FROM articles WHERE number NOT IN (SELECT number FROM sketches)",
    ),
    ("an article has no text", "SELECT number FROM articles WHERE number NOT IN (SELECT number FROM texts)"),
    (
        "a sketch has another collection than its article",
        "SELECT number FROM sketches JOIN articles USING (number) WHERE sketches.collection <> articles.collection",
    ),
    (
        "a collection's count is wrong",
        """SELECT number FROM collections
        WHERE article_count <> (SELECT count(*) FROM articles WHERE collection = collections.number)""",
    ),
    (
        "a number would be used again",
        """SELECT number FROM articles
        WHERE number > coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'articles'), 0)""",
    ),
    ("there is not one number of commits", "SELECT count(*) FROM commits HAVING count(*) <> 1"),
)


def problems(db: apsw.Connection) -> Iterator[str]:
    """Yields what is wrong: pages, indexes, references, counts. Every page is read, texts are not looked into. apsw.Error."""
    for (line,) in db.execute("PRAGMA integrity_check"):
        if line != "ok":
            yield str(line)
    for table, row, parent, _ in db.execute("PRAGMA foreign_key_check"):
        yield f"row {row} of {table} has none in {parent}"
    for what, query in _RULES:
        for (number,) in db.execute(query):
            yield f"{what} (number {number})"
