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
from textkin_service.alignment.boundaries import Free, refine
from textkin_service.alignment.extension import Fragment, _sort, extend, resemblance
from textkin_service.alignment.kernels import likelihood as kernels
from textkin_service.alignment.kernels.tables import (
    FIGURE_ROWS,
    IN_SOURCE,
    LEFT_OUT,
    NUMBER_ROWS,
    RATIOS,
    STEMS,
)
from textkin_service.alignment.likelihood import array, mutual_evidence, write_ratios
from textkin_service.alignment.local import _left
from textkin_service.alignment.matches import Match
from textkin_service.alignment.overlaps import keep
from textkin_service.alignment.passages import _cosine, word_order
from textkin_service.alignment.runs import exact_runs
from textkin_service.alignment.seeds import find_seeds
from textkin_service.alignment.sides import Side
from textkin_service.alignment.summaries import _is_any_mostly_bare
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
    vectors = sentence_vectors(view)
    seeds = find_seeds(vectors, DEFAULT)
    assert not vectors.room.any()
    assert list(zip(seeds.a.tolist(), seeds.b.tolist(), strict=True)) == sorted(expected)
    for found, figure in ((seeds.similarity, 0), (seeds.evidence, 1)):
        assert found.tolist() == pytest.approx([expected[pair][figure] for pair in sorted(expected)])


@some
@given(views())
def test_fragments_hold_seeds_near_each_other_and_their_sides_resemble_each_other(view):
    a, b, isf = plain_vectors(view)
    vectors = sentence_vectors(view)
    seeds = find_seeds(vectors, DEFAULT)
    bounds, masses = extend(seeds, vectors, view.own.blocks, view.other.blocks, DEFAULT)
    for (start_a, end_a, start_b, end_b), mass in zip(bounds.tolist(), masses.tolist(), strict=True):
        fragment = Fragment((start_a, end_a), (start_b, end_b), mass)
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


def stems_of(view, side):
    return (view.own_stems, view.other_stems)[side].tolist()


def plain_ratios(view, side, words, source, passage=None):
    """Returns the ratios of a range of words, by the definition; `passage`: what of their own text is no background."""
    in_source = Counter(stems_of(view, 1 - side)[slice(*source)])
    reused = in_source if passage is None else Counter(stems_of(view, side)[slice(*passage)])
    barrier = len(view.usual) - 1
    in_source = Counter({stem: count for stem, count in in_source.items() if stem != barrier})
    every_own, every_other = (
        Counter(stem for stem in stems_of(view, number) if stem != barrier) for number in (side, 1 - side)
    )
    here, there = every_own - reused, every_other - in_source
    prior = DEFAULT.usual_words
    result = []
    for stem in stems_of(view, side)[slice(*words)]:
        elsewhere = max(
            (rest[stem] + prior * view.usual[stem]) / (rest.total() + prior) for rest in (here, there)
        )
        result.append(in_source[stem] / (source[1] - source[0]) / max(elsewhere, 1e-9))
    return result


def plain_gains(ratios, share):
    return [min(math.log(1 - share + share * ratio), DEFAULT.most_gain) for ratio in ratios]


def plain_evidence(ratios, shares):
    return max(sum(plain_gains(ratios, share)) for share in shares)


def plain_likeliest(ratios, shares, allowed):
    """Returns the evidence and the bounds of the shortest interval that has most, at whichever of the shares."""
    best = (0.0, 0, 0)
    for share in shares:
        start, total = 0, 0.0
        for i, gained in enumerate(plain_gains(ratios, share)):
            total += gained
            if not allowed[i] or total <= 1e-12:
                start, total = i + 1, 0.0
            elif total > best[0] + 1e-9:
                best = (total, start, i + 1)
    return best


def plain_snap(view, side, words):
    of = (view.own, view.other)[side]
    inside = [
        (start, end)
        for start, end in zip(of.starts.tolist(), of.ends.tolist(), strict=True)
        if 2 * (min(end, words[1]) - max(start, words[0])) > end - start
    ]
    return (inside[0][0], inside[-1][1]) if inside else (0, 0)


def plain_grow(free, words, reach):
    before, after = free[max(0, words[0] - reach) : words[0]][::-1], free[words[1] : words[1] + reach]
    grown = [next((i for i, each in enumerate(side) if not each), len(side)) for side in (before, after)]
    return words[0] - grown[0], words[1] + grown[1]


def plain_thin(ratios, words, source, reach):
    """Returns the ratios where no stem speaks for reuse more often than the source has it."""
    here, there = Counter(words), Counter(source)
    speaking = plain_gains(ratios, DEFAULT.dense_share)
    density = [sum(speaking[max(0, i - reach) : i + reach + 1]) for i in range(len(words))]
    thinned = list(ratios)
    for stem in here:
        if here[stem] > there[stem] > 0:
            places = [i for i, each in enumerate(words) if each == stem]
            for i in sorted(places, key=lambda i: -round(density[i], 9))[there[stem] :]:
                thinned[i] = min(thinned[i], 1.0)
    return thinned


