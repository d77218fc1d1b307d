"""Searches while another thread changes the index: each key is read as it stood at one moment, and nothing is missed."""

from collections import defaultdict
from threading import Thread

import numpy as np
import pytest
from looked_up import entries_of, lookup

from textkin_service.index import Index
from textkin_service.index.kernels.buckets import WINDOW
from textkin_service.index.lsh import BAND_CAP
from textkin_service.index.table import Table
from textkin_service.settings import VERBATIM_PERMUTATIONS, Settings
from textkin_service.sketch import Probe, Scheme, Sketch

CAP = 1 << 14
# So many articles stand in the table before the first search, and remain.
STABLE = 300


def keys_of(number):
    """Returns an article's keys: some that many have, and some of its own, which make the table grow."""
    chance = np.random.default_rng(number)
    common = np.minimum(chance.zipf(1.3, 30), 400).astype(np.uint32) * np.uint32(10_737_418)
    return np.unique(np.concatenate([common, chance.integers(0, 2**32, 40, np.uint32)]))


def holders_of(articles):
    """Returns the numbers of those that have each key, in ascending order."""
    holders = defaultdict(list)
    for number, keys in articles.items():
        for key in keys.tolist():
            holders[key].append(number)
    return holders


@pytest.mark.parametrize("growing", [True, False])
def test_what_is_read_while_articles_come_and_go_was_added_and_misses_none(growing):
    articles = {number: keys_of(number) for number in range(1, 6_001)}
    holders = holders_of(articles)
    table = Table()
    for number in range(1, STABLE + 1):
        table.add(entries_of(articles[number], number))

    def change():
        before = entries_of(articles[1][:0], 1)
        for first in range(STABLE + 1, len(articles) + 1, 10):
            come = np.concatenate([entries_of(articles[each], each) for each in range(first, first + 10)])
            table.add(come)
            if not growing:
                # Their blocks and slots are given up, and others take them.
                table.remove(before)
                before = come
        if not growing:
            table.remove(before)

    thread = Thread(target=change)
    common = np.arange(401, dtype=np.uint32) * np.uint32(10_737_418)
    asked = np.unique(np.concatenate([common, *(articles[number][:5] for number in (1, 50, 350, 5_000))]))
    read = 0
    thread.start()
    while thread.is_alive() or read == 0:
        found = lookup(table, asked, CAP, 1 << 20)
        if found is None:
            continue
        read += 1
        for key, numbers in zip(asked.tolist(), found[1], strict=True):
            assert numbers == sorted(set(numbers), reverse=True)
            assert set(numbers) <= set(holders[key])
            assert {each for each in holders[key] if each <= STABLE} <= set(numbers)
    thread.join()
    lengths, numbers = lookup(table, asked, CAP, 1 << 20)
    left = [[each for each in holders[key] if growing or each <= STABLE] for key in asked.tolist()]
    assert numbers == [each[::-1] for each in left]
    assert lengths == list(map(len, left))


def test_the_newest_of_a_long_bucket_are_read_while_others_are_removed_from_it():
    keys = np.arange(1, 4, dtype=np.uint32) * np.uint32(10_737_418)
    there, step, steps = 3 * WINDOW, 400, 150
    table = Table()

    def entries(numbers):
        return np.concatenate([entries_of(key, 0) | np.array(numbers, np.uint64) for key in keys[:, None]])

    def change():
        for at in range(steps):
            first = there + at * step
            table.add(entries(range(first + 1, first + step + 1)))
            table.remove(entries(range(first + 2, first + step + 1, 2)))
            table.remove(entries(range(at * step // 2 + 1, (at + 1) * step // 2 + 1)))

    table.add(entries(range(1, there + 1)))
    thread = Thread(target=change)
    read = 0
    thread.start()
    while thread.is_alive() or read == 0:
        found = lookup(table, keys, BAND_CAP, 1 << 20)
        if found is None:
            continue
        read += 1
        for numbers in found[1]:
            assert len(numbers) == BAND_CAP
            assert numbers == sorted(set(numbers), reverse=True)
            assert numbers[0] <= there + steps * step
            # Odd ones remain, but for the oldest.
            assert set(range(numbers[-1] | 1, numbers[0] + 1, 2)) <= set(numbers)
    thread.join()
    for numbers in lookup(table, keys, BAND_CAP, 1 << 20)[1]:
        assert numbers == list(range(there + steps * step - 1, 0, -2))[:BAND_CAP]


def test_an_article_that_was_there_is_a_candidate_whatever_goes_on_meanwhile():
    def made(number):
        chance = np.random.default_rng(number)
        signature = chance.integers(0, 2**32 - 1, VERBATIM_PERMUTATIONS, np.uint32)
        return Sketch(signature, keys_of(number), np.empty(0, np.uint64))

    index = Index(Scheme.of(Settings()))
    sketches = {number: made(number) for number in range(1, 2_001)}
    for number in range(1, STABLE + 1):
        index.add(number, sketches[number])

    def change():
        for number in range(STABLE + 1, len(sketches) + 1):
            index.add(number, sketches[number])
            if number % 2:
                index.remove(number, sketches[number])

    thread = Thread(target=change)
    thread.start()
    number = searches = 0
    while thread.is_alive() or searches == 0:
        number = number % STABLE + 1
        asked = sketches[number]
        windows = np.zeros(len(asked.content), np.intp)
        answer = index.candidates(Probe(asked.verbatim, asked.content, windows), 10)
        assert answer.numbers[0] == number
        assert len(set(answer.numbers)) == len(answer.numbers) == 10
        searches += 1
    thread.join()
    assert len(index) == STABLE + (len(sketches) - STABLE) // 2
