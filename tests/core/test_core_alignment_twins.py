"""Kernels of the alignment beside the same in plain Python: slower, and easier to see right."""

import math
from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import articles

from textkin_service.alignment import DEFAULT, runs
from textkin_service.alignment import seeds as seeds_module
from textkin_service.alignment.boundaries import _grown, _thinned, _too_many
from textkin_service.alignment.extension import _sort, extend, resemblance
from textkin_service.alignment.likelihood import evidence_at, gains, mutual_evidence, ratios
from textkin_service.alignment.matches import Match
from textkin_service.alignment.passages import _cosine, word_order
from textkin_service.alignment.runs import exact_runs
from textkin_service.alignment.seeds import find_seeds
from textkin_service.alignment.sides import Side, snapped
from textkin_service.alignment.vectors import sentence_vectors
from textkin_service.alignment.views import View
from textkin_service.analysis import analyze

# No deadline: the first example compiles. The same examples each time, since sums of floats may fall either side of a line.
some = settings(max_examples=60, deadline=None, derandomize=True)
words = st.lists(st.integers(0, 6), max_size=40)
MOST_PLACES = 16


@st.composite
def views(draw):
    """Returns a view of two texts that have words."""
    sides = [Side.of(analyze(draw(articles()) or "Canal boats.", "en"), name) for name in "ab"]
    return View.of(*sides)


def ranges(size):
    return st.lists(st.integers(0, size), min_size=2, max_size=2, unique=True).map(
        lambda ends: tuple(sorted(ends))
    )


def sentences(side, stems):
    return [stems[start:end].tolist() for start, end in zip(side.starts, side.ends, strict=True)]


def plain_vectors(view):
    """Returns the sentences of both sides as dictionaries of weights, and the isf of the stems."""
    both = [
        [Counter(each) for each in sentences(side, stems)]
        for side, stems in ((view.own, view.own_stems), (view.other, view.other_stems))
    ]
    frequency = Counter(stem for side in both for sentence in side for stem in sentence)
    total = sum(map(len, both))
    isf = {stem: math.log((total + 1) / count) for stem, count in frequency.items()}
    weighed = [
        [{stem: math.sqrt(count) * isf[stem] for stem, count in sentence.items()} for sentence in side]
        for side in both
    ]
    return *weighed, isf


def cosine(x, y):
    lengths = math.sqrt(sum(w * w for w in x.values()) * sum(w * w for w in y.values()))
    return sum(w * y.get(stem, 0.0) for stem, w in x.items()) / lengths if lengths else 0.0


@some
@given(views())
def test_seeds_are_the_pairs_of_sentences_that_are_alike(view):
    a, b, isf = plain_vectors(view)
    expected = {}
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            shared = x.keys() & y.keys()
            alike = cosine(x, y)
            if alike >= DEFAULT.seed_cosine and 2 * len(shared) / (len(x) + len(y)) >= DEFAULT.seed_dice:
                expected[i, j] = (alike, sum(isf[stem] for stem in shared))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seeds_module, "_ROOM", 1)
        seeds = find_seeds(sentence_vectors(view), DEFAULT)
    assert list(zip(seeds.a.tolist(), seeds.b.tolist(), strict=True)) == sorted(expected)
    for found, figure in ((seeds.similarity, 0), (seeds.evidence, 1)):
        assert found.tolist() == pytest.approx([expected[pair][figure] for pair in sorted(expected)])


@some
@given(views())
def test_fragments_hold_seeds_near_each_other_and_their_sides_resemble_each_other(view):
    a, b, isf = plain_vectors(view)
    vectors = sentence_vectors(view)
    seeds = find_seeds(vectors, DEFAULT)
    for fragment in extend(seeds, vectors, view.own.blocks, view.other.blocks, DEFAULT):
        sides = []
        for rows, (start, end) in ((a, fragment.a), (b, fragment.b)):
            total = Counter()
            for row in rows[start:end]:
                total.update(row)
            sides.append(total)
        shared = sides[0].keys() & sides[1].keys()
        alike, evidence = resemblance(vectors, fragment)
        assert alike == pytest.approx(cosine(*sides))
        assert evidence == pytest.approx(sum(isf[stem] for stem in shared))
        assert alike >= DEFAULT.fragment_cosine
        assert evidence >= DEFAULT.min_evidence
        inside = [
            (i, j, similarity)
            for i, j, similarity in zip(
                seeds.a.tolist(), seeds.b.tolist(), seeds.similarity.tolist(), strict=True
            )
            if fragment.a[0] <= i < fragment.a[1] and fragment.b[0] <= j < fragment.b[1]
        ]
        assert fragment.mass <= sum(similarity for _, _, similarity in inside) + 1e-9
        for side in (0, 1):
            places = sorted({seed[side] for seed in inside})
            assert all(after - before <= DEFAULT.max_gap + 1 for before, after in pairwise(places))
    assert not vectors.room.any()


