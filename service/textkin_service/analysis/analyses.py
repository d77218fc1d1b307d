"""Analyses of many texts, whose arrays stay joined: whoever goes on with all of them needs no objects for each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Self, overload

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.analysis import Analysis
from textkin_service.analysis.characters import code_points
from textkin_service.analysis.pieces import Pieces
from textkin_service.analysis.tokens import Tokens

# The rows of `Batch.bounds`.
CODES, WORDS, SENTENCES, PIECES = range(4)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Texts of one language, analysed together. The arrays are those of an `Analysis`, of one text after the other.

    `codes` (uint32): their code points. `bounds` (int64, of shape (4, texts + 1)): where the code points, the words, the
    sentences and the pieces of each text begin, and the end of all. Places and ranges count within their text.
    """

    texts: Sequence[str]
    language: str
    codes: NDArray[np.uint32]
    bounds: NDArray[np.int64]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    hashes: NDArray[np.uint64]
    stems: NDArray[np.uint32]
    zipf: NDArray[np.float32]
    sentences: NDArray[np.int32]
    piece_hashes: NDArray[np.uint32]
    piece_firsts: NDArray[np.int32]
    piece_lasts: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.texts)

    @classmethod
    def of(cls, analysis: Analysis) -> Self:
        """Returns a batch of one text."""
        codes, tokens, pieces = code_points(analysis.text), analysis.tokens, analysis.pieces
        bounds = np.zeros((4, 2), np.int64)
        bounds[:, 1] = len(codes), len(tokens), len(analysis.sentences), len(pieces)
        return cls(
            (analysis.text,),
            analysis.language,
            codes,
            bounds,
            tokens.starts,
            tokens.ends,
            tokens.hashes,
            analysis.stems,
            analysis.zipf,
            analysis.sentences,
            pieces.hashes,
            pieces.firsts,
            pieces.lasts,
        )

    def analysis(self, number: int) -> Analysis:
        """Returns the analysis of one of the texts, by its number. Its arrays are parts of these."""
        _, words, sentences, pieces = (slice(*each) for each in self.bounds[:, number : number + 2].tolist())
        text = self.texts[number]
        return Analysis(
            text,
            self.language,
            Tokens(text, self.starts[words], self.ends[words], self.hashes[words]),
            self.stems[words],
            self.zipf[words],
            self.sentences[sentences],
            Pieces(self.piece_hashes[pieces], self.piece_firsts[pieces], self.piece_lasts[pieces]),
        )

    def word_count(self, number: int) -> int:
        """Returns how many words a text has, by its number, residue included."""
        first, last = self.bounds[WORDS, number : number + 2].tolist()
        return int(last - first)

    def without(self, recurring: Sequence[NDArray[np.uint32]]) -> "Batch":
        """Returns the texts with pieces taken out of their sentences, as `Analysis.without` does: of each text those given."""
        taken: list[int] = []
        # Mostly one array for all of them.
        for same in {id(each): each for each in recurring if len(each)}.values():
            pieces = np.flatnonzero(np.isin(self.piece_hashes, same))
            texts = np.unique(np.searchsorted(self.bounds[PIECES], pieces, "right") - 1).tolist()
            taken += [number for number in texts if recurring[number] is same]
        if not taken:
            return self
        sentences = [self.sentences[first:last] for first, last in pairwise(self.bounds[SENTENCES].tolist())]
        for number in taken:
            sentences[number] = self.analysis(number).without(recurring[number]).sentences
        bounds = self.bounds.copy()
        bounds[SENTENCES, 1:] = np.cumsum([*map(len, sentences)])
        return replace(self, bounds=bounds, sentences=np.concatenate(sentences))


class Analyses(Sequence[Analysis]):
    """The analyses of some texts, in the order in which these were given; each is made when it is asked for.

    An analysis that is kept keeps the arrays of those beside it in memory.
    """

    def __init__(self, batches: Sequence[Batch], numbers: Sequence[Sequence[int]]) -> None:
        """Takes batches, and for each the places of its texts among all that were given."""
        self.batches = batches
        self.numbers = numbers
        self._places: dict[int, tuple[Batch, int]] = {
            place: (batch, number)
            for batch, places in zip(batches, numbers, strict=True)
            for number, place in enumerate(places)
        }

    @classmethod
    def of(cls, analyses: Sequence[Analysis]) -> "Analyses":
        """Returns them as they are if they are such, else each as a batch of its own."""
        if isinstance(analyses, Analyses):
            return analyses
        return cls([Batch.of(each) for each in analyses], [(i,) for i in range(len(analyses))])

    def without(self, recurring: Sequence[NDArray[np.uint32]]) -> "Analyses":
        """Returns the texts without those of their pieces that recur; of each text the hashes of such (uint32)."""
        found = [
            batch.without([recurring[place] for place in places])
            for batch, places in zip(self.batches, self.numbers, strict=True)
        ]
        return Analyses(found, self.numbers)

    def language(self, number: int) -> str:
        """Returns the language of a text, by its number."""
        return self._places[number][0].language

    def word_count(self, number: int) -> int:
        """Returns how many words a text has, by its number, residue included."""
        batch, own = self._places[number]
        return batch.word_count(own)

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> Analysis: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Analysis]: ...
    def __getitem__(self, index: int | slice) -> Analysis | Sequence[Analysis]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(f"there are {len(self)} analyses, none has the number {index}")
        batch, number = self._places[index % len(self)]
        return batch.analysis(number)
