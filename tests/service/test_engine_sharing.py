"""Searches share an index; what changes it has it alone."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from textkin_service.engine.sharing import Sharing


def test_readers_share_it():
    sharing, inside = Sharing(), Barrier(3)

    def read():
        with sharing.reading():
            inside.wait(10)

    with ThreadPoolExecutor(3) as pool:
        for future in [pool.submit(read) for _ in range(3)]:
            future.result()


def test_a_writer_has_it_alone():
    sharing, values = Sharing(), [0, 0]

    def write():
        for _ in range(500):
            with sharing.writing():
                values[0] += 1
                values[1] += 1

    def read():
        for _ in range(500):
            with sharing.reading():
                assert values[0] == values[1]

    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(work) for work in (write, read, write, read)]:
            future.result()
    assert values == [1_000, 1_000]


def test_a_reader_that_fails_lets_the_writer_in():
    sharing = Sharing()

    def fail():
        raise ValueError("read")

    with pytest.raises(ValueError, match="read"), sharing.reading():
        fail()
    with sharing.writing():
        pass
