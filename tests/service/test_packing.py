"""Texts as they are stored: what is packed comes back, and damage never reads as a text."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkin_service.store import pack
from textkin_service.store.packing import DamagedText, unpack

TEXT = "The clock tower of Upper Sedge moves forty metres to the east. " * 20


@given(st.text())
def test_any_text_comes_back(text):
    assert unpack(pack(text)) == text


def test_a_text_takes_less_room_than_it_has_bytes():
    assert len(pack(TEXT)) < len(TEXT) // 4


def test_threads_pack_and_unpack_at_the_same_time():
    texts = [f"{TEXT} {number}" for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: unpack(pack(text)), texts)) == texts


@pytest.mark.parametrize("place", [0, 5, 20, -1])
def test_a_damaged_text_is_an_error_and_not_another_text(place):
    data = bytearray(pack(TEXT))
    data[place] ^= 0x10
    with pytest.raises(DamagedText) as refusal:
        unpack(bytes(data))
    assert "Sedge" not in str(refusal.value)
