"""A query, prepared once for the screening of any number of candidates."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment.order import Order
from textkin_service.alignment.parameters import DEFAULT
from textkin_service.analysis import Analysis
from textkin_service.analysis.residue import MOST_RESIDUE
from textkin_service.analysis.unspaced import tokens_a_word
from textkin_service.measures import Measures
from textkin_service.screening.kernels import candidates as kernels
from textkin_service.screening.outline import MOST_TOKENS, Outline

# The logarithms of numbers, as many as tables have places; that of 0 is never taken.
_LOGARITHMS = np.log(np.maximum(np.arange(4 * MOST_TOKENS), 1))
# Thresholds are lowered by this, so that rounding loses no seed.
_SLACK = 1.0 - 1e-9


@dataclass(frozen=True, slots=True)
class Screened:
    """What a query and a candidate have in common. `measures`: those of their comparison, if it finds no passage.

    `may_align`: whether two neighbouring sentences, or a run of words, are alike enough for a passage. `shared_words`: how many
    words of the candidate lie in stretches of three that the query has too, as all do of a shared quotation.
    """

    measures: Measures
    may_align: bool
    shared_words: int


class ScreenedQuery:
    """The tables of a query in a collection. For one thread at a time."""

    def __init__(self, analysis: Analysis, recurring: NDArray[np.uint32]) -> None:
        """`recurring` (uint32, sorted): the hashes of the pieces that are no evidence, in the query and in the candidates."""
        self._outline = Outline.of(analysis)
        self._recurring = recurring
        data = self._outline.data
        # Between scripts of which one has no spaces, equal words need not have equal stems.
        self._can_screen = bool(len(data)) and tokens_a_word(analysis.language) == 1
        if not self._can_screen:
            return
        tokens, stems = int(data[0]), int(data[1])
        slots = 16
        while slots < 2 * tokens:
            slots *= 2
        self._tables = np.zeros((3, slots), np.uint64)
        self._bits = np.zeros((stems, (tokens + 63) >> 6), np.uint64)
        self._query = np.empty((kernels.QUERY_ROWS, slots), np.int64)
        self._rows = kernels.index_query(data, recurring, MOST_RESIDUE, self._query, self._tables, self._bits)
        self._words = int(self._query[kernels.STARTS, self._rows])

    def screen(self, outlines: Sequence[Outline]) -> list[Screened | None]:
        """Returns what each candidate and the query have in common; None for one that only a comparison can tell of."""
        found: list[Screened | None] = [None] * len(outlines)
        able = [i for i, outline in enumerate(outlines) if self._is_able(outline)]
        if able:
            for i, figures in zip(
                able, self._figures([outlines[i].data for i in able]).tolist(), strict=True
            ):
                found[i] = self._screened(figures)
        return found

    def _is_able(self, outline: Outline) -> bool:
        return self._can_screen and bool(len(outline.data)) and outline.language == self._outline.language

    def _screened(self, figures: list[float]) -> Screened:
        forwards, backwards, words, containment_a, containment_b, in_runs, in_trigrams, evidence = figures
        measures = Measures(
            words_a=self._words,
            words_b=int(words),
            order=Order(int(forwards), int(backwards)),
            containment_a=containment_a,
            containment_b=containment_b,
            coverage_a=0.0,
            coverage_b=0.0,
            strength=0.0,
            copied_words=0,
            copied_share_a=0.0,
            copied_share_b=0.0,
        )
        # Words that are the same throughout are found alike however few they are.
        is_same = forwards == words == self._words
        may_align = is_same or in_runs >= DEFAULT.run_words or evidence >= DEFAULT.min_evidence
        return Screened(measures, may_align, int(in_trigrams))

    def _figures(self, candidates: list[NDArray[np.uint32]]) -> NDArray[np.float64]:
        """Returns what the kernel says of outlines: float64, of shape (n, COLUMNS)."""
        data = candidates[0] if len(candidates) == 1 else np.concatenate(candidates)
        lengths = np.array([len(each) for each in candidates])
        places = np.cumsum(lengths) - lengths
        most = max(int(data[places].max()), len(self._query[0])) + 1
        figures = np.empty((kernels.FIGURE_ROWS, most))
        figures[kernels.LOGS] = _LOGARITHMS[:most]
        result = np.empty((len(candidates), kernels.COLUMNS))
        own = self._outline.data
        kernels.screen(
            own,
            own.view(np.float32),
            self._rows,
            self._query,
            self._tables,
            self._bits,
            data,
            data.view(np.float32),
            places,
            self._recurring,
            MOST_RESIDUE,
            DEFAULT.seed_cosine * _SLACK,
            DEFAULT.seed_dice * _SLACK,
            DEFAULT.max_gap + 1,
            np.empty((kernels.CANDIDATE_ROWS, most), np.int64),
            figures,
            np.empty((kernels.MOST_SEEDS, kernels.SEED_COLUMNS), np.int64),
            np.empty((2, self._bits.shape[1]), np.uint64),
            result,
        )
        return result
