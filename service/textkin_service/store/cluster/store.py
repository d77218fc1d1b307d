"""Articles in a cluster that speaks the protocol of Redis Cluster, shared by any number of services.

Each collection is a log of changes on one node, committed by a script: all of a commit is there or nothing. Each service
follows the logs of the collections that it is asked for, and reads a log to its end before it answers, so that what one service
acknowledged every other has seen by then.
"""

import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Self, TypeVar

from textkin_service.errors import AlreadyExists, StoreError, TextkinError
from textkin_service.model import DEFAULT_COLLECTION, Article, Collection, CollectionSettings
from textkin_service.store.base import (
    Added,
    Counts,
    Draft,
    Indexing,
    Listener,
    Page,
    Put,
    StoredArticle,
    StoredCollection,
    Watcher,
)
from textkin_service.store.cluster.changes import Change
from textkin_service.store.cluster.committer import Committer
from textkin_service.store.cluster.followers import Followers
from textkin_service.store.cluster.keys import Keys
from textkin_service.store.cluster.lookout import Lookout
from textkin_service.store.cluster.reader import Known, Reader
from textkin_service.store.cluster.records import article_of, state_of
from textkin_service.store.cluster.remains import remove
from textkin_service.store.cluster.settler import Settler
from textkin_service.store.cluster.settling import SETTLING, Settling, Settlings
from textkin_service.store.cluster.wire import Cluster, Script, command, kept
from textkin_service.store.cluster.writer import Writer
from textkin_service.store.packing import DamagedText
from textkin_service.store.records import cutoff
from textkin_service.store.refusals import (
    closing,
    collection_exists,
    collection_not_empty,
    collection_protected,
    no_article,
    no_collection,
)

Result = TypeVar("Result")

FORMAT = "1"
_CREATE, _DROP, _UNLIST = map(Script, ("create.lua", "drop.lua", "unlist.lua"))
_SWEPT_AT_ONCE = 256
# Of what nobody does often: collections that come and go, and sweeps.
_OTHER_THREADS = 2
_LISTED_AT_ONCE = 128


_MISMATCHES = {
    "format": "the store has format {stored}, this version of Textkin reads {expected}",
    "scheme": "the store's sketches were made by {stored!r}, this service makes them by {expected!r}: start it with the "
    "settings of then, or take the articles in anew under another prefix",
    "index": "the store's index has {stored!r}, this service looks for {expected!r}: start it with the settings of then "
    "(verbatim_bands, verbatim_rows), or take the articles in anew under another prefix",
}


def _now() -> datetime:
    return datetime.now(UTC)


