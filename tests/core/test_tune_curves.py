"""The S-curve and the cut that is chosen by it: against its formula, and against signatures."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textkin_service.index.kernels.entries import band_keys
from textkin_service.tune.curves import Cut, best_cut, error_area

few = settings(max_examples=25, deadline=None)


@few
@given(st.floats(0.5, 0.999), st.floats(0.05, 1.0), st.integers(1, 128))
def test_the_chosen_cut_meets_the_target_whenever_one_can(recall, resemblance, most_bands):
    cut = best_cut(recall, resemblance, 128, most_bands)
    assert 1 <= cut.bands <= most_bands
    assert cut.bands * cut.rows <= 128
    if cut.meeting(resemblance) < recall:
        # Bands of one row meet most easily: if any cut met the target, these did.
        assert cut == Cut(most_bands, 1)


@few
@given(st.floats(0.5, 0.99), st.floats(0.2, 0.95))
def test_no_other_cut_that_meets_the_target_errs_less(recall, resemblance):
    chosen = best_cut(recall, resemblance, 128, 128)
    if chosen.meeting(resemblance) < recall:
        return
    for rows in range(1, 129):
        for bands in (1, 64 // rows, 128 // rows):
            if bands and Cut(bands, rows).meeting(resemblance) >= recall:
                assert error_area(chosen, resemblance) <= error_area(Cut(bands, rows), resemblance)


@pytest.mark.parametrize(("cut", "s", "expected"), [(Cut(32, 4), 0.42, 0.636), (Cut(32, 4), 0.6, 0.988)])
def test_the_curve_is_that_of_the_book(cut, s, expected):
    assert cut.meeting(s) == pytest.approx(expected, abs=0.001)


@given(st.integers(1, 32), st.integers(1, 8))
def test_alike_texts_meet_at_least_as_often_as_less_alike_ones(bands, rows):
    curve = Cut(bands, rows).meeting(np.linspace(0, 1, 101))
    assert np.all(np.diff(curve) >= 0)
    assert (curve[0], curve[-1]) == (0.0, 1.0)


@pytest.mark.parametrize("resemblance", [0.3, 0.5, 0.6, 0.8])
def test_signatures_meet_as_often_as_the_curve_says(resemblance):
    cut = best_cut(0.9, resemblance, 128, 128)
    trials, random = 2_000, np.random.default_rng(11)
    met = 0
    for _ in range(trials):
        one = random.integers(0, 2**32 - 1, 128, np.uint32)
        other = np.where(random.random(128) < resemblance, one, random.integers(0, 2**32 - 1, 128, np.uint32))
        keys = [band_keys(each, cut.bands, cut.rows) for each in (one, other)]
        met += bool(len(np.intersect1d(*keys)))
    p = cut.meeting(resemblance)
    # Five standard errors of a binomial share.
    assert met / trials == pytest.approx(p, abs=5 * (p * (1 - p) / trials) ** 0.5)
