"""Right ways to write `minibatch_gd`."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from solution.batching import shuffled_batches
from solution.checks.styles.catalogue import right
from solution.gradients import mse_gradients, mse_loss, sgd_step


@right("minibatch_gd")
def formulas_inlined(
    x: Any, y: Any, *, batch_size: int, lr: float, epochs: int, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for start in range(0, len(x), batch_size):
            rows = order[start : start + batch_size]
            residual = w * x[rows] + b - y[rows]
            batch_losses.append(np.mean(residual**2))
            dw, db = 2 * np.mean(residual * x[rows]), 2 * np.mean(residual)
            b -= lr * db
            w -= lr * dw
        losses.append(np.mean(batch_losses))
    return w, b, losses


@right("minibatch_gd")
def matrix_products(
    x: Any, y: Any, *, batch_size: int, lr: float, epochs: int, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    columns = np.hstack([x, np.ones_like(x)])
    theta = np.array([[w], [b]], dtype=float)
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(columns))
        of_epoch = []
        for k in range(0, len(columns), batch_size):
            batch, target = columns[order[k : k + batch_size]], y[order[k : k + batch_size]]
            residual = batch @ theta - target
            of_epoch.append((residual.T @ residual).item() / len(batch))
            theta = theta - lr * (2 / len(batch)) * batch.T @ residual
        losses.append(np.mean(of_epoch))
    return theta[0, 0], theta[1, 0], np.array(losses)


@right("minibatch_gd")
def split_orders_and_loops(
    x: Any, y: Any, *, batch_size: int, lr: float, epochs: int, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    parameters = np.array([w, b])
    losses = []
    for _ in range(epochs):
        order = np.argsort(rng.random(len(x)))
        of_epoch = []
        for rows in np.array_split(order, range(batch_size, len(x), batch_size)):
            gradient, total = np.zeros(2), 0.0
            for i in rows:
                residual = parameters[0] * x[i, 0] + parameters[1] - y[i, 0]
                gradient += 2 * residual * np.array([x[i, 0], 1.0])
                total += residual**2
            parameters -= lr * gradient / len(rows)
            of_epoch.append(total / len(rows))
        losses.append(math.fsum(of_epoch) / len(of_epoch))
    return [parameters[0], parameters[1], tuple(losses)]


@right("minibatch_gd")
def rows_shuffled_on_and_on(
    x: Any, y: Any, *, batch_size: int, lr: float, epochs: int, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    table = np.hstack([x, y])
    losses = np.empty(epochs)
    for epoch in range(epochs):
        rng.shuffle(table)
        mean = 0.0
        for count, start in enumerate(range(0, len(table), batch_size), start=1):
            batch = table[start : start + batch_size]
            residual = batch[:, 1] - w * batch[:, 0] - b
            mean += (residual @ residual / len(batch) - mean) / count
            w, b = (
                w + 2 * lr * (residual @ batch[:, 0]) / len(batch),
                b + 2 * lr * residual.mean(),
            )
        losses[epoch] = mean
    return w, b, losses


@right("minibatch_gd")
def lists_of_numbers(
    x: Any, y: Any, *, batch_size: int, lr: float, epochs: int, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    points = list(zip(x.ravel().tolist(), y.ravel().tolist(), strict=True))
    losses = []
    for _ in range(epochs):
        order = [int(i) for i in rng.permutation(len(points))]
        of_epoch = []
        while order:
            batch, order = order[:batch_size], order[batch_size:]
            pairs = [(w * points[i][0] + b - points[i][1], points[i][0]) for i in batch]
            of_epoch.append(sum(r * r for r, _ in pairs) / len(batch))
            w -= lr * sum(2 * r * xi for r, xi in pairs) / len(batch)
            b -= lr * sum(2 * r for r, _ in pairs) / len(batch)
        losses.append(sum(of_epoch) / len(of_epoch))
    return w, b, losses


@dataclass
class State:
    """The line, and how it learns."""

    w: float
    b: float
    lr: float

    def update(self, xb: Any, yb: Any) -> float:
        loss = mse_loss(xb, yb, self.w, self.b)
        self.w, self.b = sgd_step(
            self.w, self.b, *mse_gradients(xb, yb, self.w, self.b), lr=self.lr
        )
        return loss


@right("minibatch_gd")
def object_with_a_state(
    x: Any, y: Any, *, batch_size: int, lr: float, epochs: int, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    state = State(w, b, lr)

    def one_epoch() -> Any:
        return np.mean([state.update(*batch) for batch in shuffled_batches(x, y, batch_size, rng)])

    losses = [one_epoch() for _ in range(epochs)]
    return np.array(state.w), np.array(state.b), losses


@right("minibatch_gd")
def generator_inside(
    x: Any, y: Any, *, batch_size: int, lr: float, epochs: int, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    def walk() -> Iterator[float]:
        nonlocal w, b
        for xb, yb in list(shuffled_batches(x, y, batch_size, rng)):
            yield mse_loss(xb, yb, w, b)
            w, b = sgd_step(w, b, *mse_gradients(xb, yb, w, b), lr)

    losses = []
    for _ in range(epochs):
        seen = list(walk())
        losses.append(sum(seen) / len(seen))
    return w, b, losses


@right("minibatch_gd")
def recursion_over_epochs(
    x: Any, y: Any, *, batch_size: int, lr: float, epochs: int, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    def from_here(epochs: int, w: Any, b: Any) -> Any:
        if epochs == 0:
            return w, b, []
        of_epoch = []
        for xb, yb in shuffled_batches(x, y, batch_size, rng):
            of_epoch.append(mse_loss(xb, yb, w, b))
            w, b = sgd_step(w, b, *mse_gradients(xb, yb, w, b), lr)
        w, b, rest = from_here(epochs - 1, w, b)
        return w, b, [sum(of_epoch) / len(of_epoch), *rest]

    return from_here(epochs, w, b)


@right("minibatch_gd")
def all_orders_before_the_first_epoch(
    x: Any, y: Any, *, batch_size: int, lr: float, epochs: int, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    orders = rng.permuted(np.tile(np.arange(len(x)), (epochs, 1)), axis=1)
    losses = []
    for order in orders:
        of_epoch = []
        for start in range(0, len(x), batch_size):
            rows = order[start : start + batch_size]
            of_epoch.append(mse_loss(x[rows], y[rows], w, b))
            w, b = sgd_step(w, b, *mse_gradients(x[rows], y[rows], w, b), lr)
        losses.append(np.mean(of_epoch))
    return w, b, losses


@right("minibatch_gd")
def child_of_the_generator(
    x: Any, y: Any, *, batch_size: int, lr: float, epochs: int, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    rng = np.random.default_rng(rng.integers(2**63))
    losses = []
    for _ in range(epochs):
        of_epoch = []
        for xb, yb in shuffled_batches(x, y, batch_size, rng):
            of_epoch.append(mse_loss(xb, yb, w, b))
            w, b = sgd_step(w, b, *mse_gradients(xb, yb, w, b), lr)
        losses.append(sum(of_epoch) / len(of_epoch))
    print("done", w, b)
    return float(w), float(b), list(map(float, losses))


@right("minibatch_gd")
def more_precision_than_needed(
    x: Any, y: Any, *, batch_size: int, lr: float, epochs: int, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    w, b = np.longdouble(w), np.longdouble(b)
    losses = []
    for _ in range(epochs):
        of_epoch = []
        for xb, yb in shuffled_batches(x, y, batch_size, rng):
            residual = w * xb + b - yb
            of_epoch.append((residual**2).mean())
            w, b = w - 2 * lr * (residual * xb).mean(), b - 2 * lr * residual.mean()
        losses.append(sum(of_epoch) / len(of_epoch))
    return w, b, losses


Step = Callable[[Any, Any], tuple[Any, float]]


def fit(state: Any, epochs: int, batches: Callable[[], Any], step: Step) -> Any:
    """Fold any step over any batches."""
    losses = []
    for _ in range(epochs):
        of_epoch = []
        for batch in batches():
            state, loss = step(state, batch)
            of_epoch.append(loss)
        losses.append(sum(of_epoch) / len(of_epoch))
    return (*state, losses)


@right("minibatch_gd")
def functions_as_arguments(
    x: Any, y: Any, *, batch_size: int, lr: float, epochs: int, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    def step(state: Any, batch: Any) -> tuple[Any, float]:
        (xb, yb), (w, b) = batch, state
        return sgd_step(w, b, *mse_gradients(xb, yb, w, b), lr), mse_loss(xb, yb, w, b)

    return fit((w, b), epochs, lambda: shuffled_batches(x, y, batch_size, rng), step)
