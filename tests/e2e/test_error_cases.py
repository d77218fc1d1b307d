"""Every error that a caller can cause: status, reason and details, over a real channel to a real process."""

from pathlib import Path

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import code_pb2, error_details_pb2
from grpc_status import rpc_status

from textkin.v1 import textkin_service_pb2 as pb
from textkin.v1.article_pb2 import Article
from textkin.v1.collection_pb2 import Collection, CollectionSettings

TEXT = "The harbour master of Velmora said that two ferries had collided in thick fog near the old pier."
METHOD = "/textkin.v1.TextkinService/"


def details_of(status):
    """The details of a google.rpc.Status, by the name of their type."""
    found = {}
    for detail in status.details:
        name = detail.type_url.rpartition(".")[2]
        found[name] = getattr(error_details_pb2, name)()
        assert detail.Unpack(found[name])
    return found


def refused(call, code, reason, field=None):
    """Makes the call, checks what it is refused with, and returns the google.rpc.Status."""
    with pytest.raises(grpc.RpcError) as refusal:
        call()
    assert refusal.value.code() is code
    status = rpc_status.from_call(refusal.value)
    check(status, code.value[0], reason, field)
    return status


def check(status, code, reason, field=None):
    details = details_of(status)
    assert status.code == code
    assert details["ErrorInfo"].domain == "textkin"
    assert details["ErrorInfo"].reason == reason
    if field is not None:
        (violation,) = details["BadRequest"].field_violations
        assert violation.field == field
        assert violation.description
        assert status.message == f"{field}: {violation.description}"


def inline(text, language=""):
    return pb.CompareSide(inline=pb.InlineText(text=text, language=language))


def article(**fields):
    return Article(**({"id": "a", "text": TEXT} | fields))


@pytest.fixture
def ingest(stub, collection):
    def call(**fields):
        request = pb.IngestArticleRequest(collection_id=collection, article=article(**fields))
        return lambda: stub.IngestArticle(request)

    return call


@pytest.fixture
def search(stub, collection):
    def call(**options):
        request = pb.SearchRequest(
            collection_id=collection, inline=pb.InlineText(text=TEXT), options=pb.SearchOptions(**options)
        )
        return lambda: stub.Search(request)

    return call


@pytest.mark.parametrize("text", ["", " \n\t", "… – !?", "\0", "🙂🙂"])
def test_a_text_without_a_word_is_refused_everywhere(stub, collection, ingest, text):
    invalid = grpc.StatusCode.INVALID_ARGUMENT
    refused(ingest(text=text), invalid, "INVALID_REQUEST", "article.text")
    compare = pb.CompareRequest(a=inline(TEXT), b=inline(text))
    refused(lambda: stub.Compare(compare), invalid, "INVALID_REQUEST", "b.inline.text")
    query = pb.SearchRequest(collection_id=collection, inline=pb.InlineText(text=text))
    refused(lambda: stub.Search(query), invalid, "INVALID_REQUEST", "inline.text")
    batch = pb.BatchSearchRequest(
        collection_id=collection, queries=[pb.BatchSearchQuery(inline=pb.InlineText(text=text))]
    )
    (result,) = stub.BatchSearch(batch).results
    check(result.status, code_pb2.INVALID_ARGUMENT, "INVALID_REQUEST", "queries[0].inline.text")


