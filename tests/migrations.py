"""Stores to migrate between, named by URL, with articles that have everything that an article can have."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from click.testing import CliRunner

from fillers import paragraphs
from textkin_service.cli import main
from textkin_service.engine import Engine, Incoming, Work
from textkin_service.model import Article, CollectionSettings, SearchOptions
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme
from textkin_service.store.choice import open_at
from textkin_service.store_address import parse

SETTINGS = Settings()
NOW = datetime.now(UTC)
COLLECTIONS = {
    "a-sea": CollectionSettings("de", timedelta(days=30), 400, 50_000),
    "empty": CollectionSettings(max_articles=1),
}


def migrate(source, target, *flags, prune=False, exit_code=0):
    """Runs the command in this process, and returns what it printed."""
    own = ["--prune"] if prune else []
    done = CliRunner().invoke(main, [*flags, "migrate", "--from", source, "--to", target, *own])
    assert done.exit_code == exit_code, done.output
    return done.output


def opened(url, settings=SETTINGS):
    """An engine on a store."""
    engine = Engine(open_at(parse(url), Scheme.of(settings).id), settings)
    engine.load(Work())
    return engine


def settle(url):
    """Has all be settled that a store in a cluster holds."""
    engine = opened(url)
    store = engine._store
    for each in store.collections("", 100).items:
        number = store.collection(each.collection.id).number
        store._settlings.settle(store._followers.of(number))
        assert store._followers.of(number).waiting == 0
    engine.close()


def text_of(number):
    return "\n\n".join(paragraphs(number, count=2))


def article(number, **other):
    """An article taken in so many seconds, and microseconds, after some moment of the last days."""
    values = {
        "id": f"article {number} é",
        "text": f"Report {number}\0🙂. {text_of(number)}",
        "title": f"Title {number}" if number % 2 else "",
        "url": f"https://example.org/{number}" if number % 3 else "",
        "source": "Velmora Post" if number % 5 else "",
        "language": "en" if number % 7 else "",
        "published_at": datetime(1931, 5, 6, 7, 8, 9, number, tzinfo=UTC) if number % 2 else None,
        "metadata": {"desk": "sea", "é": ""} if number % 3 else {},
        "ingested_at": NOW - timedelta(days=3) + timedelta(seconds=number, microseconds=number),
    }
    return Article(**values | other)


def ingest(engine, articles, collection="default"):
    """Takes articles in, with their times."""
    incoming = [Incoming(collection, each, ingested_at=each.ingested_at) for each in articles]
    engine.ingest.commit(engine.ingest.prepare(Work(), incoming)).result()


def fill(url, count=300):
    """Has a store hold articles in several collections, with gaps in their numbers."""
    engine = opened(url)
    for name, settings in COLLECTIONS.items():
        engine.create_collection(name, settings).result()
    for start in range(0, count, 100):
        ingest(engine, [article(number) for number in range(start, start + 100)])
        ingest(engine, [article(number) for number in range(start, start + 50)], "a-sea")
    # Copies and rewrites to be found, some replaced, some gone.
    ingest(engine, [article(count + n, text=f"Again: {article(n).text}") for n in range(5)])
    later = NOW - timedelta(hours=1)
    ingest(engine, [article(n, title="Corrected", ingested_at=later) for n in range(0, 40, 9)])
    for n in range(1, 60, 11):
        engine.delete("default", article(n).id).result()
    engine.close()


def held(url):
    """What a store holds: of each collection its settings and its articles in their order."""
    with open_at(parse(url), None) as store:
        return {
            each.collection.id: (each.collection.settings, articles_of(store, each.collection.id))
            for each in store.collections("", 100).items
        }


def articles_of(store, collection):
    after, found = 0, []
    while after is not None:
        page = store.articles(collection, after, 1_000, include_text=True, max_bytes=1_000_000)
        found += page.items
        after = page.next
    return found


def found(url, texts):
    """What searches for texts find."""
    engine = opened(url)
    options = SearchOptions(matches_with_passages=2)
    results = [engine.search(Work(), "default", each, options) for each in texts]
    engine.close()
    return results


def without_times(holdings):
    """What `held` returns, without the times of ingest, in the order of ids."""
    return {
        name: (settings, sorted((replace(each, ingested_at=None) for each in articles), key=lambda a: a.id))
        for name, (settings, articles) in holdings.items()
    }
