"""The kernel of seeds; `alignment.seeds` says what they are."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.kernels import kernel

Numbers = NDArray[np.int64]
Weights = NDArray[np.float64]

# Of what the squares of stems that meet no rows might come to, so much is used: the more of them, the less is known of a row
# that was met. Of 0.1 to 1, a quarter is fastest for texts of 10,000 words, and nearly so for longer ones.
_LEFT_OUT = 0.25
# Bounds are this much lower than exact ones, so that rounding loses no seed.
_ROUNDING = 1.0 - 1e-9
# Stems are taken together by their isf, so many levels to a nat, up to the last level.
_LEVELS_A_NAT = 4
LEVELS = 64

# Rows of the lists (int64). _ROWS, _PLACES: of each stem's list, the row of `b` and the place among its stems. _HERE: for each
# stem, the last row of `a` that has it. _MET: the rows of `b` that were met.
_ROWS, _PLACES, _HERE, _MET = range(4)
LIST_ROWS = 4
# Rows of the sums (float64): the dot product so far and the Euclidean length of each row of `b`.
_DOTS, _LENGTHS = range(2)
SUM_ROWS = 2


@kernel
def alike(
    bounds_a: Numbers,
    stems_a: Numbers,
    weights_a: Weights,
    bounds_b: Numbers,
    stems_b: Numbers,
    weights_b: Weights,
    isf: Weights,
    begins: Numbers,
    lists: Numbers,
    sums: Weights,
    room: Weights,
    squares: Weights,
    least_cosine: float,
    least_dice: float,
    pairs: Numbers,
    figures: Weights,
    most: int,
) -> int:
    """Writes the pairs of rows (int64, shape (2, room)), and the cosine and the shared evidence of each (float64, likewise).

    Writes as many as there is room for, and returns how many there are. Ends with the row of `a` after which there are more
    than `most`. Each row of `a` meets the rows of `b` stem by stem, so that those without a common stem cost nothing. Its
    most frequent stems meet none, as many as leave a row that shares nothing else below the threshold, whatever it has of
    them (Cauchy and Schwarz): they are most of the work, and say least.

    `begins` (zeros) has room for two more than there are stems, `lists` (int64, `LIST_ROWS`) for stems and rows of `b`, `sums`
    (float64, `SUM_ROWS`) for rows of `b`; `room` has a zero for each stem and `squares` one for each level, before and after.
    """
    rows_a, rows_b = len(bounds_a) - 1, len(bounds_b) - 1
    # The lists of the rows of `b`, stem by stem: `begins` says where each begins, and the next one.
    for stem in stems_b:
        begins[stem + 2] += 1
    for stem in range(len(isf)):
        begins[stem + 2] += begins[stem + 1]
    for b in range(rows_b):
        sums[_DOTS, b] = square = 0.0
        for i in range(bounds_b[b], bounds_b[b + 1]):
            slot = begins[stems_b[i] + 1]
            lists[_ROWS, slot], lists[_PLACES, slot] = b, i
            begins[stems_b[i] + 1] = slot + 1
            square += weights_b[i] * weights_b[i]
        sums[_LENGTHS, b] = np.sqrt(square)
    for stem in range(len(isf)):
        lists[_HERE, stem] = -1
    count = 0
    for a in range(rows_a):
        if count > most:
            break
        square = 0.0
        for i in range(bounds_a[a], bounds_a[a + 1]):
            stem, of_stem = stems_a[i], weights_a[i] * weights_a[i]
            lists[_HERE, stem] = a
            squares[min(int(_LEVELS_A_NAT * isf[stem]), LEVELS - 1)] += of_stem
            square += of_stem
        length = np.sqrt(square)
        # What the squares of the stems that meet no rows may come to.
        spare = allowed = least_cosine * least_cosine * length * length * _LEFT_OUT
        level = 0
        while level < LEVELS and squares[level] <= spare:
            spare -= squares[level]
            level += 1
        meetings = 0
        for i in range(bounds_a[a], bounds_a[a + 1]):
            stem, weight = stems_a[i], weights_a[i]
            its_level = min(int(_LEVELS_A_NAT * isf[stem]), LEVELS - 1)
            squares[its_level] = 0.0
            if its_level < level:
                continue
            if its_level == level and weight * weight <= spare:
                spare -= weight * weight
                continue
            for slot in range(begins[stem], begins[stem + 1]):
                b = lists[_ROWS, slot]
                if sums[_DOTS, b] == 0.0:
                    lists[_MET, meetings] = b
                    meetings += 1
                sums[_DOTS, b] += weight * weights_b[lists[_PLACES, slot]]
        left_out = np.sqrt(max(allowed - spare, 0.0))
        for i in range(meetings):
            b = lists[_MET, i]
            lengths = length * sums[_LENGTHS, b]
            bound, sums[_DOTS, b] = sums[_DOTS, b] + left_out * sums[_LENGTHS, b], 0.0
            if bound < least_cosine * lengths * _ROUNDING:
                continue
            shared, shared_isf, dot = 0, 0.0, 0.0
            for k in range(bounds_b[b], bounds_b[b + 1]):
                if lists[_HERE, stems_b[k]] == a:
                    shared += 1
                    shared_isf += isf[stems_b[k]]
                    room[stems_b[k]] = weights_b[k]
            for k in range(bounds_a[a], bounds_a[a + 1]):
                if room[stems_a[k]] > 0.0:
                    dot += weights_a[k] * room[stems_a[k]]
                    room[stems_a[k]] = 0.0
            cosine = dot / lengths
            distinct = bounds_a[a + 1] - bounds_a[a] + bounds_b[b + 1] - bounds_b[b]
            if cosine >= least_cosine and 2 * shared / distinct >= least_dice:
                if count < pairs.shape[1]:
                    pairs[0, count], pairs[1, count] = a, b
                    figures[0, count], figures[1, count] = cosine, shared_isf
                count += 1
    return count