def test_a_text_of_ten_megabytes_is_refused_with_the_limit(stub, ingest):
    text = "word " * 2_000_000
    status = refused(ingest(text=text), grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST", "article.text")
    assert status.message == "article.text: has 10000000 bytes of UTF-8; at most 1048576 are allowed"
    compare = pb.CompareRequest(a=inline(text), b=inline(TEXT))
    refused(
        lambda: stub.Compare(compare), grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST", "a.inline.text"
    )


def test_a_collection_may_have_a_lower_limit_on_texts(stub, collection):
    name = f"{collection}-short"
    settings = CollectionSettings(max_text_bytes=20)
    stub.CreateCollection(pb.CreateCollectionRequest(collection=Collection(id=name, settings=settings)))
    request = pb.IngestArticleRequest(collection_id=name, article=article())
    status = refused(
        lambda: stub.IngestArticle(request),
        grpc.StatusCode.INVALID_ARGUMENT,
        "INVALID_REQUEST",
        "article.text",
    )
    assert "at most 20" in status.message


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"id": ""}, "article.id"),
        ({"id": "x" * 513}, "article.id"),
        ({"id": "line\nbreak"}, "article.id"),
        ({"title": "é" * 2_049}, "article.title"),
        ({"url": "u" * 4_097}, "article.url"),
        ({"source": "s" * 513}, "article.source"),
        ({"language": "english please"}, "article.language"),
        ({"language": "e"}, "article.language"),
        ({"metadata": {str(n): "" for n in range(65)}}, "article.metadata"),
        ({"metadata": {"": "x"}}, "article.metadata"),
        ({"metadata": {"k" * 129: "x"}}, "article.metadata key"),
        ({"metadata": {"k": "v" * 4_097}}, "article.metadata['k']"),
        ({"published_at": Timestamp(seconds=253_402_300_800)}, "article.published_at"),
        ({"published_at": Timestamp(nanos=-1)}, "article.published_at"),
    ],
)
def test_a_field_out_of_range_is_named(ingest, fields, field):
    refused(ingest(**fields), grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST", field)


def test_fields_at_their_limits_are_taken(ingest):
    response = ingest(
        id="é" * 256,
        title="t" * 4_096,
        url="u" * 4_096,
        source="s" * 512,
        language="sr-Latn-RS",
        metadata={f"{n:0128}": "v" * 4_096 for n in range(64)},
        published_at=Timestamp(seconds=-62_135_596_800),
    )()
    assert response.outcome == 1


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"limit": 101}, "options.limit"),
        ({"min_score": float("nan")}, "options.min_score"),
        ({"min_score": 1.01}, "options.min_score"),
        ({"min_score": -0.01}, "options.min_score"),
        ({"min_relation": 7}, "options.min_relation"),
        ({"min_relation": -1}, "options.min_relation"),
        ({"offset_unit": 4}, "options.offset_unit"),
        ({"exclude_sources": [str(n) for n in range(257)]}, "options.exclude_sources"),
        (
            {"published_from": Timestamp(seconds=5), "published_until": Timestamp(seconds=5)},
            "options.published_until",
        ),
        ({"published_from": Timestamp(seconds=2**62)}, "options.published_from"),
    ],
)
def test_an_option_out_of_range_is_named(search, options, field):
    refused(search(**options), grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST", field)


def test_what_is_not_set_is_named(stub, collection):
    invalid = grpc.StatusCode.INVALID_ARGUMENT
    refused(lambda: stub.Compare(pb.CompareRequest(a=inline(TEXT))), invalid, "INVALID_REQUEST", "b")
    refused(lambda: stub.Search(pb.SearchRequest()), invalid, "INVALID_REQUEST", "query")
    refused(lambda: stub.IngestArticle(pb.IngestArticleRequest()), invalid, "INVALID_REQUEST", "article")
    refused(lambda: stub.GetArticle(pb.GetArticleRequest()), invalid, "INVALID_REQUEST", "article_id")
    refused(lambda: stub.DeleteArticle(pb.DeleteArticleRequest()), invalid, "INVALID_REQUEST", "article_id")
    refused(
        lambda: stub.DeleteCollection(pb.DeleteCollectionRequest()),
        invalid,
        "INVALID_REQUEST",
        "collection_id",
    )
    batch = pb.BatchSearchRequest(collection_id=collection)
    refused(lambda: stub.BatchSearch(batch), invalid, "INVALID_REQUEST", "queries")
    batch.queries.extend([pb.BatchSearchQuery()] * 257)
    refused(lambda: stub.BatchSearch(batch), invalid, "INVALID_REQUEST", "queries")


def test_an_unknown_article_is_not_found(stub, collection):
    reference = pb.ArticleReference(collection_id=collection, article_id="nobody")
    for call in (
        lambda: stub.GetArticle(pb.GetArticleRequest(collection_id=collection, article_id="nobody")),
        lambda: stub.DeleteArticle(pb.DeleteArticleRequest(collection_id=collection, article_id="nobody")),
        lambda: stub.Search(pb.SearchRequest(collection_id=collection, article_id="nobody")),
        lambda: stub.Compare(pb.CompareRequest(a=inline(TEXT), b=pb.CompareSide(article=reference))),
    ):
        status = refused(call, grpc.StatusCode.NOT_FOUND, "ARTICLE_NOT_FOUND")
        assert details_of(status)["ErrorInfo"].metadata == {
            "collection_id": collection,
            "article_id": "nobody",
        }
    gone = pb.DeleteArticleRequest(collection_id=collection, article_id="nobody", allow_missing=True)
    assert not stub.DeleteArticle(gone).deleted


def test_an_unknown_collection_is_not_found(stub):
    name = "nowhere"
    reference = pb.ArticleReference(collection_id=name, article_id="a")
    for call in (
        lambda: stub.IngestArticle(pb.IngestArticleRequest(collection_id=name, article=article())),
        lambda: stub.GetArticle(pb.GetArticleRequest(collection_id=name, article_id="a")),
        lambda: stub.ListArticles(pb.ListArticlesRequest(collection_id=name)),
        lambda: stub.DeleteArticle(
            pb.DeleteArticleRequest(collection_id=name, article_id="a", allow_missing=True)
        ),
        lambda: stub.Search(pb.SearchRequest(collection_id=name, inline=pb.InlineText(text=TEXT))),
        lambda: stub.BatchSearch(
            pb.BatchSearchRequest(
                collection_id=name, queries=[pb.BatchSearchQuery(inline=pb.InlineText(text=TEXT))]
            )
        ),
        lambda: stub.Compare(pb.CompareRequest(a=pb.CompareSide(article=reference), b=inline(TEXT))),
        lambda: stub.GetCollection(pb.GetCollectionRequest(collection_id=name)),
        lambda: stub.DeleteCollection(pb.DeleteCollectionRequest(collection_id=name)),
    ):
        status = refused(call, grpc.StatusCode.NOT_FOUND, "COLLECTION_NOT_FOUND")
        assert details_of(status)["ErrorInfo"].metadata == {"collection_id": name}


def test_what_no_collection_can_be_called_is_refused_and_not_repeated_at_length(stub):
    invalid = grpc.StatusCode.INVALID_ARGUMENT
    for name in ("Upper", "x" * 64, "x" * 1_000_000):
        get = pb.GetCollectionRequest(collection_id=name)
        status = refused(lambda get=get: stub.GetCollection(get), invalid, "INVALID_REQUEST", "collection_id")
        assert len(status.message) < 300
    side = pb.CompareSide(article=pb.ArticleReference(collection_id="Upper", article_id="a"))
    compare = pb.CompareRequest(a=side, b=inline(TEXT))
    refused(lambda: stub.Compare(compare), invalid, "INVALID_REQUEST", "a.article.collection_id")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"id": ""}, "collection.id"),
        ({"id": "Upper"}, "collection.id"),
        ({"id": "-dash"}, "collection.id"),
        ({"id": "x" * 64}, "collection.id"),
        ({"id": "x", "settings": CollectionSettings(language="?")}, "collection.settings.language"),
        ({"id": "x", "settings": CollectionSettings(max_articles=2**63)}, "collection.settings.max_articles"),
        (
            {"id": "x", "settings": CollectionSettings(retention=Duration(seconds=1, nanos=1))},
            "collection.settings.retention",
        ),
        (
            {"id": "x", "settings": CollectionSettings(retention=Duration(seconds=-1))},
            "collection.settings.retention",
        ),
    ],
)
def test_a_collection_with_a_field_out_of_range_is_refused(stub, fields, field):
    request = pb.CreateCollectionRequest(collection=Collection(**fields))
    refused(
        lambda: stub.CreateCollection(request), grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST", field
    )


