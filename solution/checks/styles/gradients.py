"""Right ways to write `predict`, `mse_loss`, `mse_gradients` and `sgd_step`."""

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from solution.checks.styles.catalogue import right

# -- predict ----------------------------------------------------------------------------------


@right("predict")
def sample_by_sample(x: Any, w: Any, b: Any) -> Any:
    return np.array([[w * float(row[0]) + b] for row in x])


@right("predict")
def einsum_of_x_and_w(x: Any, w: Any, b: Any) -> Any:
    return np.einsum("ij,jk->ik", x, np.array([[w]])) + b


@right("predict")
def design_matrix(x: Any, w: Any, b: Any) -> Any:
    return np.hstack([x, np.ones_like(x)]) @ np.array([[w], [b]])


@right("predict")
def polynomial(x: Any, w: Any, b: Any) -> Any:
    return np.polyval([w, b], x)


@right("predict")
def in_place_on_a_copy(x: Any, w: Any, b: Any) -> Any:
    prediction = x.copy()
    prediction *= w
    prediction += b
    return prediction


@right("predict")
def filling_an_empty_array(x: Any, w: Any, b: Any) -> Any:
    prediction = np.empty(x.shape)
    for i in range(x.shape[0]):
        prediction[i, 0] = b + x[i, 0] * w
    return prediction


@right("predict")
def universal_functions(x: Any, w: Any, b: Any) -> Any:
    return np.add(np.multiply(np.full_like(x, w), x), b)


@right("predict")
def flattened_and_back(x: Any, w: Any, b: Any) -> Any:
    return (w * x.ravel() + b)[:, None]


# -- mse_loss ---------------------------------------------------------------------------------


@right("mse_loss")
def loss_in_a_loop(x: Any, y: Any, w: Any, b: Any) -> Any:
    total = 0.0
    for xi, yi in zip(x, y, strict=True):
        total += (w * xi[0] + b - yi[0]) ** 2
    return total / len(x)


@right("mse_loss")
def exact_sum_of_squares(x: Any, y: Any, w: Any, b: Any) -> Any:
    return math.fsum((w * p + b - q) ** 2 for p, q in zip(x.flat, y.flat, strict=True)) / x.size


@right("mse_loss")
def product_of_residuals(x: Any, y: Any, w: Any, b: Any) -> Any:
    residual = y - b - w * x
    return (residual.T @ residual)[0, 0] / len(residual)


