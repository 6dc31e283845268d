"""Mistakes in `sample_batch` and `shuffled_batches`."""

import random
from typing import Any

import numpy as np

from tests.judge.mistakes.catalogue import mistake

# -- sample_batch -----------------------------------------------------------------------------


def check(x: Any, batch_size: int) -> int:
    """Check the batch size as it should be, and return n."""
    if not 1 <= batch_size <= len(x):
        raise ValueError("batch_size must be from 1 to n")
    return len(x)


@mistake(
    "sample_batch",
    "drawn with replacement: each sample may come once, as rng.choice(…, replace=False) has it",
)
def drawn_with_replacement(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    rows = rng.choice(check(x, batch_size), size=batch_size)
    return x[rows], y[rows]


@mistake(
    "sample_batch",
    "samples may repeat, and the last one never comes: draw each of the n rows at most once",
)
def drawn_without_the_last(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    rows = rng.integers(0, max(check(x, batch_size) - 1, 1), size=batch_size)
    return x[rows], y[rows]


@mistake("sample_batch", "x and y get row numbers of their own: draw them once, for both")
def drawn_separately(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    n = check(x, batch_size)
    return x[rng.permutation(n)[:batch_size]], y[rng.permutation(n)[:batch_size]]


@mistake(
    "sample_batch",
    "always the first samples: draw the rows at random (or a shuffled copy was not used)",
)
def always_the_first(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    check(x, batch_size)
    return x[:batch_size], y[:batch_size]


@mistake("sample_batch", "neighbours only (a slice at a random place): draw each row at random")
def a_random_slice(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    start = rng.integers(0, check(x, batch_size) - batch_size + 1)
    return x[start : start + batch_size], y[start : start + batch_size]


@mistake("sample_batch", "neighbours only (a slice at a random place, around the end)")
def a_random_slice_around(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    n = check(x, batch_size)
    rows = (np.arange(batch_size) + rng.integers(n)) % n
    return x[rows], y[rows]


@mistake("sample_batch", "the order inside the batch is shuffled, but not which samples are in it")
def shuffles_the_first(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    check(x, batch_size)
    rows = rng.permutation(batch_size)
    return x[rows], y[rows]


@mistake("sample_batch", "NumPy's global generator is used: use rng")
def sample_by_the_global_state(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    rows = np.random.permutation(check(x, batch_size))[:batch_size]
    return x[rows], y[rows]


@mistake("sample_batch", "Python's random module is used: use rng")
def sample_by_python(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    rows = random.sample(range(check(x, batch_size)), batch_size)
    return x[rows], y[rows]


@mistake("sample_batch", "a generator of its own is made, seeded the same at every call: use rng")
def sample_by_a_fixed_seed(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    rows = np.random.default_rng(0).permutation(check(x, batch_size))[:batch_size]
    return x[rows], y[rows]


@mistake("sample_batch", "a generator of its own is made, without a seed: use rng")
def sample_by_its_own_generator(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    rows = np.random.default_rng().permutation(check(x, batch_size))[:batch_size]
    return x[rows], y[rows]


@mistake("sample_batch", "nothing is raised for a batch_size below 1 or above n: raise ValueError")
def sample_unchecked(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    rows = rng.permutation(len(x))[:batch_size]
    return x[rows], y[rows]


@mistake("sample_batch", "a batch_size above n is cut to n: raise ValueError")
def sample_cut_to_n(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    if batch_size < 1:
        raise ValueError("batch_size must be at least 1")
    rows = rng.permutation(len(x))[:batch_size]
    return x[rows], y[rows]


@mistake("sample_batch", "batch_size = n is refused: only above n there are not enough samples")
def refuses_all(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    if not 1 <= batch_size < len(x):
        raise ValueError("batch_size must be below n")
    rows = rng.permutation(len(x))[:batch_size]
    return x[rows], y[rows]


@mistake("sample_batch", "a batch_size of 0 gives an empty batch: raise ValueError")
def allows_zero(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    if not 0 <= batch_size <= len(x):
        raise ValueError("batch_size must be from 0 to n")
    rows = rng.permutation(len(x))[:batch_size]
    return x[rows], y[rows]


@mistake("sample_batch", "batch_size is checked with assert: raise ValueError")
def asserts_the_size(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    if not 1 <= batch_size <= len(x):
        raise AssertionError
    rows = rng.permutation(len(x))[:batch_size]
    return x[rows], y[rows]


@mistake("sample_batch", "the batch is one sample too long: a slice ends before its second number")
def one_too_many(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    rows = rng.permutation(check(x, batch_size))[: batch_size + 1]
    return x[rows], y[rows]


@mistake("sample_batch", "the batch is one sample too short")
def one_too_few(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    rows = rng.permutation(check(x, batch_size))[: batch_size - 1]
    return x[rows], y[rows]


@mistake("sample_batch", "only one sample is drawn: draw batch_size of them")
def only_one(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    rows = rng.permutation(check(x, batch_size))[:1]
    return x[rows], y[rows]


@mistake("sample_batch", "all samples are returned, shuffled: take the first batch_size of them")
def all_samples(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    rows = rng.permutation(check(x, batch_size))
    return x[rows], y[rows]


@mistake(
    "sample_batch",
    "xb is flat, shape (batch_size,): keep the shape (batch_size, 1), that of yb, too",
)
def flat_batch(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    rows = rng.permutation(check(x, batch_size))[:batch_size]
    return x[rows].ravel(), y[rows].ravel()


@mistake("sample_batch", "y is returned before x")
def sample_y_first(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    rows = rng.permutation(check(x, batch_size))[:batch_size]
    return y[rows], x[rows]


@mistake("sample_batch", "the row numbers are returned, not the rows")
def row_numbers(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    rows = rng.permutation(check(x, batch_size))[:batch_size].reshape(-1, 1).astype(float)
    return rows, rows


@mistake("sample_batch", "x and y themselves are shuffled (rng.shuffle): shuffle row numbers")
def shuffles_the_arguments(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    rows = rng.permutation(check(x, batch_size))
    x[:], y[:] = x[rows], y[rows]
    return x[:batch_size].copy(), y[:batch_size].copy()


# -- shuffled_batches -------------------------------------------------------------------------


def check_both(x: Any, y: Any, batch_size: int) -> int:
    """Check the arguments as it should be, and return n."""
    if batch_size < 1 or len(x) != len(y):
        raise ValueError("batch_size must be at least 1, and x and y of one length")
    return len(x)


def cut(x: Any, y: Any, batch_size: int, order: Any) -> Any:
    """Cut an order into batches, as it should be."""
    starts = range(0, len(order), batch_size)
    return [(x[rows], y[rows]) for rows in (order[start : start + batch_size] for start in starts)]


@mistake(
    "shuffled_batches",
    "the short last batch is dropped: it comes after the n // batch_size full ones",
)
def short_batch_dropped(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    n = check_both(x, y, batch_size)
    order = rng.permutation(n)
    return cut(x, y, batch_size, order[: n // batch_size * batch_size])


@mistake("shuffled_batches", "the short last batch is dropped, except where it is the only one")
def short_batch_dropped_but_not_alone(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    n = check_both(x, y, batch_size)
    order = rng.permutation(n)
    return cut(x, y, batch_size, order[: max(n // batch_size, 1) * batch_size])


@mistake("shuffled_batches", "the last batch starts at the wrong place: too long, with repeats")
def last_batch_from_the_end(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    n = check_both(x, y, batch_size)
    order = rng.permutation(n)
    batches = cut(x, y, batch_size, order)
    if n % batch_size:
        batches[-1] = (x[order[-batch_size:]], y[order[-batch_size:]])
    return batches


@mistake("shuffled_batches", "the short last batch is filled up with samples that came before")
def last_batch_filled_up(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    n = check_both(x, y, batch_size)
    order = rng.permutation(n)
    return cut(x, y, batch_size, np.resize(order, -(-n // batch_size) * batch_size))


@mistake("shuffled_batches", "the rest is appended to the last full batch: it is one of its own")
def rest_in_the_last_batch(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    n = check_both(x, y, batch_size)
    order = rng.permutation(n)
    full = max(n // batch_size, 1)
    chunks = [order[i * batch_size : (i + 1) * batch_size] for i in range(full - 1)]
    chunks.append(order[(full - 1) * batch_size :])
    return [(x[rows], y[rows]) for rows in chunks]


@mistake("shuffled_batches", "the batches are shuffled, not the samples: each is cut from the data")
def only_starts_shuffled(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    n = check_both(x, y, batch_size)
    batches = cut(x, y, batch_size, np.arange(n))
    return [batches[k] for k in rng.permutation(len(batches))]


@mistake("shuffled_batches", "the short batch comes first: it is the last one")
def short_batch_first(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    check_both(x, y, batch_size)
    return cut(x, y, batch_size, rng.permutation(len(x)))[::-1]


@mistake("shuffled_batches", "np.array_split makes batch_size chunks, not chunks of batch_size")
def batch_size_chunks(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    n = check_both(x, y, batch_size)
    chunks = np.array_split(rng.permutation(n), min(batch_size, n))
    return [(x[rows], y[rows]) for rows in chunks]


@mistake("shuffled_batches", "the samples are spread evenly (array_split): full batches come first")
def evenly_split(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    n = check_both(x, y, batch_size)
    chunks = np.array_split(rng.permutation(n), -(-n // batch_size))
    return [(x[rows], y[rows]) for rows in chunks]


@mistake("shuffled_batches", "an empty batch comes last when batch_size divides n")
def empty_batch(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    n = check_both(x, y, batch_size)
    order = rng.permutation(n)
    chunks = [order[i * batch_size : (i + 1) * batch_size] for i in range(n // batch_size + 1)]
    return [(x[rows], y[rows]) for rows in chunks]


@mistake("shuffled_batches", "the first sample never comes: start at 0")
def first_sample_left_out(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    check_both(x, y, batch_size)
    return cut(x, y, batch_size, 1 + rng.permutation(len(x) - 1))


@mistake(
    "shuffled_batches", "one sample of each order is left out: a range or a slice too short by one?"
)
def last_of_the_order_lost(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    check_both(x, y, batch_size)
    return cut(x, y, batch_size, rng.permutation(len(x))[:-1])


@mistake(
    "shuffled_batches",
    "only the first batch comes: does the loop return, where it should yield or append?",
)
def first_batch_only(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    check_both(x, y, batch_size)
    return cut(x, y, batch_size, rng.permutation(len(x)))[:1]


@mistake("shuffled_batches", "only the last batch comes: is the yield, or append, inside the loop?")
def last_batch_only(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    check_both(x, y, batch_size)
    return cut(x, y, batch_size, rng.permutation(len(x)))[-1:]


@mistake("shuffled_batches", "the first batch of each order is left out: begin with it")
def first_batch_left_out(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    check_both(x, y, batch_size)
    return cut(x, y, batch_size, rng.permutation(len(x)))[1:]


@mistake("shuffled_batches", "the last batch is left out, be it full or short: go on up to n")
def last_batch_left_out(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    check_both(x, y, batch_size)
    return cut(x, y, batch_size, rng.permutation(len(x)))[:-1]


@mistake(
    "shuffled_batches",
    "the last full batch is left out, as is a short one after it: go on up to n",
)
def last_full_batch_left_out(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    n = check_both(x, y, batch_size)
    return cut(x, y, batch_size, rng.permutation(n))[: max(n // batch_size - 1, 0)]


@mistake(
    "shuffled_batches", "a last batch of a single sample is left out: go on up to n, not n − 1"
)
def last_batch_of_one_left_out(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    n = check_both(x, y, batch_size)
    batches = cut(x, y, batch_size, rng.permutation(n))
    return [pair for i, pair in enumerate(batches) if i * batch_size < n - 1]


@mistake(
    "shuffled_batches",
    "one pair of arrays is returned, not the pairs (xb, yb) of all batches: yield each of them, or "
    "collect them in a list",
)
def one_pair_returned(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    check_both(x, y, batch_size)
    return cut(x, y, batch_size, rng.permutation(len(x)))[0]


@mistake("shuffled_batches", "the slices overlap: the loop steps by 1, not by batch_size")
def sliding_batches(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    n = check_both(x, y, batch_size)
    order = rng.permutation(n)
    return [(x[order[i : i + batch_size]], y[order[i : i + batch_size]]) for i in range(n)]


@mistake("shuffled_batches", "every batch is drawn anew: cut one permutation into batches")
def batches_drawn_anew(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    n = check_both(x, y, batch_size)
    lengths = [min(batch_size, n - i) for i in range(0, n, batch_size)]
    chunks = [rng.choice(n, size=length, replace=False) for length in lengths]
    return [(x[rows], y[rows]) for rows in chunks]


@mistake(
    "shuffled_batches",
    "rows are drawn with replacement, so that some come twice: use rng.permutation",
)
def rows_with_replacement(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    n = check_both(x, y, batch_size)
    return cut(x, y, batch_size, rng.integers(0, n, size=n))


@mistake("shuffled_batches", "x and y are shuffled separately: use one permutation for both")
def shuffled_separately(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    n = check_both(x, y, batch_size)
    return cut(x[rng.permutation(n)], y[rng.permutation(n)], batch_size, np.arange(n))


@mistake("shuffled_batches", "only x is shuffled: y needs the same order")
def only_x_shuffled(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    n = check_both(x, y, batch_size)
    return cut(x[rng.permutation(n)], y, batch_size, np.arange(n))


@mistake("shuffled_batches", "the samples are not shuffled, or a copy is and the original is cut")
def not_shuffled(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    return cut(x, y, batch_size, np.arange(check_both(x, y, batch_size)))


@mistake("shuffled_batches", "the samples come in reverse, not in a random order")
def reversed_order(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    return cut(x, y, batch_size, np.arange(check_both(x, y, batch_size))[::-1])


@mistake("shuffled_batches", "only the order of the batches is shuffled, not what is in them")
def batch_order_shuffled(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    n = check_both(x, y, batch_size)
    full = n // batch_size
    batches = cut(x, y, batch_size, np.arange(n))
    return [batches[i] for i in rng.permutation(full)] + batches[full:]


@mistake("shuffled_batches", "the samples are shuffled inside each batch, not between batches")
def shuffled_within_batches(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    n = check_both(x, y, batch_size)
    chunks = [i + rng.permutation(min(batch_size, n - i)) for i in range(0, n, batch_size)]
    return [(x[rows], y[rows]) for rows in chunks]


@mistake("shuffled_batches", "the order is only rotated (np.roll): shuffle it")
def rotated(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    n = check_both(x, y, batch_size)
    return cut(x, y, batch_size, np.roll(np.arange(n), rng.integers(n)))


@mistake("shuffled_batches", "only two samples change places: shuffle all of them")
def two_swapped(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    order = np.arange(check_both(x, y, batch_size))
    i, j = rng.integers(len(order), size=2)
    order[i], order[j] = order[j], order[i]
    return cut(x, y, batch_size, order)


@mistake("shuffled_batches", "the first sample stays where it is: shuffle all of them")
def first_sample_stays(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    n = check_both(x, y, batch_size)
    return cut(x, y, batch_size, np.append(0, 1 + rng.permutation(n - 1)))


@mistake("shuffled_batches", "the last sample stays where it is: shuffle all of them")
def last_sample_stays(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    n = check_both(x, y, batch_size)
    return cut(x, y, batch_size, np.append(rng.permutation(n - 1), n - 1))


@mistake("shuffled_batches", "every sample moves (Sattolo's shuffle): i may also swap with itself")
def sattolo(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    order = np.arange(check_both(x, y, batch_size))
    for i in range(len(order) - 1, 0, -1):
        j = rng.integers(0, i)
        order[i], order[j] = order[j], order[i]
    return cut(x, y, batch_size, order)


@mistake("shuffled_batches", "a generator of its own, seeded the same at every call: use rng")
def same_order_at_every_call(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    n = check_both(x, y, batch_size)
    return cut(x, y, batch_size, np.random.default_rng(0).permutation(n))


@mistake("shuffled_batches", "a generator of its own is made, without a seed: use rng")
def own_generator(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    n = check_both(x, y, batch_size)
    return cut(x, y, batch_size, np.random.default_rng().permutation(n))


@mistake("shuffled_batches", "NumPy's global generator is used: use rng")
def global_state(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    return cut(x, y, batch_size, np.random.permutation(check_both(x, y, batch_size)))


@mistake("shuffled_batches", "Python's random module is used: use rng")
def python_random(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    order = list(range(check_both(x, y, batch_size)))
    random.shuffle(order)
    return cut(x, y, batch_size, np.array(order))


@mistake("shuffled_batches", "x and y themselves are shuffled (rng.shuffle): shuffle row numbers")
def arguments_shuffled(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    order = rng.permutation(check_both(x, y, batch_size))
    x[:], y[:] = x[order], y[order]
    return cut(x.copy(), y.copy(), batch_size, np.arange(len(x)))


@mistake("shuffled_batches", "nothing is raised for a batch_size below 1: raise ValueError")
def size_unchecked(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    if len(x) != len(y):
        raise ValueError("x and y must have one length")
    order = rng.permutation(len(x))
    return cut(x, y, batch_size, order) if batch_size else []


@mistake("shuffled_batches", "nothing is raised when x and y differ in length: raise ValueError")
def lengths_unchecked(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    if batch_size < 1:
        raise ValueError("batch_size must be at least 1")
    order = rng.permutation(min(len(x), len(y)))
    return cut(x, y, batch_size, order)


@mistake("shuffled_batches", "a batch_size below 0 gives no batches: raise ValueError below 1")
def negative_size_unchecked(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    if len(x) != len(y):
        raise ValueError("x and y must have one length")
    return cut(x, y, batch_size, rng.permutation(len(x)))


@mistake("shuffled_batches", "the lengths of x and y are not compared: raise ValueError")
def lengths_left_to_the_index(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    if batch_size < 1:
        raise ValueError("batch_size must be at least 1")
    return cut(x, y, batch_size, rng.permutation(len(x)))


@mistake(
    "shuffled_batches",
    "no argument is checked: raise ValueError for batch_size below 1, and when x and y differ in "
    "length",
)
def all_left_to_numpy(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    return cut(x, y, batch_size, rng.permutation(len(x)))


@mistake(
    "shuffled_batches",
    "nothing is raised for wrong arguments: raise ValueError for batch_size below 1, and when x "
    "and y differ in length",
)
def nothing_checked(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    order = rng.permutation(min(len(x), len(y)))
    return cut(x, y, batch_size, order) if batch_size else []


@mistake("shuffled_batches", "a batch_size above n is refused: it gives one batch of n")
def large_size_refused(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    if batch_size > len(x):
        raise ValueError("batch_size must not be above n")
    return cut(x, y, batch_size, rng.permutation(check_both(x, y, batch_size)))


@mistake(
    "shuffled_batches",
    "xb is flat, shape (m,): keep the shape (m, 1) in each batch, that of yb, too",
)
def flat_batches(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    order = rng.permutation(check_both(x, y, batch_size))
    return cut(x.ravel(), y.ravel(), batch_size, order)


@mistake("shuffled_batches", "the batches are (yb, xb): x comes first")
def y_before_x(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    return cut(y, x, batch_size, rng.permutation(check_both(x, y, batch_size)))


@mistake("shuffled_batches", "the batches hold row numbers: use them to index x and y")
def numbers_of_rows(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    order = rng.permutation(check_both(x, y, batch_size)).astype(float).reshape(-1, 1)
    return cut(order, order, batch_size, np.arange(len(x)))


@mistake("shuffled_batches", "the same epoch comes twice, or the loop never ends")
def two_epochs(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    return 2 * cut(x, y, batch_size, rng.permutation(check_both(x, y, batch_size)))
