"""Removal from buckets longer than what one removal moves (`WINDOW`), beside plain lists."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from looked_up import entries_of, lookup

from textkin_service.index import Index
from textkin_service.index.kernels import buckets
from textkin_service.index.kernels.buckets import WINDOW
from textkin_service.index.lsh import BAND_CAP, BUCKET_CAP
from textkin_service.index.table import Table
from textkin_service.settings import VERBATIM_PERMUTATIONS, Settings
from textkin_service.sketch import Probe, Scheme, Sketch
from textkin_service.sketch.stored import Sketches

SCHEME = Scheme.of(Settings())
KEY = np.array([7], np.uint32)
# Ways to take a list down, by its numbers and a source of chance.
ORDERS = {
    "the oldest first": lambda numbers, _: numbers,
    "the newest first": lambda numbers, _: numbers[::-1],
    "at random": lambda numbers, chance: chance.permutation(numbers),
    "every other one, then the newest first": lambda numbers, _: np.append(numbers[::2], numbers[1::2][::-1]),
    "the middle first": lambda numbers, _: np.roll(numbers, len(numbers) // 2),
}


class LongList:
    """A table with one key, and the numbers that should be read under it."""

    def __init__(self):
        self.table, self.numbers, self.last = Table(), set(), 0

    def add(self, count):
        new = range(self.last + 1, self.last + 1 + count)
        self.table.add(entries_of(KEY, 0) | np.array(new, np.uint64))
        self.numbers.update(new)
        self.last += count

    def remove(self, numbers):
        self.table.remove(entries_of(KEY, 0) | np.array(numbers, np.uint64))
        self.numbers.difference_update(np.array(numbers).tolist())

    def check(self):
        """Looks for what a search may read of it, the newest, and for how long it says it is."""
        (length,), (read,) = lookup(self.table, KEY, WINDOW, WINDOW)
        assert read == sorted(self.numbers, reverse=True)[:WINDOW]
        assert length >= len(self.numbers)
        if length <= WINDOW:
            assert length == len(self.numbers)

    def check_refilled(self):
        """Looks at it in a segment that was copied, as a full one is."""
        for old in self.table.directory.segments:
            self.table.enter((old.part(old.low, old.depth, 1.0),))
        self.check()


def words_in_use(table):
    """Returns how many words of the blocks are not free."""
    segments = {id(each): each.blocks for each in table.directory.segments}.values()
    return sum(
        int(each[buckets.END]) - buckets.BLOCKS_HEADER - int(each[buckets.FREE_WORDS]) for each in segments
    )


def test_no_search_reads_more_of_a_bucket_than_is_free_of_removed_numbers():
    # And as many may be added while it reads.
    assert 2 * max(BUCKET_CAP, BAND_CAP) <= WINDOW


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("count", [WINDOW, WINDOW + 1, 3 * WINDOW])
def test_a_long_bucket_is_taken_down_in_any_order_and_gives_its_memory_back(order, count):
    held = LongList()
    held.add(count)
    removed = ORDERS[order](np.arange(1, count + 1), np.random.default_rng(0))
    for some in np.array_split(removed, 40):
        held.remove(some)
        held.check()
    assert words_in_use(held.table) == 0


@given(seed=st.integers(0, 2**32 - 1), steps=st.lists(st.integers(0, 6), min_size=1, max_size=25))
@settings(max_examples=40, deadline=None)
def test_what_is_read_of_a_long_bucket_is_what_was_added_and_not_removed(seed, steps):
    chance = np.random.default_rng(seed)
    held = LongList()
    held.add(int(chance.integers(WINDOW - 2, 4 * WINDOW)))
    for step in steps:
        numbers = sorted(held.numbers)
        some = int(chance.integers(1, WINDOW))
        match step:
            case 0:
                held.add(some)
            case 1:
                held.remove(numbers[:some])
            case 2:
                held.remove(numbers[-some:][::-1])
            case 3:
                held.remove(chance.permutation(numbers)[:some])
            case 4:
                # About where the window begins, and again those that are gone.
                about = numbers[-WINDOW - 20 : -WINDOW + 20]
                held.remove(chance.permutation(about + about))
            case 5:
                held.remove(numbers[-WINDOW - some : -WINDOW])
            case _:
                held.check_refilled()
        held.check()
        if not held.numbers:
            held.add(1)
    held.remove(sorted(held.numbers))
    held.check()
    assert words_in_use(held.table) == 0


def test_a_bucket_of_which_the_oldest_go_as_new_ones_come_does_not_grow():
    held = LongList()
    held.add(4 * WINDOW)
    for _ in range(100):
        held.add(WINDOW // 2)
        held.remove(range(held.last - 4 * WINDOW - WINDOW // 2 + 1, held.last - 4 * WINDOW + 1))
        held.check()
    (length,), _ = lookup(held.table, KEY, 1, 1)
    assert length <= 8 * WINDOW
    assert len(held.numbers) == 4 * WINDOW


@pytest.fixture(scope="module")
def alike():
    """Returns the sketches of near-identical articles, by number: each one lacks some keys of the others."""
    chance = np.random.default_rng(1)
    keys = np.sort(chance.integers(0, 2**32, 12, np.uint32))
    signature = chance.integers(0, 2**32 - 1, VERBATIM_PERMUTATIONS, np.uint32)
    made = {}
    for number in range(1, 3 * WINDOW + 1):
        own = chance.integers(0, 2**32 - 1, VERBATIM_PERMUTATIONS, np.uint32)
        signature_of_one = np.where(chance.random(len(own)) < 0.1, own, signature)
        made[number] = Sketch(signature_of_one, keys[chance.random(len(keys)) < 0.9], np.empty(0, np.uint64))
    return made


@pytest.mark.parametrize("order", ORDERS)
def test_after_a_sweep_candidates_are_those_of_an_index_of_the_articles_that_remain(alike, order):
    left = dict(alike)
    index = Index(SCHEME)
    index.add_all(np.array(list(left)), Sketches.of(left.values()))
    gone = ORDERS[order](np.array(list(left)), np.random.default_rng(2))
    for some in np.array_split(gone[:-3_000], 2):
        index.remove_all(some, Sketches.of([left.pop(number) for number in some.tolist()]))
        anew = Index(SCHEME)
        anew.add_all(np.array(list(left)), Sketches.of(left.values()))
        assert len(index) == len(anew)
        for asked in list(left.values())[:: len(left) // 5]:
            probe = Probe(asked.verbatim, asked.content, np.zeros(len(asked.content), np.intp))
            answer, expected = index.candidates(probe, len(left)), anew.candidates(probe, len(left))
            assert sorted(answer.numbers) == sorted(expected.numbers)
            assert answer.truncated == expected.truncated
