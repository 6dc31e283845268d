"""What the tests of the batches share. The samples are tagged: x = 0, 1, 2, …, y = x + 1000."""

import functools
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np

from tests.judge.answers import Answer, Rejecting
from tests.judge.boundary import Subject
from tests.judge.oracles import all_epochs, in_order, sizes
from tests.judge.showing import show, show_rows
from tests.judge.statistics import standard_error, uneven_cell
from tests.judge.verdicts import Code, Finding, Halted, Value, Wrong, finding
from tests.judged.values import Array, Seed

MOST_REPEATS = 100
MORE_CALLS = 40  # a sample that moves is in the same batch in all of them once in 10¹² cases

# Of which epochs the batches are looked at where some are missing, and what is missing where these
# lengths are left
EPOCHS = ((7, 2), (6, 2), (8, 3))
LEFT: dict[str, list[list[int]]] = {
    "all": [[], [], []],
    "short": [[2, 2, 2], [2, 2, 2], [3, 3]],
    "last": [[2, 2, 2], [2, 2], [3, 3]],
    "last two": [[2, 2], [2, 2], [3]],
    "all but first": [[2], [2], [3]],
    "first": [[2, 2, 1], [2, 2], [3, 2]],
}

Batches = tuple[tuple[int, ...], ...]  # which samples are in which batch, the order in it left out


def tagged(n: int) -> dict[str, Any]:
    """Return samples that can be told apart: x counts from 0, y from 1000."""
    x = np.arange(float(n)).reshape(n, 1)
    return {"x": x, "y": x + 1000.0}


@functools.cache
def tags(n: int) -> frozenset[float]:
    """Return what x may be."""
    return frozenset(map(float, range(n)))


def rows_of(answer: Answer, xb: Array, yb: Array, n: int) -> list[int]:
    """Return which of n tagged samples a batch holds, x and y still paired."""
    if len(xb) != len(yb):
        answer.fail("lengths differ", x=len(xb), y=len(yb))
    if len(xb) > MOST_REPEATS * n:  # it would take long to look at them
        answer.fail("too many rows", count=len(xb), n=n)
    xs, ys = xb[:, 0].tolist(), yb[:, 0].tolist()
    right = tags(n).issuperset(xs) and ys == [x + 1000 for x in xs]  # faster than one by one
    for x, y in () if right else zip(xs, ys, strict=True):
        if x not in tags(n) or y - 1000 not in tags(n):
            answer.fail("foreign", x=x, y=y)
        if y != x + 1000:
            answer.fail("unpaired", x=x, y=y, right=x + 1000)
    return [int(x) for x in xs]


def must_hold_one_batch(answer: Answer, value: Any = None) -> Batches:
    """Demand `batch_size` distinct samples, of one call or of each."""
    xb, yb = answer.value if value is None else value
    n, size = len(answer.values["x"]), answer.values["batch_size"]
    rows = rows_of(answer, xb, yb, n)
    if len(rows) != size:
        answer.fail("batch length", count=len(rows), right=size)
    if len(set(rows)) != size:
        answer.fail("repeated", right=size)
    return (tuple(sorted(rows)),)


def must_hold_one_epoch(answer: Answer, value: Any = None) -> Batches:
    """Demand every sample once, in batches of the right sizes."""
    n, batch_size = len(answer.values["x"]), answer.values["batch_size"]
    batches = answer.value if value is None else value
    rows = [rows_of(answer, xb, yb, n) for xb, yb in batches]
    seen = [row for batch in rows for row in batch]
    if [len(batch) for batch in rows] != sizes(n, batch_size) or len(set(seen)) != n:
        fail_on_epoch(answer, [len(batch) for batch in rows], seen)
    return tuple(tuple(sorted(batch)) for batch in rows)


