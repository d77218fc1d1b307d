"""The page of the settings, made of their table."""

from textkin_service.settings import markdown

_INTRODUCTION = """\
# Settings

A setting of the service comes from its flag, else its environment variable, else the TOML file of `--config` (or
`TEXTKIN_CONFIG`), else its default. `textkin-service settings` prints the settings in force, in TOML. An unknown key or a value
out of range ends the start with exit code 2, and a message that names the setting and where it came from.

This page is made of the table in the code by `make reference`. [Operations](../operations.md#settings) tells what to look at first.
"""


def page(table: str | None = None) -> str:
    """Returns the page."""
    return f"{_INTRODUCTION}\n{markdown() if table is None else table}"
