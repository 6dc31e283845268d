"""Stage 3: take random batches of samples."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def sample_batch(
    x: Array, y: Array, batch_size: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Draw one random mini-batch of distinct samples.

    Without replacement: no sample is in the batch twice, and every set of `batch_size`
    samples is equally likely. x and y stay paired: row k of `xb` and row k of `yb` come from
    the same sample.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n, 1)
        All samples; not changed.
    batch_size : int
        Number of samples to draw, from 1 to n.
    rng : numpy.random.Generator
        The only source of randomness, over any bit generator: an equal generator gives an equal
        batch, and each call draws from it anew.

    Returns
    -------
    xb, yb : ndarray of float64, shape (batch_size, 1)
        The drawn samples, in any order.

    Raises
    ------
    ValueError
        If `batch_size` is below 1 or above n.

    Examples
    --------
    >>> x = np.arange(7.0).reshape(7, 1)
    >>> xb, yb = sample_batch(x, 10 * x, 3, np.random.default_rng(0))
    >>> xb.shape, bool((yb == 10 * xb).all())
    ((3, 1), True)
    """
    # TODO: check batch_size, draw distinct rows, and return them
    raise NotImplementedError("batching: sample_batch")


def shuffled_batches(
    x: Array, y: Array, batch_size: int, rng: np.random.Generator
) -> Iterable[tuple[Array, Array]]:
    """Split the samples into random batches: one epoch.

    Every sample comes exactly once, those of the short last batch too: 7 samples in batches
    of 3 are batches of 3, 3 and 1. x and y stay paired. The samples are shuffled anew at
    every call: every way to split them into batches is equally likely.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n, 1)
        All samples, n at least 1; not changed.
    batch_size : int
        Number of samples in each batch but the last, which has what is left. Above n it
        gives one batch of n.
    rng : numpy.random.Generator
        The only source of randomness, over any bit generator: an equal generator gives equal
        batches, and each call draws from it anew.

    Returns
    -------
    iterable of (xb, yb)
        A list, a generator or another iterable of pairs of float64 arrays of shape
        (batch_size, 1), the last one (rest, 1). There is no empty batch.

    Raises
    ------
    ValueError
        If `batch_size` is below 1, or if x and y differ in length; at the latest when the
        first batch is asked for.

    References
    ----------
    I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning" (2016), section 8.1.3, on why
    mini-batches are drawn at random.

    Examples
    --------
    >>> x = np.arange(7.0).reshape(7, 1)
    >>> rng = np.random.default_rng(0)
    >>> [len(xb) for xb, yb in shuffled_batches(x, 10 * x, 3, rng)]
    [3, 3, 1]
    """
    # TODO: check the arguments, shuffle, and give the batches one by one
    raise NotImplementedError("batching: shuffled_batches")
