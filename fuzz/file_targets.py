"""Targets over whole files that the command line reads: packed ones, web pages, web archives, Parquet."""

import io
from collections.abc import Iterable

from textkin.cli._readers import BadRecord, Record
from textkin.cli._readers.archives import read_warc
from textkin.cli._readers.pages import read_page
from textkin.cli._readers.parquet import read_parquet
from textkin.cli._records import item_of
from textkin.cli._unpacking import DamagedError, unpacked

_BLOCK = 100


def packed(data: bytes) -> None:
    """Bytes are unpacked in blocks of at most the size asked for, or damaged."""
    read = unpacked(io.BytesIO(data).read)
    try:
        while block := read(_BLOCK):
            assert len(block) <= _BLOCK
    except DamagedError as error:
        assert str(error)


def pages(data: bytes) -> None:
    """A page is one record or one reason."""
    assert len(_checked(read_page(io.BytesIO(data).read, "file", "id"))) == 1


def archives(data: bytes) -> None:
    """An archive is records and reasons."""
    _checked(read_warc(io.BytesIO(data).read, "file"))


def tables(data: bytes) -> None:
    """A table is records and reasons."""
    _checked(read_parquet(io.BytesIO(data), "file"))


def _checked(records: Iterable[Record | BadRecord]) -> list[Record | BadRecord]:
    found = list(records)
    for record in found:
        made = item_of(record)
        if isinstance(made, BadRecord):
            assert made.problem
            str(made).encode()
        else:
            made.article.text.encode()
    return found
