"""SHA-1 of messages side by side: what it gives, and that it reads no byte that is not there."""

import ctypes
import hashlib
import mmap
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from textkin_service.sketch.kernels.sha1 import BLOCK_BYTES, LANES, digest


@njit
def digest_all(pool, places, lengths, digests):
    digest(pool, places, lengths, 0, digests)


def pool_before_a_wall(size):
    """Bytes of which the last has a page behind it that nobody may read. Of as many pages as are needed: the page stays."""
    page = mmap.PAGESIZE
    pages = -(-size // page)
    region = mmap.mmap(-1, (pages + 1) * page)
    start = ctypes.addressof(ctypes.c_char.from_buffer(region))
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.mprotect(ctypes.c_void_p(start + pages * page), page, 0) == 0
    return np.frombuffer(region, np.uint8)[pages * page - size : pages * page]


def digests_of(messages):
    """The first words of the digests of as many messages as there are lanes, which lie one after the other before a wall."""
    pool = pool_before_a_wall(sum(map(len, messages)) + BLOCK_BYTES)
    joined = np.frombuffer(b"".join(messages), np.uint8)
    pool[: len(joined)] = joined
    lengths = np.array([len(each) for each in messages], np.uint32)
    places = (np.cumsum(lengths) - lengths).astype(np.uint32)
    digests = np.zeros(LANES, np.uint32)
    digest_all(pool, places, lengths, digests)
    return digests.tolist()


def expected(messages):
    return [
        int.from_bytes(hashlib.sha1(each, usedforsecurity=False).digest()[:4], "big") for each in messages
    ]


def one_long_among_short(length):
    return [b"x" * length, *(b"%d" % number for number in range(LANES - 1))]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=150), min_size=LANES, max_size=LANES))
def test_digests_are_those_of_hashlib(messages):
    assert digests_of(messages) == expected(messages)


@pytest.mark.parametrize("length", [55, 56, 64, 119, 120, 5_000, 100_000])
def test_short_messages_beside_a_long_one_are_not_read_beyond_their_end(length):
    # In a process of its own, which ends where it reads what is not there.
    call = f"import test_sha1_lanes as t; m = t.one_long_among_short({length}); assert t.digests_of(m) == t.expected(m)"
    done = subprocess.run(
        [sys.executable, "-c", call], cwd=__file__.rpartition("/")[0], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
