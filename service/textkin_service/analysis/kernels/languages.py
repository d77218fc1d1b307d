"""Kernels that tell the language of a text: by its scripts, and by how likely its bytes are in each language."""

import math

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.characters import LETTER, SCRIPT_SHIFT, SCRIPTS
from textkin_service.kernels import kernel, part

_UNKNOWN = len(SCRIPTS) + 1
_FIRST_SINGLE = 1 + list(SCRIPTS).index("kana")
_LAST_SINGLE = 1 + list(SCRIPTS).index("my")

_SHIFT = np.uint64(32)
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_ONE = np.uint64(1)
_BYTES = np.uint64(256)
_LOG_2 = math.log(2)

# Of a table of function words: bits of a place in it, and the longest word.
PLACE_BITS = 11
_WORD_BYTES = 8
_PLACE_SHIFT = np.uint64(64 - PLACE_BITS)
_LANGUAGES = 7
_NOTHING, _BYTE_BITS, _LAST_BITS = np.uint64(0), np.uint64(8), np.uint64(8 * (_WORD_BYTES - 1))
# Letters of ASCII, and of Latin-1 behind a sign of multiplication among capitals and one of division among small ones.
_A, _Z, _TO_SMALL, _SPACE = (np.uint32(code) for code in (0x61, 0x7A, 0x20, 0x20))
_FIRST_LATIN, _END_SHORT, _END_LATIN, _DIVIDED = (np.uint32(code) for code in (0xC0, 0x100, 0x250, 0xF7))
_NO_LETTER = np.uint32(0xFF)
# Punctuation and signs.
_FIRST_SIGN, _END_SIGN = np.uint32(0x2000), np.uint32(0x2C00)


@kernel
def place_of(letters: np.uint64) -> np.int64:
    """Returns where a table of function words has a word, if nothing else stands there."""
    return np.int64((letters * _MIX) >> _PLACE_SHIFT)


@part
def _plain_language(
    codes: NDArray[np.uint32],
    pieces: int,
    length: int,
    table: NDArray[np.uint64],
    languages: NDArray[np.int64],
    english: int,
    least_words: int,
    least_share: float,
    least_share_of_english: float,
    most_of_next: float,
) -> int:
    """Returns what `plain_languages` finds of a text."""
    if len(codes) <= pieces * length:
        pieces, length = 1, len(codes)
    distance = len(codes) // pieces
    counts = np.zeros(_LANGUAGES, np.int64)
    words = 0
    mask = len(table) - 1
    for piece in range(pieces):
        letters = _NOTHING
        bits = _NOTHING
        for i in range(piece * distance, piece * distance + length + 1):
            code = codes[i] if i < piece * distance + length else _SPACE
            small = code | _TO_SMALL
            if _A <= small <= _Z or (_FIRST_LATIN <= code < _END_LATIN and small != _DIVIDED):
                # What does not fit is no function word.
                letters |= np.uint64(small if code < _END_SHORT else _NO_LETTER) << min(bits, _LAST_BITS)
                bits += _BYTE_BITS
            elif _END_LATIN <= code < _FIRST_SIGN or code >= _END_SIGN:
                return -1
            elif bits:
                words += 1
                if bits <= _LAST_BITS + _BYTE_BITS:
                    place = place_of(letters)
                    while table[place] != letters and table[place]:
                        place = (place + 1) & mask
                    for k in range(_LANGUAGES):
                        counts[k] += (languages[place] >> k) & 1
                letters = _NOTHING
                bits = _NOTHING
    best = 0
    for k in range(_LANGUAGES):
        if counts[k] > counts[best]:
            best = k
    following = 0
    for k in range(_LANGUAGES):
        if k != best:
            following = max(following, counts[k])
    share = least_share_of_english if best == english else least_share
    if words < least_words or counts[best] < share * words or following > most_of_next * counts[best]:
        return -1
    return best


