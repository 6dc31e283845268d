"""Trusted values: plain, slow definitions in float64 that use nothing of the learner's."""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tests.wording import Array

Batch = Sequence[int]  # the rows of one batch
Epochs = Sequence[Sequence[Batch]]

# float64 rounds each operation to 1.1e-16 of its result, so a sum of 50 terms, in any order and
# however the formula is written, errs by less than 1e-14 of the size of its terms. Finite
# differences err by 1e-11 or more, float32 by 1e-8.
ROUNDING = 1e-12


def predict(x: Array, w: float, b: float) -> Array:
    return np.array([[w * xi + b] for xi in x[:, 0].tolist()])


def squared_error(x: Array, y: Array, w: complex, b: complex) -> complex:
    """Return the mean squared error, also for complex w and b."""
    squares = [
        (w * xi + b - yi) ** 2 for xi, yi in zip(x[:, 0].tolist(), y[:, 0].tolist(), strict=True)
    ]
    real = math.fsum(complex(s).real for s in squares)
    imaginary = math.fsum(complex(s).imag for s in squares)
    return complex(real, imaginary) / len(squares)


def mse_loss(x: Array, y: Array, w: float, b: float) -> float:
    return squared_error(x, y, w, b).real


def mse_gradients(x: Array, y: Array, w: float, b: float) -> tuple[float, float]:
    """Differentiate the loss by a complex step: exact, and without knowing the formula."""
    h = 1e-100
    dw = squared_error(x, y, complex(w, h), b).imag / h
    db = squared_error(x, y, w, complex(b, h)).imag / h
    return dw, db


def autograd_gradients(x: Array, y: Array, w: float, b: float) -> tuple[float, float]:
    """Differentiate PyTorch's own mean squared error, in float64."""
    import torch

    at = torch.tensor([w, b], dtype=torch.float64, requires_grad=True)
    prediction = at[0] * torch.tensor(x) + at[1]
    (gradient,) = torch.autograd.grad(torch.nn.functional.mse_loss(prediction, torch.tensor(y)), at)
    dw, db = gradient.tolist()
    return dw, db


def size_of_terms(x: Array, y: Array, w: float, b: float) -> Array:
    """Return |w·x| + |b| + |y| for each sample, the size of what a residual is made of."""
    return np.abs(w * x) + abs(b) + np.abs(y)


# -- descent ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """A descent, step by step."""

    xs: list[float]
    ys: list[float]
    epochs: Epochs
    lr: float
    w: float
    b: float
    losses: list[float]
    path: list[tuple[float, float]]  # (w, b) before the first update and after each
    batch_losses: list[list[float]]  # for each epoch, each batch's loss before its update
    size: float  # of the largest term of w and b on the way, and of the losses
    loss_size: float

    def loss_of(self, rows: Batch, w: float, b: float) -> float:
        """Return the mean squared error of some samples."""
        return sum((w * self.xs[i] + b - self.ys[i]) ** 2 for i in rows) / len(rows)

    def path_by_epoch(self, offset: int) -> list[list[tuple[float, float]]]:
        """Return (w, b) of each epoch's batches, before their updates (0) or after (1)."""
        points = iter(self.path[offset:])
        return [[next(points) for _ in batches] for batches in self.epochs]

    def with_ys(self, ys: list[float]) -> "Run":
        """Return the same run with other y."""
        return replace(self, ys=ys)


def sizes(n: int, batch_size: int) -> list[int]:
    """Return the lengths of an epoch's batches."""
    return [min(batch_size, n - start) for start in range(0, n, batch_size)]


def in_order(n: int, batch_size: int, epochs: int) -> Epochs:
    """Return epochs whose batches are in the order of the data."""
    starts = range(0, n, batch_size)
    return [[range(s, min(s + batch_size, n)) for s in starts] for _ in range(epochs)]


def descend(x: Array, y: Array, epochs: Epochs, lr: float, w: float = 0.0, b: float = 0.0) -> Run:
    """Descend on the given batches."""
    path, losses, batch_losses = [(w, b)], [], []
    size = loss_size = 1.0
    xs, ys = x[:, 0].tolist(), y[:, 0].tolist()
    for batches in epochs:
        of_epoch = []
        for rows in batches:
            residuals = [w * xs[i] + b - ys[i] for i in rows]
            of_epoch.append(sum(r * r for r in residuals) / len(rows))
            dw = sum(2 * r * xs[i] for r, i in zip(residuals, rows, strict=True)) / len(rows)
            db = sum(2 * r for r in residuals) / len(rows)
            w, b = w - lr * dw, b - lr * db
            path.append((w, b))
            terms = max(abs(w * xs[i]) + abs(b) + abs(ys[i]) for i in rows)
            loss_size = max(loss_size, terms**2)
            size = max(size, abs(w), abs(b), 2 * lr * terms * max(1.0, *(abs(xs[i]) for i in rows)))
        batch_losses.append(of_epoch)
        losses.append(sum(of_epoch) / len(of_epoch))
    return Run(xs, ys, epochs, lr, w, b, losses, path, batch_losses, size, loss_size)


def least_squares(x: Array, y: Array) -> tuple[float, float]:
    """Return slope and intercept of the line with the least squared error."""
    columns = np.hstack([x, np.ones_like(x)])
    (w, b), *_ = np.linalg.lstsq(columns, y[:, 0], rcond=None)
    return float(w), float(b)


