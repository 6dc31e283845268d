"""Stage 5: `LinearRegression`, `to_dataset`, `train_epoch`, `train`.

PyTorch is imported when the first of these tests runs, so that the other stages never wait for
it. Its numbers are float32, hence the wider tolerances (`tests/judge/torch_stage.py`).
"""

import numpy as np
import pytest
from hypothesis import given

from tests.judge import descents as the
from tests.judge import torch_stage
from tests.judge.boundary import Subject
from tests.judge.descents import descent
from tests.judge.oracles import descend, in_order, least_squares, reference_data
from tests.judge.showing import column
from tests.judged.values import Array
from tests.strategies import (
    SMALL_DESCENTS,
    Options,
    columns,
    eighths,
    fewer,
    first,
    full_batches,
    mini_batches,
    passes,
    samples,
)

THREE: Options = {"x": column([1, 2, 4]), "y": column([0, 3, 2]), "lr": 0.05, "epochs": 2}
FULL: Options = {**THREE, "batch_size": 3, "w": 0.0, "b": 0.0}

# one pass from w = 1, b = 0: residuals 2, −3 and 2
PASS: Options = {"x": column([1, 2, 4]), "y": column([-1, 5, 2]), "lr": 0.125, "w": 1.0, "b": 0.0}


def test_model_with_w_3_and_b_2(LinearRegression: Subject) -> None:
    for x, right in ((column([1]), column([5])), (column([0, 1, -2]), column([2, 5, -4]))):
        model = LinearRegression(w=3.0, b=2.0, x=x)
        torch_stage.must_be_a_linear_model(model)
        torch_stage.must_predict(model, right)


@given(x=columns, w=eighths, b=eighths)
def test_model_is_the_line(LinearRegression: Subject, x: Array, w: float, b: float) -> None:
    torch_stage.must_predict(LinearRegression(w=w, b=b, x=x), w * x + b)


def test_dataset_of_three_samples(to_dataset: Subject) -> None:
    torch_stage.must_hold_the_samples(to_dataset(x=column([1]), y=column([2])))
    x, y = column([0.1, 1, 2]), column([2.3, 5, 8])
    torch_stage.must_hold_the_samples(to_dataset(x=x, y=y))


@given(samples=samples)
def test_dataset_holds_the_samples_as_float32(
    to_dataset: Subject, samples: tuple[Array, Array]
) -> None:
    x, y = samples
    torch_stage.must_hold_the_samples(to_dataset(x=x, y=y))


@pytest.mark.parametrize(
    ("n", "batch_size", "calls"), [(1, 1, 1), (2, 2, 1), (2, 1, 1), (3, 2, 1), (3, 2, 2)]
)
def test_each_batch_is_one_step(train_epoch: Subject, n: int, batch_size: int, calls: int) -> None:
    # one sample: residual 2, so dw = db = 4, and a step of 1/8 leads to w = 1/2, b = −1/2
    case = {**PASS, "x": PASS["x"][:n], "y": PASS["y"][:n]}
    torch_stage.must_train_one_pass(train_epoch, **case, batch_size=batch_size, calls=calls)


def test_a_pass_works_on_other_numbers(train_epoch: Subject) -> None:
    x, y = column([0.3, 1.7, -0.4]), column([2.2, -1.1, 0.6])
    torch_stage.must_train_one_pass(train_epoch, x, y, batch_size=2, lr=0.07, w=1.3, b=-0.7)
    large: Options = {"batch_size": 1, "lr": 0.01, "w": 1.0, "b": 0.0, "when": "large numbers"}
    torch_stage.must_train_one_pass(train_epoch, column([1]), column([5e4]), **large)


@pytest.mark.parametrize("loss", torch_stage.LOSSES)
def test_a_pass_descends_on_the_loss_it_is_given(train_epoch: Subject, loss: str) -> None:
    torch_stage.must_train_one_pass(train_epoch, **PASS, batch_size=2, loss=loss)


@fewer
@given(case=passes())
def test_a_pass_takes_one_step_for_each_batch(train_epoch: Subject, case: Options) -> None:
    torch_stage.must_train_one_pass(train_epoch, **case)


def test_one_update_of_a_training(train: Subject) -> None:
    # residual −2: dw = −8, db = −4; a step of 1/8 leads to w = 1, b = 1/2, after a loss of 4
    run = descent(train, column([2]), column([2]), batch_size=1, lr=0.125, epochs=1)
    the.hand_computed(run, w=1.0, b=0.5, losses=[4.0])


