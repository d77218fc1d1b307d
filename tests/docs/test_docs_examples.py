"""Every example of the pages for beginners does what the page says, against a real service."""

import os
import sys
from pathlib import Path

import pytest
from page_examples import Reader, beside, blocks_of, printed_as

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("quickstart.md", "concepts.md")


@pytest.fixture
def reader(tmp_path, service_factory, monkeypatch):
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    return Reader(beside(tmp_path, DOCS.parent), service_factory, monkeypatch)


@pytest.mark.parametrize("name", PAGES)
def test_the_examples_of_a_page_do_what_it_says(name, reader):
    reader.follow((DOCS / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", PAGES)
def test_nearly_every_example_of_a_page_is_run(name):
    page = (DOCS / name).read_text(encoding="utf-8")
    fences = sum(line.startswith("```") for line in page.splitlines()) // 2
    assert len(blocks_of(page)) >= fences - page.count("<!-- not run: ") > 0


def test_the_quick_start_ends_with_a_report_of_both_texts(reader):
    reader.follow((DOCS / "quickstart.md").read_text(encoding="utf-8"))
    report = Path("report.html").read_text(encoding="utf-8")
    for words in ("Farrow Head will be lit again", "more than a decade of darkness"):
        assert words in report


def test_tuning_prints_what_the_page_of_operations_shows(reader, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    operations = (DOCS / "operations.md").read_text(encoding="utf-8")
    tuning = operations.split("\n## Tuning\n", 1)[1].split("\n## ", 1)[0]
    assert len(blocks_of(tuning)) == 1
    reader.follow(tuning)


@pytest.mark.parametrize(
    "page",
    [
        "```console\n$ echo one\ntwo\n```\n",
        "```console\n$ echo one\n```\n",
        "```sh\nfalse\n```\n",
        "```pycon\n>>> 1 + 1\n3\n```\n",
    ],
)
def test_an_example_that_does_something_else_is_noticed(page, reader):
    with pytest.raises(AssertionError):
        reader.follow(page)


def test_a_python_example_that_fails_is_noticed(reader):
    with pytest.raises(ZeroDivisionError):
        reader.follow("```python\n1 / 0\n```\n")


def test_what_is_left_out_of_an_output_may_be_anything():
    assert printed_as("a ... z\n...\nend\n", "\na b c z  \nand\nmore\nend\n\n")
    assert not printed_as("a ... z\n", "a b c\n")


def test_a_block_with_a_reason_is_not_run():
    page = "<!-- not run: it takes a network -->\n```sh\nfalse\n```\n\n```sh\ntrue\n```\n"
    assert [(block.text, block.line) for block in blocks_of(page)] == [("true\n", 7)]
