"""The index, against a plain dictionary that does the same slowly."""

import math
from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from textkin_service.index import Index
from textkin_service.index.kernels.entries import band_keys
from textkin_service.index.lsh import BUCKET_CAP
from textkin_service.settings import Settings
from textkin_service.sketch import Probe, Scheme, Sketch

SCHEME = Scheme.of(Settings())
NO_KEYS = np.empty(0, np.uint32)
NO_MARKS = np.empty(0, np.uint64)
NOTHING = np.iinfo(np.uint32).max


def made(content=(), bands=None, own=0):
    """Returns a sketch with these content keys and, by number, the value of all rows of some bands; `own` fills the others."""
    rows = np.full((SCHEME.verbatim_bands, SCHEME.verbatim_rows), NOTHING, np.uint32)
    if bands is not None:
        rows[:] = 1_000 + own
        for band, value in bands.items():
            rows[band] = value
    return Sketch(rows.ravel(), np.array(sorted(content), np.uint32), NO_MARKS)


def asked(content=(), bands=None, own=0, windows=None):
    """Returns what a search asks: `made` has the same arguments. Keys that `windows` does not name are in window 0."""
    sketch = made(content, bands, own)
    windows = [(windows or {}).get(key, 0) for key in sketch.content.tolist()]
    return Probe(sketch.verbatim, sketch.content, np.array(windows, np.intp))


def bands_of(sketch):
    rows = sketch.verbatim.reshape(SCHEME.verbatim_bands, SCHEME.verbatim_rows)
    if np.all(rows == NOTHING):
        return set()
    return {(band, *row) for band, row in enumerate(rows.tolist())}


def ranked(articles, query):
    """Returns what the index should answer: each candidate's weight."""
    weights = {}
    for number, sketch in articles.items():
        keys = set(sketch.content.tolist()) & set(query.content.tolist())
        bands = bands_of(sketch) & bands_of(query)
        if len(keys) >= 2 or bands:
            windows = defaultdict(float)
            for key, window in zip(query.content.tolist(), query.windows.tolist(), strict=True):
                windows[window] += rarity(articles, key, keys_of) if key in keys else 0.0
            weights[number] = math.hypot(*windows.values()) + 4.0 * sum(
                rarity(articles, band, bands_of) for band in bands
            )
    return weights


def keys_of(sketch):
    return set(sketch.content.tolist())


def rarity(articles, key, having):
    return math.log((len(articles) + 1) / sum(key in having(sketch) for sketch in articles.values()))


sketches = st.builds(
    made,
    st.sets(st.integers(0, 12), max_size=6),
    st.none() | st.dictionaries(st.integers(0, 3), st.integers(1, 4), max_size=2),
    st.integers(0, 10**6),
)
queries = st.builds(
    asked,
    st.sets(st.integers(0, 12), max_size=9),
    st.none() | st.dictionaries(st.integers(0, 3), st.integers(1, 4), max_size=2),
    st.integers(0, 10**6),
    st.dictionaries(st.integers(0, 12), st.integers(0, 3)),
)


class IndexAgainstDictionary(RuleBasedStateMachine):
    @initialize()
    def start(self):
        self.index, self.articles, self.numbers = Index(SCHEME), {}, 0

    @rule(sketch=sketches)
    def add(self, sketch):
        self.numbers += 1
        self.index.add(self.numbers, sketch)
        self.articles[self.numbers] = sketch

    @rule(data=st.data())
    def remove(self, data):
        if self.articles:
            number = data.draw(st.sampled_from(sorted(self.articles)))
            self.index.remove(number, self.articles.pop(number))

    @rule(query=queries, limit=st.sampled_from([1, 3, 100]))
    def ask(self, query, limit):
        expected = ranked(self.articles, query)
        answer = self.index.candidates(query, limit)
        assert not answer.truncated
        assert len(answer.numbers) == len(set(answer.numbers)) == min(limit, len(expected))
        assert set(answer.numbers) <= set(expected)
        weights = [expected[number] for number in answer.numbers]
        assert weights == pytest.approx(sorted(expected.values(), reverse=True)[:limit])

    @invariant()
    def counts(self):
        if hasattr(self, "index"):
            assert len(self.index) == len(self.articles)


TestIndexAgainstDictionary = IndexAgainstDictionary.TestCase
TestIndexAgainstDictionary.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


def filled(*sketches, scheme=SCHEME):
    index = Index(scheme)
    for number, sketch in enumerate(sketches, start=1):
        index.add(number, sketch)
    return index


