"""The store against a model of dictionaries: any operations in any order, with time passing and restarts."""

import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from drafts import draft
from heard import Heard, looked_up, own_keys
from stores import SHARED, Clock, InCluster, InFolder, SettledInCluster
from textkin_service.errors import AlreadyExists, NotFound
from textkin_service.model import Article, CollectionSettings, IngestOutcome
from textkin_service.store import Put
from textkin_service.store.cluster.settling import Settling

COLLECTIONS = st.sampled_from(["default", "short", "long"])
IDS = st.sampled_from(["a", "b", "c", "é\u0301"])
TEXTS = st.sampled_from(["one", "two", "drei\0"])
RUNS = settings(max_examples=25, stateful_step_count=30, deadline=None)
RETENTION = {"default": None, "short": timedelta(seconds=5), "long": timedelta(seconds=50)}


class StoreMachine(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.clock = Clock()
        self.collections = {"default": {}}
        self.place = self.new_place()
        self.open()

    @property
    def now(self):
        return self.clock.now

    def open(self):
        self.store = self.place.open(self.clock)
        self.heard = Heard(self.store)

    def alive(self, collection):
        """The model's articles by id: (text, number), without those past their retention."""
        retention = RETENTION[collection]
        return {
            article_id: (text, number)
            for article_id, (text, number, at) in self.collections[collection].items()
            if retention is None or at + retention > self.now
        }

    @rule(collection=COLLECTIONS, article_id=IDS, text=TEXTS)
    def put(self, collection, article_id, text):
        (result,) = self.store.put([draft(collection, Article(article_id, text))]).result()
        self.taken(collection, article_id, text, result)

    @rule(some=st.lists(st.tuples(COLLECTIONS, IDS, TEXTS), max_size=6))
    def put_many(self, some):
        drafts = [draft(collection, Article(article_id, text)) for collection, article_id, text in some]
        for one, result in zip(some, self.store.put(drafts).result(), strict=True):
            self.taken(*one, result)

    def taken(self, collection, article_id, text, result):
        """Has the model take the article in, and compares what became of it."""
        if collection not in self.collections:
            assert isinstance(result, NotFound)
            return
        before = self.alive(collection).get(article_id)
        if before is None:
            assert result.outcome is IngestOutcome.CREATED
        elif before[0] == text:
            assert result == Put(IngestOutcome.UNCHANGED, before[1])
            return
        else:
            assert result.outcome is IngestOutcome.REPLACED
        self.collections[collection].pop(article_id, None)
        self.collections[collection][article_id] = (text, result.number, self.now)

    @rule(collection=COLLECTIONS, article_id=IDS)
    def delete(self, collection, article_id):
        future = self.store.delete(collection, article_id)
        if collection not in self.collections:
            with pytest.raises(NotFound):
                future.result()
            return
        assert future.result() == (article_id in self.alive(collection))
        self.collections[collection].pop(article_id, None)

    @rule(collection=COLLECTIONS)
    def create_collection(self, collection):
        future = self.store.create_collection(collection, CollectionSettings(retention=RETENTION[collection]))
        if collection in self.collections:
            with pytest.raises(AlreadyExists):
                future.result()
        else:
            future.result()
            self.collections[collection] = {}

    @rule(collection=st.sampled_from(["short", "long"]))
    def delete_collection(self, collection):
        future = self.store.delete_collection(collection, force=True)
        if collection in self.collections:
            assert future.result() == len(self.alive(collection))
            del self.collections[collection]
        else:
            with pytest.raises(NotFound):
                future.result()

    @rule(seconds=st.integers(1, 30))
    def wait(self, seconds):
        self.clock.now += timedelta(seconds=seconds)

    @rule()
    def sweep(self):
        expired = sum(len(articles) - len(self.alive(name)) for name, articles in self.collections.items())
        assert self.store.sweep().result() == expired
        self.collections = {
            name: {key: value for key, value in articles.items() if key in self.alive(name)}
            for name, articles in self.collections.items()
        }

    @rule()
    def restart(self):
        self.store.close()
        self.open()

    @invariant()
    def the_store_holds_what_the_model_holds(self):
        for name in self.collections:
            stored = self.store.collection(name)
            alive = self.alive(name)
            page = self.store.articles(name, 0, 100, include_text=True, max_bytes=1_000)
            assert [(article.id, article.text) for article in page.items] == [
                (article_id, text)
                for article_id, (text, _) in sorted(alive.items(), key=lambda item: item[1][1])
            ]
            assert stored.collection.article_count == len(alive)
            numbers = [number for _, number in alive.values()]
            assert [header.number for header in self.store.headers(stored, numbers)] == numbers
            assert set(numbers) <= set(self.heard.found(stored.number))
            self.check_keys(stored.number, numbers)
            assert set(self.store.digests(stored, ["a", "c", "none"])) == {"a", "c"} & alive.keys()

    def check_keys(self, collection, numbers):
        """Each settled article is found by its own key, of both tables, and what is gone is not."""
        older = self.heard.older.get(collection)
        if older:
            settled = [number for number in numbers if number <= older.upto]
            keys = own_keys(settled)
            assert looked_up(older, keys, keys) == 2 * [([number], 1) for number in settled]
            assert older.articles == len(looked_up(older, [SHARED])[0][0])

    def teardown(self):
        self.store.close()


class EmbeddedMachine(StoreMachine):
    def new_place(self):
        self.folder = tempfile.TemporaryDirectory()
        return InFolder(Path(self.folder.name))

    def teardown(self):
        super().teardown()
        self.folder.cleanup()


class ClusterMachine(StoreMachine):
    addresses = ()

    def new_place(self):
        return InCluster(self.addresses)


class SettledMachine(StoreMachine):
    """Some of what is committed is settled, some is not yet."""

    addresses = ()

    def new_place(self):
        return SettledInCluster(self.addresses, Settling(least=5, most=5))


def test_the_embedded_store_is_as_its_model():
    run_state_machine_as_test(EmbeddedMachine, settings=RUNS)


def test_the_store_in_a_cluster_is_as_its_model(cluster):
    ClusterMachine.addresses = cluster.addresses
    run_state_machine_as_test(ClusterMachine, settings=RUNS)


def test_the_store_in_a_cluster_is_as_its_model_while_it_is_settled(cluster):
    SettledMachine.addresses = cluster.addresses
    run_state_machine_as_test(SettledMachine, settings=RUNS)
