"""Web archives: each page that was fetched is an article, and damage is told after what was before it."""

import gzip
import io
import re
import zlib

import pytest
import zstandard
from fastwarc.warc import WarcRecordType
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import LINKS, PARAGRAPHS, packed, page, response

from textkin.cli._readers import BadRecord, Record
from textkin.cli._readers.archives import read_warc
from textkin.cli._unpacking import DamagedError, unpacked

ADDRESSES = [f"https://lantern.example/{number}" for number in range(3)]
RECORDS = [response(address, page()) for address in ADDRESSES]


def read(data, skip=0):
    return list(read_warc(unpacked(io.BytesIO(data).read), "a.warc", skip))


@pytest.mark.parametrize(
    "data",
    [
        b"".join(RECORDS),
        packed(*RECORDS),
        gzip.compress(b"".join(RECORDS)),
        b"".join(zstandard.ZstdCompressor().compress(record) for record in RECORDS),
    ],
)
def test_each_page_is_an_article_named_by_its_address(data):
    found = read(data)
    assert [record.fields["id"] for record in found] == ADDRESSES
    for record in found:
        assert record.fields["url"] == record.fields["id"]
        assert all(paragraph in record.fields["text"] for paragraph in PARAGRAPHS)
        assert record.fields["title"] == "Bees hold a tram for three hours"


def test_only_pages_that_were_fetched_with_success_are_read():
    found = read(
        packed(
            response(ADDRESSES[0], b"", kind=WarcRecordType.request),
            response(ADDRESSES[0], page(), status="404 Not Found"),
            response(ADDRESSES[0], page(), status="301 Moved Permanently"),
            response(ADDRESSES[0], b"\xff\xd8\xff", content_type="image/jpeg"),
            response(ADDRESSES[1], page(), content_type="application/xhtml+xml"),
        )
    )
    assert [record.fields["id"] for record in found] == [ADDRESSES[1]]


def test_what_a_server_packed_or_cut_in_chunks_is_unpacked():
    body = page()
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:100], body[100:])) + b"0\r\n\r\n"
    found = read(
        packed(
            response(ADDRESSES[0], gzip.compress(body), headers=b"Content-Encoding: gzip\r\n"),
            response(ADDRESSES[1], chunks, headers=b"Transfer-Encoding: chunked\r\n"),
            response(ADDRESSES[0], zlib.compress(body), headers=b"Content-Encoding: deflate\r\n"),
            # As some archives have it: unpacked, under the headers of what was packed.
            response(ADDRESSES[1], body, headers=b"Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n"),
            response(ADDRESSES[2], body, headers=b"Content-Encoding: br\r\n"),
        )
    )
    assert [PARAGRAPHS[2] in record.fields["text"] for record in found] == [True] * 5


def test_the_encoding_that_the_server_told_is_used():
    body = page(head="", paragraphs=("Žluťoučký kůň, " + PARAGRAPHS[0],), encoding="iso8859-2")
    (record,) = read(response(ADDRESSES[0], body, content_type="text/html; charset=ISO-8859-2"))
    assert "Žluťoučký kůň" in record.fields["text"]


def test_a_page_without_a_story_and_one_without_an_address_are_told_and_the_others_read():
    links, nameless, good = read(packed(response(ADDRESSES[0], LINKS), response("", page()), RECORDS[2]))
    assert (str(links.position), links.id) == ("a.warc, page 1", ADDRESSES[0])
    assert "no main text" in links.problem
    assert "WARC-Target-URI" in nameless.problem
    assert good.fields["id"] == ADDRESSES[2]


def test_a_page_that_is_a_bomb_is_told_and_the_others_read():
    bomb = response(ADDRESSES[0], gzip.compress(b"<p>" * (64 << 20)), headers=b"Content-Encoding: gzip\r\n")
    long = response(ADDRESSES[0], b"<p>" * (2 << 20))
    bad, too, good = read(packed(bomb, long, RECORDS[1]))
    assert "too much for one page" in bad.problem
    assert too.problem == bad.problem
    assert good.fields["id"] == ADDRESSES[1]


@settings(deadline=None, max_examples=40)
@given(st.integers(1, len(b"".join(RECORDS)) - 1))
def test_an_archive_that_ends_too_early_gives_the_pages_before_and_says_so(cut):
    data = b"".join(RECORDS)
    found = read(data[:cut])
    whole = [record for record in found if isinstance(record, Record)]
    assert [record.fields["id"] for record in whole] == ADDRESSES[: len(whole)]
    assert all(record.fields["text"].endswith("evening.") for record in whole)
    if cut not in {len(RECORDS[0]), len(RECORDS[0] + RECORDS[1])}:
        assert found[-1].ends


@pytest.mark.parametrize(
    "cut", [found.end() for found in re.finditer(b"\r\n\r\n", RECORDS[0]) if found.end() < len(RECORDS[0])]
)
def test_an_archive_that_ends_behind_headers_is_told(cut):
    """As a record does, they end with an empty line."""
    (bad,) = read(RECORDS[0][:cut])
    assert "ends within a record" in bad.problem
    (record, bad) = read(RECORDS[1] + RECORDS[0][:cut])
    assert record.fields["id"] == ADDRESSES[1]
    assert bad.ends


def test_a_packed_archive_that_ends_too_early_raises_after_the_pages_before():
    reader = read_warc(unpacked(io.BytesIO(packed(*RECORDS)[:-30]).read), "a.warc")
    assert [next(reader).fields["id"] for _ in range(2)] == ADDRESSES[:2]
    with pytest.raises(DamagedError, match="ends within its gzip data"):
        next(reader)


@settings(deadline=None, max_examples=80)
@given(st.integers(0, len(RECORDS[0]) * 2), st.binary(min_size=1, max_size=30))
def test_any_damage_gives_records_or_reasons_and_never_an_exception(place, junk):
    data = b"".join(RECORDS)
    for damaged in (
        data[:place] + junk + data[place + len(junk) :],
        data[:place] + junk + data[place:],
        junk,
    ):
        found = list(read_warc(io.BytesIO(damaged).read, "a.warc"))
        assert all(isinstance(record, Record | BadRecord) for record in found)


def test_what_is_no_archive_is_told():
    for data in (b"{}\n" * 100, gzip.compress(b"{}\n"), page()):
        (bad,) = read(data)
        assert str(bad).startswith("a.warc: not a sound web archive")
    assert read(b"") == []


def test_pages_that_were_taken_in_before_are_left_out():
    assert [record.fields["id"] for record in read(packed(*RECORDS), skip=2)] == ADDRESSES[2:]
