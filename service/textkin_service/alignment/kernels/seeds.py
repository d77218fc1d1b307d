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
# Lists of less than two to the power of this are short: they meet every row that they have.
_SHORT = 2


@kernel
def _lengths(bounds: Numbers, weights: Weights) -> Weights:
    """Returns the Euclidean length of each row."""
    lengths = np.zeros(len(bounds) - 1, np.float64)
    for row in range(len(lengths)):
        for i in range(bounds[row], bounds[row + 1]):
            lengths[row] += weights[i] * weights[i]
        lengths[row] = np.sqrt(lengths[row])
    return lengths


@kernel
def _postings(bounds: Numbers, stems: Numbers, size: int) -> tuple[Numbers, Numbers, Numbers]:
    """Returns the rows by stem: where the list of each begins, and the end (int64); the rows; and their places in `stems`."""
    begins = np.zeros(size + 1, np.int64)
    for stem in stems:
        begins[stem + 1] += 1
    for stem in range(size):
        begins[stem + 1] += begins[stem]
    rows, places = np.empty(len(stems), np.int64), np.empty(len(stems), np.int64)
    ends = begins.copy()
    for row in range(len(bounds) - 1):
        for i in range(bounds[row], bounds[row + 1]):
            slot = ends[stems[i]]
            rows[slot], places[slot] = row, i
            ends[stems[i]] += 1
    return begins, rows, places


@kernel
def _levels(begins: Numbers, size: int) -> Numbers:
    """Returns of each stem how many bits the length of its list has."""
    levels = np.zeros(size, np.int64)
    for stem in range(size):
        length = begins[stem + 1] - begins[stem]
        while length > 0:
            length >>= 1
            levels[stem] += 1
    return levels


@kernel
def alike(
    bounds_a: Numbers,
    stems_a: Numbers,
    weights_a: Weights,
    bounds_b: Numbers,
    stems_b: Numbers,
    weights_b: Weights,
    isf: Weights,
    room: Weights,
    least_cosine: float,
    least_dice: float,
    pairs: Numbers,
    figures: Weights,
    most: int,
) -> int:
    """Writes the pairs of rows (int64, shape (2, room)), and the cosine and the shared evidence of each (float64, likewise).

    Writes as many as there is room for, and returns how many there are. Each row of `a` meets the rows of `b` stem by stem,
    so that those without a common stem cost nothing. Its stems with the longest lists meet none, as many as leave a row that
    shares nothing else below the threshold, whatever it has of them (Cauchy and Schwarz): those of a hundred words are most
    of the work, and say least. Ends with the row of `a` after which there are too many. `room` has a zero for each stem, and
    is left so.
    """
    lengths_a, lengths_b = _lengths(bounds_a, weights_a), _lengths(bounds_b, weights_b)
    begins, rows, places = _postings(bounds_b, stems_b, len(isf))
    levels = _levels(begins, len(isf))
    squares = np.zeros(64, np.float64)  # of the row of `a`, by level
    count = 0
    met = np.empty(len(lengths_b), np.int64)
    dots = np.zeros(len(lengths_b), np.float64)
    here = np.full(len(isf), -1, np.int64)  # the last row of `a` that has a stem
    for a in range(len(lengths_a)):
        if count > most:
            break
        for i in range(bounds_a[a], bounds_a[a + 1]):
            here[stems_a[i]] = a
            squares[levels[stems_a[i]]] += weights_a[i] * weights_a[i]
        # What the squares of the stems that meet no rows may come to.
        spare = allowed = least_cosine * least_cosine * lengths_a[a] * lengths_a[a] * _LEFT_OUT
        level = 63
        while level > _SHORT and squares[level] <= spare:
            spare -= squares[level]
            level -= 1
        meetings = 0
        for i in range(bounds_a[a], bounds_a[a + 1]):
            stem, weight = stems_a[i], weights_a[i]
            squares[levels[stem]] = 0.0
            if levels[stem] > level:
                continue
            if levels[stem] == level and level > _SHORT and weight * weight <= spare:
                spare -= weight * weight
                continue
            for slot in range(begins[stem], begins[stem + 1]):
                b = rows[slot]
                if dots[b] == 0.0:
                    met[meetings] = b
                    meetings += 1
                dots[b] += weight * weights_b[places[slot]]
        left_out = np.sqrt(max(allowed - spare, 0.0))
        for i in range(meetings):
            b = met[i]
            bound, dots[b] = dots[b] + left_out * lengths_b[b], 0.0
            if bound < least_cosine * lengths_a[a] * lengths_b[b] * _ROUNDING:
                continue
            shared, shared_isf, dot = 0, 0.0, 0.0
            for k in range(bounds_b[b], bounds_b[b + 1]):
                if here[stems_b[k]] == a:
                    shared += 1
                    shared_isf += isf[stems_b[k]]
                    room[stems_b[k]] = weights_b[k]
            for k in range(bounds_a[a], bounds_a[a + 1]):
                if room[stems_a[k]] > 0.0:
                    dot += weights_a[k] * room[stems_a[k]]
                    room[stems_a[k]] = 0.0
            cosine = dot / (lengths_a[a] * lengths_b[b])
            distinct = bounds_a[a + 1] - bounds_a[a] + bounds_b[b + 1] - bounds_b[b]
            if cosine >= least_cosine and 2 * shared / distinct >= least_dice:
                if count < pairs.shape[1]:
                    pairs[0, count], pairs[1, count] = a, b
                    figures[0, count], figures[1, count] = cosine, shared_isf
                count += 1
    return count
