"""The kernels of screening: what a query and each of some candidates have in common, before anything is aligned.

The candidates come as outlines (see `outline`), one behind the other, so that one call without the interpreter lock does
for all. Kernels work in rows of a few arrays that they are given, because what takes or returns many arrays compiles for
seconds.
"""

import numpy as np
from numpy.typing import NDArray

from textkin_service.kernels import kernel
from textkin_service.screening.kernels.outlines import HEADER

Outlines = NDArray[np.uint32]
Numbers = NDArray[np.int64]
Figures = NDArray[np.float64]
Limbs = NDArray[np.uint64]

# Columns of the result.
FORWARDS, BACKWARDS, WORDS, CONTAINMENT_A, CONTAINMENT_B, IN_RUNS, IN_TRIGRAMS, EVIDENCE = range(8)
COLUMNS = 8
# Words in a row that start a run, as many as those of the alignment; and those that start a shared quotation.
RUN_WORDS = 5
QUOTED_WORDS = 3
# More seeds than these are evidence enough.
MOST_SEEDS = 64

# Rows of what is laid out of an outline (int64). NUMBERS: the stem of each token. STARTS, ENDS: the tokens of each sentence
# of the evidence. BEGINS: where the distinct stems of each sentence begin in DISTINCT, and their COUNTS there. ROWS_OF: in
# how many sentences each stem stands. ROOM: for whatever is needed.
NUMBERS, STARTS, ENDS, BEGINS, DISTINCT, COUNTS, ROWS_OF, ROOM = range(8)
# And of a query, besides. OWNERS: the stem in each slot of the first table. FIRSTS: for each stem, where the sentences that
# have it begin in MEETING_ROWS, and its places there in MEETING_PLACES.
OWNERS, FIRSTS, MEETING_ROWS, MEETING_PLACES = range(8, 12)
QUERY_ROWS = 12
# And of a candidate. KNOWN: the query's number of each stem; -1: it has none. THERE: in how many sentences of the candidate
# each of the query's stems is. SHARED: of each sentence of the query, how many distinct stems it shares.
KNOWN, THERE, SHARED = range(8, 11)
CANDIDATE_ROWS = 11
# Rows of figures (float64). LOGS: the logarithms of the numbers from 0 on, of 0 that of 1. ISF: of the query's stems.
# SQUARES, DOTS: of its sentences.
LOGS, ISF, SQUARES, DOTS = range(4)
FIGURE_ROWS = 4
# Columns of what is kept of seeds.
SEED_COLUMNS = 6

# Zipf frequency from which a stem says nothing about containment, as in `measures`.
_COMMON_ZIPF = 6.0
_ONE = np.uint64(1)
_FULL = np.uint64(0xFFFFFFFFFFFFFFFF)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0x9FB21C651E98DF25)
_HALF_BITS = np.uint64(32)


@kernel
def _find(slots: Limbs, key: np.uint64) -> np.int64:
    """Returns the slot of a key, which is not 0, in a table of a power of two slots; or the free one that it belongs in."""
    mask = len(slots) - 1
    slot = np.int64((key * _SPREAD) >> _HALF_BITS) & mask
    while slots[slot] != 0 and slots[slot] != key:
        slot = (slot + 1) & mask
    return slot


@kernel
def _gram(numbers: Numbers, end: int, width: int) -> np.uint64:
    """Returns a hash, never 0, of the `width` numbers before `end`."""
    value = _ONE
    for i in range(end - width, end):
        value = (value + np.uint64(numbers[i])) * _MIX
        value ^= value >> _HALF_BITS
    return value | _ONE


