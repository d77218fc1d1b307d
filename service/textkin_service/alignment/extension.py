"""Extension: seeds that lie near each other in both texts grow into fragments."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment.parameters import Parameters
from textkin_service.alignment.seeds import Seeds
from textkin_service.alignment.vectors import SentenceVectors


@dataclass(frozen=True, slots=True)
class Fragment:
    """A range of sentences of each text, half open, and the sum of its seeds' similarities."""

    a: tuple[int, int]
    b: tuple[int, int]
    mass: float


def extend(seeds: Seeds, vectors: SentenceVectors, parameters: Parameters) -> list[Fragment]:
    """Returns fragments whose two sides resemble each other; where they do not, the gap shrinks until they do."""
    return list(_grow(seeds, np.arange(len(seeds)), parameters.max_gap, vectors, parameters))


def _grow(
    seeds: Seeds, members: NDArray[np.intp], gap: int, vectors: SentenceVectors, parameters: Parameters
) -> Iterator[Fragment]:
    for cluster in clusters(seeds, members, gap):
        fragment = Fragment(_range(seeds.a[cluster]), _range(seeds.b[cluster]), float(seeds.similarity[cluster].sum()))
        if fragment_cosine(vectors, fragment) >= parameters.fragment_cosine:
            yield fragment
        elif gap > 0:
            yield from _grow(seeds, cluster, gap - 1, vectors, parameters)


def clusters(seeds: Seeds, members: NDArray[np.intp], gap: int) -> Iterator[NDArray[np.intp]]:
    """Splits seeds wherever more than `gap` sentences of one text lie between them, by turns until neither text splits."""
    pending = [(members, 0, False)]
    while pending:
        group, side, settled = pending.pop()
        places = (seeds.a if side == 0 else seeds.b)[group]
        order = np.argsort(places, kind="stable")
        breaks = np.flatnonzero(np.diff(places[order]) > gap + 1) + 1
        parts = np.split(group[order], breaks)
        if len(parts) == 1 and settled:
            yield np.sort(group)
        else:
            pending.extend((part, 1 - side, len(parts) == 1) for part in reversed(parts) if len(part))


def fragment_cosine(vectors: SentenceVectors, fragment: Fragment) -> float:
    """Returns the cosine of the summed sentence vectors of both sides."""
    a = vectors.a[fragment.a[0] : fragment.a[1]].sum(axis=0)
    b = vectors.b[fragment.b[0] : fragment.b[1]].sum(axis=0)
    length = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / length if length else 0.0


def _range(places: NDArray[np.intp]) -> tuple[int, int]:
    return int(places.min()), int(places.max()) + 1
