"""Stage 4: `minibatch_gd`.

The order of the samples is the learner's own, so that the tests either choose samples for which
it does not matter, or find out which batches were used (`tests/judge/tracing.py`). What is right
is `descend`: one update for each batch, by the mean gradient of its samples.
"""

import numpy as np
import pytest
from hypothesis import given

from tests.judge import descents as the
from tests.judge.boundary import Subject
from tests.judge.descents import descent
from tests.judge.oracles import descend, in_order, least_squares, reference_data
from tests.judge.showing import column
from tests.judged.values import Seed
from tests.strategies import SMALL_DESCENTS, Options, fewer, first, full_batches, mini_batches

THREE: Options = {"x": column([1, 2, 4]), "y": column([0, 3, 2]), "lr": 0.05, "epochs": 2}
FULL: Options = {**THREE, "batch_size": 3, "w": 0.0, "b": 0.0}


def test_one_update_on_one_sample(minibatch_gd: Subject) -> None:
    # residual −2: dw = −8, db = −4; a step of 1/8 leads to w = 1, b = 1/2, after a loss of 4
    run = descent(minibatch_gd, column([2]), column([2]), batch_size=1, lr=0.125, epochs=1)
    the.hand_computed(run, w=1.0, b=0.5, losses=[4.0])


def test_every_batch_counts_as_one_update(minibatch_gd: Subject) -> None:
    for n, batch_size, epochs in the.ALIKE:  # samples: their order does not matter
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
    x, y = column([0, 1, 2, 4]), column([1, 0, 3, 2])
    run: Options = {"batch_size": 1, "lr": 0.05, "epochs": 4, "seed": 3, "watch": True}
    first, again = (descent(minibatch_gd, x, y, **run, global_seed=turn) for turn in (1, 2))
    again.must_equal(first, "equal generators")


def test_every_epoch_uses_every_sample_once(minibatch_gd: Subject) -> None:
    for n, batch_size in ((3, 1), (3, 2), (3, 3), (4, 2), (5, 2)):
        the.batches_used(minibatch_gd, n, batch_size, epochs=1)
    for n, batch_size, epochs in SMALL_DESCENTS:
        the.batches_used(minibatch_gd, n, batch_size, epochs)


@first({"case": FULL}, {"case": {**FULL, "y": 1e5 * FULL["y"], "w": 1000.0}})
@fewer
@given(case=full_batches())
def test_all_samples_in_one_batch_is_batch_gradient_descent(
    minibatch_gd: Subject, case: Options
) -> None:
    the.must_follow(run := descent(minibatch_gd, **case), the.in_its_order(run), "one batch")


def test_it_starts_from_0_unless_told(minibatch_gd: Subject) -> None:
    run = minibatch_gd(**THREE, batch_size=3, rng=Seed(0))
    the.must_follow(run, the.in_its_order(run), "default start")


def test_every_epoch_is_shuffled_anew(minibatch_gd: Subject) -> None:
    the.must_shuffle_each_epoch(minibatch_gd)


@first({"case": {**FULL, "batch_size": 2}})
@fewer
@given(case=mini_batches())
def test_every_step_follows_the_formula_on_its_own_batch(
    minibatch_gd: Subject, case: Options
) -> None:
    the.must_descend_on_its_batches(minibatch_gd, **case)


def test_every_order_of_every_epoch_is_equally_likely(minibatch_gd: Subject) -> None:
    the.must_shuffle_evenly(minibatch_gd, runs=900, epochs=2)


# How fast a descent converges is in the eigenvalues of the loss's Hessian, for x uniform on
# [0, 1): 2.54 and 0.13. A step of rate lr shrinks the error by 1 − lr·0.13 at the least.


def test_batch_descent_converges_to_the_least_squares_line(minibatch_gd: Subject) -> None:
    # 0.934⁴⁰⁰ = 1e-12 of the first error of 3
    line = least_squares(*reference_data(100))
    the.must_reach(minibatch_gd, 100, line, within=1e-8, batch_size=100, lr=0.5, epochs=400)


@pytest.mark.parametrize(
    ("batch_size", "lr", "epochs", "within"),
    [
        # the least-squares line of 1000 samples is off by 0.011 in w (one standard deviation)
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
    run: Options = {"batch_size": batch_size, "lr": lr, "epochs": epochs}
    the.must_reach(minibatch_gd, 1000, (3.0, 2.0), within=within, **run)


def test_stochastic_descent_without_noise_finds_the_exact_line(minibatch_gd: Subject) -> None:
    run: Options = {"batch_size": 1, "lr": 0.4, "epochs": 100}
    the.must_reach(minibatch_gd, 20, (3.0, 2.0), within=1e-6, noise=0.0, **run)