def fail_on_epoch(answer: Answer, lengths: list[int], seen: list[int]) -> NoReturn:
    """Say what is wrong with an epoch that holds these samples."""
    n, batch_size = len(answer.values["x"]), answer.values["batch_size"]
    right = sizes(n, batch_size)
    missing, repeated = n - len(set(seen)), sum(often > 1 for often in Counter(seen).values())
    if repeated:
        answer.fail("samples repeated", repeated=repeated, missing=missing, right=right)
    if missing:
        place = what_is_missing(answer.subject)
        fail_on_order(answer, "samples missing", place=place, missing=missing, n=n, right=right)
    if 0 in lengths:
        answer.fail("empty batch", right=right)
    answer.fail("batch sizes", sizes=lengths, right=right)


def batches_of(answer: Answer, value: Any = None) -> Batches:
    """Demand what the function must always give, and return which samples are in which batch."""
    single = answer.subject.function.name == "sample_batch"
    return (must_hold_one_batch if single else must_hold_one_epoch)(answer, value)


def calls_of(subject: Subject, n: int, batch_size: int, times: int) -> tuple[Answer, list[Batches]]:
    """Call a function again and again with one generator."""
    answer = subject(**tagged(n), batch_size=batch_size, rng=Seed(0), times=times)
    return answer, [batches_of(answer, value) for value in answer.value]


# -- what is so at every call -------------------------------------------------------------------


def lengths_of(subject: Rejecting, n: int, batch_size: int) -> list[int]:
    """Return the lengths of the batches of an epoch, none if it has not the form of one."""
    try:
        answer = subject(**tagged(n), batch_size=batch_size, rng=Seed(0))
    except (Wrong, Halted):
        return []
    return [len(xb) for xb, _ in answer.value]


def what_is_missing(subject: Rejecting) -> str:
    """Say which batches are missing, or how many samples, if that is so in all epochs."""
    left = [lengths_of(subject, n, batch_size) for n, batch_size in EPOCHS]
    if all(sum(lengths) == n - 1 for lengths, (n, _) in zip(left, EPOCHS, strict=True)):
        return "one"
    return next((place for place, lengths in LEFT.items() if lengths == left), "some")


def fixed_samples(subject: Rejecting) -> tuple[list[Finding], Answer | None]:
    """Say of the first and of the last sample what is so in many calls, and in which ones.

    Nothing if a sample in the middle does not move either: the whole order is fixed then.
    """
    known: list[list[Finding]] = []
    answer = None
    for n in (6, 5):
        try:
            answer = subject(**tagged(n), batch_size=2, rng=Seed(0), times=MORE_CALLS)
        except (Wrong, Halted):
            return [], None
        single = subject.function.name == "sample_batch"
        epochs = [[value] if single else value for value in answer.value]
        if place_of(2, epochs, single):
            return [], None
        places = {"first": place_of(0, epochs, single), "last": place_of(n - 1, epochs, single)}
        known.append(
            [
                finding("fixed sample", sample=sample, place=place, calls=MORE_CALLS)
                for sample, place in places.items()
                if place
            ]
        )
    return known[0] if known[0] == known[1] else [], answer


def place_of(row: int, epochs: list[Any], single: bool) -> str:
    """Return in which batch a sample is in each of many epochs, "" if that is not always so."""
    found = {tuple(k for k, (xb, _) in enumerate(e) if row in xb[:, 0]) for e in epochs}
    if len(found) > 1 or len({len(epoch) for epoch in epochs}) > 1:
        return ""
    (places,) = found
    last = len(epochs[0]) - 1
    named = {(): "never", (last,): "last batch", (0,): "every batch" if single else "first batch"}
    return named.get(places, "")


def fail_on_order(answer: Answer, code: Code, **values: Value) -> NoReturn:
    """Raise the verdict that a sample is always in the same place, if one is, or else this one."""
    fixed, calls = fixed_samples(answer.subject)
    if fixed and calls:
        calls.fail_with(*fixed)
    answer.fail(code, **values)


# -- randomness -------------------------------------------------------------------------------


