"""From a text to its words, resolved: each with its place, its hash, its stem and how rare that is.

Kernels cut the text and find its words in the table of the language; the few that nobody met before are resolved one by one.
"""

import secrets
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.characters import UNSPACED, class_table, joined
from textkin_service.analysis.kernels.words import cut_words, pair_keys
from textkin_service.analysis.keywords import flags_of
from textkin_service.analysis.lexicon import Lexicon, lexicon, word_hashes
from textkin_service.analysis.reading import Reading
from textkin_service.analysis.room import ENDS, RARE_CLASSES, STARTS, WORDS
from textkin_service.analysis.tokens import Tokens, normalize_word
from textkin_service.analysis.unspaced import is_unspaced, pairs_units
from textkin_service.analysis.wordtable import Known
from textkin_service.prebuilt import prebuilt

# A flag of words, above those of `keywords`: of a script without spaces.
_UNSPACED = 1 << 15
# Keys differ from process to process, so that nobody can make words that share one.
_SEED = np.uint64(secrets.randbits(64))


class Words(NamedTuple):
    """The words of texts, one text after the other, all parallel: places in their text (int32), hashes, stems and Zipf.

    In the room of the reading are the `FLAGS` of each by `keywords`, `COMMAS` (whether a comma or the like stands before it),
    `RUNS` (how many runs of letters and digits begin before it, and one more for all).
    """

    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    hashes: NDArray[np.uint64]
    stems: NDArray[np.uint32]
    zipf: NDArray[np.float32]


def find_words(reading: Reading, language: str) -> Words:
    """Returns the words of texts in a language (BCP 47)."""
    words = lexicon(language)
    room = reading.room
    count, rare = cut(reading, words.table.rows)
    known = Known.of(count, room.flags, room.missing)
    unknown = words.table.look_again(room.keys, known, -1)
    while unknown:
        _meet(reading, words, unknown)
        unknown = words.table.look_again(room.keys, known, unknown)
    starts, ends = room.numbers[STARTS, :count].copy(), room.numbers[ENDS, :count].copy()
    if rare & UNSPACED and pairs_units(language):
        _pair_all(known, starts, ends, reading, words)
    return Words(starts, ends, known.hashes, known.stems, known.rarities.view(np.float32))


def cut(reading: Reading, rows: NDArray[np.uint64]) -> tuple[int, int]:
    """Cuts texts into words as they stand; returns how many these are, and the rare classes of all their characters.

    `rows`: of the table that they will be looked up in. Fills in the room, parallel: `STARTS`, `ENDS`; `keys` in the table,
    never 0; `COMMAS` and `RUNS`; and the `EVENTS`: places of characters that rules of sentences and lines look at, in order.
    """
    room = reading.room
    return cut_words(
        reading.codes,
        reading.offsets,
        class_table(),
        _SEED,
        rows,
        room.numbers,
        room.marks,
        room.keys,
        reading.counts,
    )


def meet_common_words(language: str) -> None:
    """Resolves the most frequent words of a language, with a small letter and with a capital, before any text has."""
    words = lexicon(language)
    common, hashes, stems, zipf, flags = prebuilt(f"words-{language}", partial(_common, words))
    reading = Reading.of([common], *joined([common]))
    count, _ = cut(reading, words.table.rows)
    words.table.add(reading.room.keys[:count], hashes, stems, zipf, flags)


def _common(
    words: Lexicon,
) -> tuple[str, NDArray[np.uint64], NDArray[np.uint32], NDArray[np.float32], NDArray[np.uint32]]:
    """Returns a text of the common words, and what the table is to know of each of its words."""
    # Words of nothing but these letters are their own normal form, and one token.
    common = [word for word in words.common if word.isascii() and word.isalpha()]
    flags = np.array([flags_of(word) for word in common], np.uint32)
    stems, zipf = words.resolve(common)
    hashes, stems, zipf, flags = (
        np.concatenate([each, each]) for each in (word_hashes(common, np.uint64), stems, zipf, flags)
    )
    return " ".join([*common, *map(str.capitalize, common)]), hashes, stems, zipf, flags


def _meet(reading: Reading, words: Lexicon, unknown: int) -> None:
    """Resolves the first words that are missing, and adds them to the table."""
    room, texts = reading.room, reading.texts
    missing = room.missing[:unknown]
    own = np.searchsorted(reading.counts[:, WORDS].cumsum(), missing, side="right")
    places = own, room.keys[missing], room.numbers[STARTS, missing], room.numbers[ENDS, missing]
    written = {
        key: texts[text][start:end]
        for text, key, start, end in zip(*(each.tolist() for each in places), strict=True)
    }
    normal = [normalize_word(word) for word in written.values()]
    flags = list(map(flags_of, written.values()))
    if not all(map(str.isascii, written.values())):
        flags = [
            each | _UNSPACED if is_unspaced(word) else each for each, word in zip(flags, normal, strict=True)
        ]
    keys, hashes = np.array(list(written), np.uint64), word_hashes(normal, np.uint64)
    words.table.add(keys, hashes, *words.resolve(normal), np.array(flags, np.uint32))


def _pair_all(
    known: Known, starts: NDArray[np.int32], ends: NDArray[np.int32], reading: Reading, words: Lexicon
) -> None:
    """Takes the stems of two for each word of a script without spaces that another follows immediately."""
    # What stands for such a character, as a number in a circle, is none by itself.
    lasts = reading.counts[:, WORDS].cumsum()
    for i in np.flatnonzero(reading.counts[:, RARE_CLASSES] & UNSPACED).tolist():
        own = slice(int(lasts[i] - reading.counts[i, WORDS]), int(lasts[i]))
        tokens = Tokens(reading.texts[i], starts[own], ends[own], known.hashes[own])
        of_text = Known(
            known.hashes[own], known.stems[own], known.rarities[own], known.flags[own], known.missing
        )
        _pair(of_text, reading.room.keys[own], tokens, words)


def _pair(known: Known, keys: NDArray[np.uint64], tokens: Tokens, words: Lexicon) -> None:
    """Takes the stems of two for each word of a script without spaces that another follows immediately."""
    unspaced = known.flags & _UNSPACED != 0
    if not unspaced.any():
        return
    pairs = np.empty(len(keys), np.uint64)
    pair_keys(tokens.starts, tokens.ends, keys, unspaced, pairs)
    of_pairs = words.table.look_up(pairs)
    while of_pairs.unknown:
        written = tokens.words
        missing = of_pairs.missing[: of_pairs.unknown].tolist()
        units = {int(pairs[i]): written[i] + written[i + 1] for i in missing}
        hashes, flags = np.zeros(len(units), np.uint64), np.zeros(len(units), np.uint32)
        new = np.fromiter(units, np.uint64, len(units))
        words.table.add(new, hashes, *words.resolve(list(units.values())), flags)
        of_pairs = words.table.look_up(pairs)
    paired = pairs != 0
    known.stems[paired] = of_pairs.stems[paired]
    known.rarities[paired] = of_pairs.rarities[paired]
