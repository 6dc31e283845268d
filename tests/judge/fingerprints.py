"""What tells one mistake from another: what a function gives for a list of calls.

A fingerprint is put so that it does not depend on the random order that a function is free to
choose: two implementations with the same mistake have the same one. The checks see to it that no
two known mistakes share all of it.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tests.judge.batches import tagged
from tests.judge.boundary import Subject
from tests.judge.descents import ALIKE, descent, must_use_every_sample_once
from tests.judge.oracles import in_order, least_squares
from tests.judge.showing import column
from tests.judge.verdicts import Halted, Verdict, Wrong
from tests.judged.values import Array, Seed

Feature = Any  # numbers, texts, arrays, None, and sequences of them
Features = Iterator[Feature]


class Loose(float):
    """A statistic: alike if it differs by no more than a tenth, relative to at least 1."""


class Support(list[Any]):
    """All results that came of many calls."""


def features(subject: Subject) -> Features:
    """Yield the fingerprint of a function, part by part, as far as it can be called."""
    assert subject.function.fingerprint is not None, "checks are compared with no mistakes"
    found = subject.function.fingerprint(subject)
    while True:  # not to be inside `try` where it waits: it may be closed when Python ends
        try:
            feature = next(found)
        except StopIteration:
            return
        except (Wrong, Halted) as problem:
            yield mark(problem.verdict)
            return
        except (ArithmeticError, IndexError, TypeError, ValueError) as error:
            yield type(error).__name__  # of arrays of other shapes at each call, and the like
            return
        yield feature


# -- comparing --------------------------------------------------------------------------------


def alike(one: Feature, other: Feature) -> bool:
    """Whether two features are the same, up to rounding."""
    if isinstance(one, Loose) and isinstance(other, Loose):
        return abs(one - other) <= 0.1 * max(1.0, abs(one), abs(other))
    if isinstance(one, float) and isinstance(other, float):
        if not (np.isfinite(one) and np.isfinite(other)):
            return repr(float(one)) == repr(float(other))
        return abs(one - other) <= 1e-9 * max(abs(one), abs(other)) + 1e-12
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.shape == other.shape and alike(one.ravel().tolist(), other.ravel().tolist())
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        return len(one) == len(other) and all(map(alike, one, other))
    return bool(type(one) is type(other) and one == other)


def seen(ask: Callable[[], Any]) -> Feature:
    """Return what an answer's value was, or what was wrong with the call."""
    try:
        return ask().value
    except (Wrong, Halted) as problem:
        return mark(problem.verdict)


def mark(verdict: Verdict) -> str:
    """Return what was wrong with a call, in a word; an exception's own words do not count."""
    found = verdict.findings[0]
    if found.code == "raised":
        return f"raised {found.values['name']}"
    return f"{found.code} {sorted(found.values.items())}"


def rounded(value: Feature) -> Feature:
    """Round float32 results to what is certain of them."""
    if isinstance(value, float):
        return float(f"{value:.4g}") if np.isfinite(value) else value
    if isinstance(value, tuple | list):
        return [rounded(item) for item in value]
    return value


# -- functions with one right result -----------------------------------------------------------


def exact(subject: Subject) -> Features:
    """Yield the results of the hand-picked calls."""
    assert subject.function.exact is not None
    for inputs in subject.function.exact.cases:
        yield seen(lambda inputs=inputs: subject(**inputs))  # type: ignore[misc]


def model(subject: Subject) -> Features:
    """Yield what a model is, and what it predicts."""
    for x in (column([1.0]), column([0.5, -1.0, 2.0])):
        yield seen(lambda x=x: subject(w=1.5, b=-0.5, x=x))  # type: ignore[misc]


def dataset(subject: Subject) -> Features:
    """Yield what a data set holds."""
    x, y = column([0.1, 1.6, 2.0]), column([3.0, 5.4, 8.0])
    yield seen(lambda: subject(x=x, y=y))


