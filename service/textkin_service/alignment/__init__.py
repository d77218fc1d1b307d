"""Alignment: which passages of two texts say the same, by seed and extend, since rewrites reorder facts.

The steps, each a module with its parameters in `parameters`::

    vectors -> seeds -> extension -> overlaps -> division -> passages
    sides   -> runs  ----------------------------------------^
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment.division import divide
from textkin_service.alignment.extension import extend
from textkin_service.alignment.overlaps import resolve
from textkin_service.alignment.parameters import DEFAULT, Parameters
from textkin_service.alignment.passages import passages
from textkin_service.alignment.runs import find_runs
from textkin_service.alignment.seeds import find_seeds
from textkin_service.alignment.sides import Side
from textkin_service.alignment.vectors import sentence_vectors
from textkin_service.analysis import Analysis
from textkin_service.model import Passage, PassageKind

__all__ = ["DEFAULT", "Alignment", "Parameters", "align"]


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """What two texts share.

    `passages`: by their place in `a`, spans in code points of the original texts. `best_a`, `best_b`: float32, for each
    evidence sentence its greatest tf-isf cosine with a sentence of the other text, 0 to 1.
    """

    passages: tuple[Passage, ...]
    best_a: NDArray[np.float32]
    best_b: NDArray[np.float32]


def align(a: Analysis, b: Analysis, parameters: Parameters = DEFAULT) -> Alignment:
    """Aligns two texts."""
    if not (a.sentences and b.sentences):
        return Alignment((), np.zeros(len(a.sentences), np.float32), np.zeros(len(b.sentences), np.float32))
    side_a, side_b = Side.of(a, "a"), Side.of(b, "b")
    if a.text == b.text:
        return _whole(side_a)
    vectors = sentence_vectors(a, b)
    seeds = find_seeds(vectors, parameters)
    fragments = extend(seeds, vectors, side_a.blocks, side_b.blocks, parameters)
    fragments = divide(resolve(fragments, parameters), seeds, vectors, side_a, side_b, parameters)
    runs = find_runs(side_a, side_b, parameters)
    return Alignment(passages(side_a, side_b, fragments, runs, parameters), seeds.best_a, seeds.best_b)


def _whole(side: Side) -> Alignment:
    """Returns the alignment of a text with itself: one passage, from its first evidence to its last."""
    span = side.span((0, len(side.words)))
    best = np.ones(len(side.bounds), np.float32)
    return Alignment((Passage(span, span, PassageKind.VERBATIM, 1.0),), best, best)
