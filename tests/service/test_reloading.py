"""Files that are read again when they change."""

import os

import pytest

from textkin_service.reloading import Reloading


@pytest.fixture
def path(tmp_path):
    made = tmp_path / "number"
    made.write_text("1")
    return made


@pytest.fixture
def number(path):
    return Reloading([path], lambda: int(path.read_text()))


def test_what_does_not_change_is_read_once(number):
    assert number.value == 1
    assert not number.refresh()


def test_a_file_in_the_place_of_another_is_read(number, path):
    fresh = path.with_suffix(".new")
    fresh.write_text("2")
    os.utime(fresh, ns=(path.stat().st_mtime_ns,) * 2)
    fresh.replace(path)
    assert number.refresh()
    assert number.value == 2
    assert not number.refresh()


def test_what_cannot_be_used_leaves_the_old_and_is_told_once(number, path):
    path.write_text("two")
    with pytest.raises(ValueError, match="two"):
        number.refresh()
    assert number.value == 1
    assert not number.refresh()
    path.write_text("22")
    assert number.refresh()
    assert number.value == 22


def test_a_file_that_goes_and_comes_back_is_read_again(number, path):
    path.unlink()
    with pytest.raises(FileNotFoundError):
        number.refresh()
    assert number.value == 1
    path.write_text("3")
    assert number.refresh()
    assert number.value == 3


def test_a_file_that_changes_while_it_is_read_is_read_again(path):
    def read_slowly():
        found = int(path.read_text())
        if found == 1:
            path.write_text("23")
        return found

    number = Reloading([path], read_slowly)
    assert number.value == 1
    assert number.refresh()
    assert number.value == 23
