"""LSH buckets in memory: a key leads to the numbers of the articles that have it.

A verbatim key is a band of the MinHash signature (Indyk and Motwani 1998); a content key is one of the bottom-k hashes.
One shared band makes a candidate; of content keys it takes more, since one pair of words meets by chance too often.
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textkin_service.index import buckets
from textkin_service.index.ranking import band_keys, rank
from textkin_service.index.table import Table, halves
from textkin_service.settings import VERBATIM_PERMUTATIONS
from textkin_service.sketch import Probe, Scheme, Sketch

# Most numbers read from one bucket: a key that so many articles share says little, and must not stall a query.
BUCKET_CAP = 2_000
# Most numbers read for a query from the buckets of content keys, and as many from those of bands, the shortest buckets first.
READ_CAP = 8_000


@dataclass(frozen=True, slots=True)
class Candidates:
    """Article numbers, the most promising first. `truncated`: buckets were not read to their end."""

    numbers: tuple[int, ...]
    truncated: bool


class Index:
    """LSH buckets of one collection. Nobody may read while another thread changes it."""

    def __init__(self, scheme: Scheme) -> None:
        self._scheme = scheme
        self._content = Table()
        self._bands = Table()
        self._articles = 0

    def __len__(self) -> int:
        """How many articles it holds."""
        return self._articles

    @property
    def size_bytes(self) -> int:
        """The memory that its keys take."""
        return self._content.size_bytes + self._bands.size_bytes

    def add(self, number: int, sketch: Sketch) -> None:
        """Adds an article under a number greater than all before, and less than 2^31."""
        self.add_all([(number, sketch)])

    def add_all(self, articles: Sequence[tuple[int, Sketch]], pool: Executor | None = None) -> None:
        """Adds articles as `add` does, in ascending order of their numbers; two threads of the pool share the work."""
        numbers = np.array([number for number, _ in articles], np.uint32)
        content = [sketch.content for _, sketch in articles]
        bands = [self._band_keys(sketch.verbatim) for _, sketch in articles]
        tables = [
            (table, np.concatenate(keys), np.repeat(numbers, [len(each) for each in keys]))
            for table, keys in ((self._content, content), (self._bands, bands))
        ]
        if pool is None:
            for table, keys, each in tables:
                table.add(keys, each)
        else:
            parts = [(table, part) for table, keys, each in tables for part in halves(keys, each)]
            for future in [pool.submit(table.add, *part) for table, part in parts]:
                future.result()
        self._articles += len(articles)

    def remove(self, number: int, sketch: Sketch) -> None:
        """Removes an article that it holds; `sketch` is the one that it was added with."""
        for table, keys in ((self._content, sketch.content), (self._bands, self._band_keys(sketch.verbatim))):
            table.remove(keys, np.full(len(keys), number, np.uint32))
        self._articles -= 1

    def candidates(self, probe: Probe, limit: int) -> Candidates:
        """Returns at most `limit` articles that share enough keys, by the rarity of what they share.

        Content keys shared in one window of the query say more than as many scattered over it: an article's weight is the
        Euclidean norm over the weights of the windows. Their sum would miss a lifted paragraph in a long article, the best
        window alone thin traces all over a text (bench/sketches.py). A shared band counts like as many content keys as it has
        rows: it stands for so many equal minima.
        """
        content = self._content.lookup(probe.content, BUCKET_CAP, READ_CAP)
        bands = self._bands.lookup(self._band_keys(probe.verbatim), BUCKET_CAP, READ_CAP)
        best = rank(
            content.numbers, content.starts, content.lengths, probe.windows,
            bands.numbers, bands.starts, bands.lengths,
            self._articles, self._scheme.content_shared_keys, float(self._scheme.verbatim_rows), limit,
        )  # fmt: skip
        return Candidates(tuple(best.tolist()), content.cut or bands.cut)

    def prepare(self) -> None:
        """Has every kernel run once, in an index that is empty and remains so: compiled, or read from the cache."""
        # Enough keys to fill lines, and two articles to have blocks.
        keys = np.arange(2 * buckets.LINE, dtype=np.uint32)
        signature = np.arange(VERBATIM_PERMUTATIONS, dtype=np.uint32)
        made = Sketch(signature, keys, np.empty(0, np.uint64))
        for number in (1, 2):
            self.add(number, made)
        self.candidates(Probe(signature, keys, np.zeros(len(keys), np.intp)), 1)
        for number in (1, 2):
            self.remove(number, made)
        for table in (self._content, self._bands):
            table.prepare()

    def _band_keys(self, signature: NDArray[np.uint32]) -> NDArray[np.uint32]:
        return band_keys(signature, self._scheme.verbatim_bands, self._scheme.verbatim_rows)
