"""Alignment: which passages of two texts say the same, by seed and extend, since rewrites reorder facts.

The steps, each a module with its parameters in `parameters`::

    vectors -> seeds -> [extension -> overlaps -> division -> boundaries -> selection] -> joining -> summaries -> passages
    carried -> sides -> runs, views     (local: in passes, over what is not yet covered)
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from textkin_service.alignment.carried import with_carried_residue
from textkin_service.alignment.joining import join
from textkin_service.alignment.limits import seeded
from textkin_service.alignment.local import local_matches
from textkin_service.alignment.matches import Match
from textkin_service.alignment.parameters import DEFAULT, Parameters
from textkin_service.alignment.passages import passage_of
from textkin_service.alignment.runs import find_runs
from textkin_service.alignment.sides import Side
from textkin_service.alignment.summaries import with_summaries
from textkin_service.alignment.views import View
from textkin_service.alignment.vocabulary import Numbers
from textkin_service.analysis import Analysis
from textkin_service.leave import may_go_on
from textkin_service.model import Passage, PassageKind, Span

__all__ = ["DEFAULT", "Alignment", "Parameters", "align"]


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """What two texts share.

    `passages`: by their place in `a`, spans in code points of the original texts. `copies`: where
    words stand in both in the same order, with small gaps, in passages or not. `cut_a`, `cut_b`: where the part of each text
    ends that was aligned, in code points, since all of it would have been too much work. None: all of it was.
    """

    passages: tuple[Passage, ...]
    copies: tuple[tuple[Span, Span], ...]
    cut_a: int | None = None
    cut_b: int | None = None


def align(a: Analysis, b: Analysis, parameters: Parameters = DEFAULT) -> Alignment:
    """Aligns two texts. The other way round, the answer is the mirror image."""
    if not (len(a.sentences) and len(b.sentences)):
        return Alignment((), ())
    if b.text < a.text:
        # Ties between equals are decided by place; one order for both directions decides them alike.
        return _mirrored(align(b, a, parameters))
    parameters = parameters.for_tokens(max(a.tokens_a_word, b.tokens_a_word))
    a, b = with_carried_residue(a, b, parameters)
    side_a, side_b = Side.of(a, "a"), Side.of(b, "b")
    words_a, words_b = np.flatnonzero(side_a.tokens >= 0), np.flatnonzero(side_b.tokens >= 0)
    if np.array_equal(side_a.hashes[words_a], side_b.hashes[words_b]):
        return _identical(side_a, side_b, words_a, words_b)
    may_go_on()
    start = seeded(a, b, parameters)
    view = start.view
    may_go_on()
    runs = find_runs(view.own, view.other, parameters)
    matches = local_matches(view, start.vectors, start.seeds, runs, parameters)
    may_go_on()
    matches = with_summaries(view, join(view, matches, parameters), runs, parameters)
    return Alignment(
        tuple(_passages(view, matches, parameters)),
        tuple((view.own.span(run.a), view.other.span(run.b)) for run in runs),
        start.cut_a,
        start.cut_b,
    )


def _passages(view: View, matches: list[Match], parameters: Parameters) -> Iterator[Passage]:
    for match in matches:
        may_go_on()
        yield passage_of(view, match, parameters)


def _identical(a: Side, b: Side, words_a: Numbers, words_b: Numbers) -> Alignment:
    """Returns the alignment of equal words: one passage, or one for each stretch that residue interrupts in neither text.

    `words_a` and `words_b` (int64): which are no barriers, parallel.
    """
    cuts = np.flatnonzero((np.diff(words_a) > 1) | (np.diff(words_b) > 1)) + 1
    found = [
        Passage(
            a.span((words_a[first], words_a[last - 1] + 1)),
            b.span((words_b[first], words_b[last - 1] + 1)),
            PassageKind.VERBATIM,
            1.0,
        )
        for first, last in pairwise([0, *cuts.tolist(), len(words_a)])
    ]
    return Alignment(
        tuple(found),
        tuple((passage.a, passage.b) for passage in found),
    )


def _mirrored(alignment: Alignment) -> Alignment:
    passages_ba = [replace(passage, a=passage.b, b=passage.a) for passage in alignment.passages]
    return Alignment(
        tuple(sorted(passages_ba, key=lambda p: (p.a.start, p.a.end, p.b.start, p.b.end))),
        tuple((b, a) for a, b in alignment.copies),
        alignment.cut_b,
        alignment.cut_a,
    )
