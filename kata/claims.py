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

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

Array = NDArray[np.float64]
Gradients = Callable[[Array, Array, float, float], tuple[float, float]]
Batches = Callable[[Array, Array, int, np.random.Generator], Iterable[tuple[Array, Array]]]
Descent = Callable[..., tuple[float, float, Sequence[float]]]  # its options have names


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
    # TODO: compare what it returns with what you know to be right
    raise NotImplementedError("claims: check_gradients")


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
    # TODO: look at what is in the batches, and count what should be equally likely
    raise NotImplementedError("claims: check_batches")


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
    # TODO: find data for which the order does not matter, and then what the order may be
    raise NotImplementedError("claims: check_descent")
