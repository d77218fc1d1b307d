"""Equal runs: the kernel finds what a plain comparison of every word with every other finds."""

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from textkin_service.quotations.kernels.runs import equal_runs

WIDTH, MOST = 3, 2
WORDS = st.lists(st.integers(0, 4), max_size=30)


@st.composite
def quoted(draw):
    """Returns words, and quotations of them as ranges in order and without overlap."""
    words = draw(WORDS)
    edges = sorted(draw(st.sets(st.integers(0, len(words)), max_size=8)))
    return words, list(zip(edges[::2], edges[1::2], strict=False))


def seeds(words, quotations):
    return {
        place: tuple(words[place : place + WIDTH])
        for first, last in quotations
        for place in range(first, last - WIDTH + 1)
    }


def number(quotations, place):
    return next(i for i, (first, last) in enumerate(quotations) if first <= place < last)


def plain_runs(a, quotations_a, b, quotations_b):
    seeds_a, seeds_b = seeds(a, quotations_a), seeds(b, quotations_b)
    often_a, often_b = Counter(seeds_a.values()), Counter(seeds_b.values())
    pairs = {
        (i, j): (number(quotations_a, i), number(quotations_b, j))
        for i, seed in seeds_a.items()
        for j, other in seeds_b.items()
        if seed == other and often_a[seed] <= MOST and often_b[seed] <= MOST
    }
    runs = []
    for (i, j), numbers in pairs.items():
        if pairs.get((i - 1, j - 1)) == numbers:
            continue
        length = 1
        while pairs.get((i + length, j + length)) == numbers:
            length += 1
        runs.append([*numbers, i, j, length + WIDTH - 1])
    return sorted(runs)


def arrays(words, quotations):
    bounds = np.array(quotations, np.int64).reshape(-1, 2)
    return np.array(words, np.uint64), *np.ascontiguousarray(bounds.T)


@given(quoted(), quoted())
@settings(deadline=None)
def test_the_kernel_finds_the_runs_that_a_plain_search_finds(a, b):
    found = equal_runs(*arrays(*a), *arrays(*b), WIDTH, MOST)
    assert sorted(found.tolist()) == plain_runs(*a, *b)


def test_no_quotation_has_no_runs():
    nothing = arrays([], [])
    assert equal_runs(*nothing, *nothing, WIDTH, MOST).shape == (0, 5)
