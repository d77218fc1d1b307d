"""Reads web pages: the main text, without menus and the like, and what the page says of itself."""

import codecs
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from textkin.cli._extras import needed
from textkin.cli._readers.record import BadRecord, Place, Read, Record

# Largest page read, most of it scripts and pictures, and most tags of one: pages of so many take the library 2 to 3 seconds and
# up to 150 MB, and of ten times as many a minute and 1 GB. News has a few thousand.
MAX_PAGE_BYTES = 4 * 1024 * 1024
MAX_PAGE_TAGS = 50_000

# Most attributes of one tag. libxml2's time grows with the square of their number: 80,000, in half a megabyte, take 13 seconds.
# Real pages have a few dozen. Most of all tags: each takes more than a kilobyte.
MAX_TAG_ATTRIBUTES = 1_000
MAX_PAGE_ATTRIBUTES = 60_000

_TOO_LONG = f"longer than {MAX_PAGE_BYTES} bytes: too much for one page"
_TOO_MANY_TAGS = f"more than {MAX_PAGE_TAGS} tags: too much for one page"
_CROWDED_TAG = f"more than {MAX_TAG_ATTRIBUTES} attributes of one tag: too much for one page"
_CROWDED_PAGE = f"more than {MAX_PAGE_ATTRIBUTES} attributes: too much for one page"
_NO_MAIN_TEXT = "no main text found: it may be a list of links, a form, or no page at all"

# Pages after which what the library remembers of them is dropped.
_PAGES_TO_REMEMBER = 500

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_HEAD_BYTES = 4096

# Python knows encodings that no page has, some of them slow to decode.
_OF_THE_WEB = re.compile(
    "utf-8|utf-16(-[lb]e)?|iso8859-[0-9]+|cp(125[0-8]|866|874|932|949|950)|koi8-[ru]|gbk|gb2312|gb18030|big5(hkscs)?|"
    "shift_jis|euc_(jp|kr)|iso2022_jp|mac-(roman|cyrillic)|tis-620"
)
# What pages call by the first name is the second, says the Encoding Standard of the WHATWG.
_MEANT = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,7}", re.ASCII)


class CrowdedPageError(Exception):
    """A page, or a tag of it, has too many attributes for it to be parsed; says which."""


def read_page(read: Read, file: str, article_id: str, skip: int = 0) -> Iterator[Record | BadRecord]:
    """Yields the one record of a page, or why there is none."""
    data = whole_page(read)
    if not skip:
        yield page_record(data, Place(file, ""), article_id)


def page_record(
    data: bytes | None, place: Place, article_id: str, charset: str | None = None
) -> Record | BadRecord:
    """The record of a page that `whole_page` has read, or why there is none. `charset`: as in `page_fields`."""
    if data is None:
        return BadRecord(place, _TOO_LONG, article_id)
    if data.count(b"<") > MAX_PAGE_TAGS:
        return BadRecord(place, _TOO_MANY_TAGS, article_id)
    try:
        fields = page_fields(data, charset)
    except CrowdedPageError as error:
        return BadRecord(place, str(error), article_id)
    return (
        Record(place, {"id": article_id, **fields}) if fields else BadRecord(place, _NO_MAIN_TEXT, article_id)
    )


def whole_page(read: Read) -> bytes | None:
    """All bytes of a page; None if it is too long for one."""
    data = bytearray()
    while block := read(MAX_PAGE_BYTES + 1 - len(data)):
        data += block
        if len(data) > MAX_PAGE_BYTES:
            return None
    return bytes(data)