def one_pass(subject: Subject) -> Features:
    """Yield what passes over unshuffled batches lead to."""
    x, y = column([1.0, 2.0, 4.0]), column([0.0, 3.0, 2.0])
    usual = {"loss": "MSELoss()", "calls": 1, "momentum": 0.0}
    for n, batch_size, lr, others in (
        (1, 1, 0.125, {}),
        (2, 1, 0.125, {}),
        (3, 2, 0.125, {}),
        (3, 1, 0.0625, {"calls": 2}),
        (3, 3, 0.0625, {}),
        (2, 2, 0.125, {"loss": "L1Loss()"}),
        (2, 2, 0.125, {"loss": "MSELoss(reduction='sum')"}),
        (2, 2, 0.125, {"loss": "Lopsided()"}),
        (2, 1, 0.125, {"momentum": 0.5}),
    ):
        options: dict[str, Any] = {"batch_size": batch_size, "lr": lr, **usual, **others}
        options |= {"x": x[:n], "y": y[:n], "w": 1.0, "b": 0.5}
        found = rounded(seen(lambda: subject(**options)))  # noqa: B023
        if isinstance(found, list) and found[:2] != [1.0, 0.5]:
            found.pop()  # gradients may be cleared after the step, or before the next one
        yield found


# -- data -------------------------------------------------------------------------------------


def data(subject: Subject) -> Features:
    """Yield rows, lines, seeds, and statistics of x and ε."""
    for n in (1, 3):
        value = seen(lambda n=n: subject(n=n))  # type: ignore[misc]
        yield value if isinstance(value, str) else [array.shape for array in value]
        if isinstance(value, str) or value[0].shape != (n, 1) or value[1].shape != (n, 1):
            return
    watched = seen(lambda: subject(n=2, watch=True))
    yield watched if isinstance(watched, str) else ""
    for w, b in ((2.0, 7.0), (-1.5, 0.25)):
        x, y = subject(n=50, w=w, b=b, noise=0.0, seed=3).value
        slope, intercept = least_squares(x, y)
        on_a_line = float(np.abs(slope * x + intercept - y).max()) < 1e-9
        constant = bool(np.ptp(x) == 0)
        yield constant, on_a_line
        yield (round(slope, 6), round(intercept, 6)) if on_a_line and not constant else None
    (x1, y1), (x2, y2), (x3, y3) = (subject(n=4, seed=s).value for s in (1, 1, 2))
    noise = [y - 3 * x - 2 for x, y in ((x1, y1), (x3, y3))]
    fixed = np.array_equal(x1, x3)
    yield np.array_equal(x1, x2), np.array_equal(y1, y2), fixed
    yield bool(np.allclose(noise[0], noise[1], rtol=0, atol=1e-9))
    for scale in (0.1, 0.5):
        x, e = many_draws(subject, scale, fixed)
        for array in (x, e):
            yield from map(Loose, (array.mean(), array.std(), array.min() > -0.01))
        kurtosis = ((e - e.mean()) ** 4).mean() / (e.var() ** 2 or 1.0)
        yield bool(kurtosis < 2.4)
        yield bool(np.ptp(x, axis=1).max() == 0), bool(np.ptp(e, axis=1).max() < 1e-9)
        yield bool((np.diff(x, axis=1) >= 0).all()), len(np.unique(x)) < 10
        yield len(np.unique(x)) < x.size / 2, np.array_equal(x[:-1, 1:], x[1:, :-1])
        yield correlated(x[:, 0], np.abs(e[:, 0])), correlated(x[:, 0], e[:, 0])
        yield correlated((8 * x[:, 0]) % 1, np.abs(e[:, 0]))


