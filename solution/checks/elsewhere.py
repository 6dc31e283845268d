"""What an implementation does on other cases than its tests and its fingerprint have."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from tests.judge import diagnosis
from tests.judge.batches import tagged
from tests.judge.boundary import Subject
from tests.judge.descents import descent
from tests.judge.fingerprints import Feature, Features, orders, rounded, seen
from tests.judge.functions import FUNCTIONS
from tests.judge.specification import properties
from tests.judged.values import Seed

Code = Callable[..., Any]


def elsewhere(function: str, code: Code) -> Features:
    """Yield what an implementation does on other cases than its tests and fingerprint have."""
    subject = diagnosis.sample(code).subjects[function]
    yield from OTHER_CASES[FUNCTIONS[function].fingerprint.__name__](subject)
    implementation = diagnosis.sample(code)
    for test in properties(function):
        test.seed(1)
        verdict = implementation.run(test)
        yield verdict.code if verdict else ""


def is_mixed(function: str, both: Code, one: Code, two: Code) -> bool:
    """Whether the factors of two implementations multiply to another's, or the differences add."""
    exact, right = FUNCTIONS[function].exact, FUNCTIONS[function].trusted
    if exact is None or right is None:
        return False
    results = [
        list(other_calls(diagnosis.sample(c).subjects[function])) for c in (both, one, two, right)
    ]
    bases = [exact.base(**a) if exact.base else 0.0 for a in arguments_of(function)]
    found, a, b, due = [
        [np.ravel(r) - np.ravel(base) for r, base in zip(of, bases, strict=True)] for of in results
    ]
    return all(map(np.allclose, map(np.multiply, a, b), map(np.multiply, found, due))) or all(
        map(np.allclose, map(np.add, a, b), map(np.add, found, due))
    )


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
    single = subject.function.name == "sample_batch"
    for n, batch_size in ((3, 1), (5, 4), (5, 5), (6, 4)):
        arguments: dict[str, Any] = {**tagged(n), "batch_size": batch_size, "rng": Seed(2)}
        value = seen(partial(subject, **arguments, times=300))
        if isinstance(value, str):
            yield value
        else:
            yield from orders([[v] if single else v for v in value])


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
    return rounded(seen(partial(descent, subject, lr=0.1, **values)))


def other_passes(subject: Subject) -> Features:
    rng = np.random.default_rng(5)
    for n, batch_size, calls in ((4, 2, 1), (5, 3, 2), (7, 2, 1), (6, 6, 3)):
        x, y = rng.normal(0, 1, (2, n, 1))
        options: dict[str, Any] = {"batch_size": batch_size, "calls": calls, "loss": "MSELoss()"}
        options |= {"x": x, "y": y, "lr": 0.03, "w": 0.7, "b": -0.2, "momentum": 0.0}
        yield rounded(seen(partial(subject, **options)))


def nothing_else(subject: Subject) -> Features:
    yield from ()


OTHER_CASES: dict[str, Callable[[Subject], Iterator[Feature]]] = {
    "exact": other_calls,
    "batches": other_batches,
    "descents": other_descents,
    "one_pass": other_passes,
    "data": nothing_else,
    "model": nothing_else,
    "dataset": nothing_else,
}
