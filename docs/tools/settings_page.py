"""The page of the settings, made of their table."""

import re
from collections.abc import Iterable, Iterator

from textkin_service.settings import TABLE, Row

_INTRODUCTION = """\
# Settings

A setting of the service comes from its flag, else its environment variable, else the TOML file of `--config` (or
`TEXTKIN_CONFIG`), else its default. `textkin-service settings` prints the settings in force, in TOML, and
`textkin-service settings --markdown` all that there are as one table. An unknown key or a value out of range ends the start
with exit code 2, and a message that names the setting and where it came from.

The headings are the keys in the file. This page is made of the table in the code by `make reference`.
[Operations](../operations.md#settings) tells what to look at first.
"""


def page(rows: Iterable[Row] = TABLE) -> str:
    """Returns the page."""
    return "\n".join([_INTRODUCTION, *(line for row in rows for line in _setting(row))]).rstrip() + "\n"


def _setting(row: Row) -> Iterator[str]:
    yield f"## {row.name}\n"
    # Help names pages as one sees them from the root of the repository.
    yield re.sub(r"\(docs/(\w+\.md)\)", r"([more](../\1))", row.help) + "\n"
    default = "none" if row.default_shown == "none" else f"`{row.default}`"
    yield f"`{row.flag}`, `{row.variable}`: {row.values}; by default {default}.\n"
