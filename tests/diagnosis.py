"""Find the known mistake, if any, that explains what a function does.

A function is described by its features: what it gave for a list of calls, put so that they do
not depend on the random order it is free to choose. Two implementations with the same mistake
have the same features; the checks see to it that no two known mistakes share all of them.
"""

import functools
import itertools
import math
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from tests import oracles
from tests.boundary import FORMS, Halted, Implementation, Subject, Wrong
from tests.laws import gradients
from tests.laws.batching import tagged
from tests.laws.descent import CONSTANT_CASES, batches_used, descent
from tests.mistakes import Entry, Mistake, Recorded, entries
from tests.mistakes.record import Loose
from tests.probes import Array, Seed, Submission, Trust
from tests.strategies import column

Features = Iterator[Any]


class Sample(Submission):
    """A submission that is one implementation of one function."""

    def __init__(self, implementation: Callable[..., Any]) -> None:
        super().__init__(Path(__file__).parent / "mistakes", "mistakes")
        self.implementation = implementation

    def find(self, name: str) -> Any:
        """Return the implementation, whatever the name."""
        return self.implementation

    @contextmanager
    def trusting(self, trust: Trust) -> Iterator[None]:
        """Replace nothing."""
        yield


def subject_of(function: str, code: Callable[..., Any]) -> Subject:
    """Return a subject that judges this code as if it were a learner's function."""
    implementation = Implementation(Path(), "mistakes")
    implementation.submission = Sample(code)
    implementation.unsound = lambda names: ()  # type: ignore[method-assign]
    return implementation.subjects[function]


class Known:
    """What a known mistake does: read from a record, or found out as far as it is asked for."""

    def __init__(self, mistake: Mistake | Recorded) -> None:
        self.mistake = mistake
        self._found: list[Any] = []
        if isinstance(mistake, Recorded):
            self._rest = iter(mistake.features)
        else:
            self._rest = features(subject_of(mistake.function, mistake.implementation))

    @functools.cached_property
    def complaint(self) -> str:
        """What the tests say of it."""
        if isinstance(self.mistake, Recorded):
            return self.mistake.complaint
        return complaint(subject_of(self.mistake.function, self.mistake.implementation))

    def __getitem__(self, index: int) -> Any:
        while len(self._found) <= index:
            with warnings.catch_warnings():  # of what is not the learner's code
                warnings.simplefilter("ignore")
                self._found.append(next(self._rest, END))
        return self._found[index]

    def __iter__(self) -> Features:
        """Yield all features."""
        return itertools.takewhile(lambda f: f is not END, (self[i] for i in itertools.count()))


END = object()  # stands after the last feature
of_mistake = functools.cache(Known)


def likely(subject: Subject) -> Entry | None:
    """Return the one known mistake that explains all that the function does."""
    if not entries(subject.function):
        return None
    explanations = explain(subject.function, features(subject))
    if len(explanations) != 1:
        return None
    (mistake,) = explanations
    return mistake if of_mistake(mistake).complaint == complaint(subject) else None


def complaint(subject: Subject) -> str:
    """Return what the tests say of a function, without the numbers."""
    verdict = subject.first_problem()
    return "" if verdict is None else re.sub(r"-?\d+(\.\d+)?(e-?\d+)?", "#", verdict.headline)


def explain(function: str, found: Features) -> list[Mistake | Recorded]:
    """Return the known mistakes that have all of the features that were found."""
    candidates = [of_mistake(mistake) for mistake in entries(function)]
    for index, feature in enumerate(found):
        candidates = [c for c in candidates if alike(feature, c[index])]
        if not candidates:
            break
    return [candidate.mistake for candidate in candidates]


def features(subject: Subject) -> Features:
    """Yield a function's features, one by one, as far as it can be called."""
    found = FEATURES[subject.function](subject)
    while True:  # not to be inside `try` where it waits: it may be closed when Python ends
        try:
            feature = next(found)
        except StopIteration:
            return
        except (Wrong, Halted) as problem:
            yield problem.verdict.headline
            return
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            yield type(error).__name__  # of arrays of other shapes at each call, and the like
            return
        yield feature


# -- comparing --------------------------------------------------------------------------------


