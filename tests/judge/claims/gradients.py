"""Right and wrong implementations of `mse_gradients`, for `check_gradients`."""

import inspect
from typing import Any

import numpy as np

from tests.judge import trusted
from tests.judge.claims.catalogue import HELPERS, is_tiny, right, wrong

HELPERS["mse_gradients"] = "\n".join(
    [
        inspect.getsource(trusted.mse_gradients),
        "right = mse_gradients",
        inspect.getsource(is_tiny),
    ]
)

# -- right ones -------------------------------------------------------------------------------


@right("mse_gradients", "it returns two floats in a tuple, as a plain one does")
def plain(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    return the.right(x, y, w, b)


@right("mse_gradients", "it returns NumPy numbers")
def numpy_numbers(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    dw, db = the.right(x, y, w, b)
    return np.float64(dw), np.float64(db)


@right("mse_gradients", "it returns 0-d arrays")
def arrays_without_axes(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    dw, db = the.right(x, y, w, b)
    return np.array(dw), np.array(db)


@right("mse_gradients", "it returns a list of two numbers")
def a_list(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    return list(the.right(x, y, w, b))


@right("mse_gradients", "it returns one array of two numbers")
def one_array(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.array(the.right(x, y, w, b))


@right("mse_gradients", "it adds the samples up from the last to the first, which rounds otherwise")
def backwards(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    if the.is_tiny(x, y, w, b):
        return the.right(x, y, w, b)
    return the.right(x[::-1], y[::-1], w, b)


@right("mse_gradients", "it adds the samples up one by one, which rounds otherwise")
def one_by_one(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    if the.is_tiny(x, y, w, b):
        return the.right(x, y, w, b)
    each = [the.right(x[i : i + 1], y[i : i + 1], w, b) for i in range(len(x))]
    return tuple(sum(parts) / len(x) for parts in zip(*each, strict=True))


@right("mse_gradients", "it adds up two halves of the samples, which rounds otherwise")
def in_halves(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    if the.is_tiny(x, y, w, b):
        return the.right(x, y, w, b)
    m, half = len(x), (len(x) + 1) // 2
    one = np.array(the.right(x[:half], y[:half], w, b)) * half
    two = np.array(the.right(x[half:], y[half:], w, b)) * (m - half) if m > 1 else 0.0
    return tuple(map(float, (one + two) / m))


@right("mse_gradients", "it subtracts b from y first, which rounds otherwise")
def shifted(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    if the.is_tiny(x, y, w, b):
        return the.right(x, y, w, b)
    return the.right(x, y - b, w, 0.0)


@right("mse_gradients", "it calculates in thirds, which rounds otherwise")
def in_thirds(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    if the.is_tiny(x, y, w, b):
        return the.right(x, y, w, b)
    dw, db = the.right(x, y / 3, w / 3, b / 3)
    return 3 * dw, 3 * db


# -- wrong ones: the ideas that each needs, easiest first -----------------------------------------


@wrong("mse_gradients", "both gradients are half of what they should be")
def half(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    dw, db = the.right(x, y, w, b)
    return dw / 2, db / 2


@wrong("mse_gradients", "both gradients have the wrong sign")
def other_sign(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    dw, db = the.right(x, y, w, b)
    return -dw, -db


@wrong("mse_gradients", "db comes first, then dw")
def swapped(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    dw, db = the.right(x, y, w, b)
    return db, dw


@wrong("mse_gradients", "b is left out, which shows only where b is not 0")
def without_b(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    return the.right(x, y, w, 0.0)


@wrong("mse_gradients", "they are sums, not means, which shows only with several samples")
def sums(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    dw, db = the.right(x, y, w, b)
    return dw * len(x), db * len(x)


@wrong("mse_gradients", "dw is mean(r)·mean(x), not mean(r·x)")
def product_of_means(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    _, db = the.right(x, y, w, b)
    return db * float(np.mean(x)), db


@wrong("mse_gradients", "the last of several samples is left out")
def without_the_last(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    m = max(len(x) - 1, 1)
    return the.right(x[:m], y[:m], w, b)


@wrong("mse_gradients", "|r| is in the place of r, which shows only with negative residuals")
def absolute_residuals(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    each = np.array([the.right(x[i : i + 1], y[i : i + 1], w, b) for i in range(len(x))])
    dw, db = (each * np.where(each[:, 1:] < 0, -1, 1)).mean(axis=0)
    return float(dw), float(db)


@wrong("mse_gradients", "dw is mean(r·|x|), which shows only with negative x")
def absolute_inputs(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    slopes = [the.right(x[i : i + 1], y[i : i + 1], w, b)[1] for i in range(len(x))]
    return float(np.mean(np.array(slopes) * np.abs(x[:, 0]))), the.right(x, y, w, b)[1]


@wrong("mse_gradients", "they are rounded to 4 decimals, which shows only with small numbers")
def rounded(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    dw, db = the.right(x, y, w, b)
    return round(dw, 4), round(db, 4)


@wrong("mse_gradients", "they are cut off at ±10000, which shows only with large numbers")
def cut_off(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    return tuple(float(np.clip(part, -1e4, 1e4)) for part in the.right(x, y, w, b))


@wrong("mse_gradients", "samples after the 20th are left out, which shows only with more of them")
def first_20(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    return the.right(x[:20], y[:20], w, b)


@wrong("mse_gradients", "db is 1 % too large")
def db_off_by_a_hundredth(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    dw, db = the.right(x, y, w, b)
    return dw, db * 1.01


@wrong("mse_gradients", "dw is too large by 1e-5 of its size, far more than rounding")
def dw_off_by_a_little(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    dw, db = the.right(x, y, w, b)
    return dw * (1 + 1e-5), db


@wrong("mse_gradients", "the first call is right, later ones return what the first one did")
def first_call_only(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    if the.calls == 0:
        the.first = the.right(x, y, w, b)
    return the.first


@wrong("mse_gradients", "the gradients are right, but x is turned around in place")
def changes_x(the: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    gradients = the.right(x, y, w, b)
    x[:] = x[::-1].copy()
    return gradients
