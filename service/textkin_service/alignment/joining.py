"""Joining: matches that follow one another in both texts with little between are one, unless a paragraph ends between them."""

import numpy as np

from textkin_service.alignment.likelihood import mutual_evidence
from textkin_service.alignment.matches import Match, gap, hull, sharing
from textkin_service.alignment.parameters import Parameters
from textkin_service.alignment.sides import Range, Side
from textkin_service.alignment.views import View


def join(view: View, matches: list[Match], parameters: Parameters) -> list[Match]:
    """Returns the matches, neighbours joined where the whole has nearly as much evidence as its parts together."""
    joined: list[Match] = []
    pending = sorted(matches)
    bounds = np.array([(*match.own, *match.other) for match in pending], np.int64).reshape(-1, 4)
    for i, match in enumerate(pending):
        current = match
        while joined and _are_neighbours(view, joined[-1], current, parameters):
            whole = Match(hull(joined[-1].own, current.own), hull(joined[-1].other, current.other))
            if sharing(whole, bounds[: len(joined) - 1]).any() or sharing(whole, bounds[i + 1 :]).any():
                break
            parts = sum(mutual_evidence(view, part, parameters) for part in (joined[-1], current))
            if mutual_evidence(view, whole, parameters) < parameters.join_evidence * parts:
                break
            joined.pop()
            current = whole
        bounds[len(joined)] = *current.own, *current.other
        joined.append(current)
    return joined


def _are_neighbours(view: View, first: Match, second: Match, parameters: Parameters) -> bool:
    """Whether the second follows the first in both texts with little between, neither residue nor a paragraph's end."""
    return (
        first.other[0] <= second.other[0]
        and max(gap(first.own, second.own), gap(first.other, second.other)) <= parameters.join_words
        and not view.own.is_interrupted(hull(first.own, second.own))
        and not view.other.is_interrupted(hull(first.other, second.other))
        and not (
            has_break(view.own, first.own, second.own) and has_break(view.other, first.other, second.other)
        )
    )


def has_break(side: Side, x: Range, y: Range) -> bool:
    """Whether a line begins between two ranges, or with the later one."""
    first, last = sorted((min(x[1], y[1]), max(x[0], y[0])))
    return bool(side.line_ends[slice(*np.searchsorted(side.starts, (first, last + 1)))].any())
