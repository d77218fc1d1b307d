"""Kernels of likelihood and boundaries; `alignment.likelihood`, `boundaries` and `summaries` say what they are for.

They take the tables of a view (see `tables`), the side that is looked from, 0 or 1, and ranges of words, half open. The
ratios of a range of words stand in a row of the figures, from its first place on.
"""

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment.kernels.tables import (
    BARRIER,
    COUNTS,
    DENSITY,
    ENDS,
    IN_SOURCE,
    LEFT_OUT,
    LENGTHS,
    PLACES,
    RATIOS,
    ROOM,
    SENTENCES,
    STARTS,
    STEMS,
    SUMS,
    USUAL,
    WORDS,
)
from textkin_service.kernels import kernel

Numbers = NDArray[np.int64]
Figures = NDArray[np.float64]
Free = NDArray[np.bool_]

# Words that no list knows are at least so frequent.
_LEAST_SHARE = 1e-9
# Products of likelihood ratios are kept between these, so that none is too large or too small for a float.
_LARGE, _SMALL = 2.0**500, 2.0**-500


@kernel
def write_ratios(
    numbers: Numbers,
    figures: Figures,
    sizes: Numbers,
    side: int,
    first: int | np.int64,
    last: int,
    source: int,
    source_end: int,
    reused_side: int,
    reused: int,
    reused_end: int,
    prior: int,
) -> None:
    """Writes the ratios of a range of words, given a source in the other side and which words are no background.

    Those are a range of either side; of the other, of each stem as many as it has. What share of some words each stem is, is
    smoothed by what is usual (Dirichlet prior; Zhai and Lafferty 2001).
    """
    other, barrier = 1 - side, sizes[BARRIER]
    for i in range(source, source_end):
        numbers[IN_SOURCE, numbers[STEMS + other, i]] += 1
    own_words = sizes[WORDS + side]
    for i in range(reused, reused_end):
        stem = numbers[STEMS + reused_side, i]
        numbers[LEFT_OUT, stem] += 1
        if numbers[LEFT_OUT, stem] <= numbers[COUNTS + side, stem]:
            own_words -= 1
    length = source_end - source
    other_words = sizes[WORDS + other] - (length - numbers[IN_SOURCE, barrier])
    numbers[IN_SOURCE, barrier] = 0
    for i in range(first, last):
        stem = numbers[STEMS + side, i]
        there = numbers[IN_SOURCE, stem]
        ratio = 0.0
        if there > 0:
            usual = prior * figures[USUAL, stem]
            own = max(numbers[COUNTS + side, stem] - numbers[LEFT_OUT, stem], 0)
            elsewhere = max(
                (own + usual) / (own_words + prior),
                (numbers[COUNTS + other, stem] - there + usual) / (other_words + prior),
                _LEAST_SHARE,
            )
            ratio = there / length / elsewhere
        figures[RATIOS, i - first] = ratio
    for i in range(source, source_end):
        numbers[IN_SOURCE, numbers[STEMS + other, i]] = 0
    for i in range(reused, reused_end):
        numbers[LEFT_OUT, numbers[STEMS + reused_side, i]] = 0


@kernel
def evidence_of(figures: Figures, count: int, shares: Figures, most: float) -> float:
    """Returns the evidence of the first so many ratios, at whichever of the shares fits best.

    It is the logarithm of a product, which costs less than a sum of logarithms.
    """
    best = -np.inf
    ceiling = np.exp(most)
    for share in shares:
        product, evidence = 1.0, 0.0
        for i in range(count):
            product *= min(1.0 - share + share * figures[RATIOS, i], ceiling)
            if not _SMALL < product < _LARGE:
                evidence += np.log(product)
                product = 1.0
        best = max(best, evidence + np.log(product))
    return best


@kernel
def likeliest(figures: Figures, count: int, shares: Figures, most: float) -> tuple[float, int, int]:
    """Returns the greatest evidence of an interval, and the shortest interval that has it (Kadane; see Bentley 1984).

    Of the first so many ratios; one below 0 stands for a word that no interval may have. The evidence is the product of the
    words' likelihood ratios, which is kept as `product` times a power of `_LARGE`.
    """
    best, best_start, best_end = -1.0, 0, 0
    ceiling = np.exp(most)
    for share in shares:
        product, greatest = 1.0, 1.0
        power = greatest_power = 0
        start = first = last = 0
        for i in range(count):
            ratio = figures[RATIOS, i]
            product *= min(1.0 - share + share * ratio, ceiling)
            if product <= 1.0 and power > 0:
                product *= _LARGE
                power -= 1
            elif product >= _LARGE:
                product /= _LARGE
                power += 1
            if ratio < 0.0 or (product <= 1.0 and power == 0):
                product, power, start = 1.0, 0, i + 1
            elif power > greatest_power or (power == greatest_power and product > greatest):
                greatest, greatest_power, first, last = product, power, start, i + 1
        evidence = np.log(greatest) + greatest_power * np.log(_LARGE)
        if evidence > best:
            best, best_start, best_end = evidence, first, last
    return best, best_start, best_end


