"""What the properties are tried on: small numbers that a person can check by hand first."""

import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from hypothesis import settings
from hypothesis import strategies as st

from tests.judge.functions import FUNCTIONS
from tests.judge.showing import column
from tests.judged.values import Array

Options = dict[str, Any]  # some of the arguments of a call

# For properties whose examples take long, or repeat what the hand-picked cases have shown.
fewer = settings(max_examples=settings().max_examples // 2)

small = st.integers(-8, 8).map(float)
eighths = st.integers(-40, 40).map(lambda k: k / 8)
decimals = st.integers(-99_999, 99_999).map(lambda k: k / 1000)
tiny = st.integers(-9, 9).map(lambda k: k / 1e6)  # against rounding to a fixed digit
large = st.integers(-9, 9).map(lambda k: k * 1e6)  # against clipping
numbers = st.one_of(small, eighths, decimals, tiny, large)
rates = st.sampled_from([0.125, 0.25, 0.1, 0.01, 0.05])
seeds = st.integers(0, 2**32 - 1)
torch_seeds = st.integers(0, 2**31)

columns = st.lists(numbers, min_size=1, max_size=8).map(column)
samples = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=8).map(
    lambda pairs: (column([x for x, _ in pairs]), column([y for _, y in pairs]))
)
maps = st.tuples(*[st.integers(-12, 12).map(lambda k: k / 4)] * 6)

# (n, batch_size) with and without a short last batch, batch_size 1, n and above n
batchings = st.tuples(st.integers(1, 12), st.integers(1, 14))

# what a descent starts from
starts = {"lr": rates, "w": eighths, "b": eighths}

# (n, batch_size, epochs) of descents whose batches can be told from their results
SMALL_DESCENTS = [(2, 1, 2), (3, 2, 2), (3, 1, 2), (4, 2, 2), (5, 2, 2), (5, 3, 3), (7, 3, 1)]


@st.composite
def data_for(draw: st.DrawFn, n: int) -> tuple[Array, Array]:
    """Draw n samples of moderate size, on which a descent does not grow without bound."""
    values = st.integers(-16, 16).map(lambda k: k / 8)
    return (
        column([draw(values) for _ in range(n)]),
        column([draw(values) for _ in range(n)]),
    )


@st.composite
def full_batches(draw: st.DrawFn) -> Options:
    """Draw the arguments of a descent with all samples in one batch."""
    x, y = draw(st.integers(1, 5).flatmap(data_for))
    epochs = draw(st.integers(1, 3))
    return {"x": x, "y": y, "batch_size": len(x), "epochs": epochs, **drawn(draw, starts)}


@st.composite
def mini_batches(draw: st.DrawFn) -> Options:
    """Draw the arguments of a descent with several batches."""
    n, batch_size, epochs = draw(st.sampled_from(SMALL_DESCENTS))
    x, y = draw(data_for(n))
    sizes = {"batch_size": batch_size, "epochs": epochs, "seed": draw(torch_seeds)}
    return {"x": x, "y": y, **sizes, **drawn(draw, starts)}


@st.composite
def passes(draw: st.DrawFn) -> Options:
    """Draw the arguments of passes over unshuffled batches."""
    x, y = draw(st.integers(1, 6).flatmap(data_for))
    sizes = {"batch_size": draw(st.integers(1, 7)), "calls": draw(st.integers(1, 2))}
    return {"x": x, "y": y, **sizes, **drawn(draw, starts)}


def drawn(draw: st.DrawFn, values: Mapping[str, st.SearchStrategy[Any]]) -> Options:
    return {name: draw(value) for name, value in values.items()}


Test = TypeVar("Test", bound=Callable[..., None])


def first(*cases: Options) -> Callable[[Test], Test]:
    """Try these cases of a property first, one after the other, and then what is drawn.

    `hypothesis.example` does the same, but takes ten times as long. What is first is also tried
    by itself (`tests/judge/specification.py`).
    """

    def add(test: Test) -> Test:
        def picked(**fixtures: Any) -> None:
            for case in cases:
                test.hypothesis.inner_test(**fixtures, **case)  # type: ignore[attr-defined]

        @functools.wraps(test)
        def both(**fixtures: Any) -> None:
            picked(**fixtures)
            test(**fixtures)

        both.__dict__.update(first=picked, drawn=test)
        return cast(Test, both)

    return add


def hand_picked(function: str) -> Callable[[Test], Test]:
    """Try the hand-picked calls of a function first, the simplest one first of all."""
    exact = FUNCTIONS[function].exact
    assert exact is not None, f"{function} has no hand-picked calls"
    return first(*map(arguments, exact.cases))


def arguments(case: Any) -> dict[str, Any]:
    """Return a case as a property takes it: x and y as one draw, the samples."""
    given = dict(case)
    for x, y in (("x", "y"), ("xb", "yb")):
        if y in given:
            given["samples"] = given.pop(x), given.pop(y)
    return given