def page_fields(data: bytes, charset: str | None = None) -> dict[str, Any]:
    """The main text of a page and what it says of itself, by field name; empty if it has no main text.

    `charset`: what came with the page says of its encoding; else the page says it itself, or it is guessed. Raises
    CrowdedPageError.
    """
    with needed("html", "reading web pages"):
        import trafilatura  # noqa: PLC0415 -- an extra, and slow to import
        from trafilatura.utils import decode_file  # noqa: PLC0415 -- as above

    _forget_sometimes()
    tree = _tree(_decoded(data, charset) or decode_file(data, MAX_PAGE_BYTES))
    if tree is None:
        return {}
    document = trafilatura.bare_extraction(
        tree,
        with_metadata=True,
        include_comments=False,
        # Rather no text than menus; rather no date than one guessed from the text.
        favor_precision=True,
        fast=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if document is None or isinstance(document, dict) or not (document.text or "").strip():
        return {}
    found = {
        "text": document.text,
        "title": document.title,
        "url": document.url,
        "source": document.sitename,
        "language": _language(tree),
        "published_at": document.date,
        "author": document.author,
    }
    return {name: value for name, value in found.items() if value}


def _tree(page: str) -> Any:
    """The elements of a page, as trafilatura.load_html makes them; None if it is no page. Raises CrowdedPageError."""
    from lxml import etree, html  # noqa: PLC0415 -- as above
    from trafilatura.utils import HTML_PARSER, is_dubious_html, repair_faulty_html  # noqa: PLC0415 -- as above

    beginning = page[:50].lower()
    # The library's own function would repair it behind our back: what is counted must be what is parsed.
    data = repair_faulty_html(page, beginning).encode("utf-8", "surrogatepass")
    try:
        etree.fromstring(data, etree.HTMLParser(encoding="utf-8", target=_AttributeCheck()))
        tree = html.fromstring(data, parser=HTML_PARSER)
    except etree.LxmlError:
        return None
    return None if is_dubious_html(beginning) and len(tree) < 2 else tree  # noqa: PLR2004 -- a head and a body


class _AttributeCheck:
    """What lxml's parser tells of each tag, and makes no element of: that takes linear time, and a fraction of the whole."""

    def __init__(self) -> None:
        self._attributes = 0

    def start(self, _tag: str, attributes: Mapping[str, str]) -> None:
        self._attributes += len(attributes)
        if len(attributes) > MAX_TAG_ATTRIBUTES:
            raise CrowdedPageError(_CROWDED_TAG)
        if self._attributes > MAX_PAGE_ATTRIBUTES:
            raise CrowdedPageError(_CROWDED_PAGE)

    def close(self) -> None:
        pass


def _decoded(data: bytes, charset: str | None) -> str:
    """The text of a page in the encoding that is said of it; empty if none is, or it is wrong."""
    marks = (name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark))
    in_page = _META_CHARSET.search(data, 0, _HEAD_BYTES)
    for name in (
        *marks,
        _web_encoding(charset),
        _web_encoding(in_page[1].decode("ascii") if in_page else None),
    ):
        try:
            if name:
                return data.decode(name)
        except UnicodeDecodeError:
            continue
    return ""


def _web_encoding(charset: str | None) -> str:
    """Python's name of an encoding of the web; empty for any other."""
    try:
        name = codecs.lookup(charset or "").name
    except (LookupError, ValueError):
        return ""
    name = _MEANT.get(name, name)
    return name if _OF_THE_WEB.fullmatch(name) else ""


def _language(tree: Any) -> str:
    """The language that the page says it is in, as a BCP 47 tag; empty if it says none that can be one."""
    said = [tree.get("lang"), tree.get("{http://www.w3.org/XML/1998/namespace}lang"), tree.get("xml:lang")]
    said += tree.xpath("//meta[translate(@http-equiv, 'CLT', 'clt')='content-language']/@content")
    said += tree.xpath("//meta[@property='og:locale']/@content")
    tags = (each.strip().replace("_", "-") for each in said if each)
    return next((tag for tag in tags if _LANGUAGE.fullmatch(tag)), "")


@cache
def _forgetting() -> Callable[[], None]:
    from trafilatura.meta import reset_caches  # noqa: PLC0415 -- an extra

    read = 0

    def count() -> None:
        nonlocal read
        read += 1
        if read % _PAGES_TO_REMEMBER == 0:
            reset_caches()

    return count


def _forget_sometimes() -> None:
    _forgetting()()
