"""Makes docs/compare.svg, what `textkin compare` prints for two of the samples, and docs/report.png, the page that it writes.

Run by hand, where Chromium is installed, with a Python that has textkin and its service: `.venv/bin/python docs/picture.py`.
"""

# ruff: noqa: S603 - it starts the commands that it pictures

import json
import os
import subprocess
import sys
import tempfile
from io import StringIO
from pathlib import Path

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.terminal_theme import SVG_EXPORT_THEME
from rich.text import Text

HERE = Path(__file__).parent
PICTURE = HERE / "compare.svg"
PAGE_PICTURE = HERE / "report.png"
SAMPLES = HERE.parent / "samples" / "articles.jsonl"
BIN = Path(sys.executable).parent

COMMAND = ("compare", "id:cold-reef-rewrite", "id:cold-reef-original")
CHROMIUM = "/usr/bin/chromium"
WIDTH, HEIGHT = 1280, 900
COLUMNS = 110
LINES = 40

# Rich's own format loads a font from the network; a picture in a repository uses what the reader has.
SVG_FORMAT = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
    <style>
    .{unique_id}-matrix {{
        font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
        font-size: {char_height}px;
        line-height: {line_height}px;
    }}
    .{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
    {styles}
    </style>
    <defs>
    <clipPath id="{unique_id}-clip-terminal">
      <rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
    </clipPath>
    {lines}
    </defs>
    {chrome}
    <g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
    {backgrounds}
    <g class="{unique_id}-matrix">
    {matrix}
    </g>
    </g>
</svg>
"""


def main() -> None:
    """Writes the pictures."""
    with tempfile.TemporaryDirectory(prefix="textkin-picture-") as folder:
        command = [BIN / "textkin-service", "--data", folder, "--listen", "127.0.0.1:0"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as service:
            assert service.stderr is not None
            # The few lines that it logs after this one fit into the pipe.
            address = json.loads(service.stderr.readline())["address"]
            try:
                textkin(address, "ingest", "--jsonl", str(SAMPLES))
                shown = textkin(address, *COMMAND)
                page = Path(folder) / "report.html"
                textkin(address, *COMMAND, "--html", str(page))
                take_picture(page)
            finally:
                service.terminate()
                service.wait()
    PICTURE.write_text(picture(shown), encoding="utf-8")


def textkin(address: str, *arguments: str) -> str:
    """Runs a command as if on a colour terminal; returns what it prints."""
    environment = os.environ | {"TEXTKIN_ADDRESS": address, "FORCE_COLOR": "1", "COLUMNS": str(COLUMNS)}
    environment.pop("NO_COLOR", None)
    done = subprocess.run(
        [BIN / "textkin", *arguments], env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout


def take_picture(page: Path) -> None:
    """Takes a picture of a report whose first passage is chosen."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        shown = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce")
        shown.goto(page.as_uri())
        shown.keyboard.press("n")
        shown.screenshot(path=PAGE_PICTURE)


def picture(shown: str) -> str:
    """Returns the first lines of terminal output as SVG."""
    lines = [f"$ textkin {' '.join(COMMAND)}", *shown.splitlines()]
    console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True)
    console.print(Text.from_ansi("\n".join(lines[:LINES])))
    return console.export_svg(
        title="textkin", theme=SVG_EXPORT_THEME, code_format=SVG_FORMAT, unique_id="textkin"
    )


if __name__ == "__main__":
    main()