def many_draws(subject: Subject, scale: float, fixed: bool) -> tuple[Array, Array]:
    """Return x and ε of 800 data sets of 4, or cut from one where every seed gives the same."""
    if fixed:  # the few draws of one set depend on a seed that is the learner's own
        one = subject(n=3200, noise=scale).value
        x, y = (array.reshape(800, 4) for array in one)
    else:
        values = subject(n=4, times=800, sweep="seed", noise=scale).value
        x, y = (np.array([pair[k][:, 0] for pair in values]) for k in (0, 1))
    return x, (y - 3 * x - 2) / scale


def correlated(one: Array, other: Array) -> bool:
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return False
    return bool(abs(np.corrcoef(one, other)[0, 1]) > 0.3)


# -- batches ----------------------------------------------------------------------------------

Y_IN_ORDER = [1000.0, 1001.0, 1002.0, 1003.0]
MANY = 40  # more different results than this are not listed: not all of them would come


def batches(subject: Subject) -> Features:
    """Yield sizes, refusals, where the order comes from, and which orders come."""
    single = subject.function.name == "sample_batch"
    sizes = ((1, 1), (3, 2), (3, 3)) if single else ((1, 1), (3, 2), (4, 2), (3, 5), (7, 3))
    malformed = False
    for n, batch_size in sizes:
        values = {**tagged(n), "batch_size": batch_size, "rng": Seed(1)}
        value = seen(lambda values=values: subject(**values))  # type: ignore[misc]
        found = [value] if single else value
        yield value if isinstance(value, str) else [(len(x), len(y)) for x, y in found]
        malformed |= isinstance(value, str) and not value.startswith("raised")
    if malformed:
        return
    refused = [(3, 0, 3), (3, -1, 3)]
    refused += [(3, 4, 3)] if single else [(3, 2, 2), (3, 2, 4), (3, 5, 4)]
    for n, batch_size, n_y in refused:
        yield refuses(subject, n, batch_size, n_y)
    values = {**tagged(4), "batch_size": 2, "rng": Seed(1)}
    again = {**values, "watch": True, "times": 10}
    watched = [seen(lambda s=s: subject(**again, global_seed=s)) for s in (1, 2)]  # type: ignore[misc]
    yield watched[0] if isinstance(watched[0], str) else ""
    if isinstance(watched[0], str):
        return
    yield alike(*watched)
    fresh = [subject(**{**values, "rng": Seed(s)}, global_seed=0).value for s in range(12)]
    fixed = all(alike(fresh[0], other) for other in fresh)
    yield fixed
    value = subject(**tagged(29), batch_size=2, rng=Seed(987)).value if fixed else None
    # fixed by the code, or by the first call that there was
    yield value if single or not value else value[0]
    if not single:
        yield from orders(subject(**tagged(3), batch_size=2, rng=Seed(1), times=500).value)
    yield from orders([[v] if single else v for v in subject(**values, times=500).value])


def orders(epochs: list[Any]) -> Features:
    """Yield what tagged batches of many calls have in common, and which of them come."""
    paired = all(np.array_equal(y, x + 1000) for epoch in epochs for x, y in epoch)
    in_y = all(((y >= 1000) & (y < 1004)).all() for epoch in epochs for _, y in epoch)
    rows = [[tuple(x[:, 0].tolist()) for x, _ in epoch] for epoch in epochs]
    flat = [tuple(row for batch in epoch for row in batch) for epoch in rows]
    yield paired, in_y, any(len(set(order)) < len(order) for order in flat)
    yield any(len(set(batch)) < len(batch) for epoch in rows for batch in epoch)
    yield all([y for b in epoch for y in b[1][:, 0]] == Y_IN_ORDER for epoch in epochs)
    if paired:  # the order inside a batch is free
        held = [tuple(row for batch in epoch for row in sorted(batch)) for epoch in rows]
        found = support(held)
        yield found, len(set(flat)) > 1 if len(found) == 1 else None
    else:
        ys = [tuple(y for batch in epoch for y in batch[1][:, 0].tolist()) for epoch in epochs]
        yield support([*zip(flat, ys, strict=True)])


