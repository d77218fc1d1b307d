"""Division: a fragment of many paragraphs comes apart into those that answer each other, so that passages stay readable."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment.extension import Fragment, resemblance
from textkin_service.alignment.matches import Match, hull, length, overlap
from textkin_service.alignment.parameters import Parameters
from textkin_service.alignment.seeds import Seeds
from textkin_service.alignment.sides import Range, Side
from textkin_service.alignment.vectors import SentenceVectors


def divide(
    fragments: list[Fragment],
    seeds: Seeds,
    vectors: SentenceVectors,
    a: Side,
    b: Side,
    parameters: Parameters,
) -> list[Fragment]:
    """Returns the fragments, in parts where empty lines divide both sides, long ones where lines do.

    The parts may stand in another order in the other text.
    """
    divided = []
    for fragment in fragments:
        line_ends = 1 if _is_long(fragment, a, b, parameters) else 2
        parts = _parts(fragment, seeds, a, b, line_ends, parameters)
        if len(parts) > 1:
            parts = [part for part in parts if resemblance(vectors, part)[1] >= parameters.min_evidence]
        divided += parts if len(parts) > 1 else [fragment]
    return divided


def _is_long(fragment: Fragment, a: Side, b: Side, parameters: Parameters) -> bool:
    return min(length(a.words_of(fragment.a)), length(b.words_of(fragment.b))) > parameters.divide_words


def _parts(
    fragment: Fragment, seeds: Seeds, a: Side, b: Side, line_ends: int, parameters: Parameters
) -> list[Fragment]:
    """Returns a part for each group of paragraphs that share seeds with each other and hardly any with the rest.

    A paragraph is what so many line ends precede. None where either side is one paragraph.
    """
    cuts_a = _paragraphs(a, fragment.a, line_ends)
    if len(cuts_a) == 1:
        return []
    cuts_b = _paragraphs(b, fragment.b, line_ends)
    if len(cuts_b) == 1:
        return []
    mass = _mass(fragment, seeds, cuts_a, cuts_b)
    least = parameters.divide_crossing * np.minimum(mass.sum(1)[:, None], mass.sum(0)[None, :])
    ends_a, ends_b = np.append(cuts_a[1:], fragment.a[1]), np.append(cuts_b[1:], fragment.b[1])
    groups = _groups(
        [Match((i, i + 1), (j, j + 1)) for i, j in np.argwhere((mass > 0) & (mass >= least)).tolist()]
    )
    return [
        Fragment(
            (int(cuts_a[group.own[0]]), int(ends_a[group.own[1] - 1])),
            (int(cuts_b[group.other[0]]), int(ends_b[group.other[1] - 1])),
            float(mass[slice(*group.own), slice(*group.other)].sum()),
            is_part=True,
        )
        for group in groups
    ]


def _paragraphs(side: Side, sentences: Range, line_ends: int) -> NDArray[np.int64]:
    """Returns the sentences, of a range, that begin a paragraph, the first one among them."""
    first, end = sentences
    return np.array([first, *(i for i in range(first + 1, end) if side.line_ends_before(i) >= line_ends)])


def _mass(
    fragment: Fragment, seeds: Seeds, cuts_a: NDArray[np.int64], cuts_b: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Returns the sum of the similarities of the seeds between each two paragraphs; shape (paragraphs of a, of b)."""
    inside = (
        (seeds.a >= fragment.a[0])
        & (seeds.a < fragment.a[1])
        & (seeds.b >= fragment.b[0])
        & (seeds.b < fragment.b[1])
    )
    mass = np.zeros((len(cuts_a), len(cuts_b)))
    places = (
        np.searchsorted(cuts_a, seeds.a[inside], side="right") - 1,
        np.searchsorted(cuts_b, seeds.b[inside], side="right") - 1,
    )
    np.add.at(mass, places, seeds.similarity[inside])
    return mass


def _groups(cells: list[Match]) -> list[Match]:
    """Returns the cells, pairs of ranges, merged until no two share anything in either text, in order."""
    groups: list[Match] = []
    pending = sorted(cells, reverse=True)
    while pending:
        cell = pending.pop()
        meeting = [
            group for group in groups if overlap(group.own, cell.own) or overlap(group.other, cell.other)
        ]
        if meeting:
            groups = [group for group in groups if group not in meeting]
            for group in meeting:
                cell = Match(hull(cell.own, group.own), hull(cell.other, group.other))
            pending.append(cell)
        else:
            groups.append(cell)
    return sorted(groups)
