"""Stage 4: `minibatch_gd`.

The order of the samples is the learner's own, so the tests choose samples for which it does not
matter, or find out which batches were used (`tests/judge/tracing.py`). What is right is `descend`:
one update for each batch, by the mean gradient of its samples; `losses` has one number for each
epoch, the mean over its batches of the loss before the update. w, b and losses must agree to 1e-10
of the largest terms.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.judge import descents as the
from tests.judge.boundary import Subject
from tests.judge.descents import descent
from tests.judge.oracles import descend, in_order, least_squares, reference_data
from tests.judge.showing import column
from tests.judged.values import Seed
from tests.strategies import (
    SMALL_DESCENTS,
    Options,
    always_try,
    few_examples,
    fewer_examples,
    full_batches,
    large_descents,
    mini_batches,
    torch_seeds,
)

THREE: Options = {"x": column([1, 2, 4]), "y": column([0, 3, 2]), "lr": 0.05, "epochs": 2}
ALL_IN_ONE: Options = {**THREE, "batch_size": 3, "w": 0.0, "b": 0.0}


def test_one_update_on_one_sample(minibatch_gd: Subject) -> None:
    # residual −2: dw = −8, db = −4; a step of 1/8 leads to w = 1, b = 1/2, after a loss of 4
    run = descent(minibatch_gd, column([2]), column([2]), batch_size=1, lr=0.125, epochs=1)
    the.must_end(run, w=1.0, b=0.5, losses=[4.0])


def test_every_batch_counts_as_one_update(minibatch_gd: Subject) -> None:
    # all samples are (0.5, 3): only the number of updates matters, and what a short batch counts
    for n, batch_size, epochs in the.ALIKE:
        x, y = np.full((n, 1), 0.5), np.full((n, 1), 3.0)
        run = descent(minibatch_gd, x, y, batch_size=batch_size, lr=0.25, epochs=epochs)
        the.must_follow(run, descend(x, y, in_order(n, batch_size, epochs), lr=0.25))


@pytest.mark.parametrize(
    ("lr", "w", "b", "when"), [(0.25, 2.0, -1.0, "elsewhere"), (1.0, 0.0, 0.0, "lr=1")]
)
def test_it_starts_where_it_is_told_and_steps_as_far(
    minibatch_gd: Subject, lr: float, w: float, b: float, when: str
) -> None:
    x, y = column([0.5]), column([3])
    run = descent(minibatch_gd, x, y, batch_size=1, lr=lr, epochs=2, w=w, b=b)
    the.must_follow(run, descend(x, y, in_order(1, 1, 2), lr, w, b), when)


def test_equal_generators_give_equal_results(minibatch_gd: Subject) -> None:
    # whatever Python's and NumPy's global generators do, which must be left alone
    x, y = column([0, 1, 2, 4]), column([1, 0, 3, 2])
    options: Options = {"batch_size": 1, "lr": 0.05, "epochs": 4, "seed": 3, "watch": True}
    once, again = (descent(minibatch_gd, x, y, **options, global_seed=seed) for seed in (1, 2))
    again.must_equal(once, "equal generators")


def test_every_epoch_uses_every_sample_once(minibatch_gd: Subject) -> None:
    # each epoch's loss tells how it was split, and the last b confirms it
    for n, batch_size in ((3, 1), (3, 2), (3, 3), (4, 2), (5, 2)):
        the.must_use_every_sample_once(minibatch_gd, n, batch_size, epochs=1)
    for n, batch_size, epochs in SMALL_DESCENTS:
        the.must_use_every_sample_once(minibatch_gd, n, batch_size, epochs)


@always_try({"case": ALL_IN_ONE}, {"case": {**ALL_IN_ONE, "y": 1e5 * THREE["y"], "w": 1000.0}})
@fewer_examples
@given(case=full_batches())
def test_all_samples_in_one_batch_is_batch_gradient_descent(
    minibatch_gd: Subject, case: Options
) -> None:
    run = descent(minibatch_gd, **case)
    the.must_follow(run, the.unshuffled(run), "one batch")


def test_it_starts_from_0_unless_told(minibatch_gd: Subject) -> None:
    run = minibatch_gd(**THREE, batch_size=3, rng=Seed(0))
    the.must_follow(run, the.unshuffled(run), "default start")


def test_every_epoch_is_shuffled_anew(minibatch_gd: Subject) -> None:
    # 5 samples in batches of 2: other batches in the second epoch, and for other generators
    the.must_shuffle_each_epoch(minibatch_gd)


@always_try({"case": {**ALL_IN_ONE, "batch_size": 2}})
@fewer_examples
@given(case=mini_batches())
def test_every_step_follows_the_formula_on_its_own_batch(
    minibatch_gd: Subject, case: Options
) -> None:
    the.must_descend_on_its_batches(minibatch_gd, **case)


@few_examples
@given(sizes=large_descents(), data=st.data(), seed=torch_seeds)
def test_many_samples_are_used_as_few_are(
    minibatch_gd: Subject, sizes: tuple[int, int, int], data: st.DataObject, seed: int
) -> None:
    n, batch_size, epochs = sizes
    x, y = np.full((n, 1), 0.5), np.full((n, 1), 3.0)
    run = descent(minibatch_gd, x, y, batch_size=batch_size, lr=0.25, epochs=epochs)
    the.must_follow(run, descend(x, y, in_order(n, batch_size, epochs), lr=0.25))
    row = data.draw(st.integers(0, n - 1), label="row")
    the.must_use_one_sample_once(minibatch_gd, n, batch_size, min(epochs, 2), row, seed)


def test_every_order_of_every_epoch_is_equally_likely(minibatch_gd: Subject) -> None:
    # 3 samples one by one: 36 ways through two epochs
    the.must_shuffle_evenly(minibatch_gd, runs=720)


def test_a_run_that_diverges_goes_on(minibatch_gd: Subject) -> None:
    the.must_go_on(minibatch_gd, epochs=200)


# How fast a descent converges is in the eigenvalues of the loss's Hessian, for x uniform on
# [0, 1): 2.54 and 0.13. A step of rate lr shrinks the error to 1 − lr·0.13 of itself at the most.


def test_batch_descent_converges_to_the_least_squares_line(minibatch_gd: Subject) -> None:
    # 0.934⁴⁰⁰ = 1e-12 of the first error in w, 3
    line = least_squares(*reference_data(100))
    the.must_reach(minibatch_gd, 100, line, within=1e-8, batch_size=100, lr=0.5, epochs=400)


@pytest.mark.parametrize(
    ("batch_size", "lr", "epochs", "within"),
    [
        # 0.934²⁰⁰ = 1e-6 of the first error; the least-squares line of 1000 samples is off by 0.011
        # in w (one standard deviation)
        (1000, 0.5, 200, 0.1),
        # e^(−0.1·0.13·1000) = 2e-6 of the first error; then w and b keep moving by √lr·0.1 = 0.032
        (1, 0.1, 1, 0.25),
        # 320 updates shrink the first error to 0.96³²⁰ = 2e-6 of it
        (128, 0.3, 40, 0.1),
    ],
)
def test_batch_stochastic_and_minibatch_descent_find_w_3_and_b_2(
    minibatch_gd: Subject, batch_size: int, lr: float, epochs: int, within: float
) -> None:
    options: Options = {"batch_size": batch_size, "lr": lr, "epochs": epochs}
    the.must_reach(minibatch_gd, 1000, (3.0, 2.0), within=within, **options)


def test_stochastic_descent_without_noise_finds_the_exact_line(minibatch_gd: Subject) -> None:
    # 2000 updates shrink the first error to 0.95²⁰⁰⁰ = 1e-45 of it
    options: Options = {"batch_size": 1, "lr": 0.4, "epochs": 100}
    the.must_reach(minibatch_gd, 20, (3.0, 2.0), within=1e-6, noise=0.0, **options)
