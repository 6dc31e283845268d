"""What is right: plain, slow definitions in float64 that use nothing of the learner's."""

import functools
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from tests.judged.values import Array

Batch = Sequence[int]  # the rows of one batch
Epochs = Sequence[Sequence[Batch]]
Point = tuple[float, float]  # w and b, or their gradients


def derivative(function: Callable[[Any], Any], at: float) -> float:
    """Differentiate a function by a complex step: exact, and without knowing its formula."""
    h = 1e-100
    return float(function(complex(at, h)).imag / h)


def mse_loss(x: Array, y: Array, w: complex, b: complex) -> complex:
    """Return the mean squared error, also for complex w and b."""
    squares = np.asarray((w * x + b - y) ** 2)
    return complex(math.fsum(squares.real.flat), math.fsum(squares.imag.flat)) / len(x)


def mse_gradients(x: Array, y: Array, w: float, b: float) -> Point:
    """Return the derivatives of the mean squared error by w and by b."""
    dw = derivative(lambda at: mse_loss(x, y, at, b), w)
    return dw, derivative(lambda at: mse_loss(x, y, w, at), b)


def least_squares(x: Array, y: Array) -> Point:
    """Return slope and intercept of the line with the least squared error."""
    columns = np.hstack([x, np.ones_like(x)])
    (w, b), *_ = np.linalg.lstsq(columns, y[:, 0], rcond=None)
    return float(w), float(b)


def reference_data(n: int, noise: float = 0.1) -> tuple[Array, Array]:
    """Return samples of the line y = 3x + 2, the experiment of the kata."""
    rng = np.random.default_rng(42)
    x = rng.random((n, 1))
    return x, 3.0 * x + 2.0 + noise * rng.standard_normal((n, 1))


# -- descent ----------------------------------------------------------------------------------


class Loss(NamedTuple):
    """What a sample with a residual costs, and the derivative of that."""

    of: Callable[[float], float]
    slope: Callable[[float], float]
    summed: bool = False  # over the batch, not averaged


SQUARED = Loss(lambda r: r * r, lambda r: 2 * r)


class Run(NamedTuple):
    """A descent, step by step."""

    xs: list[float]
    ys: list[float]
    epochs: Epochs
    lr: float
    w: float
    b: float
    losses: list[float]
    path: list[Point]  # before the first update and after each
    batch_losses: list[list[float]]  # for each epoch, each batch's loss before its update
    size: float  # of the largest term of w and b on the way, at least 1 if nothing else is said,
    loss_size: float  # and of the losses

    @property
    def start(self) -> Point:
        """Where it began."""
        return self.path[0]

    def points(self, offset: int) -> list[list[Point]]:
        """Return w and b of each epoch's batches, before their updates (0) or after (1)."""
        points = iter(self.path[offset:])
        return [[next(points) for _ in batches] for batches in self.epochs]


def mean_gradient(run: "Descent", at: Point, rows: Batch) -> Point:
    """Return the mean of the gradients of a batch's samples."""
    return run.gradient(at, rows, 1 if run.loss.summed else len(rows))


def sgd(run: "Descent", at: Point, slope: Point) -> Point:
    """Take one step against the gradient."""
    return at[0] - run.lr * slope[0], at[1] - run.lr * slope[1]


Slope = Callable[["Descent", Point, Batch], Point]  # the gradient of a batch
Step = Callable[["Descent", Point, Point], Point]  # the update that it leads to


