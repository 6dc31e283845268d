"""Stage 4: `minibatch_gd`.

The order of the samples is the learner's own, so that the tests either choose samples for which
it does not matter, or find out which batches were used (`tests.oracles.find_batches`).
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import oracles
from tests.boundary import Subject
from tests.laws import descent as laws
from tests.strategies import column, data_for, descents, eighths, fewer, rates, seeds
from tests.wording import Array


def test_hand_picked_cases_of_the_descent(minibatch_gd: Subject) -> None:
    minibatch_gd.must_pass_its_ladder()


def test_one_update_on_one_sample(minibatch_gd: Subject) -> None:
    # residual −2: dw = −4, db = −4; a step of 1/8 leads from 0 to 0.5, after a loss of 4
    x, y = column([1.0]), column([2.0])
    answer = laws.descent(minibatch_gd, x, y, batch_size=1, lr=0.125, epochs=1)
    right = oracles.descend(x, y, [[[0]]], 0.125)
    laws.must_follow(minibatch_gd, answer, right, "after a single update")


@pytest.mark.parametrize(("n", "batch_size", "epochs", "when"), laws.CONSTANT_CASES)
def test_every_batch_counts_as_one_update(
    minibatch_gd: Subject, n: int, batch_size: int, epochs: int, when: str
) -> None:
    laws.must_count_its_updates(minibatch_gd, n, batch_size, epochs, when)


@fewer
@given(
    data=st.integers(1, 5).flatmap(data_for),
    lr=rates,
    epochs=st.integers(1, 3),
    w=eighths,
    b=eighths,
)
def test_all_samples_in_one_batch_is_batch_gradient_descent(
    minibatch_gd: Subject,
    data: tuple[Array, Array],
    lr: float,
    epochs: int,
    w: float,
    b: float,
) -> None:
    laws.must_equal_full_batch_descent(minibatch_gd, *data, lr, epochs, w, b)


@fewer
@given(sizes=descents, seed=seeds)
def test_every_epoch_uses_every_sample_once(
    minibatch_gd: Subject, sizes: tuple[int, int, int], seed: int
) -> None:
    laws.batches_used(minibatch_gd, *sizes, seed)


@fewer
@given(sizes=descents, data=st.data(), lr=rates, w=eighths, b=eighths, seed=seeds)
def test_every_step_follows_the_formula_on_its_own_batch(
    minibatch_gd: Subject,
    sizes: tuple[int, int, int],
    data: st.DataObject,
    lr: float,
    w: float,
    b: float,
    seed: int,
) -> None:
    n, batch_size, epochs = sizes
    x, y = data.draw(data_for(n), label="data")
    laws.must_descend_on_its_batches(
        minibatch_gd, x, y, batch_size=batch_size, lr=lr, epochs=epochs, w=w, b=b, seed=seed
    )


def test_every_epoch_is_shuffled_anew(minibatch_gd: Subject) -> None:
    laws.must_shuffle_each_epoch(minibatch_gd)


def test_every_order_of_every_epoch_is_equally_likely(minibatch_gd: Subject) -> None:
    laws.must_shuffle_evenly(minibatch_gd)


def test_equal_generators_give_equal_results(minibatch_gd: Subject) -> None:
    laws.must_follow_its_generator(minibatch_gd)


def test_it_starts_from_0_unless_told(minibatch_gd: Subject) -> None:
    laws.must_start_from_0(minibatch_gd)


def test_global_random_state_is_left_alone(minibatch_gd: Subject) -> None:
    laws.must_leave_the_global_state_alone(minibatch_gd)


# How fast a descent converges is in the eigenvalues of the loss's Hessian, for x uniform on
# [0, 1): 2.54 and 0.13. A step of rate lr shrinks the error by 1 − lr·0.13 at the least.


def test_batch_descent_converges_to_the_least_squares_line(minibatch_gd: Subject) -> None:
    # 0.934⁴⁰⁰ = 1e-12 of the first error of 3
    x, y = oracles.reference_data(100)
    line = oracles.least_squares(x, y)
    laws.must_reach(minibatch_gd, 100, 100, 0.5, 400, line, within=1e-8)


def test_batch_descent_finds_w_3_and_b_2(minibatch_gd: Subject) -> None:
    # the least-squares line of 1000 samples is off by 0.011 in w (one standard deviation)
    laws.must_reach(minibatch_gd, 1000, 1000, 0.5, 200, (3.0, 2.0), within=0.1)


def test_stochastic_descent_finds_w_3_and_b_2(minibatch_gd: Subject) -> None:
    # e^(−0.1·0.13·1000) = 2e-6 of the first error; then w and b keep moving by √lr·0.1 = 0.032
    laws.must_reach(minibatch_gd, 1000, 1, 0.1, 1, (3.0, 2.0), within=0.25)


def test_minibatch_descent_finds_w_3_and_b_2(minibatch_gd: Subject) -> None:
    # 320 updates shrink the first error to 0.96³²⁰ = 2e-6 of it
    laws.must_reach(minibatch_gd, 1000, 128, 0.3, 40, (3.0, 2.0), within=0.1)


def test_stochastic_descent_without_noise_finds_the_exact_line(minibatch_gd: Subject) -> None:
    laws.must_reach(minibatch_gd, 20, 1, 0.4, 100, (3.0, 2.0), within=1e-6, noise=0.0)
