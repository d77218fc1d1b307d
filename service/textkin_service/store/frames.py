"""The frames of SQLite's write-ahead log, verified before they are copied into the database.

SQLite itself verifies them when it opens a log that was left, and never again while the log grows; `cksumvfs` verifies pages of
the database alone. What the disk changed in the log meanwhile would get a good checksum with the copy.

A frame's checksum goes on from that of the frame before (SQLite file format, section 4.2): over its words of 32 bits, in pairs
(a, b), with sums that begin with the last checksum, it is `s0 += a + s1; s1 += b + s0`. That is linear: each word counts in the
end as often as a Fibonacci number says, and all frames of a log can be verified at once, each from the checksum before it.
"""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from textkin_service.store.faults import RESTORE, damaged
from textkin_service.store.schema import PAGE_BYTES

# How the words are read that are summed, by the log's magic number. All else is big-endian.
_ORDERS = {0x377F0682: "<u4", 0x377F0683: ">u4"}
_WORD_BYTES = 4
_HEADER_WORDS, _HEADER_SUMMED = 8, 6
_HEADER_SALTS = slice(4, 6)
# Page, size after a commit; two salts, two sums; what follows is the page. The salts and the sums are not summed.
_FRAME_HEADER_WORDS = 6
_SALTS, _SUMS = slice(2, 4), slice(4, 6)
_FRAME_WORDS = _FRAME_HEADER_WORDS + PAGE_BYTES // _WORD_BYTES
_FRAME_BYTES = _FRAME_WORDS * _WORD_BYTES
# Of frames of 8 KiB: as much memory as SQLite's own pages take.
_FRAMES_A_READ = 256


def _weights(words: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Returns how often so many words, and the two sums before them, count in the two sums after; shapes [2, words], [2, 2]."""
    fibonacci = [0, 1]
    while len(fibonacci) < words + 2:
        fibonacci.append((fibonacci[-1] + fibonacci[-2]) % 2**32)
    of_words = [fibonacci[:words][::-1], fibonacci[1 : words + 1][::-1]]
    of_sums = [fibonacci[words - 1 : words + 1], fibonacci[words : words + 2]]
    return np.array(of_words, np.uint32), np.array(of_sums, np.uint32)


_OF_HEADER, _ = _weights(_HEADER_SUMMED)
_OF_SUMMED, _OF_SUMS = _weights(_FRAME_WORDS - 4)
_OF_FRAME = np.concatenate([_OF_SUMMED[:, :2], np.zeros((2, 4), np.uint32), _OF_SUMMED[:, 2:]], axis=1)


def check_frames(log: Path, first: int, end: int) -> None:
    """Verifies those frames of a log, from 0 and without `end`, while nobody writes to it.

    StoreError (STORE_DAMAGED); OSError.
    """
    with log.open("rb") as file:
        data = file.read(_HEADER_WORDS * _WORD_BYTES)
        header = np.frombuffer(data[: len(data) // _WORD_BYTES * _WORD_BYTES], ">u4").astype(np.uint32)
        order = _ORDERS.get(int(header[0])) if len(header) == _HEADER_WORDS else None
        if order is None or (_header_sums(data, order) != header[_HEADER_SUMMED:]).any():
            raise damaged(log, f"its header is not as it was written; {RESTORE}")
        before = header[_HEADER_SUMMED:]
        if first:
            file.seek((first - 1) * _FRAME_BYTES, os.SEEK_CUR)
            for frame in _frames(file.read(_FRAME_BYTES), ">u4"):
                before = frame[_SUMS]
        for start in range(first, end, _FRAMES_A_READ):
            count = min(_FRAMES_A_READ, end - start)
            data = file.read(count * _FRAME_BYTES)
            frames = _frames(data, ">u4")
            sums = np.concatenate([before[None], frames[:, _SUMS]]).astype(np.uint32)
            expected = _sums(_frames(data, order), _OF_FRAME) + _sums(sums[:-1], _OF_SUMS)
            right = (expected == sums[1:]).all(axis=1) & (frames[:, _SALTS] == header[_HEADER_SALTS]).all(
                axis=1
            )
            whole = len(right) if right.all() else int(right.argmin())
            if whole < count:
                raise damaged(log, f"its frame {start + whole + 1} is not as it was written; {RESTORE}")
            before = sums[-1]


def _frames(data: bytes, order: str) -> NDArray[np.uint32]:
    """Returns the words of the frames that are there in full, shape [frames, words]."""
    whole = len(data) // _FRAME_BYTES
    words: NDArray[np.uint32] = np.frombuffer(data[: whole * _FRAME_BYTES], order)
    return words.reshape(whole, _FRAME_WORDS)


def _header_sums(header: bytes, order: str) -> NDArray[np.uint32]:
    sums: NDArray[np.uint32] = _sums(np.frombuffer(header, order)[None, :_HEADER_SUMMED], _OF_HEADER)[0]
    return sums


def _sums(words: NDArray[np.uint32], weights: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Returns the weighted sums, modulo 2**32, of each row of words; shapes [rows, words], [2, words] to [rows, 2]."""
    # In half the time of a product of matrices, which for integers is a plain loop.
    sums: NDArray[np.uint32] = np.stack([np.einsum("rw,w->r", words, some) for some in weights], axis=1)
    return sums
