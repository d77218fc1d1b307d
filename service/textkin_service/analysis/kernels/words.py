"""Kernels that cut a text into words, and find what is known of them in a table."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.characters import (
    BEFORE,
    BEHIND,
    COMMA,
    EVENT,
    INNER,
    LETTER,
    NUMBER,
    SEPARATOR,
    THAI_OR_LAO,
    UNSPACED,
    WHITE,
)
from textkin_service.analysis.kernels.bits import BLOCK, eight_at, fetch_early, lowest_bit, which
from textkin_service.analysis.room import (
    CLASSES,
    COMMAS,
    DIGITS,
    EDGES,
    ENDS,
    EVENTS,
    LOW,
    MET,
    PLACES,
    RARE_CLASSES,
    RUNS,
    STARTS,
    WORDS,
)
from textkin_service.kernels import kernel, part

# What runs consist of. An edge is where a run of these begins or ends.
_KINDS = LETTER | NUMBER

_SHIFT = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
# Odd multipliers with well-spread bits, those of SplitMix64 (Steele et al. 2014).
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_MIX_AGAIN = np.uint64(0x94D049BB133111EB)
_ZERO = np.uint64(0)
_ONE = np.uint64(1)

_EIGHT, _SIXTEEN = 8, 16
_TWO = np.uint64(2)
_FIRST, _SECOND = np.uint64(63), np.uint64(62)  # of the bits that go over to the next block
# What stands for a character that is not of ASCII, in each byte.
_OTHER = np.uint32(0x80)
_OTHERS = np.uint64(0x8080808080808080)
_ALL_BITS = np.uint64(0xFFFFFFFFFFFFFFFF)


@part
def _of_word(eight: np.uint64, length: int) -> np.uint64:
    """Returns eight characters, a byte each, without those behind the word, of which so many are left."""
    half = np.uint64(4 * (_EIGHT - min(max(length, 0), _EIGHT)))  # shifting by 64 is not defined
    return eight & ((_ALL_BITS >> half) >> half)


@part
def _short_key(first: np.uint64, second: np.uint64, seed: np.uint64) -> np.uint64:
    """Returns a hash of a short word, of its first eight characters and the others; never 0."""
    key = (seed ^ first) * _MIX
    key = ((key ^ (key >> _SHIFT)) + second) * _MIX_AGAIN
    return (key ^ (key >> _SHIFT)) or _ONE


@part
def _with_code(key: np.uint64, code: np.uint32) -> np.uint64:
    """Returns the hash of a long word, so far, with one code point more; never 0."""
    key = (key ^ np.uint64(code)) * _MIX
    return (key ^ (key >> _SHIFT)) or _ONE


@part
def _classify(
    codes: NDArray[np.uint32], table: NDArray[np.uint32], low: NDArray[np.uint8], classes: NDArray[np.uint8]
) -> None:
    """Fills in each character's code, 128 if it is not of ASCII, and the low byte of its classes; zeros behind the last."""
    length = len(codes)
    for i in range(length):
        low[i] = min(codes[i], _OTHER)
    for i in range(length):
        classes[i] = table[codes[i]]
    for i in range(length, length + BLOCK):
        low[i] = 0
        classes[i] = 0


@part
def _put_places(bits: np.uint64, first: int, places: NDArray[np.int32], count: int) -> int:
    """Fills in the places of bits, counted from the first; returns how many there are then."""
    while bits:
        places[count] = first + int(lowest_bit(bits))
        count += 1
        bits &= bits - _ONE
    return count


@part
def _find_edges(
    length: int,
    classes: NDArray[np.uint8],
    edges: NDArray[np.int32],
    digits: NDArray[np.int32],
    commas: NDArray[np.int32],
    events: NDArray[np.int32],
) -> tuple[int, int, int]:
    """Finds edges, digits, commas and events; returns how many edges and events, and the rare classes that there are.

    One more than there are of each is the end of the text. Three white spaces in a row are an event too: the last of them.
    """
    count = digit = comma = met = 0
    inner = unspaced = np.uint64(0)
    last_inside = last_white = last_two_white = np.uint64(0)
    for block in range(0, length, BLOCK):
        numbers, whites = which(classes, block, NUMBER), which(classes, block, WHITE)
        inner |= which(classes, block, INNER)
        unspaced |= which(classes, block, UNSPACED)
        inside = which(classes, block, _KINDS)
        count = _put_places(inside ^ ((inside << _ONE) | last_inside), block, edges, count)
        digit = _put_places(numbers, block, digits, digit)
        comma = _put_places(which(classes, block, COMMA), block, commas, comma)
        met_here = which(classes, block, EVENT)
        met_here |= whites & ((whites << _ONE) | last_white) & ((whites << _TWO) | last_two_white)
        met = _put_places(met_here, block, events, met)
        last_inside, last_white, last_two_white = inside >> _FIRST, whites >> _FIRST, whites >> _SECOND
    edges[count] = length  # of a run that goes on to the end of the last block
    digits[digit] = length
    commas[comma] = length
    return count, met, INNER * int(inner != _ZERO) + UNSPACED * int(unspaced != _ZERO)


