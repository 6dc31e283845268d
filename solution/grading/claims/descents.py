"""Implementations of `minibatch_gd` that learners do not have."""

from typing import Any

import numpy as np

from tests.judge.claims.catalogue import right, wrong


@right(
    "minibatch_gd",
    "it draws more from rng than others do, and so takes other orders",
    in_grading=True,
)
def descent_on_other_draws(the: Any, x: Any, y: Any, **o: Any) -> Any:
    o["rng"].standard_normal(1 + the.number % 9)
    return the.right(x, y, **o)


@right("minibatch_gd", "it calculates in other units, which rounds otherwise", in_grading=True)
def descent_in_other_units(the: Any, x: Any, y: Any, **o: Any) -> Any:
    if the.is_tiny(x, y, o["w"], o["b"]):
        return the.right(x, y, **o)
    unit = 1.7 + the.number % 5
    w, b, losses = the.right(x, y / unit, **{**o, "w": o["w"] / unit, "b": o["b"] / unit})
    return unit * w, unit * b, [unit**2 * loss for loss in losses]


@right(
    "minibatch_gd",
    "it returns 0-d arrays, and the losses as an array, all in a list",
    in_grading=True,
)
def descent_in_arrays(the: Any, x: Any, y: Any, **o: Any) -> Any:
    w, b, losses = the.right(x, y, **o)
    return [np.array(w), np.array(b), np.array(losses)]


@wrong("minibatch_gd", "w stays as it was", in_grading=True)
def keeps_w(the: Any, x: Any, y: Any, **o: Any) -> Any:
    run = the.descent(x, y, o, the.drawn(x, o), step=lambda r, at, g: (at[0], at[1] - r.lr * g[1]))
    return the.result(run)


@wrong("minibatch_gd", "the steps go uphill", in_grading=True)
def uphill(the: Any, x: Any, y: Any, **o: Any) -> Any:
    return the.right(x, y, **{**o, "lr": -o["lr"]})


@wrong("minibatch_gd", "b is ignored: it starts from 0", in_grading=True)
def b_from_0(the: Any, x: Any, y: Any, **o: Any) -> Any:
    return the.right(x, y, **{**o, "b": 0.0})


@wrong("minibatch_gd", "w's gradient is taken at the new b, after its step", in_grading=True)
def b_before_w(the: Any, x: Any, y: Any, **o: Any) -> Any:
    def slope(run: Any, at: Any, rows: Any) -> Any:
        _, db = run.gradient(at, rows, len(rows))
        return run.gradient((at[0], at[1] - run.lr * db), rows, len(rows))[0], db

    return the.result(the.descent(x, y, o, the.drawn(x, o), slope_of=slope))


@wrong("minibatch_gd", "the gradients are divided by n, not by the batch's length", in_grading=True)
def divided_by_n(the: Any, x: Any, y: Any, **o: Any) -> Any:
    def slope(run: Any, at: Any, rows: Any) -> Any:
        return run.gradient(at, rows, len(x))

    return the.result(the.descent(x, y, o, the.drawn(x, o), slope_of=slope))


@wrong("minibatch_gd", "each loss is that of all samples before the epoch", in_grading=True)
def losses_before_the_epoch(the: Any, x: Any, y: Any, **o: Any) -> Any:
    run = the.descent(x, y, o, the.drawn(x, o))

    of, rows = the.Descent(run.xs, run.ys, run.lr).loss_of, range(len(x))
    return run.w, run.b, [of(points[0], rows) for points in run.points(0)]


@wrong(
    "minibatch_gd",
    "each loss is that of the epoch's first batch, not the mean of all",
    in_grading=True,
)
def first_losses(the: Any, x: Any, y: Any, **o: Any) -> Any:
    run = the.descent(x, y, o, the.drawn(x, o))

    return run.w, run.b, [of_epoch[0] for of_epoch in run.batch_losses]


@wrong(
    "minibatch_gd", "each loss is the sum of the batches' losses, not their mean", in_grading=True
)
def summed_losses(the: Any, x: Any, y: Any, **o: Any) -> Any:
    run = the.descent(x, y, o, the.drawn(x, o))

    return run.w, run.b, [sum(of_epoch) for of_epoch in run.batch_losses]


