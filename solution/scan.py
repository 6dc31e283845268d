"""The descent of stage 4 as an associative scan: the same numbers, hundreds of times faster.

A loop makes one update after the other, because each needs the w and b of the one before. But
under squared loss an update is an *affine map* of (w, b), whatever w and b are:

    w' = w − 2α·mean(x·(w·x + b − y)) = (1 − 2α·mean(x²))·w −  2α·mean(x)·b + 2α·mean(x·y)
    b' = b − 2α·mean(w·x + b − y)     =     −2α·mean(x) ·w + (1 − 2α)   ·b + 2α·mean(y)

Its six coefficients depend on the batch alone. Two maps one after the other are again such a map
(`compose`), and it does not matter where the parentheses are put: composition is associative. So
a long run can be cut into segments and done in three passes:

1. compose each segment's maps into one, for all segments side by side;
2. chain the segments' maps: this gives the w and b at which each segment begins (it is the same
   problem with fewer maps, and is solved in the same way);
3. replay all segments side by side from there.

Side by side means: one NumPy operation on thousands of segments, in place of thousands of turns
of a Python loop. This is a prefix scan [1]_.

References
----------
.. [1] G. E. Blelloch, "Prefix sums and their applications", CMU-CS-90-190, 1990.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

SEGMENT = 16  # updates in a segment: many segments fill a vector, and the loop has few turns
CHUNK = 2**16  # samples, times runs, that are worked on at a time: what fits the cache


# An affine map (w, b) → (ww·w + wb·b + w1, bw·w + bb·b + b1) as (ww, wb, w1, bw, bb, b1): six
# numbers, or six arrays for many maps.
Map = tuple[Array, Array, Array, Array, Array, Array]


def update_map(xb: Array, yb: Array, alpha: float) -> Map:
    """Return one update of gradient descent as an affine map of (w, b).

    Parameters
    ----------
    xb, yb : ndarray of float64, shape (m, 1)
        The batch.
    alpha : float
        Learning rate α.

    Returns
    -------
    tuple of six numbers
        (ww, wb, w1, bw, bb, b1), so that the update leads from w and b to ww·w + wb·b + w1 and
        bw·w + bb·b + b1, whatever w and b are.

    Examples
    --------
    >>> one = update_map(np.array([[1.0]]), np.array([[2.0]]), 0.125)  # the mean of x, x·y, …
    >>> [float(part) for part in one]
    [0.75, -0.25, 0.5, -0.25, 0.75, 0.5]
    """
    mean_x = np.mean(xb)
    return (
        1 - 2 * alpha * np.mean(xb * xb),
        -2 * alpha * mean_x,
        2 * alpha * np.mean(xb * yb),
        -2 * alpha * mean_x,
        np.float64(1 - 2 * alpha),
        2 * alpha * np.mean(yb),
    )


def compose(first: Map, second: Map) -> Map:
    """Return the map that does `first`, then `second`.

    Composition is associative: how a long chain of maps is grouped does not matter.

    Parameters
    ----------
    first, second : tuple of six numbers
        (ww, wb, w1, bw, bb, b1) each, as `update_map` returns them; or of six arrays that
        broadcast together, for many maps at once.

    Returns
    -------
    tuple of six numbers, or of six arrays
        The composed map, in the same form; `first` and `second` are not changed.

    Examples
    --------
    >>> shift, double = (1.0, 0.0, 3.0, 0.0, 1.0, 4.0), (2.0, 0.0, 0.0, 0.0, 2.0, 0.0)
    >>> compose(shift, double)  # first w + 3 and b + 4, then twice that
    (2.0, 0.0, 6.0, 0.0, 2.0, 8.0)
    """
    ww, wb, w1, bw, bb, b1 = first
    to_ww, to_wb, to_w1, to_bw, to_bb, to_b1 = second
    return (
        to_ww * ww + to_wb * bw,
        to_ww * wb + to_wb * bb,
        to_ww * w1 + to_wb * b1 + to_w1,
        to_bw * ww + to_bb * bw,
        to_bw * wb + to_bb * bb,
        to_bw * w1 + to_bb * b1 + to_b1,
    )


def apply(step: Map, w: Array, b: Array) -> tuple[Array, Array]:
    """Return w and b after one map."""
    ww, wb, w1, bw, bb, b1 = step
    return ww * w + wb * b + w1, bw * w + bb * b + b1


def minibatch_gd_scan(
    x: Array,
    y: Array,
    *,
    batch_size: int,
    lr: float,
    epochs: int,
    rng: np.random.Generator,
    w: float = 0.0,
    b: float = 0.0,
) -> tuple[float, float, Array]:
    """Fit a line by plain mini-batch gradient descent, as a scan.

    Takes the steps of stage 4's `minibatch_gd` on the same batches, and so gives the same numbers
    up to rounding.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n, 1)
        All samples; not changed.
    batch_size : int
        Samples in each update. Above n it gives one batch of n.
    lr : float
        Learning rate α, the same for every update.
    epochs : int
        Number of passes over the data.
    rng : numpy.random.Generator
        The only source of randomness: an equal generator gives the order of the loop.
    w, b : float
        Slope and intercept to start from.

    Returns
    -------
    w, b : float
        Slope and intercept after the last update; inf or NaN if the run diverged.
    losses : ndarray of float64, shape (epochs,)
        For each epoch, the plain mean of its batches' losses, each taken before that batch's
        update.

    Raises
    ------
    ValueError
        If `batch_size` is below 1, or x and y differ in length.

    Examples
    --------
    >>> x = np.array([[1.0]])
    >>> y = np.array([[2.0]])
    >>> rng = np.random.default_rng(0)
    >>> w, b, losses = minibatch_gd_scan(x, y, batch_size=1, lr=0.125, epochs=2, rng=rng)
    >>> w, b, losses.tolist()
    (0.75, 0.75, [4.0, 1.0])
    """
    runs = scan_runs(x, y, Descents(batch_size, epochs, [rng], lr, w, b))
    return float(runs.w[0]), float(runs.b[0]), runs.losses[:, 0]


@dataclass(frozen=True, eq=False)
class Descents:
    """Several descents of one batch size: other shuffles, rates, starts.

    Parameters
    ----------
    batch_size : int
        Samples in each update, in all runs.
    epochs : int
        Number of passes over the data.
    rngs : sequence of numpy.random.Generator
        One for each run along the last axis. Runs along other axes share its shuffles.
    lr, w, b : array_like
        Learning rates and starts, arrays that broadcast with one of shape (len(rngs),): with
        5 rates of shape (5, 1) and 20 generators, 100 runs of shape (5, 20).

    Raises
    ------
    ValueError
        If `batch_size` is below 1, or there is no generator.
    """

    batch_size: int
    epochs: int
    rngs: Sequence[np.random.Generator]
    lr: ArrayLike
    w: ArrayLike = 0.0
    b: ArrayLike = 0.0

    def __post_init__(self) -> None:
        if self.batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, not {self.batch_size}")
        if not self.rngs:
            raise ValueError("there must be a generator for each run")

    @property
    def shape(self) -> tuple[int, ...]:
        """That of the runs."""
        parts = np.shape(self.lr), np.shape(self.w), np.shape(self.b), (len(self.rngs),)
        return np.broadcast_shapes(*parts)

    def of_each(self, values: ArrayLike) -> Array:
        """Return the values of lr, w or b for each run."""
        return np.array(np.broadcast_to(values, self.shape), dtype=np.float64)


class Runs(NamedTuple):
    """What comes of several descents; `shape` is that of the runs.

    `w` and `b` have that shape, `losses` (epochs, *shape), or (0, *shape) if none were asked for.
    `path` has (len(at), 2, *shape): w and b after as many updates.
    """

    w: Array
    b: Array
    losses: Array
    path: Array


def scan_runs(
    x: Array, y: Array, descents: Descents, *, at: ArrayLike = (), record_losses: bool = True
) -> Runs:
    """Run several descents at once.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n, 1)
        All samples; not changed.
    descents : Descents
        What to run.
    at : array_like of int, increasing
        After how many updates w and b are to be recorded, from 0 (the start) on.
    record_losses : bool
        Whether to record the losses, which takes half of the time.

    Returns
    -------
    Runs
        The results of all runs.

    Raises
    ------
    ValueError
        If x and y differ in length.
    """
    if len(y) != len(x):
        raise ValueError(f"x and y must have the same length, not {len(x)} and {len(y)}")
    w, b = descents.of_each(descents.w), descents.of_each(descents.b)
    losses = np.zeros((descents.epochs if record_losses else 0, *w.shape))
    asked = np.asarray(at, dtype=int)
    path = np.empty((len(asked), 2, *w.shape))
    done = 0
    with np.errstate(all="ignore"):  # a run that diverges shows in its numbers
        for chunk, ws, bs in replayed(x[:, 0], y[:, 0], descents):
            last = done + len(ws) - 1
            here = (asked >= done) & (asked <= last)
            path[here, 0], path[here, 1] = ws[asked[here] - done], bs[asked[here] - done]
            if record_losses:
                add_losses(losses, chunk, ws, bs)
            w, b, done = ws[-1], bs[-1], last
    losses /= -(-len(x) // min(descents.batch_size, len(x)))  # batches in an epoch
    return Runs(w, b, losses, path)


# -- batches ----------------------------------------------------------------------------------


class Chunk(NamedTuple):
    """Consecutive batches: those of whole epochs, or some of one epoch.

    `xs` and `ys` have an array for the full batches, shape (epochs, batches, generators, m), and
    one for the short last ones, shape (epochs, 1, generators, rest), if there are any.
    """

    xs: list[Array]
    ys: list[Array]
    first_epoch: int

    def batch(self, update: int, generator: int) -> tuple[Array, Array]:
        """Return x and y of one batch, each of shape (m,)."""
        epoch, place = divmod(update, sum(x.shape[1] for x in self.xs))
        kind = int(place >= self.xs[0].shape[1])
        at = epoch, 0 if kind else place, generator
        return self.xs[kind][at], self.ys[kind][at]


def chunks(x: Array, y: Array, descents: Descents) -> Iterator[Chunk]:
    """Yield the batches of all epochs in their order, a bounded number of samples at a time."""
    n, rngs = len(x), descents.rngs
    size = min(descents.batch_size, n)
    budget = max(CHUNK // math.prod(descents.shape), size)
    many = max(1, budget // n)  # epochs at a time
    step = n if many > 1 else budget // size * size
    for start in range(0, descents.epochs, many):
        count = min(many, descents.epochs - start)
        orders = np.empty((count, len(rngs), n), dtype=np.int64)
        for epoch in range(count):
            for index, rng in enumerate(rngs):
                orders[epoch, index] = rng.permutation(n)  # as `shuffled_batches` draws it
        for begin in range(0, n, step):
            rows = cut(orders[:, :, begin : begin + step], size)
            yield Chunk([x[r] for r in rows], [y[r] for r in rows], start)


def cut(orders: NDArray[np.int64], size: int) -> list[NDArray[np.int64]]:
    """Cut orders of shape (epochs, generators, samples) into full batches, and what is left."""
    epochs, generators, samples = orders.shape
    full = samples // size * size
    parts = []
    if full:
        parts.append(orders[:, :, :full].reshape(epochs, generators, -1, size))
    if full < samples:
        parts.append(orders[:, :, None, full:])
    return [part.swapaxes(1, 2) for part in parts]


# -- updates ----------------------------------------------------------------------------------


def replayed(x: Array, y: Array, descents: Descents) -> Iterator[tuple[Chunk, Array, Array]]:
    """Yield all batches, some at a time, with w and b before the first of them and after each."""
    rates = descents.of_each(descents.lr)
    w, b = descents.of_each(descents.w), descents.of_each(descents.b)
    # beyond this the arithmetic of the loop may overflow where that of the maps does not
    limit = 1e300 / (1 + float(np.abs(x).max(initial=0.0))) ** 2 / (1 + np.abs(rates).max())
    for chunk in chunks(x, y, descents):
        ws, bs = replay(maps_of(chunk, rates), w, b)
        redo_beyond(limit, chunk, rates, ws, bs)
        yield chunk, ws, bs
        w, b = ws[-1], bs[-1]


def maps_of(chunk: Chunk, rates: Array) -> Map:
    """Return the map of each update, arrays of shape (updates, *runs)."""
    pairs = list(zip(chunk.xs, chunk.ys, strict=True))
    means = []
    for parts in (
        chunk.xs,
        chunk.ys,
        [x * x for x, _ in pairs],
        [x * y for x, y in pairs],
    ):
        mean = np.concatenate([over_batch(part) for part in parts], axis=1)
        means.append(mean.reshape(-1, *[1] * (rates.ndim - 1), mean.shape[-1]))
    mean_x, mean_y, mean_xx, mean_xy = means  # (updates, 1, ..., generators)
    step = 2 * rates
    down = -step * mean_x
    still = np.broadcast_to(1 - step, down.shape)
    return 1 - step * mean_xx, down, step * mean_xy, down, still, step * mean_y


def over_batch(values: Array) -> Array:
    """Return the mean over the samples of each batch, the last axis."""
    return values[..., 0] if values.shape[-1] == 1 else values.mean(axis=-1)  # which is slower


def replay(maps: Map, w: Array, b: Array) -> tuple[Array, Array]:
    """Return w and b before the first map and after each, arrays of shape (updates + 1, *runs)."""
    updates = len(maps[0])
    ws, bs = np.empty((2, updates + 1, *w.shape))
    segments = updates // SEGMENT
    if segments > 1:
        whole = segments * SEGMENT
        laid = {id(part): side_by_side(part[:whole], segments) for part in maps}  # some are one
        inside = [laid[id(part)] for part in maps]
        composed = at(inside, 0)
        for place in range(1, SEGMENT):
            composed = compose(composed, at(inside, place))
        starts_w, starts_b = replay(composed, w, b)
        at_w, at_b = starts_w[:-1], starts_b[:-1]
        rows_w = ws[:whole].reshape(segments, SEGMENT, *w.shape)
        rows_b = bs[:whole].reshape(segments, SEGMENT, *w.shape)
        for place in range(SEGMENT):
            rows_w[:, place], rows_b[:, place] = at_w, at_b
            at_w, at_b = apply(at(inside, place), at_w, at_b)
        w, b = starts_w[-1], starts_b[-1]
    else:
        whole = 0
    ws[whole], bs[whole] = w, b
    for update in range(whole, updates):
        w, b = apply(at(maps, update), w, b)
        ws[update + 1], bs[update + 1] = w, b
    return ws, bs


def at(maps: Sequence[Array], index: int) -> Map:
    """Return those maps that have an index along the first axis."""
    ww, wb, w1, bw, bb, b1 = maps
    return ww[index], wb[index], w1[index], bw[index], bb[index], b1[index]


def side_by_side(part: Array, segments: int) -> Array:
    """Put the k-th updates of all segments next to each other."""
    if part.strides[0] == 0:  # the same for all updates
        return np.broadcast_to(part[0], (SEGMENT, segments, *part.shape[1:]))
    return np.ascontiguousarray(part.reshape(segments, SEGMENT, *part.shape[1:]).swapaxes(0, 1))


def add_losses(losses: Array, chunk: Chunk, ws: Array, bs: Array) -> None:
    """Add each batch's loss before its update to its epoch's."""
    epochs = len(chunk.xs[0])
    runs = losses.ndim - 1
    before = slice(chunk.first_epoch, chunk.first_epoch + epochs)
    w, b = (part[:-1].reshape(epochs, -1, *part.shape[1:], 1) for part in (ws, bs))
    start = 0
    for x, y in zip(chunk.xs, chunk.ys, strict=True):
        x, y = (d.reshape(*d.shape[:2], *[1] * (runs - 1), *d.shape[2:]) for d in (x, y))
        here = slice(start, start + x.shape[1])
        residual = w[:, here] * x + b[:, here] - y  # (epochs, batches, *runs, m)
        losses[before] += over_batch(np.square(residual, out=residual)).sum(axis=1)
        start += x.shape[1]


def redo_beyond(limit: float, chunk: Chunk, rates: Array, ws: Array, bs: Array) -> None:
    """Redo all runs whose w or b gets beyond a limit, from the update before."""
    wild = ~((np.abs(ws) < limit) & (np.abs(bs) < limit))
    for run in zip(*np.nonzero(wild.any(axis=0)), strict=True):
        every = (slice(None), *run)
        first = max(int(wild[every].argmax()) - 1, 0)
        batches = (chunk.batch(update, run[-1]) for update in range(first, len(ws) - 1))
        redo(batches, float(rates[run]), ws[every][first:], bs[every][first:])


def redo(batches: Iterable[tuple[Array, Array]], lr: float, ws: Array, bs: Array) -> None:
    """Make the updates of one run that diverges as the loop does, overflows included."""
    w, b = ws[0], bs[0]
    for update, (x, y) in enumerate(batches, start=1):
        if np.isnan(w) and np.isnan(b):
            ws[update:] = bs[update:] = np.nan
            return
        residual = w * x + b - y
        w, b = w - lr * (2 * np.mean(residual * x)), b - lr * (2 * np.mean(residual))
        ws[update], bs[update] = w, b
