"""What takes long to make at a start is made once, and read from its file after that."""

import numpy as np
import pytest

from textkin_service import prebuilt
from textkin_service.kernels import cache_folder


class Maker:
    """Makes the same each time, and counts how often."""

    def __init__(self, made=("ferry", 3.5)):
        self.made = made
        self.times = 0

    def __call__(self):
        self.times += 1
        return self.made


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(prebuilt, "cache_folder", lambda: tmp_path)
    return tmp_path


def test_it_is_made_once(folder):
    maker = Maker()
    assert [prebuilt.prebuilt("words", maker) for _ in range(3)] == [("ferry", 3.5)] * 3
    assert maker.times == 1
    assert [file.name.partition("-")[0] for file in folder.iterdir()] == ["words"]


@pytest.mark.usefixtures("folder")
def test_arrays_come_back_as_they_were():
    table = np.arange(12, dtype=np.uint32).reshape(3, 4)
    prebuilt.prebuilt("table", Maker(table))
    read = prebuilt.prebuilt("table", Maker())
    assert read.dtype == table.dtype
    assert np.array_equal(read, table)


@pytest.mark.usefixtures("folder")
def test_each_name_has_a_file_of_its_own():
    for name in ("lexicon-en", "lexicon-de"):
        prebuilt.prebuilt(name, Maker(name))
    assert [prebuilt.prebuilt(name, Maker()) for name in ("lexicon-en", "lexicon-de")] == [
        "lexicon-en",
        "lexicon-de",
    ]


@pytest.mark.parametrize("content", [b"", b"\x80\x05}", b"not a pickle"])
def test_a_damaged_file_is_made_anew(folder, content):
    maker = Maker()
    prebuilt.prebuilt("words", maker)
    (file,) = folder.iterdir()
    file.write_bytes(content)
    assert prebuilt.prebuilt("words", maker) == maker.made
    assert prebuilt.prebuilt("words", maker) == maker.made
    assert maker.times == 2


def test_a_file_of_other_code_or_packages_is_neither_read_nor_kept(folder, monkeypatch):
    prebuilt.prebuilt("words", Maker("old"))
    monkeypatch.setattr(prebuilt, "_made_by", lambda: "other")
    assert prebuilt.prebuilt("words", Maker("new")) == "new"
    assert [file.name for file in folder.iterdir()] == ["words-other.prebuilt"]


def test_where_no_file_can_be_kept_it_is_made_each_time(tmp_path, monkeypatch):
    maker = Maker()
    for folder in (None, tmp_path / "missing"):
        monkeypatch.setattr(prebuilt, "cache_folder", lambda folder=folder: folder)
        assert prebuilt.prebuilt("words", maker) == maker.made
    assert maker.times == 2


def test_it_is_kept_beside_the_compiled_kernels():
    folder = cache_folder()
    assert folder is None or folder.is_absolute()
