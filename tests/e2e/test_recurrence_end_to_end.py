"""A publisher's footer makes no matches of the articles that it stands under, through a real service and its restart."""

import grpc

from fillers import FOOTER, edited, paragraphs
from textkin.v1 import textkin_service_pb2 as pb
from textkin.v1 import textkin_service_pb2_grpc as pb_grpc
from textkin.v1.article_pb2 import Article
from textkin.v1.comparison_pb2 import RELATION_COPY

REPORT = "\n\n".join(paragraphs("report", 6))


def footed(*parts):
    return "\n\n".join([*parts, FOOTER])


def items():
    for number in range(30):
        yield Article(id=f"valley-{number}", text=footed(*paragraphs(number)), language="en")
    for number in range(20):
        yield Article(id=f"copy-{number}", text=footed(edited(REPORT, number)), language="en")


def found(stub, article_id):
    """Returns the relation of each match of a stored article, by id."""
    request = pb.SearchRequest(article_id=article_id, options=pb.SearchOptions(limit=100))
    return {match.article_id: match.comparison.relation for match in stub.Search(request).matches}


def test_a_footer_matches_nothing_and_copies_above_it_are_found(service_factory, tmp_path):
    service = service_factory(data=tmp_path / "store")
    with grpc.insecure_channel(service.address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        answers = list(stub.IngestArticles(pb.IngestArticlesRequest(article=article) for article in items()))
        assert {answer.status.code for answer in answers} == {0}
        before = [found(stub, f"valley-{number}") for number in range(30)]
        copies = found(stub, "copy-0")
        known = stub.GetCollection(pb.GetCollectionRequest(collection_id="default")).collection
    assert known.recurring_piece_count == 3  # the sentences of the footer
    assert before == [{}] * 30
    assert copies == {f"copy-{number}": RELATION_COPY for number in range(1, 20)}

    assert service.stop() == 0
    service = service_factory(data=tmp_path / "store")
    with grpc.insecure_channel(service.address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        assert [found(stub, f"valley-{number}") for number in (0, 29)] == [{}, {}]
        assert found(stub, "copy-0") == copies