class RedisStore:
    """The store in a cluster. `prefix` begins all of its keys. StoreError: STORE_UNAVAILABLE, STORE_SCHEME_MISMATCH.

    `scheme` is the id of the sketch scheme, None: whatever it is, of a store that must be there.
    """

    def __init__(
        self,
        cluster: Cluster,
        prefix: str,
        scheme: str | None,
        clock: Callable[[], datetime] = _now,
        settling: Settling = SETTLING,
    ) -> None:
        self._cluster = cluster
        self._keys = Keys(prefix)
        self._clock = clock
        self._ending = threading.Event()
        self._lookouts: list[Lookout] = []
        self._followers = Followers(cluster, self._keys, clock)
        self._reader = Reader(cluster, self._followers.catch_up)
        self._check({"format": FORMAT, "scheme": scheme})
        name = uuid.uuid4().hex
        settler = Settler(cluster, name, self._ending.is_set)
        self._settlings = Settlings(settler, settling, self._do, self._followers.catch_up)
        committed = self._settlings.look_at
        committer = Committer(cluster, name, self._followers, self._reader, clock, committed)
        self._writer = Writer(committer.commit)
        self._others = ThreadPoolExecutor(_OTHER_THREADS, "textkin-store")
        if scheme is not None and DEFAULT_COLLECTION not in self._followers.directory():
            with suppress(AlreadyExists):  # another service did, just now
                self._create(DEFAULT_COLLECTION, CollectionSettings())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Finishes the writes handed in, then lets go of the cluster. May be called twice."""
        self._ending.set()
        for lookout in self._lookouts:
            lookout.close()
        self._others.shutdown()
        self._writer.close()
        self._cluster.close()

    def listen(self, listener: Listener) -> None:
        """Has `listener` called with what this process reads of the logs from now on."""
        self._followers.listen(listener)

    def settle_with(self, indexing: Indexing) -> None:
        """Settles logs from now on, as they grow. StoreError: what is settled was indexed in another way."""
        self._check({"index": indexing.index_id})
        self._settlings.begin(indexing)

    def watch(self, watcher: Watcher) -> None:
        """Has `watcher` called, in a thread of the store's, when the cluster is away, and when it is back."""
        self._lookouts.append(Lookout(self._cluster, watcher))

    def create_collection(self, collection_id: str, settings: CollectionSettings) -> Future[Collection]:
        """Creates an empty collection. AlreadyExists."""
        return self._do(lambda: self._create(collection_id, settings))

    def collection(self, collection_id: str, *, heard: bool = True) -> StoredCollection:
        """Returns a collection, after all changes that were acknowledged were heard, unless that may wait. NotFound."""
        return self._followers.collection(collection_id, heard=heard)

    def collections(self, after: str, limit: int) -> Page[StoredCollection, str]:
        """Returns the first `limit` collections whose ids come after `after`, by id."""
        listed = sorted((key, number) for key, number in self._followers.directory().items() if key > after)
        items: list[StoredCollection] = []
        for start in range(0, len(listed), limit + 1):
            items += self._followers.states([number for _, number in listed[start : start + limit + 1]])
            if len(items) > limit:
                items = items[:limit]
                return Page(tuple(items), items[-1].collection.id)
        return Page(tuple(items), None)

    def delete_collection(self, collection_id: str, *, force: bool) -> Future[int]:
        """Deletes a collection; the result counts its articles. NotFound, FailedPrecondition."""
        return self._do(lambda: self._drop(collection_id, force=force))

    def digests(self, collection: StoredCollection, article_ids: Sequence[str]) -> dict[str, bytes]:
        """Returns the digests of those of the articles that the collection has now, by id."""
        past = self._past(collection)
        if self._followers.of(collection.number) is None:
            self._followers.follow(collection.number)
        known = self._known(collection.number, article_ids)
        return {
            article_id: each.digest
            for article_id, each in known.items()
            if each is not None and each.time > past
        }

    def put(self, drafts: Sequence[Draft]) -> Future[list[Put | TextkinError]]:
        """Takes articles in under their ids; one result each: NotFound, ResourceExhausted."""
        return self._writer.submit(
            [Change("p", draft.collection_id, draft.article.id, draft) for draft in drafts]
        )

    def delete(self, collection_id: str, article_id: str) -> Future[bool]:
        """Deletes an article; the result says whether it was there. NotFound for the collection."""
        return _only(self._writer.submit([Change("d", collection_id, article_id)]))

    def article(self, collection_id: str, article_id: str) -> StoredArticle:
        """Returns an article with its text. NotFound."""
        collection = self.collection(collection_id)
        known = self._known(collection.number, [article_id]).get(article_id)
        found = self.stored(collection, [known.number]) if known else []
        if not found:
            raise no_article(collection_id, article_id)
        return found[0]

    def articles(
        self, collection_id: str, after: int, limit: int, *, include_text: bool, max_bytes: int
    ) -> Page[Article, int]:
        """Returns articles whose numbers are greater than `after`, by number. NotFound for the collection."""
        collection = self.collection(collection_id)
        items: list[Article] = []
        size, last = 0, after
        at = after
        while numbers := self._numbers_after(collection, at):
            at = numbers[-1]
            for found in self._articles(collection, numbers, with_text=include_text):
                if len(items) == limit or size > max_bytes:
                    return Page(tuple(items), last)
                items.append(found.article)
                size += len(found.article.text.encode())
                last = found.number
        return Page(tuple(items), None)

    def headers(self, collection: StoredCollection, numbers: Sequence[int]) -> list[StoredArticle]:
        """Returns those of the articles that are there, without texts, in the order of `numbers`."""
        return self._articles(collection, numbers, with_text=False)

    def stored(self, collection: StoredCollection, numbers: Sequence[int]) -> list[StoredArticle]:
        """Returns those of the articles that are there, with their texts, in the order of `numbers`."""
        return self._articles(collection, numbers, with_text=True)

    def sketches(self) -> Iterator[Added]:
        """Yields nothing: sketches are read from the logs, when a collection is first asked for."""
        yield from ()

    def counts(self) -> Counts:
        """Returns how many collections and articles there are."""
        states = self._followers.states(list(self._followers.directory().values()))
        return Counts(len(states), sum(each.collection.article_count for each in states))

    def sweep(self) -> Future[int]:
        """Removes the articles past their retention; the result counts them."""
        return self._do(self._sweep)

    def _do(self, function: Callable[[], Result]) -> Future[Result]:
        """Calls a function in a thread of the store's. NotReady once closed."""
        try:
            return self._others.submit(function)
        except RuntimeError as error:
            raise closing() from error

    def _check(self, fields: Mapping[str, str | None]) -> None:
        """Notes what the store is, if it is new; None: whatever it is. StoreError: it is not there, or is another."""
        key = self._keys.about
        known = {name: value for name, value in fields.items() if value is not None}
        if len(known) == len(fields):
            self._cluster.run([command("HSETNX", key, name, value) for name, value in known.items()])
        (found,) = self._cluster.run([command("HMGET", key, *fields)])
        if None in found:
            raise StoreError(
                f"the cluster has no store whose keys begin with {self._keys.prefix}",
                reason="STORE_UNAVAILABLE",
            )
        for name, value in zip(fields, found, strict=True):
            stored, expected = value.decode(), fields[name]
            if expected is not None and stored != expected:
                raise StoreError(
                    _MISMATCHES[name].format(stored=stored, expected=expected),
                    reason="STORE_SCHEME_MISMATCH",
                    metadata={"stored": stored, "expected": expected},
                )

    def _past(self, collection: StoredCollection) -> int:
        """Returns the time in microseconds; what came by then is past its retention."""
        return cutoff(collection.collection.settings, self._clock())

    def _known(self, collection: int, article_ids: Sequence[str]) -> dict[str, Known | None]:
        """Returns what the collection has under ids, past its retention or not."""
        follower = self._followers.of(collection)
        return self._reader.known(follower, article_ids) if follower else {}

    def _numbers_after(self, collection: StoredCollection, after: int) -> list[int]:
        """Returns some of the articles with greater numbers that are there, by number; none: there are no more."""
        follower = self._followers.of(collection.number)
        return self._reader.numbers(follower, after, _LISTED_AT_ONCE) if follower else []

    def _records(
        self, collection: StoredCollection, numbers: Sequence[int], *, whole: bool
    ) -> list[bytes | None]:
        """Returns what is kept of each of the articles, as `Reader` does; None: it is not there."""
        follower = self._followers.of(collection.number)
        return self._reader.records(follower, numbers, whole=whole) if follower else [None] * len(numbers)

    def _articles(
        self, collection: StoredCollection, numbers: Sequence[int], *, with_text: bool
    ) -> list[StoredArticle]:
        past = self._past(collection)
        found = self._records(collection, numbers, whole=with_text)
        articles: list[StoredArticle] = []
        for number, record in zip(numbers, found, strict=True):
            if record is not None:
                try:
                    article, time = article_of(number, record, with_text=with_text)
                except DamagedText as error:
                    raise StoreError(
                        f"the text of article number {number} is damaged ({error})", reason="STORE_DAMAGED"
                    ) from error
                if time > past:
                    articles.append(article)
        return articles

    def _create(self, collection_id: str, settings: CollectionSettings) -> Collection:
        now = self._clock()
        fields = [each for field in state_of(collection_id, settings, now).items() for each in field]
        while True:
            (number,) = self._cluster.run([command("INCR", self._keys.numbered)])
            keys = self._keys.of(number)
            (is_new,) = self._cluster.run([_CREATE.on([keys.state], uuid.uuid4().hex, *fields)])
            if is_new:  # else a node took over from another that had given the number
                break
        while True:
            # Listed once it is there. Of two that are created under one id, one is listed.
            listed, other = self._cluster.run(
                [
                    kept("HSETNX", self._keys.collections, collection_id, number),
                    command("HGET", self._keys.collections, collection_id),
                ]
            )
            if listed or int(other) == number:
                return Collection(collection_id, settings, now)
            if self._followers.states([int(other)]):
                # That it exists is relied upon as well: a write behind it waits for the replicas.
                self._cluster.run([kept("INCR", self._keys.numbered), command("UNLINK", keys.state)])
                raise collection_exists(collection_id)
            self._unlist(collection_id, int(other))

    def _drop(self, collection_id: str, *, force: bool) -> int:
        if collection_id == DEFAULT_COLLECTION:
            raise collection_protected(collection_id)
        (found,) = self._cluster.run([command("HGET", self._keys.collections, collection_id)])
        if found is None:
            raise no_collection(collection_id)
        number = int(found)
        stored = self._followers.follow(number)
        retained = stored is not None and stored.collection.settings.retention is not None
        past = self._past(stored) if stored and retained else ""
        # Noted first: should this end early, another finds what is left.
        self._cluster.run([kept("SADD", self._keys.deleted, number)])
        keys = self._keys.of(number)
        (answer,) = self._cluster.run([_DROP.on(keys.all, int(force), past, uuid.uuid4().hex)])
        if answer[0] == b"held":
            self._cluster.run([command("SREM", self._keys.deleted, number)])
            raise collection_not_empty(collection_id, answer[1])
        self._unlist(collection_id, number)
        self._followers.follow(number)
        self._do(lambda: self._remove_rest(number))
        if answer[0] == b"gone":
            raise no_collection(collection_id)
        return int(answer[1])

    def _remove_rest(self, number: int) -> None:
        """Removes what was settled of a deleted collection."""
        if remove(self._cluster, self._keys.of(number), self._ending.is_set):
            self._cluster.run([command("SREM", self._keys.deleted, number)])

    def _unlist(self, collection_id: str, number: int) -> None:
        self._cluster.run([_UNLIST.on([self._keys.collections], collection_id, number)])

    def _sweep(self) -> int:
        swept = 0
        (deleted,) = self._cluster.run([command("SMEMBERS", self._keys.deleted)])
        for number in deleted:
            self._remove_rest(int(number))
        for stored in self._followers.states(list(self._followers.directory().values())):
            if stored.collection.settings.retention is None:
                continue
            keys = self._keys.of(stored.number)
            past = cutoff(stored.collection.settings, self._clock())
            while True:
                (numbers,) = self._cluster.run(
                    [command("ZRANGEBYSCORE", keys.times, "-inf", past, "LIMIT", 0, _SWEPT_AT_ONCE)]
                )
                if not numbers:
                    break
                if self._followers.follow(stored.number) is None:
                    break
                found = [int(each) for each in numbers]
                records = self._records(stored, found, whole=False)
                ids = [
                    article_of(0, record, with_text=False)[0].article.id
                    for record in records
                    if record is not None
                ]
                changes = [Change("x", stored.collection.id, each) for each in ids]
                outcomes = self._writer.submit(changes).result()
                swept += sum(outcome is False for outcome in outcomes)
        return swept


def _only(future: Future[list[Any]]) -> Future[bool]:
    """Returns a future of whether a single deletion found its article."""
    only: Future[bool] = Future()

    def told(done: Future[list[Any]]) -> None:
        try:
            (outcome,) = done.result()
        except Exception as error:  # noqa: BLE001 - it is raised where the future is asked
            outcome = error
        if not only.set_running_or_notify_cancel():
            return
        if isinstance(outcome, Exception):
            only.set_exception(outcome)
        else:
            only.set_result(bool(outcome))

    future.add_done_callback(told)
    return only
