"""Stage 5: `LinearRegression`, `to_dataset`, `train_epoch`, `train`.

PyTorch is imported when the first of these tests runs, so that the other stages never wait for it.
Its numbers are float32: w, b and losses must agree to 2e-5 of the largest terms. A model is made by
the learner's `LinearRegression()`, and gets its w and b from the tests; `train_epoch` and `train`
get a right model that starts from w and b. `train_epoch` returns the mean of its batches' losses,
`train` a list of one such number for each epoch.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    always_try,
    columns,
    few_examples,
    fewer_examples,
    full_batches,
    large_descents,
    mini_batches,
    numbers,
    passes,
    samples,
    torch_seeds,
)

THREE: Options = {"x": column([1, 2, 4]), "y": column([0, 3, 2]), "lr": 0.05, "epochs": 2}
ALL_IN_ONE: Options = {**THREE, "batch_size": 3, "w": 0.0, "b": 0.0}

# one pass from w = 1, b = 0: residuals 2, −3 and 2
ONE_PASS: Options = {
    "x": column([1, 2, 4]),
    "y": column([-1, 5, 2]),
    "lr": 0.125,
    "w": 1.0,
    "b": 0.0,
}


def test_model_with_w_3_and_b_2(LinearRegression: Subject) -> None:
    for x, right in ((column([1]), column([5])), (column([0, 1, -2]), column([2, 5, -4]))):
        model = LinearRegression(w=3.0, b=2.0, x=x)
        torch_stage.must_be_a_linear_model(model)
        torch_stage.must_predict(model, right)


@fewer_examples
@given(x=columns, w=numbers, b=numbers)
def test_model_is_the_line(LinearRegression: Subject, x: Array, w: float, b: float) -> None:
    # also the second time, in eval() and without gradients
    torch_stage.must_predict(LinearRegression(w=w, b=b, x=x), w * x + b)


def test_dataset_of_one_and_of_three_samples(to_dataset: Subject) -> None:
    # a TensorDataset of two float32 tensors of shape (n, 1)
    torch_stage.must_hold_the_samples(to_dataset(x=column([1]), y=column([2])))
    x, y = column([0.1, 1, 2]), column([2.3, 5, 8])
    torch_stage.must_hold_the_samples(to_dataset(x=x, y=y))


@fewer_examples
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
    case = {**ONE_PASS, "x": ONE_PASS["x"][:n], "y": ONE_PASS["y"][:n]}
    torch_stage.must_step_once_per_batch(train_epoch, **case, batch_size=batch_size, calls=calls)


def test_a_pass_works_on_other_numbers(train_epoch: Subject) -> None:
    x, y = column([0.3, 1.7, -0.4]), column([2.2, -1.1, 0.6])
    torch_stage.must_step_once_per_batch(train_epoch, x, y, batch_size=2, lr=0.07, w=1.3, b=-0.7)
    large: Options = {"batch_size": 1, "lr": 0.01, "w": 1.0, "b": 0.0, "when": "large numbers"}
    torch_stage.must_step_once_per_batch(train_epoch, column([1]), column([5e4]), **large)
    # losses of 1e-6: whoever rounds them, to show them, loses them
    small: Options = {"batch_size": 1, "lr": 0.05, "w": 0.0, "b": 0.0, "when": "small numbers"}
    torch_stage.must_step_once_per_batch(train_epoch, THREE["x"], 1e-3 * y, **small, least=0.0)


def test_a_pass_takes_every_one_of_many_batches(train_epoch: Subject) -> None:
    # 60 batches of one sample, then 8 of 7 and one of 4
    x, y = np.random.default_rng(0).uniform(-2, 2, (2, 60, 1))
    for batch_size in (1, 7):
        options: Options = {"batch_size": batch_size, "lr": 0.05, "w": 1.0, "b": -0.5}
        torch_stage.must_step_once_per_batch(train_epoch, x, y, **options, when="many batches")


# the last one counts a prediction above its target three times
@pytest.mark.parametrize(
    "loss", ["MSELoss()", "MSELoss(reduction='sum')", "L1Loss()", "Lopsided()"]
)
def test_a_pass_descends_on_the_loss_it_is_given(train_epoch: Subject, loss: str) -> None:
    torch_stage.must_step_once_per_batch(train_epoch, **ONE_PASS, batch_size=2, loss=loss)


def test_a_pass_steps_by_the_optimizer_it_is_given(train_epoch: Subject) -> None:
    # SGD with momentum: half of the step before is added to each step
    torch_stage.must_step_once_per_batch(train_epoch, **ONE_PASS, batch_size=1, momentum=0.5)


def test_a_pass_counts_a_loss_that_is_not_finite(train_epoch: Subject) -> None:
    usual: Options = {"w": 0.0, "b": 0.0, "loss": "MSELoss()", "calls": 1, "momentum": 0.0}
    for options in the.sudden_ends(train_epoch):
        the.must_count_every_loss(train_epoch(**options, **usual))


@fewer_examples
@given(case=passes())
def test_a_pass_takes_one_step_for_each_batch(train_epoch: Subject, case: Options) -> None:
    torch_stage.must_step_once_per_batch(train_epoch, **case)


def test_one_update_of_a_training(train: Subject) -> None:
    # residual −2: dw = −8, db = −4; a step of 1/8 leads to w = 1, b = 1/2, after a loss of 4
    run = descent(train, column([2]), column([2]), batch_size=1, lr=0.125, epochs=1)
    the.must_end(run, w=1.0, b=0.5, losses=[4.0])


def test_every_batch_counts_as_one_update(train: Subject) -> None:
    # all samples are (0.5, 3): only the number of updates matters, and what a short batch counts
    for n, batch_size, epochs in the.ALIKE:
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


def test_a_line_that_fits_stays_as_it_is(train: Subject) -> None:
    # all gradients are 0; a weight decay of 1e-5 shrinks w and b by 1.5e-4
    x, y, n = column([1]), column([0]), 60
    run = descent(train, x, y, batch_size=1, lr=0.25, epochs=n, w=1.0, b=-1.0)
    the.must_follow(run, descend(x, y, in_order(1, 1, n), 0.25, 1.0, -1.0), "fits")


def test_equal_generators_give_equal_trainings(train: Subject) -> None:
    # whatever PyTorch's global generator does
    x, y = column([0, 1, 2, 4]), column([1, 0, 3, 2])
    options: Options = {"batch_size": 1, "lr": 0.05, "epochs": 4, "seed": 3}
    once, again = (descent(train, x, y, **options, global_seed=seed) for seed in (1, 2))
    again.must_equal(once, "equal generators")


def test_every_epoch_uses_every_sample_once(train: Subject) -> None:
    # each epoch's loss tells how it was split, and the last b confirms it
    for n, batch_size in ((3, 1), (3, 2), (3, 3), (4, 2), (5, 2)):
        the.must_use_every_sample_once(train, n, batch_size, epochs=1)
    for n, batch_size, epochs in SMALL_DESCENTS:
        the.must_use_every_sample_once(train, n, batch_size, epochs)


@always_try({"case": ALL_IN_ONE}, {"case": {**ALL_IN_ONE, "y": 1e5 * THREE["y"], "w": 1000.0}})
@fewer_examples
@given(case=full_batches())
def test_all_samples_in_one_batch_is_batch_gradient_descent(train: Subject, case: Options) -> None:
    run = descent(train, **case)
    the.must_follow(run, the.unshuffled(run), "one batch")


def test_small_losses_are_not_rounded(train: Subject) -> None:
    run = descent(train, **{**ALL_IN_ONE, "y": 1e-3 * THREE["y"]})
    the.must_follow(run, the.unshuffled(run, least=0.0), "small numbers")


def test_every_epoch_is_shuffled_anew(train: Subject) -> None:
    # 5 samples in batches of 2: other batches in the second epoch, and for other generators
    the.must_shuffle_each_epoch(train)


@always_try({"case": {**ALL_IN_ONE, "batch_size": 2}})
@fewer_examples
@given(case=mini_batches())
def test_every_step_follows_the_formula_on_its_own_batch(train: Subject, case: Options) -> None:
    the.must_descend_on_its_batches(train, **case)


@few_examples
@given(sizes=large_descents(), data=st.data(), seed=torch_seeds)
def test_many_samples_are_used_as_few_are(
    train: Subject, sizes: tuple[int, int, int], data: st.DataObject, seed: int
) -> None:
    n, batch_size, epochs = sizes
    row = data.draw(st.integers(0, n - 1), label="row")
    the.must_use_one_sample_once(train, n, batch_size, min(epochs, 2), row, seed)


def test_every_order_of_every_epoch_is_equally_likely(train: Subject) -> None:
    # 3 samples one by one: 6 ways through each epoch
    the.must_shuffle_evenly(train, runs=60)


def test_a_run_that_diverges_goes_on(train: Subject) -> None:
    the.must_go_on(train, epochs=40)


@pytest.mark.parametrize("batch_size", [3, 2])
def test_training_works_without_a_generator(train: Subject, batch_size: int) -> None:
    # all samples in one batch; a short last batch of samples that are all alike
    alike: Options = {"x": np.full((3, 1), 0.5), "y": np.full((3, 1), 3.0)}
    case = THREE if batch_size == 3 else {**THREE, **alike}
    run = descent(train, **case, batch_size=batch_size, seed=None)
    the.must_follow(run, the.unshuffled(run), "no generator")


def test_training_shuffles_without_a_generator(train: Subject) -> None:
    # one of 120 orders: 6 equal ones come once in 2·10¹⁰ cases
    x, y = column([1, 2, 4, 0, 3]), column([0, 3, 2, 5, 1])
    options: Options = {"batch_size": 1, "lr": 0.02, "epochs": 1, "seed": None}
    runs = [descent(train, x, y, **options, global_seed=seed) for seed in range(6)]
    if len({str(run.value) for run in runs}) == 1:
        runs[0].fail("same order without generator")


# Fewer updates than in the NumPy stage, as each takes ten times as long. The error shrinks to about
# e^(−0.12·lr) of itself in each (`tests/test_descent.py`).


def test_batch_descent_converges_to_the_least_squares_line(train: Subject) -> None:
    # 0.0018 of w is left; the least-squares line is (−0.042, 0.035) off from 3 and 2
    line = least_squares(*reference_data(20))
    the.must_reach(train, 20, line, within=5e-3, batch_size=20, lr=0.7, epochs=80)


@pytest.mark.parametrize(
    ("n", "batch_size", "lr", "epochs", "within"),
    [
        # 200 updates; then w and b move around (3.07, 1.97) with a standard deviation of 0.055
        (200, 1, 0.2, 1, 0.45),
        # 100 updates; around (3.02, 1.99), by 0.018
        (128, 32, 0.5, 25, 0.15),
    ],
)
def test_stochastic_and_minibatch_descent_find_w_3_and_b_2(
    train: Subject, n: int, batch_size: int, lr: float, epochs: int, within: float
) -> None:
    options: Options = {"batch_size": batch_size, "lr": lr, "epochs": epochs}
    the.must_reach(train, n, (3.0, 2.0), within=within, **options)
