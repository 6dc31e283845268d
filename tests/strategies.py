"""What the properties are tried on: mostly small numbers that a person can check by hand.

Some of each are of any size: samples up to 400 and more, values from 1e-7 to 1e8, drawn so that
each power of ten comes equally often. No size is out of sight, though a run sees few of them.
"""

import functools
import itertools
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast, get_args

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from tests.judge.functions import FUNCTIONS
from tests.judge.showing import column
from tests.judged.values import Array, Dress, Seed

Options = dict[str, Any]  # some of the arguments of a call

# For properties whose examples take long, or repeat what the hand-picked cases have shown.
# Those that follow many hand-picked ones need not be as many as usual.
after_hand_picked = settings(max_examples=3 * settings().max_examples // 4)
fewer_examples = settings(max_examples=settings().max_examples // 2)
few_examples = settings(max_examples=settings().max_examples // 5)
two_examples = settings(max_examples=settings().max_examples // 10)

# -- numbers ------------------------------------------------------------------------------------


def up_to(most: int, least: int = 1) -> st.SearchStrategy[int]:
    """Draw whole numbers log-uniformly, the least one first."""
    steps = 30
    return st.integers(0, steps).map(lambda k: round(least * (most / least) ** (k / steps)))


def all_sizes(most: float, least: float = 1.0) -> st.SearchStrategy[list[float]]:
    """Draw eight numbers, one from each eighth of a logarithmic scale."""
    return st.integers(0, 15).map(
        lambda k: [least * (most / least) ** ((part + k / 16) / 8) for part in range(8)]
    )


small = st.integers(-8, 8).map(float)
eighths = st.integers(-40, 40).map(lambda k: k / 8)
decimals = st.integers(-99_999, 99_999).map(lambda k: k / 1000)
powers = st.integers(-7, 6)
any_size = st.tuples(st.integers(-99, 99), powers).map(lambda pair: pair[0] * 10.0 ** pair[1])
numbers = st.one_of(small, eighths, decimals, any_size)
rates = st.sampled_from([0.125, 0.25, 0.1, 0.01, 0.05])
seeds = st.one_of(st.integers(0, 9), st.integers(0, 2**32 - 1))  # what RandomState takes, too
torch_seeds = st.integers(0, 2**31)
generators = st.builds(
    Seed, st.integers(0, 2**63), st.sampled_from(["PCG64", "MT19937", "Philox", "SFC64"])
)

# how arguments are given: as plain values, as views, read-only, as NumPy numbers, by name, …
dresses = st.sampled_from(get_args(Dress))

# -- samples ------------------------------------------------------------------------------------


def drawn_column(n: int, seed: int, power: int, shift: float) -> Array:
    """Return n normal draws of any size."""
    return column(10.0**power * (np.random.default_rng(seed).standard_normal(n) + shift))


def columns_of(n: int) -> st.SearchStrategy[Array]:
    return st.builds(drawn_column, st.just(n), st.integers(0, 99), powers, st.integers(-2, 2))


columns = st.one_of(
    st.lists(numbers, min_size=1, max_size=8).map(column), up_to(400).flatmap(columns_of)
)
samples = st.one_of(
    st.lists(st.tuples(numbers, numbers), min_size=1, max_size=8).map(
        lambda pairs: (column([x for x, _ in pairs]), column([y for _, y in pairs]))
    ),
    up_to(400).flatmap(lambda n: st.tuples(columns_of(n), columns_of(n))),
)
maps = st.tuples(*[st.integers(-12, 12).map(lambda k: k / 4)] * 6)


def drawn_maps(shape: tuple[int, ...], seed: int) -> tuple[Array, ...]:
    """Return many maps at once."""
    return tuple(np.random.default_rng(seed).integers(-12, 13, (6, *shape)) / 4)


shapes = st.one_of(
    st.sampled_from([(1,), (3,), (2, 1), (2, 3)]), up_to(400).map(lambda count: (count,))
)
pairs_of_maps = st.one_of(
    st.tuples(maps, maps),
    st.tuples(shapes, st.integers(0, 99)).map(
        lambda drawn: (drawn_maps(*drawn), drawn_maps(drawn[0], drawn[1] + 100))
    ),
)

# -- batches ------------------------------------------------------------------------------------

# (n, batch_size) with and without a short last batch, batch_size 1, n and above n
batchings = st.one_of(
    st.tuples(st.integers(1, 12), st.integers(1, 14)),
    st.tuples(up_to(400), st.integers(1, 20)).map(lambda p: (p[0], max(1, -(-p[0] // p[1])))),
)


def not_in_range(n: int) -> st.SearchStrategy[tuple[int, int]]:
    """Draw n with a batch size that it has no batch for."""
    return st.tuples(st.just(n), st.one_of(st.integers(-5, 0), st.integers(n + 1, n + 100)))


# -- descents -----------------------------------------------------------------------------------

# what a descent starts from
starts = {"lr": rates, "w": eighths, "b": eighths}

# (n, batch_size, epochs) of descents whose batches can be told from their results
SMALL_DESCENTS = [(2, 1, 2), (3, 2, 2), (3, 1, 2), (4, 2, 2), (5, 2, 2), (5, 3, 3), (7, 3, 1)]


@st.composite
def data_for(draw: st.DrawFn, n: int) -> tuple[Array, Array]:
    """Draw n samples of moderate size, on which a descent does not grow without bound."""
    if n > 8:
        x, y = np.random.default_rng(draw(st.integers(0, 99))).uniform(-2, 2, (2, n, 1))
        return x, y
    values = st.integers(-16, 16).map(lambda k: k / 8)
    return (
        column([draw(values) for _ in range(n)]),
        column([draw(values) for _ in range(n)]),
    )


@st.composite
def full_batches(draw: st.DrawFn) -> Options:
    """Draw the arguments of a descent with all samples in one batch."""
    x, y = draw(st.one_of(st.integers(1, 5), up_to(400)).flatmap(data_for))
    batch_size = len(x) + draw(st.integers(0, 2))
    return {"x": x, "y": y, "batch_size": batch_size, "epochs": draw(up_to(6)), **some(draw)}


@st.composite
def mini_batches(draw: st.DrawFn) -> Options:
    """Draw the arguments of a descent with several batches."""
    n, batch_size, epochs = draw(st.sampled_from(SMALL_DESCENTS))
    x, y = draw(data_for(n))
    sizes = {"batch_size": batch_size, "epochs": epochs, "seed": draw(torch_seeds)}
    return {"x": x, "y": y, **sizes, **some(draw)}


@st.composite
def large_descents(draw: st.DrawFn) -> tuple[int, int, int]:
    """Draw samples, batch size and epochs, with no more than 20 batches in an epoch."""
    n = draw(up_to(400, least=2))
    return n, max(1, -(-n // draw(st.integers(1, 20)))), draw(up_to(4))


@st.composite
def passes(draw: st.DrawFn) -> Options:
    """Draw the arguments of passes over unshuffled batches."""
    n = draw(st.one_of(st.integers(1, 6), up_to(60)))
    x, y = draw(data_for(n))
    sizes = {"batch_size": draw(up_to(n + 1)), "calls": draw(up_to(2))}
    return {"x": x, "y": y, **sizes, **some(draw)}


def some(draw: st.DrawFn, values: Mapping[str, st.SearchStrategy[Any]] = starts) -> Options:
    return {name: draw(value) for name, value in values.items()}


# -- what comes first ---------------------------------------------------------------------------

Test = TypeVar("Test", bound=Callable[..., None])


def always_try(*cases: Options) -> Callable[[Test], Test]:
    """Try these cases of a property first, one after the other, and then what is drawn.

    `hypothesis.example` does the same, but takes ten times as long. What is always tried can also
    be tried by itself (`tests/judge/specification.py`).
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


def always_try_hand_picked(function: str) -> Callable[[Test], Test]:
    """Try the calls of a function's record first, the simplest one first of all."""
    exact = FUNCTIONS[function].exact
    assert exact is not None, f"{function} has no hand-picked calls"
    turns = itertools.cycle(get_args(Dress))  # each of them is tried
    return always_try(*(arguments(case, next(turns)) for case in exact.cases))


TOGETHER = (("x", "y", "samples"), ("xb", "yb", "samples"), ("first", "second", "pair"))


def arguments(case: Any, dress: Dress) -> Options:
    """Return a case as a property takes it: x and y as one draw, the samples; so two maps."""
    given = {**case, "dress": dress}
    for one, two, both in TOGETHER:
        if two in given:
            given[both] = given.pop(one), given.pop(two)
    return given