def plain_runs(a, b, width):
    often = Counter(tuple(a[i : i + width]) for i in range(len(a) - width + 1))
    places = defaultdict(list)
    for j in range(len(b) - width + 1):
        if 0 < often[tuple(b[j : j + width])] <= MOST_PLACES:
            places[tuple(b[j : j + width])].append(j)
    found_runs, reached = [], {}
    for i in range(len(a) - width + 1):
        found = places.get(tuple(a[i : i + width]), [])
        for j in found if len(found) <= MOST_PLACES else []:
            if reached.get(j - i, -1) > i:
                continue
            end = i + width
            while end < len(a) and end + j - i < len(b) and a[end] == b[end + j - i]:
                end += 1
            reached[j - i] = end - width + 1
            found_runs.append([i, end, j, end + j - i, end - i])
    return sorted(found_runs)


@some
@given(words, words, st.integers(2, 4))
def test_exact_runs_are_stretches_of_equal_words_as_long_as_can_be(a, b, width):
    for room in (1, 256):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(runs, "_ROOM", room)
            found = exact_runs(np.array(a, np.uint64), np.array(b, np.uint64), width)
        assert found.tolist() == plain_runs(a, b, width)


def plain_ratios(view, own, source, passage):
    in_source = Counter(view.other_stems[slice(*source)].tolist())
    reused = in_source if passage is None else Counter(view.own_stems[slice(*passage)].tolist())
    barrier = len(view.usual) - 1
    del in_source[barrier]
    every_own, every_other = (
        Counter(stem for stem in stems.tolist() if stem != barrier)
        for stems in (view.own_stems, view.other_stems)
    )
    here, there = every_own - reused, every_other - in_source
    prior = DEFAULT.usual_words
    result = []
    for stem in view.own_stems[slice(*own)].tolist():
        elsewhere = max(
            (rest[stem] + prior * view.usual[stem]) / (rest.total() + prior) for rest in (here, there)
        )
        result.append(in_source[stem] / (source[1] - source[0]) / max(elsewhere, 1e-9))
    return result


@some
@given(views(), st.data())
def test_a_ratio_is_how_much_more_often_a_word_stands_in_the_source_than_elsewhere(view, data):
    own, source = data.draw(ranges(len(view.own))), data.draw(ranges(len(view.other)))
    passage = data.draw(st.none() | ranges(len(view.own)))
    found = ratios(view, own, source, DEFAULT, passage=passage)
    assert found.tolist() == pytest.approx(plain_ratios(view, own, source, passage))
    shares = (0.2, 0.7)
    expected = [
        [min(math.log(1 - share + share * ratio), DEFAULT.most_gain) for ratio in found] for share in shares
    ]
    for share, each in zip(shares, expected, strict=True):
        assert gains(found, share, DEFAULT).tolist() == pytest.approx(each)
    assert evidence_at(found, shares, DEFAULT) == pytest.approx(max(map(sum, expected)))
    assert not view.room.any()


@some
@given(views(), st.data())
def test_mutual_evidence_is_that_of_the_side_that_has_less(view, data):
    match = Match(data.draw(ranges(len(view.own))), data.draw(ranges(len(view.other))))
    back = view.mirrored
    each = [
        evidence_at(ratios(view, match.own, match.other, DEFAULT), DEFAULT.reused_shares, DEFAULT),
        evidence_at(ratios(back, match.other, match.own, DEFAULT), DEFAULT.reused_shares, DEFAULT),
    ]
    assert mutual_evidence(view, match, DEFAULT) == pytest.approx(min(each))
    assert mutual_evidence(back, match.mirrored(), DEFAULT) == pytest.approx(min(each))


