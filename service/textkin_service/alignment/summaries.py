"""Summaries: a short stretch of one text that answers for a much longer one of the other.

Its sentences resemble none of the source's, or a few far apart, so that seeds do not find it. But its words, one by one, are
the source's, and those around it are not.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment.boundaries import Free
from textkin_service.alignment.joining import has_break
from textkin_service.alignment.likelihood import evidence, evidence_at, gains, likeliest, ratios
from textkin_service.alignment.matches import Match, gap, hull, length, overlap
from textkin_service.alignment.parameters import Parameters
from textkin_service.alignment.runs import Run
from textkin_service.alignment.sides import Range, Side, snapped
from textkin_service.alignment.views import View


@dataclass(frozen=True, slots=True)
class _Summary:
    """A brief in the own text, its source in the other, and the evidence of the brief in nats."""

    match: Match
    evidence: float


def with_summaries(view: View, matches: list[Match], runs: list[Run], parameters: Parameters) -> list[Match]:
    """Returns the matches with the summaries found in either text, by place; those that a summary explains better are gone."""
    copies = [Match(run.a, run.b) for run in runs if run.matched >= parameters.copied_words]
    found = _with_briefs(view, matches, copies, parameters)
    mirrored = _with_briefs(
        view.mirrored,
        [match.mirrored() for match in found],
        [copy.mirrored() for copy in copies],
        parameters,
    )
    return sorted(match.mirrored() for match in mirrored)


def _with_briefs(
    view: View, matches: list[Match], copies: list[Match], parameters: Parameters
) -> list[Match]:
    """Returns the matches with the summaries that the own text has of the other."""
    free = Free.of(view).own
    kept = list(matches)
    for _ in range(parameters.most_summaries):
        summary = _find(view, free, parameters)
        if summary is None:
            break
        brief = summary.match.own
        rivals = [match for match in kept if overlap(match.own, brief)]
        least = _evidence_of_rivals(view, rivals, parameters)
        free[slice(*brief)] = False
        copied = sum(overlap(copy.own, brief) for copy in copies)
        if 2 * copied < length(brief) and summary.evidence > least:
            kept = _absorbed(view, summary.match, [each for each in kept if each not in rivals], parameters)
        for rival in rivals:
            free[slice(*rival.own)] = False
    return kept


def _evidence_of_rivals(view: View, rivals: list[Match], parameters: Parameters) -> float:
    """Returns how much evidence, in nats, a summary needs to be a better explanation of its brief than these matches."""
    each = [evidence(view, rival.own, rival.other, parameters, passage=rival.own) for rival in rivals]
    ordered = sorted(rival.own for rival in rivals)
    together = all(has_break(view.own, first, second) for first, second in pairwise(ordered))
    return max(parameters.rival_share * max(each, default=0.0), sum(each) * together)


def _find(view: View, free: NDArray[np.bool_], parameters: Parameters) -> _Summary | None:
    """Returns the stretch of the free words that is most probably a summary; None where none is."""
    found = _brief_and_source(view, free, parameters)
    if found is None:
        return None
    summary, source_evidence = found
    brief, source = summary.match.own, summary.match.other
    if (
        length(brief) < parameters.brief_words
        or length(source) < parameters.source_ratio * length(brief)
        or min(summary.evidence, source_evidence) < parameters.summary_evidence
        or _evidence_elsewhere(view, summary.match, parameters) < parameters.elsewhere_evidence
    ):
        return None
    return summary


def _brief_and_source(
    view: View, free: NDArray[np.bool_], parameters: Parameters
) -> tuple[_Summary, float] | None:
    """Returns the likeliest brief and source, by turns each given the other, and the evidence of the source."""
    mirrored = view.mirrored
    everything, whole = (0, len(view.own)), (0, len(view.other))
    unbroken = Free.of(view).other
    brief: Range = (0, 0)
    source: Range = whole
    evidence_brief = evidence_source = 0.0
    for _ in range(parameters.summary_rounds):
        before = brief, source
        for _ in range(2):  # first with the brief itself as background, since it is not known
            each = ratios(view, everything, source, parameters, passage=brief)
            evidence_brief, words = likeliest(each, parameters.brief_shares, parameters, free)
            sentences = snapped(view.own, words)
            if sentences is None:
                return None
            brief = sentences
        each = ratios(mirrored, whole, brief, parameters, passage=source)
        evidence_source, words = likeliest(each, parameters.source_shares, parameters, unbroken)
        sentences = snapped(view.other, words)
        if sentences is None:
            return None
        source = _to_the_ends(view.other, sentences, unbroken, parameters)
        if (brief, source) == before:
            break
    return _Summary(Match(brief, source), evidence_brief), evidence_source


def _to_the_ends(side: Side, words: Range, unbroken: NDArray[np.bool_], parameters: Parameters) -> Range:
    """Returns the range, taken to where the text or residue bounds it if little is left till there."""
    barriers = np.flatnonzero(~unbroken)
    before, after = barriers[barriers < words[0]], barriers[barriers >= words[1]]
    first = int(before[-1]) + 1 if len(before) else 0
    last = int(after[0]) if len(after) else len(side)
    little = parameters.source_slack * length(words)
    return first if words[0] - first <= little else words[0], last if last - words[1] <= little else words[1]


def _evidence_elsewhere(view: View, match: Match, parameters: Parameters) -> float:
    """Returns the evidence, in nats, of those words of a brief that are not in the part of its source most like it.

    A passage of which there is only one like stretch in the source is no summary: the rest of the source is its context.
    """
    whole = 0, len(view.other)
    each = ratios(view.mirrored, whole, match.own, parameters)
    _, words = likeliest(each, (parameters.alike_share,), parameters)
    alike = snapped(view.other, words) or words
    most = min(round(parameters.alike_length * length(match.own)), length(whole))
    if length(alike) > most:
        sums = np.concatenate([[0.0], np.cumsum(gains(each, parameters.alike_share, parameters))])
        start = int(np.argmax(sums[most:] - sums[:-most]))
        alike = start, start + most
    explained = np.zeros(len(view.usual), bool)
    explained[view.other_stems[slice(*alike)]] = True
    rest = ~explained[view.own_stems[slice(*match.own)]]
    each = ratios(view, match.own, match.other, parameters, passage=match.own)[rest]
    return evidence_at(each, parameters.brief_shares, parameters)


def _absorbed(view: View, summary: Match, matches: list[Match], parameters: Parameters) -> list[Match]:
    """Returns the summary and the matches; those beside its brief whose other side lies in its source are part of it."""
    kept: list[Match] = []
    pending = list(matches)
    while pending:
        match = pending.pop()
        brief = hull(summary.own, match.own)
        if (
            gap(match.own, summary.own) <= parameters.absorb_words
            and overlap(match.other, summary.other) == length(match.other)
            and not view.own.is_interrupted(brief)
        ):
            summary = Match(brief, summary.other)
            pending, kept = pending + kept, []
        else:
            kept.append(match)
    return [*kept, summary]
