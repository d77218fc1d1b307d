"""Ingest over a stream: order, refusals in the middle, matches along the way, bounded reading ahead."""

import threading

import grpc
import pytest
from google.rpc import code_pb2, error_details_pb2

from textkin.v1 import textkin_service_pb2 as pb
from textkin.v1 import textkin_service_pb2_grpc as pb_grpc
from textkin.v1.article_pb2 import (
    INGEST_OUTCOME_CREATED,
    INGEST_OUTCOME_REPLACED,
    INGEST_OUTCOME_UNCHANGED,
    INGEST_OUTCOME_UNSPECIFIED,
    Article,
)
from textkin.v1.comparison_pb2 import OFFSET_UNIT_UTF16_UNIT, RELATION_IDENTICAL

FERRY = (
    "Two ferries collided in thick fog near the old pier of Velmora on Tuesday morning. The harbour master, Ilse"
    " Brandvik, said that nobody was hurt, although forty passengers spent three hours on deck. Divers inspect"
    " both hulls this week, and the northern terminal stays closed until Friday."
)
OWL = (
    "A rare marsh owl has bred in the reed beds of Tarnholt for the first time since records began. Volunteers"
    " counted five chicks in a nest barely a metre above the water. The county council promised to keep motor"
    " boats away from the lagoon until September."
)


@pytest.fixture
def item(collection):
    def make(article_id, text, search=None, **fields):
        article = Article(id=article_id, text=text, **fields)
        return pb.IngestArticlesRequest(collection_id=collection, article=article, search=search)

    return make


def test_answers_come_in_the_order_of_the_items(stub, item):
    items = [
        item(f"{n:03}", f"Report {n} of the day. " + (FERRY if n % 7 else FERRY * 20)) for n in range(200)
    ]
    answers = list(stub.IngestArticles(iter(items)))
    assert [answer.sequence for answer in answers] == list(range(200))
    assert [answer.article_id for answer in answers] == [f"{n:03}" for n in range(200)]
    assert {answer.status.code for answer in answers} == {code_pb2.OK}
    assert {answer.outcome for answer in answers} == {INGEST_OUTCOME_CREATED}


def test_articles_are_listed_in_the_order_of_the_stream(stub, item, collection):
    items = [item(f"{n:03}", f"Report {n}. " + (FERRY if n % 3 else FERRY * 20)) for n in range(100)]
    for _ in stub.IngestArticles(iter(items)):
        pass
    listed = []
    request = pb.ListArticlesRequest(collection_id=collection, page_size=33)
    while True:
        page = stub.ListArticles(request)
        listed += [article.id for article in page.articles]
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    assert listed == [f"{n:03}" for n in range(100)]


def test_the_last_of_several_with_one_id_stays(stub, item, collection):
    items = [item("same", f"{FERRY} Version {n // 2}.") for n in range(20)]
    outcomes = [answer.outcome for answer in stub.IngestArticles(iter(items))]
    assert (
        outcomes
        == [INGEST_OUTCOME_CREATED, INGEST_OUTCOME_UNCHANGED]
        + [
            INGEST_OUTCOME_REPLACED,
            INGEST_OUTCOME_UNCHANGED,
        ]
        * 9
    )
    stored = stub.GetArticle(pb.GetArticleRequest(collection_id=collection, article_id="same")).article
    assert stored.text.endswith("Version 9.")