@part
def _simple_words(
    classes: NDArray[np.uint8],
    edges: NDArray[np.int32],
    found: int,
    digits: NDArray[np.int32],
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    runs: NDArray[np.int32],
) -> int:
    """Makes words of runs, in a text without marks and unspaced scripts: letters, digits behind them, and numbers."""
    count = 0
    begun = 0
    digit = 0
    k = 0
    while k < found:
        start, end = int(edges[k]), int(edges[k + 1])
        k += 2
        runs[count] = begun
        begun += 1
        if digits[digit] >= end:
            starts[count] = start
            ends[count] = end
            count += 1
            continue
        i = start
        while i < end:
            starts[count] = i
            number = (classes[i] & NUMBER) != 0
            while i < end and classes[i] & LETTER:
                i += 1
            while i < end and classes[i] & NUMBER:
                i += 1
                if number and i == end and classes[i] & SEPARATOR and classes[i + 1] & NUMBER:
                    i += 1
                    end = int(edges[k + 1])
                    k += 2
                    begun += 1
            ends[count] = i
            count += 1
            runs[count] = begun
        while digits[digit] < end:
            digit += 1
    runs[count] = begun
    return count


@part
def _any_words(
    codes: NDArray[np.uint32],
    table: NDArray[np.uint32],
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    runs: NDArray[np.int32],
) -> int:
    """Cuts words of any scripts, character by character."""
    length = len(codes)
    count = 0
    begun = 0
    within = False  # a run of letters and digits
    i = 0
    while i < length:
        start = i
        bits = table[codes[i]]
        i += 1
        if bits & UNSPACED:
            if bits & BEFORE and i < length and table[codes[i]] & THAI_OR_LAO:
                i += 1
            while i < length and table[codes[i]] & (INNER | BEHIND):
                # A mark may follow anywhere, a vowel too: what follows a vowel is again marks and vowels.
                i += 1
        elif bits & NUMBER:
            while i < length:
                here = table[codes[i]]
                if here & NUMBER:
                    i += 1
                elif here & SEPARATOR and i + 1 < length and table[codes[i + 1]] & NUMBER:
                    i += 2
                else:
                    break
        elif bits & LETTER:
            while i < length:
                here = table[codes[i]]
                if not (here & INNER or (here & LETTER and not here & UNSPACED)):
                    break
                i += 1
            while i < length and table[codes[i]] & NUMBER:
                i += 1
        else:
            within = False
            continue
        starts[count] = start
        ends[count] = i
        runs[count] = begun
        for j in range(start, i):
            inside = (table[codes[j]] & np.uint32(_KINDS)) != 0
            begun += inside and not within
            within = inside
        count += 1
    runs[count] = begun
    return count


@part
def _describe_words(
    codes: NDArray[np.uint32],
    low: NDArray[np.uint8],
    places: NDArray[np.int32],
    seed: np.uint64,
    known: NDArray[np.uint64],
    count: int,
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    keys: NDArray[np.uint64],
    commas: NDArray[np.uint8],
) -> None:
    """Fills in the keys of words, and whether a comma stands before each, by their places; asks for their rows in a table."""
    mask = np.uint64(len(known) - 1)
    comma = 0
    for word in range(count):
        start, end = int(starts[word]), int(ends[word])
        # Mostly there is none or one, and which of both the processor cannot foresee.
        commas[word] = places[comma] < start
        comma += places[comma] < start
        while places[comma] < end:
            comma += 1
        first = _of_word(eight_at(low, start), end - start)
        second = _of_word(eight_at(low, start + _EIGHT), end - start - _EIGHT)
        if end - start <= _SIXTEEN and ((first | second) & _OTHERS) == _ZERO:
            key = _short_key(first, second, seed)
        else:
            key = ~seed
            for i in range(start, end):
                key = _with_code(key, codes[i])
        keys[word] = key
        # Most rows are far away in memory.
        fetch_early(known, key & mask)


@kernel
def cut_words(
    codes: NDArray[np.uint32],
    offsets: NDArray[np.int64],
    table: NDArray[np.uint32],
    seed: np.uint64,
    known: NDArray[np.uint64],
    numbers: NDArray[np.int32],
    marks: NDArray[np.uint8],
    keys: NDArray[np.uint64],
    counts: NDArray[np.int64],
) -> tuple[int, int]:
    """Cuts texts into words as they stand; returns how many these are, and the rare classes of all their characters.

    `offsets`: of each text in the code points, and the end. `table`: the classes of characters; `known`: where the words will
    be looked up. Fills in rows of a `Room`, parallel: where each word starts and ends in its text; its key (a hash of its code
    points that depends on the seed, never 0); whether a comma or the like stands between it and the word before; how many runs
    of letters and digits begin before it, and one more for each text. And the events: where characters are that rules of
    sentences and lines look at. And the `counts` of them.
    """
    low, classes = marks[LOW], marks[CLASSES]
    edges, digits, places = numbers[EDGES], numbers[DIGITS], numbers[PLACES]
    first = 0
    met = 0
    every = 0
    for text in range(len(counts)):
        own = codes[offsets[text] : offsets[text + 1]]
        starts, ends = numbers[STARTS, first:], numbers[ENDS, first:]
        runs = numbers[RUNS, first + text :]
        _classify(own, table, low, classes)
        found, events, rare = _find_edges(len(own), classes, edges, digits, places, numbers[EVENTS, met:])
        count = (
            _simple_words(classes, edges, found, digits, starts, ends, runs)
            if rare == 0
            else _any_words(own, table, starts, ends, runs)
        )
        _describe_words(
            own, low, places, seed, known, count, starts, ends, keys[first:], marks[COMMAS, first:]
        )
        counts[text, WORDS] = count
        counts[text, MET] = events
        counts[text, RARE_CLASSES] = rare
        every |= rare
        first += count
        met += events
    return first, every


