"""The S-curve of LSH: how likely two texts of a given resemblance meet in a band, and the cut that suits a target.

Two signatures agree in a value with a probability equal to the resemblance s of the texts, so in all r rows of a band with
s^r, and in at least one of b bands with 1 - (1 - s^r)^b (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, 3.4).
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_STEPS = 1_001
# Resemblance, one or many.
_S = TypeVar("_S", float, NDArray[np.float64])


@dataclass(frozen=True, slots=True)
class Cut:
    """A signature cut into `bands` of `rows` values each."""

    bands: int
    rows: int

    def meeting(self, resemblance: _S) -> _S:
        """Returns the probability, 0 to 1, that texts of that resemblance share a band."""
        return 1.0 - (1.0 - resemblance**self.rows) ** self.bands


def error_area(cut: Cut, threshold: float) -> float:
    """Returns the area under the S-curve below the threshold and above it from there on: what datasketch minimises.

    The first is the share of false positives, the second that of false negatives, were all resemblances equally frequent
    (Zhu, Nargesian, Pu and Miller 2016).
    """
    below = np.linspace(0.0, threshold, _STEPS)
    above = np.linspace(threshold, 1.0, _STEPS)
    false_positives = np.trapezoid(cut.meeting(below), below)
    false_negatives = np.trapezoid(1.0 - cut.meeting(above), above)
    return float(false_positives + false_negatives)


def best_cut(recall: float, resemblance: float, permutations: int, most_bands: int) -> Cut:
    """Returns the cut of least error area among those that let texts of that resemblance meet with probability `recall`.

    At most `most_bands` bands, at least 1. If no cut is enough, it is the one that comes nearest.
    """
    cuts = [
        Cut(bands, rows)
        for rows in range(1, permutations + 1)
        for bands in range(1, min(most_bands, permutations // rows) + 1)
    ]
    enough = [cut for cut in cuts if cut.meeting(resemblance) >= recall]
    if enough:
        return min(enough, key=lambda cut: (error_area(cut, resemblance), cut.bands))
    return max(cuts, key=lambda cut: (cut.meeting(resemblance), -cut.bands))