@kernel
def _lay_out(data: Outlines, at: np.int64, recurring: Outlines, most_residue: float, laid: Numbers) -> int:
    """Writes what the outline at a place holds into the first rows of `laid`; returns how many sentences its evidence has.

    `recurring` (sorted): the hashes of the pieces that are left out, as `Analysis.without` does.
    """
    numbers, starts, ends, begins = laid[NUMBERS], laid[STARTS], laid[ENDS], laid[BEGINS]
    distinct, counts, rows_of, room = laid[DISTINCT], laid[COUNTS], laid[ROWS_OF], laid[ROOM]
    tokens, stems = np.int64(data[at]), np.int64(data[at + 1])
    sentences, pieces = np.int64(data[at + 2]), np.int64(data[at + 3])
    at += HEADER + 2 * stems
    for i in range(tokens):
        numbers[i] = (data[at + (i >> 1)] >> np.uint32(16 * (i & 1))) & np.uint32(0xFFFF)
        room[i] = 0
    at += (tokens + 1) >> 1
    taken = False
    for piece in range(at + 2 * sentences, at + 2 * sentences + 3 * pieces, 3):
        below, above = 0, len(recurring)
        while below < above:
            middle = (below + above) >> 1
            if recurring[middle] < data[piece]:
                below = middle + 1
            else:
                above = middle
        if below < len(recurring) and recurring[below] == data[piece]:
            taken = True
            for token in range(np.int64(data[piece + 1]), np.int64(data[piece + 2])):
                room[token] = 1
    if taken:
        words = removed = 0
        for i in range(at, at + 2 * sentences, 2):
            for token in range(np.int64(data[i]), np.int64(data[i + 1])):
                words += 1
                removed += room[token]
        if removed > most_residue * words:
            for i in range(tokens):
                room[i] = 0
    rows = 0
    for i in range(at, at + 2 * sentences, 2):
        begun = False
        for token in range(np.int64(data[i]), np.int64(data[i + 1])):
            if room[token]:
                begun = False
                continue
            if not begun:
                starts[rows] = token
                rows += 1
                begun = True
            ends[rows - 1] = token + 1
    for stem in range(stems):
        room[stem] = -1
        rows_of[stem] = 0
    end = 0
    for row in range(rows):
        begins[row] = end
        for token in range(starts[row], ends[row]):
            stem = numbers[token]
            if room[stem] < begins[row]:
                room[stem] = end
                distinct[end] = stem
                counts[end] = 0
                rows_of[stem] += 1
                end += 1
            counts[room[stem]] += 1
    begins[rows] = end
    return rows


@kernel
def index_query(
    data: Outlines, recurring: Outlines, most_residue: float, query: Numbers, tables: Limbs, bits: Limbs
) -> int:
    """Writes the tables of a query, by which candidates are screened, and returns how many sentences its evidence has.

    How many words these have is written behind the starts of the last.

    `query` (int64, of `QUERY_ROWS` rows). `tables` (uint64, of 3 rows, zeros at first): of its stems, of its stretches of 5
    words and of 3. `bits` (uint64, a row a stem, zeros at first): where each stands in the evidence, a bit a word, 64 words
    a limb.
    """
    rows = _lay_out(data, np.int64(0), recurring, most_residue, query)
    tokens, stems = np.int64(data[0]), np.int64(data[1])
    numbers, room = query[NUMBERS], query[ROOM]
    query[FIRSTS, 0] = 0
    for stem in range(stems):
        key = np.uint64(data[HEADER + stem]) + _ONE
        slot = _find(tables[0], key)
        tables[0, slot] = key
        query[OWNERS, slot] = stem
        room[stem] = query[FIRSTS, stem]
        query[FIRSTS, stem + 1] = query[FIRSTS, stem] + query[ROWS_OF, stem]
    word = 0
    for row in range(rows):
        for i in range(query[BEGINS, row], query[BEGINS, row + 1]):
            stem = query[DISTINCT, i]
            query[MEETING_ROWS, room[stem]] = row
            query[MEETING_PLACES, room[stem]] = i
            room[stem] += 1
        for token in range(query[STARTS, row], query[ENDS, row]):
            bits[numbers[token], word >> 6] |= _ONE << np.uint64(word & 63)
            word += 1
    query[STARTS, rows] = word
    for table in range(1, 3):
        width = RUN_WORDS if table == 1 else QUOTED_WORDS
        for end in range(width, tokens + 1):
            key = _gram(numbers, end, width)
            tables[table, _find(tables[table], key)] = key
    return rows


@kernel
def _covered(numbers: Numbers, count: np.int64, width: int, table: Limbs) -> int:
    """Returns how many of the first `count` numbers lie in a stretch of so many that the table has; no negative one does."""
    covered = known = reached = 0
    for i in range(count):
        known = known + 1 if numbers[i] >= 0 else 0
        if known >= width:
            key = _gram(numbers, i + 1, width)
            if table[_find(table, key)] == key:
                covered += min(width, i + 1 - reached)
                reached = i + 1
    return covered


@kernel
def _subsequences(stems: Numbers, count: np.int64, bits: Limbs, growth: Limbs) -> None:
    """Works out the longest common subsequences of the first `count` stems and the query's, forwards and backwards.

    `growth` (shape (2, limbs)) has a zero bit for each of their words then. Bit-parallel (Hyyro 2004), as in
    `alignment.order`; both at a time, and without a branch, since what comes next is as hard to foresee as the text.
    """
    for limb in range(growth.shape[1]):
        growth[0, limb] = growth[1, limb] = _FULL
    for i in range(count):
        stem, last = stems[i], stems[count - 1 - i]
        carry = back_carry = _ONE ^ _ONE
        for limb in range(growth.shape[1]):
            old, back = growth[0, limb], growth[1, limb]
            here, there = bits[stem, limb], bits[last, limb]
            some, back_some = old & here, back & there
            total, back_total = old + some, back + back_some
            growth[0, limb] = (total + carry) | (old ^ some)
            growth[1, limb] = (back_total + back_carry) | (back ^ back_some)
            carry = np.uint64(total < old) | np.uint64(total + carry < carry)
            back_carry = np.uint64(back_total < back) | np.uint64(back_total + back_carry < back_carry)