@kernel
def snap(numbers: Numbers, sizes: Numbers, side: int, first: int, last: int) -> tuple[int, int]:
    """Returns the sentences of which more than half lies in a range of words; an empty range if there are none."""
    below, above = 0, sizes[SENTENCES + side]
    while below < above:  # the first sentence that ends behind the first word
        middle = (below + above) // 2
        if numbers[ENDS + side, middle] > first:
            above = middle
        else:
            below = middle + 1
    start, end = 0, 0
    i = below
    while i < sizes[SENTENCES + side] and numbers[STARTS + side, i] < last:
        begins, ends = numbers[STARTS + side, i], numbers[ENDS + side, i]
        if 2 * (min(ends, last) - max(begins, first)) > ends - begins:
            start = begins if start == end else start
            end = ends
        i += 1
    return start, end


@kernel
def thin(
    numbers: Numbers,
    figures: Figures,
    side: int,
    first: int,
    last: int,
    source: int,
    source_end: int,
    reach: int,
    share: float,
    most: float,
) -> None:
    """Lets no stem of a range of words speak for reuse more often than the source has it: else its ratio is at most 1.

    Of the words of one stem, those speak whose neighbours, up to `reach` of them on either side, gain most.
    """
    other, length = 1 - side, last - first
    for i in range(source, source_end):
        numbers[IN_SOURCE, numbers[STEMS + other, i]] += 1
    for i in range(first, last):
        numbers[LEFT_OUT, numbers[STEMS + side, i]] += 1
    count = 0
    for i in range(length):
        stem = numbers[STEMS + side, first + i]
        if numbers[LEFT_OUT, stem] > numbers[IN_SOURCE, stem] > 0:
            numbers[PLACES, count] = i
            count += 1
    for i in range(first, last):
        numbers[LEFT_OUT, numbers[STEMS + side, i]] = 0
    if count > 0:
        # All words that are not in the source lose the same.
        rest = 1.0 - share
        loss = min(np.log(rest), most)
        figures[SUMS, 0] = 0.0
        for i in range(length):
            gained = loss
            if figures[RATIOS, i] > 0.0:
                gained = min(np.log(rest + share * figures[RATIOS, i]), most)
            figures[SUMS, i + 1] = figures[SUMS, i] + gained
        for k in range(count):
            i = numbers[PLACES, k]
            figures[DENSITY, i] = figures[SUMS, min(i + reach + 1, length)] - figures[SUMS, max(i - reach, 0)]
        width = 1  # the densest first, equal ones as they stand (merge sort)
        while width < count:
            for low in range(0, count - width, 2 * width):
                middle, high = low + width, min(low + 2 * width, count)
                for i in range(low, middle):
                    numbers[ROOM, i] = numbers[PLACES, i]
                left, right = low, middle
                for i in range(low, high):
                    if left < middle and (
                        right == high
                        or figures[DENSITY, numbers[ROOM, left]] >= figures[DENSITY, numbers[PLACES, right]]
                    ):
                        numbers[PLACES, i] = numbers[ROOM, left]
                        left += 1
                    else:
                        numbers[PLACES, i] = numbers[PLACES, right]
                        right += 1
            width *= 2
        for k in range(count):
            i = numbers[PLACES, k]
            stem = numbers[STEMS + side, first + i]
            numbers[IN_SOURCE, stem] -= 1
            if numbers[IN_SOURCE, stem] < 0:
                figures[RATIOS, i] = min(figures[RATIOS, i], 1.0)
    for i in range(source, source_end):
        numbers[IN_SOURCE, numbers[STEMS + other, i]] = 0


