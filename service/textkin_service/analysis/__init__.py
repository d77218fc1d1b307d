"""Analysis: a text's words, stems and sentences, with their places in the original text."""

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.apparatus import apparatus, may_have_apparatus
from textkin_service.analysis.characters import code_points
from textkin_service.analysis.detection import (
    DEFAULT_LANGUAGE,
    UNDETERMINED,
    detect_language,
    load_detector,
)
from textkin_service.analysis.evidence import find_all_evidence
from textkin_service.analysis.layout import Layout, lay_out
from textkin_service.analysis.pieces import Pieces
from textkin_service.analysis.reading import Reading
from textkin_service.analysis.residue import MOST_RESIDUE, may_have_residue, residue
from textkin_service.analysis.room import KEPT_PIECES, KEPT_SENTENCES, WORDS
from textkin_service.analysis.tokens import Tokens
from textkin_service.analysis.unspaced import tokens_a_word
from textkin_service.analysis.words import find_words, meet_common_words

__all__ = ["Analysis", "Pieces", "Tokens", "analyze", "analyze_all", "prepare"]

# What the objects of an analysis take besides what they hold.
_OBJECTS_BYTES = 1_500

# Texts of so many code points together are read at once: as many as there is room for that a thread keeps.
_READ_TOGETHER = 1 << 16

# A text that every kernel has something to do with.
_OF_ALL_KINDS = "The ferry stays, the council said. It runs again.\n\n渡し船"


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """What a text is made of. `language` is the tag that it was given, or the one detected.

    `stems` (uint32) and `zipf` (float32) are parallel to `tokens`. `sentences` (int32, of shape (any, 2)) are half-open ranges
    of tokens, in order and without overlap, of 1 to 30 words; words in no sentence are web residue and no evidence.
    `pieces` are what of it may recur in other articles.
    """

    text: str
    language: str
    tokens: Tokens
    stems: NDArray[np.uint32]
    zipf: NDArray[np.float32]
    sentences: NDArray[np.int32]
    pieces: Pieces

    @property
    def word_count(self) -> int:
        """How many words the text has, residue included."""
        return len(self.tokens)

    @property
    def tokens_a_word(self) -> float:
        """How many tokens say as much as a word of English: 1 where words are spaced."""
        return tokens_a_word(self.language)

    def evidence_words(self) -> tuple[str, ...]:
        """Returns the normalised words that lie in sentences, in order."""
        words = self.tokens.words
        return tuple(word for first, last in self.sentences.tolist() for word in words[first:last])

    def sentence_bounds(self) -> NDArray[np.int64]:
        """Returns the sentences as kernels take them that count in int64, of shape (n, 2)."""
        return self.sentences.astype(np.int64)

    def evidence_tokens(self) -> NDArray[np.int64]:
        """Returns the tokens that lie in sentences, by number (int64), in order."""
        bounds = self.sentence_bounds()
        lengths = bounds[:, 1] - bounds[:, 0]
        skipped: NDArray[np.int64] = np.repeat(bounds[:, 0] - (np.cumsum(lengths) - lengths), lengths)
        return np.arange(len(skipped)) + skipped

    def gap_before(self, token: int) -> str:
        """Returns what stands between a token and the one before it, or the start of the text."""
        return self.text[self.tokens.ends[token - 1] if token else 0 : self.tokens.starts[token]]

    def without(self, recurring: NDArray[np.uint32]) -> "Analysis":
        """Returns the analysis with the pieces of these hashes (uint32) taken out of its sentences.

        A text that is nearly all such pieces is returned as it is: then they are what it is about.
        """
        taken = np.isin(self.pieces.hashes, recurring)
        if not taken.any():
            return self
        # Token by token, because a short sentence may have been joined with its neighbour over a line end.
        kept = np.ones(len(self.tokens), bool)
        for first, last in zip(self.pieces.firsts[taken], self.pieces.lasts[taken], strict=True):
            kept[first:last] = False
        evidence = kept[self.evidence_tokens()]
        if len(evidence) - np.count_nonzero(evidence) > MOST_RESIDUE * len(evidence):
            return self
        pieces = [piece for first, last in self.sentences.tolist() for piece in _kept(first, last, kept)]
        return replace(self, sentences=np.array(pieces, np.int32).reshape(-1, 2))

    def memory_bytes(self) -> int:
        """Returns about how much memory it takes."""
        tokens = self.tokens
        arrays = (tokens.starts, tokens.ends, tokens.hashes, self.stems, self.zipf, self.sentences)
        return (
            sys.getsizeof(self.text)
            + sum(array.nbytes for array in arrays)
            + 12 * len(self.pieces)
            + _OBJECTS_BYTES
        )


