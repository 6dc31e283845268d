"""Plain, right versions of the functions that later stages build on.

They stand in for a learner's function that is missing or wrong, so that its mistake is
reported once, at its own stage, and the stages after it can be judged all the same. Each stands
by itself: it is sent to the learner's code as text, and only when it is needed.
"""

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


def update_map(xb: Any, yb: Any, alpha: Any) -> Any:
    def after(w: float, b: float) -> Any:
        residual = w * xb + b - yb
        return np.array([w - alpha * np.mean(2 * residual * xb), b - alpha * np.mean(2 * residual)])

    origin = after(0.0, 0.0)  # from what the update does to three points
    of_w, of_b = after(1.0, 0.0) - origin, after(0.0, 1.0) - origin
    return tuple(float(v) for i in range(2) for v in (of_w[i], of_b[i], origin[i]))


def compose(first: Any, second: Any) -> Any:
    rows = np.broadcast_arrays(*first, *second, 0.0, 1.0)
    one, two = (
        np.array([*rows[k : k + 6], rows[-2], rows[-2], rows[-1]]).reshape(3, 3, *rows[0].shape)
        for k in (0, 6)
    )  # as matrices that act on (w, b, 1)
    return tuple(np.einsum("ij...,jk...->ik...", two, one)[:2].reshape(6, *rows[0].shape))
