"""Bonus: write the tests. Known implementations judge them, right ones and wrong ones.

A test can be wrong in two ways: too weak, it lets a wrong implementation through; too strict, it
refuses a right one. Each check here gets one implementation of a function, calls it as often as it
likes, *returns* if that keeps to the docstring of its function in `gradients.py`, `batching.py` or
`descent.py`, and *raises AssertionError* if not. Nothing else counts: no other exception, no
returned value, nothing printed.

A check is run on some ten right implementations in various styles, and on more wrong ones. Each has
at most a few seconds, and its verdict must not depend on luck: most are run twice, with other
seeds. Use plain `assert` with a message that says what you saw, NumPy's `np.testing`, and
Hypothesis: `@given` works on a function inside your check. It draws 25 examples unless your
`@settings` say otherwise. Random numbers of your own come from `np.random.default_rng(seed)`.

Nothing waits for this stage, and its tests are skipped until you write it.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

Array = NDArray[np.float64]
Gradients = Callable[[Array, Array, float, float], tuple[float, float]]
Batches = Callable[[Array, Array, int, np.random.Generator], Iterable[tuple[Array, Array]]]
Descent = Callable[..., tuple[float, float, Sequence[float]]]  # its options have names

seeds = st.integers(0, 2**32 - 1)
# A plain AssertionError, also where several examples fail in several ways, none for being slow,
# and no simpler example, which nobody would read.
quick = settings(
    max_examples=25,
    deadline=None,
    report_multiple_bugs=False,
    phases=[Phase.explicit, Phase.generate],
)


def check_gradients(mse_gradients: Gradients) -> None:
    """Raise AssertionError if this is no `mse_gradients`.

    Too weak: one sample with b = 0, since nobody sees there that b is left out, or that a mean is
    a sum. Too strict: `==` between numbers that were added up in another order, or a tolerance
    relative to a sum that may be near 0. Rounding is relative to the terms that are added up.

    Parameters
    ----------
    mse_gradients : callable
        An implementation, to be called as `mse_gradients(x, y, w, b)`. It keeps to the docstring in
        `gradients.py` if it returns two numbers, dw and db, in any sequence (numbers may be 0-d
        arrays), that are right up to rounding: within 1e-12 of the size of their terms. So it must
        be at each call, for all arrays of shape (m, 1), and w and b, of numbers that are 0 or, with
        either sign, from 1e-100 to 1e100. x and y are not changed.

    Raises
    ------
    AssertionError
        If it does not. The smallest error of a wrong one is 1e-5 of what is right.

    Examples
    --------
    >>> def always_0(x, y, w, b):
    ...     return 0.0, 0.0
    >>> try:
    ...     check_gradients(always_0)
    ... except AssertionError:
    ...     print("caught")
    caught
    """
    gradients_of_two_samples(mse_gradients)
    gradients_are_derivatives_of_the_loss(mse_gradients)


def gradients_of_two_samples(mse_gradients: Gradients) -> None:
    """Compare with numbers worked out by hand: a check must begin with what is certain."""
    dw, db = mse_gradients(column([1, 2]), column([5, 6]), 3.0, 2.0)  # residuals 0 and 2
    assert np.allclose([dw, db], [4.0, 2.0], rtol=1e-12), f"({dw}, {db}) are not (4.0, 2.0)"


def gradients_are_derivatives_of_the_loss(mse_gradients: Gradients) -> None:
    """Compare with an oracle, on samples of any number, size and sign."""

    @quick
    @example(m=100, exponent=4, seed=1)  # what must not be left to luck: many samples,
    @example(m=100, exponent=-4, seed=2)  # large and small
    @given(m=st.integers(1, 100), exponent=st.integers(-4, 4), seed=seeds)
    def claim(m: int, exponent: int, seed: int) -> None:
        normal = np.random.default_rng(seed).normal
        x, y = 10.0**exponent * normal(size=(2, m, 1))
        w, b = 10.0**exponent * normal(size=2)
        given_x, given_y = x.copy(), y.copy()
        gradients = mse_gradients(x, y, w, b)
        assert np.array_equal(x, given_x), "x is not what it was"
        assert np.array_equal(y, given_y), "y is not what it was"
        # Rounding is relative to the terms that are added up: their sum may well be near 0. Other
        # ways to add them up differ by 1e-14 of their size, the smallest mistake by 1e-5.
        terms = np.abs(w * x) + np.abs(b) + np.abs(y)
        sizes = np.mean(terms * np.abs(x)), np.mean(terms)
        for found, right, size in zip(gradients, derivatives(x, y, w, b), sizes, strict=True):
            assert abs(found - right) <= 1e-10 * size, f"{found} is not {right}"

    claim()


def derivatives(x: Array, y: Array, w: float, b: float) -> tuple[float, float]:
    """Differentiate the loss by a complex step, which is exact: no formula to get wrong twice."""
    h = 1e-100

    def loss(w: complex, b: complex) -> complex:
        return complex(np.mean((w * x + b - y) ** 2))

    return loss(w + 1j * h, b).imag / h, loss(w, b + 1j * h).imag / h


def check_batches(shuffled_batches: Batches) -> None:
    """Raise AssertionError if this is no `shuffled_batches`.

    Too weak: 6 samples in batches of 3, since there is no rest that could be lost. Too strict: the
    order of one generator that you happen to know, or `len` of what may be a generator: how often a
    right one draws from `rng`, and so its order, is free.

    Parameters
    ----------
    shuffled_batches : callable
        An implementation, to be called as `shuffled_batches(x, y, batch_size, rng)`. It keeps to
        the docstring in `batching.py` if it gives the batches of one epoch, pairs of arrays of
        shape (m, 1) in anything that can be iterated over once, at each call anew. Every way to
        split the samples is equally likely; the order inside a batch is free. x and y are not
        changed.

    Raises
    ------
    AssertionError
        If it does not.

    Examples
    --------
    >>> def one_by_one(x, y, batch_size, rng):
    ...     return zip(x[:, None], y[:, None])
    >>> try:
    ...     check_batches(one_by_one)
    ... except AssertionError:
    ...     print("caught")
    caught
    """
    every_sample_comes_once(shuffled_batches)
    what_makes_no_sense_is_refused(shuffled_batches)
    the_generator_decides(shuffled_batches)
    every_split_is_equally_likely(shuffled_batches)


def every_sample_comes_once(shuffled_batches: Batches) -> None:
    """Write a number on each sample, and look where it is: with and without a rest."""

    @quick
    @example(n=7, batch_size=3, seed=1)  # with a rest, and without one
    @example(n=60, batch_size=2, seed=2)
    @example(n=3, batch_size=5, seed=3)
    @given(n=st.integers(1, 60), batch_size=st.integers(1, 70), seed=seeds)
    def claim(n: int, batch_size: int, seed: int) -> None:
        x, y = tagged(n)
        batches = list(shuffled_batches(x, y, batch_size, np.random.default_rng(seed)))
        assert np.array_equal(x, tagged(n)[0]), "x is not what it was"
        assert np.array_equal(y, tagged(n)[1]), "y is not what it was"
        sizes = [len(range(n)[start : start + batch_size]) for start in range(0, n, batch_size)]
        assert [len(xb) for xb, _ in batches] == sizes, f"sizes are not {sizes}"
        for xb, yb in batches:
            assert xb.shape == yb.shape == (len(xb), 1), f"{xb.shape} is not ({len(xb)}, 1)"
            assert np.array_equal(yb, xb + 1000), "x and y are not paired"
        rows = [row for xb, _ in batches for row in xb[:, 0]]
        assert sorted(rows) == [*range(n)], "not every sample comes once"

    claim()


def what_makes_no_sense_is_refused(shuffled_batches: Batches) -> None:
    """Demand the ValueError: at once, or when the first batch is asked for."""
    x, y = tagged(3)
    for arguments in ((x, y, 0), (x, y, -1), (x, y[:2], 1), (x[:2], y, 1)):
        try:
            list(shuffled_batches(*arguments, np.random.default_rng(0)))
        except ValueError:
            continue
        raise AssertionError("no ValueError for a batch_size below 1, or different lengths")


def the_generator_decides(shuffled_batches: Batches) -> None:
    """Demand equal epochs of equal generators, and others in the next call and of others."""

    def epoch(rng: np.random.Generator) -> list[float]:  # 50! orders: two are never the same
        return [float(xb[0, 0]) for xb, _ in shuffled_batches(*tagged(50), 1, rng)]

    one, equal, other = (np.random.default_rng(seed) for seed in (1, 1, 2))
    first = epoch(one)
    assert first == epoch(equal), "equal generators give different epochs"
    assert first != epoch(one), "the next call gives the same epoch"
    assert first != epoch(other), "another generator gives the same epoch"


def every_split_is_equally_likely(shuffled_batches: Batches) -> None:
    """Count the ways to split 4 samples in batches of 2: 6, as the order inside is free."""
    rng, calls, ways = np.random.default_rng(3), 600, 6
    firsts = [next(iter(shuffled_batches(*tagged(4), 2, rng)))[0] for _ in range(calls)]
    counts = Counter(tuple(sorted(xb[:, 0])) for xb in firsts)
    # A count has the mean 100 and the standard deviation 9.1. Beyond five of these is one right
    # check in 300 000.
    allowed = 5 * (calls / ways * (1 - 1 / ways)) ** 0.5
    for way in itertools.combinations(range(4), 2):
        assert abs(counts[way] - calls / ways) <= allowed, f"{way} comes {counts[way]} times"


def check_descent(minibatch_gd: Descent) -> None:
    """Raise AssertionError if this is no `minibatch_gd`.

    Too weak: that the last loss is smaller than the first, since that holds for nearly any step
    downhill. Too strict: the result of one order of the samples, where another order is as right.

    Parameters
    ----------
    minibatch_gd : callable
        An implementation, to be called as `minibatch_gd(x, y, batch_size=…, lr=…, epochs=…,
        rng=…)`, with `w` and `b` or without. It keeps to the docstring in `descent.py` if it
        returns w, b and one loss for each epoch, in any sequence, that are right up to rounding for
        some order of the samples. A fresh order is drawn from `rng` for each epoch, and each is
        equally likely. x and y are not changed.

    Raises
    ------
    AssertionError
        If it does not. The smallest error in a step of a wrong one is 1e-5 of its length.

    Examples
    --------
    >>> def stays(x, y, *, batch_size, lr, epochs, rng, w=0.0, b=0.0):
    ...     return w, b, [0.0] * epochs
    >>> try:
    ...     check_descent(stays)
    ... except AssertionError:
    ...     print("caught")
    caught
    """
    one_batch_needs_no_order(minibatch_gd)
    equal_samples_need_no_order(minibatch_gd)
    a_run_that_diverges_goes_on(minibatch_gd)
    every_order_comes_and_no_other_result(minibatch_gd)


def one_batch_needs_no_order(minibatch_gd: Descent) -> None:
    """Compare with a descent of our own where all samples are in one batch."""

    @quick
    @example(n=5, above=2, lr=0.5, epochs=5, seed=1)
    @given(
        n=st.integers(1, 12),
        above=st.integers(0, 5),
        lr=st.floats(-0.1, 1),
        epochs=st.integers(1, 6),
        seed=seeds,
    )
    def claim(n: int, above: int, lr: float, epochs: int, seed: int) -> None:
        normal = np.random.default_rng(seed).normal
        x, y = normal(size=(2, n, 1))
        start = tuple(10 * normal(size=2))
        must_be(minibatch_gd, x, y, n + above, lr, start, [[range(n)]] * epochs)

    claim()


def equal_samples_need_no_order(minibatch_gd: Descent) -> None:
    """Compare where all samples are alike: what counts is how a short batch is used."""

    @quick
    @example(n=7, batch_size=3, epochs=2)
    @given(n=st.integers(1, 12), batch_size=st.integers(1, 15), epochs=st.integers(1, 3))
    def claim(n: int, batch_size: int, epochs: int) -> None:
        x, y = np.full((n, 1), 0.5), np.full((n, 1), 3.0)
        batches = [range(n)[start : start + batch_size] for start in range(0, n, batch_size)]
        must_be(minibatch_gd, x, y, batch_size, 0.125, (0.0, 0.0), [batches] * epochs)

    claim()


def a_run_that_diverges_goes_on(minibatch_gd: Descent) -> None:
    """Demand a loss for each epoch, whatever happens."""
    x, y, rng = column([1, 2]), column([1, 5]), np.random.default_rng(0)
    w, _, losses = minibatch_gd(x, y, batch_size=1, lr=10.0, epochs=150, rng=rng)
    assert len(losses) == 150, f"{len(losses)} losses, not 150"
    assert not np.isfinite(w), f"w = {w} is finite"


def every_order_comes_and_no_other_result(minibatch_gd: Descent) -> None:
    """Try all 36 orders of 3 samples in two epochs: nearly each must come in 200 runs."""
    x, y, lr = column([1, 2, 4]), column([3, -1, 2]), 0.03
    orders = [[[i] for i in order] for order in itertools.permutations(range(3))]
    ways = {
        tuple(np.round(descent(x, y, lr, (0.0, 0.0), way)[0], 9)): way
        for way in itertools.product(orders, repeat=2)
    }

    def run(seed: int) -> tuple[float, ...]:
        options = {"batch_size": 1, "lr": lr, "epochs": 2, "rng": np.random.default_rng(seed)}
        w, b, _ = minibatch_gd(x, y, **options)
        return tuple(np.round([w, b], 9))

    came = [run(seed) for seed in range(200)]
    assert came[:20] == [run(seed) for seed in range(20)], "equal generators differ"
    assert {*came} <= {*ways}, "the result of no order of the samples"
    # In 200 runs hardly ever more than three ways do not come, in one of 10⁹ more than six.
    assert len({*came}) >= 30, f"only {len({*came})} of 36 ways through two epochs come"


def must_be(
    minibatch_gd: Descent,
    x: Array,
    y: Array,
    batch_size: int,
    lr: float,
    start: tuple[float, ...],
    epochs: Sequence[Sequence[Sequence[int]]],
) -> None:
    """Demand what a descent on these batches leads to, up to rounding."""
    options = {"batch_size": batch_size, "lr": lr, "epochs": len(epochs), "w": start[0]}
    given_x, given_y = x.copy(), y.copy()
    w, b, losses = minibatch_gd(x, y, **options, b=start[1], rng=np.random.default_rng(0))
    assert np.array_equal(x, given_x), "x is not what it was"
    assert np.array_equal(y, given_y), "y is not what it was"
    at, right_losses, size = descent(x, y, lr, start, epochs)
    assert len(losses) == len(epochs), f"{len(losses)} losses for {len(epochs)} epochs"
    # rounding is relative to the largest numbers on the way, and grows with the steps
    assert np.abs(np.subtract((w, b), at)).max() <= 1e-9 * size, f"({w}, {b}) is not {at}"
    wrong = np.abs(np.subtract(losses, right_losses)).max()
    assert wrong <= 1e-9 * size**2, f"losses {losses}, not {right_losses}"


def descent(
    x: Array,
    y: Array,
    lr: float,
    start: tuple[float, ...],
    epochs: Sequence[Sequence[Sequence[int]]],
) -> tuple[Any, list[float], float]:
    """Return the last w and b, the losses, and the size of the largest term on the way."""
    at, losses, size = np.array(start), [], 1.0
    for batches in epochs:
        of_batches = []
        for rows in batches:
            xb, yb = x[list(rows), 0], y[list(rows), 0]
            residuals = at[0] * xb + at[1] - yb
            of_batches.append(np.mean(residuals**2))
            at = at - lr * 2 * np.array([np.mean(residuals * xb), np.mean(residuals)])
            size = max(size, *np.abs(at), np.abs(residuals).max())
        losses.append(float(np.mean(of_batches)))
    return at, losses, float(size)


def column(values: Sequence[float]) -> Array:
    """Return an array of shape (m, 1)."""
    return np.array(values, dtype=np.float64)[:, None]


def tagged(n: int) -> tuple[Array, Array]:
    """Return n samples that have their numbers written on them: x = i, y = 1000 + i."""
    x = np.arange(float(n))[:, None]
    return x, x + 1000
