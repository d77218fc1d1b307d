"""Stores of both kinds, to be opened again and again on what they hold, and what is put into them."""

import threading
import uuid
from datetime import UTC, datetime

import numpy as np

from drafts import draft
from textkin_service.errors import TextkinError
from textkin_service.model import Article
from textkin_service.store import SqliteStore
from textkin_service.store.cluster.settling import Settling
from textkin_service.store.cluster.store import RedisStore
from textkin_service.store.cluster.wire import Cluster

SCHEME = "scheme-1"
GOLDEN, SHARED = 0x9E3779B1, 77
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
    """The store in a cluster, under a prefix of its own. Nothing is settled there."""

    def __init__(self, addresses, replicas=0):
        self.addresses = addresses
        self.replicas = replicas
        self.prefix = f"test-{uuid.uuid4().hex}"

    def open(self, clock, scheme=SCHEME):
        return RedisStore(Cluster(self.addresses, self.replicas), self.prefix, scheme, clock)


EVERYTHING = Settling(least=1, most=1)


class SettledInCluster(InCluster):
    """The same, where what is due is settled before a commit is acknowledged: by default all of it."""

    def __init__(self, addresses, settling=EVERYTHING):
        super().__init__(addresses)
        self.settling = settling

    def open(self, clock, scheme=SCHEME):
        store = _SettledStore(Cluster(self.addresses), self.prefix, scheme, clock, self.settling)
        store.settle_with(Numbered())
        return store


class _SettledStore(RedisStore):
    """Settles in the thread that commits."""

    def _do(self, function):
        if threading.current_thread().name == "textkin-writer":
            function()
            return None
        return super()._do(function)


class Numbered:
    """An index in which each article has two keys: one of its number, and one that it shares with all others."""

    index_id = "numbered"

    def entries(self, sketches):
        numbers = np.array([each.number for each in sketches], np.uint64)
        own = key_of(numbers).astype(np.uint64) << np.uint64(32) | numbers
        shared = np.uint64(SHARED) << np.uint64(32) | numbers
        return np.concatenate([own, shared]), own

    def recurrence(self, collection):
        return b"%d" % collection


def key_of(number):
    return (np.asarray(number) * GOLDEN).astype(np.uint32)


def put(store, article, collection="default", sketch=b"sketch"):
    """Takes one article in; raises what refuses it."""
    (result,) = store.put([draft(collection, article, sketch)]).result()
    if isinstance(result, TextkinError):
        raise result
    return result