def test_a_bad_item_is_refused_in_its_own_answer_and_the_stream_goes_on(stub, item, collection):
    items = [
        item("a", FERRY),
        item("b", ""),
        pb.IngestArticlesRequest(),
        pb.IngestArticlesRequest(collection_id="nowhere", article=Article(id="d", text=FERRY)),
        item("e", "…"),
        item("f", "word " * 300_000),
        item("g", OWL, pb.SearchOptions(limit=1_000)),
        item("h", OWL),
    ]
    answers = list(stub.IngestArticles(iter(items)))
    reasons = []
    for answer in answers:
        info = error_details_pb2.ErrorInfo()
        if answer.status.details:
            assert answer.status.details[0].Unpack(info)
            assert answer.outcome == INGEST_OUTCOME_UNSPECIFIED
            assert info.domain == "textkin"
        reasons.append((answer.status.code, info.reason, info.metadata.get("field", "")))
    invalid = code_pb2.INVALID_ARGUMENT
    assert reasons == [
        (code_pb2.OK, "", ""),
        (invalid, "INVALID_REQUEST", "article.text"),
        (invalid, "INVALID_REQUEST", "article"),
        (code_pb2.NOT_FOUND, "COLLECTION_NOT_FOUND", ""),
        (invalid, "INVALID_REQUEST", "article.text"),
        (invalid, "INVALID_REQUEST", "article.text"),
        (invalid, "INVALID_REQUEST", "search.limit"),
        (code_pb2.OK, "", ""),
    ]
    assert [answer.sequence for answer in answers] == list(range(8))
    page = stub.ListArticles(pb.ListArticlesRequest(collection_id=collection))
    assert [article.id for article in page.articles] == ["a", "h"]


def test_a_malformed_message_ends_the_stream_after_the_answers_before_it(channel, item):
    stream = channel.stream_stream(
        "/textkin.v1.TextkinService/IngestArticles",
        response_deserializer=pb.IngestArticlesResponse.FromString,
    )
    messages = [item("a", FERRY).SerializeToString(), b"\xff\xff", item("b", OWL).SerializeToString()]
    answers = []
    with pytest.raises(grpc.RpcError) as refusal:
        answers.extend(stream(iter(messages)))
    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_an_item_is_matched_with_the_items_before_it_and_never_with_itself(stub, item):
    search = pb.SearchOptions(matches_with_passages=10, offset_unit=OFFSET_UNIT_UTF16_UNIT)
    items = [item(str(n), FERRY if n % 2 == 0 else OWL, search, title=f"Title {n}") for n in range(8)]
    answers = list(stub.IngestArticles(iter(items)))
    for n, answer in enumerate(answers):
        assert [match.article_id for match in answer.matches] == [str(k) for k in range(n % 2, n, 2)]
        for match in answer.matches:
            assert match.title == f"Title {match.article_id}"
            assert match.comparison.relation == RELATION_IDENTICAL
            assert match.comparison.offset_unit == OFFSET_UNIT_UTF16_UNIT
            assert len(match.comparison.passages) >= 1


def test_the_same_article_again_has_the_same_matches(stub, item):
    search = pb.SearchOptions()
    first = list(stub.IngestArticles(iter([item("a", FERRY, search), item("b", FERRY, search)])))
    again = list(stub.IngestArticles(iter([item("a", FERRY, search), item("b", FERRY, search)])))
    assert [[match.article_id for match in answer.matches] for answer in first] == [[], ["a"]]
    assert [answer.matches for answer in again] == [answer.matches for answer in first]
    assert {answer.outcome for answer in again} == {INGEST_OUTCOME_UNCHANGED}


def test_each_answer_means_that_a_search_finds_the_article(stub, item, collection):
    answers = stub.IngestArticles(item(str(n), f"{FERRY} {OWL if n % 2 else ''}") for n in range(10))
    for answer in answers:
        found = stub.Search(
            pb.SearchRequest(
                collection_id=collection,
                inline=pb.InlineText(text=FERRY),
                options=pb.SearchOptions(limit=100),
            )
        )
        assert answer.article_id in {match.article_id for match in found.matches}


def test_a_stream_whose_caller_goes_away_leaves_the_service_well(service_factory):
    service = service_factory(max_streams=1)
    with grpc.insecure_channel(service.address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        stopped = threading.Event()

        def items():
            yield pb.IngestArticlesRequest(article=Article(id="a", text=FERRY))
            stopped.wait()

        call = stub.IngestArticles(items())
        assert next(call).status.code == code_pb2.OK
        with pytest.raises(grpc.RpcError) as refusal:
            next(stub.IngestArticles(iter(())))
        assert refusal.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        call.cancel()
        stopped.set()
        ended = service.wait_for("rpc")
        assert (ended["method"], ended["code"], ended["items"]) == ("IngestArticles", "CANCELLED", 1)
        assert list(stub.IngestArticles(iter(()))) == []
