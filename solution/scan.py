"""The descent of stage 4 as an associative scan: the same numbers, hundreds of times faster.

A loop makes one update after the other, because each needs the w and b of the one before. But
under squared loss an update is an *affine map* of (w, b), whatever w and b are:

    w' = w − 2α·mean(x·(w·x + b − y)) = (1 − 2α·mean(x²))·w −  2α·mean(x)·b + 2α·mean(x·y)
    b' = b − 2α·mean(w·x + b − y)     =     −2α·mean(x) ·w + (1 − 2α)   ·b + 2α·mean(y)

Its six coefficients depend on the batch alone. Two maps one after the other are again such a map
(`compose`), and it does not matter where the parentheses are put: composition is associative. So
a long run can be cut into segments and done in three passes:

1. find each segment's map, for all segments side by side: an affine map is known by where it leads
   from three starts, (1, 0), (0, 1) and (0, 0);
2. chain the segments' maps, in pairs, pairs of pairs and so on (`chain`): this gives the w and b at
   which each segment begins;
3. replay all segments side by side from there.

Side by side means: one NumPy operation on thousands of segments, in place of thousands of turns
of a Python loop. This is a prefix scan [1]_.

References
----------
.. [1] G. E. Blelloch, "Prefix sums and their applications", CMU-CS-90-190, 1990.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

SEGMENT = 16  # updates in a segment: many segments fill a vector, and the loop has few turns
# Samples, times runs, that are worked on at a time: what fits the cache. It is no power of two, as
# rows with such a distance take each other's place there.
CHUNK = 60_000


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
        Whether to record the losses, which takes time.

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
        for chunk, trail in replayed(x[:, 0], y[:, 0], descents):
            last = done + trail.updates
            here = (asked >= done) & (asked <= last)
            path[here, 0], path[here, 1] = trail.at(asked[here] - done)
            if record_losses:
                add_losses(losses, chunk, trail)
            (w, b), done = trail.at(trail.updates), last
    losses /= -(-len(x) // min(descents.batch_size, len(x)))  # batches in an epoch
    return Runs(w, b, losses, path)


# -- batches ----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Chunk:
    """Consecutive batches: those of whole epochs, or some of one epoch.

    `rows` has the samples' numbers: an array for the full batches, shape (epochs, batches,
    generators, m), and one for the short last ones, shape (epochs, 1, generators, rest), if there
    are any.
    """

    x: Array
    y: Array
    rows: list[NDArray[np.int64]]
    first_epoch: int

    @property
    def epochs(self) -> int:
        """How many there are, or are begun."""
        return len(self.rows[0])

    @property
    def updates(self) -> int:
        """How many there are."""
        return self.epochs * sum(int(rows.shape[1]) for rows in self.rows)

    @property
    def single(self) -> bool:
        """Whether all batches are of one sample."""
        return bool(self.rows[0].shape[-1] == 1)

    @cached_property
    def xs(self) -> list[Array]:
        """The x of all batches, in the form of `rows`."""
        return [taken(self.x, rows) for rows in self.rows]

    @cached_property
    def ys(self) -> list[Array]:
        """The y of all batches, in the form of `rows`."""
        return [taken(self.y, rows) for rows in self.rows]

    def batch(self, update: int, generator: int) -> tuple[Array, Array]:
        """Return x and y of one batch, each of shape (m,)."""
        epoch, place = divmod(update, self.updates // self.epochs)
        kind = int(place >= self.rows[0].shape[1])
        rows = self.rows[kind][epoch, 0 if kind else place, generator]
        return self.x[rows], self.y[rows]


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
        for index, rng in enumerate(rngs):
            orders[:, index] = np.arange(n)
            # the draws of as many calls of `permutation(n)`, which `shuffled_batches` makes
            rng.permuted(orders[:, index], axis=1, out=orders[:, index])
        for begin in range(0, n, step):
            yield Chunk(x, y, cut(orders[:, :, begin : begin + step], size), start)


def taken(values: Array, rows: NDArray[np.int64]) -> Array:
    """Return values by number: no number is too large, so that none need be looked at."""
    return values.take(rows, mode="clip")


def ahead(items: Iterator[Chunk]) -> Iterator[Chunk]:
    """Draw the next ones while the last one is worked on: NumPy lets other threads run then."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item


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


class Trail(NamedTuple):
    """Where consecutive updates lead, the k-th updates of all segments next to each other.

    `ws` and `bs` are w and b before each update of a segment and after the last one, shape
    (SEGMENT + 1, segments, *runs); `residuals` the mean of each batch's, without the last row. The
    last segment goes beyond the number of `updates`: what is there means nothing.
    """

    ws: Array
    bs: Array
    residuals: Array
    updates: int

    def at(self, update: Any) -> tuple[Array, Array]:
        """Return w and b after as many updates, a number or an array of them."""
        segment, place = np.divmod(update, len(self.residuals))
        return self.ws[place, segment], self.bs[place, segment]

    def in_order(self, rows: Array) -> Array:
        """Return what there is before or of each update, in the order of updates."""
        rows = rows[: len(self.residuals)].swapaxes(0, 1)
        return rows.reshape(-1, *rows.shape[2:])[: self.updates]


