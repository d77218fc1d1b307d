"""What is acknowledged stays: after kill -9, after a restart, against a second process on the same folder."""

import random
import threading
from itertools import islice

import grpc
import pytest

from textkin.v1 import textkin_service_pb2 as pb
from textkin.v1 import textkin_service_pb2_grpc as pb_grpc
from textkin.v1.article_pb2 import INGEST_OUTCOME_UNCHANGED, Article
from textkin.v1.collection_pb2 import Collection, CollectionSettings

SYLLABLES = (
    "vel",
    "mor",
    "tarn",
    "holt",
    "ost",
    "ra",
    "kel",
    "lin",
    "sed",
    "gu",
    "bri",
    "and",
    "ik",
    "fen",
    "dol",
)


def report(number):
    """An article of its own for each number, in words of no language."""
    draw = random.Random(number)  # noqa: S311 - no secret
    words = ["".join(draw.choices(SYLLABLES, k=3)) for _ in range(60)]
    sentences = [" ".join(words[start : start + 12]).capitalize() for start in range(0, 60, 12)]
    return f"Report {number}. " + ". ".join(sentences) + "."


def items(count):
    for number in range(count):
        yield pb.IngestArticlesRequest(article=Article(id=f"report-{number}", text=report(number)))


def one_by_one(stub, hold):
    """Sends 400 articles each by itself; yields the ids that each answer acknowledges."""

    def endless():
        yield from items(400)
        hold.wait()

    for answer in stub.IngestArticles(endless()):
        assert answer.status.code == 0
        yield [answer.article_id]


def in_batches(stub, hold):
    """Sends 400 articles in batches of 25; yields the ids that each answer acknowledges."""
    rest = items(400)
    batches = [[item.article for item in islice(rest, 25)] for _ in range(16)]

    def endless():
        yield from (pb.BatchIngestArticlesRequest(articles=batch) for batch in batches)
        hold.wait()

    for batch, answer in zip(batches, stub.BatchIngestArticles(endless()), strict=False):
        assert [result.status.code for result in answer.results] == [0] * 25
        yield [article.id for article in batch]


@pytest.mark.parametrize("sent", [one_by_one, in_batches])
def test_kill_9_after_an_acknowledgement_loses_nothing(service_factory, tmp_path, sent):
    service = service_factory(data=tmp_path / "store")
    acknowledged = []
    killed = False
    hold = threading.Event()
    with grpc.insecure_channel(service.address) as channel:
        try:
            for ids in sent(pb_grpc.TextkinServiceStub(channel), hold):
                acknowledged += ids
                if len(acknowledged) >= 150 and not killed:
                    killed = True
                    service.kill()
        except grpc.RpcError as error:
            assert error.code() is grpc.StatusCode.UNAVAILABLE  # noqa: PT017 - all may have been answered
        finally:
            hold.set()
    assert len(acknowledged) >= 150

    service = service_factory(data=tmp_path / "store")
    with grpc.insecure_channel(service.address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        request = pb.ListArticlesRequest(page_size=1_000, include_text=True)
        kept = {article.id: article.text for article in stub.ListArticles(request).articles}
        assert set(acknowledged) <= set(kept)
        for article_id in acknowledged:
            assert kept[article_id] == report(int(article_id.rpartition("-")[2]))
        for start in range(0, len(acknowledged), 50):
            some = acknowledged[start : start + 50]
            queries = [
                pb.BatchSearchQuery(inline=pb.InlineText(text=kept[article_id])) for article_id in some
            ]
            results = stub.BatchSearch(pb.BatchSearchRequest(queries=queries)).results
            assert [result.matches[0].article_id for result in results] == some
        again = list(stub.IngestArticles(items(len(acknowledged))))
        assert {answer.outcome for answer in again} == {INGEST_OUTCOME_UNCHANGED}


def test_collections_and_deletions_outlive_a_restart(service_factory, tmp_path):
    service = service_factory(data=tmp_path / "store")
    with grpc.insecure_channel(service.address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        wire = Collection(id="wire", settings=CollectionSettings(language="de", max_articles=3))
        made = stub.CreateCollection(pb.CreateCollectionRequest(collection=wire)).collection
        for number in range(3):
            article = Article(id=str(number), text=report(number))
            stub.IngestArticle(pb.IngestArticleRequest(collection_id="wire", article=article))
        stub.DeleteArticle(pb.DeleteArticleRequest(collection_id="wire", article_id="1"))
    assert service.stop() == 0
    service = service_factory(data=tmp_path / "store")
    with grpc.insecure_channel(service.address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        known = stub.GetCollection(pb.GetCollectionRequest(collection_id="wire")).collection
        assert (known.settings, known.created_at, known.article_count) == (made.settings, made.created_at, 2)
        for number, found in enumerate([["0"], [], ["2"]]):
            query = pb.SearchRequest(collection_id="wire", inline=pb.InlineText(text=report(number)))
            matches = [match.article_id for match in stub.Search(query).matches]
            assert matches[:1] == found


def test_a_second_process_on_the_folder_is_refused(service_factory, tmp_path):
    service_factory(data=tmp_path / "store")
    second = service_factory(data=tmp_path / "store", wait=False)
    assert second.process.wait(timeout=60) == 1
    second.stop()
    assert any("STORE_IN_USE" in line and "another process" in line for line in second.raw)
