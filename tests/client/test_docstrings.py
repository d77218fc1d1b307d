"""The examples in docstrings do what they say, against a real service."""

import asyncio
import doctest
import importlib
import inspect
from datetime import timedelta

import pytest
from stories import EDITED, ORIGINAL

import textkin
from textkin import Client

MODULES = ("", "._access", ".async_client", ".client", ".errors", ".printable", ".spans", ".types", ".words")
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.REPORT_NDIFF


def examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    for name in MODULES:
        module = importlib.import_module(f"textkin{name}")
        yield from (each for each in finder.find(module) if each.examples)


@pytest.fixture(scope="module")
def own_service(tmp_path_factory, module_service_factory):
    return module_service_factory(tmp_path_factory.mktemp("examples"))


@pytest.fixture
def empty_client(own_service, monkeypatch):
    """A client of a service that holds nothing, before the example and after it."""
    monkeypatch.setenv("TEXTKIN_ADDRESS", own_service.address)
    with Client() as client:
        yield client
        for article in list(client.list()):
            client.delete(article.id)
        for each in list(client.list_collections()):
            if each.id != "default":
                client.delete_collection(each.id, force=True)


@pytest.mark.parametrize("example", list(examples()), ids=lambda example: example.name)
def test_an_example_does_what_it_says(example, empty_client):
    public = {name: getattr(textkin, name) for name in textkin.__all__}
    example.globs |= public
    example.globs |= {
        "client": empty_client,
        "original": ORIGINAL,
        "draft": EDITED,
        "asyncio": asyncio,
        "timedelta": timedelta,
    }
    said = []
    result = doctest.DocTestRunner(optionflags=FLAGS).run(example, out=said.append)
    assert result.attempted
    assert not result.failed, "".join(said)


def test_every_call_of_the_client_has_an_example():
    shown = {example.name for example in examples()}
    calls = [
        name
        for name, value in vars(Client).items()
        if inspect.isfunction(value) and not name.startswith("_") and name != "close"
    ]
    assert calls
    assert [name for name in calls if f"textkin.client.Client.{name}" not in shown] == []