def counts_left(view):
    return view.numbers[[IN_SOURCE, LEFT_OUT], : len(view.usual)].any()


@some
@given(views(), st.integers(0, 1), st.data())
def test_a_ratio_is_how_much_more_often_a_word_stands_in_the_source_than_elsewhere(view, side, data):
    sizes = len(view.own), len(view.other)
    words, source = data.draw(ranges(sizes[side])), data.draw(ranges(sizes[1 - side]))
    passage = data.draw(st.none() | ranges(sizes[side]))
    found = write_ratios(view, side, words, source, passage, DEFAULT).tolist()
    assert found == pytest.approx(plain_ratios(view, side, words, source, passage))
    shares = (0.2, 0.7)
    evidence = kernels.evidence_of(view.figures, len(found), array(shares), DEFAULT.most_gain)
    assert evidence == pytest.approx(plain_evidence(found, shares), abs=1e-9)
    assert not counts_left(view)


@some
@given(views(), st.data())
def test_mutual_evidence_is_that_of_the_side_that_has_less(view, data):
    match = Match(data.draw(ranges(len(view.own))), data.draw(ranges(len(view.other))))
    each = [
        plain_evidence(plain_ratios(view, 0, match.own, match.other), DEFAULT.reused_shares),
        plain_evidence(plain_ratios(view, 1, match.other, match.own), DEFAULT.reused_shares),
    ]
    assert mutual_evidence(view, match, DEFAULT) == pytest.approx(min(each), abs=1e-9)


@some
@given(words, words, st.integers(1, 4))
def test_of_a_stem_that_is_too_frequent_the_words_among_the_most_telling_ones_count(own, source, reach):
    numbers = np.zeros((NUMBER_ROWS, 41), np.int64)
    numbers[STEMS, : len(own)], numbers[STEMS + 1, : len(source)] = own, source
    figures = np.empty((FIGURE_ROWS, 42))
    ratios = 3.0 + np.cos(np.arange(len(own)))
    figures[RATIOS, : len(own)] = ratios
    share, most = DEFAULT.dense_share, DEFAULT.most_gain
    kernels.thin(numbers, figures, 0, 0, len(own), 0, len(source), reach, share, most)
    assert figures[RATIOS, : len(own)].tolist() == plain_thin(ratios.tolist(), own, source, reach)
    assert not numbers[[IN_SOURCE, LEFT_OUT]].any()


def plain_bounded(view, side, match, free):
    """Returns the range of one side bounded anew, given the other."""
    other = 1 - side
    source = plain_grow(free[other], match[other], DEFAULT.refine_source)
    window = plain_grow(free[side], match[side], DEFAULT.refine_reach)
    ratios = plain_ratios(view, side, window, source)
    words, sources = stems_of(view, side)[slice(*window)], stems_of(view, other)[slice(*source)]
    thinned = plain_thin(ratios, words, sources, DEFAULT.dense_words)
    _, start, end = plain_likeliest(thinned, DEFAULT.reused_shares, [True] * len(words))
    start, end = plain_snap(view, side, (window[0] + start, window[0] + end))
    return (start, end) if start < end else match[side]


@some
@given(views(), st.data())
def test_a_match_is_bounded_by_turns_each_side_given_the_other(view, data):
    match = [data.draw(ranges(len(view.own))), data.draw(ranges(len(view.other)))]
    free = [view.unbroken[side, : len(of)].tolist() for side, of in enumerate((view.own, view.other))]
    expected = list(match)
    for _ in range(DEFAULT.refine_rounds):
        for side in (0, 1):
            expected[side] = plain_bounded(view, side, expected, free)
    (found,) = refine(view, [Match(*match)], [False], Free.of(view), DEFAULT)
    assert found == Match(*expected)
    assert not counts_left(view)


def plain_to_the_ends(view, side, words):
    """Returns a range, taken to where the text or a barrier bounds it if little is left till there."""
    stems, barrier = stems_of(view, side), len(view.usual) - 1
    barriers = [-1, *(i for i, stem in enumerate(stems) if stem == barrier), len(stems)]
    first = max(i for i in barriers if i < words[0]) + 1
    last = min(i for i in barriers if i >= words[1])
    little = DEFAULT.source_slack * (words[1] - words[0])
    return (
        first if words[0] - first <= little else words[0],
        last if last - words[1] <= little else words[1],
    )