def test_collections_say_why_they_cannot_be_made_or_deleted(stub, collection, ingest):
    again = pb.CreateCollectionRequest(collection=Collection(id=collection))
    refused(lambda: stub.CreateCollection(again), grpc.StatusCode.ALREADY_EXISTS, "COLLECTION_EXISTS")
    ingest()()
    delete = pb.DeleteCollectionRequest(collection_id=collection)
    precondition = grpc.StatusCode.FAILED_PRECONDITION
    refused(lambda: stub.DeleteCollection(delete), precondition, "COLLECTION_NOT_EMPTY")
    protected = pb.DeleteCollectionRequest(collection_id="default", force=True)
    refused(lambda: stub.DeleteCollection(protected), precondition, "COLLECTION_PROTECTED")
    delete.force = True
    assert stub.DeleteCollection(delete).deleted_articles == 1


def test_a_full_collection_refuses(stub, collection):
    name = f"{collection}-full"
    settings = CollectionSettings(max_articles=1)
    stub.CreateCollection(pb.CreateCollectionRequest(collection=Collection(id=name, settings=settings)))
    stub.IngestArticle(pb.IngestArticleRequest(collection_id=name, article=article()))
    second = pb.IngestArticleRequest(collection_id=name, article=article(id="b"))
    status = refused(
        lambda: stub.IngestArticle(second), grpc.StatusCode.RESOURCE_EXHAUSTED, "COLLECTION_FULL"
    )
    assert "RetryInfo" not in details_of(status)


