"""From a text to its words, resolved: each with its place, its hash, its stem and how rare that is.

Kernels cut the text and find its words in the table of the language; the few that nobody met before are resolved one by one.
"""

import secrets
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.characters import UNSPACED, classes_of, code_points
from textkin_service.analysis.kernels.words import cut_words, pair_keys
from textkin_service.analysis.keywords import flags_of
from textkin_service.analysis.lexicon import Lexicon, lexicon, word_hashes
from textkin_service.analysis.tokens import Tokens, normalize_word
from textkin_service.analysis.unspaced import is_unspaced, pairs_units
from textkin_service.analysis.wordtable import Known

# A flag of words, above those of `keywords`: of a script without spaces.
_UNSPACED = 1 << 15
# Keys differ from process to process, so that nobody can make words that share one.
_SEED = np.uint64(secrets.randbits(64))


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The words of a text. All arrays are parallel to `tokens`.

    `stems` (uint32), `zipf` (float32); `flags` (uint16) of `keywords`; `commas`: whether a comma or the like stands before it.
    """

    tokens: Tokens
    stems: NDArray[np.uint32]
    zipf: NDArray[np.float32]
    flags: NDArray[np.uint16]
    commas: NDArray[np.bool_]


def find_words(text: str, codes: NDArray[np.uint32], classes: NDArray[np.uint32], language: str) -> Words:
    """Returns the words of a text in a language (BCP 47), by its code points and their classes."""
    words = lexicon(language)
    starts, ends, keys, commas = cut(codes, classes)
    known = words.table.look_up(keys)
    while len(known.missing):
        places = (each[known.missing].tolist() for each in (keys, starts, ends))
        written = {key: text[start:end] for key, start, end in zip(*places, strict=True)}
        _add(written, words)
        known = words.table.look_up(keys)
    tokens = Tokens(text, starts, ends, known.hashes)
    if pairs_units(language) and not text.isascii():
        _pair(known, keys, tokens, classes, words)
    return Words(tokens, known.stems, known.zipf, known.flags, commas)


def cut(
    codes: NDArray[np.uint32], classes: NDArray[np.uint32]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint64], NDArray[np.bool_]]:
    """Cuts a text into words as they stand, by its code points and their classes.

    Returns, parallel: where each starts and ends; its key in the table, never 0; whether a comma or the like stands between it
    and the word before.
    """
    length = len(codes)
    starts, ends = np.empty(length, np.int32), np.empty(length, np.int32)
    keys, commas = np.empty(length, np.uint64), np.empty(length, np.bool_)
    count = cut_words(codes, classes, _SEED, starts, ends, keys, commas)
    # Copies, because most of that memory is not needed any more.
    return starts[:count].copy(), ends[:count].copy(), keys[:count].copy(), commas[:count].copy()


def meet_common_words(language: str) -> None:
    """Resolves the most frequent words of a language, with a small letter and with a capital, before any text has."""
    words = lexicon(language)
    # Words of nothing but these letters are their own normal form, and one token.
    common = [word for word in words.common if word.isascii() and word.isalpha()]
    codes = code_points(" ".join([*common, *map(str.capitalize, common)]))
    _, _, keys, _ = cut(codes, classes_of(codes))
    stems, zipf = words.resolve(common)
    flags = np.array([flags_of(word) for word in common], np.uint16)
    of_words = word_hashes(common, np.uint64), stems, zipf, flags
    words.table.add(keys, *(np.concatenate([each, each]) for each in of_words))


def _add(written: dict[int, str], words: Lexicon) -> None:
    """Resolves words, as the text has them, and adds them to the table under their keys."""
    normal = [normalize_word(word) for word in written.values()]
    flags = [
        flags_of(word) | (_UNSPACED if is_unspaced(normalised) else 0)
        for word, normalised in zip(written.values(), normal, strict=True)
    ]
    keys, hashes = np.fromiter(written, np.uint64, len(written)), word_hashes(normal, np.uint64)
    words.table.add(keys, hashes, *words.resolve(normal), np.array(flags, np.uint16))


def _pair(
    known: Known,
    keys: NDArray[np.uint64],
    tokens: Tokens,
    classes: NDArray[np.uint32],
    words: Lexicon,
) -> None:
    """Takes the stems of two for each word of a script without spaces that another follows immediately."""
    unspaced = known.flags & _UNSPACED != 0
    # What stands for such a character, as a number in a circle, is none by itself.
    if not (unspaced.any() and (classes & UNSPACED).any()):
        return
    pairs = np.empty(len(keys), np.uint64)
    pair_keys(tokens.starts, tokens.ends, keys, unspaced, pairs)
    of_pairs = words.table.look_up(pairs)
    while len(of_pairs.missing):
        written = tokens.words
        units = {int(pairs[i]): written[i] + written[i + 1] for i in of_pairs.missing.tolist()}
        hashes, flags = np.zeros(len(units), np.uint64), np.zeros(len(units), np.uint16)
        new = np.fromiter(units, np.uint64, len(units))
        words.table.add(new, hashes, *words.resolve(list(units.values())), flags)
        of_pairs = words.table.look_up(pairs)
    paired = pairs != 0
    known.stems[paired] = of_pairs.stems[paired]
    known.zipf[paired] = of_pairs.zipf[paired]