def alike(one: Any, other: Any) -> bool:
    """Whether two features are the same, up to rounding."""
    if isinstance(one, Loose) and isinstance(other, Loose):
        return abs(one - other) <= 0.125 * max(1.0, abs(one), abs(other))
    if isinstance(one, float) and isinstance(other, float):
        if not (math.isfinite(one) and math.isfinite(other)):
            return repr(one) == repr(other)
        return abs(one - other) <= 1e-9 * max(abs(one), abs(other)) + 1e-12
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.shape == other.shape and alike(one.ravel().tolist(), other.ravel().tolist())
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        return len(one) == len(other) and all(map(alike, one, other))
    return bool(type(one) is type(other) and one == other)


def seen(ask: Callable[[], Any]) -> Any:
    """Return what an answer's value was, or what was wrong with its form."""
    try:
        return ask().value
    except (Wrong, Halted) as problem:
        headline = problem.verdict.headline
        return headline.split(":")[0] if headline.startswith("raises") else headline


def rounded(value: Any) -> Any:
    """Round float32 results to what is certain of them."""
    if isinstance(value, float):
        return float(f"{value:.4g}") if math.isfinite(value) else value
    if isinstance(value, tuple | list):
        return [rounded(item) for item in value]
    return value


# -- features ---------------------------------------------------------------------------------

GENERIC: dict[str, list[dict[str, Any]]] = {
    "predict": [{"x": column([0.3, 1.7, -0.4]), "w": 1.3, "b": -0.7}],
    "mse_loss": [
        {
            "x": column([0.3, 1.7, -0.4]),
            "y": column([2.2, -1.1, 0.6]),
            "w": 1.3,
            "b": -0.7,
        },
        {
            "x": column([0.25, 3.0, 1.5, 2.0, 0.7]),
            "y": column([0.1, 0.2, 5.0, -3.0, 1.0]),
            "w": -2.1,
            "b": 0.6,
        },
    ],
    "sgd_step": [
        {"w": 1.1, "b": -0.3, "dw": 2.7, "db": -1.9, "lr": 0.07},
        {"w": 1.1, "b": -0.3, "dw": -0.3, "db": 0.2, "lr": 0.07},
    ],
}
GENERIC["mse_gradients"] = GENERIC["mse_loss"]


def exact_features(subject: Subject) -> Features:
    name = subject.function
    for inputs in [*GENERIC[name], *gradients.CASES[name]]:
        yield seen(lambda inputs=inputs: subject(**inputs))  # type: ignore[misc]


def data_features(subject: Subject) -> Features:
    for n in (1, 3):
        value = seen(lambda n=n: subject(n=n))  # type: ignore[misc]
        yield value if isinstance(value, str) else [array.shape for array in value]
        if isinstance(value, str) or value[0].shape != (n, 1) or value[1].shape != (n, 1):
            return
    yield seen(lambda: subject(n=2, watch=True)) if subject_uses_global_state(subject) else ""
    for w, b in ((2.0, 7.0), (-1.5, 0.25)):
        x, y = subject(n=50, w=w, b=b, noise=0.0, seed=3).value
        slope, intercept = oracles.least_squares(x, y)
        residual = float(np.abs(slope * x + intercept - y).max())
        constant = bool(np.ptp(x) == 0)
        yield constant, residual < 1e-9
        if residual < 1e-9 and not constant:
            yield round(slope, 6), round(intercept, 6)
        else:
            yield None
    (x1, y1), (x2, y2), (x3, y3) = (subject(n=4, seed=s).value for s in (1, 1, 2))
    noise = [y - 3 * x - 2 for x, y in ((x1, y1), (x3, y3))]
    yield np.array_equal(x1, x2), np.array_equal(y1, y2), np.array_equal(x1, x3)
    yield bool(np.allclose(noise[0], noise[1], rtol=0, atol=1e-9))
    for scale in (0.1, 0.5):
        values = subject(n=4, times=800, sweep="seed", noise=scale).value
        x = np.array([x[:, 0] for x, _ in values])
        e = np.array([(y - 3 * x - 2)[:, 0] for x, y in values]) / scale
        for array in (x, e):
            yield from map(Loose, (array.mean(), array.std(), array.min() > -0.01))
        kurtosis = ((e - e.mean()) ** 4).mean() / (e.var() ** 2 or 1.0)
        yield bool(kurtosis < 2.4)
        yield bool(np.ptp(x, axis=1).max() == 0), bool(np.ptp(e, axis=1).max() < 1e-9)
        yield bool((np.diff(x, axis=1) >= 0).all()), len(np.unique(x)) < 10
        yield correlated(x[:, 0], np.abs(e[:, 0])), correlated(x[:, 0], e[:, 0])
        yield correlated((8 * x[:, 0]) % 1, np.abs(e[:, 0]))


