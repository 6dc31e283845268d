"""The paths picture: how each descent goes through the plane of w and b."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from plots.experiment import Array, Line, Run
from plots.style import styled

AROUND = 1e3  # paths further out have diverged, and are cut


def draw(runs: Sequence[Run], line: Line, lr: float) -> Figure:
    """Draw the paths over the contours of the loss, with a closer look at the minimum.

    Parameters
    ----------
    runs : sequence of Run
        What to compare.
    line : Line
        The least-squares line, in the middle of the contours.
    lr : float
        The learning rate, for the title.

    Returns
    -------
    Figure
        Not bound to any display.
    """
    figure = Figure(figsize=(9, 6), layout="constrained")
    axes = figure.add_subplot()
    inset = axes.inset_axes((0.4, 0.06, 0.57, 0.5))
    paths = [run.path[(np.abs(run.path) < AROUND).all(axis=1)] for run in runs]
    for panel, (low, high) in ((axes, around_all(paths, line)), (inset, around_ends(paths, line))):
        draw_contours(panel, line, low, high)
        for (run, style), path in zip(styled(runs), paths, strict=True):
            panel.plot(*path.T, label=run.name, linewidth=1.3, **style)
            panel.plot(*path[-1], "o", color=style["color"], markeredgecolor="k", zorder=4)
        panel.plot(line.w, line.b, "k+", markersize=12, markeredgewidth=2, zorder=5)
        panel.set_xlim(low[0], high[0])
        panel.set_ylim(low[1], high[1])
    axes.plot(0, 0, "ks", markersize=5)
    axes.annotate("start", (0, 0), (6, 4), textcoords="offset points")
    axes.indicate_inset_zoom(inset, edgecolor="k")
    inset.tick_params(labelsize=7)
    inset.set_title("at the minimum (+): ● where each run ended", fontsize=8)
    axes.set(xlabel="w (slope)", ylabel="b (intercept)")
    axes.set_title(f"Paths over the contours of the loss, learning rate {lr:g}")
    axes.legend(loc="upper right")
    return figure


def around_all(paths: Sequence[Array], line: Line) -> tuple[Array, Array]:
    """Return the corners of what holds all paths, with some room."""
    points = np.concatenate([*paths, [[0.0, 0.0], [line.w, line.b]]])
    low, high = points.min(axis=0), points.max(axis=0)
    room = 0.08 * (high - low)
    return low - room, high + room


def around_ends(paths: Sequence[Array], line: Line) -> tuple[Array, Array]:
    """Return the corners of the closer look: the minimum, and the ends of runs near it."""
    ends = np.array([path[-1] for path in paths])
    near = ends[np.abs(ends - [line.w, line.b]).max(axis=1) < 0.6]
    near = np.concatenate([near, [[line.w, line.b]]])
    margin = np.array([0.08, 0.05])
    return near.min(axis=0) - margin, near.max(axis=0) + margin


def draw_contours(axes: Axes, line: Line, low: Array, high: Array) -> None:
    """Draw contours of the loss on all samples, a factor of 2 apart above the least."""
    ws, bs = (np.linspace(low[i], high[i], 120) for i in range(2))
    grid = np.stack(np.meshgrid(ws, bs), axis=-1)
    excess = line.excess(grid)
    top = np.log2(excess.max())
    levels = 2.0 ** np.arange(np.floor(top) - 12, np.ceil(top) + 1)
    axes.contour(ws, bs, excess, levels=levels, colors="0.7", linewidths=0.6)
