"""Division: a fragment of many paragraphs comes apart into those that answer each other, so that passages stay readable."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from textkin_service.alignment.extension import Fragment, resemblance
from textkin_service.alignment.matches import Match, hull, length, overlap
from textkin_service.alignment.parameters import Parameters
from textkin_service.alignment.seeds import Seeds
from textkin_service.alignment.sides import Range, Side
from textkin_service.alignment.vectors import SentenceVectors
from textkin_service.alignment.vocabulary import Numbers


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """The pairs of paragraphs, one of each text, that share seeds.

    `mass`: by their numbers, the sum of the similarities of their seeds; `mass_a`, `mass_b`: that of each paragraph.
    """

    mass: dict[tuple[int, int], float]
    mass_a: list[float]
    mass_b: list[float]

    @classmethod
    def of(cls, seeds: Seeds, fragment: Fragment, cuts_a: Numbers, cuts_b: Numbers) -> "_Cells":
        """Returns those of a fragment, whose paragraphs begin with the sentences `cuts_a` and `cuts_b` (int64)."""
        first, last = np.searchsorted(seeds.a, fragment.a)
        near = seeds.b[first:last]
        inside = np.flatnonzero((near >= fragment.b[0]) & (near < fragment.b[1])) + first
        of_a = np.searchsorted(cuts_a, seeds.a[inside], side="right") - 1
        of_b = np.searchsorted(cuts_b, seeds.b[inside], side="right") - 1
        mass: dict[tuple[int, int], float] = defaultdict(float)
        mass_a, mass_b = [0.0] * len(cuts_a), [0.0] * len(cuts_b)
        for i, j, similarity in zip(
            of_a.tolist(), of_b.tolist(), seeds.similarity[inside].tolist(), strict=True
        ):
            mass[i, j] += similarity
            mass_a[i] += similarity
            mass_b[j] += similarity
        return cls(mass, mass_a, mass_b)

    def linked(self, least: float) -> list[Match]:
        """Returns those that have at least this share of the mass of either of their paragraphs."""
        return [
            Match((i, i + 1), (j, j + 1))
            for (i, j), mass in self.mass.items()
            if mass >= least * min(self.mass_a[i], self.mass_b[j])
        ]

    def masses(self, groups: list[Match]) -> list[float]:
        """Returns the mass inside each of some groups of them, which share no paragraph."""
        of_a = {i: number for number, group in enumerate(groups) for i in range(*group.own)}
        of_b = {j: number for number, group in enumerate(groups) for j in range(*group.other)}
        masses = [0.0] * len(groups)
        for (i, j), mass in self.mass.items():
            number = of_a.get(i)
            if number is not None and number == of_b.get(j):
                masses[number] += mass
        return masses


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
    cells = _Cells.of(seeds, fragment, cuts_a, cuts_b)
    groups = _groups(cells.linked(parameters.divide_crossing))
    ends_a, ends_b = np.append(cuts_a[1:], fragment.a[1]), np.append(cuts_b[1:], fragment.b[1])
    return [
        Fragment(
            (int(cuts_a[group.own[0]]), int(ends_a[group.own[1] - 1])),
            (int(cuts_b[group.other[0]]), int(ends_b[group.other[1] - 1])),
            mass,
            is_part=True,
        )
        for group, mass in zip(groups, cells.masses(groups), strict=True)
    ]


def _paragraphs(side: Side, sentences: Range, line_ends: int) -> Numbers:
    """Returns the sentences, of a range, that begin a paragraph, the first one among them."""
    first, end = sentences
    return np.append(first, np.flatnonzero(side.line_ends[first + 1 : end] >= line_ends) + first + 1)


def _groups(cells: list[Match]) -> list[Match]:
    """Returns the cells, pairs of ranges, merged until no two share anything in either text, in order."""
    groups = cells
    while True:
        apart = _apart_in_own([group.mirrored() for group in _apart_in_own(groups)])
        if len(apart) == len(groups):
            return sorted(groups)
        groups = [group.mirrored() for group in apart]


def _apart_in_own(groups: list[Match]) -> list[Match]:
    """Returns the groups, those merged that share anything in the own text."""
    apart: list[Match] = []
    for group in sorted(groups):
        if apart and overlap(apart[-1].own, group.own):
            apart[-1] = Match(hull(apart[-1].own, group.own), hull(apart[-1].other, group.other))
        else:
            apart.append(group)
    return apart
