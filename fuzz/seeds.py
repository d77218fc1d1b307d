"""Inputs that a campaign begins with, made by code: bytes that lead a target past its first checks."""

import gzip
import io
import json
import random
from collections.abc import Iterator

import pyarrow as pa
import zstandard
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.timestamp_pb2 import Timestamp
from pyarrow import parquet

from invented_values import ODD, STORY
from textkin.v1 import textkin_service_pb2 as pb
from textkin.v1.article_pb2 import Article

_COUNT = 200
_TOML = (
    b'data = "articles"\nlisten = "127.0.0.1:0"\nmax_text_bytes = 4096\nsweep_seconds = 0.5\nlog_format = "json"\n',
    b"verbatim_bands = 32\nverbatim_rows = 4\ncontent_shared_keys = 2\nthreads = 0\n",
    b'[[token]]\nname = "desk"\ntoken_sha256 = "'
    + b"0a" * 32
    + b'"\nexpires = 2027-06-30T00:00:00Z\nread = ["*"]\n',
    b'[[certificate]]\nname = "ingest.example.org"\nwrite = ["wire-*", "desk"]\nadmin = []\n',
    b"a = [[[[[[1]]]]]]\nb = {c = 1e999, d = nan, e = 07:32:00}\n",
)
_ROWS = (
    {"id": "1", "text": STORY[0], "title": "Fog", "published_at": "2026-11-22T10:00:00Z"},
    {"id": 7, "text": STORY[1], "metadata": {"desk": "harbour"}, "section": ["a", {"b": None}]},
    {"id": 1.5, "a": STORY[2], "b": STORY[3]},
    {"id": None, "text": ODD[2]},
    {"id": "x", "text": "\ud800", "a": 1},
)


def seeds(target: str) -> Iterator[bytes]:
    """Yields inputs to begin with for the target of that name."""
    yield from _OF_BYTES.get(target, lambda: iter(()))()
    draw = random.Random(target)  # noqa: S311 - no secret
    for _ in range(_COUNT):
        yield draw.randbytes(draw.choice((8, 32, 64, 200)))


def _requests() -> Iterator[bytes]:
    article = Article(id="a", text=STORY[0], metadata={"desk": "x"}, published_at=Timestamp(seconds=1))
    options = pb.SearchOptions(
        limit=3, min_relation=2, exclude_sources=["wire"], published_from=Timestamp(seconds=1)
    )
    inline = pb.InlineText(text=STORY[4], language="en")
    given = {
        "article": article,
        "articles": [article, article],
        "search": options,
        "options": options,
        "inline": inline,
        "queries": [pb.BatchSearchQuery(inline=inline)],
        "a": pb.CompareSide(inline=inline),
        "b": pb.CompareSide(article=pb.ArticleReference(article_id="a")),
        "collection_id": "default",
        "article_id": "a",
    }
    for number, method in enumerate(pb.DESCRIPTOR.services_by_name["TextkinService"].methods):
        fields = {field.name: given[field.name] for field in method.input_type.fields if field.name in given}
        if "inline" in fields:
            fields.pop("article_id", None)
        yield bytes([number]) + GetMessageClass(method.input_type)(**fields).SerializeToString()


def _lines() -> Iterator[bytes]:
    for row in _ROWS:
        line = json.dumps(row).encode()
        yield b"\0\0" + line
        yield b"\0\0\xef\xbb\xbf" + line + b"\r\n\n" + line
        yield b"\0\3" + line.decode().encode("utf-16")
    yield b'\1\0id,text,title\n1,"a ""quoted"" text\nin two lines",x\n2,b\n'
    yield b"\1\0id;text\r\n1;a\r\n"
    yield b'\0\0{"id": 1e999, "text": "x", "n": ' + b"[" * 400 + b"]" * 400 + b"}"
    yield b'\0\0{"id": ' + b"9" * 5_000 + b', "text": "x"}'


def _packed() -> Iterator[bytes]:
    line = json.dumps(_ROWS[0]).encode()
    yield gzip.compress(line) + gzip.compress(line) + b"\0\0"
    yield zstandard.compress(line) * 2


def _pages() -> Iterator[bytes]:
    head = b'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Fog</title></head><body>'
    yield head + b"<article>" + b"".join(f"<p>{sentence}</p>".encode() for sentence in STORY) + b"</article>"
    yield head + b'<ul><li><a href="/a">A</a></li></ul><table><tr><td>B</table>'


def _archives() -> Iterator[bytes]:
    for page in _pages():
        answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page
        head = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://x.example/\r\nContent-Length: %d\r\n"
        kind = b"Content-Type: application/http; msgtype=response\r\n\r\n"
        yield (head % len(answer) + kind + answer + b"\r\n\r\n") * 2


def _tables() -> Iterator[bytes]:
    for compression in ("none", "zstd"):
        out = io.BytesIO()
        table = pa.table({"id": ["a", "b"], "text": STORY[:2], "n": [1, None]})
        parquet.write_table(table, out, compression=compression, store_schema=False)
        yield out.getvalue()


_OF_BYTES = {
    "requests": _requests,
    "lines": _lines,
    "settings": lambda: iter(_TOML),
    "access": lambda: iter(_TOML),
    "packed": _packed,
    "pages": _pages,
    "archives": _archives,
    "tables": _tables,
}
