"""Settling: the beginning of a log is moved into pages and records, whoever does it, and wherever it ends early."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import pytest

from drafts import draft
from heard import Heard, looked_up, own_keys
from stores import SCHEME, SHARED, Clock, Numbered, SettledInCluster
from textkin_service.errors import StoreError
from textkin_service.model import Article, CollectionSettings, IngestOutcome
from textkin_service.store import ReadAnew, SettledUpTo
from textkin_service.store.cluster.keys import Keys
from textkin_service.store.cluster.settling import Settling
from textkin_service.store.cluster.store import RedisStore
from textkin_service.store.cluster.wire import Cluster, command

NEVER = Settling(least=10**9, most=10**9)
FERRY = Article("ferry", "Two ferries collided off Velmora.")


class Cut(Exception):
    """The service ends here."""


class CutCluster(Cluster):
    """A cluster that so many round trips reach, and no more."""

    left = 10**9

    def run(self, commands):
        if self.left == 0:
            raise Cut
        self.left -= 1
        return super().run(commands)


@pytest.fixture
def place(cluster):
    """Where nothing is settled unless `settle` is called."""
    return SettledInCluster(cluster.addresses, NEVER)


@pytest.fixture
def store(place):
    with place.open(Clock()) as opened:
        yield opened


@pytest.fixture
def wire(cluster):
    connected = Cluster(cluster.addresses)
    yield connected
    connected.close()


def put(store, names, collection="default", title=""):
    drafts = [draft(collection, replace(FERRY, id=name, title=title)) for name in names]
    return [each.number for each in store.put(drafts).result()]


def settle(store, collection="default"):
    """Settles all that is there."""
    number = store.collection(collection).number
    follower = store._followers.of(number)
    store._settlings.settle(follower)
    return follower


def check(store, expected, collection="default"):
    """All of an article, {id: (number, title)}, is found in every way, and nothing else is."""
    stored = store.collection(collection)
    page = store.articles(collection, 0, 1_000, include_text=True, max_bytes=10**6)
    assert {each.id: each.title for each in page.items} == {
        key: title for key, (_, title) in expected.items()
    }
    numbers = sorted(number for number, _ in expected.values())
    assert [each.number for each in store.headers(stored, range(1, 1_000))] == numbers
    assert store.digests(stored, [*expected, "none"]).keys() == expected.keys()
    for name, (number, _) in expected.items():
        assert store.article(collection, name).number == number
    assert stored.collection.article_count == len(expected)


def is_found(heard, collection, expected):
    older = heard.older[collection]
    numbers = sorted(number for number, _ in expected.values())
    settled = [number for number in numbers if number <= older.upto]
    assert looked_up(older, own_keys(settled)) == [([number], 1) for number in settled]
    assert heard.found(collection) == numbers


def some(store):
    """Takes articles in, some of them replaced, some deleted; returns what is there."""
    first = dict(zip("abcdef", put(store, "abcdef"), strict=True))
    there = {name: (number, "") for name, number in first.items()}
    for name, number in zip("bc", put(store, "bc", title="new"), strict=True):
        there[name] = (number, "new")
    store.delete("default", "d").result()
    del there["d"]
    return there


def more(store, there):
    """Goes on with it: what is settled is replaced and deleted, what was deleted comes again."""
    there = dict(there)
    for name, number in zip("aed", put(store, "aed", title="newer"), strict=True):
        there[name] = (number, "newer")
    store.delete("default", "f").result()
    del there["f"]
    return there


def test_what_is_settled_is_read_as_before_and_by_a_service_that_comes_later(store, place):
    heard = Heard(store)
    there = some(store)
    settle(store)
    check(store, there)
    is_found(heard, 1, there)
    there = more(store, there)
    check(store, there)
    is_found(heard, 1, there)
    with place.open(Clock()) as later:
        heard_later = Heard(later)
        check(later, there)
        is_found(heard_later, 1, there)
        settle(later)
        check(later, there)
    check(store, there)
    is_found(heard, 1, there)


def test_the_log_holds_no_more_than_what_is_not_settled_and_the_entry_before(store, place, wire):
    some(store)
    settle(store)
    keys = Keys(place.prefix).of(1)
    lengths = [command("XLEN", keys.log), command("HLEN", keys.ids), command("HLEN", keys.records)]
    assert wire.run(lengths) == [1, 0, 0]
    put(store, "xy")
    assert wire.run(lengths) == [3, 2, 2]


def test_who_comes_later_is_told_what_recurs_in_what_is_settled(store, place):
    some(store)
    settle(store)
    with place.open(Clock()) as later:
        told = []
        later.listen(told.extend)
        later.collection("default")
        (change,) = told
        assert isinstance(change, ReadAnew)
        assert change.recurrence == b"1"
        put(later, "x")
        settle(later)
        assert [type(each) for each in told[2:]] == [SettledUpTo]


@pytest.mark.parametrize("again", ["itself", "another"])
def test_a_settler_may_end_anywhere_and_another_does_it(cluster, again):
    """Cut after each round trip in turn, on top of something settled before."""
    for reached in range(1, 60):
        place = SettledInCluster(cluster.addresses, NEVER)
        with place.open(Clock()) as store:
            heard = Heard(store)
            there = some(store)
            settle(store)
            there = more(store, there)
            cut = CutCluster(cluster.addresses)
            with RedisStore(cut, place.prefix, SCHEME, Clock(), NEVER) as other:
                other.settle_with(Numbered())
                other.collection("default")
                follower = other._followers.of(1)
                cut.left = reached
                ended = False
                with suppress(Cut):
                    ended = other._settlings._settler.settle(follower, Numbered())
                cut.left = 10**9
                check(store, there)
                is_found(heard, 1, there)
                if again == "another":
                    # As when the time is over for which the first might have gone on.
                    store._cluster.run([command("UNLINK", follower.keys.settler)])
                there["z"] = (put(store, "z")[0], "")
                settler = other if again == "itself" else store
                assert settle(settler).settled == there["z"][0]
                for each in store, other:
                    check(each, there)
                is_found(heard, 1, there)
        if ended:
            break
    assert ended
    assert reached > 10


def test_a_settler_that_was_overtaken_changes_nothing(store, place, wire):
    there = some(store)
    with place.open(Clock()) as late:
        heard = Heard(late)
        late.collection("default")
        follower = late._followers.of(1)
        keys = follower.keys

        class Late(CutCluster):
            """Stands still before it writes the first page."""

            def run(self, commands):
                if any(keys.tag not in each.key and each.words[0] == "EVALSHA" for each in commands):
                    overtaken()
                return super().run(commands)

        def overtaken():
            if follower.settled == store._followers.of(1).settled:
                wire.run([command("UNLINK", keys.settler)])
                there.update(more(store, there))
                there.pop("f", None)
                settle(store)

        slow = replace(late._settlings._settler, cluster=Late(place.addresses))
        assert not slow.settle(follower, Numbered())
        slow.cluster.close()
        for each in store, late:
            check(each, there)
        is_found(heard, 1, there)


def test_of_two_that_settle_at_once_one_does(store, place):
    with place.open(Clock()) as other:
        heard = [Heard(each) for each in (store, other)]
        there = {}
        for turn in range(8):
            for name, number in zip("abcdefgh", put(store, "abcdefgh", title=str(turn)), strict=True):
                there[name] = (number, str(turn))
            other.collection("default")
            barrier = threading.Barrier(2)

            def both(each, barrier=barrier):
                barrier.wait()
                settle(each)

            with ThreadPoolExecutor(2) as pool:
                list(pool.map(both, (store, other)))
            for each, told in zip((store, other), heard, strict=True):
                check(each, there)
                is_found(told, 1, there)


def test_a_search_without_a_key_finds_nothing(store):
    heard = Heard(store)
    some(store)
    settle(store)
    assert looked_up(heard.older[1], []) == []
    assert looked_up(heard.older[1], [], own_keys([1])) == [([1], 1)]


def test_who_has_not_heard_that_a_table_grew_finds_what_moved(store, place):
    numbers = put(store, [f"{n}" for n in range(300)])
    settle(store)
    with place.open(Clock()) as other:
        heard = Heard(other)
        other.collection("default")
        older = heard.older[1]
        for first in range(0, 40_000, 4_000):
            drafts = [draft("default", replace(FERRY, id=f"more {n}")) for n in range(first, first + 4_000)]
            store.put(drafts).result()
        follower = settle(store)
        assert follower.settled == 40_300
        assert heard.older[1] is older
        keys = own_keys(numbers)
        assert looked_up(older, keys, keys) == 2 * [([number], 1) for number in numbers]
        ((shared, count),) = looked_up(older, [SHARED])
        assert shared == []
        assert count == 39_300
        other.collection("default")
        assert heard.older[1].pages[0] > older.pages[0]


def test_a_node_that_took_over_without_knowing_that_it_was_settled_is_followed(store, place, wire):
    heard = Heard(store)
    there = some(store)
    settle(store)
    there = more(store, there)
    keys = Keys(place.prefix).of(1)
    names = [each for each in keys.all if wire.run([command("EXISTS", each)]) == [1]]
    before = dict(zip(names, wire.run([command("DUMP", each) for each in names]), strict=True))
    settle(store)
    wire.run([command("RESTORE", name, 0, dumped, "REPLACE") for name, dumped in before.items()])
    check(store, there)
    is_found(heard, 1, there)
    there["z"] = (put(store, "z")[0], "")
    settle(store)
    check(store, there)
    is_found(heard, 1, there)


def test_nothing_is_left_of_a_settled_collection_that_was_deleted(store, place, cluster):
    store.create_collection("sea", CollectionSettings()).result()
    number = store.collection("sea").number
    put(store, "abc", "sea")
    put(store, "abc")
    settle(store, "sea")
    settle(store)
    put(store, "cd", "sea", title="x")
    store.delete_collection("sea", force=True).result()
    # What is left is removed in the background; a sweep does it too.
    store.sweep().result()
    names = keys_of(cluster, place.prefix)
    assert not [name for name in names if f":{number}:" in name]
    assert {name for name in names if f"{{{number}}}" in name} == {Keys(place.prefix).of(number).answers}
    assert [name for name in names if ":1:" in name]
    assert put(store, "a", "default") == [1]


def keys_of(cluster, prefix):
    """Returns the names of all keys of the masters."""
    names = set()
    for node in cluster.nodes[:3]:
        with node.client() as client:
            names |= {name.decode() for name in client.scan_iter(f"{prefix}:*", count=1_000)}
    return names


def test_what_was_indexed_in_another_way_is_refused(place):
    class Other(Numbered):
        index_id = "other"

    with place.open(Clock()), RedisStore(Cluster(place.addresses), place.prefix, SCHEME, Clock()) as other:
        with pytest.raises(StoreError, match=r"'numbered'.*'other'") as refused:
            other.settle_with(Other())
        assert refused.value.reason == "STORE_SCHEME_MISMATCH"


def test_a_settled_article_given_again_is_unchanged(store):
    there = some(store)
    settle(store)
    again = replace(FERRY, id="a")
    (result,) = store.put([draft("default", again)]).result()
    assert result.outcome is IngestOutcome.UNCHANGED
    assert result.number == there["a"][0]
    (result,) = store.put([draft("default", replace(again, title="x"))]).result()
    assert result.outcome is IngestOutcome.REPLACED
