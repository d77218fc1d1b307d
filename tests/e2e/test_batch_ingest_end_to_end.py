"""Ingest in batches: a result an article, in order; limits; what ends a stream early, and what is kept then."""

import signal
import threading

import grpc
import pytest
from google.rpc import code_pb2, error_details_pb2, status_pb2

from fillers import paragraphs
from textkin.v1 import textkin_service_pb2 as pb
from textkin.v1 import textkin_service_pb2_grpc as pb_grpc
from textkin.v1.article_pb2 import (
    INGEST_OUTCOME_CREATED,
    INGEST_OUTCOME_REPLACED,
    INGEST_OUTCOME_UNCHANGED,
    Article,
)


def news(seed):
    return "\n\n".join(paragraphs(seed, 2))


def batch(collection, some, search=None):
    articles = [Article(id=article_id, text=text, language="en") for article_id, text in some]
    return pb.BatchIngestArticlesRequest(collection_id=collection, articles=articles, search=search)


def reports(numbers):
    return [(f"report-{number}", news(number)) for number in numbers]


def listed(stub, collection):
    request = pb.ListArticlesRequest(collection_id=collection, page_size=1_000)
    return [article.id for article in stub.ListArticles(request).articles]


def info_of(status):
    info = error_details_pb2.ErrorInfo()
    if status.details:
        assert status.details[0].Unpack(info)
    return info


def status_of(refusal):
    (packed,) = [v for k, v in refusal.trailing_metadata() if k == "grpc-status-details-bin"]
    return status_pb2.Status.FromString(packed)


def test_each_batch_has_one_answer_with_a_result_an_article(stub, collection):
    sizes = [1, 70, 3, 200, 26]
    starts = [sum(sizes[:place]) for place in range(len(sizes))]
    batches = [
        batch(collection, reports(range(start, start + size)))
        for start, size in zip(starts, sizes, strict=True)
    ]
    answers = list(stub.BatchIngestArticles(iter(batches)))
    assert [len(answer.results) for answer in answers] == sizes
    assert {result.outcome for answer in answers for result in answer.results} == {INGEST_OUTCOME_CREATED}
    assert listed(stub, collection) == [f"report-{number}" for number in range(300)]


def test_the_last_of_several_with_one_id_stays_within_a_batch_and_over_batches(stub, collection):
    def versions(*numbers):
        return batch(collection, [("same", news(number)) for number in numbers])

    answers = list(stub.BatchIngestArticles(iter([versions(0, 0, 1, 0), versions(0, 1, 1, 2)])))
    assert [[result.outcome for result in answer.results] for answer in answers] == [
        [
            INGEST_OUTCOME_CREATED,
            INGEST_OUTCOME_UNCHANGED,
            INGEST_OUTCOME_REPLACED,
            INGEST_OUTCOME_REPLACED,
        ],
        [
            INGEST_OUTCOME_UNCHANGED,
            INGEST_OUTCOME_REPLACED,
            INGEST_OUTCOME_UNCHANGED,
            INGEST_OUTCOME_REPLACED,
        ],
    ]
    stored = stub.GetArticle(pb.GetArticleRequest(collection_id=collection, article_id="same")).article
    assert stored.text == news(2)


def test_a_bad_article_is_refused_in_its_own_result(stub, collection):
    some = [("a", news(0)), ("b", ""), ("c", "…"), ("d", news(1)), ("", news(2)), ("f", "word " * 300_000)]
    (answer, nowhere) = stub.BatchIngestArticles(iter([batch(collection, some), batch("nowhere", some[:1])]))
    told = [(result.status.code, info_of(result.status).metadata["field"]) for result in answer.results]
    invalid = code_pb2.INVALID_ARGUMENT
    assert told == [
        (code_pb2.OK, ""),
        (invalid, "articles[1].text"),
        (invalid, "articles[2].text"),
        (code_pb2.OK, ""),
        (invalid, "articles[4].id"),
        (invalid, "articles[5].text"),
    ]
    assert [info_of(result.status).reason for result in nowhere.results] == ["COLLECTION_NOT_FOUND"]
    assert listed(stub, collection) == ["a", "d"]