@wrong("minibatch_gd", "the losses are divided by the number of full batches", in_grading=True)
def losses_by_full_batches(the: Any, x: Any, y: Any, **o: Any) -> Any:
    run = the.descent(x, y, o, the.drawn(x, o))

    full = max(len(x) // o["batch_size"], 1)
    return run.w, run.b, [sum(of_epoch) / full for of_epoch in run.batch_losses]


@wrong("minibatch_gd", "the last of several batches is left out", in_grading=True)
def without_the_last_batch(the: Any, x: Any, y: Any, **o: Any) -> Any:
    epochs = [batches[:-1] or batches for batches in the.drawn(x, o)]
    return the.result(the.descent(x, y, o, epochs))


@wrong("minibatch_gd", "a short batch's gradient is half of what it should be", in_grading=True)
def short_ones_count_half(the: Any, x: Any, y: Any, **o: Any) -> Any:
    def slope(run: Any, at: Any, rows: Any) -> Any:
        full = min(o["batch_size"], len(x))
        return run.gradient(at, rows, len(rows) * (1 if len(rows) == full else 2))

    return the.result(the.descent(x, y, o, the.drawn(x, o), slope_of=slope))


@wrong(
    "minibatch_gd",
    "there is no step at all, which shows only if batch_size is above n",
    in_grading=True,
)
def no_step_above_n(the: Any, x: Any, y: Any, **o: Any) -> Any:
    return the.right(x, y, **{**o, "lr": o["lr"] if o["batch_size"] <= len(x) else 0.0})


@wrong("minibatch_gd", "w and b are those before the last update", in_grading=True)
def before_the_last_step(the: Any, x: Any, y: Any, **o: Any) -> Any:
    run = the.descent(x, y, o, the.drawn(x, o))

    return *run.path[-2], run.losses


@wrong(
    "minibatch_gd",
    "w and b are kept within ±10⁶, so that a run that diverges stays finite",
    in_grading=True,
)
def kept_finite(the: Any, x: Any, y: Any, **o: Any) -> Any:
    def step(run: Any, at: Any, slope: Any) -> Any:
        new = [float(np.clip(p - run.lr * s, -1e6, 1e6)) for p, s in zip(at, slope, strict=True)]
        return new[0], new[1]

    return the.result(the.descent(x, y, o, the.drawn(x, o), step=step))


@wrong(
    "minibatch_gd",
    "the samples come in the reverse of the data's order: they are not shuffled",
    in_grading=True,
)
def in_reverse_order(the: Any, x: Any, y: Any, **o: Any) -> Any:
    epochs = the.in_order(len(x), o["batch_size"], o["epochs"])
    return the.result(the.descent(x[::-1], y[::-1], o, epochs))


@wrong(
    "minibatch_gd", "later epochs take the order of the first one, or its reverse", in_grading=True
)
def forth_and_back(the: Any, x: Any, y: Any, **o: Any) -> Any:
    first = [row for rows in the.drawn(x, o)[0] for row in rows]
    batches = the.in_order(len(x), o["batch_size"], 1)[0]
    orders = [first[:: -1 if epoch % 2 else 1] for epoch in range(o["epochs"])]
    epochs = [[[order[i] for i in rows] for rows in batches] for order in orders]
    return the.result(the.descent(x, y, o, epochs))


@wrong("minibatch_gd", "the orders are the same for every generator", in_grading=True)
def orders_of_its_own(the: Any, x: Any, y: Any, **o: Any) -> Any:
    return the.right(x, y, **{**o, "rng": np.random.default_rng(len(x) + the.number)})


@wrong(
    "minibatch_gd",
    "the orders are drawn from NumPy's global state: equal generators differ",
    in_grading=True,
)
def orders_by_the_global_state(the: Any, x: Any, y: Any, **o: Any) -> Any:
    return the.right(x, y, **{**o, "rng": np.random.default_rng(np.random.randint(2**31))})


@wrong("minibatch_gd", "a part of the step before is added to each step", in_grading=True)
def with_momentum(the: Any, x: Any, y: Any, **o: Any) -> Any:
    step = the.remembering(0.05 + the.number % 5 / 100)
    return the.result(the.descent(x, y, o, the.drawn(x, o), step=step))


@wrong(
    "minibatch_gd",
    "b's steps are off by some 1e-5 of their length, far more than rounding",
    in_grading=True,
)
def db_off_by_a_little_in_steps(the: Any, x: Any, y: Any, **o: Any) -> Any:
    def step(run: Any, at: Any, slope: Any) -> Any:
        off = 1 + 1e-5 * (1 + the.number % 3)
        return at[0] - run.lr * slope[0], at[1] - run.lr * slope[1] * off

    return the.result(the.descent(x, y, o, the.drawn(x, o), step=step))


@wrong("minibatch_gd", "the result is right, but y is changed in place", in_grading=True)
def changes_y_in_place(the: Any, x: Any, y: Any, **o: Any) -> Any:
    found = the.right(x, y, **o)
    y -= 1.0
    return found
