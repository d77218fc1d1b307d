"""Articles in a cluster that speaks the protocol of Redis Cluster, shared by any number of services.

Each collection is a log of changes on one node, committed by a script: all of a commit is there or nothing. Each service
follows the logs of the collections that it is asked for, and reads a log to its end before it answers, so that what one service
acknowledged every other has seen by then.
"""

import dataclasses
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Self, TypeVar

import structlog
from redis.exceptions import RedisError

from textkin_service.errors import AlreadyExists, NotFound, NotReady, StoreError, TextkinError
from textkin_service.index.pages import DamagedPage
from textkin_service.model import DEFAULT_COLLECTION, Article, Collection, CollectionSettings
from textkin_service.store import base
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
from textkin_service.store.cluster.changes import Asked, Change, Done, look_at
from textkin_service.store.cluster.follower import Entry, Follower
from textkin_service.store.cluster.keys import Keys
from textkin_service.store.cluster.lookout import Lookout
from textkin_service.store.cluster.reader import Known, Reader
from textkin_service.store.cluster.records import article_of, collection_of, state_of
from textkin_service.store.cluster.remains import remove
from textkin_service.store.cluster.settler import Settler
from textkin_service.store.cluster.settling import SETTLING, Settling
from textkin_service.store.cluster.wire import Cluster, Script, command, kept
from textkin_service.store.cluster.writer import Writer
from textkin_service.store.packing import DamagedText
from textkin_service.store.records import cutoff, to_microseconds
from textkin_service.store.refusals import (
    closing,
    collection_exists,
    collection_not_empty,
    collection_protected,
    no_article,
    no_collection,
)
from textkin_service.store.runs import each_once

Result = TypeVar("Result")

_log = structlog.get_logger("textkin")

