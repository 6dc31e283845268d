"""Laws of `sample_batch` and `shuffled_batches`, on samples that can be told apart."""

import functools
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from tests import oracles
from tests.boundary import Answer, Subject, once
from tests.probes import Seed
from tests.wording import Array, count, enumerate_words, show


def tagged(n: int) -> dict[str, Any]:
    """Return samples that can be told apart: x counts from 0, y from 1000."""
    x = np.arange(float(n)).reshape(n, 1)
    return {"x": x, "y": x + 1000.0}


@functools.cache
def tags(n: int) -> frozenset[float]:
    """Return what x may be."""
    return frozenset(map(float, range(n)))


MOST_REPEATS = 100


def rows_of(answer: Answer, xb: Array, yb: Array, n: int) -> list[int]:
    """Return which tagged samples a batch holds."""
    if len(xb) != len(yb):
        answer.fail(
            f"a batch has {count(len(xb), 'row')} of x and {len(yb)} of y",
            "x and y of one length in each batch",
        )
    if len(xb) > MOST_REPEATS * n:  # it would take long to look at them
        answer.fail(f"a batch has {len(xb)} rows, of {count(n, 'sample')}", "each sample once")
    xs, ys = xb[:, 0].tolist(), yb[:, 0].tolist()
    right = tags(n).issuperset(xs) and ys == [x + 1000 for x in xs]  # faster than one by one
    for x, y in () if right else zip(xs, ys, strict=True):
        if x not in tags(n) or y - 1000 not in tags(n):
            answer.fail(
                f"a batch holds x={x}, y={y}, which is not in the data",
                "samples of the data only",
            )
        if y != x + 1000:
            answer.fail(
                f"x and y are no longer paired: x={x} comes with y={y}",
                f"y={x + 1000} with x={x}",
            )
    return [int(x) for x in xs]


def must_be_one_epoch(
    answer: Answer, batches: Sequence[tuple[Array, Array]], n: int, batch_size: int
) -> list[list[int]]:
    """Demand every sample once, in batches of the right sizes; return which batch has which."""
    rows = [rows_of(answer, xb, yb, n) for xb, yb in batches]
    seen = [row for batch in rows for row in batch]
    right = oracles.sizes(n, batch_size)
    expected = f"batches of {enumerate_words([str(s) for s in right])}: each sample once"
    lengths = [len(batch) for batch in rows]
    missing, repeats = n - len(set(seen)), len(seen) - len(set(seen))
    if missing and not repeats:
        rest = n % batch_size
        short = "the short last batch is missing: " if lengths == right[:-1] and rest else ""
        never = "never comes" if missing == 1 else "never come"
        answer.fail(f"{short}{missing} of {count(n, 'sample')} {never}", expected)
    if repeats:
        also = f", {missing} never" if missing else ""
        answer.fail(f"in one epoch {repeats_text(seen)} more than once{also}", expected)
    if 0 in lengths:
        answer.fail("gives an empty batch", expected)
    if lengths != right:
        answer.fail(f"the batches have the sizes {lengths}, not {right}", expected)
    return rows


def repeats_text(seen: list[int]) -> str:
    number = sum(often > 1 for often in Counter(seen).values())
    return "a sample comes" if number == 1 else f"{number} samples come"


def must_give_one_epoch(subject: Subject, n: int, batch_size: int) -> None:
    """Demand every sample once, in batches of the right sizes, of one call."""
    answer = subject(**tagged(n), batch_size=batch_size, rng=Seed(0))
    must_be_one_epoch(answer, answer.value, n, batch_size)


def must_draw_from_rng_alone(subject: Subject, n: int, batch_size: int, seed: int) -> None:
    """Equal generators give equal batches, whatever Python's and NumPy's global ones do.

    10 calls each, so that other draws are not equal by chance: for 6 samples in batches of 3
    that happens once in 20¹⁰ = 10¹³ runs.
    """
    values = {**tagged(n), "batch_size": batch_size, "rng": Seed(seed), "times": 10}
    first, again = (subject(**values, stir=turn, watch=True) for turn in (1, 2))
    if not same_batches(first.value, again.value):
        again.fail(
            "two equal generators rng give different batches: the order comes from elsewhere",
            first.got,
        )


def same_batches(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other)
    return len(one) == len(other) and all(map(same_batches, one, other))


