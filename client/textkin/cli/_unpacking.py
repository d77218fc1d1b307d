"""Unpacks gzip and Zstandard as they are read, in bounded memory, and notices where they end too early."""

import zlib
from typing import TYPE_CHECKING

from textkin.cli._extras import needed
from textkin.cli._readers.record import Read

if TYPE_CHECKING:
    from zstandard import ZstdDecompressionObj

_GZIP = b"\x1f\x8b"
_ZSTANDARD = b"\x28\xb5\x2f\xfd"

_BLOCK = 64 * 1024
# Four bytes of Zstandard can stand for 128 KiB: so few of them unpack to 4 MiB at most. (100 MB of text a second still.)
_ZSTANDARD_BLOCK = 128

# zlib's number for gzip's header and check sums.
_GZIP_WINDOW = 31


class DamagedError(Exception):
    """What was packed cannot be unpacked to its end; the message says how."""


def unpacked(read: Read) -> Read:
    """What `read` reads, unpacked if its first bytes say that it is packed, else as it is.

    Returns at most as many bytes as it is asked for, none at the end. It raises DamagedError, and Failure if Zstandard is not
    installed.
    """
    head = b""
    while len(head) < len(_ZSTANDARD) and (block := read(len(_ZSTANDARD) - len(head))):
        head += block
    rest = _Rejoined(head, read).read
    if head.startswith(_GZIP):
        return _Gzip(rest).read
    if head == _ZSTANDARD:
        return _Zstandard(rest).read
    return rest


class _Rejoined:
    """Gives what was read already, then the rest."""

    def __init__(self, head: bytes, read: Read) -> None:
        self._head = head
        self._read = read

    def read(self, size: int) -> bytes:
        head, self._head = self._head[:size], self._head[size:]
        return head or self._read(size)


class _Gzip:
    """The members of gzip, one after the other.

    Python's own reader holds a lock while it waits, which would make Python abort when the process ends meanwhile.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._member = zlib.decompressobj(_GZIP_WINDOW)
        self._packed = b""
        self._ended = False

    def read(self, size: int) -> bytes:
        if not size:
            # To zlib, none is no limit.
            return b""
        while not self._ended:
            if not self._packed:
                self._packed = self._read(_BLOCK)
                self._ended = not self._packed
            if self._member.eof and not self._begins_another():
                continue
            try:
                data = self._member.decompress(self._packed, size)
            except zlib.error:
                raise DamagedError("its gzip data are damaged: make or fetch the file anew") from None
            self._packed = self._member.unused_data or self._member.unconsumed_tail
            if data:
                # More of it may wait in the member, even if nothing more is to be read.
                self._ended = False
                return data
        if not self._member.eof:
            raise DamagedError("it ends within its gzip data: make or fetch the file anew")
        return b""

    def _begins_another(self) -> bool:
        """Begins the next member, behind the zeros that tapes and disks fill up with."""
        self._packed = self._packed.lstrip(b"\0")
        if self._packed:
            self._member = zlib.decompressobj(_GZIP_WINDOW)
        return bool(self._packed)


class _Zstandard:
    """The frames of Zstandard, one after the other."""

    def __init__(self, read: Read) -> None:
        with needed("zstd", "Zstandard"):
            import zstandard  # noqa: PLC0415 -- an extra

        self._read = read
        self._error = zstandard.ZstdError
        self._decompressor = zstandard.ZstdDecompressor()
        self._frame: ZstdDecompressionObj = self._decompressor.decompressobj()
        self._packed = b""
        self._unpacked = memoryview(b"")
        self._begun = False

    def read(self, size: int) -> bytes:
        while not self._unpacked:
            self._packed = self._packed or self._read(_ZSTANDARD_BLOCK)
            if not self._packed:
                if self._begun:
                    raise DamagedError("it ends within its Zstandard data: make or fetch the file anew")
                return b""
            try:
                self._unpacked = memoryview(self._frame.decompress(self._packed))
            except self._error:
                raise DamagedError("its Zstandard data are damaged: make or fetch the file anew") from None
            self._packed, self._begun = b"", True
            if self._frame.eof:
                self._packed, self._begun = self._frame.unused_data, False
                self._frame = self._decompressor.decompressobj()
        data, self._unpacked = self._unpacked[:size], self._unpacked[size:]
        return bytes(data)