def reference_data(n: int, noise: float = 0.1) -> tuple[Array, Array]:
    """Return samples of the line y = 3x + 2, the experiment of the kata."""
    rng = np.random.default_rng(42)
    x = rng.random((n, 1))
    return x, 3.0 * x + 2.0 + noise * rng.standard_normal((n, 1))


# -- which batches did a descent use? ---------------------------------------------------------
# With x = 0 for all samples a descent from b = 0 is linear in y: each update is
# b ← (1 − 2·lr)·b + 2·lr·mean(y of the batch). With y = 1 for sample i and 0 for the others, the
# last b therefore tells in which batches sample i was, and with which weight, whatever code
# made it. Equal generators give equal batches, so that one run for each sample finds them all.

PROBE_LR = 0.15


def trace(lengths: Sequence[int], place: int) -> float:
    """Return the b that a sample in the batch at one place leaves, of batches of these lengths."""
    keep = 1 - 2 * PROBE_LR
    return 2 * PROBE_LR / lengths[place] * keep ** (len(lengths) - 1 - place)


def traces(n: int, batch_size: int, epochs: int) -> list[tuple[float, tuple[int, ...]]]:
    """Return, for each choice of one batch in each epoch, the b that a sample there leaves."""
    lengths = sizes(n, batch_size) * epochs
    each = len(lengths) // epochs
    return sorted(
        (sum(trace(lengths, epoch * each + place) for epoch, place in enumerate(places)), places)
        for places in itertools.product(range(each), repeat=epochs)
    )


def other_use(effects: Sequence[float], n: int, batch_size: int, tolerance: float) -> str:
    """Say in which other way the samples of one epoch were used, "" if in none that is known."""
    right = sizes(n, batch_size)
    for lengths in (right[::-1], [len(part) for part in np.array_split(np.arange(n), len(right))]):
        places = [
            [k for k in range(len(lengths)) if abs(trace(lengths, k) - effect) <= tolerance]
            for effect in effects
        ]
        used = sorted(k for found in places for k in found)
        if (
            lengths != right
            and all(places)
            and used == sorted(k for k, length in enumerate(lengths) for _ in range(length))
        ):
            return f"the batches have the sizes {lengths}, not {right}"
    for lengths in (right, [min(batch_size, n)] * len(right)):
        uses = [number_of_uses(effect, lengths, tolerance) for effect in effects]
        if None not in uses:
            never, often = uses.count(0), sum(use is not None and use > 1 for use in uses)
            both = [f"{often} more than once"] * (often > 0) + [f"{never} never"] * (never > 0)
            if both:
                return f"of {n} samples one epoch uses {', '.join(both)}"
    return ""


def number_of_uses(effect: float, lengths: Sequence[int], tolerance: float) -> int | None:
    """Return in how many batches a sample was that has this effect, None if that is unclear."""
    for uses in range(4):
        for places in itertools.combinations_with_replacement(range(len(lengths)), uses):
            if abs(sum(trace(lengths, place) for place in places) - effect) <= tolerance:
                return uses
    return None


def find_batches(
    effects: Sequence[float], n: int, batch_size: int, epochs: int, tolerance: float
) -> list[list[list[int]]] | None:
    """Find out which samples were in which batch.

    Parameters
    ----------
    effects : list of n floats
        What each sample alone contributes to b: the last b of a descent with x = 0, from b = 0
        and with learning rate `PROBE_LR`, on a y that is 1 for this sample and 0 for the
        others, always with an equal generator.
    n, batch_size, epochs : int
        The sizes of that descent.
    tolerance : float
        By how much its b may be off, rounding.

    Returns
    -------
    list of epochs of batches of rows, or None
        None if no way to use each sample once in each epoch explains the effects.
    """
    known = traces(n, batch_size, epochs)
    lengths = sizes(n, batch_size)
    batches: list[list[list[int]]] = [[[] for _ in lengths] for _ in range(epochs)]
    for row, effect in enumerate(effects):
        matches = [places for b, places in known if abs(b - effect) <= tolerance]
        if len(matches) != 1:
            return None
        for epoch, place in enumerate(matches[0]):
            batches[epoch][place].append(row)
    if any([len(batch) for batch in epoch] != lengths for epoch in batches):
        return None
    return batches


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


# -- statistics -------------------------------------------------------------------------------

# The chance that right code fails one statistical check. A whole run makes about 20 of them, 300
# with the bound SIGMAS, and 10 for results that are equal by chance less than once in 10⁹ runs:
# together they stay below one in ten million.
FALSE_ALARM = 1e-9


def normal_distribution(values: Array) -> Array:
    """Return the distribution function of the standard normal."""
    return np.array([0.5 * (1 + math.erf(v / math.sqrt(2))) for v in np.ravel(values).tolist()])


def largest_chi_square(cells: int) -> float:
    """Return what Pearson's statistic of equally likely cells may be.

    The bound of Laurent and Massart for a chi-square variable with `cells` − 1 degrees of
    freedom, which the statistic follows closely when each cell is expected 20 times or more.
    """
    log, degrees = math.log(1 / FALSE_ALARM), cells - 1
    return degrees + 2 * math.sqrt(degrees * log) + 2 * log


# A standard normal variable is further out with a probability of 2.6e-12 (two-sided): 300 such
# checks stay below FALSE_ALARM together.
SIGMAS = 7.0
