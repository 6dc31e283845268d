"""Stage 1: make the data, points scattered around a straight line."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def make_data(
    n: int = 1000, *, w: float = 3.0, b: float = 2.0, noise: float = 0.1, seed: int = 42
) -> tuple[Array, Array]:
    """Draw n points (x, y) from the noisy line y = w·x + b + noise·ε.

    Every sample has its own x and its own ε, drawn independently: n values of ε, not one
    value for all.

    Parameters
    ----------
    n : int
        Number of samples, at least 1.
    w, b : float
        Slope and intercept of the line.
    noise : float
        Standard deviation of the noise; 0 puts every point exactly on the line.
    seed : int
        Seed of the random numbers, from 0 to 2³² − 1: the same seed gives the same arrays,
        another seed gives others (another x and another ε).

    Returns
    -------
    x : ndarray of float64, shape (n, 1)
        Independent draws, uniform on [0, 1), in no particular order.
    y : ndarray of float64, shape (n, 1)
        w·x + b + noise·ε, ε standard normal (mean 0, standard deviation 1), independent for
        each sample and of x.

    Notes
    -----
    Any NumPy generator may be used, but one that is made here from `seed`: global random states,
    NumPy's (`np.random.seed`, `np.random.rand`, …), Python's and PyTorch's, are neither drawn from
    nor reseeded.

    Examples
    --------
    >>> x, y = make_data(3, w=3.0, b=2.0, noise=0.0, seed=1)
    >>> x.shape, y.shape, y.dtype
    ((3, 1), (3, 1), dtype('float64'))
    >>> bool(np.allclose(y, 3.0 * x + 2.0))
    True
    """
    rng = np.random.default_rng(seed)  # a generator of our own: no one else's draws change
    x = rng.random((n, 1))  # (n, 1)
    epsilon = rng.standard_normal((n, 1))  # (n, 1): one for each sample
    return x, w * x + b + noise * epsilon
