"""The option --html, and the file that it writes."""

from pathlib import Path

import click

from textkin.cli._failures import bad_input

html_option = click.option(
    "--html",
    type=click.Path(dir_okay=False, writable=True),
    metavar="FILE",
    help="Write the answer as a page to FILE, instead of printing it.",
)


def write_report(path: str, page: str) -> None:
    """Writes the page. Raises Failure if it cannot be written."""
    try:
        Path(path).write_text(page, encoding="utf-8")
    except OSError as error:
        raise bad_input(f"{path} cannot be written: {error.strerror}") from error
    click.echo(f"Report: {path}", err=True)
