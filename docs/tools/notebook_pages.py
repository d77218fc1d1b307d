"""Sphinx extension: a Jupyter notebook as a page, with the outputs that are stored in it. Nothing is run."""

import json
from typing import Any

from docutils import nodes
from myst_parser.parsers.sphinx_ import MystParser
from sphinx.application import Sphinx


class NotebookParser(MystParser):
    """Reads a notebook as the Markdown that it amounts to."""

    supported = ("ipynb",)

    def parse(self, inputstring: str, document: nodes.document) -> None:
        """Makes a document of a notebook's JSON."""
        super().parse(as_markdown(json.loads(inputstring)), document)


def setup(app: Sphinx) -> dict[str, Any]:
    """Registers it."""
    app.add_source_suffix(".ipynb", "ipynb")
    app.add_source_parser(NotebookParser)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def as_markdown(notebook: dict[str, Any]) -> str:
    """Returns a notebook's cells and outputs as Markdown."""
    return "\n\n".join(part for cell in notebook["cells"] for part in _cell(cell))


def _cell(cell: dict[str, Any]) -> list[str]:
    source = _joined(cell["source"])
    if cell["cell_type"] == "markdown":
        return [source]
    return [f"```python\n{source}\n```", *(_output(output) for output in cell["outputs"])]


def _output(output: dict[str, Any]) -> str:
    """An output, in the richest of its forms that a page can show."""
    if output["output_type"] == "stream":
        return _block(_joined(output["text"]))
    data = output["data"]
    for kind in ("text/html", "image/svg+xml"):
        if kind in data:
            return f'```{{raw}} html\n<div class="output">{_joined(data[kind])}</div>\n```'
    if "text/markdown" in data:
        return _joined(data["text/markdown"])
    return _block(_joined(data["text/plain"]))


def _block(text: str) -> str:
    return f"```text\n{text.rstrip()}\n```"


def _joined(text: str | list[str]) -> str:
    """Text of a notebook, which may stand there as one string or as one for each line."""
    return text if isinstance(text, str) else "".join(text)
