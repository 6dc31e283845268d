"""The cost picture: what an update costs, and what it is worth, against the batch size."""

import math
import os
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from tqdm import tqdm

from plots.experiment import Array

SAMPLES = 1_000_000
BATCH_SIZES = (1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_000_000)
MEASURE_SECONDS = 0.4  # at least, for each time
LOOPS = {"NumPy": ("#8c510a", "-", "o"), "PyTorch": ("#01665e", "--", "s")}


@dataclass(frozen=True)
class Cost:
    """For each batch size: seconds per update and bytes of working memory of each loop.

    `spread` is the standard deviation of dw over random batches, NaN for batches of which there
    are too few; `theory` what it should be.
    """

    samples: int
    batch_sizes: tuple[int, ...]
    seconds: dict[str, Array]
    memory: dict[str, Array]
    spread: Array
    theory: Array


def measure(samples: int = SAMPLES, seconds: float = MEASURE_SECONDS) -> Cost:
    """Measure one update, and the spread of its gradient, for batches of all sizes.

    The batches are slices of data that are shuffled already, so that the update alone is
    measured, not the shuffle.

    Parameters
    ----------
    samples : int
        In the data set.
    seconds : float
        How long to measure at least, for each loop and batch size.

    Returns
    -------
    Cost
        All that was measured.
    """
    rng = np.random.default_rng(0)
    x = rng.random((samples, 1))
    y = 3.0 * x + 2.0 + 0.1 * rng.standard_normal((samples, 1))
    sizes = tuple(m for m in BATCH_SIZES if m <= samples)
    loops = {"NumPy": numpy_update(x, y), "PyTorch": torch_update(x, y)}
    peaks = {"NumPy": numpy_peak, "PyTorch": torch_peak}
    times: dict[str, Array] = {name: np.empty(len(sizes)) for name in loops}
    memory: dict[str, Array] = {name: np.empty(len(sizes)) for name in loops}
    spread = np.empty(len(sizes))
    for place, m in enumerate(tqdm(sizes, desc="cost", unit="size", disable=None)):
        for name, update in loops.items():
            times[name][place] = seconds_of(update, m, samples, seconds)
            memory[name][place] = peaks[name](update, m)
        spread[place] = spread_of_gradient(x, y, m)
    per_sample = 2 * (0.0 * x - y) * x  # each sample's part of dw at w = b = 0
    several = np.array(sizes, dtype=float)
    left = (samples - several) / (samples - 1)  # no sample comes twice in a batch
    theory = float(per_sample.std()) * np.sqrt(left / several)
    return Cost(samples, sizes, times, memory, spread, theory)


Update = Callable[[int, int], None]  # start of the batch, its size


def numpy_update(x: Array, y: Array) -> Update:
    """Return an update of the line in NumPy, float64."""
    state = [0.0, 0.0]

    def update(start: int, m: int) -> None:
        xb, yb = x[start : start + m], y[start : start + m]
        residual = state[0] * xb + state[1] - yb
        dw, db = 2 * np.mean(residual * xb), 2 * np.mean(residual)
        state[:] = state[0] - 0.01 * dw, state[1] - 0.01 * db

    return update


def torch_update(x: Array, y: Array) -> Update:
    """Return an update of the line in PyTorch, float32."""
    import torch

    xs, ys = (torch.tensor(part, dtype=torch.float32) for part in (x, y))
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    loss_fn = torch.nn.MSELoss()

    def update(start: int, m: int) -> None:
        loss = loss_fn(model(xs[start : start + m]), ys[start : start + m])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return update


def seconds_of(update: Update, m: int, samples: int, least: float) -> float:
    """Return the median time of an update, over batches all through the data."""
    starts = range(0, samples - m + 1, m)
    update(0, m)
    found: list[float] = []
    end = time.perf_counter() + least
    while time.perf_counter() < end or len(found) < 3:
        many = max(1, min(200, len(starts)))
        started = time.perf_counter()
        for turn in range(many):
            update(starts[(len(found) * many + turn) % len(starts)], m)
        found.append((time.perf_counter() - started) / many)
    return float(np.median(found))


def numpy_peak(update: Update, m: int) -> float:
    """Return the most that NumPy's arrays hold during an update."""
    tracemalloc.start()
    try:
        update(0, m)
        return float(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()


def torch_peak(update: Update, m: int) -> float:
    """Return the largest sum of what PyTorch's own allocations hold during an update."""
    from torch.profiler import ProfilerActivity, profile

    with (
        without_stderr(),  # the profiler's own log
        profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler,
    ):
        update(0, m)
    held = peak = 0
    events: Any = profiler.profiler.kineto_results.events()
    for event in sorted(events, key=lambda event: event.start_ns()):
        if event.name() == "[memory]":
            held += event.nbytes()
            peak = max(peak, held)
    return float(peak)


@contextmanager
def without_stderr() -> Iterator[None]:
    """Drop what is written to the standard error, also by code that is not Python."""
    sys.stderr.flush()
    kept = os.dup(2)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def spread_of_gradient(x: Array, y: Array, m: int) -> float:
    """Return the standard deviation of dw at w = b = 0, over batches without common samples."""
    many = min(4000, len(x) // m)
    if many < 8:
        return math.nan
    rows = slice(0, many * m)
    parts = (2 * (0.0 - y[rows]) * x[rows]).reshape(many, m)
    return float(parts.mean(axis=1).std(ddof=1))


def draw(cost: Cost) -> Figure:
    """Draw time per update, time per epoch, memory and spread against the batch size.

    Parameters
    ----------
    cost : Cost
        What was measured.

    Returns
    -------
    Figure
        Not bound to any display.
    """
    figure = Figure(figsize=(10, 7), layout="constrained")
    (update, epoch), (memory, spread) = figure.subplots(2, 2)
    sizes = np.array(cost.batch_sizes, dtype=float)
    for name, (colour, line, marker) in LOOPS.items():
        style: dict[str, Any] = {"color": colour, "linestyle": line, "marker": marker}
        update.plot(sizes, cost.seconds[name], label=name, **style)
        epoch.plot(sizes, cost.seconds[name] * np.ceil(cost.samples / sizes), label=name, **style)
        memory.plot(sizes, cost.memory[name], label=name, **style)
    spread.plot(sizes, cost.spread, "o", color="k", label="measured")
    shown = cost.theory > 0
    spread.plot(sizes[shown], cost.theory[shown], color="0.5", label="theory: ∝ 1/√m")
    for axes, title, unit in (
        (update, "one update", "seconds"),
        (epoch, f"one epoch of {cost.samples:,} samples", "seconds"),
        (memory, "working memory of an update", "bytes"),
        (spread, "spread of the gradient dw at w = b = 0", "standard deviation"),
    ):
        axes.set(xscale="log", yscale="log", xlabel="batch size m", ylabel=unit, title=title)
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
    figure.suptitle(f"What a batch costs, and what it is worth (Python {sys.version.split()[0]})")
    return figure
