"""The landscape picture: which batch sizes and learning rates get how far in a few passes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from plots.experiment import Array, Line
from solution.scan import Descents, scan_runs

BATCH_SIZES = (1, 2, 4, 8, 16, 32, 64, 125, 250, 500, 750, 1000)
RATES = np.geomspace(0.001, 3.0, 25)
SHUFFLES = 20
PASSES = 10


@dataclass(frozen=True)
class Landscape:
    """The median excess loss, shape (batch sizes, rates); inf where most runs diverged."""

    batch_sizes: tuple[int, ...]
    rates: Array
    excess: Array
    limit: float  # of stability, for all samples in one batch

    @property
    def best(self) -> tuple[int, int]:
        """Return the row and the column of the least excess loss."""
        row, column = np.unravel_index(int(np.argmin(self.excess)), self.excess.shape)
        return int(row), int(column)


def compute(line: Line, seed: int) -> Landscape:
    """Run all cells: `PASSES` passes from w = b = 0, with `SHUFFLES` shuffles each.

    Parameters
    ----------
    line : Line
        The least-squares line of the samples to train on.
    seed : int
        Of the shuffles.

    Returns
    -------
    Landscape
        How far above the least the loss is after these passes.
    """
    excess = np.array([median_excess(line, size, seed) for size in BATCH_SIZES])
    start = float(line.excess(np.zeros(2)))
    excess[excess > start] = np.inf  # further away than before the first update
    x = line.x[:, 0]
    hessian = 2 * np.array([[np.mean(x * x), x.mean()], [x.mean(), 1.0]])
    return Landscape(BATCH_SIZES, RATES, excess, 2 / float(np.linalg.eigvalsh(hessian)[-1]))


def median_excess(line: Line, batch_size: int, seed: int) -> Array:
    """Return the median excess loss at each rate; inf where most runs diverged."""
    rngs = [np.random.default_rng([seed, shuffle]) for shuffle in range(SHUFFLES)]
    descents = Descents(batch_size, PASSES, rngs, RATES[:, None])
    runs = scan_runs(line.x, line.y, descents, record_losses=False)
    excess = line.excess(np.stack([runs.w, runs.b], axis=-1))
    excess[~np.isfinite(excess)] = np.inf
    return np.asarray(np.median(excess, axis=1))


def draw(landscape: Landscape) -> Figure:
    """Draw the excess loss over batch size and learning rate.

    Parameters
    ----------
    landscape : Landscape
        What to draw.

    Returns
    -------
    Figure
        Not bound to any display.
    """
    figure = Figure(figsize=(9, 5), layout="constrained")
    axes = figure.add_subplot()
    sizes = np.arange(len(landscape.batch_sizes))
    shown = np.where(np.isfinite(landscape.excess), landscape.excess, np.nan)
    mesh = axes.pcolormesh(
        landscape.rates, sizes, shown, norm=LogNorm(), cmap="cividis_r", shading="nearest"
    )
    figure.colorbar(mesh, label="loss above the least-squares loss (median)")
    edges = edges_of(landscape.rates)
    hatch_diverged(axes, landscape.excess, edges)
    axes.axvline(
        landscape.limit,
        color="k",
        linestyle="--",
        label=f"limit of stability for the full batch, 2/λ = {landscape.limit:.3g}",
    )
    mark_best(axes, landscape)
    axes.set_xscale("log")
    axes.set_yticks(sizes, [str(size) for size in landscape.batch_sizes])
    axes.set(xlabel="learning rate", ylabel="batch size m")
    axes.set_title(f"After {PASSES} passes over the data, median of {SHUFFLES} shuffles")
    axes.set_xlim(edges[0], edges[-1])
    figure.legend(loc="outside lower center", ncols=3, fontsize=9)
    return figure


def edges_of(rates: Array) -> Array:
    """Return the edges of the cells, on a logarithmic scale in the middle between the rates."""
    inner = np.sqrt(rates[1:] * rates[:-1])
    return np.array([rates[0] ** 2 / inner[0], *inner, rates[-1] ** 2 / inner[-1]])


def hatch_diverged(axes: Axes, excess: Array, edges: Array) -> None:
    """Hatch the cells in which most runs diverged."""
    style: dict[str, Any] = {"facecolor": "white", "hatch": "xx", "edgecolor": "0.6"}
    diverged = np.argwhere(~np.isfinite(excess))
    for row, column in diverged:
        ends = [edges[column], edges[column + 1]]
        axes.fill_between(ends, row - 0.5, row + 0.5, linewidth=0, **style)
    if len(diverged):
        axes.fill_between([], [], [], label="diverged", **style)


def mark_best(axes: Axes, landscape: Landscape) -> None:
    """Mark the cell with the least excess loss."""
    row, column = landscape.best
    axes.plot(
        landscape.rates[column],
        row,
        "*",
        color="#d62728",
        markeredgecolor="white",
        markersize=16,
        label=f"best: m = {landscape.batch_sizes[row]}, lr = {landscape.rates[column]:.3g}",
        linestyle="",
    )
