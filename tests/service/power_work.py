"""What a store does while its disk is recorded, and what it holds after each change."""

import random
from pathlib import Path

import power

from drafts import draft
from textkin_service.model import Article, CollectionSettings
from textkin_service.store import SqliteStore
from textkin_service.store.connections import connect_reader

SCHEME = "a scheme"
CHANGES = 90
# The store is closed and opened again before the first; a reader holds the log between the others.
REOPENED = 45
READER = range(60, 75)


def _text(draw):
    """A text of any length, which no compression makes much shorter."""
    return draw.randbytes(draw.choice((50, 500, 12_000))).hex()


def changes():
    """Yields each change, as a function of a store that hands it in, and what the store holds after it: texts by
    collection and id."""
    draw = random.Random(7)  # noqa: S311 - no secret
    held = {"default": {}}
    for number in range(CHANGES):
        collection = draw.choice(sorted(held))
        kind = draw.random()
        if kind < 0.1 and "shelf" not in held:
            held["shelf"] = {}
            yield lambda store: store.create_collection("shelf", CollectionSettings()), _copy(held)
        elif kind < 0.15 and "shelf" in held:
            del held["shelf"]
            yield lambda store: store.delete_collection("shelf", force=True), _copy(held)
        elif kind < 0.35 and held[collection]:
            article_id = draw.choice(sorted(held[collection]))
            del held[collection][article_id]
            yield (lambda store, c=collection, a=article_id: store.delete(c, a)), _copy(held)
        else:
            new = {
                f"article {draw.randrange(12)}": f"{number} {_text(draw)}" for _ in range(draw.randint(1, 4))
            }
            held[collection].update(new)
            drafts = [
                draft(collection, Article(key, text), f"sketch {number}".encode())
                for key, text in new.items()
            ]
            yield (lambda store, d=drafts: store.put(d)), _copy(held)


def _copy(held):
    return {collection: dict(articles) for collection, articles in held.items()}


def holds(store):
    """What a store holds, by its listings, which must be counted right."""
    found = {}
    for each in store.collections("", 100).items:
        page = store.articles(each.collection.id, 0, 1_000, include_text=True, max_bytes=10**9)
        found[each.collection.id] = {article.id: article.text for article in page.items}
        assert each.collection.article_count == len(page.items)
    return found


def work(folder: Path, events):
    """Makes all changes, one after another, and notes when each is handed in and when acknowledged."""
    store = SqliteStore(folder, SCHEME)
    events.append(power.Acknowledged(0))
    reader = None
    for number, (change, _) in enumerate(changes(), start=1):
        if number == REOPENED:
            store.close()
            store = SqliteStore(folder, SCHEME)
        if number == READER.start:
            reader = connect_reader(folder / "textkin.sqlite3")
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM articles").fetchall()
        if number == READER.stop:
            reader.close()
        events.append(power.Started(number))
        change(store).result()
        events.append(power.Acknowledged(number))
    store.close()
