"""docs/ingesting.md says what is: every format, extra, limit and exit code, and no other; its first example runs."""

import re
import tomllib
from pathlib import Path

from textkin.cli import _lines, _records, _sources, _watching
from textkin.cli._failures import ExitCode
from textkin.cli._readers import pages

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "ingesting.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def rows(heading):
    """The cells of the table below a heading, without its head."""
    below = PAGE.split(f"\n{heading}", 1)[1].split("\n\n", 1)[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in below if line.startswith("|")][
        1:
    ]


def test_every_format_and_every_ending_is_told():
    table = rows("| name ends with")
    assert [re.findall(r"`(.+)`", row[1])[0] for row in table] == list(_sources.FORMATS)
    told = {ending: row[1].strip("`") for row in table for ending in re.findall(r"`(\.\w+)`", row[0])}
    assert told == _sources._BY_SUFFIX
    assert all(f"`{ending}`" in PAGE for ending in _sources._PACKED)


def test_every_extra_that_is_told_is_one():
    told = set(re.findall(r"textkin\[(\w+)\]", PAGE))
    assert told == {"html", "parquet", "warc", "watch", "zstd"}
    assert told <= set(PROJECT["project"]["optional-dependencies"])


def test_the_limits_are_as_they_are():
    assert f"{pages.MAX_PAGE_BYTES >> 20} MiB" in PAGE
    assert f"{pages.MAX_PAGE_TAGS:,} tags" in PAGE
    assert (
        f"{pages.MAX_TAG_ATTRIBUTES:,} attributes of one tag or {pages.MAX_PAGE_ATTRIBUTES:,} of all" in PAGE
    )
    assert f"{_lines.MAX_LINE_BYTES >> 20} MiB" in PAGE
    assert _watching._LOOK_SECONDS == 60
    assert f"at least every {_watching._MOST_LOOKS} minutes" in PAGE
    assert (
        f"at most {_records.MAX_METADATA_FIELDS} fields, names of up to {_records.MAX_KEY_BYTES} bytes, "
        f"values of up to {_records.MAX_VALUE_BYTES:,}"
    ) in PAGE


def test_every_field_of_an_article_is_told():
    told = {name for row in rows("| field | becomes") for name in re.findall(r"`(\w+)`", row[0])}
    assert told == {"id", "text", "published_at", "metadata", *_records._PLAIN}


def test_every_exit_code_is_told():
    assert [int(row[0]) for row in rows("| exit code")] == [0, *ExitCode]


def test_every_option_of_ingest_that_is_told_is_one(textkin):
    known = textkin("ingest", "--help").stdout + textkin("list", "--help").stdout
    assert [option for option in set(re.findall(r"(?<!-)--[a-z][a-z-]+", PAGE)) if option not in known] == []


def test_the_first_example_runs(textkin, collection):
    command, answer = re.search(r"^\$ (textkin ingest samples/.*)\n(.*)$", PAGE, re.MULTILINE).groups()
    textkin.folder = ROOT
    done = textkin(*command.split()[1:], "--collection", collection)
    assert done.stdout == f"{answer}\n"
