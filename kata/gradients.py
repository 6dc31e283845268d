"""Stage 2: the line, its loss, the gradient of the loss, and one step downhill."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def predict(x: Array, w: float, b: float) -> Array:
    """Return w·x + b for every sample.

    Parameters
    ----------
    x : ndarray of float64, shape (m, 1)
        Inputs; not changed.
    w, b : float
        Slope and intercept.

    Returns
    -------
    ndarray of float64, shape (m, 1)
        One prediction for each sample.

    Examples
    --------
    >>> predict(np.array([[0.0], [1.0], [2.0]]), 3.0, 2.0)
    array([[2.],
           [5.],
           [8.]])
    """
    # TODO: return the predictions
    raise NotImplementedError("gradients: predict")


def mse_loss(x: Array, y: Array, w: float, b: float) -> float:
    """Return the mean squared error of the line, (1/m) Σ (w·xᵢ + b − yᵢ)².

    The mean of the squares: no square root, no factor ½.

    Parameters
    ----------
    x, y : ndarray of float64, shape (m, 1)
        Inputs and targets of m samples; not changed.
    w, b : float
        Slope and intercept.

    Returns
    -------
    float
        One number (a Python float, a NumPy scalar or a 0-d array), not an array of m.

    Examples
    --------
    >>> x = np.array([[1.0], [2.0]])
    >>> y = np.array([[5.0], [6.0]])
    >>> float(mse_loss(x, y, 3.0, 2.0))  # residuals 0 and 2
    2.0
    """
    # TODO: return the mean of the squared residuals
    raise NotImplementedError("gradients: mse_loss")


def mse_gradients(x: Array, y: Array, w: float, b: float) -> tuple[float, float]:
    """Return the derivatives of `mse_loss` with respect to w and b.

    They are exact, not estimated by finite differences, and they are means over the m
    samples, as the loss is::

        dw = (1/m) Σ ∂/∂w (w·xᵢ + b − yᵢ)²
        db = (1/m) Σ ∂/∂b (w·xᵢ + b − yᵢ)²

    Working out the two derivatives (with the chain rule) is the exercise.

    Parameters
    ----------
    x, y : ndarray of float64, shape (m, 1)
        Inputs and targets of m samples; not changed.
    w, b : float
        Slope and intercept.

    Returns
    -------
    dw, db : float
        Two numbers, in this order.

    Examples
    --------
    >>> x = np.array([[1.0], [2.0]])
    >>> y = np.array([[5.0], [6.0]])
    >>> dw, db = mse_gradients(x, y, 3.0, 2.0)  # residuals 0 and 2
    >>> float(dw), float(db)
    (4.0, 2.0)
    """
    # TODO: differentiate the loss by w and by b, and return both means
    raise NotImplementedError("gradients: mse_gradients")


def sgd_step(w: float, b: float, dw: float, db: float, lr: float) -> tuple[float, float]:
    """Return w and b after one step of gradient descent, against the gradient.

    Both are updated from the values they had before the step::

        w ← w − lr · dw        b ← b − lr · db

    Parameters
    ----------
    w, b : float
        Slope and intercept before the step.
    dw, db : float
        Derivatives of the loss there.
    lr : float
        Learning rate α, the length of the step as a multiple of the gradient.

    Returns
    -------
    w, b : float
        Slope and intercept after the step, in this order.

    References
    ----------
    H. Robbins and S. Monro, "A stochastic approximation method", Annals of Mathematical
    Statistics 22 (1951), the first description of descent by noisy gradients.

    Examples
    --------
    >>> sgd_step(1.0, 2.0, 4.0, -8.0, 0.5)
    (-1.0, 6.0)
    """
    # TODO: take one step against the gradient
    raise NotImplementedError("gradients: sgd_step")
