"""Sphinx extension: links that lead out of docs/, to files of the repository.

On a forge they lead there. The site has no such files: it links to them below TEXTKIN_DOCS_REPOSITORY, such as
https://forge.example/textkin/blob/main, if that is set when it is built, and names them otherwise.
"""

import os
import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

REPOSITORY_VARIABLE = "TEXTKIN_DOCS_REPOSITORY"

_LINK = re.compile(r"(?<!!)\[(?P<label>[^]]+)\]\((?P<path>\.\./[^)#\s]*)(?P<place>#[^)\s]*)?\)")


def setup(app: Sphinx) -> dict[str, Any]:
    """Registers it."""
    app.connect("source-read", _on_source_read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _on_source_read(app: Sphinx, docname: str, source: list[str]) -> None:
    page = Path(app.srcdir, docname)
    source[0] = with_outside_links(source[0], page, Path(app.srcdir), os.environ.get(REPOSITORY_VARIABLE, ""))


def with_outside_links(text: str, page: Path, docs: Path, repository: str) -> str:
    """Returns a page's Markdown with its links out of the folder of the documents made such as the site can show."""

    def outside(link: re.Match[str]) -> str:
        path = (page.parent / link["path"]).resolve()
        if path.is_relative_to(docs.resolve()):
            return link[0]
        name = path.relative_to(docs.resolve().parent).as_posix()
        if repository:
            return f"[{link['label']}]({repository.rstrip('/')}/{name}{link['place'] or ''})"
        shown = name if path.is_file() else f"{name}/"
        return f"`{shown}`" if link["label"].strip("`/") == name else f"{link['label']} (`{shown}`)"

    return _LINK.sub(outside, text)