def replayed(x: Array, y: Array, descents: Descents) -> Iterator[tuple[Chunk, Trail]]:
    """Yield all batches, some at a time, and where their updates lead."""
    rates = descents.of_each(descents.lr)
    w, b = descents.of_each(descents.w), descents.of_each(descents.b)
    # beyond this the arithmetic of the loop may overflow where that of the maps does not
    limit = 1e300 / (1 + float(np.abs(x).max(initial=0.0))) ** 2 / (1 + np.abs(rates).max())
    drawn = chunks(x, y, descents)
    for chunk in ahead(drawn) if w.size == 1 else drawn:  # for many runs, little is drawn
        trail = replay(chunk, 2 * rates, w, b)
        redo_beyond(limit, chunk, rates, trail)
        yield chunk, trail
        w, b = trail.at(trail.updates)


def replay(chunk: Chunk, step: Array, w: Array, b: Array) -> Trail:
    """Make all updates from w and b on, arrays of the shape of the runs."""
    places = SEGMENT if side_by_side_pays(chunk.updates, w.size) else chunk.updates + 1
    x, y, *others = (spread(mean, w.ndim) for mean in means_of(chunk, places))
    slopes = [step * mean for mean in (x, *others)]
    shape = x.shape[1], *w.shape  # segments, runs
    ws, bs = np.empty((2, places + 1, 1, *shape))
    if len(ws[0, 0]) == 1:
        ws[0], bs[0] = w, b
    else:
        from_w, from_b, residual = np.zeros((3, 3, *shape))
        from_w[0] = from_b[1] = 1
        rows = ([row] * (places + 1) for row in (from_w, from_b, residual))
        descend(x, y, slopes, step, *rows)
        starts_w, starts_b = chain((*from_w, *from_b), w, b)
        ws[0, 0], bs[0, 0] = starts_w[:-1], starts_b[:-1]
    residuals = np.empty((places, 1, *shape))
    descend(x, y, slopes, step, ws, bs, residuals)
    return Trail(ws[:, 0], bs[:, 0], residuals[:, 0], chunk.updates)


def side_by_side_pays(updates: int, runs: int) -> bool:
    """Whether there are so many updates that segments fill a vector better than runs do."""
    return updates > 2 * SEGMENT and runs < 200


def means_of(chunk: Chunk, places: int) -> list[Array]:
    """Return what updates need of each batch, arrays of shape (places, segments, generators).

    That is the mean of x and of y; and of x² and x·y, unless all batches are of one sample.
    """
    if chunk.single:
        rows = laid_out(chunk.rows[0].reshape(chunk.updates, -1), places)
        return [taken(part, rows) for part in (chunk.x, chunk.y)]
    pairs = list(zip(chunk.xs, chunk.ys, strict=True))
    parts = [chunk.xs, chunk.ys, [x * x for x, _ in pairs], [x * y for x, y in pairs]]
    means = (np.concatenate([over_batch(part) for part in values], axis=1) for values in parts)
    return [laid_out(mean.reshape(chunk.updates, -1), places) for mean in means]


def over_batch(values: Array) -> Array:
    """Return the mean over the samples of each batch, the last axis."""
    return values[..., 0] if values.shape[-1] == 1 else values.mean(axis=-1)  # which is slower


def laid_out(values: NDArray[Any], places: int) -> NDArray[Any]:
    """Put the k-th updates of all segments next to each other, and zeros beyond the last."""
    segments = len(values) // places + 1
    whole = np.empty((segments * places, values.shape[1]), dtype=values.dtype)
    whole[: len(values)], whole[len(values) :] = values, 0
    return np.ascontiguousarray(whole.reshape(segments, places, -1).swapaxes(0, 1))


def spread(mean: Array, runs: int) -> Array:
    """Give an array whose last axis is of generators all axes of the runs."""
    return mean.reshape(*mean.shape[:2], *[1] * (runs - 1), mean.shape[-1])


