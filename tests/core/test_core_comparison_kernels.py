"""Kernels of the comparison beside the same in plain Python."""

import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from invented import CANAL, OBSERVATORY, articles, text_of
from saltway import REPORT, REWRITE, SUMMARY

from textkin_service.alignment.vocabulary import numbered
from textkin_service.analysis import analyze
from textkin_service.measures import _containments, _covered
from textkin_service.relation import compare

# No deadline: the first example compiles.
some = settings(max_examples=80, deadline=None, derandomize=True)
values = st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 9), max_size=40)
stems = st.lists(st.tuples(st.integers(0, 9), st.floats(0, 7, width=32)), max_size=30)


@some
@given(values, values, st.integers(1, 3))
def test_n_grams_are_numbered_as_they_come(a, b, width):
    assume(min(len(a), len(b)) >= width - 1)
    in_a, in_b, firsts = numbered(np.array(a, np.uint64), np.array(b, np.uint64), width)
    grams_a, grams_b = ([tuple(row[i : i + width]) for i in range(len(row) - width + 1)] for row in (a, b))
    distinct = list(dict.fromkeys([*grams_a, *grams_b]))
    assert in_a.tolist() == [distinct.index(gram) for gram in grams_a]
    assert in_b.tolist() == [distinct.index(gram) for gram in grams_b]
    assert firsts.tolist() == [[*grams_a, *grams_b].index(gram) for gram in distinct]


def containment(own, other):
    rarity = {}
    for stem, zipf in own:
        rarity.setdefault(stem, max(6.0 - zipf, 0.0))
    there = {stem for stem, _ in other}
    total = sum(rarity.values())
    return sum(each for stem, each in rarity.items() if stem in there) / total if total else 0.0


@some
@given(stems, stems)
def test_containment_is_the_share_of_distinct_stems_that_the_other_has_by_rarity(a, b):
    (stems_a, zipf_a), (stems_b, zipf_b) = (
        (np.array([stem for stem, _ in each], np.int64), np.array([zipf for _, zipf in each], np.float32))
        for each in (a, b)
    )
    found = _containments(stems_a, zipf_a, stems_b, zipf_b, 10)
    assert found == pytest.approx((containment(a, b), containment(b, a)))


@some
@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)).map(sorted), max_size=8),
    st.lists(st.booleans(), min_size=30, max_size=30),
    st.data(),
)
def test_words_in_several_ranges_are_counted_once(ranges, counts, data):
    words = sorted(data.draw(st.sets(st.integers(0, 29))))
    kinds = data.draw(st.lists(st.integers(1, 3), min_size=len(ranges), max_size=len(ranges)))
    covered, copied = (
        {
            word
            for (start, end), kind in zip(ranges, kinds, strict=True)
            if kind & bit
            for word in range(start, end)
        }
        for bit in (1, 2)
    )
    found = _covered(
        np.array(words, np.int64),
        np.array(counts, bool),
        np.array(ranges, np.int64).reshape(-1, 2),
        np.array(kinds, np.int64),
    )
    assert found == (
        len(covered.intersection(words)),
        len([word for word in copied.intersection(words) if counts[word]]),
    )


def shingles(text):
    words = analyze(text).evidence_words()
    return {words[i : i + 5] for i in range(max(1, len(words) - 4))} if words else set()


@some
@given(articles(), articles() | st.sampled_from(["", *CANAL, "Canal.", "The canal reopened."]))
def test_resemblance_is_the_jaccard_similarity_of_the_shingles(a, b):
    union = shingles(a) | shingles(b)
    expected = len(shingles(a) & shingles(b)) / len(union) if union else 0.0
    assert compare(analyze(a), analyze(b)).resemblance == pytest.approx(expected)


_COUNTS_WHAT_IS_COMPILED = """
import gc, json, sys
from numba.core.dispatcher import Dispatcher
from textkin_service import analysis, relation

def compiled():
    kernels = [each for each in gc.get_objects() if isinstance(each, Dispatcher)]
    return {f"{each.__module__}.{each.__name__}": len(each.signatures) for each in kernels}

analysis.prepare()
relation.prepare()
before = compiled()
texts = [analysis.analyze(text) for text in json.load(sys.stdin)]
for a in texts:
    for b in texts:
        relation.compare(a, b)
print(json.dumps([before, compiled()]))
"""


def test_once_prepared_no_comparison_waits_for_a_kernel():
    texts = [
        "",
        "Canal.",
        text_of(*CANAL),
        text_of(*CANAL[3:], *OBSERVATORY, *CANAL[:3]),
        f"{CANAL[0]}\n\nLeave a Reply\n\n{text_of(*CANAL[1:])}",
        "\n\n".join([REPORT[2], text_of(*CANAL), *REPORT[4:6]]),
        "\n\n".join([*REWRITE, SUMMARY]),
        "運河の水門が十一か月の修理を終えて土曜日に再び開いた。" * 3,
    ]
    ran = subprocess.run(
        [sys.executable, "-c", _COUNTS_WHAT_IS_COMPILED],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
    )
    before, after = json.loads(ran.stdout)
    assert after == before
    assert before["textkin_service.alignment.kernels.likelihood.find_summary"] == 1
