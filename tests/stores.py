"""Stores of both kinds, to be opened again and again on what they hold, and what is put into them."""

import uuid
from datetime import UTC, datetime

from drafts import draft
from textkin_service.errors import TextkinError
from textkin_service.model import Article
from textkin_service.store import SqliteStore
from textkin_service.store.cluster.store import RedisStore
from textkin_service.store.cluster.wire import Cluster

SCHEME = "scheme-1"
START = datetime(2030, 1, 1, tzinfo=UTC)
FERRY = Article(
    id="ferry",
    text="Two ferries collided\0 off Velmora – nobody was hurt 🙂.",
    title="Ferries",
    url="https://example.org/1",
    source="Velmora Post",
    language="en",
    detected_language="en",
    published_at=datetime(1931, 5, 6, 7, 8, 9, 123456, tzinfo=UTC),
    metadata={"desk": "sea", "é": ""},
)


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now


class InFolder:
    """The embedded store."""

    def __init__(self, folder):
        self.folder = folder

    def open(self, clock, scheme=SCHEME):
        return SqliteStore(self.folder, scheme, clock)


class InCluster:
    """The store in a cluster, under a prefix of its own."""

    def __init__(self, addresses, replicas=0):
        self.addresses = addresses
        self.replicas = replicas
        self.prefix = f"test-{uuid.uuid4().hex}"

    def open(self, clock, scheme=SCHEME):
        return RedisStore(Cluster(self.addresses, self.replicas), self.prefix, scheme, clock)


def put(store, article, collection="default", sketch=b"sketch"):
    """Takes one article in; raises what refuses it."""
    (result,) = store.put([draft(collection, article, sketch)]).result()
    if isinstance(result, TextkinError):
        raise result
    return result
