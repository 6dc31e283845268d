"""Stage 5: `LinearRegression`, `to_dataset`, `train_epoch`, `train`.

PyTorch is imported when the first of these tests runs, so that the other stages never wait for
it. Its numbers are float32, hence the wider tolerances.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import oracles
from tests.boundary import Subject
from tests.laws import descent, training
from tests.strategies import (
    column,
    columns,
    data_for,
    descents,
    eighths,
    fewer,
    numbers,
    rates,
    samples,
)
from tests.wording import Array

torch_seeds = st.integers(0, 2**31)


def test_hand_picked_cases_of_the_model(LinearRegression: Subject) -> None:
    LinearRegression.must_pass_its_ladder()


def test_model_with_w_3_and_b_2(LinearRegression: Subject) -> None:
    training.must_be_the_line(LinearRegression, 3.0, 2.0, column([0.0, 1.0, 2.0]))  # 2, 5, 8


@given(x=columns, w=eighths, b=eighths)
def test_model_is_the_line(LinearRegression: Subject, x: Array, w: float, b: float) -> None:
    training.must_be_the_line(LinearRegression, w, b, x)


def test_hand_picked_cases_of_the_dataset(to_dataset: Subject) -> None:
    to_dataset.must_pass_its_ladder()


def test_dataset_of_two_samples(to_dataset: Subject) -> None:
    training.must_hold_the_samples(to_dataset, column([1.0, 2.0]), column([5.0, 8.0]))


@given(data=samples)
def test_dataset_holds_the_samples_as_float32(
    to_dataset: Subject, data: tuple[Array, Array]
) -> None:
    training.must_hold_the_samples(to_dataset, *data)


def test_hand_picked_cases_of_one_pass(train_epoch: Subject) -> None:
    train_epoch.must_pass_its_ladder()


def test_one_batch_is_one_step(train_epoch: Subject) -> None:
    # residual 1: dw = db = 2; a step of 1/8 leads from (1, 0) to (0.75, −0.25), after a loss of 1
    training.must_train_one_pass(
        train_epoch, column([1.0]), column([0.0]), batch_size=1, lr=0.125, w=1.0, b=0.0
    )


@fewer
@given(
    n=st.integers(1, 6),
    batch_size=st.integers(1, 7),
    data=st.data(),
    lr=rates,
    w=eighths,
    b=eighths,
    times=st.integers(1, 2),
)
def test_a_pass_takes_one_step_for_each_batch(
    train_epoch: Subject,
    n: int,
    batch_size: int,
    data: st.DataObject,
    lr: float,
    w: float,
    b: float,
    times: int,
) -> None:
    x, y = data.draw(data_for(n), label="data")
    training.must_train_one_pass(
        train_epoch, x, y, batch_size=batch_size, lr=lr, w=w, b=b, times=times
    )


@pytest.mark.parametrize("loss", training.LOSSES)
def test_a_pass_descends_on_the_loss_it_is_given(train_epoch: Subject, loss: str) -> None:
    x, y = column([1.0, 2.0, 4.0]), column([0.0, 3.0, 2.0])
    training.must_train_one_pass(
        train_epoch,
        x,
        y,
        batch_size=2,
        lr=0.125,
        w=1.0,
        b=0.0,
        loss=loss,
        when=f"with loss_fn={loss}",
    )


def test_hand_picked_cases_of_the_training(train: Subject) -> None:
    train.must_pass_its_ladder()


@pytest.mark.parametrize(("n", "batch_size", "epochs", "when"), descent.CONSTANT_CASES)
def test_every_batch_counts_as_one_update(
    train: Subject, n: int, batch_size: int, epochs: int, when: str
) -> None:
    descent.must_count_its_updates(train, n, batch_size, epochs, when)


@fewer
@given(
    data=st.integers(1, 5).flatmap(data_for),
    lr=rates,
    epochs=st.integers(1, 3),
    w=eighths,
    b=eighths,
)
def test_all_samples_in_one_batch_is_batch_gradient_descent(
    train: Subject,
    data: tuple[Array, Array],
    lr: float,
    epochs: int,
    w: float,
    b: float,
) -> None:
    descent.must_equal_full_batch_descent(train, *data, lr, epochs, w, b)


@fewer
@given(sizes=descents, data=st.data(), lr=rates, w=eighths, b=eighths, seed=torch_seeds)
def test_every_step_follows_the_formula_on_its_own_batch(
    train: Subject,
    sizes: tuple[int, int, int],
    data: st.DataObject,
    lr: float,
    w: float,
    b: float,
    seed: int,
) -> None:
    n, batch_size, epochs = sizes
    x, y = data.draw(data_for(n), label="data")
    descent.must_descend_on_its_batches(
        train, x, y, batch_size=batch_size, lr=lr, epochs=epochs, w=w, b=b, seed=seed
    )


def test_every_epoch_is_shuffled_anew(train: Subject) -> None:
    descent.must_shuffle_each_epoch(train)


def test_every_order_is_equally_likely(train: Subject) -> None:
    descent.must_shuffle_the_first_epoch_evenly(train)


def test_equal_generators_give_equal_results(train: Subject) -> None:
    descent.must_follow_its_generator(train)


def test_training_works_without_a_generator(train: Subject) -> None:
    training.must_train_without_a_generator(train)


# Smaller data than in the NumPy stage, as an update takes ten times as long. The error shrinks by
# e^(−0.13·lr) in each update.


def test_batch_descent_converges_to_the_least_squares_line(train: Subject) -> None:
    x, y = oracles.reference_data(20)
    descent.must_reach(train, 20, 20, 0.5, 250, oracles.least_squares(x, y), within=1e-3)


def test_stochastic_descent_finds_w_3_and_b_2(train: Subject) -> None:
    # 8e-6 of the first error is left after 300 updates; then w and b move by √lr·0.1 = 0.055
    descent.must_reach(train, 300, 1, 0.3, 1, (3.0, 2.0), within=0.4)


def test_minibatch_descent_finds_w_3_and_b_2(train: Subject) -> None:
    # 300 updates; the least-squares line of 300 samples is off by 0.02 (one standard deviation)
    descent.must_reach(train, 300, 64, 0.3, 60, (3.0, 2.0), within=0.15)


@given(data=samples, w=numbers, b=numbers)
def test_manual_gradients_are_those_of_autograd(
    mse_gradients: Subject, data: tuple[Array, Array], w: float, b: float
) -> None:
    training.must_agree_with_autograd(mse_gradients, *data, w, b)
