"""What a listener of a store hears, and what an index that follows it would find."""

from dataclasses import replace

import numpy as np

from stores import SHARED, key_of
from textkin_service.index.kernels.candidates import KEY_ROWS, SETTLED, SETTLED_FROM, SETTLED_TO
from textkin_service.index.pages import settled_numbers
from textkin_service.store import Added, Dropped, ReadAnew, Removed, SettledUpTo

NONE = np.empty(0, np.uint32)


class Heard:
    """A listener: all changes of articles in their order, and the numbers that an index of each collection would hold."""

    def __init__(self, store):
        self.changes = []
        self.numbers = {}
        self.older = {}
        self._sketches = {}
        self(list(store.sketches()))
        store.listen(self)

    def __call__(self, changes):
        for change in changes:
            self._hear(change)

    def _hear(self, change):
        match change:
            case Added(collection, number, sketch):
                self.numbers.setdefault(collection, set()).add(number)
                self._sketches[collection, number] = sketch
            case Removed(collection, number, sketch):
                if sketch:
                    self.numbers[collection].remove(number)
                else:
                    assert number <= self.older[collection].upto
                    change = replace(change, sketch=self._sketches.get((collection, number), b""))
            case Dropped(collection):
                self.numbers.pop(collection, None)
                self.older.pop(collection, None)
            case ReadAnew(collection, older, _):
                self.older[collection] = older
            case SettledUpTo(collection, older, left):
                self.older[collection] = older
                self.numbers[collection] = {each.number for each in left}
        if isinstance(change, Added | Removed | Dropped):
            self.changes.append(change)

    def found(self, collection):
        """Returns the numbers of a collection's articles that are found, by ascending numbers."""
        older = self.older.get(collection)
        return sorted(
            [*(looked_up(older, [SHARED])[0][0] if older else []), *self.numbers.get(collection, ())]
        )


def looked_up(older, content, bands=()):
    """Returns what stands under keys in the pages, of content keys and of bands: numbers, and how many the key has."""
    asked = np.array([*content, *bands], np.uint32)
    keys = np.zeros((KEY_ROWS, len(asked) + 1), np.int64)
    fetched = older.fetch(asked[: len(content)], asked[len(content) :])
    numbers = settled_numbers(fetched, asked, older.upto, older.dead, keys)
    return [
        (numbers[keys[SETTLED_FROM, at] : keys[SETTLED_TO, at]].tolist(), int(keys[SETTLED, at]))
        for at in range(len(asked))
    ]


def own_keys(numbers):
    """Returns the key of each article, which no other has."""
    return [int(key_of(number)) for number in numbers]
