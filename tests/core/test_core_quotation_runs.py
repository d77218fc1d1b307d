"""Equal words of quotations: those found are those that a plain comparison of every word with every other finds."""

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from textkin_service.quotations.shared import _equal_runs, _Statements

WIDTH, MOST = 3, 4
WORDS = st.lists(st.integers(2, 5), max_size=40)


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
    runs, reached = [], {}
    for i, seed in seeds_a.items():
        for j, other in seeds_b.items():
            if seed != other or max(often_a[seed], often_b[seed]) > MOST or reached.get(j - i, -1) > i:
                continue
            x, y = number(quotations_a, i), number(quotations_b, j)
            end = i + WIDTH
            while end < quotations_a[x][1] and end + j - i < quotations_b[y][1] and a[end] == b[end + j - i]:
                end += 1
            reached[j - i] = end - WIDTH + 1
            runs.append([x, y, i, j, end - i])
    return sorted(runs)


def statements(words, quotations):
    bounds = np.array(quotations, np.int64).reshape(-1, 2)
    return _Statements.of(bounds, np.arange(len(bounds)), bounds, np.array(words, np.uint64))


@given(quoted().filter(lambda each: each[1]), quoted().filter(lambda each: each[1]))
@settings(deadline=None)
def test_runs_are_the_longest_equal_words_of_two_quotations_but_refrains_start_none(a, b):
    assert _equal_runs(statements(*a), statements(*b)) == plain_runs(*a, *b)