@kernel
def plain_languages(
    codes: NDArray[np.uint32],
    offsets: NDArray[np.int64],
    pieces: int,
    length: int,
    table: NDArray[np.uint64],
    languages: NDArray[np.int64],
    english: int,
    least_words: int,
    least_share: float,
    least_share_of_english: float,
    most_of_next: float,
    found: NDArray[np.int64],
) -> None:
    """Finds the number of the language that a sample of each text is plainly in by its function words; -1 where in none.

    `offsets`: of each text in the code points, and the end. The sample: so many pieces of a text, at even distances, of so many
    code points. It has `least_words`, and no letters but Latin ones; the share of the language's function words in it is at
    least that, of those of the next `most_of_next` of these. `table` and `languages` as `function_words` has them.
    """
    for text in range(len(found)):
        found[text] = _plain_language(
            codes[offsets[text] : offsets[text + 1]],
            pieces,
            length,
            table,
            languages,
            english,
            least_words,
            least_share,
            least_share_of_english,
            most_of_next,
        )


@kernel
def count_scripts(classes: NDArray[np.uint32], counts: NDArray[np.int64], met: NDArray[np.int64]) -> int:
    """Counts what says something about the language: words, or characters in scripts without spaces.

    By the classes of a text's code points. Adds to `counts` how often each script comes, by its number, letters of any other
    under the last number; fills in the numbers `met`, in the order of their first; returns how many these are.
    """
    size = 0
    i = 0
    while i < len(classes):
        bits = classes[i]
        script = bits >> SCRIPT_SHIFT
        i += 1
        if script == 0:
            if not bits & LETTER:
                continue
            script = np.uint32(_UNKNOWN)
            while i < len(classes) and classes[i] & LETTER:
                i += 1
        elif not _FIRST_SINGLE <= script <= _LAST_SINGLE:
            while i < len(classes) and classes[i] >> SCRIPT_SHIFT == script:
                i += 1
        if counts[script] == 0:
            met[size] = script
            size += 1
        counts[script] += 1
    return size


@part
def _count_features(
    text: NDArray[np.uint8],
    moves: NDArray[np.uint32],
    states: NDArray[np.int32],
    slots: NDArray[np.int32],
    features: NDArray[np.int32],
    counts: NDArray[np.int32],
) -> int:
    """Finds the features of a text and how often each comes, in the order of their first; returns how many they are."""
    mask = np.uint64(len(slots) - 1)
    size = 0
    state = np.uint32(0)
    for byte in text:
        state = moves[np.uint64(states[state, 0]) * _BYTES + np.uint64(byte)]
        feature = states[state, 1]
        if feature < 0:
            continue
        slot = ((np.uint64(feature) * _MIX) >> _SHIFT) & mask
        while slots[slot] >= 0 and features[slots[slot]] != feature:
            slot = (slot + _ONE) & mask
        if slots[slot] < 0:
            slots[slot] = size
            features[size] = feature
            counts[size] = 0
            size += 1
        counts[slots[slot]] += 1
    return size


@kernel
def likelihoods(
    text: NDArray[np.uint8],
    moves: NDArray[np.uint32],
    states: NDArray[np.int32],
    weights: NDArray[np.float32],
    priors: NDArray[np.float32],
    slots: NDArray[np.int32],
    features: NDArray[np.int32],
    counts: NDArray[np.int32],
    scores: NDArray[np.float64],
) -> None:
    """Finds the likelihood of each class, together 1, by naive Bayes over the byte n-grams of a text.

    The n-grams are found by an automaton: `states` has the row of each state in `moves`, where the next state stands by the
    next byte, and the feature found in it, or -1. `weights` (features, classes) and `priors` are logarithms; they are
    tempered by the length of the text. `scores` are zero at first. Room to work in: `slots`, a power of two and more than
    twice as many as bytes, all -1; `features` and `counts`, as many as bytes.
    """
    size = _count_features(text, moves, states, slots, features, counts)
    for i in range(size):
        # Most come once.
        weight = _LOG_2 if counts[i] == 1 else np.log1p(np.float64(counts[i]))
        row = weights[features[i]]
        for k in range(len(priors)):
            scores[k] += weight * row[k]
    greatest = -np.inf
    for k in range(len(priors)):
        if size:
            scores[k] = (scores[k] + priors[k]) / np.sqrt(np.float64(len(text)))
        greatest = max(greatest, scores[k])
    total = 0.0
    for k in range(len(priors)):
        scores[k] = np.exp(scores[k] - greatest)
        total += scores[k]
    for k in range(len(priors)):
        scores[k] /= total
