"""Selection: matches long enough and too like for chance; of those that claim the same words, the ones with more evidence."""

import numpy as np

from textkin_service.alignment.likelihood import weigh
from textkin_service.alignment.matches import Match, length
from textkin_service.alignment.order import common_order
from textkin_service.alignment.overlaps import keep
from textkin_service.alignment.parameters import Parameters
from textkin_service.alignment.views import View


def select(view: View, matches: list[Match], before: list[Match], parameters: Parameters) -> list[Match]:
    """Returns those that are evidence and do not lie mostly inside stronger ones, or ones of `before`, in either text."""
    long = [
        match for match in matches if min(length(match.own), length(match.other)) >= parameters.least_words
    ]
    weighed = sorted(
        zip(weigh(view, long, parameters), long, strict=True), key=lambda each: (-each[0], each[1])
    )
    able = [
        match
        for evidence, match in weighed
        if evidence >= parameters.least_evidence
        or (evidence >= parameters.weak_evidence and _is_ordered(view, match, parameters))
    ]
    if not able:
        return []
    taken = np.zeros_like(view.unbroken)
    for match in before:
        taken[0, slice(*match.own)] = taken[1, slice(*match.other)] = True
    bounds = np.array([(*match.own, *match.other) for match in able], np.int64)
    kept = np.zeros(len(able), bool)
    keep(bounds, np.arange(len(able)), parameters.overlap_share, taken, kept)
    return [match for match, is_kept in zip(able, kept.tolist(), strict=True) if is_kept]


def order_excess(view: View, match: Match) -> int:
    """Returns how many more words of both sides stand in the same order than chance gives."""
    own, other = view.own_stems[slice(*match.own)], view.other_stems[slice(*match.other)]
    return common_order(own, other, view.room[0]).excess


def _is_ordered(view: View, match: Match, parameters: Parameters) -> bool:
    shorter, longer = sorted((length(match.own), length(match.other)))
    if longer > parameters.weak_words:
        return False
    return order_excess(view, match) >= max(parameters.weak_order, parameters.weak_order_share * shorter)
