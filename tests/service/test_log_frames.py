"""The frames of a write-ahead log, against a plain loop over their words and against SQLite's own."""

import random
import struct
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkin_service.errors import StoreError
from textkin_service.store.frames import check_frames
from textkin_service.store.schema import PAGE_BYTES

FRAME_BYTES = 24 + PAGE_BYTES


def summed(data, sums, order):
    """The checksum as SQLite's file format has it, section 4.2."""
    first, second = sums
    for one, other in struct.iter_unpack(f"{order}II", data):
        first = (first + one + second) % 2**32
        second = (second + other + first) % 2**32
    return first, second


def log_of(pages, order, salts=(7, 2**32 - 1)):
    """A log of such pages, as a machine writes it whose words are in that order."""
    header = struct.pack(">6I", 0x377F0682 | (order == ">"), 3_007_000, PAGE_BYTES, 0, *salts)
    sums = summed(header, (0, 0), order)
    parts = [header, struct.pack(">2I", *sums)]
    for number, page in enumerate(pages, 1):
        about = struct.pack(">2I", number, len(pages))
        sums = summed(about + page, sums, order)
        parts += [about, struct.pack(">4I", *salts, *sums), page]
    return b"".join(parts)


def problem(data, first, end):
    """What is said of a log; None: nothing."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "a-wal"
        log.write_bytes(data)
        try:
            check_frames(log, first, end)
        except StoreError as refusal:
            return refusal.message
    return None


def drawn(seed, count):
    draw = random.Random(seed)  # noqa: S311 - no secret
    return [draw.randbytes(PAGE_BYTES) for _ in range(count)]


seeds = st.integers(0, 2**32)
orders = st.sampled_from("<>")


@given(seeds, orders, st.integers(1, 4), st.data())
def test_a_log_as_it_was_written_is_right_from_each_of_its_frames_on(seed, order, count, data):
    log = log_of(drawn(seed, count), order)
    first = data.draw(st.integers(0, count))
    end = data.draw(st.integers(first, count))
    assert problem(log, first, end) is None


@given(seeds, orders, st.integers(1, 4), st.data())
def test_each_bit_of_the_header_and_of_the_frames_counts(seed, order, count, data):
    log = bytearray(log_of(drawn(seed, count), order))
    at = data.draw(st.integers(0, 31) | st.integers(32, len(log) - 1))
    log[at] ^= 1 << data.draw(st.integers(0, 7))
    frame = (at - 32) // FRAME_BYTES
    said = problem(bytes(log), 0, count)
    assert said is not None
    assert "its header" in said if at < 32 else f"its frame {frame + 1} is" in said
    if at >= 32:
        assert problem(bytes(log), 0, frame) is None


@given(orders, st.integers(1, 3), st.data())
def test_a_log_that_ends_early_is_refused(order, count, data):
    log = log_of([bytes(PAGE_BYTES)] * count, order)
    kept = data.draw(st.integers(0, len(log) - 1))
    assert problem(log[:kept], 0, count) is not None
    assert problem(log[:kept], count - 1, count) is not None


@pytest.mark.parametrize("order", "<>")
def test_a_log_longer_than_is_read_at_once_is_verified_to_its_end(order):
    log = bytearray(log_of([bytes([number % 251]) * PAGE_BYTES for number in range(300)], order))
    assert problem(bytes(log), 0, 300) is None
    log[-1] ^= 1
    assert problem(bytes(log), 0, 300) == problem(bytes(log), 270, 300)
    assert "its frame 300 is" in problem(bytes(log), 0, 300)
