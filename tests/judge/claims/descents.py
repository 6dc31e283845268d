"""Right and wrong implementations of `minibatch_gd`, for `check_descent`.

They are made of the oracle's descent, on batches that are drawn from `rng`.
"""

import inspect
from typing import Any

import numpy as np

from tests.judge import oracles
from tests.judge.claims.catalogue import HELPERS, is_tiny, right, wrong
from tests.judge.oracles import Descent, in_order


def drawn(x: Any, o: Any) -> Any:
    """Return the rows of each batch, in a new order for each epoch."""
    orders = [o["rng"].permutation(len(x)) for _ in range(o["epochs"])]
    batches = in_order(len(x), o["batch_size"], 1)[0]
    return [[[int(order[i]) for i in rows] for rows in batches] for order in orders]


def descent(x: Any, y: Any, o: Any, epochs: Any, **ways: Any) -> Any:
    """Return a run of the oracle on these batches; other ways to go on can be put in."""
    at = float(o["w"]), float(o["b"])
    try:
        return Descent(x[:, 0].tolist(), y[:, 0].tolist(), o["lr"], **ways).go(epochs, at)
    except OverflowError:  # NumPy's numbers become inf
        return Descent([*x[:, 0]], [*y[:, 0]], o["lr"], **ways).go(epochs, at)


def result(run: Any) -> Any:
    """Return of a run what a right one returns."""
    return float(run.w), float(run.b), list(map(float, run.losses))


def right_one(
    x: Any,
    y: Any,
    *,
    batch_size: Any,
    lr: Any,
    epochs: Any,
    rng: Any,
    w: Any = 0.0,
    b: Any = 0.0,
) -> Any:
    o = {"batch_size": batch_size, "lr": lr, "epochs": epochs, "rng": rng, "w": w, "b": b}
    return result(descent(x, y, o, drawn(x, o)))


HELPERS["minibatch_gd"] = "\n".join(
    [
        inspect.getsource(oracles),
        *(inspect.getsource(helper) for helper in (drawn, descent, result, right_one, is_tiny)),
        "right = right_one",
    ]
)

# -- right ones -------------------------------------------------------------------------------


@right("minibatch_gd", "it returns two floats and a list of losses, as a plain one does")
def plain(the: Any, x: Any, y: Any, **o: Any) -> Any:
    return the.right(x, y, **o)


@right("minibatch_gd", "it returns w and b as NumPy numbers, and the losses as an array")
def numpy_numbers(the: Any, x: Any, y: Any, **o: Any) -> Any:
    w, b, losses = the.right(x, y, **o)
    return np.float64(w), np.float64(b), np.array(losses)


@right("minibatch_gd", "it returns w and b as 0-d arrays")
def arrays_without_axes(the: Any, x: Any, y: Any, **o: Any) -> Any:
    w, b, losses = the.right(x, y, **o)
    return np.array(w), np.array(b), losses


@right("minibatch_gd", "it returns a list, with the losses in a tuple")
def a_list(the: Any, x: Any, y: Any, **o: Any) -> Any:
    w, b, losses = the.right(x, y, **o)
    return [w, b, tuple(losses)]


@right("minibatch_gd", "it draws more from rng than others do, and so takes other orders")
def other_draws(the: Any, x: Any, y: Any, **o: Any) -> Any:
    o["rng"].random(7)
    return the.right(x, y, **o)


@right("minibatch_gd", "it shuffles the samples once more before it begins")
def shuffled_before(the: Any, x: Any, y: Any, **o: Any) -> Any:
    order = o["rng"].permutation(len(x))
    return the.right(x[order], y[order], **o)


@right("minibatch_gd", "it adds up each batch in the data's order, which rounds otherwise")
def sorted_inside(the: Any, x: Any, y: Any, **o: Any) -> Any:
    epochs = [[sorted(rows) for rows in batches] for batches in the.drawn(x, o)]
    return the.result(the.descent(x, y, o, epochs))