def must_not_all_be_equal(subject: Subject, n: int, batch_size: int, times: int) -> None:
    """Demand that calls with one generator differ, and generators of different seeds, too.

    Equal results come by chance, too: the caller says how rarely.
    """
    answer, results = calls_of(subject, n, batch_size, times)
    single = subject.function.name == "sample_batch"
    what = "batch" if single else "order"
    if len(set(results)) == 1:
        unshuffled = tuple(tuple(rows) for rows in in_order(n, batch_size, 1)[0])
        as_data = results[0] == (unshuffled[:1] if single else unshuffled)
        if not as_data:
            must_draw(subject, n, batch_size, times)
        code = finding(
            "never shuffled" if as_data else "always the same",
            what=what,
            times=times,
            batches=show_rows(results[0]),
        )
        answer.fail_with(code)
    options = {**tagged(n), "batch_size": batch_size, "global_seed": 0}
    fresh = [subject(rng=Seed(seed), **options) for seed in range(times)]
    if len({batches_of(answer) for answer in fresh}) == 1:
        fresh[-1].fail("seeds alike", what=what, seeds=times)


def must_draw(subject: Subject, n: int, batch_size: int, times: int) -> None:
    """Demand that calls which all give the same leave their generator in another state."""
    subject(**tagged(n), batch_size=batch_size, rng=Seed(0), times=times, draws=True)


def must_be_evenly_likely(subject: Subject, n: int, batch_size: int, times: int) -> None:
    """Every set, or every way to split the samples, comes equally often in `times` calls."""
    single = subject.function.name == "sample_batch"
    ways = {
        tuple(tuple(sorted(batch)) for batch in (way[:1] if single else way)): 0
        for way in all_epochs(n, batch_size)
    }
    answer, results = calls_of(subject, n, batch_size, times)
    for result in results:
        ways[result] += 1
    cell = uneven_cell(np.array([*ways.values()]))
    if cell is not None:
        way = [*ways][cell]
        fail_on_order(
            answer,
            "uneven ways",
            what="set" if single else "order",
            of=batch_size if single else n,
            way=show_rows(way),
            count=ways[way],
            even=times / len(ways),
            times=times,
            ways=len(ways),
        )


def must_be_random(subject: Subject, n: int, batch_size: int, rng: Seed) -> None:
    """Demand, at any size, results that are not all equal, and rows from all over the data.

    There are n ways or more, so that as many calls give the same result once in 10¹⁰ cases.
    """
    if batch_size >= n:
        return
    calls = 1 + math.ceil(23 / math.log(n))
    answer = subject(**tagged(n), batch_size=batch_size, rng=rng, times=calls)
    results = [batches_of(answer, value) for value in answer.value]
    single = subject.function.name == "sample_batch"
    small = (4, 2, 500) if single else (5, 2, 750)
    if len(set(results)) == 1:
        must_be_evenly_likely(subject, *small)
        must_draw(subject, n, batch_size, calls)
        what = "batch" if single else "order"
        fail_on_order(answer, "always the same", what=what, times=calls, batches=f"<{n} samples>")
    rows = np.array([np.mean(batches[0]) for batches in results])
    variance = (n + 1) * (n - batch_size) / (12 * batch_size)
    try:
        must_be_usual(answer, "mean row", rows, (n - 1) / 2, variance)
    except Wrong:  # which sizes are drawn is chance: few samples say it more simply, if they do
        must_be_evenly_likely(subject, *small)
        raise