def test_a_page_token_of_another_listing_or_none_of_ours_is_refused(stub, collection, ingest):
    ingest(id="a")()
    ingest(id="b")()
    page = stub.ListArticles(pb.ListArticlesRequest(collection_id=collection, page_size=1))
    assert [one.id for one in page.articles] == ["a"]
    token = page.next_page_token
    rest = stub.ListArticles(pb.ListArticlesRequest(collection_id=collection, page_token=token))
    assert [one.id for one in rest.articles] == ["b"]
    assert rest.next_page_token == ""
    for call in (
        lambda: stub.ListArticles(pb.ListArticlesRequest(page_token=token)),
        lambda: stub.ListArticles(pb.ListArticlesRequest(collection_id=collection, page_token=token + "A")),
        lambda: stub.ListArticles(pb.ListArticlesRequest(collection_id=collection, page_token="?")),
        lambda: stub.ListCollections(pb.ListCollectionsRequest(page_token=token)),
    ):
        refused(call, grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST", "page_token")


def test_a_deadline_that_is_past_ends_the_call(stub, collection):
    query = pb.SearchRequest(collection_id=collection, inline=pb.InlineText(text=TEXT))
    for seconds in (-1, 0, 1e-6):
        with pytest.raises(grpc.RpcError) as refusal:
            stub.Search(query, timeout=seconds)
        assert refusal.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


@pytest.mark.parametrize(
    "message",
    [
        b"\xff\xff\xff",  # no protobuf at all
        b"\x0a\x05ab",  # a string that ends too soon
        b"\x0a\x02\xc3\x28",  # a string that is not UTF-8
    ],
)
def test_a_malformed_message_is_the_callers_error(channel, message):
    for method in ("Search", "IngestArticle", "ListArticles", "GetArticle"):
        call = channel.unary_unary(METHOD + method)
        refused(
            lambda call=call: call(message),
            grpc.StatusCode.INVALID_ARGUMENT,
            "MALFORMED_MESSAGE",
            "request",
        )
    stream = channel.stream_stream(METHOD + "IngestArticles")
    refused(
        lambda: list(stream(iter([message]))),
        grpc.StatusCode.INVALID_ARGUMENT,
        "MALFORMED_MESSAGE",
        "request",
    )


@pytest.mark.parametrize("method", ["BatchSearch", "BatchIngestArticles"])
def test_millions_of_empty_messages_in_one_are_refused_before_they_are_made(channel, service, method):
    # Read, they would take a gigabyte, and seconds without a word to anybody else.
    message = b"\x12\x00" * 8_000_000
    streams = method == "BatchIngestArticles"
    make = channel.stream_stream if streams else channel.unary_unary
    call = make(METHOD + method)
    invalid = grpc.StatusCode.INVALID_ARGUMENT
    before = memory_kib(service)
    for _ in range(3):
        refused(
            lambda: (
                list(call(iter([message]))) if streams else call(message, compression=grpc.Compression.Gzip)
            ),
            invalid,
            "INVALID_REQUEST",
            "request",
        )
    assert memory_kib(service) - before < 300_000


def memory_kib(service):
    """The most memory that a service has had so far; 0 where there is no /proc to tell."""
    status = Path(f"/proc/{service.process.pid}/status")
    if not status.exists():
        return 0
    return int(status.read_text(encoding="ascii").split("VmHWM:")[1].split()[0])


def test_a_method_that_is_not_there_is_unimplemented(channel):
    with pytest.raises(grpc.RpcError) as refusal:
        channel.unary_unary(METHOD + "Divine")(b"")
    assert refusal.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_a_batch_answers_each_query_by_itself(stub, collection, ingest):
    ingest(id="a")()
    queries = [
        pb.BatchSearchQuery(inline=pb.InlineText(text=TEXT)),
        pb.BatchSearchQuery(),
        pb.BatchSearchQuery(article_id="nobody"),
        pb.BatchSearchQuery(article_id="a"),
    ]
    found, unset, unknown, itself = stub.BatchSearch(
        pb.BatchSearchRequest(collection_id=collection, queries=queries)
    ).results
    assert found.status.code == code_pb2.OK
    assert [match.article_id for match in found.matches] == ["a"]
    check(unset.status, code_pb2.INVALID_ARGUMENT, "INVALID_REQUEST", "queries[1]")
    check(unknown.status, code_pb2.NOT_FOUND, "ARTICLE_NOT_FOUND")
    assert itself.status.code == code_pb2.OK
    assert list(itself.matches) == []
    bad = pb.BatchSearchRequest(
        collection_id=collection, queries=queries, options=pb.SearchOptions(limit=1_000)
    )
    refused(
        lambda: stub.BatchSearch(bad), grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST", "options.limit"
    )
