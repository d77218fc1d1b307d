"""Reads web archives (WARC): the pages in them, each an article named by its address."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from io import BytesIO
from typing import Any

from textkin.cli._extras import needed
from textkin.cli._readers.pages import page_record, whole_page
from textkin.cli._readers.record import BadRecord, Place, Read, Record
from textkin.cli._unpacking import DamagedError, unpacked

# What a record of an archive ends with.
_END = b"\r\n\r\n"

_BLOCK_BYTES = 1 << 16
_PAGES = {"text/html", "application/xhtml+xml"}


def read_warc(read: Read, file: str, skip: int = 0) -> Iterator[Record | BadRecord]:
    """Yields a record for every page that was fetched with success. Raises what `read` does, after the pages before."""
    with needed("warc", "reading web archives"):
        from fastwarc.warc import ArchiveIterator, WarcRecordType  # noqa: PLC0415 -- an extra

    stream = _Stream(read)
    pages = 0
    is_cut = False
    try:
        # All types of records: where the last is cut, of whatever type it is, is told by its length alone.
        for record in ArchiveIterator(stream, record_types=WarcRecordType.any_type):
            content = _Content(record)
            found = None
            if record.record_type == WarcRecordType.response and _is_page(record):
                pages += 1
                if pages > skip:
                    found = _page(record, Place(file, f"page {pages}"), content.read)
            is_cut = content.is_cut()
            # A page that is cut off is none; the error below says why.
            if found is not None and not (is_cut or stream.is_cut):
                yield found
        problem = "it ends within a record" if is_cut or stream.is_cut else ""
    except (OSError, ValueError):
        problem = "not a sound web archive"
    if stream.error:
        raise stream.error
    if problem:
        where = Place(file, f"after page {pages}" if pages else "")
        yield BadRecord(where, f"{problem}: make or fetch the file anew", ends=True)


def _is_page(record: Any) -> bool:
    status = record.http_headers.status_code if record.is_http_parsed else None
    return status == 200 and (record.http_content_type or "").lower() in _PAGES  # noqa: PLR2004 -- HTTP's OK


def _page(record: Any, place: Place, read: Read) -> Record | BadRecord:
    address = record.headers.get("WARC-Target-URI")
    # Some writers put it in angle brackets, as the first version of the format had it.
    address = address.strip("<>") if address else None
    if address is None:
        return BadRecord(place, "a record without WARC-Target-URI, which is its article's id")
    found = page_record(_body(record, read), place, address, record.http_charset)
    return Record(place, {**found.fields, "url": address}) if isinstance(found, Record) else found


def _body(record: Any, read: Read) -> bytes | None:
    """What the server sent, unpacked; None if it is too long for a page.

    It is unpacked here, because the library loses its place in the archive where what it unpacks itself is not read to its end.
    Archives may keep it unpacked under the headers of what was packed: what cannot be unpacked is taken as it is.
    """
    from fastwarc.stream_io import BrotliReader, ChunkedReader, GzipReader  # noqa: PLC0415 -- an extra

    readers: dict[str, Callable[[BytesIO], Any]] = {
        "chunked": ChunkedReader,
        "br": BrotliReader,
        "deflate": partial(GzipReader, zlib=True),
    }
    told = (record.http_headers.get(header) for header in ("Transfer-Encoding", "Content-Encoding"))
    known = (readers.get((each or "").strip().lower()) for each in told)
    data = whole_page(read)
    for reader in (*(each for each in known if each), _SelfTold):
        if data is None:
            return None
        with suppress(OSError, ValueError, DamagedError):
            data = whole_page(reader(BytesIO(data)).read)
    return data


class _Content:
    """What stands in a record behind its headers."""

    def __init__(self, record: Any) -> None:
        self._read = record.reader.read
        self._left: int = record.content_length

    def read(self, size: int) -> bytes:
        """Reads some of it; none at its end."""
        block: bytes = self._read(size)
        self._left -= len(block)
        return block

    def is_cut(self) -> bool:
        """Reads the rest, and says whether it is less than the headers tell."""
        while self.read(_BLOCK_BYTES):
            pass
        return self._left > 0


class _SelfTold:
    """What gzip and Zstandard pack says so itself, and needs no header."""

    def __init__(self, stream: BytesIO) -> None:
        self.read = unpacked(stream.read)


class _Stream:
    """The archive's bytes as the library reads them. It must not see an exception: that is kept, and the bytes end."""

    def __init__(self, read: Read) -> None:
        self.error: Exception | None = None
        self._read = read
        self._place = 0
        self._at_end = False
        self._last = b""

    @property
    def is_cut(self) -> bool:
        """Whether the bytes have ended where no record ends."""
        return self._at_end and (self.error is not None or self._last not in {b"", _END})

    def read(self, size: int = -1) -> bytes:
        try:
            block = self._read(size) if size > 0 and not self._at_end else b""
        except Exception as error:  # noqa: BLE001 -- raised again by the reader
            self.error, block = error, b""
        self._at_end = self._at_end or not block
        self._place += len(block)
        self._last = (self._last + block)[-len(_END) :]
        return block

    def tell(self) -> int:
        return self._place

    def seek(self, _offset: int, _whence: int = 0) -> int:
        return self._place

    def close(self) -> None:
        pass
