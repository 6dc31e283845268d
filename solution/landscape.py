"""The landscape picture: which batch sizes and learning rates get how far in a few passes."""

from dataclasses import dataclass

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from plots.experiment import Array, Line
from solution.scan import scan_runs

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
    rows = []
    for batch_size in BATCH_SIZES:
        runs = scan_runs(
            line.x,
            line.y,
            batch_size=batch_size,
            lr=RATES[:, None],
            epochs=PASSES,
            rngs=[np.random.default_rng([seed, shuffle]) for shuffle in range(SHUFFLES)],
            record_losses=False,
        )
        excess = line.excess(np.stack([runs.w, runs.b], axis=-1))
        excess[~np.isfinite(excess)] = np.inf
        rows.append(np.median(excess, axis=1))
    excess = np.array(rows)
    start = float(line.excess(np.zeros(2)))
    excess[excess > start] = np.inf  # further away than before the first update
    x = line.x[:, 0]
    hessian = 2 * np.array([[np.mean(x * x), x.mean()], [x.mean(), 1.0]])
    return Landscape(BATCH_SIZES, RATES, excess, 2 / float(np.linalg.eigvalsh(hessian)[-1]))


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
    finite = np.isfinite(landscape.excess)
    shown = np.where(finite, landscape.excess, np.nan)
    mesh = axes.pcolormesh(
        landscape.rates, sizes, shown, norm=LogNorm(), cmap="cividis_r", shading="nearest"
    )
    figure.colorbar(mesh, label="loss above the least-squares loss (median)")
    edges = np.sqrt(landscape.rates[1:] * landscape.rates[:-1])
    edges = np.array(
        [landscape.rates[0] ** 2 / edges[0], *edges, landscape.rates[-1] ** 2 / edges[-1]]
    )
    for row, column in np.argwhere(~finite):
        left, right = edges[column], edges[column + 1]
        axes.fill_between(
            [left, right],
            row - 0.5,
            row + 0.5,
            facecolor="white",
            hatch="xx",
            edgecolor="0.6",
            linewidth=0,
        )
    if not finite.all():
        axes.fill_between(
            [], [], [], facecolor="white", hatch="xx", edgecolor="0.6", label="diverged"
        )
    axes.axvline(
        landscape.limit,
        color="k",
        linestyle="--",
        label=f"limit of stability for the full batch, 2/λ = {landscape.limit:.3g}",
    )
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
    axes.set_xscale("log")
    axes.set_yticks(sizes, [str(size) for size in landscape.batch_sizes])
    axes.set(xlabel="learning rate", ylabel="batch size m")
    axes.set_title(f"After {PASSES} passes over the data, median of {SHUFFLES} shuffles")
    axes.set_xlim(edges[0], edges[-1])
    figure.legend(loc="outside lower center", ncols=3, fontsize=9)
    return figure
