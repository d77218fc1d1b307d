"""LSH buckets in memory: a key leads to the numbers of the articles that have it.

A verbatim key is a band of the MinHash signature (Indyk and Motwani 1998); a content key is one of the bottom-k hashes.
One shared band makes a candidate; of content keys it takes more, since one pair of words meets by chance too often.
"""

import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from textkin_service.index.kernels import buckets
from textkin_service.index.kernels.buckets import Entries
from textkin_service.index.kernels.candidates import CONTENT_CUT, CONTENT_MET, CUT, NUMBER, candidates
from textkin_service.index.kernels.entries import asked_of, entries_of
from textkin_service.index.pages import Fetched, Pages, Settled, header, settled_numbers
from textkin_service.index.room import Rooms
from textkin_service.index.table import Table
from textkin_service.settings import VERBATIM_PERMUTATIONS
from textkin_service.sketch import Probe, Scheme, Sketch, stored
from textkin_service.sketch.stored import Sketches

Numbers = NDArray[np.int64]

# Most numbers read from one bucket of a content key: one that so many articles share says little. Of this cap, and of that of
# bands, `buckets.WINDOW` is twice the larger, or more: removed numbers may stand before the window.
BUCKET_CAP = 500
# Most numbers read for a query from the buckets of content keys, for each key that it asks, the shortest buckets first; and as
# many at least. Among 300,000 articles more found no more rewrites, and 2 for each key lost reworded paragraphs.
READ_A_KEY, LEAST_READ = 4, 2_000
# Most numbers read from one bucket of a band, and from all of them: so many copies must not stall a query.
BAND_CAP, MOST_BANDS_READ = 2_000, 8_000
# The share of the keys that were met, beyond which leaving them out is told.
_MOST_CUT = 0.75

