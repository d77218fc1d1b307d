"""Web pages and archives of them, about invented events, as tests want them."""

import gzip
import io

from fastwarc.warc import WarcRecord, WarcRecordType

PARAGRAPHS = (
    "A swarm of some nine thousand bees settled on the roof of the number four tram in Brenleigh on Sunday morning.",
    "The driver, Perrin Ashgrove, told his passengers to leave by the rear door while a keeper was fetched with a box.",
    "The tram left at noon with two bees still aboard, by the keeper's count, and was on time again by the evening.",
)

MENU = "".join(
    f'<li><a href="/{name}">{name.title()}</a></li>' for name in ("home", "sport", "weather", "letters")
)


def page(
    *,
    head='<meta charset="utf-8">',
    language="en-GB",
    title="Bees hold a tram for three hours",
    paragraphs=PARAGRAPHS,
    encoding="utf-8",
):
    """A page of a newspaper, in bytes, with a menu, a story and a footer."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f'<!doctype html><html lang="{language}"><head>{head}<title>{title} - The Brenleigh Lantern</title>'
        f'<meta property="og:title" content="{title}"><meta property="og:site_name" content="The Brenleigh Lantern">'
        '<meta name="author" content="Odile Fenwright">'
        '<meta property="article:published_time" content="2026-03-01T10:00:00Z">'
        '<link rel="canonical" href="https://lantern.example/bees"></head>'
        f"<body><nav><ul>{MENU}</ul></nav><article><h1>{title}</h1>{body}</article>"
        "<footer>Subscribe to our newsletter. All rights reserved.</footer></body></html>"
    ).encode(encoding)


LINKS = (
    f"<!doctype html><html><head><title>Index</title></head><body><ul>{MENU * 10}</ul></body></html>".encode()
)


def response(
    address, body, *, content_type="text/html; charset=utf-8", status="200 OK", headers=b"", kind=None
):
    """One record of an archive, in bytes: what a server answered."""
    record = WarcRecord()
    record.init_headers(kind or WarcRecordType.response)
    if address:
        record.headers["WARC-Target-URI"] = address
    record.headers["Content-Type"] = "application/http; msgtype=response"
    record.set_bytes_content(
        f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\n".encode() + headers + b"\r\n" + body
    )
    out = io.BytesIO()
    record.write(out)
    return out.getvalue()


def packed(*records):
    """An archive as they are usually packed: each record by itself."""
    return b"".join(gzip.compress(record) for record in records)