@once
def must_be_new_each_time(subject: Subject) -> None:
    """Demand that calls with one generator differ, and generators of different seeds, too.

    6 samples in batches of 2 can be split in 90 ways: 7 equal splits in a row come by chance
    once in 90⁶ = 5·10¹¹ runs.
    """
    n, batch_size = 6, 2
    single = subject.function == "sample_batch"
    if single:  # 20 sets of 3: 7 equal ones come once in 20⁶ = 6·10⁷ runs, 9 once in 3·10¹⁰
        batch_size = 3
    times = 9 if single else 7
    answer = subject(**tagged(n), batch_size=batch_size, rng=Seed(0), times=times)
    what = "batch" if single else "order"
    results = [frozen(answer, value, n, batch_size) for value in answer.value]
    if len(set(results)) == 1:
        unshuffled = tuple(tuple(b) for b in oracles.in_order(n, batch_size, 1)[0])
        if results[0] == (unshuffled[:1] if single else unshuffled):
            happened = (
                "the batches hold the same samples at every call, cut from the data in its order"
            )
        else:
            happened = f"every call gives the same {what}, though rng goes on"
        answer.fail(
            happened, f"another {what} at each call", f"{times} times {show_rows(results[0])}"
        )
    fresh = [
        subject(**tagged(n), batch_size=batch_size, rng=Seed(seed), stir=0) for seed in range(times)
    ]
    results = [frozen(a, a.value, n, batch_size) for a in fresh]
    if len(set(results)) == 1:
        fresh[-1].fail(
            f"generators rng of {times} different seeds all give the same {what}",
            f"another {what} for another seed",
        )


def show_rows(batches: Sequence[Sequence[int]]) -> str:
    return " ".join("x=" + str([float(row) for row in batch]) for batch in batches)


def frozen(answer: Answer, value: Any, n: int, batch_size: int) -> tuple[tuple[int, ...], ...]:
    """Return which samples are in which batch, the order within a batch left aside."""
    if answer.function == "sample_batch":
        return (tuple(sorted(must_be_one_batch(answer, value, n, batch_size))),)
    epochs = must_be_one_epoch(answer, value, n, batch_size)
    return tuple(tuple(sorted(rows)) for rows in epochs)


def must_be_one_batch(
    answer: Answer, batch: tuple[Array, Array], n: int, batch_size: int
) -> list[int]:
    """Demand `batch_size` distinct samples."""
    rows = rows_of(answer, *batch, n)
    expected = f"{count(batch_size, 'different sample')}"
    if len(rows) != batch_size:
        answer.fail(f"the batch has {count(len(rows), 'sample')}, not {batch_size}", expected)
    if len(set(rows)) != batch_size:
        answer.fail("the same sample is drawn more than once", expected)
    return rows


@once
def must_be_evenly_likely(subject: Subject, n: int, batch_size: int, times: int = 750) -> None:
    """Every set, or every way to split the samples, comes equally often in `times` calls."""
    single = subject.function == "sample_batch"
    ways = {
        tuple(tuple(sorted(batch)) for batch in (way[:1] if single else way)): 0
        for way in oracles.all_epochs(n, batch_size)
    }
    answer = subject(**tagged(n), batch_size=batch_size, rng=Seed(0), times=times)
    for value in answer.value:
        ways[frozen(answer, value, n, batch_size)] += 1
    even = times / len(ways)
    statistic = sum((number - even) ** 2 for number in ways.values()) / even
    if statistic > oracles.largest_chi_square(len(ways)):
        way = max(ways, key=lambda w: abs(ways[w] - even))
        often = "never" if ways[way] == 0 else f"{ways[way]} times"
        if single:
            what = f"not every set of {batch_size} is equally likely"
        else:
            what = f"not every order of {n} samples is equally likely"
        answer.fail(
            f"{what}: in {times} calls {show_rows(way)} comes {often}, not about {even:.0f} times",
            f"about {even:.0f} times each of the {len(ways)} ways",
            f"{show_rows(way)} {often}",
        )


MANY, CALLS = 200, 300  # samples and calls, for what shows in large numbers only


