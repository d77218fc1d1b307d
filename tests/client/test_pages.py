"""Web pages: the story without what surrounds it, and what the page says of itself."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import LINKS, PARAGRAPHS, page

from textkin.cli._readers import BadRecord, Record
from textkin.cli._readers.pages import (
    MAX_PAGE_ATTRIBUTES,
    MAX_PAGE_BYTES,
    MAX_PAGE_TAGS,
    MAX_TAG_ATTRIBUTES,
    page_fields,
    read_page,
)
from textkin.cli._records import Item, item_of

STORY = " ".join(PARAGRAPHS)


def read(data, skip=0):
    return list(read_page(io.BytesIO(data).read, "a.html", "a", skip))


def test_a_page_is_its_story_with_what_it_says_of_itself():
    (record,) = read(page())
    text = record.fields.pop("text")
    assert all(paragraph in text for paragraph in PARAGRAPHS)
    assert not any(word in text for word in ("Sport", "Subscribe", "rights"))
    assert record.fields == {
        "id": "a",
        "title": "Bees hold a tram for three hours",
        "url": "https://lantern.example/bees",
        "source": "The Brenleigh Lantern",
        "language": "en-GB",
        "published_at": "2026-03-01",
        "author": "Odile Fenwright",
    }


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ('<meta charset="windows-1252">', "cp1252"),
        ('<meta charset="ISO-8859-1">', "cp1252"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-15">', "iso8859-15"),
        ('<meta charset="utf-8">', "utf-8"),
        ("", "utf-8"),
        ("", "utf-16"),
        ('<meta charset="no-such-thing">', "utf-8"),
        ('<meta charset="unicode_escape">', "utf-8"),
        ('<meta charset="ascii">', "utf-8"),
    ],
)
def test_the_encoding_is_what_the_page_says_if_it_is_right(head, encoding):
    words = (
        "Café Über-Straße “quoted” in Brenleigh"
        if encoding != "iso8859-15"
        else "Café Über-Straße in Brenleigh"
    )
    paragraphs = (f"{PARAGRAPHS[0]} {words}.", *PARAGRAPHS[1:])
    found = page_fields(page(head=head, paragraphs=paragraphs, encoding=encoding))
    if "ascii" in head:
        # It says so, and nobody can know better: pages that say ASCII mean windows-1252.
        assert PARAGRAPHS[1] in found["text"]
    else:
        assert words in found["text"]


def test_what_came_with_the_page_says_more_than_the_page():
    data = page(
        head='<meta charset="utf-8">', paragraphs=("Žluťoučký kůň, " + PARAGRAPHS[0],), encoding="iso8859-2"
    )
    assert "Žluťoučký kůň" in page_fields(data, "iso-8859-2")["text"]


@pytest.mark.parametrize(
    ("language", "told"),
    [("de", "de"), ("pt_BR", "pt-BR"), ("", ""), ("see below", ""), ("x" * 100, "")],
)
def test_a_language_is_told_only_if_it_can_be_one(language, told):
    assert page_fields(page(language=language)).get("language", "") == told


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" ",
        b"<html><body></body></html>",
        LINKS,
        b"<html><body><h1>Log in</h1><form><label>Name</label><input><button>Go</button></form></body></html>",
        bytes(range(256)) * 20,
        b"\0" * 1000,
        b"%PDF-1.7 " + bytes(range(128, 256)) * 50,
    ],
)
def test_what_has_no_story_is_told_and_not_invented(data):
    (bad,) = read(data)
    assert isinstance(bad, BadRecord)
    assert str(bad).startswith("a.html: no main text found")
    assert bad.id == "a"


def test_a_date_is_not_guessed_from_the_story():
    paragraphs = ("On 3 May 1997 the pier burned down. " + PARAGRAPHS[0], *PARAGRAPHS[1:])
    data = page(paragraphs=paragraphs).replace(
        b'<meta property="article:published_time" content="2026-03-01T10:00:00Z">', b""
    )
    assert "published_at" not in page_fields(data)


def test_a_page_that_is_no_page_is_not_read_to_its_end():
    class Endless:
        taken = 0

        def read(self, size):
            self.taken += size
            return b"<p>" * (size // 3 + 1)

    endless = Endless()
    (bad,) = read_page(endless.read, "a.html", "a")
    assert bad.problem.startswith(f"longer than {MAX_PAGE_BYTES} bytes")
    assert endless.taken <= MAX_PAGE_BYTES + 1


def test_a_page_of_very_many_tags_is_told_and_not_parsed():
    (bad,) = read(page() + b"<br>" * MAX_PAGE_TAGS)
    assert bad.problem == f"more than {MAX_PAGE_TAGS} tags: too much for one page"


ATTRIBUTES = " ".join(f"a{number}" for number in range(40 * MAX_TAG_ATTRIBUTES))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "tag",
    [
        f"<p {ATTRIBUTES}>",
        f'<p title=">" {ATTRIBUTES}>',
        f"<p {ATTRIBUTES.replace(' ', '/')}>",
        f"<p {ATTRIBUTES}",
        # What stands here becomes a tag where what XML may not hold is left out, and where no comment begins.
        f"<\x01p {ATTRIBUTES}>",
        f"<html><!--/>\n<p {ATTRIBUTES}>-->",
    ],
    ids=["plain", "behind an end in quotes", "slashes", "without an end", "control character", "repaired"],
)
def test_a_tag_of_very_many_attributes_is_told_and_becomes_no_element(tag, encoding):
    # Were it parsed in full, the time would grow with the square of their number: minutes for a page as long as may be.
    (bad,) = read(f"<html><body><p>{STORY}</p>\n{tag}</p></body></html>".encode(encoding))
    assert bad.problem == f"more than {MAX_TAG_ATTRIBUTES} attributes of one tag: too much for one page"
    assert bad.id == "a"


def test_a_page_of_very_many_attributes_is_told():
    tag = f"<p {' '.join(f'a{i}' for i in range(100))}>"
    assert isinstance(read(page().replace(b"</article>", tag.encode() * 100 + b"</article>"))[0], Record)
    (bad,) = read(page().replace(b"</article>", tag.encode() * (MAX_PAGE_ATTRIBUTES // 100 + 1)))
    assert bad.problem == f"more than {MAX_PAGE_ATTRIBUTES} attributes: too much for one page"


@pytest.mark.parametrize(
    "harmless",
    [
        "<p title='" + "many words > " * 5_000 + "'>",
        "<!-- <p " + ATTRIBUTES + "> -->",
        "<script>if (a<b && " + ATTRIBUTES + ") {}</script>",
        "<p " + "a " * 5_000 + ">",
        "<p " + ATTRIBUTES[: ATTRIBUTES.index(f" a{MAX_TAG_ATTRIBUTES}")] + ">",
    ],
    ids=["one value", "comment", "script", "the same again", "as many as may be"],
)
def test_what_only_looks_like_many_attributes_is_none(harmless):
    (record,) = read(page().replace(b"</article>", f"</article>{harmless}".encode()))
    assert PARAGRAPHS[-1] in record.fields["text"]


@pytest.mark.parametrize(
    "broken",
    [
        b"<div>" * 20_000 + b"deep" + b"</div>" * 20_000,
        b"<p>" * 40_000,
        b"<a href='" + b"x" * 500_000,
        b"<!--" + b"-" * 500_000,
        b"<table><tr><td>" * 10_000,
        b"&" * 200_000,
        b"<script>" + b"<p>" * 40_000,
    ],
)
def test_broken_pages_end_in_a_record_or_a_reason(broken):
    (found,) = read(page() + broken)
    assert isinstance(found, Record | BadRecord)
    (found,) = read(broken)
    assert isinstance(found, Record | BadRecord)


@settings(deadline=None, max_examples=50)
@given(st.binary(max_size=400), st.integers(0, 1_500))
def test_any_bytes_in_a_page_give_a_record_that_can_be_an_article_or_a_reason(junk, place):
    whole = page()
    (found,) = read(whole[:place] + junk + whole[place:])
    assert isinstance(item_of(found), Item | BadRecord)


def test_a_page_that_was_taken_in_before_is_left_out():
    assert read(page(), skip=1) == []