def test_two_shared_content_keys_make_a_candidate_and_one_does_not():
    index = filled(made({1, 2, 3}), made({3, 4, 5}))
    assert index.candidates(asked({1, 2, 4}), 10).numbers == (1,)


def test_as_many_shared_content_keys_make_a_candidate_as_the_scheme_asks_for():
    index = filled(made({1, 2, 3}), made({3, 4, 5}), scheme=replace(SCHEME, content_shared_keys=3))
    assert index.candidates(asked({1, 2, 4}), 10).numbers == ()
    assert index.candidates(asked({1, 2, 3}), 10).numbers == (1,)
    index = filled(made({1, 2, 3}), made({3, 4, 5}), scheme=replace(SCHEME, content_shared_keys=1))
    assert index.candidates(asked({1, 2, 4}), 10).numbers == (1, 2)


def test_bands_are_cut_as_the_scheme_asks_for_and_values_past_the_last_are_left_out():
    signature = np.arange(1, 129, dtype=np.uint32)
    other = signature.copy()
    other[100:] = 0
    assert len(band_keys(signature, 5, 20)) == 5
    assert np.array_equal(band_keys(signature, 5, 20), band_keys(other, 5, 20))
    assert len(np.setdiff1d(band_keys(signature, 6, 20), band_keys(other, 6, 20))) == 1
    other[0] = 0
    assert len(np.setdiff1d(band_keys(signature, 5, 20), band_keys(other, 5, 20))) == 1
    index = filled(
        Sketch(signature, NO_KEYS, NO_MARKS), scheme=replace(SCHEME, verbatim_bands=5, verbatim_rows=20)
    )
    assert index.candidates(Probe(other, NO_KEYS, np.empty(0, np.intp)), 10).numbers == (1,)


def test_one_shared_band_makes_a_candidate():
    index = filled(made(bands={7: 70}, own=1), made(bands={7: 71}, own=2))
    assert index.candidates(asked(bands={7: 70}, own=3), 10).numbers == (1,)


def test_the_same_rows_in_another_band_are_not_shared():
    index = filled(made(bands={7: 70}, own=1))
    assert index.candidates(asked(bands={8: 70}, own=3), 10).numbers == ()


def test_texts_without_a_shingle_do_not_meet():
    assert filled(made()).candidates(asked(), 10).numbers == ()


def test_rare_keys_count_more_than_common_ones():
    common = [made({1, 2}) for _ in range(20)]
    index = filled(*common, made({8, 9}))
    assert index.candidates(asked({1, 2, 8, 9}), 3).numbers == (21, 1, 2)


def test_keys_of_one_window_count_more_than_as_many_all_over_the_query():
    index = filled(made({1, 2, 3, 4}), made({5, 6, 7, 8}))
    query = asked(range(1, 9), windows={1: 0, 2: 1, 3: 2, 4: 3, 5: 2, 6: 2, 7: 2, 8: 2})
    assert index.candidates(query, 2).numbers == (2, 1)


def test_candidates_of_equal_weight_come_in_the_order_of_their_numbers():
    assert filled(*[made({1, 2})] * 5).candidates(asked({1, 2}), 3).numbers == (1, 2, 3)


def test_a_bucket_over_the_cap_is_reported_and_still_answers():
    index = filled(*[made({1, 2})] * (BUCKET_CAP + 1), made({3, 4}))
    assert index.candidates(asked({1, 2}), 5).truncated
    answer = index.candidates(asked({1, 2, 3, 4}), 5)
    assert not answer.truncated
    assert answer.numbers[0] == BUCKET_CAP + 2
    assert len(answer.numbers) == 5
    assert not index.candidates(asked({3, 4}), 5).truncated


def test_a_bucket_at_the_cap_is_whole():
    assert not filled(*[made({1, 2})] * BUCKET_CAP).candidates(asked({1, 2}), 5).truncated


def test_articles_stay_findable_behind_more_removed_ones_than_the_cap():
    sketch = made({1, 2})
    index = filled(*[sketch] * (2 * BUCKET_CAP + 100))
    for number in range(BUCKET_CAP, 2 * BUCKET_CAP + 101):
        index.remove(number, sketch)
    assert len(index) == BUCKET_CAP - 1
    assert len(index.candidates(asked({1, 2}), BUCKET_CAP).numbers) == BUCKET_CAP - 1


def test_an_empty_index_and_an_empty_query_answer_nothing():
    assert Index(SCHEME).candidates(asked({1, 2}, {0: 1}), 5).numbers == ()
    assert filled(made({1, 2}, {0: 1})).candidates(asked(), 5).numbers == ()
