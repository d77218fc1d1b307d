"""The walk-through runs, and shows what is stored in it."""

from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

from notebook_pages import as_markdown
from notebooks import WALKTHROUGH, run

LARGEST_BYTES = 200_000


def shown(notebook):
    """What each cell of code prints and returns, figures left out: they depend on the version that draws them."""
    return [
        (
            output.get("name", ""),
            output.get("text") or output["data"].get("text/html") or output["data"]["text/plain"],
        )
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    ]


def notebook_of(folder, *sources):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = Path(folder, "made.ipynb")
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


def test_the_walkthrough_shows_what_is_stored_in_it():
    stored = nbformat.read(WALKTHROUGH, as_version=4)
    again = shown(run(WALKTHROUGH))
    assert shown(stored) == again, "`make notebook` stores what it shows now"
    assert ("", "Counter({'rewrite': 16, 'copy': 8})") in again


def test_the_walkthrough_is_valid_and_small():
    nbformat.validate(nbformat.read(WALKTHROUGH, as_version=4))
    assert WALKTHROUGH.stat().st_size < LARGEST_BYTES


def test_a_notebook_that_fails_is_noticed(tmp_path):
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        run(notebook_of(tmp_path, "1 / 0"))


def test_a_notebook_that_shows_something_else_is_noticed(tmp_path):
    one, two = (shown(run(notebook_of(tmp_path, f"print({value})"))) for value in (1, 2))
    assert (one, two) == ([("stdout", "1\n")], [("stdout", "2\n")])


def test_a_page_of_the_site_has_the_cells_and_what_they_show():
    page = as_markdown(
        {
            "cells": [
                {"cell_type": "markdown", "source": ["# Title\n", "Prose."]},
                {
                    "cell_type": "code",
                    "source": "print(1)",
                    "outputs": [
                        {"output_type": "stream", "name": "stdout", "text": ["1\n"]},
                        {"output_type": "display_data", "data": {"text/html": "<b>x</b>", "text/plain": "x"}},
                        {"output_type": "execute_result", "data": {"text/plain": "42"}},
                    ],
                },
            ]
        }
    )
    assert page.split("\n\n") == [
        "# Title\nProse.",
        "```python\nprint(1)\n```",
        "```text\n1\n```",
        '```{raw} html\n<div class="output"><b>x</b></div>\n```',
        "```text\n42\n```",
    ]
