"""Plain, right versions of the functions that later stages build on.

They stand in for a learner's function that is missing or wrong, so that its mistake is
reported once, at its own stage, and the stages after it can be judged all the same. Each stands
by itself: it is sent to the learner's code as text, and only when it is needed.
"""

import functools
import inspect
from typing import Any

import numpy as np


def predict(x: Any, w: Any, b: Any) -> Any:
    return w * x + b


def mse_loss(x: Any, y: Any, w: Any, b: Any) -> Any:
    return float(np.mean((w * x + b - y) ** 2))


def mse_gradients(x: Any, y: Any, w: Any, b: Any) -> Any:
    residual = w * x + b - y
    return float(np.mean(2 * residual * x)), float(np.mean(2 * residual))


def sgd_step(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return w - lr * dw, b - lr * db


def sample_batch(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    if not 1 <= batch_size <= len(x):
        raise ValueError("batch_size must be from 1 to n")
    rows = rng.permutation(len(x))[:batch_size]
    return x[rows], y[rows]


def shuffled_batches(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    if batch_size < 1 or len(x) != len(y):
        raise ValueError("batch_size must be at least 1, and x and y of one length")
    order = rng.permutation(len(x))
    return [
        (x[rows], y[rows])
        for rows in (order[i : i + batch_size] for i in range(0, len(x), batch_size))
    ]


def train_epoch(model: Any, loader: Any, loss_fn: Any, optimizer: Any) -> Any:
    losses = []
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(xb), yb)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)


BY_NAME = {
    function.__name__: function
    for function in (
        predict,
        mse_loss,
        mse_gradients,
        sgd_step,
        sample_batch,
        shuffled_batches,
        train_epoch,
    )
}


@functools.cache
def source(name: str) -> str:
    """Return the text of one of these functions, to be compiled where the learner's code runs."""
    return inspect.getsource(BY_NAME[name])
