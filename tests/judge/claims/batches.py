"""Right and wrong implementations of `shuffled_batches`, for `check_batches`."""

import inspect
from typing import Any

import numpy as np

from tests.judge import trusted
from tests.judge.claims.catalogue import HELPERS, right, wrong


def rows_of(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    """Return the numbers of the rows in each batch that a right one would give."""
    numbers = [np.arange(float(len(column)))[:, None] for column in (x, y)]
    return [rows[:, 0].astype(int) for rows, _ in the.right(*numbers, batch_size, rng)]


HELPERS["shuffled_batches"] = "\n".join(
    [
        inspect.getsource(trusted.shuffled_batches),
        "right = shuffled_batches",
        inspect.getsource(rows_of),
    ]
)

# -- right ones -------------------------------------------------------------------------------


@right("shuffled_batches", "it returns a list of tuples, as a plain one does")
def plain(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    return the.right(x, y, batch_size, rng)


@right("shuffled_batches", "it is a generator, which has no length, and starts when it is asked")
def generator(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    yield from the.right(x, y, batch_size, rng)


@right("shuffled_batches", "it returns an iterator, which can be read only once")
def an_iterator(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    return iter(the.right(x, y, batch_size, rng))


@right("shuffled_batches", "each batch is a list of xb and yb, and all of them are in a tuple")
def lists_in_a_tuple(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    return tuple([xb, yb] for xb, yb in the.right(x, y, batch_size, rng))


@right("shuffled_batches", "it draws more from rng than others do")
def other_draws(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    rng.random(7)
    return the.right(x, y, batch_size, rng)


@right("shuffled_batches", "its order is that of random numbers which it sorts")
def by_sorting(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    if len(x) != len(y):
        raise ValueError("x and y differ in length")
    order = np.argsort(rng.random(len(x)))
    return the.right(x[order], y[order], batch_size, rng)


@right("shuffled_batches", "it takes the samples from the last to the first of a random order")
def backwards(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    if len(x) != len(y):
        raise ValueError("x and y differ in length")
    return the.right(x[::-1], y[::-1], batch_size, rng)


@right(
    "shuffled_batches",
    "the samples inside a batch are in the data's order, since only the sets must be random",
)
def sorted_inside(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    batches = [np.sort(rows) for rows in the.rows_of(the, x, y, batch_size, rng)]
    return [(x[rows], y[rows]) for rows in batches]


@right("shuffled_batches", "its batches are read-only")
def read_only(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    batches = the.right(x, y, batch_size, rng)
    for batch in batches:
        for array in batch:
            array.flags.writeable = False
    return batches


# -- wrong ones: the ideas that each needs, easiest first -----------------------------------------


@wrong(
    "shuffled_batches",
    "the short last batch is left out, which shows only if batch_size does not divide n",
)
def without_the_short_one(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    return [batch for batch in the.right(x, y, batch_size, rng) if len(batch[0]) == batch_size]


@wrong("shuffled_batches", "x and y are shuffled each by itself: they are not paired")
def broken_pairs(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    if len(x) != len(y):
        raise ValueError("x and y differ in length")
    return the.right(x, y[rng.permutation(len(y))], batch_size, rng)


@wrong("shuffled_batches", "the samples come in the data's order: they are not shuffled")
def in_order(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    sizes = [len(xb) for xb, _ in the.right(x, y, batch_size, rng)]
    ends = np.cumsum(sizes)
    return [(x[e - s : e], y[e - s : e]) for e, s in zip(ends, sizes, strict=True)]


@wrong("shuffled_batches", "some samples come twice, and some never: drawn with replacement")
def with_replacement(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    batches = the.rows_of(the, x, y, batch_size, rng)
    drawn = [rng.integers(0, len(x), len(rows)) for rows in batches]
    return [(x[rows], y[rows]) for rows in drawn]


@wrong("shuffled_batches", "the short last batch is filled up with samples that have come before")
def filled_up(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    batches = the.rows_of(the, x, y, batch_size, rng)
    missing = min(batch_size, len(x)) - len(batches[-1])
    batches[-1] = np.concatenate([batches[-1], batches[0][:missing]])
    return [(x[rows], y[rows]) for rows in batches]


@wrong("shuffled_batches", "the short batch comes first")
def short_one_first(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    return list(the.right(x, y, batch_size, rng))[::-1]


@wrong("shuffled_batches", "a last batch is empty, which shows only if batch_size divides n")
def an_empty_one(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    batches = list(the.right(x, y, batch_size, rng))
    return batches if len(x) % batch_size else [*batches, (x[:0], y[:0])]


@wrong("shuffled_batches", "there is no batch at all, which shows only if batch_size is above n")
def none_above_n(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    batches = the.right(x, y, batch_size, rng)
    return batches if batch_size <= len(x) else []


@wrong("shuffled_batches", "a batch_size of 0 raises no ValueError")
def any_batch_size(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    return the.right(x, y, batch_size or 1, rng)


@wrong("shuffled_batches", "x and y of different lengths raise no ValueError")
def any_lengths(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    n = min(len(x), len(y))
    return the.right(x[:n], y[:n], batch_size, rng)


@wrong("shuffled_batches", "the batches have the shape (m,), not (m, 1)")
def flat(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    return [(xb[:, 0], yb[:, 0]) for xb, yb in the.right(x, y, batch_size, rng)]


@wrong(
    "shuffled_batches", "samples after the 40th are left out, which shows only with more of them"
)
def first_40(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    if len(x) != len(y):
        raise ValueError("x and y differ in length")
    return the.right(x[:40], y[:40], batch_size, rng)


@wrong("shuffled_batches", "the order is the same for every generator, and at every call")
def one_order(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    return the.right(x, y, batch_size, np.random.default_rng(0))


@wrong("shuffled_batches", "the first call shuffles, later ones repeat its order")
def shuffled_once(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    if the.calls == 0:
        the.seed = int(rng.integers(2**32))
    return the.right(x, y, batch_size, np.random.default_rng(the.seed))


@wrong("shuffled_batches", "the order is not drawn from rng: equal generators give other batches")
def not_from_rng(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    return the.right(x, y, batch_size, np.random.default_rng())


@wrong("shuffled_batches", "only whole batches are shuffled: neighbours in the data stay together")
def whole_batches(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    sizes = [len(rows) for rows in the.rows_of(the, x, y, batch_size, rng)]
    at = int(rng.integers(len(sizes))) * batch_size
    rows = np.roll(np.arange(len(x)), -at)
    ends = np.cumsum(sizes)
    return [(x[rows[e - s : e]], y[rows[e - s : e]]) for e, s in zip(ends, sizes, strict=True)]


@wrong("shuffled_batches", "the first sample is always in the first batch, only the others move")
def fixed_first(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    batches = the.rows_of(the, x, y, batch_size, rng)
    rows = np.concatenate(batches)
    at = int(np.argmin(rows))
    rows[[0, at]] = rows[[at, 0]]
    ends = np.cumsum([len(batch) for batch in batches])
    return [(x[r], y[r]) for r in np.split(rows, ends[:-1])]


@wrong("shuffled_batches", "the batches are right, but x and y are shuffled in place")
def changes_x(the: Any, x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    batches = the.right(x, y, batch_size, rng)
    x[:] = np.concatenate([xb for xb, _ in batches])
    y[:] = np.concatenate([yb for _, yb in batches])
    return batches
