"""The experiment: batch, stochastic and mini-batch gradient descent on the same data."""

import importlib
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

Array = NDArray[np.float64]

SAMPLES = 1000
FAR = 1e6  # a loss above has diverged: at w = b = 0 it is 13


@dataclass(frozen=True)
class Run:
    """One descent from w = b = 0.

    `losses` has shape (epochs,): the mean of each epoch's batch losses. `path` has shape
    (points, 2): w and b after the numbers of updates in `at`, shape (points,). `update_seconds`
    is what an update takes in a usual loop, `seconds` what the whole run took.
    """

    batch_size: int
    updates: int
    losses: Array
    at: NDArray[np.int64]
    path: Array
    seconds: float
    update_seconds: float = math.nan

    @property
    def method(self) -> str:
        """What this kind of descent is called."""
        return {SAMPLES: "batch", 1: "stochastic"}.get(self.batch_size, "mini-batch")

    @property
    def diverged(self) -> bool:
        """Whether it ended far away, or at inf or NaN."""
        return not self.losses[-1] < FAR

    @property
    def name(self) -> str:
        """What a legend calls it."""
        return f"{self.method} (m = {self.batch_size}{', diverged' if self.diverged else ''})"

    @property
    def w(self) -> float:
        """The last slope."""
        return float(self.path[-1, 0])

    @property
    def b(self) -> float:
        """The last intercept."""
        return float(self.path[-1, 1])


@dataclass(frozen=True)
class Line:
    """The line with the least squared error on some samples, which no descent can beat."""

    w: float
    b: float
    loss: float
    x: Array
    y: Array

    @property
    def determined(self) -> bool:
        """Whether no other line is as good: not so if all x are the same."""
        return float(np.ptp(self.x)) > 0

    def losses(self, path: Array) -> Array:
        """Return the loss on all samples at each (w, b), an array of shape (..., 2)."""
        with np.errstate(all="ignore"):
            return self.loss + self.excess(path)

    def excess(self, path: Array) -> Array:
        """Return by how much the loss on all samples is above the least.

        It is quadratic in the distance from the best line: nothing is lost to rounding.
        """
        dw, db = path[..., 0] - self.w, path[..., 1] - self.b
        mean = float(self.x.mean())
        with np.errstate(all="ignore"):
            return np.asarray((db + dw * mean) ** 2 + dw**2 * float(self.x.var()))


def least_squares(x: Array, y: Array) -> Line:
    """Fit the line with the least squared error."""
    columns = np.hstack([x, np.ones_like(x)])  # (n, 2)
    (w, b), *_ = np.linalg.lstsq(columns, y[:, 0], rcond=None)
    return Line(float(w), float(b), float(np.mean((columns @ [w, b] - y[:, 0]) ** 2)), x, y)


# -- engines ----------------------------------------------------------------------------------


Piece = Callable[[int], tuple[float, float, Sequence[float]]]  # epochs -> w, b, losses


def in_pieces(x: Array, piece: Piece, *, batch_size: int, epochs: int) -> Run:
    """Run one descent some epochs at a time, with a progress bar.

    Each piece goes on where the last one ended with the same generator, and so takes the very
    steps of a single run.
    """
    each = math.ceil(len(x) / batch_size)
    losses: list[float] = []
    at, path = [0], [(0.0, 0.0)]
    started = time.perf_counter()
    name = f"batch size {batch_size:>4}"
    with tqdm(total=epochs, desc=name, unit="epoch", mininterval=0.5) as bar:
        while len(losses) < epochs:
            usual = 1 if len(losses) < 20 else math.ceil(epochs / 100)
            more = min(usual, epochs - len(losses))
            with np.errstate(all="ignore"):  # a run that diverges shows in its loss
                w, b, new = piece(more)
            if len(new) != more:
                raise ValueError(f"the training gave {len(new)} losses for {more} epochs")
            losses += [float(loss) for loss in new]
            at.append(each * len(losses))
            path.append((float(w), float(b)))
            bar.update(more)
    seconds = time.perf_counter() - started
    updates = epochs * each
    return Run(
        batch_size,
        updates,
        np.array(losses),
        np.array(at),
        np.array(path),
        seconds,
        seconds / updates,
    )