_ROOMS = Rooms()
_NOTHING = np.empty(0, np.uint32)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Article numbers, the most promising first.

    `truncated`: a band's bucket was not read to its end, or most of the content keys were so frequent that they were left out.
    """

    numbers: tuple[int, ...]
    truncated: bool


class Index:
    """LSH buckets of one collection. One thread may change it at a time; others may search meanwhile, and need not wait."""

    def __init__(
        self, scheme: Scheme, content: Table | None = None, bands: Table | None = None, articles: int = 0
    ) -> None:
        """Returns an empty index, or one of so many articles that stand in the tables (`Building`)."""
        self._scheme = scheme
        self._content = Table() if content is None else content
        self._bands = Table() if bands is None else bands
        self._articles = articles

    def __len__(self) -> int:
        """How many articles it holds."""
        return self._articles

    @property
    def size_bytes(self) -> int:
        """The memory that its keys take."""
        return self._content.size_bytes + self._bands.size_bytes

    @property
    def entries(self) -> tuple[int, int]:
        """How many entries its tables have: of content keys, and of bands."""
        return self._content.entries, self._bands.entries

    def add(self, number: int, sketch: Sketch) -> None:
        """Adds an article under a number from 1, greater than all before, and less than 2^31."""
        self.add_all(np.array([number]), Sketches.of([sketch]))

    def add_all(self, numbers: Numbers, sketches: Sketches) -> None:
        """Adds articles as `add` does: their numbers (int64) ascend."""
        content, bands = entries_of_sketches(self._scheme, numbers, sketches)
        self._content.add(content)
        self._bands.add(bands)
        self._articles += len(numbers)

    def remove(self, number: int, sketch: Sketch) -> None:
        """Removes an article that it holds; `sketch` is the one that it was added with."""
        self.remove_all(np.array([number]), Sketches.of([sketch]))

    def remove_all(self, numbers: Numbers, sketches: Sketches) -> None:
        """Removes articles (int64) as `remove` does."""
        content, bands = entries_of_sketches(self._scheme, numbers, sketches)
        self._content.remove(content)
        self._bands.remove(bands)
        self._articles -= len(numbers)

    def candidates(self, probe: Probe, limit: int, older: Settled | None = None) -> Candidates:
        """Returns at most `limit` articles that share enough keys, by the rarity of what they share.

        `older`: articles of the collection that this index does not hold, all with lesser numbers. DamagedPage.

        Content keys shared in one window of the query say more than as many scattered over it: an article's weight is the
        Euclidean norm over the weights of the windows. Their sum would miss a lifted paragraph in a long article, the best
        window alone thin traces all over a text (bench/sketches.py). A shared band counts like as many content keys as it has
        rows: it stands for so many equal minima.
        """
        scheme = self._scheme
        keys = len(probe.content) + scheme.verbatim_bands
        budget = max(LEAST_READ, READ_A_KEY * len(probe.content))
        windows = int(probe.windows.max(initial=0))
        room = _ROOMS.of(max(keys, windows), budget + MOST_BANDS_READ, max(BUCKET_CAP, BAND_CAP))
        asked = asked_of(
            probe.content, probe.verbatim, scheme.verbatim_bands, scheme.verbatim_rows, room.asked
        )
        settled, articles = _NOTHING, self._articles
        if older is None:
            room.nothing_settled()
        else:
            upto, words = older.upto, room.asked[:asked]
            fetched = older.fetch(words[: len(probe.content)], words[len(probe.content) :])
            settled = settled_numbers(fetched, room.asked, upto, older.dead, room.keys)
            articles += older.articles
        best = -1
        while best < 0:
            content, bands = self._content.directory, self._bands.directory
            best = candidates(
                content.map, bands.map, room.asked, asked, probe.windows,
                BUCKET_CAP, budget, BAND_CAP, MOST_BANDS_READ,
                articles, scheme.content_shared_keys, float(scheme.verbatim_rows), limit, settled,
                room.keys, room.read, room.met, room.weights, room.table, room.seen, room.told,
            )  # fmt: skip
            if best < 0:
                # Whoever changes a table may wait for a processor, or for the interpreter.
                time.sleep(0)
        truncated = bool(room.told[CUT] > 0 or room.told[CONTENT_CUT] > _MOST_CUT * room.told[CONTENT_MET])
        return Candidates(tuple(room.met[NUMBER, :best].tolist()), truncated)

    def prepare(self) -> None:
        """Has every kernel run once, in an index that is empty and remains so: compiled, or read from the cache."""
        # Enough keys to fill lines, and two articles to have blocks.
        keys = np.arange(2 * buckets.LINE, dtype=np.uint32)
        signature = np.arange(VERBATIM_PERMUTATIONS, dtype=np.uint32)
        made = Sketch(signature, keys, np.empty(0, np.uint64))
        for number in (1, 2):
            self.add(number, made)
        for older in None, _Nothing():
            self.candidates(Probe(signature, keys, np.zeros(len(keys), np.intp)), 1, older)
        for number in (1, 2):
            self.remove(number, made)
        for table in (self._content, self._bands):
            table.prepare()


@dataclass(frozen=True, slots=True)
class _Nothing:
    """Settled articles of which there are none."""

    upto: int = 0
    articles: int = 0
    dead: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(1, np.uint8))

    def fetch(self, content: NDArray[np.uint32], bands: NDArray[np.uint32]) -> Fetched:
        return Fetched(Pages.of([header(1, 0)]), np.zeros(len(content) + len(bands), np.int64))


def entries_of_sketches(scheme: Scheme, numbers: Numbers, sketches: Sketches) -> tuple[Entries, Entries]:
    """Returns what goes into the tables for articles, by their numbers (int64) and sketches: of content keys, and of bands."""
    content = np.empty(int(sketches.words[sketches.starts[:-1] + stored.KEYS].sum()), np.uint64)
    bands = np.empty(len(numbers) * scheme.verbatim_bands, np.uint64)
    _, banded = entries_of(
        sketches.words, sketches.starts, numbers, scheme.verbatim_bands, scheme.verbatim_rows, content, bands
    )
    return content, bands[:banded]