def must_mix(subject: Subject, n: int, batch_size: int, calls: int) -> None:
    """Each of many samples is equally likely everywhere, and each call independent of the last.

    The statistics of independent calls are compared with those of a random order: exact means and
    variances of sampling without replacement.
    """
    size, rest = batch_size, n - batch_size
    answer, results = calls_of(subject, n, size, calls)
    inside = np.zeros((calls, len(results[0]), n))
    np.put_along_axis(inside, np.array(results), 1, axis=2)
    different = len(set(results))
    if different < calls:  # two equal ones do not come by chance (1 in 10¹⁰⁰)
        fail_on_order(answer, "few results", different=different, calls=calls, n=n)
    must_be_everywhere_alike(answer, inside.sum(axis=0), calls)
    first = inside[:, 0]
    must_be_usual(
        *(answer, "again", (first[1:] * first[:-1]).sum(axis=1)),
        *(size**2 / n, size**2 * rest**2 / (n**2 * (n - 1))),
    )
    pairs = size * (size - 1)
    must_be_usual(
        *(answer, "neighbours together", (first[:, 1:] * first[:, :-1]).sum(axis=1)),
        *(pairs / n, pairs * rest * (rest + 1) / (n**2 * (n - 1))),
    )
    must_be_usual(
        *(answer, "mean row", first @ np.arange(n) / size),
        *((n - 1) / 2, (n + 1) * rest / (12 * size)),
    )
    places = inside.shape[1]
    if places > 1:
        own = np.repeat(np.arange(places), size)
        stay = inside[:, own, np.arange(n)].sum(axis=1)
        # of a table whose margins are given
        must_be_usual(answer, "stay", stay, size, size**2 * (places - 1) / (n - 1))


def must_be_everywhere_alike(answer: Answer, table: Array, calls: int) -> None:
    """Demand that each sample comes to each batch equally often."""
    places, n = table.shape
    share = table[0].mean() / calls
    # of one batch, its samples are dependent: scaled, the statistic has n - 1 degrees of freedom
    cell = uneven_cell(table, (n - 1) / n / (1 - share) if places == 1 else 1.0)
    if cell is not None:
        place, row = divmod(cell, n)
        fail_on_order(
            answer,
            "uneven samples",
            row=float(row),
            place=place + 1 if places > 1 else 0,
            count=int(table[place, row]),
            even=float(table.mean()),
            calls=calls,
        )


def must_be_usual(
    answer: Answer, statistic: str, values: Array, mean: float, variance: float
) -> None:
    """Demand the mean of uncorrelated values, give or take `SIGMAS` standard errors."""
    found, allowed = float(np.mean(values)), standard_error(variance, len(values))
    if not abs(found - mean) <= allowed:
        facts = {"found": found, "right": mean, "allowed": allowed, "calls": len(values)}
        fail_on_order(answer, "not random", statistic=statistic, **facts)


def must_break_every_order(subject: Subject, n: int, calls: int) -> None:
    """Neighbours come in either order: as often ascending as descending.

    In an order of n samples there are (n − 1)/2 ascents, with a variance of (n + 1)/12.
    """
    answer, results = calls_of(subject, n, 1, calls)
    orders = np.array(results)[:, :, 0]
    for statistic, found in (("ascents", orders), ("kept", orders.argsort(axis=1))):
        ascents = (np.diff(found, axis=1) > 0).sum(axis=1)
        must_be_usual(answer, statistic, ascents, (n - 1) / 2, (n + 1) / 12)


def must_keep_the_pairs(answer: Answer) -> None:
    """Demand all samples themselves, each as often as it is there, of several calls."""
    x, y = answer.values["x"], answer.values["y"]
    pairs = pairs_of([(x, y)])
    for value in answer.value:
        found = pairs_of(value if isinstance(value, list) else [value])
        if found == pairs:
            continue
        wrong = [pair for pair, often in Counter(found).items() if often > pairs.count(pair)]
        values = {"xs": show(x), "ys": show(y), "pairs": show(found[:MOST_REPEATS])}
        if wrong:
            answer.fail("lost", x=wrong[0][0], y=wrong[0][1], **values)
        answer.fail("all lost", **values)


def pairs_of(batches: Sequence[tuple[Array, Array]]) -> list[tuple[float, float]]:
    return sorted(
        pair
        for xb, yb in batches
        for pair in zip(xb[:, 0].tolist(), yb[:, 0].tolist(), strict=False)
    )
