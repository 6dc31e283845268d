"""Stage 4: the descent itself, in NumPy."""

import numpy as np
from numpy.typing import NDArray

from .batching import shuffled_batches
from .gradients import mse_gradients, mse_loss, sgd_step

Array = NDArray[np.float64]


def minibatch_gd(
    x: Array,
    y: Array,
    *,
    batch_size: int,
    lr: float,
    epochs: int,
    rng: np.random.Generator,
    w: float = 0.0,
    b: float = 0.0,
) -> tuple[float, float, list[float]]:
    """Fit a line by plain mini-batch gradient descent.

    Each epoch goes once over `shuffled_batches`, freshly shuffled, with one update for each
    batch. The gradient of a batch is the mean over that batch's own samples, so a short last
    batch is divided by its own length, not by `batch_size`. A run that diverges goes on: inf and
    NaN are results, and there is a loss for each epoch.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n, 1)
        All samples; not changed.
    batch_size : int
        Samples in each update: n is batch gradient descent, 1 stochastic gradient descent.
        Above n it gives one batch of n.
    lr : float
        Learning rate α, the same for every update.
    epochs : int
        Number of passes over the data, at least 1.
    rng : numpy.random.Generator
        The only source of randomness: an equal generator gives equal results.
    w, b : float
        Slope and intercept to start from.

    Returns
    -------
    w, b : float
        Slope and intercept after the last update (the last ones, not the best ones).
    losses : list of float, length `epochs`
        For each epoch, the plain mean of its batches' losses, each taken before that batch's
        update. Every batch counts the same, a short last one too.

    Examples
    --------
    >>> x = np.array([[1.0]])
    >>> y = np.array([[2.0]])
    >>> rng = np.random.default_rng(0)
    >>> w, b, losses = minibatch_gd(x, y, batch_size=1, lr=0.125, epochs=2, rng=rng)
    >>> float(w), float(b), [float(loss) for loss in losses]  # residuals −2, then −1
    (0.75, 0.75, [4.0, 1.0])
    """
    losses = []
    for _ in range(epochs):
        batch_losses = []
        for xb, yb in shuffled_batches(x, y, batch_size, rng):
            batch_losses.append(mse_loss(xb, yb, w, b))  # before the update
            dw, db = mse_gradients(xb, yb, w, b)
            w, b = sgd_step(w, b, dw, db, lr)
        losses.append(sum(batch_losses) / len(batch_losses))
    return w, b, losses
