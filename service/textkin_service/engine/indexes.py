"""The index of each collection, kept in step with the store."""

import threading
from collections.abc import Iterable

from textkin_service.errors import StoreError
from textkin_service.index import Candidates, Index
from textkin_service.sketch import Scheme, Sketch
from textkin_service.store import Added, Change, Dropped, Removed


class Indexes:
    """An index a collection, behind one lock, because an index itself is for one thread at a time."""

    def __init__(self, scheme: Scheme) -> None:
        self._scheme = scheme
        self._lock = threading.Lock()
        self._indexes: dict[int, Index] = {}

    def apply(self, changes: Iterable[Change]) -> None:
        """Follows the store's changes. StoreError (STORE_DAMAGED) when a sketch cannot be read."""
        for change in changes:
            match change:
                case Added(collection, number, data):
                    sketch = _read(number, data)
                    with self._lock:
                        self._indexes.setdefault(collection, Index(self._scheme)).add(number, sketch)
                case Removed(collection, number, data):
                    sketch = _read(number, data)
                    with self._lock:
                        self._indexes[collection].remove(number, sketch)
                case Dropped(collection):
                    with self._lock:
                        self._indexes.pop(collection, None)

    def candidates(self, collection: int, sketch: Sketch, limit: int) -> Candidates:
        """Returns at most `limit` articles of a collection whose sketches share most with `sketch`."""
        with self._lock:
            index = self._indexes.get(collection)
            return index.candidates(sketch, limit) if index is not None else Candidates((), truncated=False)


def _read(number: int, data: bytes) -> Sketch:
    try:
        return Sketch.from_bytes(data)
    except ValueError as error:
        raise StoreError(
            f"the sketch of article number {number} is damaged ({error}); restore the data folder",
            reason="STORE_DAMAGED",
        ) from error
