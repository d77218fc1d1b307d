"""From a text to its words, resolved: each with its place, its hash, its stem and how rare that is.

Kernels cut the text and find its words in the table of the language; the few that nobody met before are resolved one by one.
"""

import secrets
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.characters import UNSPACED, class_table, classes_of, code_points
from textkin_service.analysis.kernels.words import cut_words, pair_keys
from textkin_service.analysis.keywords import flags_of
from textkin_service.analysis.lexicon import Lexicon, lexicon, word_hashes
from textkin_service.analysis.room import ENDS, STARTS, Room, room_for
from textkin_service.analysis.tokens import Tokens, normalize_word
from textkin_service.analysis.unspaced import is_unspaced, pairs_units
from textkin_service.analysis.wordtable import Known
from textkin_service.prebuilt import prebuilt

# A flag of words, above those of `keywords`: of a script without spaces.
_UNSPACED = 1 << 15
# Keys differ from process to process, so that nobody can make words that share one.
_SEED = np.uint64(secrets.randbits(64))


class Words(NamedTuple):
    """The words of a text. `tokens`, `stems` (uint32) and `zipf` (float32) are to be kept.

    In the room of the thread are the `FLAGS` of each by `keywords`, `COMMAS` (whether a comma or the like stands before it),
    `RUNS` (how many runs of letters and digits begin before it, and one more for all); and the first of the `EVENTS`: as many
    places of characters that rules of sentences and lines look at, in order, as `events` says.
    """

    tokens: Tokens
    stems: NDArray[np.uint32]
    zipf: NDArray[np.float32]
    events: int


def find_words(text: str, codes: NDArray[np.uint32], language: str, room: Room) -> Words:
    """Returns the words of a text in a language (BCP 47), by its code points."""
    words = lexicon(language)
    count, events, simple = cut(codes, words.table.rows, room)
    keys, known = room.keys, Known.of(count, room.flags, room.missing)
    unknown = words.table.look_again(keys, known, -1)
    while unknown:
        _meet(text, words, room, unknown)
        unknown = words.table.look_again(keys, known, unknown)
    tokens = Tokens(
        text, room.numbers[STARTS, :count].copy(), room.numbers[ENDS, :count].copy(), known.hashes
    )
    if not simple and pairs_units(language):
        _pair(known, keys[:count], tokens, codes, words)
    return Words(tokens, known.stems, known.rarities.view(np.float32), events)


def cut(codes: NDArray[np.uint32], rows: NDArray[np.uint64], room: Room) -> tuple[int, int, bool]:
    """Cuts a text into words as they stand, by its code points; `rows`: of the table that they will be looked up in.

    Returns how many words there are, how many events, and whether no mark is in them and no character of an unspaced script.
    Fills in the room, parallel: `STARTS`, `ENDS`; `keys` in the table, never 0; `COMMAS` and `RUNS`; and the `EVENTS`.
    """
    return cut_words(
        codes,
        class_table(),
        _SEED,
        rows,
        room.numbers,
        room.marks,
        room.keys,
    )


def meet_common_words(language: str) -> None:
    """Resolves the most frequent words of a language, with a small letter and with a capital, before any text has."""
    words = lexicon(language)
    common, hashes, stems, zipf, flags = prebuilt(f"words-{language}", partial(_common, words))
    codes = code_points(common)
    room = room_for(len(codes))
    count, *_ = cut(codes, words.table.rows, room)
    words.table.add(room.keys[:count], hashes, stems, zipf, flags)


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


def _meet(text: str, words: Lexicon, room: Room, unknown: int) -> None:
    """Resolves the first words that are missing, and adds them to the table."""
    missing = room.missing[:unknown]
    places = (each[missing].tolist() for each in (room.keys, room.numbers[STARTS], room.numbers[ENDS]))
    written = {key: text[start:end] for key, start, end in zip(*places, strict=True)}
    normal = [normalize_word(word) for word in written.values()]
    flags = list(map(flags_of, written.values()))
    if not text.isascii():
        flags = [
            each | _UNSPACED if is_unspaced(word) else each for each, word in zip(flags, normal, strict=True)
        ]
    keys, hashes = np.array(list(written), np.uint64), word_hashes(normal, np.uint64)
    words.table.add(keys, hashes, *words.resolve(normal), np.array(flags, np.uint32))


def _pair(
    known: Known, keys: NDArray[np.uint64], tokens: Tokens, codes: NDArray[np.uint32], words: Lexicon
) -> None:
    """Takes the stems of two for each word of a script without spaces that another follows immediately."""
    unspaced = known.flags[: len(keys)] & _UNSPACED != 0
    # What stands for such a character, as a number in a circle, is none by itself.
    if not (unspaced.any() and (classes_of(codes) & UNSPACED).any()):
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
