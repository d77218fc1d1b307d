"""What `textkin ingest`, `search` and `compare` read beside plain text: pages, tables, archives, packed files."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
import zstandard
from pages import LINKS, PARAGRAPHS, packed, page, response
from pyarrow import parquet

from textkin import Article

MEBIBYTES = 1024

STORY = " ".join(PARAGRAPHS)


def jsonl(*articles):
    return "".join(json.dumps({"id": name, "text": text}) + "\n" for name, text in articles).encode()


def write_table(folder, *articles, name="table.parquet"):
    ids, texts = zip(*articles, strict=True)
    parquet.write_table(pa.table({"id": ids, "text": texts, "desk": ["city"] * len(ids)}), folder / name)


@pytest.fixture
def listed(client, collection):
    """What the collection holds: id to article."""
    return lambda: {each.id: each for each in client.list(collection=collection, include_text=True)}


def test_a_folder_of_every_kind_is_taken_in(textkin, write, collection, listed, tmp_path):
    write("news/bees.html", page())
    write("news/deep/more.HTM", page(title="More bees"))
    write("news/lines.jsonl.gz", gzip.compress(jsonl(("gz", "A packed story."))))
    write("news/lines.jsonl.zst", zstandard.compress(jsonl(("zst", "Another packed story."))))
    write("news/rows.csv.gz", gzip.compress(b"id,text\ncsv,A packed row.\n"))
    write("news/alone.txt.gz", gzip.compress(b"A packed text."))
    write("news/crawl.warc.gz", packed(response("https://lantern.example/bees", page())))
    write("news/plain.warc", response("https://lantern.example/tram", page()))
    write("news/notes.gz", gzip.compress(b"left out"))
    write_table(tmp_path / "news", ("table", "A story of a table."))
    done = textkin("ingest", "news", "--collection", collection)
    assert done.stdout == "9 articles: 9 created\n"
    found = listed()
    assert set(found) == {
        "bees",
        "deep/more",
        "gz",
        "zst",
        "csv",
        "alone",
        "table",
        "https://lantern.example/bees",
        "https://lantern.example/tram",
    }
    bees = found["bees"]
    assert all(paragraph in bees.text for paragraph in PARAGRAPHS)
    assert (bees.title, bees.source) == ("Bees hold a tram for three hours", "The Brenleigh Lantern")
    assert (bees.url, bees.language) == ("https://lantern.example/bees", "en-GB")
    assert f"{bees.published_at:%Y-%m-%d}" == "2026-03-01"
    assert bees.metadata == {"author": "Odile Fenwright"}
    assert found["https://lantern.example/tram"].url == "https://lantern.example/tram"
    assert found["table"].metadata == {"desk": "city"}


def test_what_is_packed_is_known_by_its_bytes(textkin, write, collection, listed):
    write("x.data", gzip.compress(jsonl(("file", "A packed story."))))
    textkin("ingest", "--jsonl", "x.data", "--collection", collection)
    textkin("ingest", "-", "--collection", collection, stdin=gzip.compress(jsonl(("gzip", "Another."))))
    textkin("ingest", "-", "--collection", collection, stdin=zstandard.compress(jsonl(("zstd", "One more."))))
    textkin("ingest", "-", "--format", "html", "--collection", collection, stdin=page())
    textkin(
        "ingest",
        "-",
        "--format",
        "warc",
        "--collection",
        collection,
        stdin=response("https://x.example/", page()),
    )
    assert set(listed()) == {"file", "gzip", "zstd", "-", "https://x.example/"}


def test_what_cannot_be_read_is_told_and_the_others_are_taken_in(
    textkin, write, collection, listed, tmp_path
):
    write("news/a.html", LINKS)
    write(
        "news/b.jsonl.gz", gzip.compress(jsonl(*((f"b{each}", f"Story {each}.") for each in range(10))))[:-12]
    )
    write("news/c.parquet", b"PAR1 no table")
    write("news/d.warc.gz", gzip.compress(b"no archive"))
    (tmp_path / "news" / "e.jsonl").mkdir()
    write("news/f.txt", "The last story.")
    done = textkin("ingest", "news", "--collection", collection, code=1)
    assert "Error" not in done.stderr
    assert [line.split(": ", 1) for line in done.stderr.splitlines()] == [
        ["news/a.html", "no main text found: it may be a list of links, a form, or no page at all"],
        ["news/b.jsonl.gz", "it ends within its gzip data: make or fetch the file anew"],
        ["news/c.parquet", "not sound Parquet (ArrowInvalid): write the file anew"],
        ["news/d.warc.gz", "not a sound web archive: make or fetch the file anew"],
    ]
    assert "f" in listed()


def test_a_column_of_a_wrong_type_is_named_with_what_would_be_right(textkin, collection, tmp_path):
    parquet.write_table(pa.table({"id": ["a"], "text": [1]}), tmp_path / "x.parquet")
    done = textkin("ingest", "x.parquet", "--collection", collection, "--json", code=1)
    assert json.loads(done.stdout)["error"] == {
        "code": "INVALID_ARGUMENT",
        "reason": "BAD_INPUT",
        "message": 'x.parquet: column "text" is of type int64: it must hold strings',
    }


def test_parquet_through_a_pipe_is_refused(textkin):
    done = textkin("ingest", "-", "--format", "parquet", stdin=b"PAR1", code=2)
    assert "name the file" in done.stderr


def test_pages_are_searched_for_and_compared_by_their_story(textkin, write, client, collection):
    client.ingest(Article("stored", STORY), collection=collection)
    write("bees.html", page())
    write("bees.txt.gz", gzip.compress(STORY.encode()))
    write("links.html", LINKS)
    found = json.loads(textkin("search", "bees.html", "--collection", collection, "--json").stdout)
    assert [match["id"] for match in found["matches"]] == ["stored"]
    compared = json.loads(textkin("compare", "bees.html", "bees.txt.gz", "--json").stdout)
    assert compared["relation"] in {"identical", "copy"}
    done = textkin("search", "links.html", "--collection", collection, code=2)
    assert done.stderr.startswith("Error: links.html: no main text found")


@pytest.mark.parametrize(
    ("name", "module", "message"),
    [
        (
            "a.html",
            "trafilatura",
            "reading web pages needs more than the client: pip install 'textkin[html]'",
        ),
        (
            "a.parquet",
            "pyarrow",
            "reading Parquet needs more than the client: pip install 'textkin[parquet]'",
        ),
        (
            "a.warc",
            "fastwarc",
            "reading web archives needs more than the client: pip install 'textkin[warc]'",
        ),
        ("a.jsonl.zst", "zstandard", "Zstandard needs more than the client: pip install 'textkin[zstd]'"),
    ],
)
def test_without_its_extra_a_format_tells_how_to_install_it(textkin, write, name, module, message):
    write(name, zstandard.compress(b"{}") if name.endswith("zst") else page())
    program = (
        f"import sys; sys.modules[{module!r}] = None; from textkin.cli import main; main(prog_name='textkin')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "ingest", name],
        capture_output=True,
        cwd=textkin.folder,
        env=textkin.environment(),
        timeout=120,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.decode().startswith(f"Error: {message} ({module}")


# Waits for the command, and prints the most memory that it took, in KiB. A process by itself: a child's memory begins as that
# of whoever starts it.
MEASURED = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def memory_of(textkin, *arguments):
    """The exit code of the command, the most memory that it took, in KiB, and what it said on standard error."""
    command = [sys.executable, "-c", MEASURED, Path(sys.executable).parent / "textkin", *map(str, arguments)]
    done = subprocess.run(
        command, capture_output=True, cwd=textkin.folder, env=textkin.environment(), timeout=250, check=True
    )
    told = done.stderr.decode()
    assert "Traceback" not in told
    return *map(int, done.stdout.split()), told


def test_memory_stays_bounded_however_much_is_read(textkin, write, collection, tmp_path):
    story = "word " * 400
    write("many.jsonl", jsonl(*((f"a{each}", f"{each} {story}") for each in range(10_000))))
    write_table(tmp_path, *((f"p{each}", f"{each} {story}") for each in range(10_000)))
    write("long.jsonl", jsonl(*((f"l{each}", f"{each} " + "long " * 200_000) for each in range(150))))
    for name in ("many.jsonl", "table.parquet", "long.jsonl"):
        # In a collection that there is not, as most of the time would be the service's.
        code, most, _ = memory_of(textkin, "ingest", name, "--collection", f"{collection}-not")
        assert (name, code) == (name, 1)
        assert most < 150 * MEBIBYTES, name


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("x.jsonl.gz", ": longer than 67108864 bytes"),
        ("x.csv.gz", ": longer than 67108864 bytes"),
        ("x.txt.gz", ": is longer than 67108864 bytes"),
        ("x.html.gz", ": longer than 4194304 bytes"),
        ("x.warc.gz", ": not a sound web archive"),
        ("x.jsonl.zst", ": longer than 67108864 bytes"),
        ("x.txt.zst", ": is longer than 67108864 bytes"),
    ],
)
def test_a_bomb_is_told_and_takes_little_memory(textkin, write, name, problem):
    bomb = b"a" * (300 << 20)
    write(name, zstandard.compress(bomb) if name.endswith("zst") else gzip.compress(bomb, 1))
    code, most, told = memory_of(textkin, "ingest", name)
    assert (code, problem in told) == (1, True), told
    assert most < 150 * MEBIBYTES


def test_a_file_that_may_not_be_read_is_told(textkin, write, collection):
    if os.geteuid() == 0:
        # The superuser may read every file but this, at its beginning.
        (textkin.folder / "x.jsonl").symlink_to("/proc/self/mem")
    else:
        write("x.jsonl", "{}").chmod(0)
    done = textkin("ingest", "x.jsonl", "--collection", collection, code=1)
    assert "x.jsonl: cannot be read: " in done.stderr