def support(results: list[Any]) -> Feature:
    """Return the set of results that came, sorted, if it is small."""
    found = sorted(set(results))
    return Support(found) if len(found) <= MANY else "many"


def refuses(subject: Subject, n: int, batch_size: int, n_y: int) -> str:
    values = {"x": tagged(n)["x"], "y": tagged(n_y)["y"], "batch_size": batch_size}
    try:
        subject.must_raise(ValueError, **values, rng=Seed(0))
    except (Wrong, Halted) as problem:
        return mark(problem.verdict)
    return "ValueError"


# -- descents ---------------------------------------------------------------------------------


def descents(subject: Subject) -> Features:
    """Yield results that do not depend on the order, then the sets of those that do."""
    torch = subject.function.probe != "call"

    def result(x: Array, y: Array, **values: Any) -> Feature:
        found = seen(lambda: descent(subject, x, y, **values))
        return rounded(found) if torch else found

    half, three = np.full((130, 1), 0.5), np.full((130, 1), 3.0)
    for n, batch_size, epochs in ALIKE:
        found = result(half[:n], three[:n], batch_size=batch_size, lr=0.25, epochs=epochs)
        yield "no update" if n < batch_size and makes_no_update(found) else found
    yield result(half[:1], three[:1], batch_size=1, lr=0.125, epochs=3, w=2.0, b=-1.0)
    x, y = column([1.0, 2.0, 4.0]), column([0.0, 3.0, 2.0])
    yield result(x, y, batch_size=3, lr=0.05, epochs=2, w=1.0)
    yield result(x, 4 * y, batch_size=3, lr=0.05, epochs=1, b=-0.5)
    yield result(x, y, batch_size=3, lr=0.02, epochs=3, w=0.1, b=0.7)
    options: dict[str, Any] = {"batch_size": 3, "lr": 10.0, "epochs": 40 if torch else 200}
    found = result(x, y, **options)  # diverges
    yield found if isinstance(found, str) else len(found[2]) == options["epochs"]
    if not torch:
        options = {"batch_size": 2, "lr": 0.05, "epochs": 2, "watch": True}
        watched = result(x, y, **options)
        yield watched if isinstance(watched, str) else ""
    options = {"batch_size": 1, "lr": 0.05, "epochs": 2, "seed": 3}
    one, two = (result(x, y, **options, global_seed=seed) for seed in (1, 2))
    yield isinstance(one, str) or alike(one, two)
    used = [seen_batches(subject, seed) for seed in range(2 if torch else 4)]
    if all(isinstance(run, list) for run in used):
        fixed = all(run == used[0] for run in used)
        yield all(run[0] == run[1] for run in used), fixed
        if fixed:  # which order it is depends on a seed that is the learner's own
            yield used[0] == [[[*rows] for rows in epoch] for epoch in in_order(5, 2, 2)]
            return
    for data, batch_size, epochs in (((x[:2], y[:2]), 1, 2), ((x, y), 2, 1)):
        options = {"batch_size": batch_size, "lr": 0.05, "epochs": epochs}
        if torch:
            runs = [result(*data, **options, seed=seed) for seed in range(24)]
        else:
            runs = result(*data, **options, times=60)
        if isinstance(runs, str) or any(isinstance(value, str) for value in runs):
            return
        yield support([tuple(rounded([w, b, *losses])) for w, b, losses in runs])


def makes_no_update(found: Feature) -> bool:
    """Whether a descent from 0 has used no batch, whatever it takes for the mean of no losses."""
    return found == "raised ZeroDivisionError" or (
        not isinstance(found, str) and found[0] == found[1] == 0
    )


def seen_batches(subject: Subject, seed: int) -> Feature:
    """Return which samples are in which batch, or None if not every one is used once."""
    try:
        return must_use_every_sample_once(subject, 5, 2, 2, seed)
    except (Wrong, Halted):
        return None
