"""Unpacking: what was packed comes back in blocks of the size asked for, and damage is noticed."""

import gzip
import io
from contextlib import suppress

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from textkin.cli._unpacking import DamagedError, unpacked

PACKERS = {"gzip": gzip.compress, "zstandard": zstandard.ZstdCompressor().compress, "nothing": bytes}


def unpack(data, size=1 << 16, most=1 << 30):
    stream = io.BytesIO(data)
    read = unpacked(lambda wanted: stream.read(min(wanted, most)))
    blocks = []
    while block := read(size):
        assert len(block) <= size
        blocks.append(block)
    assert read(size) == b""
    return b"".join(blocks)


@settings(deadline=None)
@given(
    parts=st.lists(st.binary(max_size=300), max_size=4),
    packer=st.sampled_from(["gzip", "zstandard"]),
    size=st.integers(1, 400),
    most=st.integers(1, 400),
)
def test_what_is_packed_in_parts_is_unpacked_whatever_the_blocks(parts, packer, size, most):
    packed = b"".join(PACKERS[packer](part) for part in parts)
    assert unpack(packed, size, most) == b"".join(parts)


@settings(deadline=None)
@given(st.binary(max_size=300), st.integers(1, 400))
def test_any_bytes_are_unpacked_or_left_or_damaged(data, size):
    with suppress(DamagedError):
        assert unpack(data, size) == unpack(data)


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=300), st.sampled_from(["gzip", "zstandard"]), st.data())
def test_an_end_that_comes_too_early_is_noticed(data, packer, draw):
    packed = PACKERS[packer](data)
    cut = draw.draw(st.integers(4, len(packed) - 1))
    with pytest.raises(DamagedError):
        unpack(packed[:cut])


def test_damage_is_noticed():
    packed = bytearray(gzip.compress(b"a story " * 1000))
    packed[-8] ^= 1
    with pytest.raises(DamagedError, match="gzip data are damaged"):
        unpack(bytes(packed))
    with pytest.raises(DamagedError, match="gzip data are damaged"):
        unpack(gzip.compress(b"a story") + b"and something else")
    with pytest.raises(DamagedError, match="Zstandard data are damaged"):
        unpack(PACKERS["zstandard"](b"a story " * 1000)[:20] + b"\xff" * 20)


@pytest.mark.parametrize("packer", PACKERS)
def test_nothing_is_read_if_nothing_is_asked_for(packer):
    stream = io.BytesIO(PACKERS[packer](b"a story"))
    read = unpacked(stream.read)
    assert read(0) == b""
    assert read(1) == b"a"


def test_zeros_behind_gzip_are_nothing():
    assert unpack(gzip.compress(b"a story") + b"\0" * 512) == b"a story"


@pytest.mark.parametrize("packer", ["gzip", "zstandard"])
def test_a_bomb_is_unpacked_no_further_than_is_asked_for(packer):
    packed = PACKERS[packer](b"\0" * (256 << 20))
    taken = 0

    def read(size):
        nonlocal taken
        block = packed[taken : taken + size]
        taken += len(block)
        return block

    assert unpacked(read)(1000) == b"\0" * 1000
    # A tenth of what it stands for, at most.
    assert taken < max(len(packed) // 2, 70_000)