@right("mse_loss")
def loss_in_an_array_of_no_axes(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.array(np.mean(np.square(w * x + b - y)))


@right("mse_loss")
def norm_of_residuals(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.linalg.norm(w * x + b - y) ** 2 / y.shape[0]


@right("mse_loss")
def variance_and_squared_mean(x: Any, y: Any, w: Any, b: Any) -> Any:
    residual = w * x + b - y
    return residual.var() + residual.mean() ** 2


@right("mse_loss")
def exact_fractions(x: Any, y: Any, w: Any, b: Any) -> Any:
    pairs = zip(x.ravel().tolist(), y.ravel().tolist(), strict=True)
    squares = [(Fraction(w) * Fraction(p) + Fraction(b) - Fraction(q)) ** 2 for p, q in pairs]
    return float(sum(squares) / len(squares))


class Loss(float):
    """A number with a name, whose own conversions nobody has to trust."""

    def __float__(self) -> float:
        return float("nan")


@right("mse_loss")
def a_float_of_its_own(x: Any, y: Any, w: Any, b: Any) -> Any:
    return Loss(np.mean((w * x + b - y) ** 2))


@right("mse_loss")
def mean_along_the_axis(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.average((y - (w * x + b)) ** 2, axis=0).item()


# -- mse_gradients ----------------------------------------------------------------------------


@right("mse_gradients")
def gradients_in_a_loop(x: Any, y: Any, w: Any, b: Any) -> Any:
    dw = db = 0.0
    for xi, yi in zip(x, y, strict=True):
        residual = w * xi[0] + b - yi[0]
        dw += 2 * residual * xi[0]
        db += 2 * residual
    return [dw / len(x), db / len(x)]


@right("mse_gradients")
def gradient_vector(x: Any, y: Any, w: Any, b: Any) -> Any:
    columns = np.c_[x, np.ones(len(x))]
    return 2 / len(x) * columns.T @ (columns @ [w, b] - y[:, 0])


@right("mse_gradients")
def gradient_column(x: Any, y: Any, w: Any, b: Any) -> Any:
    columns = np.c_[x, np.ones(len(x))]
    gradient = 2 / len(x) * columns.T @ (columns @ np.array([[w], [b]]) - y)
    return gradient[0, 0], gradient[1, 0]


@right("mse_gradients")
def einsum_of_residual_and_x(x: Any, y: Any, w: Any, b: Any) -> Any:
    residual = w * x + b - y
    return 2 * np.einsum("ij,ij", residual, x) / len(x), 2 * residual.sum() / len(x)


@right("mse_gradients")
def expanded_formula(x: Any, y: Any, w: Any, b: Any) -> Any:
    return (
        2 * (w * np.mean(x**2) + b * np.mean(x) - np.mean(x * y)),
        2 * (w * np.mean(x) + b - np.mean(y)),
    )


@right("mse_gradients")
def error_the_other_way_round(x: Any, y: Any, w: Any, b: Any) -> Any:
    error = y - (w * x + b)
    return -2 * (error * x).mean(), -2 * error.mean()


@right("mse_gradients")
def arrays_of_no_axes(x: Any, y: Any, w: Any, b: Any) -> Any:
    residual = w * x + b - y
    return np.array(2 * np.mean(residual * x)), np.array(2 * np.mean(residual))


@right("mse_gradients")
def covariance_and_means(x: Any, y: Any, w: Any, b: Any) -> Any:
    residual = w * x + b - y
    covariance = np.mean((residual - residual.mean()) * (x - x.mean()))
    return 2 * (covariance + residual.mean() * x.mean()), 2 * residual.mean()


@right("mse_gradients")
def complex_step(x: Any, y: Any, w: Any, b: Any) -> Any:
    def loss(w: complex, b: complex) -> Any:
        return np.mean((w * x + b - y) ** 2)

    return loss(w + 1e-30j, b).imag / 1e-30, loss(w, b + 1e-30j).imag / 1e-30


@right("mse_gradients")
def lists_and_maps(x: Any, y: Any, w: Any, b: Any) -> Any:
    residuals = [*map(lambda p, q: w * p + b - q, x.flat, y.flat)]
    return 2 / len(x) * sum(map(lambda p, r: p * r, x.flat, residuals)), 2 / len(x) * sum(residuals)


@right("mse_gradients")
def generator_of_both(x: Any, y: Any, w: Any, b: Any) -> Iterator[Any]:
    residual = w * x + b - y
    return (2 * float(np.mean(residual * inner)) for inner in (x, 1))


@right("mse_gradients")
def gradients_by_autograd(x: Any, y: Any, w: Any, b: Any) -> Any:
    import torch

    at = torch.tensor([w, b], dtype=torch.float64, requires_grad=True)
    loss = ((at[0] * torch.tensor(x) + at[1] - torch.tensor(y)) ** 2).mean()
    return torch.autograd.grad(loss, at)[0].tolist()


# -- sgd_step ---------------------------------------------------------------------------------


@right("sgd_step")
def in_two_lines(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    w -= lr * dw
    b -= lr * db
    return w, b


@right("sgd_step")
def as_a_vector(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return np.array([w, b]) - lr * np.array([dw, db])


@right("sgd_step")
def as_numbers_of_numpy(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return np.float64(w) - np.float64(lr) * dw, np.float64(b) - np.float64(lr) * db


@right("sgd_step")
def in_a_list(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return [p - g * lr for p, g in ((w, dw), (b, db))]


@right("sgd_step")
def adding_the_negative(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return w + (-lr) * dw, -(lr * db) + b


@right("sgd_step")
def stored_step(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    step_w, step_b = lr * dw, lr * db
    new_b = b - step_b
    return w - step_w, new_b


@right("sgd_step")
def step_by_map(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return map(lambda p, g: p - lr * g, (w, b), (dw, db))


@right("sgd_step")
def floats_of_its_own(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return Loss(w - lr * dw), Loss(b - lr * db)


@right("sgd_step")
def exact_step(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    w, b, dw, db, lr = (Fraction(float(value)) for value in (w, b, dw, db, lr))
    return float(w - lr * dw), float(b - lr * db)
