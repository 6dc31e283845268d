"""Right ways to write `update_map`, `compose` and `minibatch_gd_scan`."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from solution.checks.styles.catalogue import right
from tests.judge import trusted

# -- update_map -------------------------------------------------------------------------------


@right("update_map")
def by_the_normal_equations(xb: Any, yb: Any, alpha: Any) -> Any:
    a = np.hstack([xb, np.ones_like(xb)])
    linear = np.eye(2) - 2 * alpha * a.T @ a / len(xb)
    offsets = 2 * alpha * a.T @ yb / len(xb)
    return np.hstack([linear, offsets]).ravel()


@right("update_map")
def from_three_points(xb: Any, yb: Any, alpha: Any) -> Any:
    def after(w: float, b: float) -> Any:
        dw, db = trusted.mse_gradients(xb, yb, w, b)
        return w - alpha * dw, b - alpha * db

    at_0, at_w, at_b = after(0.0, 0.0), after(1.0, 0.0), after(0.0, 1.0)
    return [v for i in (0, 1) for v in (at_w[i] - at_0[i], at_b[i] - at_0[i], at_0[i])]


@right("update_map")
def sample_by_sample(xb: Any, yb: Any, alpha: Any) -> Any:
    xx = x = xy = y = 0.0
    for one, other in zip(xb.ravel().tolist(), yb.ravel().tolist(), strict=True):
        xx, x, xy, y = xx + one * one, x + one, xy + one * other, y + other
    step = 2 * alpha / len(xb)
    return 1 - step * xx, -step * x, step * xy, -step * x, 1 - 2 * alpha, step * y


@right("update_map")
def by_dot_products(xb: Any, yb: Any, alpha: Any) -> Any:
    x, y, step = xb[:, 0], yb[:, 0], 2 * alpha / xb.size
    cross = -step * x.sum()
    return np.array([1 - step * x @ x, cross, step * x @ y, cross, 1 - 2 * alpha, step * y.sum()])


@right("update_map")
def by_second_moments(xb: Any, yb: Any, alpha: Any) -> Any:
    m = np.hstack([xb, np.ones_like(xb), -yb])
    moments = np.einsum("mi,mj->ij", m, m) / len(m)
    return tuple((np.eye(2, 3) - 2 * alpha * moments[:2]).ravel())


@right("update_map")
def with_a_yielded_row_each(xb: Any, yb: Any, alpha: Any) -> Iterator[Any]:
    for k, inner in enumerate((xb, np.ones(xb.shape))):
        yield (k == 0) - 2 * alpha * np.mean(inner * xb)
        yield (k == 1) - 2 * alpha * np.mean(inner)
        yield 2 * alpha * np.mean(inner * yb)


@right("update_map")
def in_fractions(xb: Any, yb: Any, alpha: Any) -> Any:
    x = [Fraction(v) for v in xb.ravel().tolist()]
    y = [Fraction(v) for v in yb.ravel().tolist()]
    step = 2 * Fraction(float(alpha)) / len(x)
    xx, xy = sum(v * v for v in x), sum(u * v for u, v in zip(x, y, strict=True))
    parts = 1 - step * xx, -step * sum(x), step * xy, -step * sum(x), 1 - step * len(x)
    return [*map(float, parts), float(step * sum(y))]


@right("update_map")
def of_zero_dimensional_arrays(xb: Any, yb: Any, alpha: Any) -> Any:
    parts = trusted.update_map(xb, yb, alpha)
    return [np.array(part) for part in parts]


# -- compose ----------------------------------------------------------------------------------


def formulas(p: Any, q: Any) -> Any:
    return (
        q[0] * p[0] + q[1] * p[3],
        q[0] * p[1] + q[1] * p[4],
        q[0] * p[2] + q[1] * p[5] + q[2],
        q[3] * p[0] + q[4] * p[3],
        q[3] * p[1] + q[4] * p[4],
        q[3] * p[2] + q[4] * p[5] + q[5],
    )


@right("compose")
def part_by_part(first: Any, second: Any) -> Any:
    return formulas(first, second)


@right("compose")
def in_a_list(first: Any, second: Any) -> Any:
    return list(formulas(first, second))


@right("compose")
def stacked_in_one_array(first: Any, second: Any) -> Any:
    return np.stack(formulas(first, second))


@right("compose")
def where_three_points_go(first: Any, second: Any) -> Any:
    def moved(step: Any, w: Any, b: Any) -> Any:
        return step[0] * w + step[1] * b + step[2], step[3] * w + step[4] * b + step[5]

    def after(w: float, b: float) -> Any:
        return moved(second, *moved(first, w, b))

    at_0, at_w, at_b = after(0.0, 0.0), after(1.0, 0.0), after(0.0, 1.0)
    return [v for i in (0, 1) for v in (at_w[i] - at_0[i], at_b[i] - at_0[i], at_0[i])]


@right("compose")
def by_a_loop_over_rows(first: Any, second: Any) -> Any:
    rows = []
    for k in (0, 3):
        to_w, to_b, to_1 = second[k : k + 3]
        rows += [to_w * one + to_b * other for one, other in zip(first[:3], first[3:], strict=True)]
        rows[-1] = rows[-1] + to_1
    return rows


@right("compose")
def by_matrix_products(first: Any, second: Any) -> Any:
    p, q = (
        np.moveaxis(np.array(m, float).reshape(2, 3, *np.shape(m[0])), (0, 1), (-2, -1))
        for m in (first, second)
    )
    both = q[..., :2] @ p
    both[..., 2] += q[..., 2]
    return tuple(np.moveaxis(both, (-2, -1), (0, 1)).reshape(6, *np.shape(first[0])))


@right("compose")
def map_by_map(first: Any, second: Any) -> Any:
    if np.ndim(first[0]) == 0:
        return formulas(first, second)
    pairs = zip(np.reshape(first, (6, -1)).T, np.reshape(second, (6, -1)).T, strict=True)
    each = np.array([formulas(*pair) for pair in pairs])
    return tuple(each.T.reshape(6, *first[0].shape))


@right("compose")
def by_einsum(first: Any, second: Any) -> Any:
    return trusted.compose(first, second)


# -- minibatch_gd_scan ------------------------------------------------------------------------


def drawn(x: Any, y: Any, batch_size: Any, rng: Any, epochs: Any) -> Any:
    return [trusted.shuffled_batches(x, y, batch_size, rng) for _ in range(epochs)]


def moved(step: Any, w: Any, b: Any) -> Any:
    return step[0] * w + step[1] * b + step[2], step[3] * w + step[4] * b + step[5]


def losses_of(batches: Any, points: Any) -> Any:
    at = iter(points)
    return [
        float(np.mean([trusted.mse_loss(xb, yb, *next(at)) for xb, yb in epoch]))
        for epoch in batches
    ]


@right("minibatch_gd_scan")
def as_a_loop(
    x: Any, y: Any, *, batch_size: Any, lr: Any, epochs: Any, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    losses = []
    for _ in range(epochs):
        own = []
        for xb, yb in trusted.shuffled_batches(x, y, batch_size, rng):
            own.append(trusted.mse_loss(xb, yb, w, b))
            dw, db = trusted.mse_gradients(xb, yb, w, b)
            w, b = w - lr * dw, b - lr * db
        losses.append(np.mean(own))
    return w, b, losses


@right("minibatch_gd_scan")
def map_after_map(
    x: Any, y: Any, *, batch_size: Any, lr: Any, epochs: Any, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    batches = drawn(x, y, batch_size, rng, epochs)
    points = [(w, b)]
    for xb, yb in (batch for epoch in batches for batch in epoch):
        points.append(moved(trusted.update_map(xb, yb, lr), *points[-1]))
    return *points[-1], losses_of(batches, points)


@right("minibatch_gd_scan")
def prefixes_of_all(
    x: Any, y: Any, *, batch_size: Any, lr: Any, epochs: Any, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    batches = drawn(x, y, batch_size, rng, epochs)
    whole, points = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), [(w, b)]
    for xb, yb in (batch for epoch in batches for batch in epoch):
        whole = formulas(whole, trusted.update_map(xb, yb, lr))
        points.append(moved(whole, w, b))
    return *points[-1], np.array(losses_of(batches, points))


@right("minibatch_gd_scan")
def doubling(
    x: Any, y: Any, *, batch_size: Any, lr: Any, epochs: Any, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    """Compose each map with what 1, 2, 4, … updates before it do (Hillis and Steele)."""
    batches = drawn(x, y, batch_size, rng, epochs)
    maps = np.array([trusted.update_map(xb, yb, lr) for e in batches for xb, yb in e]).T
    reach = 1
    while reach < maps.shape[1]:
        later = formulas(maps[:, :-reach], maps[:, reach:])
        maps = np.hstack([maps[:, :reach], later])
        reach *= 2
    ws, bs = moved(maps, w, b)
    ends = [(w, b), *zip(ws, bs, strict=True)]
    return *ends[-1], losses_of(batches, ends)


@right("minibatch_gd_scan")
def segments_of_epochs(
    x: Any, y: Any, *, batch_size: Any, lr: Any, epochs: Any, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    """Compose the k-th maps of all epochs side by side, chain the epochs, replay them."""
    batches = drawn(x, y, batch_size, rng, epochs)
    maps = np.array([[trusted.update_map(xb, yb, lr) for xb, yb in e] for e in batches])
    place = [tuple(maps[:, k].T) for k in range(maps.shape[1])]
    whole = place[0]
    for step in place[1:]:
        whole = formulas(whole, step)
    starts = [(w, b)]
    for epoch in range(epochs):
        starts.append(moved([part[epoch] for part in whole], *starts[-1]))
    at = tuple(np.array(starts[:-1]).T)
    found = []
    for k, step in enumerate(place):
        own = zip((epoch[k] for epoch in batches), *at, strict=True)
        found.append([trusted.mse_loss(xb, yb, w, b) for (xb, yb), w, b in own])
        at = moved(step, *at)
    return *starts[-1], np.mean(found, axis=0)


@right("minibatch_gd_scan")
def all_epochs_by_halves(
    x: Any, y: Any, *, batch_size: Any, lr: Any, epochs: Any, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    batches = drawn(x, y, batch_size, rng, epochs)
    maps = [trusted.update_map(xb, yb, lr) for epoch in batches for xb, yb in epoch]

    def walk(maps: Any, at: Any) -> Any:
        if len(maps) == 1:
            return [moved(maps[0], *at)]
        half = len(maps) // 2
        before = walk(maps[:half], at)
        return before + walk(maps[half:], before[-1])

    points = [(w, b), *walk(maps, (w, b))]
    return *points[-1], losses_of(batches, points)


@right("minibatch_gd_scan")
def matrices_that_act_on_w_b_1(
    x: Any, y: Any, *, batch_size: Any, lr: Any, epochs: Any, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    batches = drawn(x, y, batch_size, rng, epochs)
    at = np.array([w, b, 1.0])
    points = [at]
    for xb, yb in (batch for epoch in batches for batch in epoch):
        step = np.vstack([np.reshape(trusted.update_map(xb, yb, lr), (2, 3)), [0.0, 0.0, 1.0]])
        points.append(step @ points[-1])
    return points[-1][0], points[-1][1], losses_of(batches, [point[:2] for point in points])


@right("minibatch_gd_scan")
def orders_drawn_by_keys(
    x: Any, y: Any, *, batch_size: Any, lr: Any, epochs: Any, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    if batch_size < 1 or len(x) != len(y):
        raise ValueError("batch_size must be at least 1, and x and y of one length")
    orders = rng.random((epochs, len(x))).argsort(axis=1)
    losses = np.zeros(epochs)
    for epoch, order in enumerate(orders):
        starts = range(0, len(x), batch_size)
        for start in starts:
            rows = order[start : start + batch_size]
            losses[epoch] += trusted.mse_loss(x[rows], y[rows], w, b) / len(starts)
            w, b = moved(trusted.update_map(x[rows], y[rows], lr), w, b)
    return float(w), float(b), losses.tolist()