def subject_uses_global_state(subject: Subject) -> bool:
    value = seen(lambda: subject(n=2, watch=True))
    return isinstance(value, str)


def correlated(one: Array, other: Array) -> bool:
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return False
    return bool(abs(np.corrcoef(one, other)[0, 1]) > 0.3)


Y_IN_ORDER = [1000.0, 1001.0, 1002.0, 1003.0]
MANY = 40  # more different results than this are not listed: not all of them would come


def support(results: list[Any]) -> Any:
    """Return the set of results that came, sorted, if it is small."""
    found = sorted(set(results))
    return found if len(found) <= MANY else "many"


def row_tuple(batch: Any) -> tuple[float, ...]:
    return tuple(batch[0][:, 0].tolist())


def batch_features(subject: Subject) -> Features:
    single = subject.function == "sample_batch"
    sizes = ((1, 1), (3, 2), (3, 3)) if single else ((1, 1), (3, 2), (4, 2), (3, 5), (7, 3))
    for n, batch_size in sizes:
        values = {**tagged(n), "batch_size": batch_size, "rng": Seed(1)}
        value = seen(lambda values=values: subject(**values))  # type: ignore[misc]
        batches = [value] if single else value
        yield value if isinstance(value, str) else [(len(x), len(y)) for x, y in batches]
        if isinstance(value, str) and not value.startswith("raises"):
            return
    refused = [(3, 0), (3, -1), (3, 4)] if single else [(3, 0), (3, -1)]
    for n, batch_size in refused:
        yield refuses(subject, n, batch_size, n)
    if not single:
        yield refuses(subject, 3, 2, 2), refuses(subject, 3, 2, 4), refuses(subject, 3, 5, 4)
    values = {**tagged(4), "batch_size": 2, "rng": Seed(1)}
    again = {**values, "watch": True, "times": 10}
    watched = [seen(lambda s=s: subject(**again, stir=s)) for s in (1, 2)]  # type: ignore[misc]
    yield watched[0] if isinstance(watched[0], str) else ""
    if isinstance(watched[0], str):
        return
    yield alike(*watched)
    fresh = [subject(**{**values, "rng": Seed(s)}, stir=0).value for s in range(12)]
    yield all(alike(fresh[0], other) for other in fresh)
    calls = subject(**values, times=500).value
    epochs = [[value] if single else value for value in calls]
    paired = all(np.array_equal(y, x + 1000) for batches in epochs for x, y in batches)
    in_y = all(((y >= 1000) & (y < 1004)).all() for batches in epochs for _, y in batches)
    orders = [tuple(row for batch in batches for row in row_tuple(batch)) for batches in epochs]
    yield paired, in_y, any(len(set(order)) < len(order) for order in orders)
    yield any(len(set(row_tuple(b))) < len(b[0]) for batches in epochs for b in batches)
    yield all([y for b in batches for y in b[1][:, 0]] == Y_IN_ORDER for batches in epochs)
    yield support(orders)


def refuses(subject: Subject, n: int, batch_size: int, n_y: int) -> str:
    try:
        subject.must_raise_value_error(
            "", x=tagged(n)["x"], y=tagged(n_y)["y"], batch_size=batch_size, rng=Seed(0)
        )
    except (Wrong, Halted) as problem:
        return problem.verdict.headline
    return "ValueError"


