"""Draws how the time of the index and of the comparison grows: docs/growth.svg, for the README."""

from collections import defaultdict
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from figures import Point, points

PICTURE = Path(__file__).parent.parent / "docs/growth.svg"


def draw() -> None:
    """Writes the picture: a panel for each unit of size, a curve for each thing that was measured at several sizes."""
    panels: dict[str, dict[str, list[Point]]] = defaultdict(lambda: defaultdict(list))
    for each in points:
        panel, _, curve = each.curve.partition(": ")
        panels[panel][curve].append(each)
    # The same figures give the same file.
    with mpl.rc_context({"svg.hashsalt": "textkin", "svg.fonttype": "none", "font.family": "sans-serif"}):
        figure, axes = plt.subplots(
            1, len(panels), figsize=(4.5 * len(panels), 3.6), layout="constrained", squeeze=False
        )
        for axis, (panel, curves) in zip(axes[0], panels.items(), strict=True):
            for name, curve in curves.items():
                axis.plot(
                    [at.size for at in curve], [at.microseconds for at in curve], marker="o", label=name
                )
            axis.set_xscale("log")
            axis.set_yscale("log")
            for scale, labelled in ((axis.xaxis, (1.0, 3.0)), (axis.yaxis, (1.0, 2.0, 5.0))):
                scale.set_major_locator(LogLocator(subs=labelled))
                scale.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
                scale.set_minor_formatter(NullFormatter())
            axis.set_xlabel(panel)
            axis.set_ylabel("microseconds")
            axis.legend(frameon=False, fontsize="small")
        figure.savefig(PICTURE, metadata={"Date": None})
        plt.close(figure)
