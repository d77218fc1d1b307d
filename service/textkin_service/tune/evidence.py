"""What tuning keeps of a text: enough to make its sketch for any parameters without reading it again."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis import Analysis
from textkin_service.sketch import Probe, Scheme, Sketch, probe
from textkin_service.sketch.content import segment_keys, smallest
from textkin_service.sketch.pieces import piece_marks
from textkin_service.sketch.verbatim import shingles

_NO_KEYS = np.empty(0, np.uint32)
_NO_WINDOWS = np.empty(0, np.intp)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """`probe`: what a search asks. `marks` are those of the sketch; `segments`: all content keys of each.

    `shingles`: int64, sorted, distinct.
    """

    probe: Probe
    marks: NDArray[np.uint64]
    segments: tuple[NDArray[np.uint32], ...]
    shingles: NDArray[np.int64]

    @classmethod
    def of(cls, analysis: Analysis, segment_words: int) -> "Evidence":
        """Returns the evidence of a text."""
        words = analysis.evidence_words()
        # Python's hash differs from one process to the next, but nothing here outlives the process.
        hashed = np.fromiter(map(hash, shingles(words)), np.int64)
        return cls(
            probe(analysis),
            piece_marks(analysis),
            tuple(segment_keys(analysis, segment_words)),
            np.unique(hashed),
        )

    @property
    def signature(self) -> NDArray[np.uint32]:
        """The verbatim sketch, uint32 of shape (128,)."""
        return self.probe.verbatim

    def sketch(self, scheme: Scheme) -> Sketch:
        """Returns both sketches, as the service would make them."""
        return Sketch(self.signature, smallest(self.segments, scheme.content_keys), self.marks)

    def verbatim_sketch(self) -> Sketch:
        """Returns the verbatim sketch, with nothing in the other."""
        return Sketch(self.signature, _NO_KEYS, self.marks)

    def content_sketch(self, scheme: Scheme) -> Sketch:
        """Returns the content sketch, with nothing in the other: the signature is that of an empty text."""
        return Sketch(self._nothing(), smallest(self.segments, scheme.content_keys), self.marks)

    def verbatim_probe(self) -> Probe:
        """Returns what a search asks of the verbatim sketches."""
        return Probe(self.signature, _NO_KEYS, _NO_WINDOWS)

    def content_probe(self) -> Probe:
        """Returns what a search asks of the content sketches."""
        return Probe(self._nothing(), self.probe.content, self.probe.windows)

    def _nothing(self) -> NDArray[np.uint32]:
        return np.full_like(self.signature, np.iinfo(np.uint32).max)


def resemblances(queries: list[Evidence], articles: list[Evidence]) -> NDArray[np.float64]:
    """Returns the exact resemblance (Jaccard of shingles) of each query with each article: shape (queries, articles).

    Texts without a shingle resemble nothing.
    """
    sizes = np.array([len(article.shingles) for article in articles])
    owners = np.repeat(np.arange(len(articles)), sizes)
    every = np.concatenate([article.shingles for article in articles])
    order = np.argsort(every, kind="stable")
    every, owners = every[order], owners[order]
    result = np.zeros((len(queries), len(articles)))
    for row, query in zip(result, queries, strict=True):
        starts = np.searchsorted(every, query.shingles)
        ends = np.searchsorted(every, query.shingles, side="right")
        places = np.concatenate(
            [np.arange(a, b) for a, b in zip(starts, ends, strict=True) if a < b] or [starts[:0]]
        )
        shared = np.bincount(owners[places], minlength=len(articles))
        row[:] = shared / np.maximum(len(query.shingles) + sizes - shared, 1)
    return result