def test_every_batch_counts_as_one_update(train: Subject) -> None:
    for n, batch_size, epochs in the.ALIKE:  # samples: their order does not matter
        x, y = np.full((n, 1), 0.5), np.full((n, 1), 3.0)
        run = descent(train, x, y, batch_size=batch_size, lr=0.25, epochs=epochs)
        the.must_follow(run, descend(x, y, in_order(n, batch_size, epochs), lr=0.25))


@pytest.mark.parametrize(
    ("lr", "w", "b", "when"), [(0.25, 2.0, -1.0, "elsewhere"), (1.0, 0.0, 0.0, "lr=1")]
)
def test_training_goes_on_from_the_model_it_is_given(
    train: Subject, lr: float, w: float, b: float, when: str
) -> None:
    x, y = column([0.5]), column([3])
    run = descent(train, x, y, batch_size=1, lr=lr, epochs=2, w=w, b=b)
    the.must_follow(run, descend(x, y, in_order(1, 1, 2), lr, w, b), when)


def test_equal_generators_give_equal_trainings(train: Subject) -> None:
    x, y = column([0, 1, 2, 4]), column([1, 0, 3, 2])
    run: Options = {"batch_size": 1, "lr": 0.05, "epochs": 4, "seed": 3}
    first, again = (descent(train, x, y, **run, global_seed=turn) for turn in (1, 2))
    again.must_equal(first, "equal generators")


def test_every_epoch_uses_every_sample_once(train: Subject) -> None:
    for n, batch_size in ((3, 1), (3, 2), (3, 3), (4, 2), (5, 2)):
        the.batches_used(train, n, batch_size, epochs=1)
    for n, batch_size, epochs in SMALL_DESCENTS:
        the.batches_used(train, n, batch_size, epochs)


@first({"case": FULL}, {"case": {**FULL, "y": 1e5 * FULL["y"], "w": 1000.0}})
@fewer
@given(case=full_batches())
def test_all_samples_in_one_batch_is_batch_gradient_descent(train: Subject, case: Options) -> None:
    the.must_follow(run := descent(train, **case), the.in_its_order(run), "one batch")


def test_every_epoch_is_shuffled_anew(train: Subject) -> None:
    the.must_shuffle_each_epoch(train)


@first({"case": {**FULL, "batch_size": 2}})
@fewer
@given(case=mini_batches())
def test_every_step_follows_the_formula_on_its_own_batch(train: Subject, case: Options) -> None:
    the.must_descend_on_its_batches(train, **case)


def test_every_order_is_equally_likely(train: Subject) -> None:
    the.must_shuffle_evenly(train, runs=120, epochs=1)


@pytest.mark.parametrize("batch_size", [3, 2])
def test_training_works_without_a_generator(train: Subject, batch_size: int) -> None:
    # all samples in one batch; a short last batch of samples that are all alike
    alike: Options = {"x": np.full((3, 1), 0.5), "y": np.full((3, 1), 3.0)}
    case = THREE if batch_size == 3 else {**THREE, **alike}
    run = descent(train, **case, batch_size=batch_size, seed=None)
    the.must_follow(run, the.in_its_order(run), "no generator")


def test_training_shuffles_without_a_generator(train: Subject) -> None:
    # that 120 orders are equal by chance 5 times comes once in 2·10¹⁰ runs
    x, y = column([1, 2, 4, 0, 3]), column([0, 3, 2, 5, 1])
    run: Options = {"batch_size": 1, "lr": 0.02, "epochs": 1, "seed": None}
    runs = [descent(train, x, y, **run, global_seed=turn) for turn in range(6)]
    if all(run.value == runs[0].value for run in runs):
        runs[0].fail("same order without generator")


# Smaller data than in the NumPy stage, as an update takes ten times as long. The error shrinks by
# e^(−0.13·lr) in each update.


def test_batch_descent_converges_to_the_least_squares_line(train: Subject) -> None:
    line = least_squares(*reference_data(20))
    the.must_reach(train, 20, line, within=1e-3, batch_size=20, lr=0.5, epochs=250)


@pytest.mark.parametrize(
    ("batch_size", "epochs", "within"),
    [
        # 8e-6 of the first error is left after 300 updates; then w and b move by √lr·0.1 = 0.055
        (1, 1, 0.4),
        # 300 updates; the least-squares line of 300 samples is off by 0.02 (a standard deviation)
        (64, 60, 0.15),
    ],
)
def test_stochastic_and_minibatch_descent_find_w_3_and_b_2(
    train: Subject, batch_size: int, epochs: int, within: float
) -> None:
    run: Options = {"batch_size": batch_size, "lr": 0.3, "epochs": epochs}
    the.must_reach(train, 300, (3.0, 2.0), within=within, **run)
