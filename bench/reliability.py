"""The reliability plot: how often texts with a given score do derive from one another."""

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

import matplotlib as mpl
from matplotlib import pyplot as plt

PLOT = Path(__file__).parent.parent / "docs/reliability.svg"
_BINS = 10


def draw(searched: Sequence[tuple[float, bool]], pairs: Sequence[tuple[float, bool]]) -> None:
    """Writes the plot of both populations: (score, whether it derives)."""
    # The same figures give the same file.
    with mpl.rc_context({"svg.hashsalt": "textkin", "svg.fonttype": "none", "font.family": "sans-serif"}):
        figure, (shares, counts) = plt.subplots(
            2, 1, figsize=(6, 6), sharex=True, height_ratios=(3, 1), layout="constrained"
        )
        shares.plot([0, 1], [0, 1], color="0.7", linewidth=1)
        for name, population in (
            ("searches: sources of rewrites, and strangers", searched),
            ("pairs: rewrites, and reports of the same event", pairs),
        ):
            bins = _bins(population)
            shares.plot(
                [fmean(score for score, _ in each) for each in bins],
                [fmean(derives for _, derives in each) for each in bins],
                marker="o",
                label=name,
            )
            counts.plot(
                [fmean(score for score, _ in each) for each in bins], [len(each) for each in bins], marker="o"
            )
        shares.set_ylabel("share that derives")
        figure.legend(loc="outside upper center", frameon=False)
        counts.set_yscale("log")
        counts.set_ylabel("how many")
        counts.set_xlabel("score")
        figure.savefig(PLOT, metadata={"Date": None})
        plt.close(figure)


def _bins(population: Sequence[tuple[float, bool]]) -> list[list[tuple[float, bool]]]:
    """Returns the bins of equal width that are not empty."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(_BINS)]
    for score, derives in population:
        bins[min(int(score * _BINS), _BINS - 1)].append((score, derives))
    return [each for each in bins if each]