@kernel
def refine(
    numbers: Numbers,
    figures: Figures,
    sizes: Numbers,
    free: Free,
    matches: Numbers,
    evidence: Figures,
    shares: Figures,
    rounds: int,
    prior: int,
    reach: int,
    source_reach: int,
    dense_words: int,
    dense_share: float,
    most: float,
) -> None:
    """Bounds matches anew, in so many rounds each side, given the other and a little around it; then writes their evidence.

    A row of `matches` (int64, shape (n, 8)): the range of side 0 and that of side 1, which are rewritten; and between which
    words of either side they may grow. The evidence is that of the side that has less.
    """
    for m in range(len(matches)):
        evidence[m] = np.inf
        is_settled = has_changed = False
        for turn in range(2 * rounds + 2):
            is_bounding = turn < 2 * rounds
            if is_bounding and is_settled:
                continue
            side, other = turn & 1, 1 - (turn & 1)
            first, last = matches[m, 2 * side], matches[m, 2 * side + 1]
            source, source_end = matches[m, 2 * other], matches[m, 2 * other + 1]
            if is_bounding:
                # With what is free around both.
                low = max(matches[m, 4 + 2 * other], source - source_reach)
                high = min(matches[m, 5 + 2 * other], source_end + source_reach)
                while source > low and free[other, source - 1]:
                    source -= 1
                while source_end < high and free[other, source_end]:
                    source_end += 1
                low, high = (
                    max(matches[m, 4 + 2 * side], first - reach),
                    min(matches[m, 5 + 2 * side], last + reach),
                )
                while first > low and free[side, first - 1]:
                    first -= 1
                while last < high and free[side, last]:
                    last += 1
            write_ratios(
                numbers,
                figures,
                sizes,
                side,
                first,
                last,
                source,
                source_end,
                other,
                source,
                source_end,
                prior,
            )
            if not is_bounding:
                evidence[m] = min(evidence[m], evidence_of(figures, last - first, shares, most))
                continue
            thin(numbers, figures, side, first, last, source, source_end, dense_words, dense_share, most)
            _, start, end = likeliest(figures, last - first, shares, most)
            start, end = snap(numbers, sizes, side, first + start, first + end)
            if start < end:
                has_changed |= start != matches[m, 2 * side] or end != matches[m, 2 * side + 1]
                matches[m, 2 * side], matches[m, 2 * side + 1] = start, end
            if side == 1:
                is_settled, has_changed = not has_changed, False


@kernel
def find_summary(
    numbers: Numbers,
    figures: Figures,
    sizes: Numbers,
    free: Free,
    side: int,
    brief_shares: Figures,
    source_shares: Figures,
    rounds: int,
    prior: int,
    slack: float,
    most: float,
    ranges: Numbers,
    evidence: Figures,
) -> bool:
    """Finds the likeliest brief, in one side, and its source in the other: by turns, each given the other.

    Both are of words that are free. Writes the ranges of both, and the evidence of both. False: there is none.
    """
    ranges[0] = ranges[1] = ranges[2] = 0
    ranges[3] = sizes[LENGTHS + 1 - side]
    has_changed = False
    # First twice the brief: with itself as background, since it is not known, and then without.
    for turn in range(3 * rounds):
        is_source = turn % 3 > 1
        own, given = (2, 0) if is_source else (0, 2)
        looked = 1 - side if is_source else side
        shares = source_shares if is_source else brief_shares
        start, count = np.int64(0), sizes[LENGTHS + looked]
        write_ratios(
            numbers,
            figures,
            sizes,
            looked,
            start,
            count,
            ranges[given],
            ranges[given + 1],
            looked,
            ranges[own],
            ranges[own + 1],
            prior,
        )
        for i in range(count):
            if not free[looked, i]:
                figures[RATIOS, i] = -1.0
        evidence[own >> 1], first, last = likeliest(figures, count, shares, most)
        first, last = snap(numbers, sizes, looked, first, last)
        if first == last:
            return False
        if is_source:
            # To where the text or a barrier bounds it, if little is left till there.
            low, high = first, last
            while low > 0 and numbers[STEMS + looked, low - 1] != sizes[BARRIER]:
                low -= 1
            while high < count and numbers[STEMS + looked, high] != sizes[BARRIER]:
                high += 1
            little = slack * (last - first)
            first, last = (low if first - low <= little else first), (high if high - last <= little else last)
        # What the first of the two briefs is says nothing: the second one may be as before.
        if turn % 3 == 0:
            before, before_end = ranges[0], ranges[1]
        elif turn % 3 == 1:
            has_changed = first != before or last != before_end
        else:
            has_changed |= first != ranges[2] or last != ranges[3]
        ranges[own], ranges[own + 1] = first, last
        if is_source and not has_changed:
            break
    return True