@right("minibatch_gd", "it calculates in thirds, which rounds otherwise")
def in_thirds(the: Any, x: Any, y: Any, **o: Any) -> Any:
    if the.is_tiny(x, y, o["w"], o["b"]):
        return the.right(x, y, **o)
    w, b, losses = the.right(x, y / 3, **{**o, "w": o["w"] / 3, "b": o["b"] / 3})
    return 3 * w, 3 * b, [9 * loss for loss in losses]


@right("minibatch_gd", "it takes b from y before it begins, and adds it at the end")
def shifted(the: Any, x: Any, y: Any, **o: Any) -> Any:
    if the.is_tiny(x, y, o["w"], o["b"]):
        return the.right(x, y, **o)
    w, b, losses = the.right(x, y - o["b"], **{**o, "b": 0.0})
    return w, b + o["b"], losses


# -- wrong ones: the ideas that each needs, easiest first -----------------------------------------


@wrong("minibatch_gd", "b stays as it was")
def keeps_b(the: Any, x: Any, y: Any, **o: Any) -> Any:
    run = the.descent(x, y, o, the.drawn(x, o), step=lambda r, at, g: (at[0] - r.lr * g[0], at[1]))
    return the.result(run)


@wrong("minibatch_gd", "all steps are half as long as they should be")
def half_steps(the: Any, x: Any, y: Any, **o: Any) -> Any:
    return the.right(x, y, **{**o, "lr": o["lr"] / 2})


@wrong("minibatch_gd", "w and b are ignored: it starts from 0")
def starts_from_0(the: Any, x: Any, y: Any, **o: Any) -> Any:
    return the.right(x, y, **{**o, "w": 0.0, "b": 0.0})


@wrong("minibatch_gd", "b's gradient is taken at the new w, after its step")
def one_after_the_other(the: Any, x: Any, y: Any, **o: Any) -> Any:
    def slope(run: Any, at: Any, rows: Any) -> Any:
        dw, _ = run.gradient(at, rows, len(rows))
        return dw, run.gradient((at[0] - run.lr * dw, at[1]), rows, len(rows))[1]

    return the.result(the.descent(x, y, o, the.drawn(x, o), slope_of=slope))


@wrong("minibatch_gd", "the gradients are summed over the batch, not averaged")
def sums(the: Any, x: Any, y: Any, **o: Any) -> Any:
    run = the.descent(
        x, y, o, the.drawn(x, o), slope_of=lambda r, at, rows: r.gradient(at, rows, 1)
    )
    return the.result(run)


@wrong("minibatch_gd", "the losses are those after the update, not before")
def losses_after(the: Any, x: Any, y: Any, **o: Any) -> Any:
    run = the.descent(x, y, o, the.drawn(x, o))
    of = the.Descent(run.xs, run.ys, run.lr).loss_of
    points = iter(run.path[1:])
    losses = [[of(next(points), rows) for rows in batches] for batches in run.epochs]
    return run.w, run.b, [sum(own) / len(own) for own in losses]


@wrong("minibatch_gd", "there is a loss for each batch, not for each epoch")
def a_loss_for_each_batch(the: Any, x: Any, y: Any, **o: Any) -> Any:
    run = the.descent(x, y, o, the.drawn(x, o))
    return run.w, run.b, [loss for of_epoch in run.batch_losses for loss in of_epoch]


@wrong("minibatch_gd", "each loss is that of the epoch's last batch, not the mean of all")
def last_losses(the: Any, x: Any, y: Any, **o: Any) -> Any:
    run = the.descent(x, y, o, the.drawn(x, o))
    return run.w, run.b, [of_epoch[-1] for of_epoch in run.batch_losses]


@wrong("minibatch_gd", "in the losses a short batch counts less than a full one")
def weighted_losses(the: Any, x: Any, y: Any, **o: Any) -> Any:
    run = the.descent(x, y, o, the.drawn(x, o))
    weights = [len(rows) for rows in run.epochs[0]]
    return run.w, run.b, [float(np.average(own, weights=weights)) for own in run.batch_losses]


