"""Analysis: a text's words, stems and sentences, with their places in the original text."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.analyses import CODES, WORDS, Analyses, Batch
from textkin_service.analysis.analysis import Analysis
from textkin_service.analysis.apparatus import APPARATUS_PHRASES, apparatus, may_have_apparatus
from textkin_service.analysis.characters import joined
from textkin_service.analysis.detection import (
    DEFAULT_LANGUAGE,
    UNDETERMINED,
    detect_languages,
    load_detector,
)
from textkin_service.analysis.evidence import find_all_evidence
from textkin_service.analysis.layout import lay_out, layout_of
from textkin_service.analysis.pieces import Pieces
from textkin_service.analysis.reading import Reading
from textkin_service.analysis.residue import RESIDUE_PHRASES, SIGNS, may_have_residue, residue
from textkin_service.analysis.room import (
    ALL_KINDS,
    ALL_PHRASES,
)
from textkin_service.analysis.tokens import Tokens
from textkin_service.analysis.unspaced import tokens_a_word
from textkin_service.analysis.words import find_words, meet_common_words

__all__ = ["Analyses", "Analysis", "Batch", "Pieces", "Tokens", "analyze", "analyze_all", "prepare"]

# Texts of so many code points together are read at once: as many as there is room for that a thread keeps.
_READ_TOGETHER = 1 << 17

_ANY_PHRASE = RESIDUE_PHRASES | APPARATUS_PHRASES

# A text that every kernel has something to do with.
_OF_ALL_KINDS = "The ferry stays, the council said. It runs again.\n\n渡し船"


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
    ((batch, _),) = _batches([text], [language], range(1))
    return batch.analysis(0)


def analyze_all(texts: Sequence[str], languages: Sequence[str]) -> Analyses:
    """Analyses texts, as `analyze` does each, in less time: many of a language are read together."""
    found = [
        each
        for numbers in _together(texts)
        for each in _batches([texts[i] for i in numbers], [languages[i] for i in numbers], numbers)
    ]
    return Analyses([batch for batch, _ in found], [numbers for _, numbers in found])


def _together(texts: Sequence[str]) -> Iterator[range]:
    """Yields the numbers of texts that are read at once, as many as a thread keeps room for; a longer one by itself."""
    first = length = 0
    for i, text in enumerate(texts):
        if i > first and length + len(text) > _READ_TOGETHER:
            yield range(first, i)
            first, length = i, 0
        length += len(text)
    if texts:
        yield range(first, len(texts))


def _batches(
    texts: Sequence[str], languages: Sequence[str], numbers: Sequence[int]
) -> Iterator[tuple[Batch, Sequence[int]]]:
    """Analyses texts; yields those of each language, and their numbers among these."""
    codes, offsets = joined(texts)
    if not all(languages):
        languages = detect_languages(texts, codes, offsets, languages)
    spoken = dict.fromkeys(languages)
    if len(spoken) == 1:
        yield _read(texts, codes, offsets, languages[0]), numbers
        return
    for language in spoken:
        own = [i for i, other in enumerate(languages) if other == language]
        chosen = [texts[i] for i in own]
        yield _read(chosen, *joined(chosen), language), [numbers[i] for i in own]


def _read(
    texts: Sequence[str], codes: NDArray[np.uint32], offsets: NDArray[np.int64], language: str
) -> Batch:
    """Analyses texts in one language, by the code points of all of them."""
    reading = Reading.of(texts, codes, offsets)
    words = find_words(reading, language)
    bounds = np.zeros((4, len(offsets)), np.int64)
    bounds[CODES] = offsets
    skipped, a_word = _skipped(reading), tokens_a_word(language)
    evidence = find_all_evidence(reading, words.hashes, skipped, a_word, bounds[WORDS:])
    return Batch(texts, language, codes, bounds, *words, *evidence)


def _skipped(reading: Reading) -> NDArray[np.bool_]:
    """Returns for each sentence of texts, one text after the other, whether it is no evidence."""
    skipped = np.zeros(lay_out(reading), np.bool_)
    for number, counts in enumerate(reading.counts.tolist()):
        # Most texts have nothing that looks like either.
        if not (counts[ALL_KINDS] & SIGNS or counts[ALL_PHRASES] & _ANY_PHRASE):
            continue
        text, layout = reading.texts[number], layout_of(reading, number)
        found = residue(text, layout) if may_have_residue(layout) else set()
        if may_have_apparatus(layout):
            found |= apparatus(text, layout)
        if found:
            skipped[[layout.first + i for i in found]] = True
    return skipped