@once
def must_mix_many_samples(subject: Subject) -> None:
    """Each of many samples is equally likely everywhere, and each call independent of the last.

    The statistics of `CALLS` independent calls are compared with those of a random order: exact
    means and variances of sampling without replacement.
    """
    single = subject.function == "sample_batch"
    size = MANY // 2 if single else MANY // 10
    values = {**tagged(MANY), "batch_size": size, "rng": Seed(0)}
    answer = subject(**values, times=CALLS)
    calls = [frozen(answer, value, MANY, size) for value in answer.value]
    places = 1 if single else MANY // size
    inside = np.zeros((CALLS, places, MANY))
    for turn, batches in enumerate(calls):
        for place, batch in enumerate(batches):
            inside[turn, place, list(batch)] = 1
    must_not_come_twice(answer, calls)
    must_be_everywhere_alike(answer, inside.sum(axis=0), size)
    first = inside[:, 0]
    share = size / MANY
    spread = size**2 * (MANY - size) ** 2 / (MANY**2 * (MANY - 1))
    must_be_usual(
        answer,
        (first[1:] * first[:-1]).sum(axis=1),
        size * share,
        spread,
        "of the samples in a batch are in the same batch of the next call",
    )
    runs = size * (size - 1) * (MANY - size) * (MANY - size + 1) / (MANY**2 * (MANY - 1))
    must_be_usual(
        answer,
        (first[:, 1:] * first[:, :-1]).sum(axis=1),
        size * (size - 1) / MANY,
        runs,
        "pairs of neighbours in the data are together in a batch",
    )
    index = np.arange(MANY) - (MANY - 1) / 2
    must_be_usual(
        answer,
        first @ index / size + (MANY - 1) / 2,
        (MANY - 1) / 2,
        (MANY + 1) * (MANY - size) / (12 * size),
        "is the mean row of a batch",
    )
    if not single:
        own = np.repeat(np.arange(places), size)
        stay = inside[:, own, np.arange(MANY)].sum(axis=1)
        among = size**2 * (places - 1) / (MANY - 1)  # of a table whose margins are given
        must_be_usual(
            answer, stay, size, among, "samples are in the batch that they are in unshuffled"
        )


def must_not_come_twice(answer: Answer, calls: list[tuple[tuple[int, ...], ...]]) -> None:
    """Demand different results: two equal ones do not come by chance (1 in 10¹⁰⁰)."""
    different = len(set(calls))
    if different < len(calls):
        answer.fail(
            f"only {different} of {len(calls)} calls differ from each other: "
            f"{MANY} samples have more ways than any number of calls",
            f"{len(calls)} different results",
            f"{different} different results",
        )


def must_be_everywhere_alike(answer: Answer, table: Array, size: int) -> None:
    """Demand that each sample comes to each batch equally often."""
    even = CALLS * size / MANY
    places = len(table)
    # of one batch, its samples are dependent: scaled, the statistic has n - 1 degrees of freedom
    share = size / MANY
    scale = (MANY - 1) / MANY / (1 - share) if places == 1 else 1.0
    statistic = ((table - even) ** 2).sum() / even * scale
    if statistic > oracles.largest_chi_square(table.size):
        place, row = divmod(int(np.abs(table - even).argmax()), MANY)
        where = "" if places == 1 else f" in batch {place + 1}"
        answer.fail(
            f"not every sample is equally likely: in {CALLS} calls x={float(row)} comes"
            f"{where} {table[place, row]:.0f} times, not about {even:.0f}",
            f"about {even:.0f} times each sample{'' if places == 1 else ' in each batch'}",
            f"{table[place, row]:.0f} times",
        )


def must_be_usual(answer: Answer, values: Array, mean: float, variance: float, saying: str) -> None:
    """Demand the mean of uncorrelated values, give or take `SIGMAS` standard errors."""
    found = float(np.mean(values))
    allowed = oracles.SIGMAS * math.sqrt(variance / len(values))
    if not abs(found - mean) <= allowed:
        answer.fail(
            f"the batches are not random: over {len(values)} calls, {found:.4g} {saying}, "
            f"not {mean:.4g}",
            f"{mean:.4g}, give or take {allowed:.2g}",
            f"{found:.4g}",
        )


