"""Stage 2: `predict`, `mse_loss`, `mse_gradients`, `sgd_step`.

Each has one right result, up to rounding: 1e-12 of the terms that it is made of, and a prediction
is an array of the shape of x. `dress` is how the arguments are given: as views, read-only or
strided arrays, as NumPy's numbers, by name.
"""

import numpy as np
from hypothesis import given

from tests.judge.boundary import Subject
from tests.judge.oracles import derivative
from tests.judge.showing import column
from tests.judged.values import Array, Dress
from tests.strategies import (
    after_hand_picked,
    always_try_hand_picked,
    columns,
    dresses,
    numbers,
    samples,
)

Samples = tuple[Array, Array]


def test_prediction_for_one_sample(predict: Subject) -> None:
    predict(x=column([1]), w=2.0, b=0.0).must_be(column([2]))
    predict(x=column([3]), w=2.0, b=1.0).must_be(column([7]))


def test_prediction_for_three_samples(predict: Subject) -> None:
    predict(x=column([0, 1, 2]), w=3.0, b=2.0).must_be(column([2, 5, 8]))
    predict(x=column([0, 1, 2]), w=3, b=2).must_be(column([2, 5, 8]))
    predict(x=column([0, 1, 2]), w=0.5, b=2).must_be(column([2, 2.5, 3]))
    predict(x=column([0, 1, 2]), w=3, b=0.5).must_be(column([0.5, 3.5, 6.5]))


@always_try_hand_picked("predict")
@after_hand_picked
@given(x=columns, w=numbers, b=numbers, dress=dresses)
def test_prediction_is_w_times_x_plus_b(
    predict: Subject, x: Array, w: float, b: float, dress: Dress
) -> None:
    predict(x=x, w=w, b=b, dress=dress).must_be(w * x + b)


def test_loss_of_one_sample(mse_loss: Subject) -> None:
    # the residual is 1, then 3
    mse_loss(x=column([1]), y=column([0]), w=1.0, b=0.0).must_be(1.0)
    mse_loss(x=column([2]), y=column([1]), w=2.0, b=0.0).must_be(9.0)


def test_loss_of_two_samples(mse_loss: Subject) -> None:
    # residuals 1 and −3
    mse_loss(x=column([1, 2]), y=column([0, 5]), w=1.0, b=0.0).must_be(5.0)
    mse_loss(x=column([1, 2]), y=column([0, 5]), w=1, b=0).must_be(5.0)


@always_try_hand_picked("mse_loss")
@after_hand_picked
@given(samples=samples, w=numbers, b=numbers, dress=dresses)
def test_loss_is_the_mean_squared_residual(
    mse_loss: Subject, samples: Samples, w: float, b: float, dress: Dress
) -> None:
    x, y = samples
    mse_loss(x=x, y=y, w=w, b=b, dress=dress).must_be(np.mean((w * x + b - y) ** 2))


def test_gradients_of_one_sample(mse_gradients: Subject) -> None:
    # residual 1
    mse_gradients(x=column([1]), y=column([0]), w=1.0, b=0.0).must_be(dw=2.0, db=2.0)


def test_gradients_of_two_samples(mse_gradients: Subject) -> None:
    # residuals 0 and 2
    mse_gradients(x=column([1, 2]), y=column([5, 6]), w=3.0, b=2.0).must_be(dw=4.0, db=2.0)
    mse_gradients(x=column([1, 2]), y=column([5, 6]), w=3, b=2).must_be(dw=4.0, db=2.0)


@always_try_hand_picked("mse_gradients")
@after_hand_picked
@given(samples=samples, w=numbers, b=numbers, dress=dresses)
def test_gradients_are_the_derivatives_of_the_loss(
    mse_gradients: Subject, samples: Samples, w: float, b: float, dress: Dress
) -> None:
    x, y = samples
    mse_gradients(x=x, y=y, w=w, b=b, dress=dress).must_be(
        dw=derivative(lambda at: np.mean((at * x + b - y) ** 2), at=w),
        db=derivative(lambda at: np.mean((w * x + at - y) ** 2), at=b),
    )


def test_step_of_a_whole_and_of_half_a_gradient(sgd_step: Subject) -> None:
    sgd_step(w=1.0, b=2.0, dw=3.0, db=5.0, lr=1.0).must_be(w=-2.0, b=-3.0)
    sgd_step(w=1.0, b=2.0, dw=4.0, db=-8.0, lr=0.5).must_be(w=-1.0, b=6.0)
    sgd_step(w=1, b=2, dw=4, db=-8, lr=0.5).must_be(w=-1.0, b=6.0)
    sgd_step(w=1, b=0.5, dw=0.5, db=2, lr=0.5).must_be(w=0.75, b=-0.5)


@always_try_hand_picked("sgd_step")
@after_hand_picked
@given(w=numbers, b=numbers, dw=numbers, db=numbers, lr=numbers, dress=dresses)
def test_step_goes_against_the_gradient(
    sgd_step: Subject, w: float, b: float, dw: float, db: float, lr: float, dress: Dress
) -> None:
    sgd_step(w=w, b=b, dw=dw, db=db, lr=lr, dress=dress).must_be(w=w - lr * dw, b=b - lr * db)
