"""Writes the pages of docs/reference that are made of the code. Run by `make reference`; a test holds them to it."""

from collections.abc import Callable
from pathlib import Path

import api_page
import command_pages
import python_page
import settings_page

FOLDER = Path(__file__).parents[1] / "reference"

PAGES: dict[str, Callable[[], str]] = {
    "api.md": api_page.page,
    "textkin.md": command_pages.textkin_page,
    "textkin-service.md": command_pages.service_page,
    "settings.md": settings_page.page,
    "python.md": python_page.page,
}


def main() -> None:
    """Writes them all."""
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
