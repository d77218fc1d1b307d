"""Targets over bytes that come from outside: requests, page tokens, lines of articles, files of settings and of access."""

import io
import tempfile
from functools import cache, partial
from pathlib import Path

from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass

from drawing import Drawing
from textkin import _convert
from textkin.cli._readers import BadRecord, read_csv, read_json_lines
from textkin.cli._records import item_of, pair_of, query_of
from textkin.cli._sources import decode
from textkin.v1 import textkin_service_pb2 as pb
from textkin_service.access import file as access_file
from textkin_service.engine import page_tokens, validation
from textkin_service.errors import InvalidRequest
from textkin_service.model import InlineText
from textkin_service.rpc import convert
from textkin_service.rpc.ingest_messages import Batches, Singles
from textkin_service.settings import SettingsError, resolve

_METHODS = tuple(pb.DESCRIPTOR.services_by_name["TextkinService"].methods)
_MOST_TEXT_BYTES = 4_096
_ENCODINGS = ("utf-8", "utf-8", "utf-8", "utf-16", "utf-32", "latin-1", "utf-8-sig", "cp1252")


def requests(data: bytes) -> None:
    """Bytes are a request that may be served, or are refused with the field that is wrong; nothing else is raised."""
    drawing = Drawing(data)
    method = _METHODS[drawing.number(len(_METHODS))]
    message = GetMessageClass(method.input_type)()
    try:
        message.ParseFromString(drawing.rest())
    except (DecodeError, UnicodeDecodeError):
        return
    try:
        _checked(message)
    except InvalidRequest as error:
        assert error.field
        assert error.problem
        assert str(error).isprintable()


def _checked(message: object) -> None:
    """Does with a request what is done before any article is looked at. InvalidRequest."""
    match message:
        case pb.CompareRequest():
            convert.offset_unit(message.offset_unit, "offset_unit")
            for name in ("a", "b"):
                side = convert.side(getattr(message, name), name)
                if isinstance(side, InlineText):
                    validation.text(name, side.text, _MOST_TEXT_BYTES)
                    validation.language(name, side.language)
                else:
                    validation.article_id(name, side.article_id)
        case pb.SearchRequest() | pb.BatchSearchRequest():
            convert.collection_id(message.collection_id)
            validation.options("options", convert.search_options(message.options, "options"), 100)
            for each in [message] if isinstance(message, pb.SearchRequest) else message.queries:
                convert.query(each, "query")
        case pb.IngestArticleRequest() | pb.IngestArticlesRequest() | pb.BatchIngestArticlesRequest():
            for article, field in _articles(message):
                search = message.search if message.HasField("search") else None
                incoming = convert.incoming(message.collection_id, article, search, field)
                validation.article(field, incoming.article, _MOST_TEXT_BYTES)
                sent = convert.article_message(incoming.article)
                assert _convert.article(sent).id == incoming.article.id
        case pb.CreateCollectionRequest():
            settings = convert.collection_settings(message.collection.settings, "collection.settings")
            validation.collection_id("collection.id", message.collection.id)
            validation.collection_settings("collection.settings", settings)
        case _ if hasattr(message, "collection_id"):
            convert.collection_id(message.collection_id)


def _articles(message: object) -> list[tuple[object, str]]:
    if isinstance(message, pb.BatchIngestArticlesRequest):
        return [(item.article, item.field) for item in Batches().items(message)]
    if isinstance(message, pb.IngestArticlesRequest):
        return [(item.article, item.field) for item in Singles().items(message)]
    assert isinstance(message, pb.IngestArticleRequest)
    return [(message.article if message.HasField("article") else None, "article")]


def tokens(data: bytes) -> None:
    """A page token is that of its listing, or is refused; even one that somebody has forged leads to a number or nowhere."""
    drawing = Drawing(data)
    forged = drawing.number(2)
    position = drawing.rest().decode("utf-8", "surrogateescape" if drawing.number(2) else "replace")
    if forged:
        token = page_tokens.encode("articles of 1", position)
        assert page_tokens.decode("articles of 1", token) == position
        for listing in ("articles of 11", "collections"):
            try:
                page_tokens.decode(listing, token)
            except InvalidRequest:
                continue
            raise AssertionError("a token of another listing is taken")
    else:
        token = position
    try:
        number = page_tokens.decode_number("articles of 1", token)
    except InvalidRequest:
        return
    assert 0 <= number < 2**63


def lines(data: bytes) -> None:
    """Lines and rows are articles, pairs and queries that can be sent, or bad records that say where and why."""
    drawing = Drawing(data)
    reader = read_csv if drawing.number(2) else read_json_lines
    encoding = _ENCODINGS[drawing.number(len(_ENCODINGS))]
    content = drawing.rest()
    for record in reader(partial(io.BytesIO(content).read), "file", encoding):
        assert record.position.line >= 1
        assert 0 <= record.position.offset <= len(content)
        for made in (item_of(record), pair_of(record), query_of(record)):
            if isinstance(made, BadRecord):
                assert made.problem
                str(made).encode()
        item = item_of(record)
        if not isinstance(item, BadRecord):
            sent = _convert.article_message(item.article).SerializeToString()
            validation.text("text", item.article.text or "x", len(sent) + 1)
    try:
        assert isinstance(decode(content, encoding), str)
    except UnicodeDecodeError as error:
        assert 0 <= error.start < max(1, len(content))


@cache
def _folder() -> Path:
    """Returns a folder that goes with the process."""
    folder = tempfile.TemporaryDirectory(prefix="textkin-fuzz-")
    _folders.append(folder)
    return Path(folder.name)


_folders: list["tempfile.TemporaryDirectory[str]"] = []


def settings(data: bytes) -> None:
    """A file of settings is the settings, or a message that says what is wrong in it."""
    file = _folder() / "settings.toml"
    file.write_bytes(data)
    try:
        resolve({}, {}, file)
    except SettingsError as error:
        assert str(error)


def access(data: bytes) -> None:
    """A file of access names callers, or is refused with a message that says what is wrong in it."""
    file = _folder() / "access.toml"
    file.write_bytes(data)
    try:
        callers = access_file.read(file)
    except access_file.AccessError as error:
        assert str(error)
        return
    assert len(callers)
    assert callers.of_token(data.decode("utf-8", "replace")) is None