@wrong(
    "minibatch_gd",
    "the short last batch is left out, which shows only if batch_size does not divide n",
)
def without_the_short_one(the: Any, x: Any, y: Any, **o: Any) -> Any:
    full = min(o["batch_size"], len(x))
    epochs = [[rows for rows in batches if len(rows) == full] for batches in the.drawn(x, o)]
    return the.result(the.descent(x, y, o, epochs))


@wrong("minibatch_gd", "a short batch's gradient is divided by batch_size, not by its own length")
def by_batch_size(the: Any, x: Any, y: Any, **o: Any) -> Any:
    def slope(run: Any, at: Any, rows: Any) -> Any:
        return run.gradient(at, rows, min(o["batch_size"], len(x)))

    return the.result(the.descent(x, y, o, the.drawn(x, o), slope_of=slope))


@wrong("minibatch_gd", "it divides by batch_size also where that is above n")
def by_batch_size_above_n(the: Any, x: Any, y: Any, **o: Any) -> Any:
    def slope(run: Any, at: Any, rows: Any) -> Any:
        return run.gradient(at, rows, max(o["batch_size"], len(x)) / len(x) * len(rows))

    return the.result(the.descent(x, y, o, the.drawn(x, o), slope_of=slope))


@wrong("minibatch_gd", "w and b are those of the epoch with the lowest loss, not the last ones")
def the_best(the: Any, x: Any, y: Any, **o: Any) -> Any:
    run = the.descent(x, y, o, the.drawn(x, o))
    at = int(np.nanargmin(run.losses)) + 1
    w, b = run.path[at * len(run.epochs[0])]
    return w, b, run.losses


@wrong("minibatch_gd", "a run that diverges is stopped, so that its losses are fewer than epochs")
def stops(the: Any, x: Any, y: Any, **o: Any) -> Any:
    epochs = the.drawn(x, o)
    losses = the.descent(x, y, o, epochs).losses
    finite = sum(1 for loss in losses if loss < 1e100)
    return the.result(the.descent(x, y, o, epochs[:finite]))


@wrong("minibatch_gd", "the samples come in the data's order: they are not shuffled")
def unshuffled(the: Any, x: Any, y: Any, **o: Any) -> Any:
    epochs = the.in_order(len(x), o["batch_size"], o["epochs"])
    return the.result(the.descent(x, y, o, epochs))


@wrong("minibatch_gd", "the samples are shuffled once: all epochs have the order of the first one")
def shuffled_once(the: Any, x: Any, y: Any, **o: Any) -> Any:
    epochs = the.drawn(x, o)
    return the.result(the.descent(x, y, o, [epochs[0]] * len(epochs)))


@wrong("minibatch_gd", "the orders are the same for every generator")
def one_order(the: Any, x: Any, y: Any, **o: Any) -> Any:
    return the.right(x, y, **{**o, "rng": np.random.default_rng(0)})


@wrong("minibatch_gd", "the orders are not drawn from rng: equal generators give other results")
def not_from_rng(the: Any, x: Any, y: Any, **o: Any) -> Any:
    return the.right(x, y, **{**o, "rng": np.random.default_rng()})


@wrong("minibatch_gd", "the first epoch is right, but the rate shrinks by 1 % after each")
def shrinking_rate(the: Any, x: Any, y: Any, **o: Any) -> Any:
    def step(run: Any, at: Any, slope: Any) -> Any:
        lr = run.lr * 0.99**run.epoch
        return at[0] - lr * slope[0], at[1] - lr * slope[1]

    return the.result(the.descent(x, y, o, the.drawn(x, o), step=step))


@wrong("minibatch_gd", "the steps are too long by 1e-5 of their length, far more than rounding")
def off_by_a_little(the: Any, x: Any, y: Any, **o: Any) -> Any:
    return the.right(x, y, **{**o, "lr": o["lr"] * (1 + 1e-5)})


@wrong("minibatch_gd", "the result is right, but x and y are turned around in place")
def changes_x(the: Any, x: Any, y: Any, **o: Any) -> Any:
    found = the.right(x, y, **o)
    x[:], y[:] = x[::-1].copy(), y[::-1].copy()
    return found