@kernel
def _zeros(limbs: Limbs) -> int:
    """Returns how many bits are zero."""
    count = 0
    for limb in limbs:
        rest = ~limb
        while rest:
            rest &= rest - _ONE
            count += 1
    return count


@kernel
def _evidence(
    seeds: Numbers, count: np.int64, reach: int, query: Numbers, laid: Numbers, isf: Figures
) -> float:
    """Returns the most evidence, in nats, of a group of seeds: no fragment that `alignment.extension` makes of them has more.

    Seeds are pairs of sentences, in the first two columns, by the second; the other columns are room. They are split where more
    than `reach` lies between one and the next in either text, by turns. Evidence is the sum of the `isf` of the distinct
    stems that the sentences from a group's first to its last share.
    """
    for i in range(count):
        seeds[i, 2] = 0  # its group
        j = i
        while j > 0 and seeds[seeds[j - 1, 3], 0] > seeds[i, 0]:
            seeds[j, 3] = seeds[j - 1, 3]
            j -= 1
        seeds[j, 3] = i  # the seeds in the order of the first text
    groups, before = 1, 0
    while groups > before:
        before = groups
        for text in range(2):
            groups = 0
            for i in range(count):
                seeds[
                    i, 4
                ] = -1  # of the group that was: the row of its last seed; in the next column, what it is now
            for i in range(count):
                seed = i if text else seeds[i, 3]
                group, row = seeds[seed, 2], seeds[seed, text]
                if seeds[group, 4] < 0 or row - seeds[group, 4] > reach:
                    seeds[group, 5] = groups
                    groups += 1
                seeds[group, 4] = row
                seeds[seed, 2] = seeds[group, 5]
    known, room = laid[KNOWN], query[ROOM]
    greatest = 0.0
    for group in range(groups):
        first_a = first_b = 1 << 40
        last_a = last_b = -1
        for i in range(count):
            if seeds[i, 2] == group:
                first_a, last_a = min(first_a, seeds[i, 0]), max(last_a, seeds[i, 0])
                first_b, last_b = min(first_b, seeds[i, 1]), max(last_b, seeds[i, 1])
        for i in range(laid[BEGINS, first_b], laid[BEGINS, last_b + 1]):
            stem = known[laid[DISTINCT, i]]
            if stem >= 0:
                room[stem] = -1 - group
        evidence = 0.0
        for i in range(query[BEGINS, first_a], query[BEGINS, last_a + 1]):
            stem = query[DISTINCT, i]
            if room[stem] == -1 - group:
                evidence += isf[stem]
                room[stem] = 0
        for i in range(laid[BEGINS, first_b], laid[BEGINS, last_b + 1]):
            stem = known[laid[DISTINCT, i]]
            if stem >= 0:
                room[stem] = 0
        greatest = max(greatest, evidence)
    return greatest