def plain_summary(view, side, free):
    """Returns the ranges of the likeliest brief and source, and the evidence of both; None: there is none."""
    other = 1 - side
    everything = [(0, len(of)) for of in (view.own, view.other)]
    brief, source = (0, 0), everything[other]
    for _ in range(DEFAULT.summary_rounds):
        before = brief, source
        for _ in range(2):
            ratios = plain_ratios(view, side, everything[side], source, brief)
            evidence, *words = plain_likeliest(ratios, DEFAULT.brief_shares, free[side])
            brief = plain_snap(view, side, words)
            if brief == (0, 0):
                return None
        ratios = plain_ratios(view, other, everything[other], brief, source)
        of_source, *words = plain_likeliest(ratios, DEFAULT.source_shares, free[other])
        if plain_snap(view, other, words) == (0, 0):
            return None
        source = plain_to_the_ends(view, other, plain_snap(view, other, words))
        if (brief, source) == before:
            break
    return brief, source, [evidence, of_source]


@some
@given(views(), st.integers(0, 1))
def test_a_summary_is_bounded_by_turns_its_brief_and_its_source_given_the_other(view, side):
    ranges, evidence = np.empty(4, np.int64), np.empty(2)
    is_found = kernels.find_summary(
        view.numbers,
        view.figures,
        view.sizes,
        view.unbroken,
        side,
        array(DEFAULT.brief_shares),
        array(DEFAULT.source_shares),
        DEFAULT.summary_rounds,
        DEFAULT.usual_words,
        DEFAULT.source_slack,
        DEFAULT.most_gain,
        ranges,
        evidence,
    )
    free = [view.unbroken[number, : len(of)].tolist() for number, of in enumerate((view.own, view.other))]
    expected = plain_summary(view, side, free)
    assert is_found == (expected is not None)
    if expected:
        assert ranges.tolist() == [*expected[0], *expected[1]]
        assert evidence.tolist() == pytest.approx(expected[2], abs=1e-6)
    assert not counts_left(view)


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
@given(views(), st.integers(0, 1), st.data())
def test_a_range_is_snapped_to_the_sentences_that_lie_in_it_by_more_than_half(view, side, data):
    words = data.draw(ranges(len((view.own, view.other)[side])))
    assert kernels.snap(view.numbers, view.sizes, side, *words) == plain_snap(view, side, words)


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
                rarity[stem] = max(0.0, 7.0 - float(side.zipf[word]))
        sides.append({stem: math.sqrt(count) * rarity[stem] for stem, count in counts.items()})
    assert _cosine(view, match) == pytest.approx(cosine(*sides))
    assert not view.room.any()


@some
@given(st.lists(st.tuples(ranges(12), ranges(12)), max_size=8), st.data())
def test_ranges_are_kept_while_too_little_of_them_is_taken(both, data):
    order = data.draw(st.permutations(range(len(both))))
    kept, taken = [], (set(), set())
    for i in order:
        places = [set(range(*each)) for each in both[i]]
        if max(len(own & gone) / len(own) for own, gone in zip(places, taken, strict=True)) < 0.5:
            kept.append(i)
            for own, gone in zip(places, taken, strict=True):
                gone.update(own)
    found = np.zeros(len(both), bool)
    bounds = np.array([(*own, *other) for own, other in both], np.int64).reshape(-1, 4)
    keep(bounds, np.array(order, np.int64), 0.5, np.zeros((2, 12), bool), found)
    assert np.flatnonzero(found).tolist() == sorted(kept)


@some
@given(views(), st.data())
def test_sentences_that_are_free_by_half_or_less_interrupt_the_text(view, data):
    side = view.own
    free = data.draw(st.lists(st.booleans(), min_size=len(side), max_size=len(side)))
    left = np.empty(len(side.starts), bool)
    blocks = _left(side.starts, side.ends, side.blocks, np.array(free, bool), left)
    bounds = list(zip(side.starts.tolist(), side.ends.tolist(), strict=True))
    assert left.tolist() == [2 * sum(free[start:end]) > end - start for start, end in bounds]
    assert blocks.tolist() == (side.blocks + np.cumsum(~left)).tolist()


@some
@given(
    st.integers(1, 15),
    st.lists(st.tuples(st.integers(0, 15), st.integers(0, 15)).map(sorted), max_size=4),
    st.integers(1, 6),
)
def test_a_stretch_that_is_copied_by_less_than_half_may_be_a_brief(size, copies, shortest):
    copies = [[min(start, size), min(end, size)] for start, end in copies]
    bare = [1 - 2 * sum(start <= i < end for start, end in copies) for i in range(size)]
    expected = any(sum(bare[i:j]) > 0 for i in range(size) for j in range(i + shortest, size + 1))
    ranges_of = np.array(copies, np.int64).reshape(-1, 2)
    assert _is_any_mostly_bare(np.zeros(size + 1, np.int64), ranges_of, shortest) == expected
