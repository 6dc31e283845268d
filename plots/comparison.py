"""The comparison picture: the loss of each descent on three clocks."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from plots.experiment import FAR, Array, Line, Run
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
        style["label"] = label_of(run)
        on_all = line.losses(run.path)
        draw_losses(by_epoch, np.arange(1, len(run.losses) + 1), run.losses, line.loss, style)
        draw_losses(by_update, run.at, on_all, line.loss, style)
        draw_losses(by_second, run.at * run.update_seconds, on_all, line.loss, style)
    by_epoch.set(xlabel="epoch (passes over the data)", ylabel="mean of the epoch's batch losses")
    by_update.set(xlabel="updates", ylabel="loss on all samples")
    by_second.set(xlabel=f"seconds in a {loop}", ylabel="loss on all samples")
    for axes in (by_epoch, by_update, by_second):
        axes.axhline(line.loss, color="0.35", linestyle=":", linewidth=1.5)
        axes.grid(which="major", alpha=0.3)
        axes.set_xscale("linear" if axes is by_epoch else "log")
    by_epoch.set_yscale("log")
    name_the_floor(by_epoch, line)
    by_epoch.margins(y=0.12)
    figure.suptitle(
        f"Three clocks: gradient descent on the mean squared error, learning rate {lr:g}\n"
        "● first within 10 % of the least-squares loss",
        fontsize=11,
    )
    handles, labels = by_epoch.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", fontsize=9)
    return figure


def label_of(run: Run) -> str:
    """Say what a run was, and where it ended."""
    known = not math.isnan(run.update_seconds)
    seconds = f", {1e6 * run.update_seconds:.0f} µs per update" if known else ""
    digits = ".3g" if run.diverged else ".3f"
    return f"{run.name}: ends at w = {run.w:{digits}}, b = {run.b:{digits}}{seconds}"


def draw_losses(
    axes: Axes, clock: NDArray[Any], losses: Array, floor: float, style: Mapping[str, Any]
) -> None:
    """Draw the losses of a run, and mark where it first came close to the floor.

    A run that diverges is cut where it leaves the picture. A logarithmic scale has no place for
    what is not above 0: the start.
    """
    inside = int(np.cumprod(losses < FAR).sum())  # before the first that is far away, or NaN
    clock, losses = clock[: inside + 1], np.append(losses[:inside], FAR)[: len(losses)]
    shown = (losses > 0) & np.isfinite(clock) & (clock > 0)
    clock, losses = clock[shown], losses[shown]
    marker = "o" if len(losses) == 1 else ""
    axes.plot(clock, losses, linewidth=1.6, marker=marker, **style)
    near = np.flatnonzero(losses <= NEAR * floor)
    if len(near):
        at = clock[near[0]], losses[near[0]]
        axes.plot(*at, "o", color=style["color"], markeredgecolor="k", zorder=3)


def name_the_floor(axes: Axes, line: Line) -> None:
    """Write below the floor what it is."""
    axes.annotate(
        f"least squares: {line.loss:.4f} at w = {line.w:.3f}, b = {line.b:.3f}",
        (1, line.loss),
        xycoords=("axes fraction", "data"),
        xytext=(-4, -4),
        textcoords="offset points",
        horizontalalignment="right",
        verticalalignment="top",
        fontsize=8,
    )