@kernel
def screen(
    query_data: Outlines,
    query_zipf: NDArray[np.float32],
    query_rows: int,
    query: Numbers,
    tables: Limbs,
    bits: Limbs,
    data: Outlines,
    zipf: NDArray[np.float32],
    places: Numbers,
    recurring: Outlines,
    most_residue: float,
    least_cosine: float,
    least_dice: float,
    reach: int,
    laid: Numbers,
    figures: Figures,
    seeds: Numbers,
    growth: Limbs,
    result: Figures,
) -> None:
    """Writes what the query and each candidate share into `result`, a row of `COLUMNS` figures each.

    From `query_rows` to `bits`: what `index_query` returned and wrote. `data`: the outlines of the candidates, each from
    its place; `zipf` and `query_zipf` are the memory of the outlines as float32. `laid` (of `CANDIDATE_ROWS` rows),
    `figures` (of `FIGURE_ROWS`, the logarithms filled in), `seeds` and `growth` are room.

    The columns: the lengths of the longest common subsequences, of both texts and of one read backwards; the words of the
    candidate's evidence; containment of the query in it, and the other way round; how many of its words lie in stretches of
    5, and of 3, that the query has, too; the greatest evidence of seeds that are neighbours, infinity for very many seeds.
    """
    stems_a = np.int64(query_data[1])
    in_a, begins_a, distinct_a, counts_a = query[ROWS_OF], query[BEGINS], query[DISTINCT], query[COUNTS]
    firsts, meeting_rows, meeting_places = query[FIRSTS], query[MEETING_ROWS], query[MEETING_PLACES]
    numbers, begins, distinct, counts = laid[NUMBERS], laid[BEGINS], laid[DISTINCT], laid[COUNTS]
    in_b, known, there, shared, room = laid[ROWS_OF], laid[KNOWN], laid[THERE], laid[SHARED], laid[ROOM]
    logs, isf, squares, dots = figures[LOGS], figures[ISF], figures[SQUARES], figures[DOTS]
    for stem in range(stems_a):
        there[stem] = 0
    for row in range(query_rows):
        shared[row] = 0
        dots[row] = 0.0
    for candidate in range(len(places)):
        at = places[candidate]
        tokens, stems = np.int64(data[at]), np.int64(data[at + 1])
        rows = _lay_out(data, at, recurring, most_residue, laid)
        at += HEADER
        total_b = common_b = 0.0
        for stem in range(stems):
            key = np.uint64(data[at + stem]) + _ONE
            slot = _find(tables[0], key)
            own = query[OWNERS, slot] if tables[0, slot] == key else -1
            known[stem] = own
            if in_b[stem]:
                rarity = max(_COMMON_ZIPF - np.float64(zipf[at + stems + stem]), 0.0)
                total_b += rarity
                if own >= 0 and in_a[own]:
                    there[own] = in_b[stem]
                    common_b += rarity
        sentences = np.log(query_rows + rows + 1)
        total_a = common_a = 0.0
        for stem in range(stems_a):
            if in_a[stem]:
                rarity = max(_COMMON_ZIPF - np.float64(query_zipf[HEADER + stems_a + stem]), 0.0)
                total_a += rarity
                if there[stem]:
                    common_a += rarity
                isf[stem] = sentences - logs[in_a[stem] + there[stem]]
            there[stem] = 0
        for row in range(query_rows):
            squares[row] = 0.0
            for i in range(begins_a[row], begins_a[row + 1]):
                squares[row] += counts_a[i] * isf[distinct_a[i]] * isf[distinct_a[i]]
        found = np.int64(0)  # of one type from the start: else `_evidence` is compiled for two
        for row in range(rows):
            square = 0.0
            for i in range(begins[row], begins[row + 1]):
                stem = known[distinct[i]]
                if stem < 0 or in_a[stem] == 0:
                    weight = sentences - logs[in_b[distinct[i]]]
                    square += counts[i] * weight * weight
                    continue
                weight = isf[stem] * isf[stem]
                square += counts[i] * weight
                for j in range(firsts[stem], firsts[stem + 1]):
                    times = counts[i] * counts_a[meeting_places[j]]
                    shared[meeting_rows[j]] += 1
                    dots[meeting_rows[j]] += weight if times == 1 else weight * np.sqrt(times)
            own = begins[row + 1] - begins[row]
            for other in range(query_rows):
                if (
                    2 * shared[other] >= least_dice * (begins_a[other + 1] - begins_a[other] + own)
                    and dots[other] * dots[other] >= least_cosine * least_cosine * squares[other] * square
                ):
                    if found < MOST_SEEDS:
                        seeds[found, 0], seeds[found, 1] = other, row
                    found += 1
                shared[other] = 0
                dots[other] = 0.0
        evidence = np.inf if found > MOST_SEEDS else 0.0
        if 0 < found <= MOST_SEEDS:
            evidence = _evidence(seeds, found, reach, query, laid, isf)
        for i in range(tokens):
            numbers[i] = known[numbers[i]]
        words = common = np.int64(0)
        for row in range(rows):
            words += laid[ENDS, row] - laid[STARTS, row]
            for token in range(laid[STARTS, row], laid[ENDS, row]):
                room[common] = numbers[token]
                common += numbers[token] >= 0
        _subsequences(room, common, bits, growth)
        result[candidate, FORWARDS] = _zeros(growth[0])
        result[candidate, BACKWARDS] = _zeros(growth[1])
        result[candidate, WORDS] = words
        result[candidate, CONTAINMENT_A] = common_a / total_a if total_a else 0.0
        result[candidate, CONTAINMENT_B] = common_b / total_b if total_b else 0.0
        for table in range(1, 3):
            width = RUN_WORDS if table == 1 else QUOTED_WORDS
            result[candidate, IN_RUNS + table - 1] = _covered(numbers, tokens, width, tables[table])
        result[candidate, EVIDENCE] = evidence
