"""Stage 2: `predict`, `mse_loss`, `mse_gradients`, `sgd_step`."""

from hypothesis import given

from tests.boundary import Subject
from tests.laws import gradients as laws
from tests.strategies import column, columns, numbers, samples
from tests.wording import Array


def test_hand_picked_cases_of_the_prediction(predict: Subject) -> None:
    predict.must_pass_its_ladder()


def test_prediction_for_one_sample(predict: Subject) -> None:
    laws.must_be_exact(predict, x=column([3.0]), w=2.0, b=1.0)  # 2·3 + 1 = 7


def test_prediction_for_three_samples(predict: Subject) -> None:
    laws.must_be_exact(predict, x=column([0.0, 1.0, 2.0]), w=3.0, b=2.0)  # 2, 5, 8


@given(x=columns, w=numbers, b=numbers)
def test_prediction_is_w_times_x_plus_b(predict: Subject, x: Array, w: float, b: float) -> None:
    laws.must_be_exact(predict, x=x, w=w, b=b)


def test_hand_picked_cases_of_the_loss(mse_loss: Subject) -> None:
    mse_loss.must_pass_its_ladder()


def test_loss_of_one_sample(mse_loss: Subject) -> None:
    laws.must_be_exact(mse_loss, x=column([2.0]), y=column([1.0]), w=2.0, b=0.0)  # (4 − 1)² = 9


def test_loss_of_two_samples(mse_loss: Subject) -> None:
    # residuals 1 and −3: (1 + 9)/2 = 5
    laws.must_be_exact(mse_loss, x=column([1.0, 2.0]), y=column([0.0, 5.0]), w=1.0, b=0.0)


@given(data=samples, w=numbers, b=numbers)
def test_loss_is_the_mean_squared_residual(
    mse_loss: Subject, data: tuple[Array, Array], w: float, b: float
) -> None:
    laws.must_be_exact(mse_loss, x=data[0], y=data[1], w=w, b=b)


def test_hand_picked_cases_of_the_gradients(mse_gradients: Subject) -> None:
    mse_gradients.must_pass_its_ladder()


def test_gradients_of_one_sample(mse_gradients: Subject) -> None:
    # residual 1: dw = 2·1·1, db = 2·1
    laws.must_be_exact(mse_gradients, x=column([1.0]), y=column([0.0]), w=1.0, b=0.0)


def test_gradients_of_two_samples(mse_gradients: Subject) -> None:
    # residuals 0 and 2: dw = 2·(0·1 + 2·2)/2 = 4, db = 2·(0 + 2)/2 = 2
    laws.must_be_exact(mse_gradients, x=column([1.0, 2.0]), y=column([5.0, 6.0]), w=3.0, b=2.0)


@given(data=samples, w=numbers, b=numbers)
def test_gradients_are_the_derivatives_of_the_loss(
    mse_gradients: Subject, data: tuple[Array, Array], w: float, b: float
) -> None:
    laws.must_be_exact(mse_gradients, x=data[0], y=data[1], w=w, b=b)


def test_hand_picked_cases_of_the_step(sgd_step: Subject) -> None:
    sgd_step.must_pass_its_ladder()


def test_step_of_half_the_gradient(sgd_step: Subject) -> None:
    laws.must_be_exact(sgd_step, w=1.0, b=2.0, dw=4.0, db=-8.0, lr=0.5)  # −1, 6


@given(w=numbers, b=numbers, dw=numbers, db=numbers, lr=numbers.map(abs))
def test_step_goes_against_the_gradient(
    sgd_step: Subject, w: float, b: float, dw: float, db: float, lr: float
) -> None:
    laws.must_be_exact(sgd_step, w=w, b=b, dw=dw, db=db, lr=lr)