def with_numpy(
    package: str, x: Array, y: Array, *, batch_size: int, lr: float, epochs: int, seed: int
) -> Run:
    """Run one descent with a package's `minibatch_gd`."""
    minibatch_gd = importlib.import_module(f"{package}.descent").minibatch_gd
    rng = np.random.default_rng(seed)
    at = 0.0, 0.0

    def piece(epochs: int) -> tuple[float, float, Sequence[float]]:
        nonlocal at
        w, b, losses = minibatch_gd(
            x, y, batch_size=batch_size, lr=lr, epochs=epochs, rng=rng, w=at[0], b=at[1]
        )
        at = w, b
        return w, b, losses

    run = in_pieces(x, piece, batch_size=batch_size, epochs=epochs)
    return with_first_epoch(package, run, x, y, lr=lr, seed=seed)


def with_first_epoch(package: str, run: Run, x: Array, y: Array, *, lr: float, seed: int) -> Run:
    """Add each update of the first epoch to a run's path, where they lead where it went."""
    gradients = importlib.import_module(f"{package}.gradients")
    batching = importlib.import_module(f"{package}.batching")
    w = b = 0.0
    path = [(w, b)]
    for xb, yb in batching.shuffled_batches(x, y, run.batch_size, np.random.default_rng(seed)):
        w, b = gradients.sgd_step(w, b, *gradients.mse_gradients(xb, yb, w, b), lr)
        path.append((float(w), float(b)))
    if len(path) != run.at[1] + 1 or not np.allclose(path[-1], run.path[1]):
        return run  # the order of the run is its own
    at = np.concatenate([np.arange(len(path)), run.at[2:]])
    return replace(run, at=at, path=np.concatenate([path, run.path[2:]]))


def with_torch(
    package: str, x: Array, y: Array, *, batch_size: int, lr: float, epochs: int, seed: int
) -> Run:
    """Run one descent with a package's `train`."""
    training = importlib.import_module(f"{package}.training")
    import torch

    model = line_at_0(training.LinearRegression())
    dataset = training.to_dataset(x, y)
    generator = torch.Generator().manual_seed(seed)

    def piece(epochs: int) -> tuple[float, float, Sequence[float]]:
        losses = training.train(
            model, dataset, batch_size=batch_size, lr=lr, epochs=epochs, generator=generator
        )
        return *parameters(model), losses

    return in_pieces(x, piece, batch_size=batch_size, epochs=epochs)


def line_at_0(model: Any) -> Any:
    """Set the parameters of a model to 0, and return it."""
    from torch import nn

    nn.init.zeros_(model.linear.weight)
    nn.init.zeros_(model.linear.bias)
    return model


def parameters(model: Any) -> tuple[float, float]:
    """Return w and b of a model."""
    return model.linear.weight.item(), model.linear.bias.item()


# -- the table --------------------------------------------------------------------------------


def table(runs: Sequence[Run], line: Line) -> str:
    """Return the results as text."""
    head = f"{'method':<13}{'batch size':>10}{'updates':>11}{'w':>9}{'b':>9}"
    lines = [f"{head}{'final loss':>12}{'seconds':>9}"]
    for run in runs:
        lines.append(
            f"{run.method:<13}{run.batch_size:>10}{run.updates:>11,}{cell(run.w)}{cell(run.b)}"
            f"{run.losses[-1]:>12.4g}{run.seconds:>9.2f}"
        )
    lines.append(f"{'least squares':<34}{line.w:>9.4g}{line.b:>9.4g}{line.loss:>12.4g}")
    lines.append("final loss: the mean of the batch losses in the last epoch")
    diverged = [str(run.batch_size) for run in runs if run.diverged]
    if diverged:
        lines.append(
            f"diverged: batch size {', '.join(diverged)} (a loss above {FAR:g}, inf or NaN)"
        )
    return "\n".join(lines)


def cell(number: float) -> str:
    """Return a number for a column of the table."""
    text = f"{number:.4g}"
    return f" {text if len(text) <= 8 else f'{number:.1e}':>8}"
