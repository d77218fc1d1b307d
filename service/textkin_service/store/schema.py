"""The tables on disk, and the check that their sketches can be used."""

from pathlib import Path

import apsw

from textkin_service.errors import StoreError

APPLICATION_ID = 0x54584B4E  # "TXKN", which `file` and SQLite tools show
SCHEMA_VERSION = 3
# Three sketches or texts of news fit a page.
PAGE_BYTES = 8_192
# The checksum at the end of each page.
RESERVED_BYTES = 8
# Of `meta`: when the backup was made that this is, or was restored from.
BACKUP_TIME = "backup"

# Times are microseconds since 1970 in UTC. Sketches and texts have tables of their own, so that neither a listing nor the
# start, which reads all sketches, goes through anything else. Texts are as `packing` makes them. `commits` has one row, raised
# by every transaction that changes something: see `witness`.
_TABLES = """
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE commits (
    number INTEGER NOT NULL
) STRICT;

INSERT INTO commits VALUES (0);

CREATE TABLE collections (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    language TEXT NOT NULL,
    retention INTEGER,
    max_articles INTEGER NOT NULL,
    max_text_bytes INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    article_count INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE articles (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    collection INTEGER NOT NULL REFERENCES collections (number) ON DELETE CASCADE,
    id TEXT NOT NULL,
    ingested_at INTEGER NOT NULL,
    published_at INTEGER,
    language TEXT NOT NULL,
    detected_language TEXT NOT NULL,
    source TEXT NOT NULL,
    title TEXT NOT NULL,
    url TEXT NOT NULL,
    metadata TEXT NOT NULL,
    digest BLOB NOT NULL,
    UNIQUE (collection, id)
) STRICT;

CREATE TABLE sketches (
    number INTEGER PRIMARY KEY REFERENCES articles (number) ON DELETE CASCADE,
    collection INTEGER NOT NULL,
    sketch BLOB NOT NULL
) STRICT;

CREATE TABLE texts (
    number INTEGER PRIMARY KEY REFERENCES articles (number) ON DELETE CASCADE,
    text BLOB NOT NULL
) STRICT;

CREATE INDEX articles_by_number ON articles (collection, number);
CREATE INDEX articles_by_age ON articles (collection, ingested_at);

CREATE TRIGGER article_counted AFTER INSERT ON articles BEGIN
    UPDATE collections SET article_count = article_count + 1 WHERE number = new.collection;
END;

CREATE TRIGGER article_discounted AFTER DELETE ON articles BEGIN
    UPDATE collections SET article_count = article_count - 1 WHERE number = old.collection;
END;
"""


def make_tables(db: apsw.Connection, scheme: str) -> None:
    """Creates the tables in an empty database, in the transaction that is open. apsw.Error."""
    db.execute(_TABLES)
    db.pragma("application_id", APPLICATION_ID)
    db.pragma("user_version", SCHEMA_VERSION)
    db.execute("INSERT INTO meta VALUES ('scheme', ?)", (scheme,))


def check_scheme(db: apsw.Connection, path: Path, scheme: str) -> None:
    """Checks that the sketches in the database were made by a scheme. StoreError (STORE_SCHEME_MISMATCH); apsw.Error."""
    row = db.execute("SELECT value FROM meta WHERE key = 'scheme'").fetchone()
    stored = row[0] if row else "none"
    if stored != scheme:
        raise StoreError(
            f"the store's sketches have the scheme {stored}, this service would make {scheme}, and they cannot be"
            " compared; use the version that wrote the store with its content_keys (bottom) and"
            " content_segment_words (segment), or ingest into a new data folder",
            reason="STORE_SCHEME_MISMATCH",
            metadata={"stored": stored, "expected": scheme},
            file=path,
        )
