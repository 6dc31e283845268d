"""Bonus: the descent as a scan, hundreds of times faster than the loop.

Under squared loss an update is an *affine map* of (w, b), whatever w and b are, and two maps one
after the other are again one. It does not matter where the parentheses are put: a long run can be
cut into segments whose maps are composed side by side, as arrays, then chained, then replayed side
by side from where each segment begins.

Nothing waits for this stage, and its tests are skipped until you write it. They judge the numbers
alone, and a plain loop gives them: how much faster yours is, measure beside `minibatch_gd`.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

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
    # TODO: the step of w and of b, sorted by what stands before w, before b, and alone
    raise NotImplementedError("scan: update_map")


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
    # TODO: put the first map's results into the second map
    raise NotImplementedError("scan: compose")


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
    # TODO: compose segments, chain them, replay them; every step on arrays
    raise NotImplementedError("scan: minibatch_gd_scan")
