"""The index and the recurring pieces of each collection, kept in step with the store."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis import Analysis
from textkin_service.errors import StoreError
from textkin_service.index import Candidates, Index, Recurrence
from textkin_service.sketch import Probe, Scheme, Sketch, sketch
from textkin_service.store import Added, Change, Dropped, Removed

_NONE = np.empty(0, np.uint32)


@dataclass(frozen=True, slots=True)
class _Collection:
    index: Index
    recurrence: Recurrence = field(default_factory=Recurrence)


class Indexes:
    """What is known of each collection, behind one lock, because its parts are for one thread at a time."""

    def __init__(self, scheme: Scheme) -> None:
        self._scheme = scheme
        self._lock = threading.Lock()
        self._collections: dict[int, _Collection] = {}

    def apply(self, changes: Iterable[Change]) -> None:
        """Follows the store's changes. StoreError (STORE_DAMAGED) when a sketch cannot be read."""
        for change in changes:
            match change:
                case Added(collection, number, data):
                    read = _read(number, data)
                    with self._lock:
                        known = self._collections.setdefault(collection, _Collection(Index(self._scheme)))
                        known.index.add(number, read)
                        known.recurrence.add(number, read.marks)
                case Removed(collection, number, data):
                    read = _read(number, data)
                    with self._lock:
                        known = self._collections[collection]
                        known.index.remove(number, read)
                        known.recurrence.remove(number)
                case Dropped(collection):
                    with self._lock:
                        self._collections.pop(collection, None)

    def candidates(self, collection: int, probe: Probe, limit: int) -> Candidates:
        """Returns at most `limit` articles of a collection whose sketches have most of what is asked for."""
        with self._lock:
            known = self._collections.get(collection)
            return known.index.candidates(probe, limit) if known else Candidates((), truncated=False)

    def sketch(self, collection: int, analysis: Analysis) -> Sketch:
        """Returns the sketch of a text as evidence in a collection: without the pieces that recur there."""
        return sketch(analysis.without(self.recurring(collection)), self._scheme)

    def recurring(self, collection: int) -> NDArray[np.uint32]:
        """Returns the hashes of a collection's recurring pieces: uint32, sorted, and never changed later."""
        with self._lock:
            known = self._collections.get(collection)
            return known.recurrence.recurring() if known else _NONE


def _read(number: int, data: bytes) -> Sketch:
    try:
        return Sketch.from_bytes(data)
    except ValueError as error:
        raise StoreError(
            f"the sketch of article number {number} is damaged ({error}); restore the data folder",
            reason="STORE_DAMAGED",
        ) from error