@kernel
def pair_keys(
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    keys: NDArray[np.uint64],
    unspaced: NDArray[np.bool_],
    pairs: NDArray[np.uint64],
) -> None:
    """Fills in, for each word of a script without spaces that another follows immediately, the key of both; for others 0."""
    for i in range(len(keys)):
        pairs[i] = _ZERO
        if i + 1 < len(keys) and unspaced[i] and unspaced[i + 1] and ends[i] == starts[i + 1]:
            key = (keys[i] ^ (keys[i] >> _SHIFT)) * _MIX + keys[i + 1]
            key = (key ^ (key >> _SHIFT)) * _MIX_AGAIN
            pairs[i] = key or _ONE


@kernel
def look_up(
    keys: NDArray[np.uint64],
    count: int,
    asked: int,
    table: NDArray[np.uint64],
    hashes: NDArray[np.uint64],
    stems: NDArray[np.uint32],
    rarities: NDArray[np.uint32],
    flags: NDArray[np.uint32],
    missing: NDArray[np.int32],
) -> int:
    """Fills in what a table knows of words, parallel to their keys; returns of how many it knows nothing.

    Their places come first in `missing`, and zeros are filled in for them. Of the words all are looked up that `asked` says: -1
    for the first `count`, else those whose places come first in `missing`. `table`: of shape (a power of two, 4); a row holds a
    check, a word's hash, its stem and the bits of its Zipf frequency, and its flags. The check is the key with the other
    three XORed into it, so that a row that another thread has half written is one of no key (Hyatt and Mann 2002); a row of
    zeros is free. Key 0 is no word and known to be nothing.
    """
    unknown = np.uint64(0)
    mask = np.uint64(len(table) - 1)
    for k in range(count if asked < 0 else asked):
        i = np.uint64(k) if asked < 0 else np.uint64(missing[k])
        key = keys[i]
        place = key & mask
        while True:
            check, of_word, of_stem, bits = table[place, 0], table[place, 1], table[place, 2], table[place, 3]
            free = (check | of_word | of_stem | bits) == _ZERO
            if check ^ of_word ^ of_stem ^ bits == key or free:
                break
            place = (place + _ONE) & mask
        # A free row is all zeros, which is what a word that is missing has.
        hashes[i] = of_word
        stems[i] = np.uint32(of_stem >> _SHIFT)
        rarities[i] = np.uint32(of_stem & _LOW)
        flags[i] = np.uint32(bits)
        missing[unknown] = i
        unknown += np.uint64(free and key != _ZERO)
    return int(unknown)


@part
def _put(
    check: np.uint64, of_word: np.uint64, of_stem: np.uint64, bits: np.uint64, table: NDArray[np.uint64]
) -> bool:
    """Puts a row into a table that has room for it; returns whether it did not hold it before."""
    key = check ^ of_word ^ of_stem ^ bits
    if key == _ZERO:
        return False
    mask = np.uint64(len(table) - 1)
    place = key & mask
    while True:
        found = table[place, 0] ^ table[place, 1] ^ table[place, 2] ^ table[place, 3]
        if found == key:
            return False
        if found == _ZERO:
            table[place, 0] = check
            table[place, 1] = of_word
            table[place, 2] = of_stem
            table[place, 3] = bits
            return True
        place = (place + _ONE) & mask


@kernel
def insert(rows: NDArray[np.uint64], table: NDArray[np.uint64]) -> int:
    """Puts rows, of shape (any, 4), into a table that has room for them; returns how many of them it did not hold before."""
    count = 0
    for i in range(len(rows)):
        count += _put(rows[i, 0], rows[i, 1], rows[i, 2], rows[i, 3], table)
    return count


@kernel
def add(
    keys: NDArray[np.uint64],
    hashes: NDArray[np.uint64],
    stems: NDArray[np.uint32],
    rarities: NDArray[np.uint32],
    flags: NDArray[np.uint32],
    table: NDArray[np.uint64],
) -> int:
    """Puts words into a table that has room for them, all parallel; returns how many of them it did not hold before."""
    count = 0
    for i in range(len(keys)):
        of_stem = (np.uint64(stems[i]) << _SHIFT) | np.uint64(rarities[i])
        bits = np.uint64(flags[i])
        count += _put(keys[i] ^ hashes[i] ^ of_stem ^ bits, hashes[i], of_stem, bits, table)
    return count
