"""The comparison picture: the loss of each descent against the epochs."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from plots.experiment import Run

COLOURS = {"batch": "#d62728", "stochastic": "#2ca02c", "mini-batch": "#1f77b4"}
STYLES = {"batch": "--", "stochastic": "-", "mini-batch": "-."}  # told apart in grey, too
MORE_BLUES = ("#1f77b4", "#08306b", "#6baed6", "#00bcd4", "#7986cb")


def draw(runs: Sequence[Run], floor: float, lr: float) -> Figure:
    """Draw the losses on a logarithmic scale.

    Parameters
    ----------
    runs : sequence of Run
        What to compare.
    floor : float
        The loss of the least-squares line.
    lr : float
        The learning rate, for the title.

    Returns
    -------
    Figure
        Not bound to any display.
    """
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.add_subplot()
    blues = iter(MORE_BLUES * len(runs))
    for run in runs:
        epochs = np.arange(1, len(run.losses) + 1)
        finite = np.isfinite(run.losses) & (run.losses > 0)
        diverged = "" if finite.all() else ", diverged"
        axes.plot(
            epochs[finite],
            run.losses[finite],
            STYLES[run.method],
            color=next(blues) if run.method == "mini-batch" else COLOURS[run.method],
            label=f"{run.method} (m = {run.batch_size}{diverged})",
            linewidth=1.8,
            marker="o" if finite.sum() == 1 else "",
        )
    axes.axhline(floor, color="0.35", linestyle=":", linewidth=1.5)
    axes.annotate(
        f"least-squares line: {floor:.4f}",
        (1, floor),
        xycoords=("axes fraction", "data"),
        xytext=(-4, -4),
        textcoords="offset points",
        horizontalalignment="right",
        verticalalignment="top",
        color="0.25",
    )
    axes.set_yscale("log")
    axes.set_xlabel("epoch (passes over the data)")
    axes.set_ylabel("loss (mean of the epoch's batch losses)")
    axes.set_title(f"Gradient descent on the mean squared error, learning rate {lr:g}")
    axes.grid(which="both", alpha=0.25)
    axes.margins(y=0.12)
    axes.legend()
    return figure
