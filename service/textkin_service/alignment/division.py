"""Division: a fragment of many paragraphs is cut where both texts begin a new one, so that passages stay readable."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment.extension import Fragment, resemblance
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
    """Returns the fragments, the long ones cut between paragraphs wherever hardly a seed crosses the cut.

    Every part has enough evidence of its own. Parts may stand in another order in the other text.
    """
    divided = []
    pending = list(reversed(fragments))
    while pending:
        fragment = pending.pop()
        parts = _halves(fragment, seeds, a, b, parameters) if _is_long(fragment, a, b, parameters) else ()
        if parts and all(resemblance(vectors, part)[1] >= parameters.min_evidence for part in parts):
            pending.extend(reversed(parts))
        else:
            divided.append(fragment)
    return divided


def _is_long(fragment: Fragment, a: Side, b: Side, parameters: Parameters) -> bool:
    return min(_length(a.words_of(fragment.a)), _length(b.words_of(fragment.b))) > parameters.divide_words


def _length(words: Range) -> int:
    return words[1] - words[0]


def _halves(
    fragment: Fragment, seeds: Seeds, a: Side, b: Side, parameters: Parameters
) -> tuple[Fragment, ...]:
    """Returns the fragment in two, cut where least seed mass crosses; nothing where too much does."""
    starts_a = [p for p in a.paragraphs if fragment.a[0] < p < fragment.a[1]]
    starts_b = [p for p in b.paragraphs if fragment.b[0] < p < fragment.b[1]]
    if not (starts_a and starts_b):
        return ()
    inside = (
        (seeds.a >= fragment.a[0])
        & (seeds.a < fragment.a[1])
        & (seeds.b >= fragment.b[0])
        & (seeds.b < fragment.b[1])
    )
    block_a = np.searchsorted(starts_a, seeds.a[inside], side="right")
    block_b = np.searchsorted(starts_b, seeds.b[inside], side="right")
    mass = np.zeros((len(starts_a) + 1, len(starts_b) + 1))
    np.add.at(mass, (block_a, block_b), seeds.similarity[inside])
    # before[i, j]: the mass before both cuts i and j; the other three quarters follow from it.
    before = mass.cumsum(0).cumsum(1)[:-1, :-1]
    total = float(mass.sum())
    in_a, in_b = mass.sum(1).cumsum()[:-1, None], mass.sum(0).cumsum()[None, :-1]
    crossing = in_a + in_b - 2 * before
    reordered = total - crossing
    least, in_order = (crossing, True) if crossing.min() <= reordered.min() else (reordered, False)
    if least.min() > parameters.divide_crossing * total:
        return ()
    i, j = _most_even(least, in_a, total)
    return _cut(fragment, starts_a[i], starts_b[j], total / 2, in_order=in_order)


def _most_even(crossing: NDArray[np.float64], in_a: NDArray[np.float64], total: float) -> tuple[int, int]:
    """Returns the cut that least crosses and, among equals, halves the mass best."""
    uneven = np.abs(2 * in_a - total) / max(total, 1e-9)
    place = np.argmin(crossing + 1e-6 * uneven)
    return int(place // crossing.shape[1]), int(place % crossing.shape[1])


def _cut(
    fragment: Fragment, at_a: int, at_b: int, mass: float, *, in_order: bool
) -> tuple[Fragment, Fragment]:
    first_b, second_b = (fragment.b[0], at_b), (at_b, fragment.b[1])
    if not in_order:
        first_b, second_b = second_b, first_b
    return (
        Fragment((fragment.a[0], at_a), first_b, mass),
        Fragment((at_a, fragment.a[1]), second_b, mass),
    )