FORMAT = "1"
_COMMIT, _CREATE, _DROP, _UNLIST = map(Script, ("commit.lua", "create.lua", "drop.lua", "unlist.lua"))
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
        self._name = uuid.uuid4().hex
        self._settling = settling
        self._indexing: Indexing | None = None
        self._ending = threading.Event()
        self._settler = Settler(cluster, self._name, self._ending.is_set)
        self._being_settled: set[int] = set()
        self._listeners: list[Listener] = []
        self._lookouts: list[Lookout] = []
        self._followers: dict[int, Follower] = {}
        self._numbers: dict[str, int] = {}
        self._lock = threading.Lock()  # of these two
        self._reader = Reader(cluster, self._catch_up)
        self._check({"format": FORMAT, "scheme": scheme})
        self._writer = Writer(self._commit)
        self._others = ThreadPoolExecutor(_OTHER_THREADS, "textkin-store")
        if scheme is not None and DEFAULT_COLLECTION not in self._directory():
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
        self._listeners.append(listener)

    def settle_with(self, indexing: Indexing) -> None:
        """Settles logs from now on, as they grow. StoreError: what is settled was indexed in another way."""
        self._check({"index": indexing.index_id})
        self._indexing = indexing

    def watch(self, watcher: Watcher) -> None:
        """Has `watcher` called, in a thread of the store's, when the cluster is away, and when it is back."""
        self._lookouts.append(Lookout(self._cluster, watcher))

    def create_collection(self, collection_id: str, settings: CollectionSettings) -> Future[Collection]:
        """Creates an empty collection. AlreadyExists."""
        return self._do(lambda: self._create(collection_id, settings))

    def collection(self, collection_id: str, *, heard: bool = True) -> StoredCollection:
        """Returns a collection, after all changes that were acknowledged were heard, unless that may wait. NotFound."""
        followed = self._followers.get(self._numbers.get(collection_id, 0))
        if followed and not heard:
            there = self._states([followed.number])
            if there:
                return there[0]
        while True:
            number = self._numbers.get(collection_id)
            listed = number is None
            if number is None:
                (found,) = self._cluster.run([command("HGET", self._keys.collections, collection_id)])
                if found is None:
                    raise no_collection(collection_id)
                number = self._numbers[collection_id] = int(found)
            stored = self._follow(number)
            if stored is not None:
                return stored
            # Deleted; another may have been created under that id since.
            with self._lock:
                self._followers.pop(number, None)
                if self._numbers.get(collection_id) == number:
                    del self._numbers[collection_id]
            if listed:
                raise no_collection(collection_id)

    def collections(self, after: str, limit: int) -> Page[StoredCollection, str]:
        """Returns the first `limit` collections whose ids come after `after`, by id."""
        listed = sorted((key, number) for key, number in self._directory().items() if key > after)
        items: list[StoredCollection] = []
        for start in range(0, len(listed), limit + 1):
            items += self._states([number for _, number in listed[start : start + limit + 1]])
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
        if collection.number not in self._followers:
            self._follow(collection.number)
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
        states = self._states(list(self._directory().values()))
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

    def _directory(self) -> dict[str, int]:
        (found,) = self._cluster.run([command("HGETALL", self._keys.collections)])
        return {key.decode(): int(number) for key, number in zip(found[::2], found[1::2], strict=True)}

    def _follow(self, number: int) -> StoredCollection | None:
        with self._lock:
            follower = self._followers.setdefault(number, Follower(number, self._keys.of(number)))
        return self._catch_up(follower)

    def _catch_up(self, follower: Follower) -> StoredCollection | None:
        return follower.catch_up(self._cluster, self._clock, self._hear)

    def _hear(self, changes: Sequence[base.Change]) -> None:
        for listener in self._listeners:
            listener(changes)

    def _states(self, numbers: Sequence[int]) -> list[StoredCollection]:
        """Returns those of the collections that are there, without reading their logs."""
        keys = [self._keys.of(number) for number in numbers]
        found = self._cluster.run([command("HMGET", each.state, "about", "articles") for each in keys])
        there = [
            (number, each, collection_of(about, int(articles)))
            for number, each, (about, articles) in zip(numbers, keys, found, strict=True)
            if about is not None
        ]
        now = self._clock()
        retained = [each for each in there if each[2].settings.retention is not None]
        expired = self._cluster.run(
            [
                command("ZCOUNT", each.times, "-inf", cutoff(collection.settings, now))
                for _, each, collection in retained
            ]
        )
        less = {number: count for (number, _, _), count in zip(retained, expired, strict=True)}
        return [
            StoredCollection(
                number, dataclasses.replace(each, article_count=each.article_count - less.get(number, 0))
            )
            for number, _, each in there
        ]

    def _past(self, collection: StoredCollection) -> int:
        """Returns the time in microseconds; what came by then is past its retention."""
        return cutoff(collection.collection.settings, self._clock())

    def _known(self, collection: int, article_ids: Sequence[str]) -> dict[str, Known | None]:
        """Returns what the collection has under ids, past its retention or not."""
        follower = self._followers.get(collection)
        return self._reader.known(follower, article_ids) if follower else {}

    def _numbers_after(self, collection: StoredCollection, after: int) -> list[int]:
        """Returns some of the articles with greater numbers that are there, by number; none: there are no more."""
        follower = self._followers.get(collection.number)
        return self._reader.numbers(follower, after, _LISTED_AT_ONCE) if follower else []

    def _articles(
        self, collection: StoredCollection, numbers: Sequence[int], *, with_text: bool
    ) -> list[StoredArticle]:
        follower = self._followers.get(collection.number)
        if follower is None:
            return []
        past = self._past(collection)
        found = self._reader.records(follower, numbers, whole=with_text)
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
            if self._states([int(other)]):
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
        stored = self._follow(number)
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
        self._follow(number)
        self._do(lambda: self._remove_rest(number))
        if answer[0] == b"gone":
            raise no_collection(collection_id)
        return int(answer[1])

    def _remove_rest(self, number: int) -> None:
        """Removes what was settled of a deleted collection."""
        if remove(self._cluster, self._keys.of(number), self._ending.is_set):
            self._cluster.run([command("SREM", self._keys.deleted, number)])

    def _settle_if_due(self, follower: Follower) -> None:
        """Has a log settled, in a thread of the store's."""
        indexing = self._indexing
        if indexing is None or not self._settling.is_due(follower.waiting, follower.settled):
            return
        with self._lock:
            if follower.number in self._being_settled:
                return
            self._being_settled.add(follower.number)
        with suppress(NotReady):  # it is closing: another settles it
            self._do(lambda: self._settle(follower, indexing))

    def _settle(self, follower: Follower, indexing: Indexing) -> None:
        try:
            if self._settler.settle(follower, indexing):
                self._catch_up(follower)
        except (TextkinError, DamagedPage, RedisError) as error:
            # All is as it was; it is tried again as the log grows.
            _log.warning("settling failed", collection=follower.number, error=str(error))
        finally:
            with self._lock:
                self._being_settled.discard(follower.number)

    def _unlist(self, collection_id: str, number: int) -> None:
        self._cluster.run([_UNLIST.on([self._keys.collections], collection_id, number)])

    def _sweep(self) -> int:
        swept = 0
        (deleted,) = self._cluster.run([command("SMEMBERS", self._keys.deleted)])
        for number in deleted:
            self._remove_rest(int(number))
        for stored in self._states(list(self._directory().values())):
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
                self.collection(stored.collection.id)
                follower = self._followers[stored.number]
                records = self._reader.records(follower, [int(each) for each in numbers], whole=False)
                ids = [
                    article_of(0, record, with_text=False)[0].article.id
                    for record in records
                    if record is not None
                ]
                changes = [Change("x", stored.collection.id, each) for each in ids]
                outcomes = self._writer.submit(changes).result()
                swept += sum(outcome is False for outcome in outcomes)
        return swept

    def _commit(self, changes: Sequence[Change], since: float) -> list[Any]:
        """Commits changes for the writer, which wait since then; returns an outcome or a refusal of each."""
        with self._cluster.since(since):
            return self._commit_all(changes)

    def _commit_all(self, changes: Sequence[Change]) -> list[Any]:
        outcomes: list[Any] = [None] * len(changes)
        by_collection: dict[str, list[int]] = {}
        for at, change in enumerate(changes):
            by_collection.setdefault(change.collection_id, []).append(at)
        for collection_id, places in by_collection.items():
            for some in each_once(places, lambda at: changes[at].article_id):
                for at, outcome in zip(
                    some, self._commit_to(collection_id, [changes[at] for at in some]), strict=True
                ):
                    outcomes[at] = outcome
        return outcomes

    def _commit_to(self, collection_id: str, changes: Sequence[Change]) -> list[Any]:
        """Commits changes of different articles to a collection."""
        # What others committed is read when it is found that they did.
        heard = False
        while True:
            try:
                collection = self.collection(collection_id, heard=heard)
            except NotFound as error:
                return [error] * len(changes)
            heard = True
            past = self._past(collection) if collection.collection.settings.retention is not None else None
            follower = self._followers[collection.number]
            # As it is now: should more be settled meanwhile, what is known is not all, and the commit is begun anew.
            settled = follower.settled
            known = self._reader.known(follower, [change.article_id for change in changes])
            looked_at = [look_at(change, known.get(change.article_id), past) for change in changes]
            asked = [each for each in looked_at if isinstance(each, Asked)]
            # Unchanged is an acknowledgement too: a commit of nothing waits for the replicas first. What is read after it and
            # is not newer, they have.
            newest = max((each.number for each in looked_at if isinstance(each, Put)), default=0)
            waits = self._cluster.replicas > 0 and newest > follower.kept
            if not asked and not waits:
                return looked_at
            answer = self._send(follower, settled, past, () if waits else asked)
            if waits or answer[0] != b"done":
                continue
            done = [Done.of(answer[at : at + Done.SIZE]) for at in range(5, len(answer), Done.SIZE)]
            entries = [
                Entry(result.entry, each.article_id, result.gone, each.sketch)
                for each, result in zip(asked, done, strict=True)
                if result.entry
            ]
            if not follower.take((int(answer[1]), answer[2]), entries, answer[3], self._hear):
                self._catch_up(follower)
            self._settle_if_due(follower)
            results = iter(done)
            return [
                next(results).outcome_in(collection.collection) if isinstance(each, Asked) else each
                for each in looked_at
            ]

    def _send(
        self, follower: Follower, settled: int, past: int | None, asked: Sequence["Asked"]
    ) -> list[Any]:
        """Has commit.lua commit changes; returns what it answers."""
        answer: list[Any]
        (answer,) = self._cluster.run(
            [
                _COMMIT.on(
                    follower.keys.all_of_log,
                    self._name,
                    uuid.uuid4().hex,
                    settled,
                    to_microseconds(self._clock()),
                    "" if past is None else past,
                    *(value for each in asked for value in each.arguments),
                )
            ]
        )
        if answer[0] == b"done":
            follower.kept = max(follower.kept, int(answer[1]), *map(int, answer[6::4]))
        return answer


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
