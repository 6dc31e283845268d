"""Right ways to write `sample_batch` and `shuffled_batches`."""

import copy
import itertools
import random
from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np

from solution.checks.styles.catalogue import right

# -- sample_batch -----------------------------------------------------------------------------


class BatchSizeError(ValueError):
    """One's own kind of `ValueError`."""


def must_fit(batch_size: int, n: int) -> None:
    if not 0 < batch_size <= n:
        raise BatchSizeError(f"batch_size is {batch_size}, not from 1 to {n}")


@right("sample_batch")
def beginning_of_a_permutation(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    if batch_size < 1 or batch_size > len(x):
        raise ValueError("no such batch")
    rows = rng.permutation(len(x))[:batch_size]
    return x[rows], y[rows]


@right("sample_batch")
def smallest_of_random_keys(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    must_fit(batch_size, len(x))
    rows = np.argsort(rng.random(len(x)))[:batch_size]
    return x[rows], y[rows]


@right("sample_batch")
def swaps_of_fisher_and_yates(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    must_fit(batch_size, len(x))
    rows = list(range(len(x)))
    for k in range(batch_size):
        other = int(rng.integers(k, len(x)))
        rows[k], rows[other] = rows[other], rows[k]
    rows = rows[:batch_size]
    return x[rows], y[rows]


@right("sample_batch")
def rows_of_one_table(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    must_fit(batch_size, len(x))
    table = rng.choice(np.hstack([x, y]), batch_size, replace=False)
    return table[:, :1], table[:, 1:]


@right("sample_batch")
def rows_in_their_order(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    must_fit(batch_size, len(x))
    rows = np.sort(rng.choice(len(x), batch_size, replace=False, shuffle=False))
    return x[rows], y[rows]


@right("sample_batch")
def draws_until_there_are_enough(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    must_fit(batch_size, len(x))
    rows: set[int] = set()
    while len(rows) < batch_size:
        rows.add(int(rng.integers(len(x))))
    return x.take(sorted(rows), axis=0), y.take(sorted(rows), axis=0)


@right("sample_batch")
def reservoir(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    must_fit(batch_size, len(x))
    rows = list(range(batch_size))
    for i in range(batch_size, len(x)):
        place = rng.integers(i + 1)
        if place < batch_size:
            rows[place] = i
    return x[rows], y[rows]


@right("sample_batch")
def mask_of_the_chosen(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    must_fit(batch_size, len(x))
    chosen = np.zeros(len(x), dtype=bool)
    chosen[rng.choice(len(x), batch_size, replace=False)] = True
    return x[chosen], y[chosen]


@right("sample_batch")
def pairs_taken_from_a_list(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    must_fit(batch_size, len(x))
    pairs = list(zip(x, y, strict=True))
    taken = [pairs.pop(rng.integers(len(pairs))) for _ in range(batch_size)]
    return [np.array(column) for column in zip(*taken, strict=True)]


@right("sample_batch")
def one_of_all_combinations(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    must_fit(batch_size, len(x))
    rows = list(rng.permutation(len(x))[:batch_size])
    if len(x) < 12:
        combinations = list(itertools.combinations(range(len(x)), batch_size))
        rows = list(combinations[rng.integers(len(combinations))])
    return x[rows], y[rows]


@right("sample_batch")
def pythons_sample_seeded_from_rng(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    must_fit(batch_size, len(x))
    rows = random.Random(int(rng.integers(2**63))).sample(range(len(x)), batch_size)
    return iter((x[rows], y[rows]))


@right("sample_batch")
def errors_left_to_numpy(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    if batch_size == 0:
        raise ValueError("an empty batch")
    rows = rng.choice(len(x), batch_size, replace=False)
    return x[rows], y[rows]


# -- shuffled_batches -------------------------------------------------------------------------


def must_match(x: Any, y: Any, batch_size: int) -> None:
    if batch_size < 1 or len(x) != len(y):
        raise ValueError("batch_size, x or y")


@right("shuffled_batches")
def list_of_batches(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    must_match(x, y, batch_size)
    order = rng.permutation(len(x))
    batches = [order[i : i + batch_size] for i in range(0, len(x), batch_size)]
    return [(x[rows], y[rows]) for rows in batches]


@right("shuffled_batches")
def slices_of_shuffled_copies(x: Any, y: Any, batch_size: Any, rng: Any) -> Iterator[Any]:
    must_match(x, y, batch_size)
    order = rng.permutation(len(x))
    x, y = x[order], y[order]
    for i in range(0, len(x), batch_size):
        yield x[i : i + batch_size], y[i : i + batch_size]


@right("shuffled_batches")
def splits_of_shuffled_rows(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    must_match(x, y, batch_size)
    order = np.arange(len(x))
    rng.shuffle(order)
    return ((x[r], y[r]) for r in np.split(order, range(batch_size, len(x), batch_size)))


@right("shuffled_batches")
def array_of_pairs(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    must_match(x, y, batch_size)
    order = rng.permutation(len(x))
    batches = np.empty(-(-len(x) // batch_size), dtype=object)
    for k in range(len(batches)):
        rows = order[k * batch_size : (k + 1) * batch_size]
        batches[k] = x[rows], y[rows]
    return batches


@right("shuffled_batches")
def array_of_two_columns(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    must_match(x, y, batch_size)
    order = rng.permutation(len(x))
    batches = np.empty((-(-len(x) // batch_size), 2), dtype=object)
    for k in range(len(batches)):
        rows = order[k * batch_size : (k + 1) * batch_size]
        batches[k, 0], batches[k, 1] = x[rows], y[rows]
    return batches


class Epoch:
    """Batches that are made when they are asked for, by number."""

    def __init__(self, x: Any, y: Any, batch_size: int, order: Any) -> None:
        self.x, self.y, self.batch_size, self.order = x, y, batch_size, order

    def __getitem__(self, index: int) -> Any:
        rows = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        if not len(rows):
            raise IndexError(index)
        return self.x[rows], self.y[rows]


@right("shuffled_batches")
def class_with_getitem(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    must_match(x, y, batch_size)
    return Epoch(x, y, batch_size, rng.permutation(len(x)))


class Rest:
    """An iterator that takes each batch from what is left."""

    def __init__(self, x: Any, y: Any, batch_size: int, rng: Any) -> None:
        self.x, self.y, self.batch_size = x, y, batch_size
        self.left = list(rng.permutation(len(x)))

    def __iter__(self) -> "Rest":
        return self

    def __next__(self) -> Any:
        if not self.left:
            raise StopIteration
        rows, self.left = self.left[: self.batch_size], self.left[self.batch_size :]
        return [self.x[rows], self.y[rows]]


@right("shuffled_batches")
def class_with_next(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    must_match(x, y, batch_size)
    return Rest(x, y, batch_size, rng)


@right("shuffled_batches")
def late_errors_and_drawn_rows(x: Any, y: Any, batch_size: Any, rng: Any) -> Iterator[Any]:
    must_match(x, y, batch_size)
    rows = list(range(len(x)))
    while rows:
        count = min(batch_size, len(rows))
        batch = [rows.pop(int(rng.integers(len(rows)))) for _ in range(count)]
        yield x[batch], y[batch]


@right("shuffled_batches")
def queue_of_rows(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    must_match(x, y, batch_size)
    rows = deque(rng.permutation(len(x)).tolist())
    batches = []
    while rows:
        batch = [rows.popleft() for _ in range(min(batch_size, len(rows)))]
        batches.append([x[batch], y[batch]])
    return tuple(batches)


@right("shuffled_batches")
def swaps_from_the_end(x: Any, y: Any, batch_size: Any, rng: Any) -> Iterator[Any]:
    must_match(x, y, batch_size)
    order = list(range(len(x)))
    for i in range(len(order) - 1, 0, -1):
        other = rng.integers(0, i, endpoint=True)
        order[i], order[other] = order[other], order[i]
    start = 0
    while start < len(order):
        rows = order[start : start + batch_size]
        yield x[rows], y[rows]
        start += batch_size


@right("shuffled_batches")
def order_of_normal_keys(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    must_match(x, y, batch_size)
    order = rng.standard_normal(len(x)).argsort()
    starts = range(0, len(x), batch_size)
    batches = (order[i : i + batch_size] for i in starts)
    return map(lambda rows: (x[rows], y[rows]), batches)  # noqa: C417, a map is the style


@right("shuffled_batches")
def x_and_y_by_equal_generators(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    must_match(x, y, batch_size)
    twin = copy.deepcopy(rng)
    xs, ys = rng.permutation(x), twin.permutation(y)
    return [(xs[i : i + batch_size], ys[i : i + batch_size]) for i in range(0, len(x), batch_size)]


@right("shuffled_batches")
def one_shuffled_table(x: Any, y: Any, batch_size: Any, rng: Any) -> Iterator[Any]:
    must_match(x, y, batch_size)
    table = np.hstack((x, y))
    rng.shuffle(table)
    for i in range(0, len(table), batch_size):
        yield table[i : i + batch_size, [0]], table[i : i + batch_size, [1]]


@right("shuffled_batches")
def pairs_collected_one_by_one(x: Any, y: Any, batch_size: Any, rng: Any) -> Iterator[Any]:
    must_match(x, y, batch_size)
    pairs = [(float(p), float(q)) for p, q in zip(x[:, 0], y[:, 0], strict=True)]
    rng.shuffle(pairs)
    batch: list[tuple[float, float]] = []
    for number, pair in enumerate(pairs, start=1):
        batch.append(pair)
        if len(batch) == batch_size or number == len(pairs):
            yield np.array([[p] for p, _ in batch]), np.array([[q] for _, q in batch])
            batch = []


@right("shuffled_batches")
def slices_of_an_iterator(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    must_match(x, y, batch_size)
    rows = iter(rng.choice(len(x), len(x), replace=False))
    return ((x[r], y[r]) for r in iter(lambda: list(itertools.islice(rows, batch_size)), []))


@right("shuffled_batches")
def rows_sorted_within_each_batch(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    must_match(x, y, batch_size)
    order = rng.permutation(len(x))
    batches = (np.sort(order[i : i + batch_size]) for i in range(0, len(x), batch_size))
    return [(x[rows], y[rows]) for rows in batches]
