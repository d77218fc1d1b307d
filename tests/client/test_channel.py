"""The channel: what is retried and what is not, which deadline a call has, how large a message may be."""

import math

import grpc
import pytest
from scripted import Failing, serving

from textkin import AsyncClient, Client, DeadlineExceeded, ResourceExhausted, Unavailable
from textkin._channel import RETRIED_METHODS
from textkin.types import Article
from textkin.v1 import textkin_service_pb2 as pb

COMPARED = pb.CompareResponse(comparison={"score": 0.5, "relation": "RELATION_RELATED", "offset_unit": 1})
INGESTED = pb.IngestArticleResponse(outcome="INGEST_OUTCOME_CREATED")


def test_an_idempotent_call_is_made_again_while_the_service_is_unavailable():
    compare, ingest = Failing(2, COMPARED), Failing(2, INGESTED)
    with serving(Compare=compare, IngestArticle=ingest) as address, Client(address) as client:
        assert client.compare("a", "b").score == 0.5
        client.ingest(Article("1", "t"))
    assert (compare.calls, ingest.calls) == (3, 3)


def test_a_call_that_grpc_turned_away_is_made_again():
    search = Failing(2, pb.SearchResponse(), grpc.StatusCode.CANCELLED)
    with serving(Search=search) as address, Client(address) as client:
        assert client.search("a").matches == ()
    assert search.calls == 3


def test_a_call_is_made_again_however_large_it_is():
    compare = Failing(2, COMPARED)
    with serving(Compare=compare) as address, Client(address) as client:
        assert client.compare("x" * 3_000_000, "b").score == 0.5
    assert compare.calls == 3


async def test_the_asynchronous_client_retries_alike():
    compare = Failing(2, COMPARED)
    with serving(Compare=compare) as address:
        async with AsyncClient(address) as client:
            assert (await client.compare("a", "b")).score == 0.5
    assert compare.calls == 3


def test_a_call_is_made_again_when_a_service_with_too_much_to_do_says_so():
    search = Failing(3, pb.SearchResponse(), grpc.StatusCode.RESOURCE_EXHAUSTED, pushback=1)
    with serving(Search=search) as address, Client(address) as client:
        assert client.search("a").matches == ()
    assert search.calls == 4


async def test_the_asynchronous_client_does_as_it_is_asked_to_too():
    search = Failing(3, pb.SearchResponse(), grpc.StatusCode.RESOURCE_EXHAUSTED, pushback=1)
    with serving(Search=search) as address:
        async with AsyncClient(address) as client:
            assert (await client.search("a")).matches == ()
    assert search.calls == 4


def test_a_call_is_made_once_where_the_service_says_that_no_repetition_helps():
    ingest = Failing(1, INGESTED, grpc.StatusCode.RESOURCE_EXHAUSTED, pushback=-1)
    with (
        serving(IngestArticle=ingest) as address,
        Client(address) as client,
        pytest.raises(ResourceExhausted, match="not now"),
    ):
        client.ingest(Article("1", "t"))
    assert ingest.calls == 1


def test_a_call_that_is_not_idempotent_is_made_once():
    delete = Failing(1, pb.DeleteArticleResponse(deleted=True))
    create = Failing(1, pb.CreateCollectionResponse())
    drop = Failing(1, pb.DeleteCollectionResponse())
    with (
        serving(DeleteArticle=delete, CreateCollection=create, DeleteCollection=drop) as address,
        Client(address) as client,
    ):
        with pytest.raises(Unavailable, match="not now"):
            client.delete("1", allow_missing=True)
        with pytest.raises(Unavailable):
            client.create_collection("c")
        with pytest.raises(Unavailable):
            client.delete_collection("c")
    assert (delete.calls, create.calls, drop.calls) == (1, 1, 1)


def test_every_method_but_those_that_change_on_repetition_is_retried():
    methods = {method.name for method in pb.DESCRIPTOR.services_by_name["TextkinService"].methods}
    assert methods - set(RETRIED_METHODS) == {
        "DeleteArticle",
        "CreateCollection",
        "DeleteCollection",
        "IngestArticles",
        "BatchIngestArticles",
    }


def test_it_gives_up_after_five_attempts():
    compare = Failing(100, COMPARED)
    with serving(Compare=compare) as address, Client(address) as client, pytest.raises(Unavailable) as caught:
        client.compare("a", "b")
    assert compare.calls == 5
    assert (caught.value.code, caught.value.reason) == ("UNAVAILABLE", "UNAVAILABLE")


def test_a_call_has_the_clients_deadline_or_its_own_or_none():
    compare = Failing(0, COMPARED)
    with serving(Compare=compare) as address:
        with Client(address) as client:
            client.compare("a", "b")
            client.compare("a", "b", timeout=1000)
            client.compare("a", "b", timeout=math.inf)
        with Client(address, timeout=None) as client:
            client.compare("a", "b")
    default, own, infinite, none = compare.deadlines
    # gRPC rounds a deadline up on its way, by a percent or so.
    assert 0 < default < 60
    assert 60 < own < 2000
    # gRPC has no word for "no deadline" on the service's side but a very distant one.
    assert all(remaining is None or remaining > 10**6 for remaining in (infinite, none))


def test_a_deadline_already_past_is_an_error_at_once():
    compare = Failing(0, COMPARED)
    with (
        serving(Compare=compare) as address,
        Client(address) as client,
        pytest.raises(DeadlineExceeded) as caught,
    ):
        client.compare("a", "b", timeout=-1)
    assert compare.calls == 0
    assert caught.value.code == caught.value.reason == "DEADLINE_EXCEEDED"


def test_a_message_over_sixteen_mebibytes_stays_and_one_below_leaves():
    compare = Failing(0, COMPARED)
    with serving(Compare=compare) as address, Client(address) as client:
        with pytest.raises(ResourceExhausted):
            client.compare("x" * (17 * 1024 * 1024), "b")
        # This server keeps gRPC's own limit of 4 MiB: the refusal is its, so the message did leave.
        with pytest.raises(ResourceExhausted, match=r"[Rr]eceived message larger"):
            client.compare("x" * (15 * 1024 * 1024), "b")
    assert compare.calls == 0


def test_the_address_comes_from_the_environment_by_default(monkeypatch):
    monkeypatch.setenv("TEXTKIN_ADDRESS", "example:1")
    with Client() as client, Client("other:2") as other:
        assert (client.address, other.address) == ("example:1", "other:2")
    monkeypatch.delenv("TEXTKIN_ADDRESS")
    with Client() as client:
        assert client.address == "127.0.0.1:50051"
