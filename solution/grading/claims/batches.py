"""Implementations of `shuffled_batches` that learners do not have."""

from typing import Any

import numpy as np

from tests.judge.claims.catalogue import right, wrong


@right("shuffled_batches", "it returns lists in a list", in_grading=True)
def batches_in_a_list_of_lists(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    return [[xb, yb] for xb, yb in the.right(x, y, batch_size, rng)]


@right("shuffled_batches", "it draws more from rng than others do", in_grading=True)
def batches_of_other_draws(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    rng.standard_normal(1 + the.number % 9)
    return the.right(x, y, batch_size, rng)


@right(
    "shuffled_batches",
    "the samples inside a batch are in the data's order, from the last to the first",
    in_grading=True,
)
def reversed_inside(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    batches = [np.sort(rows)[::-1] for rows in the.rows_of(the, x, y, batch_size, rng)]
    return ((x[rows], y[rows]) for rows in batches)


@wrong("shuffled_batches", "the last of several batches is left out", in_grading=True)
def without_the_last(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    batches = list(the.right(x, y, batch_size, rng))
    return batches[:-1] or batches


@wrong("shuffled_batches", "y stays in the data's order while x is shuffled", in_grading=True)
def y_in_order(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    if len(x) != len(y):
        raise ValueError("x and y differ in length")

    rows = np.concatenate(the.rows_of(the, x, y, batch_size, rng))
    starts = range(0, len(x), batch_size)
    return [(x[rows[s : s + batch_size]], y[s : s + batch_size]) for s in starts]


@wrong(
    "shuffled_batches",
    "the samples come in the reverse of the data's order: they are not shuffled",
    in_grading=True,
)
def in_reverse(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    sizes = [len(xb) for xb, _ in the.right(x, y, batch_size, rng)]
    ends = np.cumsum(sizes)
    return [(x[::-1][e - s : e], y[::-1][e - s : e]) for e, s in zip(ends, sizes, strict=True)]


@wrong("shuffled_batches", "one sample comes twice, and another never", in_grading=True)
def one_comes_twice(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    batches = the.rows_of(the, x, y, batch_size, rng)
    batches[-1] = np.append(batches[-1][:-1], batches[0][0])
    return [(x[rows], y[rows]) for rows in batches]


@wrong("shuffled_batches", "the rest is in the batch before, which gets longer", in_grading=True)
def rest_in_the_one_before(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    batches = the.rows_of(the, x, y, batch_size, rng)
    if len(batches) > 1 and len(batches[-1]) < batch_size:
        batches[-2:] = [np.concatenate(batches[-2:])]
    return [(x[rows], y[rows]) for rows in batches]


@wrong(
    "shuffled_batches",
    "the batches are of nearly one size, not of batch_size and a rest",
    in_grading=True,
)
def even_batches(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    batches = the.rows_of(the, x, y, batch_size, rng)
    parts = np.array_split(np.concatenate(batches), len(batches))
    return [(x[rows], y[rows]) for rows in parts]


@wrong("shuffled_batches", "an empty batch comes last", in_grading=True)
def an_empty_one_at_the_end(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    return [*the.right(x, y, batch_size, rng), (x[:0], y[:0])]


@wrong(
    "shuffled_batches",
    "the samples come one by one, which shows only if batch_size is above n",
    in_grading=True,
)
def one_by_one_above_n(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    return the.right(x, y, batch_size if batch_size <= len(x) else 1, rng)


@wrong("shuffled_batches", "a batch_size below 0 raises no ValueError", in_grading=True)
def negative_batch_size(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    return the.right(x, y, abs(batch_size), rng)


@wrong("shuffled_batches", "a y that is longer than x raises no ValueError", in_grading=True)
def longer_y(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    return the.right(x, y[: len(x)], batch_size, rng)


@wrong("shuffled_batches", "the batches have the shape (1, m), not (m, 1)", in_grading=True)
def rows_for_columns(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    return [(xb.T, yb.T) for xb, yb in the.right(x, y, batch_size, rng)]


@wrong(
    "shuffled_batches",
    "samples after the first ones are left out, which shows only with more",
    in_grading=True,
)
def first_samples_only(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    if len(x) != len(y):
        raise ValueError("x and y differ in length")

    most = 25 + the.number % 15
    return the.right(x[:most], y[:most], batch_size, rng)


@wrong(
    "shuffled_batches",
    "the order is the same for every generator, and at every call",
    in_grading=True,
)
def order_of_its_own(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    return the.right(x, y, batch_size, np.random.default_rng(len(x) + the.number))


@wrong(
    "shuffled_batches",
    "later calls take the order of the first one, or its reverse",
    in_grading=True,
)
def first_order_and_back(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    if the.calls == 0:
        the.seed = int(rng.integers(2**32))
    rows = the.rows_of(the, x, y, batch_size, np.random.default_rng(the.seed))
    order = np.concatenate(rows)[:: -1 if the.calls % 2 else 1]
    starts = range(0, len(x), batch_size)
    return [(x[order[s : s + batch_size]], y[order[s : s + batch_size]]) for s in starts]


@wrong(
    "shuffled_batches",
    "the order is drawn from NumPy's global state: equal generators differ",
    in_grading=True,
)
def by_the_global_state(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    seed = np.random.randint(2**31)
    return the.right(x, y, batch_size, np.random.default_rng(seed))


@wrong(
    "shuffled_batches",
    "the order is the data's, begun at a random sample: neighbours stay together",
    in_grading=True,
)
def rotated(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    rows = np.concatenate(the.rows_of(the, x, y, batch_size, rng))
    order = np.roll(np.arange(len(x)), -int(rows[0]))
    starts = range(0, len(x), batch_size)
    return [(x[order[s : s + batch_size]], y[order[s : s + batch_size]]) for s in starts]


@wrong(
    "shuffled_batches",
    "the last sample is always in the last batch, only the others move",
    in_grading=True,
)
def fixed_last(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    batches = the.rows_of(the, x, y, batch_size, rng)
    rows = np.concatenate(batches)
    at = int(np.argmax(rows))
    rows[[-1, at]] = rows[[at, -1]]
    ends = np.cumsum([len(batch) for batch in batches])
    return [(x[r], y[r]) for r in np.split(rows, ends[:-1])]


@wrong(
    "shuffled_batches", "the batches are right, but x is turned around in place", in_grading=True
)
def sorts_x(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    batches = list(the.right(x, y, batch_size, rng))
    x[:] = x[::-1].copy()
    return batches
