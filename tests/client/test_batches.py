"""How articles gather to batches: none waits for company, and no message grows too large."""

from datetime import datetime

import pytest

from textkin import Article, IngestOutcome, SearchOptions
from textkin._batches import Batches
from textkin.v1 import textkin_service_pb2 as pb

WINDOW = 256
FULL = 64


def articles(count, text="some words"):
    return [Article(str(number), text) for number in range(count)]


def filled(batches, some):
    for article in some:
        batches.add(article)
    return batches


def answer(request):
    result = pb.BatchIngestResult(outcome="INGEST_OUTCOME_CREATED")
    return pb.BatchIngestArticlesResponse(results=[result] * len(request.articles))


def test_an_article_that_comes_alone_goes_at_once():
    batches = filled(Batches("news", None, WINDOW), articles(1))
    assert batches.is_due
    request = batches.send()
    assert (request.collection_id, [article.id for article in request.articles]) == ("news", ["0"])
    assert not request.HasField("search")
    assert batches.is_empty


def test_what_comes_while_others_are_on_their_way_waits_for_their_answers():
    batches = filled(Batches("", SearchOptions(limit=3), WINDOW), articles(1))
    first = batches.send()
    filled(batches, articles(5))
    assert not batches.is_due
    (acknowledgement,) = batches.answered(answer(first))
    assert (acknowledgement.sequence, acknowledgement.outcome) == (0, IngestOutcome.CREATED)
    assert batches.is_due
    request = batches.send()
    assert len(request.articles) == 5
    assert request.search.limit == 3
    assert [each.sequence for each in batches.answered(answer(request))] == [1, 2, 3, 4, 5]


def test_a_full_batch_goes_whatever_is_on_its_way():
    batches = filled(Batches("", None, WINDOW), articles(1))
    batches.send()
    filled(batches, articles(FULL - 1))
    assert not batches.is_due
    filled(batches, articles(2))
    assert batches.is_due
    assert len(batches.send().articles) == FULL
    assert not batches.is_due
    assert not batches.is_empty


def test_a_batch_is_full_before_its_message_grows_large():
    batches = filled(Batches("", None, WINDOW), articles(7, "x" * 100_000))
    sizes = [len(batches.send().articles) for _ in range(3)]
    assert sizes == [2, 2, 2]
    assert not batches.is_empty


def test_a_large_article_has_a_message_of_its_own():
    texts = ["a", "x" * 1_000_000, "b", "c"]
    batches = filled(Batches("", None, WINDOW), [Article(text[:1], text) for text in texts])
    sent = []
    while not batches.is_empty:
        sent.append([article.id for article in batches.send().articles])
    assert sent == [["a"], ["x"], ["b", "c"]]


@pytest.mark.parametrize(("window", "most"), [(1, 1), (5, 1), (8, 2), (256, 64), (100_000, 64)])
def test_several_batches_fit_the_window(window, most):
    batches = Batches("", None, window)
    drawn = 0
    while batches.has_room and drawn < 300:
        filled(batches, articles(1))
        drawn += 1
    assert drawn == min(window, 300)
    assert len(batches.send().articles) == most


def test_room_is_worth_waking_for_once_a_batch_is_taken():
    batches = filled(Batches("", None, 8), articles(8))
    assert not batches.has_room
    batches.answered(answer(batches.send()))
    batches.taken()
    assert batches.has_room
    assert not batches.has_much_room
    batches.taken()
    assert batches.has_much_room


@pytest.mark.parametrize(
    "bad",
    [Article("1", "text", published_at=datetime(2030, 1, 1)), Article("1", "text", title=None)],  # noqa: DTZ001
)
def test_what_cannot_be_sent_is_not_gathered(bad):
    batches = filled(Batches("", None, WINDOW), articles(1))
    with pytest.raises((ValueError, TypeError)):
        batches.add(bad)
    assert [article.id for article in batches.send().articles] == ["0"]
