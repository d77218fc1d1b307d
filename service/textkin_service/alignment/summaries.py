"""Summaries: a short stretch of one text that answers for a much longer one of the other.

Its sentences resemble none of the source's, or a few far apart, so that seeds do not find it. But its words, one by one, are
the source's, and those around it are not.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment.joining import has_break
from textkin_service.alignment.kernels import likelihood as kernels
from textkin_service.alignment.likelihood import array, evidence_given, write_ratios
from textkin_service.alignment.matches import Match, gap, hull, length, overlap
from textkin_service.alignment.parameters import Parameters
from textkin_service.alignment.runs import Run
from textkin_service.alignment.sides import Side
from textkin_service.alignment.views import View
from textkin_service.alignment.vocabulary import Numbers
from textkin_service.kernels import kernel
from textkin_service.leave import may_go_on


@dataclass(frozen=True, slots=True)
class _Summary:
    """A brief in the own text, its source in the other, and the evidence of the brief in nats."""

    match: Match
    evidence: float


def with_summaries(view: View, matches: list[Match], runs: list[Run], parameters: Parameters) -> list[Match]:
    """Returns the matches with the summaries found in either text, by place; those that a summary explains better are gone."""
    copies = [Match(run.a, run.b) for run in runs if run.matched >= parameters.copied_words]
    found = _with_briefs(view, 0, matches, copies, parameters)
    mirrored = _with_briefs(
        view,
        1,
        [match.mirrored() for match in found],
        [copy.mirrored() for copy in copies],
        parameters,
    )
    return sorted(match.mirrored() for match in mirrored)


def _with_briefs(
    view: View, number: int, matches: list[Match], copies: list[Match], parameters: Parameters
) -> list[Match]:
    """Returns the matches with the summaries that one side, of this number, has of the other; both are seen from it."""
    side = (view.own, view.other)[number]
    if not _may_have_brief(len(side), copies, parameters):
        return matches
    free = view.unbroken.copy()
    kept = list(matches)
    for _ in range(parameters.most_summaries):
        may_go_on()
        summary = _find(view, number, free, parameters)
        if summary is None:
            break
        brief = summary.match.own
        rivals = [match for match in kept if overlap(match.own, brief)]
        least = _evidence_of_rivals(view, number, rivals, parameters)
        free[number, slice(*brief)] = False
        copied = sum(overlap(copy.own, brief) for copy in copies)
        if 2 * copied < length(brief) and summary.evidence > least:
            kept = _absorbed(side, summary.match, [each for each in kept if each not in rivals], parameters)
        for rival in rivals:
            free[number, slice(*rival.own)] = False
    return kept


def _may_have_brief(words: int, copies: list[Match], parameters: Parameters) -> bool:
    """Whether any stretch of so many words is long enough for a brief and not copied by half."""
    ranges = np.array([copy.own for copy in copies], np.int64).reshape(-1, 2)
    return _is_any_mostly_bare(np.zeros(words + 1, np.int64), ranges, parameters.brief_words)


@kernel
def _is_any_mostly_bare(room: Numbers, ranges: Numbers, shortest: int) -> bool:
    """Whether any stretch of at least so many places lies in ranges (int64, shape (n, 2)) by less than half.

    `room` (zeros) has one more than there are places.
    """
    for i in range(len(ranges)):
        room[ranges[i, 0]] += 2
        room[ranges[i, 1]] -= 2
    inside = before = least = 0
    for i in range(len(room) - 1):
        # How many more of the places before this one are bare than are not; the least of those far enough behind it.
        inside += room[i]
        room[i] = before
        before += 1 - inside
        if i + 1 >= shortest:
            least = min(least, room[i + 1 - shortest])
            if before > least:
                return True
    return False


def _evidence_of_rivals(view: View, number: int, rivals: list[Match], parameters: Parameters) -> float:
    """Returns how much evidence, in nats, a summary needs to be a better explanation of its brief than these matches."""
    each = [
        evidence_given(view, number, rival.own, rival.other, parameters.reused_shares, parameters)
        for rival in rivals
    ]
    side = (view.own, view.other)[number]
    ordered = sorted(rival.own for rival in rivals)
    together = all(has_break(side, first, second) for first, second in pairwise(ordered))
    return max(parameters.rival_share * max(each, default=0.0), sum(each) * together)


def _find(view: View, number: int, free: NDArray[np.bool_], parameters: Parameters) -> _Summary | None:
    """Returns the stretch of the free words of a side that is most probably a summary; None where none is."""
    found, evidence = np.empty(4, np.int64), np.empty(2)
    if not kernels.find_summary(
        view.numbers,
        view.figures,
        view.sizes,
        free,
        number,
        array(parameters.brief_shares),
        array(parameters.source_shares),
        parameters.summary_rounds,
        parameters.usual_words,
        parameters.source_slack,
        parameters.most_gain,
        found,
        evidence,
    ):
        return None
    first, last, source, source_end = found.tolist()
    match = Match((first, last), (source, source_end))
    if (
        length(match.own) < parameters.brief_words
        or length(match.other) < parameters.source_ratio * length(match.own)
        or evidence.min() < parameters.summary_evidence
        or _evidence_elsewhere(view, number, match, parameters) < parameters.elsewhere_evidence
    ):
        return None
    return _Summary(match, float(evidence[0]))


def _evidence_elsewhere(view: View, number: int, match: Match, parameters: Parameters) -> float:
    """Returns the evidence, in nats, of those words of a brief that are not in the part of its source most like it.

    A passage of which there is only one like stretch in the source is no summary: the rest of the source is its context.
    """
    other = 1 - number
    stems = view.own_stems, view.other_stems
    whole = 0, len(stems[other])
    ratios = write_ratios(view, other, whole, match.own, None, parameters)
    most, share = parameters.most_gain, parameters.alike_share
    _, first, last = kernels.likeliest(view.figures, whole[1], array((share,)), most)
    start, end = kernels.snap(view.numbers, view.sizes, other, first, last)
    alike = (start, end) if start < end else (first, last)
    longest = min(round(parameters.alike_length * length(match.own)), whole[1])
    if length(alike) > longest:
        gains = np.minimum(np.log(1.0 - share + share * ratios), most)
        sums = np.concatenate([[0.0], np.cumsum(gains)])
        start = int(np.argmax(sums[longest:] - sums[:-longest]))
        alike = start, start + longest
    explained = np.zeros(len(view.usual), bool)
    explained[stems[other][slice(*alike)]] = True
    ratios = write_ratios(view, number, match.own, match.other, match.own, parameters)
    rest = ratios[~explained[stems[number][slice(*match.own)]]]
    ratios[: len(rest)] = rest
    return kernels.evidence_of(view.figures, len(rest), array(parameters.brief_shares), most)


def _absorbed(side: Side, summary: Match, matches: list[Match], parameters: Parameters) -> list[Match]:
    """Returns the summary and the matches; those beside its brief whose other side lies in its source are part of it."""
    kept: list[Match] = []
    pending = list(matches)
    while pending:
        match = pending.pop()
        brief = hull(summary.own, match.own)
        if (
            gap(match.own, summary.own) <= parameters.absorb_words
            and overlap(match.other, summary.other) == length(match.other)
            and not side.is_interrupted(brief)
        ):
            summary = Match(brief, summary.other)
            pending, kept = pending + kept, []
        else:
            kept.append(match)
    return [*kept, summary]
