"""Searches in the pool: those that wait go together, and each caller gets its own answer."""

import asyncio
import threading

import pytest

from textkin_service.engine import Asked, Incoming, Work
from textkin_service.errors import DeadlineExceeded, NotFound
from textkin_service.model import Article, InlineText, SearchOptions
from textkin_service.rpc import convert
from textkin_service.rpc.searches import Searches
from textkin_service.rpc.workers import Workers

CODE_POINTS = convert.offset_unit(0, "unit")
TEXTS = [
    f"The {name} bakery of Quelport burnt down before dawn; its baker, {baker}, had left the great oven alight."
    for name, baker in (("Anchor", "Odo Finch"), ("Bell", "Mia Starling"), ("Crane", "Uri Plover"))
]


@pytest.fixture
def engine(engine):
    articles = [Incoming("default", Article(f"bakery-{number}", text)) for number, text in enumerate(TEXTS)]
    engine.ingest.commit(engine.ingest.prepare(Work(), articles)).result()
    return engine


@pytest.fixture(params=[1, 3])
def workers(request):
    workers = Workers(request.param)
    yield workers
    workers.close()


def asked(text, collection="default", work=None):
    return Asked(work or Work(), collection, InlineText(text), SearchOptions())


def test_each_caller_gets_the_answer_to_its_own_search(engine, workers):
    async def search():
        searches = Searches(engine, workers)
        return await asyncio.gather(*(searches.response(asked(TEXTS[i % 3]), CODE_POINTS) for i in range(40)))

    for i, response in enumerate(asyncio.run(search())):
        result, text = engine.search(Work(), "default", InlineText(TEXTS[i % 3]), SearchOptions())
        assert list(response.matches) == convert.match_messages(result, text, CODE_POINTS)
        assert response.matches[0].article_id == f"bakery-{i % 3}"


def test_what_refuses_one_search_reaches_its_caller_alone(engine, workers):
    async def search():
        searches = Searches(engine, workers)
        calls = [searches.response(asked(TEXTS[0], name), CODE_POINTS) for name in ("default", "nowhere") * 6]
        return await asyncio.gather(*calls, return_exceptions=True)

    answers = asyncio.run(search())
    assert all(isinstance(each, NotFound) for each in answers[1::2])
    assert all(each.matches[0].article_id == "bakery-0" for each in answers[::2])


def test_a_caller_that_goes_away_ends_its_own_search_alone(engine, workers):
    async def search():
        searches = Searches(engine, workers)
        works = [Work() for _ in range(12)]
        calls = [asyncio.create_task(searches.response(asked(TEXTS[0], work=w), CODE_POINTS)) for w in works]
        await asyncio.sleep(0)  # all of them wait by now
        calls[5].cancel()
        return works, await asyncio.gather(*calls, return_exceptions=True)

    works, answers = asyncio.run(search())
    assert isinstance(answers.pop(5), asyncio.CancelledError)
    assert all(each.matches[0].article_id == "bakery-0" for each in answers)
    with pytest.raises(DeadlineExceeded, match="given up"):
        works[5].check()
    works[4].check()


class Held:
    """An engine that does not answer searches for one text before another text was searched for."""

    def __init__(self, engine, held):
        self._engine = engine
        self._held = held
        self._other = threading.Event()

    def search_all(self, asked):
        if asked[0].query.text == self._held:
            assert self._other.wait(30)
        else:
            self._other.set()
        return self._engine.search_all(asked)


@pytest.mark.parametrize("workers", [3], indirect=True)
def test_searches_do_not_wait_for_those_that_take_long(engine, workers):
    async def search():
        searches = Searches(Held(engine, TEXTS[0]), workers)
        long = asyncio.create_task(searches.response(asked(TEXTS[0]), CODE_POINTS))
        await asyncio.sleep(0)  # it has a thread by now
        return await asyncio.gather(long, searches.response(asked(TEXTS[1]), CODE_POINTS))

    answers = asyncio.run(search())
    assert [each.matches[0].article_id for each in answers] == ["bakery-0", "bakery-1"]
