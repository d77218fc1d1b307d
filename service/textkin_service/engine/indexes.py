"""The index and the recurring pieces of each collection, kept in step with the store."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import groupby, islice
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis import Analyses, Analysis
from textkin_service.engine.ahead import read_ahead
from textkin_service.engine.work import Work
from textkin_service.errors import StoreError
from textkin_service.index import Building, Candidates, Index, Recurrence, Settled
from textkin_service.index.kernels.buckets import Entries
from textkin_service.index.lsh import entries_of_sketches
from textkin_service.index.pages import DamagedPage
from textkin_service.sketch import Probe, Scheme, Sketch, sketch_all
from textkin_service.sketch.stored import DamagedSketch, Sketches
from textkin_service.store import Added, Change, Dropped, ReadAnew, Removed, SettledUpTo

_NONE = np.empty(0, np.uint32)

# So many articles are read from the store at a time, and as many such batches ahead of the one that is added.
_LOADED_AT_ONCE, _READ_AHEAD = 4_000, 2
# So many are added at a time.
_ADDED_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class IndexSize:
    """What indexes in memory hold: articles, entries of content keys and of bands, and the bytes that these take."""

    articles: int
    content_entries: int
    band_entries: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class _Collection:
    index: Index
    recurrence: Recurrence = field(default_factory=Recurrence)
    older: Settled | None = None


class Indexes:
    """What is known of each collection. Searches do not wait while an index is changed.

    `searched` False: nobody searches, and no index is kept; of what recurs, which sketches depend on, all is known.
    """

    def __init__(self, scheme: Scheme, *, searched: bool = True) -> None:
        self._scheme = scheme
        self._searched = searched
        self._lock = threading.Lock()  # of the collections and their recurrences
        self._collections: dict[int, _Collection] = {}

    def load(self, changes: Iterable[Added], work: Work) -> None:
        """Builds the indexes of articles, before the first search. StoreError (STORE_DAMAGED); DeadlineExceeded.

        One thread reads, one takes articles and notes what recurs, and two build.
        """
        work.check()
        batches = (run for batch in _batched(changes, _LOADED_AT_ONCE) for run in _by_collection(batch))
        building: dict[int, Building] = {}
        with ThreadPoolExecutor(2, "index") as pool:
            try:
                for collection, numbers, sketches in read_ahead(batches, _READ_AHEAD):
                    work.check()
                    self._note(collection, numbers, sketches)
                    if not self._searched:
                        continue
                    if collection not in building:
                        building[collection] = Building(self._scheme)
                    building[collection].add(numbers, sketches, pool)
                for collection in list(building):
                    index = building.pop(collection).finish(pool, work.check)
                    with self._lock:
                        self._collections[collection] = replace(self._collections[collection], index=index)
            except BaseException:
                # Nobody waits for what is left to build.
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def apply(self, changes: Iterable[Change]) -> None:
        """Follows the store's changes. StoreError (STORE_DAMAGED) when a sketch cannot be read."""
        for kind, same in groupby(changes, type):
            if kind is Added:
                added = (each for each in same if isinstance(each, Added))
                for batch in _batched(added, _ADDED_AT_ONCE):
                    for collection, numbers, sketches in _by_collection(batch):
                        known = self._note(collection, numbers, sketches)
                        if self._searched:
                            known.index.add_all(numbers, sketches)
                continue
            for change in same:
                self._follow(change)

    def _follow(self, change: Change) -> None:
        match change:
            case Removed(collection, number, data):
                self._remove(collection, number, data)
            case Dropped(collection):
                with self._lock:
                    self._collections.pop(collection, None)
            case ReadAnew(collection, older, state):
                read = _Collection(Index(self._scheme), _restored(state), older)
                with self._lock:
                    self._collections[collection] = read
            case SettledUpTo(collection, older, left):
                self._leave(collection, older, left)

    @property
    def index_id(self) -> str:
        """Everything that entries depend on, besides the sketches."""
        return f"bands{self._scheme.verbatim_bands}x{self._scheme.verbatim_rows}"

    def entries(self, sketches: Sequence[Added]) -> tuple[Entries, Entries]:
        """Returns the entries of articles in the tables of an index: of content keys, and of bands. StoreError."""
        numbers = [each.number for each in sketches]
        joined = _joined(numbers, [each.sketch for each in sketches])
        return entries_of_sketches(self._scheme, np.array(numbers), joined)

    def recurrence(self, collection: int) -> bytes:
        """Returns what recurs in the articles of a collection that were heard of so far."""
        with self._lock:
            known = self._collections.get(collection)
            return (known.recurrence if known else Recurrence()).to_bytes()

    def candidates(self, collection: int, probe: Probe, limit: int) -> Candidates:
        """Returns at most `limit` articles of a collection whose sketches have most of what is asked for. StoreError."""
        with self._lock:
            known = self._collections.get(collection)
        if known is None:
            return Candidates((), truncated=False)
        try:
            return known.index.candidates(probe, limit, known.older)
        except DamagedPage as error:
            raise StoreError(
                f"a page of collection number {collection} is damaged ({error})", reason="STORE_DAMAGED"
            ) from error

    def _note(self, collection: int, numbers: NDArray[np.int64], sketches: Sketches) -> _Collection:
        """Takes note of articles in what recurs in their collection, and returns it."""
        with self._lock:
            known = self._collections.setdefault(collection, _Collection(Index(self._scheme)))
            known.recurrence.add_all(numbers, sketches)
        return known

    def _remove(self, collection: int, number: int, sketch: bytes) -> None:
        with self._lock:
            known = self._collections[collection]
            known.recurrence.remove(number)
        if sketch and self._searched:
            known.index.remove_all(np.array([number]), _joined([number], [sketch]))

    def _leave(self, collection: int, older: Settled, left: Sequence[Added]) -> None:
        """Exchanges the index for one of the articles that are not settled: searches under way go on with the other."""
        index = Index(self._scheme)
        for batch in _batched(left if self._searched else (), _ADDED_AT_ONCE):
            for _, numbers, sketches in _by_collection(batch):
                index.add_all(numbers, sketches)
        with self._lock:
            known = self._collections.get(collection) or _Collection(index)
            self._collections[collection] = replace(known, index=index, older=older)

    def sketch_all(self, collections: Sequence[int], analyses: Sequence[Analysis]) -> list[Sketch]:
        """Returns the sketch of each text as evidence in its collection: without the pieces that recur there."""
        recurring = {collection: self.recurring(collection) for collection in set(collections)}
        evidence = Analyses.of(analyses).without([recurring[collection] for collection in collections])
        return sketch_all(evidence, self._scheme)

    def size(self) -> IndexSize:
        """Returns what the indexes of all collections hold."""
        with self._lock:
            indexes = [each.index for each in self._collections.values()]
        entries = [each.entries for each in indexes]
        return IndexSize(
            sum(map(len, indexes)),
            sum(content for content, _ in entries),
            sum(bands for _, bands in entries),
            sum(each.size_bytes for each in indexes),
        )

    def recurring(self, collection: int) -> NDArray[np.uint32]:
        """Returns the hashes of a collection's recurring pieces: uint32, sorted, and never changed later."""
        with self._lock:
            known = self._collections.get(collection)
            return known.recurrence.recurring() if known else _NONE


