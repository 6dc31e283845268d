"""The comparison picture: the loss of each descent on three clocks."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from plots.experiment import Array, Line, Run
from plots.style import styled

NEAR = 1.1  # a run has come close when its loss is within 10 % of the least


def draw(runs: Sequence[Run], line: Line, lr: float, loop: str) -> Figure:
    """Draw the losses against epochs, updates and seconds, on a logarithmic scale.

    Parameters
    ----------
    runs : sequence of Run
        What to compare.
    line : Line
        The least-squares line: its loss is the floor.
    lr : float
        The learning rate, for the title.
    loop : str
        In which loop the seconds of an update were measured, for the label.

    Returns
    -------
    Figure
        Not bound to any display.
    """
    figure = Figure(figsize=(11, 4.8), layout="constrained")
    by_epoch, by_update, by_second = figure.subplots(1, 3, sharey=True)
    for run, style in styled(runs):
        diverged = "" if np.isfinite(run.losses).all() else ", diverged"
        seconds = f", {1e6 * run.update_seconds:.0f} µs per update"
        label = (
            f"{run.method} (m = {run.batch_size}{diverged}): "
            f"ends at w = {run.w:.3f}, b = {run.b:.3f}"
            f"{'' if math.isnan(run.update_seconds) else seconds}"
        )
        epochs = np.arange(1, len(run.losses) + 1)
        on_all = line.losses(run.path)
        for axes, clock, losses in (
            (by_epoch, epochs, run.losses),
            (by_update, run.at, on_all),
            (by_second, run.at * run.update_seconds, on_all),
        ):
            shown = np.isfinite(losses) & (losses > 0) & np.isfinite(clock)
            if axes is not by_epoch:
                shown &= clock > 0
            marker = "o" if shown.sum() == 1 else ""
            axes.plot(
                clock[shown], losses[shown], label=label, linewidth=1.6, marker=marker, **style
            )
            mark_arrival(axes, clock[shown], losses[shown], line.loss, str(style["color"]))
    for axes, what in (
        (by_epoch, "epoch (passes over the data)"),
        (by_update, "updates"),
        (by_second, f"seconds in a {loop}"),
    ):
        axes.axhline(line.loss, color="0.35", linestyle=":", linewidth=1.5)
        axes.set_xlabel(what)
        axes.grid(which="major", alpha=0.3)
        if axes is not by_epoch:
            axes.set_xscale("log")
    by_epoch.set_yscale("log")
    by_epoch.set_ylabel("mean of the epoch's batch losses")
    by_update.set_ylabel("loss on all samples")
    by_second.set_ylabel("loss on all samples")
    by_epoch.annotate(
        f"least squares: {line.loss:.4f} at w = {line.w:.3f}, b = {line.b:.3f}",
        (1, line.loss),
        xycoords=("axes fraction", "data"),
        xytext=(-4, -4),
        textcoords="offset points",
        horizontalalignment="right",
        verticalalignment="top",
        fontsize=8,
    )
    by_epoch.margins(y=0.12)
    figure.suptitle(
        f"Three clocks: gradient descent on the mean squared error, learning rate {lr:g}\n"
        "● first within 10 % of the least-squares loss",
        fontsize=11,
    )
    handles, labels = by_epoch.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", fontsize=9)
    return figure


def mark_arrival(axes: Axes, clock: NDArray[Any], losses: Array, floor: float, colour: str) -> None:
    """Mark where a run first came close to the floor."""
    near = np.flatnonzero(losses <= NEAR * floor)
    if len(near):
        axes.plot(clock[near[0]], losses[near[0]], "o", color=colour, markeredgecolor="k", zorder=3)
