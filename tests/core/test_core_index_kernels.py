"""The index beside its plain twin, with buckets of all lengths, and while it grows."""

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from looked_up import entries_of, lookup
from plain_index import PlainIndex, plain_band_keys

from textkin_service.analysis import analyze
from textkin_service.index import Building, Index, building
from textkin_service.index.kernels import buckets, candidates, entries
from textkin_service.index.kernels.entries import band_keys
from textkin_service.index.lsh import BUCKET_CAP, LEAST_READ
from textkin_service.index.table import Table
from textkin_service.settings import VERBATIM_PERMUTATIONS, Settings
from textkin_service.sketch import Probe, Scheme, Sketch, probe, sketch
from textkin_service.sketch.stored import Sketches

SCHEME = Scheme.of(Settings())
NO_MARKS = np.empty(0, np.uint64)


def made(chance, vocabulary):
    """Returns a sketch whose keys are the likelier the smaller they are, and whose signature a few others share in part."""
    keys = np.minimum(chance.zipf(1.3, chance.integers(1, 40)), vocabulary).astype(np.uint32)
    signature = chance.integers(0, 2**32 - 1, VERBATIM_PERMUTATIONS, np.uint32)
    signature[: 4 * chance.integers(0, 32)] = chance.integers(0, 5)
    return Sketch(signature, np.unique(keys * np.uint32(0x01000193)), NO_MARKS)


def add_all(index, sketches):
    """Adds sketches, by number."""
    index.add_all(np.array(list(sketches)), Sketches.of(sketches.values()))


def remove(index, sketches):
    """Removes sketches, by number."""
    index.remove_all(np.array(list(sketches)), Sketches.of(sketches.values()))


def probe_of(sketch, chance):
    return Probe(sketch.verbatim, sketch.content, chance.integers(0, 4, len(sketch.content)).astype(np.intp))


@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(1, 1_500),
    vocabulary=st.sampled_from([20, 1_000, 10**6]),
    kept=st.sampled_from([1.0, 0.8, 0.3]),
    shared=st.sampled_from([1, 2, 5]),
)
@settings(max_examples=25, deadline=None)
def test_candidates_are_those_of_the_plain_index(seed, count, vocabulary, kept, shared):
    chance = np.random.default_rng(seed)
    scheme = Scheme(32, 4, SCHEME.content_keys, SCHEME.content_segment_words, shared)
    index, plain = Index(scheme), PlainIndex(scheme)
    sketches = {number: made(chance, vocabulary) for number in range(1, count + 1)}
    add_all(index, sketches)
    for number, added in sketches.items():
        plain.add(number, added)
        if chance.random() > kept:
            index.remove(number, added)
            plain.remove(number)
    for _ in range(10):
        asked = probe_of(made(chance, vocabulary), chance)
        expected, weights = plain.candidates(asked, count)
        got = index.candidates(asked, count).numbers
        # Articles may change places where their weights differ by rounding alone.
        weight_of = dict(zip(expected, weights, strict=True))
        assert sorted(got) == sorted(expected)
        assert [weight_of[number] for number in got] == pytest.approx(weights, rel=1e-9, abs=1e-9)
        assert index.candidates(asked, 5).numbers == got[:5]


class Buckets:
    """A table, and what should be in it."""

    def __init__(self):
        self.table, self.expected = Table(), defaultdict(list)

    def add(self, keys, number):
        self.table.add(entries_of(keys, number))
        for key in keys.tolist():
            self.expected[key].append(number)

    def remove(self, keys, number):
        self.table.remove(entries_of(keys, number))
        for key in keys.tolist():
            self.expected[key].remove(number)

    def check(self, keys):
        lengths, numbers = lookup(self.table, keys, BUCKET_CAP, 1 << 20)
        assert lengths == [len(self.expected[key]) for key in keys.tolist()]
        assert numbers == [self.expected[key][::-1][:BUCKET_CAP] for key in keys.tolist()]


@given(seed=st.integers(0, 2**32 - 1), removed=st.sampled_from([0.0, 0.4, 0.9]), oldest=st.booleans())
@settings(max_examples=15, deadline=None)
def test_a_table_holds_what_is_added_and_not_removed(seed, removed, oldest):
    chance = np.random.default_rng(seed)
    buckets, held = Buckets(), {}
    for number in range(1, 1_001):
        some = np.minimum(chance.zipf(1.2, 20), 500).astype(np.uint32) * np.uint32(1_431_655)
        held[number] = np.unique(np.concatenate([some, chance.integers(0, 2**32, 5, np.uint32)]))
        buckets.add(held[number], number)
        if chance.random() < removed:
            gone = min(held) if oldest else int(chance.choice(list(held)))
            buckets.remove(held.pop(gone), gone)
    buckets.check(np.arange(501, dtype=np.uint32) * np.uint32(1_431_655))
    buckets.check(np.unique(np.concatenate([*held.values(), np.arange(3, dtype=np.uint32)])))