@once
def must_break_every_order(subject: Subject, calls: int = 5) -> None:
    """Neighbours come in either order: as often ascending as descending.

    In an order of n samples there are (n − 1)/2 ascents, with a variance of (n + 1)/12.
    """
    answer = subject(**tagged(MANY), batch_size=1, rng=Seed(0), times=calls)
    orders = np.array([frozen(answer, value, MANY, 1) for value in answer.value])[:, :, 0]
    for found, saying in (
        (orders, "neighbours in the new order are in the order of the data"),
        (orders.argsort(axis=1), "neighbours in the data come in their order"),
    ):
        ascents = (np.diff(found, axis=1) > 0).sum(axis=1)
        must_be_usual(answer, ascents, (MANY - 1) / 2, (MANY + 1) / 12, saying)


@once
def must_keep_any_pairs(subject: Subject) -> None:
    """Demand the samples themselves, also where x repeats and is not sorted."""
    x = np.array([[2.5], [-1.0], [2.5], [0.5], [2.5]])
    y = np.array([[30.0], [40.0], [10.0], [20.0], [30.0]])  # one sample is there twice
    batch_size = 5 if subject.function == "sample_batch" else 3
    answer = subject(x=x, y=y, batch_size=batch_size, rng=Seed(0), times=4)
    pairs = sorted(zip(x[:, 0].tolist(), y[:, 0].tolist(), strict=True))
    for value in answer.value:
        batches = [value] if subject.function == "sample_batch" else value
        found = sorted(
            pair
            for xb, yb in batches
            for pair in zip(xb[:, 0].tolist(), yb[:, 0].tolist(), strict=False)
        )
        wrong = [pair for pair, often in Counter(found).items() if often > pairs.count(pair)]
        if wrong:
            answer.fail(
                f"with repeated, unsorted x the samples are not kept: x={wrong[0][0]} comes "
                f"with y={wrong[0][1]}",
                f"pairs of {show(x)} and {show(y)}, as often as they are there",
                show(found[:MOST_REPEATS]),
            )
        if found != pairs:
            answer.fail(
                "with repeated, unsorted x some samples never come",
                f"pairs of {show(x)} and {show(y)}, as often as they are there",
                show(found[:MOST_REPEATS]),
            )


def must_refuse(subject: Subject, n: int, batch_size: int, n_y: int | None = None) -> None:
    """Demand a `ValueError`."""
    y = tagged(n if n_y is None else n_y)["y"]
    if n_y is not None:
        why = f"when x and y have {n} and {n_y} rows"
    elif batch_size < 1:
        why = f"for batch_size={batch_size}"
    else:
        why = f"for batch_size={batch_size} of {count(n, 'sample')}"
    subject.must_raise_value_error(why, x=tagged(n)["x"], y=y, batch_size=batch_size, rng=Seed(0))


def sample_ladder(subject: Subject) -> None:
    for n, batch_size in ((1, 1), (2, 1), (3, 2), (3, 3), (5, 4), (200, 150)):
        answer = subject(**tagged(n), batch_size=batch_size, rng=Seed(0))
        must_be_one_batch(answer, answer.value, n, batch_size)
    for batch_size in (0, -1, 4):
        must_refuse(subject, 3, batch_size)
    must_draw_from_rng_alone(subject, 6, 3, seed=0)
    must_draw_from_rng_alone(subject, MANY, 30, seed=0)
    must_keep_any_pairs(subject)
    must_be_new_each_time(subject)
    must_be_evenly_likely(subject, 4, 2, times=500)
    must_mix_many_samples(subject)


def shuffled_ladder(subject: Subject) -> None:
    for n, batch_size in (
        (1, 1),
        (2, 1),
        (2, 2),
        (3, 2),
        (4, 2),
        (5, 2),
        (3, 5),
        (7, 5),
        (200, 32),
    ):
        must_give_one_epoch(subject, n, batch_size)
    for batch_size in (0, -1):
        must_refuse(subject, 3, batch_size)
    for n_y in (2, 4):
        must_refuse(subject, 3, 2, n_y)
    must_draw_from_rng_alone(subject, 6, 3, seed=0)
    must_draw_from_rng_alone(subject, MANY, 30, seed=0)
    must_keep_any_pairs(subject)
    must_be_new_each_time(subject)
    must_be_evenly_likely(subject, 4, 2, times=500)
    must_mix_many_samples(subject)
    must_break_every_order(subject)
    must_be_evenly_likely(subject, 4, 1, times=1500)