@some
@given(words, words, st.integers(1, 4))
def test_of_a_stem_that_is_too_frequent_the_words_among_the_most_telling_ones_count(own, source, reach):
    stems, others = np.array(own, np.int64), np.array(source, np.int64)
    telling = np.cos(np.arange(len(own)))
    room = np.zeros((3, 7), np.int64)
    places, density = _too_many(stems, others, telling, reach, room)
    here, there = Counter(own), Counter(source)
    assert places.tolist() == [i for i, stem in enumerate(own) if here[stem] > there[stem] > 0]
    around = [telling[max(0, i - reach) : i + reach + 1].sum() for i in places]
    assert density.tolist() == pytest.approx(around)
    thinned = _thinned(np.full(len(own), 2.0), places, stems, others, room)
    for stem in set(own):
        kept = [i for i, each in enumerate(own) if each == stem and thinned[i] == 2.0]
        most = min(here[stem], there[stem]) if there[stem] else here[stem]
        assert kept == [i for i, each in enumerate(own) if each == stem][:most]
    assert not room.any()


@some
@given(st.lists(st.booleans(), max_size=20), st.data(), st.integers(0, 8))
def test_a_range_grows_over_what_is_free_up_to_its_reach(free, data, reach):
    start, end = sorted((data.draw(st.integers(0, len(free))), data.draw(st.integers(0, len(free)))))
    found = _grown(np.array(free, bool), start, end, reach)
    before, after = free[max(0, start - reach) : start][::-1], free[end : end + reach]
    expected = [next((i for i, each in enumerate(side) if not each), len(side)) for side in (before, after)]
    assert found == (start - expected[0], end + expected[1])


@some
@given(st.lists(st.integers(0, 5), max_size=30), st.data())
def test_seeds_are_sorted_by_place_and_equal_ones_keep_their_order(keys, data):
    start, end = sorted((data.draw(st.integers(0, len(keys))), data.draw(st.integers(0, len(keys)))))
    members = data.draw(st.permutations(range(len(keys))))
    found = np.array(members, np.int64)
    _sort(found, start, end, np.array(keys, np.int64), np.empty(len(keys), np.int64))
    expected = sorted(members[start:end], key=lambda member: keys[member])
    assert found.tolist() == [*members[:start], *expected, *members[end:]]


@some
@given(views(), st.data())
def test_a_range_is_snapped_to_the_sentences_that_lie_in_it_by_more_than_half(view, data):
    start, end = data.draw(ranges(len(view.own)))
    inside = [
        (first, last)
        for first, last in zip(view.own.starts.tolist(), view.own.ends.tolist(), strict=True)
        if 2 * (min(last, end) - max(first, start)) > last - first
    ]
    assert snapped(view.own, (start, end)) == ((inside[0][0], inside[-1][1]) if inside else None)


@some
@given(words, words, st.integers(1, 3))
def test_word_order_is_the_dice_coefficient_of_the_multisets_of_n_grams(a, b, width):
    grams = [Counter(tuple(each[i : i + width]) for i in range(len(each) - width + 1)) for each in (a, b)]
    total = grams[0].total() + grams[1].total()
    expected = 2 * (grams[0] & grams[1]).total() / total if total else 0.0
    assert word_order(np.array(a, np.uint64), np.array(b, np.uint64), width) == pytest.approx(expected)


@some
@given(views(), st.data())
def test_the_cosine_of_two_sides_is_that_of_their_stems_weighed_by_rarity(view, data):
    match = Match(data.draw(ranges(len(view.own))), data.draw(ranges(len(view.other))))
    sides = []
    for side, stems, inside in (
        (view.own, view.own_stems, match.own),
        (view.other, view.other_stems, match.other),
    ):
        counts, rarity = Counter(), {}
        for word in range(*inside):
            if side.tokens[word] >= 0:
                stem = int(stems[word])
                counts[stem] += 1
                rarity[stem] = max(0.0, 7.0 - float(side.analysis.zipf[side.tokens[word]]))
        sides.append({stem: math.sqrt(count) * rarity[stem] for stem, count in counts.items()})
    assert _cosine(view, match) == pytest.approx(cosine(*sides))
    assert not view.room.any()