def descend(
    x: Array,
    y: Array,
    slopes: Sequence[Array],
    step: Array,
    ws: Sequence[Array] | Array,
    bs: Sequence[Array] | Array,
    residuals: Sequence[Array] | Array,
) -> None:
    """Make the updates of all segments side by side, from several starts.

    Parameters
    ----------
    x, y : ndarray, shape (places, segments, ...)
        The means of each batch.
    slopes : sequence of ndarray
        2α times the mean of x; and of x² and x·y, unless all batches are of one sample.
    step : ndarray
        2α.
    ws, bs, residuals : sequence of ndarray, shape (starts, segments, ...)
        Before each place w and b, and one more; of each place the mean residuals. They are
        written, but for the first w and b. One array for all places keeps the last. Only the last
        start sees y: from the others the linear part of the maps is seen.
    """
    down = np.empty_like(ws[0])
    for place in range(len(x)):
        w, b, residual = ws[place], bs[place], residuals[place]
        np.multiply(w, x[place], out=residual)
        np.add(residual, b, out=residual)
        np.subtract(residual[-1], y[place], out=residual[-1])
        if len(slopes) == 1:
            np.multiply(residual, slopes[0][place], out=down)
        else:
            of_x, of_xx, of_xy = (slope[place] for slope in slopes)
            np.multiply(w, of_xx, out=down)
            down += of_x * b
            down[-1] -= of_xy
        np.subtract(w, down, out=ws[place + 1])
        np.multiply(residual, step, out=down)
        np.subtract(b, down, out=bs[place + 1])


def chain(maps: Map, w: Array, b: Array) -> tuple[Array, Array]:
    """Return w and b before the first map and after each, arrays of shape (maps + 1, *runs)."""
    count = len(maps[0])
    ws, bs = np.empty((2, count + 1, *w.shape))
    ws[0], bs[0] = w, b
    done = 0
    if count > 7:  # of few maps, a loop is faster
        done = count // 2 * 2
        firsts, seconds = at(maps, slice(0, done, 2)), at(maps, slice(1, done, 2))
        ws[: done + 1 : 2], bs[: done + 1 : 2] = chain(compose(firsts, seconds), w, b)
        ws[1:done:2], bs[1:done:2] = apply(firsts, ws[:done:2], bs[:done:2])
    for index in range(done, count):
        ws[index + 1], bs[index + 1] = apply(at(maps, index), ws[index], bs[index])
    return ws, bs


def at(maps: Map, index: int | slice) -> Map:
    """Return those maps that have an index along the first axis."""
    ww, wb, w1, bw, bb, b1 = maps
    return ww[index], wb[index], w1[index], bw[index], bb[index], b1[index]


def add_losses(losses: Array, chunk: Chunk, trail: Trail) -> None:
    """Add each batch's loss before its update to its epoch's."""
    epochs, runs = chunk.epochs, losses.shape[1:]
    before = slice(chunk.first_epoch, chunk.first_epoch + epochs)
    if chunk.single:
        squares = np.square(trail.in_order(trail.residuals))
        losses[before] += squares.reshape(epochs, -1, *runs).sum(axis=1)
        return
    w, b = (trail.in_order(rows).reshape(epochs, -1, *runs, 1) for rows in (trail.ws, trail.bs))
    start = 0
    for x, y in zip(chunk.xs, chunk.ys, strict=True):
        x, y = (d.reshape(*d.shape[:2], *[1] * (len(runs) - 1), *d.shape[2:]) for d in (x, y))
        here = slice(start, start + x.shape[1])
        residual = w[:, here] * x + b[:, here] - y  # (epochs, batches, *runs, m)
        losses[before] += over_batch(np.square(residual, out=residual)).sum(axis=1)
        start += x.shape[1]


def redo_beyond(limit: float, chunk: Chunk, rates: Array, trail: Trail) -> None:
    """Redo all runs whose w or b gets beyond a limit, from the update before."""
    if all(rows.max() < limit and rows.min() > -limit for rows in (trail.ws, trail.bs)):
        return  # as nearly always; nothing is NaN, either
    updates = np.arange(trail.updates + 1)
    ws, bs = trail.at(updates)
    wild = ~((np.abs(ws) < limit) & (np.abs(bs) < limit))
    ended = np.isnan(ws[0]) & np.isnan(bs[0])  # and stays so
    for run in zip(*np.nonzero(wild.any(axis=0) & ~ended), strict=True):
        every = (slice(None), *run)
        first = max(int(wild[every].argmax()) - 1, 0)
        redone = np.full((3, len(ws) - first), np.nan)
        redone[:2, 0] = ws[every][first], bs[every][first]
        batches = (chunk.batch(update, run[-1]) for update in range(first, trail.updates))
        redo(batches, float(rates[run]), *redone)
        segments, places = np.divmod(updates[first:], len(trail.residuals))
        here = (places, segments, *run)
        trail.ws[here], trail.bs[here], trail.residuals[here] = redone


def redo(
    batches: Iterable[tuple[Array, Array]], lr: float, ws: Array, bs: Array, residuals: Array
) -> None:
    """Make the updates of one run that diverges as the loop does; what is not reached stays NaN."""
    for update, (x, y) in enumerate(batches):
        w, b = ws[update], bs[update]
        if np.isnan(w) and np.isnan(b):
            return
        residual = w * x + b - y
        residuals[update] = np.mean(residual)
        ws[update + 1] = w - lr * (2 * np.mean(residual * x))
        bs[update + 1] = b - lr * (2 * residuals[update])