def prepare() -> None:
    """Loads what the first text would wait for: the model that tells languages, the words of the default one, the kernels."""
    with ThreadPoolExecutor(1) as pool:  # unpacking the model needs no interpreter lock
        loading = pool.submit(load_detector)
        meet_common_words(DEFAULT_LANGUAGE)
        loading.result()
    # Texts that take every kernel: one whose language is detected by the model, one of a script without spaces.
    for text, language in ((_OF_ALL_KINDS, ""), (_OF_ALL_KINDS, UNDETERMINED)):
        analyze(text, language)


def analyze(text: str, language: str = "") -> Analysis:
    """Analyses a text. `language` is a BCP 47 tag; one without a Snowball stemmer is compared by its words. Empty: detected."""
    codes = code_points(text)
    (analysis,) = _read([text], codes, language or detect_language(text, codes))
    return analysis


def analyze_all(texts: Sequence[str], languages: Sequence[str]) -> list[Analysis]:
    """Analyses texts, as `analyze` does each, in less time: many of a language are read together.

    Their arrays are parts of larger ones: an analysis that is kept keeps those of the texts beside it in memory.
    """
    named = [
        language or detect_language(text, code_points(text))
        for text, language in zip(texts, languages, strict=True)
    ]
    found: dict[int, Analysis] = {}
    for language in dict.fromkeys(named):
        for together in _together([i for i, other in enumerate(named) if other == language], texts):
            chosen = [texts[i] for i in together]
            analyses = _read(chosen, code_points("".join(chosen)), language)
            found.update(zip(together, analyses, strict=True))
    return [found[i] for i in range(len(texts))]


def _together(numbers: Sequence[int], texts: Sequence[str]) -> Iterator[list[int]]:
    """Yields the numbers of texts that are read at once, as many as a thread keeps room for; a longer one by itself."""
    together: list[int] = []
    length = 0
    for i in numbers:
        if together and length + len(texts[i]) > _READ_TOGETHER:
            yield together
            together, length = [], 0
        together.append(i)
        length += len(texts[i])
    yield together


def _read(texts: Sequence[str], codes: NDArray[np.uint32], language: str) -> list[Analysis]:
    """Analyses texts in one language, by the code points of all of them."""
    reading = Reading.of(texts, codes)
    words = find_words(reading, language)
    layouts = lay_out(reading)
    skipped = _skipped(texts, layouts)
    evidence = find_all_evidence(reading, words.hashes, skipped, tokens_a_word(language))
    if len(texts) == 1:
        tokens = Tokens(texts[0], words.starts, words.ends, words.hashes)
        pieces = Pieces(evidence.hashes, evidence.firsts, evidence.lasts)
        return [Analysis(texts[0], language, tokens, words.stems, words.zipf, evidence.sentences, pieces)]
    analyses = []
    word = sentence = piece = 0
    for text, counts in zip(texts, reading.counts.tolist(), strict=True):
        of_words = slice(word, word := word + counts[WORDS])
        of_sentences = slice(sentence, sentence := sentence + counts[KEPT_SENTENCES])
        of_pieces = slice(piece, piece := piece + counts[KEPT_PIECES])
        analyses.append(
            Analysis(
                text,
                language,
                Tokens(text, words.starts[of_words], words.ends[of_words], words.hashes[of_words]),
                words.stems[of_words],
                words.zipf[of_words],
                evidence.sentences[of_sentences],
                Pieces(evidence.hashes[of_pieces], evidence.firsts[of_pieces], evidence.lasts[of_pieces]),
            )
        )
    return analyses


def _skipped(texts: Sequence[str], layouts: Sequence[Layout]) -> NDArray[np.bool_]:
    """Returns for each sentence of texts, one text after the other, whether it is no evidence."""
    last = layouts[-1]
    skipped = np.zeros(last.first + last.sentence_count, np.bool_)
    for text, layout in zip(texts, layouts, strict=True):
        own = slice(layout.first, layout.first + layout.sentence_count)
        if may_have_residue(layout):
            skipped[own] = residue(text, layout)
        if may_have_apparatus(layout):
            skipped[own] |= apparatus(text, layout)
    return skipped


def _kept(first: int, last: int, kept: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Returns the stretches of a range of tokens whose tokens are all `kept`."""
    if kept[first:last].all():
        return [(first, last)]
    edges = np.flatnonzero(np.diff(kept[first:last], prepend=False, append=False)) + first
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]