def test_keys_that_crowd_at_one_end_do_not_crowd_in_the_table():
    table = Table()
    keys = np.arange(200_000, dtype=np.uint32)
    table.add(entries_of(keys, 1))
    assert table.size_bytes < 16 * len(keys)
    assert lookup(table, keys[:1_000], 1, 1_000) == ([1] * 1_000, [[1]] * 1_000)
    assert lookup(table, keys[-100:] + np.uint32(100), 1, 100) == ([0] * 100, [[]] * 100)


@pytest.mark.parametrize("parted", [1 << 24, 5_000])
@pytest.mark.parametrize("count", [0, 1, 2_000])
def test_an_index_built_at_once_is_the_same_as_one_that_articles_were_added_to(monkeypatch, parted, count):
    monkeypatch.setattr(building, "_PARTED", parted)
    monkeypatch.setattr(building, "_SORTED", parted // 4)
    chance = np.random.default_rng(0)
    sketches = {number: made(chance, 10**6) for number in range(1, count + 1)}
    added, gathered = Index(SCHEME), Building(SCHEME)
    if sketches:
        add_all(added, sketches)
    with ThreadPoolExecutor(2) as pool:
        for first in range(1, count + 1, 100):
            some = {each: sketches[each] for each in range(first, min(first + 100, count + 1))}
            gathered.add(np.array(list(some)), Sketches.of(some.values()), pool)
        built = gathered.finish(pool, lambda: None)
    later = {number: made(chance, 10**6) for number in range(count + 1, count + 500)}
    for change in (lambda _: None, lambda index: add_all(index, later), lambda index: remove(index, later)):
        change(added)
        change(built)
        assert len(added) == len(built)
        for _ in range(20):
            asked = probe_of(made(chance, 10**6), chance)
            assert added.candidates(asked, 100) == built.candidates(asked, 100)


@pytest.mark.parametrize(("rare", "truncated"), [(2, True), (10, False)])
def test_the_rarest_keys_are_read_first_and_to_leave_out_most_is_told(rare, truncated):
    index = Index(SCHEME)
    common = np.arange(10, dtype=np.uint32)
    sketches = {
        n: Sketch(_unlike(n), np.append(common, np.arange(rare, dtype=np.uint32) + 100 * n // 2), NO_MARKS)
        for n in range(2, 1_902)
    }
    add_all(index, sketches)
    asked = sketches[2].content
    answer = index.candidates(Probe(_unlike(5_000), asked, np.zeros(len(asked), np.intp)), 2)
    assert answer.numbers[0] == 2
    assert answer.truncated == truncated
    assert len(common) * len(sketches) > LEAST_READ


def _unlike(number):
    return np.random.default_rng(number).integers(0, 2**32 - 1, VERBATIM_PERMUTATIONS, np.uint32)


@given(
    signature=st.lists(st.integers(0, 2**32 - 1), min_size=128, max_size=128) | st.just([2**32 - 1] * 128),
    bands=st.integers(1, 32),
    rows=st.integers(1, 4),
)
def test_band_keys_are_those_of_the_plain_index(signature, bands, rows):
    values = np.array(signature, np.uint32)
    assert np.array_equal(band_keys(values, bands, rows), plain_band_keys(values, bands, rows))


def test_preparing_leaves_an_index_empty():
    index = Index(SCHEME)
    index.prepare()
    assert len(index) == 0
    assert (
        index.candidates(probe_of(made(np.random.default_rng(0), 10), np.random.default_rng(0)), 5).numbers
        == ()
    )


def test_nothing_is_compiled_once_prepared():
    Index(SCHEME).prepare()
    kernels = [
        each
        for module in (buckets, candidates, entries)
        for each in vars(module).values()
        if hasattr(each, "signatures")
    ]
    before = [len(each.signatures) for each in kernels]
    assert kernels
    analyses = [
        analyze(f"The {name} of Saltway met the ferry guild. Rain fell on the quay.", "en")
        for name in ("mayor", "cook")
    ]
    index = Index(SCHEME)
    for number, analysis in enumerate(analyses, start=1):
        index.add(number, Sketch.from_bytes(sketch(analysis, SCHEME).to_bytes()))
    add_all(index, dict.fromkeys(range(3, 40), sketch(analyses[0], SCHEME)))
    assert index.candidates(probe(analyses[0]), 5).numbers
    index.remove(1, sketch(analyses[0], SCHEME))
    Table().add(entries_of(np.arange(10**6, dtype=np.uint32), 1))
    assert [len(each.signatures) for each in kernels] == before