def test_a_collection_takes_of_a_batch_what_it_has_room_for(stub, collection):
    name = f"{collection}-small"
    request = pb.CreateCollectionRequest()
    request.collection.id = name
    request.collection.settings.max_articles = 3
    stub.CreateCollection(request)
    (first, second) = stub.BatchIngestArticles(
        iter([batch(name, reports(range(5))), batch(name, [("report-0", news(9)), *reports([7])])])
    )
    reasons = [[info_of(result.status).reason for result in answer.results] for answer in (first, second)]
    assert reasons == [["", "", "", "COLLECTION_FULL", "COLLECTION_FULL"], ["", "COLLECTION_FULL"]]
    stub.DeleteCollection(pb.DeleteCollectionRequest(collection_id=name, force=True))


def test_each_article_is_matched_with_those_before_it(stub, collection):
    some = [(str(number), news(number % 3)) for number in range(9)]
    (answer,) = stub.BatchIngestArticles(iter([batch(collection, some, pb.SearchOptions())]))
    for number, result in enumerate(answer.results):
        found = [match.article_id for match in result.matches]
        assert found == [str(each) for each in range(number % 3, number, 3)]


@pytest.mark.parametrize("count", [0, 1_001])
def test_a_batch_of_none_or_too_many_ends_the_stream_after_the_answers_before_it(stub, collection, count):
    batches = [batch(collection, reports(range(3))), batch(collection, [("x", "x")] * count)]
    answers = []
    with pytest.raises(grpc.RpcError) as refusal:
        answers.extend(stub.BatchIngestArticles(iter(batches)))
    assert [len(answer.results) for answer in answers] in ([], [3])
    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert refusal.value.details() == f"articles: has {count}; give 1 to 1000"
    assert info_of(status_of(refusal.value)).metadata["field"] == "articles"
    assert listed(stub, collection) == ["report-0", "report-1", "report-2"]


def test_a_message_that_is_too_large_ends_the_stream(service_factory):
    service = service_factory(max_message_bytes=1_048_576)
    with grpc.insecure_channel(service.address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        with pytest.raises(grpc.RpcError) as refusal:
            list(stub.BatchIngestArticles(iter([batch("", [("a", "word " * 300_000)])])))
        assert refusal.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_a_deadline_ends_the_stream(stub, collection):
    hold = threading.Event()

    def batches():
        yield batch(collection, reports(range(3)))
        hold.wait()

    stream = stub.BatchIngestArticles(batches(), timeout=30)
    assert len(next(stream).results) == 3
    stream.cancel()
    late = stub.BatchIngestArticles(batches(), timeout=0.001)
    with pytest.raises(grpc.RpcError) as refusal:
        list(late)
    hold.set()
    assert refusal.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


def test_a_caller_that_goes_away_leaves_the_service_well(service_factory):
    service = service_factory(max_streams=1)
    with grpc.insecure_channel(service.address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        hold = threading.Event()

        def batches():
            yield batch("", reports(range(3)))
            hold.wait()

        call = stub.BatchIngestArticles(batches())
        assert len(next(call).results) == 3
        call.cancel()
        hold.set()
        ended = service.wait_for("rpc")
        assert (ended["method"], ended["code"], ended["items"]) == ("BatchIngestArticles", "CANCELLED", 3)
        assert stub.GetServiceInfo(pb.GetServiceInfoRequest()).article_count == 3


def test_shutdown_answers_the_batches_that_were_read(service_factory):
    service = service_factory(shutdown_grace=30)
    hold = threading.Event()
    with grpc.insecure_channel(service.address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)

        def batches():
            yield batch("", reports(range(100)))
            yield batch("", reports(range(100, 200)))
            hold.wait()

        stream = stub.BatchIngestArticles(batches())
        answers = [next(stream)]
        service.process.send_signal(signal.SIGTERM)
        with pytest.raises(grpc.RpcError) as refusal:
            answers.extend(stream)
        hold.set()
    assert refusal.value.code() is grpc.StatusCode.UNAVAILABLE
    assert info_of(status_of(refusal.value)).reason == "NOT_READY"
    assert service.stop() == 0
    assert [len(answer.results) for answer in answers] in ([100], [100, 100])
    again = service_factory(data=service.data)
    with grpc.insecure_channel(again.address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        assert len(listed(stub, "")) == 100 * len(answers)