def _batched(changes: Iterable[Added], size: int) -> Iterator[tuple[Added, ...]]:
    """Yields the changes, so many at a time."""
    rest = iter(changes)
    while batch := tuple(islice(rest, size)):
        yield batch


def _by_collection(batch: Iterable[Added]) -> Iterator[tuple[int, NDArray[np.int64], Sketches]]:
    """Yields runs of articles of one collection: it, their numbers (int64), and their sketches."""
    for collection, run in groupby(batch, attrgetter("collection")):
        articles = list(run)
        numbers = [each.number for each in articles]
        yield collection, np.array(numbers), _joined(numbers, [each.sketch for each in articles])


def _restored(state: bytes) -> Recurrence:
    """Returns what recurs, as it was told. StoreError."""
    try:
        return Recurrence.from_bytes(state)
    except ValueError as error:
        raise StoreError(
            "what recurs in a collection is damaged in the store", reason="STORE_DAMAGED"
        ) from error


def _joined(numbers: Sequence[int], stored: Sequence[bytes]) -> Sketches:
    """Returns the stored sketches of articles."""
    try:
        return Sketches.from_bytes(stored)
    except DamagedSketch as error:
        raise StoreError(
            f"the sketch of article number {numbers[error.at]} is damaged ({error}); restore the data folder",
            reason="STORE_DAMAGED",
        ) from error