def descent_features(subject: Subject) -> Features:
    """Return results that do not depend on the order, then the sets of those that do."""
    torch = subject.function == "train"
    keep: Callable[[Any], Any] = rounded if torch else lambda value: value

    def result(x: Array, y: Array, **values: Any) -> Any:
        return keep(seen(lambda: descent(subject, x, y, **values)))

    half, three = np.full((5, 1), 0.5), np.full((5, 1), 3.0)
    for n, batch_size, epochs, _ in CONSTANT_CASES:
        yield result(half[:n], three[:n], batch_size=batch_size, lr=0.25, epochs=epochs)
    yield result(half[:1], three[:1], batch_size=1, lr=0.125, epochs=3, w=2.0, b=-1.0)
    x, y = column([1.0, 2.0, 4.0]), column([0.0, 3.0, 2.0])
    yield result(x, y, batch_size=3, lr=0.05, epochs=2, w=1.0)
    yield result(x, 4 * y, batch_size=3, lr=0.05, epochs=1, b=-0.5)
    yield result(x, y, batch_size=3, lr=0.02, epochs=3, w=0.1, b=0.7)
    if not torch:
        watched = seen(
            lambda: subject(
                x=x, y=y, batch_size=2, lr=0.05, epochs=2, rng=Seed(0), w=0.0, b=0.0, watch=True
            )
        )
        yield watched if isinstance(watched, str) else ""
    one, two = (result(x, y, batch_size=1, lr=0.05, epochs=2, seed=3, stir=stir) for stir in (1, 2))
    yield isinstance(one, str) or alike(one, two)
    used = [seen_batches(subject, seed) for seed in range(2 if torch else 4)]
    if all(isinstance(run, list) for run in used):
        yield all(run[0] == run[1] for run in used), all(run == used[0] for run in used)
    for data, batch_size, epochs in (((x[:2], y[:2]), 1, 2), ((x, y), 2, 1)):
        run: dict[str, Any] = {"batch_size": batch_size, "lr": 0.05, "epochs": epochs}
        if torch:
            runs = [result(*data, **run, seed=seed) for seed in range(24)]
        else:
            start: dict[str, Any] = {"x": data[0], "y": data[1], "w": 0.0, "b": 0.0}
            runs = seen(lambda: subject(**start, **run, rng=Seed(0), times=60))  # noqa: B023
        if isinstance(runs, str) or any(isinstance(value, str) for value in runs):
            return
        ends = [tuple(rounded([w, b, *losses])) for w, b, losses in runs]
        yield support(ends)


def seen_batches(subject: Subject, seed: int) -> Any:
    """Return which samples are in which batch, or None if not every one is used once."""
    try:
        return batches_used(subject, 5, 2, 2, seed)
    except (Wrong, Halted):
        return None


def epoch_features(subject: Subject) -> Features:
    x, y = column([1.0, 2.0, 4.0]), column([0.0, 3.0, 2.0])
    for n, batch_size, lr, loss, times in (
        (1, 1, 0.125, "MSELoss()", 1),
        (2, 1, 0.125, "MSELoss()", 1),
        (3, 2, 0.125, "MSELoss()", 1),
        (3, 1, 0.0625, "MSELoss()", 2),
        (3, 3, 0.0625, "MSELoss()", 1),
        (2, 2, 0.125, "L1Loss()", 1),
        (2, 2, 0.125, "MSELoss(reduction='sum')", 1),
    ):
        request: dict[str, Any] = {
            "x": x[:n],
            "y": y[:n],
            "batch_size": batch_size,
            "lr": lr,
            "w": 1.0,
            "b": 0.5,
            "loss": loss,
            "times": times,
        }
        yield rounded(
            seen(
                lambda request=request: subject.ask(  # type: ignore[misc]
                    "train_epoch", "", FORMS["train_epoch"], expected=" ", **request
                )
            )
        )


def model_features(subject: Subject) -> Features:
    for x in (column([1.0]), column([0.5, -1.0, 2.0])):
        yield seen(
            lambda x=x: subject.ask("model", "", lambda value: list(value), w=1.5, b=-0.5, x=x)  # type: ignore[misc]
        )


def dataset_features(subject: Subject) -> Features:
    x, y = column([0.1, 1.6, 2.0]), column([3.0, 5.4, 8.0])
    yield seen(lambda: subject.ask("dataset", "", FORMS["to_dataset"], expected=" ", x=x, y=y))


FEATURES: dict[str, Callable[[Subject], Features]] = {
    **dict.fromkeys(gradients.EXACT, exact_features),
    "make_data": data_features,
    "sample_batch": batch_features,
    "shuffled_batches": batch_features,
    "minibatch_gd": descent_features,
    "LinearRegression": model_features,
    "to_dataset": dataset_features,
    "train_epoch": epoch_features,
    "train": descent_features,
}
