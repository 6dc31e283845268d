"""Implementations of `mse_gradients` that learners do not have."""

from typing import Any

import numpy as np

from tests.judge.claims.catalogue import right, wrong


@right(
    "mse_gradients",
    "it adds the samples up in another order, which rounds otherwise",
    in_grading=True,
)
def gradients_in_another_order(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    if the.is_tiny(x, y, w, b):
        return the.right(x, y, w, b)
    order = np.random.default_rng(the.number).permutation(len(x))
    return the.right(x[order], y[order], w, b)


@right("mse_gradients", "it calculates in other units, which rounds otherwise", in_grading=True)
def gradients_in_other_units(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    if the.is_tiny(x, y, w, b):
        return the.right(x, y, w, b)
    unit = 1.7 + the.number % 5
    dw, db = the.right(x, y / unit, w / unit, b / unit)
    return unit * dw, unit * db


@right("mse_gradients", "it returns two numbers in a tuple of a class of its own", in_grading=True)
def gradients_in_a_tuple_of_their_own(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    return type("Gradients", (tuple,), {})(the.right(x, y, w, b))


@wrong("mse_gradients", "dw is half of what it should be", in_grading=True)
def half_of_dw(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    dw, db = the.right(x, y, w, b)
    return dw / 2, db


@wrong("mse_gradients", "db has the wrong sign", in_grading=True)
def other_sign_of_db(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    dw, db = the.right(x, y, w, b)
    return dw, -db


@wrong("mse_gradients", "x and y are exchanged", in_grading=True)
def exchanged_inputs(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    return the.right(y, x, w, b)


@wrong("mse_gradients", "w is left out, which shows only where w is not 0", in_grading=True)
def without_w(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    return the.right(x, y, 0.0, b)


@wrong(
    "mse_gradients",
    "the sums are divided by m − 1, which shows only with several samples",
    in_grading=True,
)
def divided_by_one_less(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    dw, db = the.right(x, y, w, b)
    m = len(x)
    return dw * m / max(m - 1, 1), db * m / max(m - 1, 1)


@wrong(
    "mse_gradients",
    "dw is a sum, not a mean, which shows only with several samples",
    in_grading=True,
)
def sum_of_dw(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    dw, db = the.right(x, y, w, b)
    return dw * len(x), db


@wrong("mse_gradients", "dw is mean(r)·x of the first sample, not mean(r·x)", in_grading=True)
def db_times_the_first_x(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    _, db = the.right(x, y, w, b)
    return db * float(x[0, 0]), db


@wrong("mse_gradients", "the first of several samples is left out", in_grading=True)
def without_the_first(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    rows = slice(1 if len(x) > 1 else 0, None)
    return the.right(x[rows], y[rows], w, b)


@wrong("mse_gradients", "negative residuals count as 0", in_grading=True)
def positive_residuals(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    each = np.array([the.right(x[i : i + 1], y[i : i + 1], w, b) for i in range(len(x))])
    dw, db = (each * (each[:, 1:] > 0)).mean(axis=0)
    return float(dw), float(db)


@wrong("mse_gradients", "negative x count as 0 in dw", in_grading=True)
def positive_inputs(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    slopes = [the.right(x[i : i + 1], y[i : i + 1], w, b)[1] for i in range(len(x))]
    dw = np.mean(np.array(slopes) * np.maximum(x[:, 0], 0))
    return float(dw), the.right(x, y, w, b)[1]


@wrong(
    "mse_gradients",
    "gradients below 0.001 are 0, which shows only with small numbers",
    in_grading=True,
)
def small_ones_lost(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    return tuple(part if abs(part) >= 0.001 else 0.0 for part in the.right(x, y, w, b))


@wrong("mse_gradients", "they are cut off, which shows only with large numbers", in_grading=True)
def large_ones_cut_off(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    most = 5000.0 + the.number % 5000
    return tuple(float(np.clip(part, -most, most)) for part in the.right(x, y, w, b))


@wrong(
    "mse_gradients",
    "samples after the first ones are left out, which shows only with more",
    in_grading=True,
)
def first_samples(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    most = 12 + the.number % 12
    return the.right(x[:most], y[:most], w, b)


@wrong("mse_gradients", "dw is 1 % too small", in_grading=True)
def dw_off_by_a_hundredth(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    dw, db = the.right(x, y, w, b)
    return dw * 0.99, db


@wrong(
    "mse_gradients", "db is off by some 1e-5 of its size, far more than rounding", in_grading=True
)
def db_off_by_a_little(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    dw, db = the.right(x, y, w, b)
    return dw, db * (1 - 1e-5 * (1 + the.number % 3))


@wrong("mse_gradients", "the first two calls are right, later ones give half", in_grading=True)
def first_two_calls_only(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    dw, db = the.right(x, y, w, b)
    return (dw, db) if the.calls < 2 else (dw / 2, db / 2)


@wrong("mse_gradients", "the gradients are right, but y is changed in place", in_grading=True)
def changes_y(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    gradients = the.right(x, y, w, b)
    y -= 1.0
    return gradients
