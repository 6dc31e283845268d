"""What an implementation does on other cases than its tests and its fingerprint have."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from tests.judge import diagnosis, mistakes, two_mistakes
from tests.judge.batches import tagged
from tests.judge.boundary import Subject
from tests.judge.descents import descent
from tests.judge.fingerprints import Feature, Features, Loose, alike, seen, support
from tests.judge.functions import FUNCTIONS
from tests.judge.specification import properties
from tests.judged.values import Seed

Code = Callable[..., Any]


def elsewhere(function: str, code: Code) -> Features:
    """Yield what an implementation does on other cases than its tests and fingerprint have."""
    subject = diagnosis.sample(code).subjects[function]
    fingerprint = FUNCTIONS[function].fingerprint
    assert fingerprint is not None
    yield from OTHER_CASES[fingerprint.__name__](subject)
    if function == "make_data":  # of wrong statistics one test fails or another
        return
    implementation = diagnosis.sample(code)
    for test in properties(function):
        test.seed(1)
        yield implementation.run(test) is None


def does_the_same(function: str, one: Code, other: Code) -> bool:
    """Whether two implementations do the same elsewhere, up to the rounding of float32."""
    ours, theirs = (dict(two_mistakes.parts([*elsewhere(function, c)])) for c in (one, other))
    return ours.keys() == theirs.keys() and all(near(ours[p], theirs[p]) for p in ours)


def near(one: Any, other: Any) -> bool:
    if str(one).startswith("raised") and other:  # an exception where it is wrong denies nothing
        return True
    if isinstance(one, float) and isinstance(other, float) and not isinstance(one, Loose):
        return bool(np.isclose(one, other, rtol=1e-4, atol=1e-6, equal_nan=True))
    return alike(one, other)


def are_both(function: str, code: Code, one: Code, two: Code) -> bool:
    """Whether an implementation does elsewhere what two others do together."""
    record, right = FUNCTIONS[function], mistakes.RIGHT[function].implementation
    if record.exact is None:
        found, due, *others = (Listed(function, c, right) for c in (code, right, one, two))
        return bool(two_mistakes.explain(record, found.features, due, others))
    bases = [record.exact.base(**a) if record.exact.base else 0.0 for a in arguments_of(function)]
    f, a, b, r = (
        [np.ravel(value) - np.ravel(base) for value, base in zip(calls, bases, strict=True)]
        for c in (code, one, two, right)
        for calls in [other_calls(diagnosis.sample(c).subjects[function])]
    )
    return all(map(np.allclose, map(np.multiply, a, b), map(np.multiply, f, r))) or all(
        map(np.allclose, map(np.add, a, b), map(np.add, f, r))
    )


class Listed:
    """What an implementation does elsewhere, beside what is right."""

    mistake = None

    def __init__(self, function: str, code: Code, right: Code) -> None:
        self.features = list(elsewhere(function, code))
        self.right = list(elsewhere(function, right))

    def __getitem__(self, index: int) -> Feature:
        return self.features[index]

    def differences(self, index: int) -> two_mistakes.Values:
        return two_mistakes.differences(self.features[index], self.right[index])


def other_calls(subject: Subject) -> Features:
    for arguments in arguments_of(subject.function.name):
        yield seen(partial(subject, **arguments))


def arguments_of(function: str) -> Iterator[dict[str, Any]]:
    record, rng = FUNCTIONS[function], np.random.default_rng(5)
    for _ in range(40):
        rows = (int(rng.choice([1, 2, 3, 40])), 1)
        yield {
            name: rng.normal(0, 3, rows) if name in ("x", "y") else float(rng.normal(0, 2))
            for name in (*record.positional, *record.keywords)
        }


def other_batches(subject: Subject) -> Features:
    """Yield whether samples keep their pairs, and which come together: their order is free."""
    single = subject.function.name == "sample_batch"
    for n, batch_size in ((3, 1), (5, 4), (5, 5), (6, 4)):
        arguments: dict[str, Any] = {**tagged(n), "batch_size": batch_size, "rng": Seed(2)}
        value = seen(partial(subject, **arguments, times=300))
        if isinstance(value, str):
            yield value
            continue
        epochs = [[one] if single else one for one in value]
        yield all(np.array_equal(y, x + 1000) for epoch in epochs for x, y in epoch)
        yield support([tuple(tuple(sorted(x[:, 0])) for x, _ in epoch) for epoch in epochs])


def other_descents(subject: Subject) -> Features:
    rng = np.random.default_rng(5)
    for n, batch_size, epochs in ((5, 2, 3), (7, 3, 2), (4, 5, 3)):
        x, y = (np.full((n, 1), value) for value in rng.normal(0, 1, 2))
        yield end(subject, x=x, y=y, batch_size=batch_size, epochs=epochs)
    for n, epochs in ((2, 3), (6, 2)):
        x, y = rng.normal(0, 1, (2, n, 1))
        w, b = rng.normal(0, 1, 2).tolist()
        yield end(subject, x=x, y=y, batch_size=n, epochs=epochs, w=w, b=b)


def end(subject: Subject, **values: Any) -> Feature:
    return seen(partial(descent, subject, lr=0.1, **values))


def other_passes(subject: Subject) -> Features:
    rng = np.random.default_rng(5)
    for n, batch_size, calls in ((4, 2, 1), (5, 3, 2), (7, 2, 1), (6, 6, 3)):
        x, y = rng.normal(0, 1, (2, n, 1))
        options: dict[str, Any] = {"batch_size": batch_size, "calls": calls, "loss": "MSELoss()"}
        options |= {"x": x, "y": y, "lr": 0.03, "w": 0.7, "b": -0.2, "momentum": 0.0}
        value = seen(partial(subject, **options))
        yield value if isinstance(value, str) else value[:3]  # when gradients are cleared is free


def other_data(subject: Subject) -> Features:
    for noise in (0.0, 0.2, 2.0):
        options: dict[str, Any] = {"n": 30, "w": 1.5, "b": -4.0, "noise": noise}
        values = seen(partial(subject, **options, times=100, sweep="seed"))
        if isinstance(values, str):
            yield values
            return
        x, y = (np.array(arrays)[..., 0] for arrays in zip(*values, strict=True))
        rest = (y - 1.5 * x + 4.0) / (noise or 1.0)
        for array in (x, rest):
            fixed = bool(np.ptp(array, axis=0).max() < 1e-9)  # by whatever: then it says no more
            yield fixed, bool(np.ptp(array, axis=1).max() < 1e-9)
            yield from () if fixed else map(Loose, (array.mean(), array.std()))


def nothing_else(subject: Subject) -> Features:
    yield from ()


OTHER_CASES: dict[str, Callable[[Subject], Iterator[Feature]]] = {
    "exact": other_calls,
    "batches": other_batches,
    "descents": other_descents,
    "one_pass": other_passes,
    "data": other_data,
    "model": nothing_else,
    "dataset": nothing_else,
}
