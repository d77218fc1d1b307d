"""The steps of the alignment that weigh words: likelihood, boundaries, selection, joining."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import CANAL, FURNITURE, OBSERVATORY, ORCHESTRA, text_of
from saltway import REPORT, REWRITE

from textkin_service.alignment import DEFAULT
from textkin_service.alignment.boundaries import Free, refine
from textkin_service.alignment.joining import join
from textkin_service.alignment.kernels import likelihood as kernels
from textkin_service.alignment.kernels.tables import FIGURE_ROWS, RATIOS
from textkin_service.alignment.likelihood import mutual_evidence
from textkin_service.alignment.matches import Match
from textkin_service.alignment.runs import bounded_by_runs, find_runs
from textkin_service.alignment.selection import select
from textkin_service.alignment.sides import Side
from textkin_service.alignment.views import View
from textkin_service.analysis import analyze

some = settings(max_examples=80, deadline=None, derandomize=True)


def view_of(a, b):
    return View.of(Side.of(analyze(a), "a"), Side.of(analyze(b), "b"))


def place(side, text):
    """Returns the words of a side that a stretch of its text has."""
    start = side.text_tokens.text.index(text)
    starts = side.text_tokens.starts
    inside = [i for i, t in enumerate(side.tokens) if t >= 0 and start <= starts[t] < start + len(text)]
    return inside[0], inside[-1] + 1


def match_of(view, own, other):
    return Match(place(view.own, own), place(view.other, other))


@some
@given(st.lists(st.floats(0, 50), max_size=12), st.data())
def test_the_likeliest_interval_has_the_most_evidence_of_those_allowed(ratios, data):
    allowed = np.array(data.draw(st.lists(st.booleans(), min_size=len(ratios), max_size=len(ratios))), bool)
    shares = (0.3, 0.7)
    figures, most = np.empty((FIGURE_ROWS, len(ratios))), DEFAULT.most_gain
    figures[RATIOS] = np.where(allowed, ratios, -1.0)
    found, start, end = kernels.likeliest(figures, len(ratios), np.array(shares), most)
    each = [np.minimum(np.log(1 - share + share * np.array(ratios, float)), most) for share in shares]
    sums = [
        values[i:j].sum()
        for values in each
        for i in range(len(ratios) + 1)
        for j in range(i, len(ratios) + 1)
        if allowed[i:j].all()
    ]
    assert allowed[start:end].all()
    assert found == pytest.approx(max(sums), abs=1e-9)
    assert found == pytest.approx(max(values[start:end].sum() for values in each), abs=1e-9)


def test_a_rewritten_paragraph_has_evidence_and_a_strange_one_has_none():
    a = "\n\n".join([REWRITE[2], text_of(*OBSERVATORY)])
    view = view_of(a, "\n\n".join(REPORT))
    assert mutual_evidence(view, match_of(view, REWRITE[2], REPORT[2]), DEFAULT) > DEFAULT.least_evidence
    assert mutual_evidence(view, match_of(view, text_of(*OBSERVATORY), REPORT[2]), DEFAULT) < 0.0


def test_words_that_stand_all_over_a_text_are_weak_evidence():
    sentence = "The lighthouse keeper of Ostrava counts herring gulls."
    refrain = " ".join(
        f"Lighthouse keepers counted gulls again in {month}." for month in ("May", "June", "July")
    )
    rare, common = view_of(sentence, sentence + " Nothing else."), view_of(sentence, f"{sentence} {refrain}")
    match = Match((0, 8), (0, 8))
    assert mutual_evidence(common, match, DEFAULT) < mutual_evidence(rare, match, DEFAULT)


def test_a_fragment_that_reaches_over_the_ends_of_reuse_is_bounded_to_its_sentences():
    a = "\n\n".join([text_of(*OBSERVATORY[:4]), REWRITE[2], text_of(*OBSERVATORY[4:])])
    b = "\n\n".join([text_of(*CANAL[:4]), REPORT[2], text_of(*CANAL[4:])])
    view = view_of(a, b)
    too_wide = Match((0, len(view.own)), (0, len(view.other)))
    (found,) = refine(view, [too_wide], [False], Free.of(view), DEFAULT)
    assert found == match_of(view, REWRITE[2], REPORT[2])


def test_a_fragment_that_ends_too_early_grows_by_whole_sentences():
    a = "\n\n".join([text_of(*OBSERVATORY), REWRITE[2], text_of(*ORCHESTRA)])
    view = view_of(a, "\n\n".join([text_of(*CANAL), REPORT[2]]))
    right = match_of(view, REWRITE[2], REPORT[2])
    too_short = Match((right.own[0], right.own[0] + 20), (right.other[0], right.other[0] + 24))
    assert refine(view, [too_short], [False], Free.of(view), DEFAULT) == [right]


def test_boundaries_stop_at_residue_and_at_what_is_taken():
    a = f"{REWRITE[2]}\n\n{FURNITURE}\n\n{REWRITE[3]}"
    view = view_of(a, f"{REPORT[2]} {REPORT[3]}")
    first = match_of(view, REWRITE[2], REPORT[2])
    (grown,) = refine(view, [first], [False], Free.of(view), DEFAULT)
    assert grown.own == first.own
    second = match_of(view, REWRITE[3], REPORT[3])
    assert refine(view, [first], [False], Free.of(view).without([second]), DEFAULT) == [first]


def test_a_boundary_is_snapped_to_sentences_that_lie_in_it_by_more_than_half():
    view = view_of(text_of(*CANAL), text_of(*CANAL))
    first, second = (int(end) for end in view.own.ends[:2])
    tables = view.numbers, view.sizes, 0
    assert kernels.snap(*tables, 2, second - 2) == (0, second)
    assert kernels.snap(*tables, first - 2, second) == (first, second)
    assert kernels.snap(*tables, first - 1, first + 1) == (0, 0)


def test_of_matches_for_the_same_words_the_one_with_more_evidence_is_selected():
    view = view_of(REWRITE[2], f"{REPORT[2]} {text_of(*CANAL)}")
    right = match_of(view, REWRITE[2], REPORT[2])
    wider = Match(right.own, (0, len(view.other)))
    assert select(view, [wider, right], [], DEFAULT) == [right]
    assert select(view, [wider], [right], DEFAULT) == []


def test_the_more_is_known_to_be_reused_the_less_evidence_it_takes():
    a, b = (
        text_of(*CANAL),
        text_of(*CANAL[:2], "Petra Lindqvist praised the oak gates and the clay at the top lock."),
    )
    view = view_of(a, b)
    match = Match(
        place(view.own, CANAL[1]), place(view.other, "Petra Lindqvist praised the oak gates and the clay")
    )
    assert select(view, [match], [], DEFAULT) == []
    assert select(view, [match], [], DEFAULT.knowing(0.9)) == [match]


def test_neighbours_in_both_texts_are_joined():
    a = text_of(*OBSERVATORY[:3], REWRITE[2], *OBSERVATORY[3:])
    view = view_of(a, text_of(*REPORT))
    cut, cut_there = REWRITE[2].split(". ")[0], REPORT[2].split(". ")[0]
    first = match_of(view, cut, cut_there)
    rest = Match(
        (first.own[1], place(view.own, REWRITE[2])[1]), (first.other[1], place(view.other, REPORT[2])[1])
    )
    assert join(view, [rest, first], DEFAULT) == [match_of(view, REWRITE[2], REPORT[2])]


@pytest.mark.parametrize("between", ["\n\n", f"\n\n{FURNITURE}\n\n"])
def test_neighbours_with_a_paragraph_end_or_residue_between_stay_apart(between):
    view = view_of(between.join(REWRITE[2:4]), between.join(REPORT[2:4]))
    matches = [match_of(view, REWRITE[i], REPORT[i]) for i in (2, 3)]
    assert join(view, matches, DEFAULT) == matches


def test_neighbours_that_changed_places_stay_apart():
    view = view_of(text_of(REWRITE[2], REWRITE[3]), text_of(REPORT[3], REPORT[2]))
    matches = [match_of(view, REWRITE[i], REPORT[i]) for i in (2, 3)]
    assert join(view, matches, DEFAULT) == matches


def test_a_match_of_copies_that_changed_places_comes_apart():
    view = view_of(text_of(REPORT[2], REPORT[3]), text_of(REPORT[3], REPORT[2]))
    runs = find_runs(view.own, view.other, DEFAULT)
    whole = Match((0, len(view.own)), (0, len(view.other)))
    assert bounded_by_runs(whole, runs, DEFAULT) == [match_of(view, REPORT[i], REPORT[i]) for i in (2, 3)]