@dataclass
class Descent:
    """A descent that is under way; other ways to go on can be put in.

    Parameters
    ----------
    xs, ys : list of float
        The samples.
    lr : float
        Learning rate.
    loss : Loss
        What is minimised.
    slope_of, step : callable
        The gradient of a batch, and the update.
    least : float
        What the size of the terms is at least.
    epoch, update : int
        The number of the present epoch and update.
    """

    xs: list[float]
    ys: list[float]
    lr: float
    loss: Loss = SQUARED
    slope_of: Slope = mean_gradient
    step: Step = sgd
    least: float = 1.0
    epoch: int = 0
    update: int = 0

    def residuals(self, at: Point, rows: Batch) -> list[float]:
        """Return the residuals of some samples."""
        return [at[0] * self.xs[i] + at[1] - self.ys[i] for i in rows]

    def gradient(self, at: Point, rows: Batch, share: float) -> Point:
        """Return the sums of the samples' derivatives, divided by `share`."""
        slopes = [self.loss.slope(r) for r in self.residuals(at, rows)]
        dw = sum(s * self.xs[i] for s, i in zip(slopes, rows, strict=True))
        return dw / share, sum(slopes) / share

    def loss_of(self, at: Point, rows: Batch) -> float:
        """Return the loss of some samples."""
        share = 1 if self.loss.summed else len(rows)
        return sum(map(self.loss.of, self.residuals(at, rows))) / share

    def go(self, epochs: Epochs, at: Point) -> Run:
        """Descend on the given batches."""
        path, losses, batch_losses = [at], [], []
        size = loss_size = self.least
        for self.epoch, batches in enumerate(epochs):
            of_epoch = []
            for rows in batches:
                of_epoch.append(self.loss_of(at, rows))
                terms = max(abs(at[0] * self.xs[i]) + abs(at[1]) + abs(self.ys[i]) for i in rows)
                slope = self.slope_of(self, at, rows)
                at = self.step(self, at, slope)
                path.append(at)
                self.update += 1
                largest = max(1.0, *(abs(self.xs[i]) for i in rows))
                loss_size = max(loss_size, terms**2, of_epoch[-1])
                size = max(size, *map(abs, at), 2 * self.lr * terms * largest)
            batch_losses.append(of_epoch)
            losses.append(sum(of_epoch) / max(len(of_epoch), 1))
        return Run(
            *(self.xs, self.ys, epochs, self.lr, *at, losses, path, batch_losses, size, loss_size)
        )


def remembering(keep: float, each_epoch: bool = False) -> Step:
    """Return steps along what is kept of the gradients so far."""
    memory, of = [0.0, 0.0], [0]

    def step(descent: Descent, at: Point, slope: Point) -> Point:
        if each_epoch and descent.epoch != of[0]:
            memory[:], of[0] = [0.0, 0.0], descent.epoch
        memory[:] = [keep * old + new for old, new in zip(memory, slope, strict=True)]
        return sgd(descent, at, (memory[0], memory[1]))

    return step


def descend(
    x: Array,
    y: Array,
    epochs: Epochs,
    lr: float,
    w: float = 0.0,
    b: float = 0.0,
    loss: Loss = SQUARED,
    momentum: float = 0.0,
    least: float = 1.0,
) -> Run:
    """Descend on the given batches: one update each, by the mean gradient of its samples."""
    step = remembering(momentum) if momentum else sgd
    started = Descent(x[:, 0].tolist(), y[:, 0].tolist(), lr, loss, step=step, least=least)
    return started.go(epochs, (w, b))


@functools.cache
def sizes(n: int, batch_size: int) -> list[int]:
    """Return the lengths of an epoch's batches: to be read, as others get the same list."""
    return [min(batch_size, n - start) for start in range(0, n, batch_size)]


def in_order(n: int, batch_size: int, epochs: int) -> Epochs:
    """Return epochs whose batches are in the order of the data."""
    starts = range(0, n, batch_size)
    return [[range(s, min(s + batch_size, n)) for s in starts] for _ in range(epochs)]


def all_epochs(n: int, batch_size: int) -> Iterator[list[tuple[int, ...]]]:
    """Yield every way to split n samples into an epoch's batches."""

    def split(rows: frozenset[int], lengths: list[int]) -> Iterator[list[tuple[int, ...]]]:
        if not lengths:
            yield []
            return
        for batch in itertools.combinations(sorted(rows), lengths[0]):
            for rest in split(rows - set(batch), lengths[1:]):
                yield [batch, *rest]

    yield from split(frozenset(range(n)), sizes(n, batch_size))
