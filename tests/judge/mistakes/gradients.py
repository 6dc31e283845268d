"""Mistakes in `predict`, `mse_loss`, `mse_gradients` and `sgd_step`."""

from typing import Any

import numpy as np

from tests.judge.mistakes.catalogue import mistake

# -- predict ----------------------------------------------------------------------------------


@mistake("predict", "b is left out: the prediction is w·x + b, not w·x")
def predicts_without_b(x: Any, w: Any, b: Any) -> Any:
    return w * x


@mistake("predict", "b is subtracted: the prediction is w·x + b, not w·x − b")
def subtracts_b(x: Any, w: Any, b: Any) -> Any:
    return w * x - b


@mistake("predict", "w and b are swapped: w is multiplied by x, b is added")
def swaps_w_and_b(x: Any, w: Any, b: Any) -> Any:
    return b * x + w


@mistake("predict", "b is inside the product: w·x + b is not w·(x + b)")
def multiplies_b_too(x: Any, w: Any, b: Any) -> Any:
    return w * (x + b)


@mistake("predict", "x is added to w instead of multiplied by it")
def adds_x_to_w(x: Any, w: Any, b: Any) -> Any:
    return w + x + b


@mistake("predict", "x is not used: every sample gets w + b")
def predicts_without_x(x: Any, w: Any, b: Any) -> Any:
    return np.full_like(x, w + b)


@mistake("predict", "w is left out: the prediction is w·x + b, not x + b")
def predicts_without_w(x: Any, w: Any, b: Any) -> Any:
    return x + b


@mistake("predict", "the slope and intercept 3 and 2 are fixed in the code: use w and b")
def predicts_the_true_line(x: Any, w: Any, b: Any) -> Any:
    return 3.0 * x + 2.0


@mistake("predict", "negative predictions are cut off at 0: a line has no activation function")
def cuts_off_negative_predictions(x: Any, w: Any, b: Any) -> Any:
    return np.maximum(w * x + b, 0.0)


@mistake("predict", "the sign of the prediction is lost (an absolute value)")
def takes_the_absolute_value(x: Any, w: Any, b: Any) -> Any:
    return np.abs(w * x + b)


@mistake("predict", "the array is flattened: the prediction keeps the shape (m, 1) of x")
def predicts_a_flat_array(x: Any, w: Any, b: Any) -> Any:
    return (w * x + b).ravel()


@mistake("predict", "the array is transposed: each sample is a row, shape (m, 1)")
def predicts_a_row(x: Any, w: Any, b: Any) -> Any:
    return (w * x + b).T


@mistake("predict", "the prediction is converted to float32: keep the float64 of x")
def predicts_in_float32(x: Any, w: Any, b: Any) -> Any:
    return (w * x + b).astype(np.float32)


@mistake("predict", "the predictions are averaged: there is one for each sample")
def averages_the_predictions(x: Any, w: Any, b: Any) -> Any:
    return np.mean(w * x + b)


@mistake("predict", "the prediction is rounded: leave it as it is")
def rounds_the_prediction(x: Any, w: Any, b: Any) -> Any:
    return np.round(w * x + b)


@mistake("predict", "the absolute value of w is used: w may be negative")
def predicts_with_the_size_of_w(x: Any, w: Any, b: Any) -> Any:
    return abs(w) * x + b


@mistake("predict", "the absolute value of b is used: b may be negative")
def predicts_with_the_size_of_b(x: Any, w: Any, b: Any) -> Any:
    return w * x + abs(b)


@mistake("predict", "the absolute value of x is used: x may be negative")
def predicts_with_the_size_of_x(x: Any, w: Any, b: Any) -> Any:
    return w * np.abs(x) + b


@mistake("predict", "x is squared: a line is w·x + b")
def predicts_a_parabola(x: Any, w: Any, b: Any) -> Any:
    return w * x**2 + b


@mistake("predict", "the mean of x is used for all samples: each has its own x")
def predicts_from_the_mean(x: Any, w: Any, b: Any) -> Any:
    return np.full_like(x, w * np.mean(x) + b)


@mistake("predict", "the samples come back in reverse order")
def reverses_the_samples(x: Any, w: Any, b: Any) -> Any:
    return w * x[::-1] + b


@mistake("predict", "the predictions are sorted: keep the order of the samples")
def sorts_the_predictions(x: Any, w: Any, b: Any) -> Any:
    return np.sort(w * x + b, axis=0)


# -- mse_loss ---------------------------------------------------------------------------------


@mistake("mse_loss", "the loss is halved: here it is the plain mean of the squares, without ½")
def halves_the_loss(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.mean((w * x + b - y) ** 2) / 2


@mistake("mse_loss", "the squares are summed, not averaged: divide by their number m")
def sums_the_squares(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.sum((w * x + b - y) ** 2)


@mistake("mse_loss", "the squares are summed and halved: take their mean, without ½")
def sums_and_halves(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.sum((w * x + b - y) ** 2) / 2


@mistake("mse_loss", "the sign is wrong: squares are never negative, nor is their mean")
def negates_the_loss(x: Any, y: Any, w: Any, b: Any) -> Any:
    return -np.mean((w * x + b - y) ** 2)


@mistake("mse_loss", "a square root is taken: the loss is the mean squared error itself")
def takes_the_root(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.sqrt(np.mean((w * x + b - y) ** 2))


@mistake("mse_loss", "absolute values are averaged in place of squares")
def averages_absolute_values(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.mean(np.abs(w * x + b - y))


@mistake("mse_loss", "the square is missing: the residuals are averaged as they are")
def does_not_square(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.mean(w * x + b - y)


@mistake("mse_loss", "the square is missing, and the residual is y − prediction")
def does_not_square_the_negative(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.mean(y - w * x - b)


@mistake("mse_loss", "the mean is squared: square each residual first, then take the mean")
def squares_the_mean(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.mean(w * x + b - y) ** 2


@mistake("mse_loss", "the mean is divided by m once more")
def averages_twice(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.mean((w * x + b - y) ** 2) / len(x)


@mistake("mse_loss", "the sum is divided by m − 1 instead of m")
def divides_by_m_minus_1(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.sum((w * x + b - y) ** 2) / max(len(x) - 1, 1)


@mistake("mse_loss", "the sum is divided by m − 1, which is 0 for one sample: divide it by m")
def divides_by_0(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.sum((w * x + b - y) ** 2) / (len(x) - 1)


@mistake("mse_loss", "the residuals are doubled, not squared: the square of r is r ** 2, or r · r")
def doubles_the_residuals(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.mean((w * x + b - y) * 2)


@mistake("mse_loss", "y − prediction is doubled, not squared: the square of r is r ** 2, or r · r")
def doubles_y_minus_prediction(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.mean((y - (w * x + b)) * 2)


@mistake("mse_loss", "the square is that of the prediction alone: (y − prediction) in parentheses")
def squares_the_prediction(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.mean(y - (w * x + b) ** 2)


@mistake("mse_loss", "the square is that of y alone: put (prediction − y) in parentheses")
def squares_y(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.mean(w * x + b - y**2)


@mistake("mse_loss", "the loss is cut to a whole number: is // or int() in the place of /?")
def cuts_to_a_whole_number(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.sum((w * x + b - y) ** 2) // len(x)


@mistake("mse_loss", "the sum is squared, then divided by m: square each residual first")
def squares_the_sum(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.sum(w * x + b - y) ** 2 / len(x)


@mistake("mse_loss", "the squares are summed, and the sum is negated: take their mean")
def negates_the_sum(x: Any, y: Any, w: Any, b: Any) -> Any:
    return -np.sum((w * x + b - y) ** 2)


@mistake("mse_loss", "b has the wrong sign in the residual: w·x + b − y, or y − (w·x + b)")
def loses_the_parentheses(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.mean((y - w * x + b) ** 2)


@mistake("mse_loss", "b is left out of the prediction")
def loss_without_b(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.mean((w * x - y) ** 2)


@mistake("mse_loss", "w and b are swapped in the prediction: w is the slope, b the intercept")
def loss_with_w_and_b_swapped(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.mean((b * x + w - y) ** 2)


@mistake("mse_loss", "x and y are swapped: the prediction is of x, and compared with y")
def loss_with_x_and_y_swapped(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.mean((w * y + b - x) ** 2)


@mistake("mse_loss", "y is not subtracted: the loss compares nothing with the predictions")
def loss_without_y(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.mean((w * x + b) ** 2)


@mistake("mse_loss", "the residual is prediction + y: it should be prediction − y")
def adds_y(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.mean((w * x + b + y) ** 2)


@mistake(
    "mse_loss",
    "(m, 1) minus (m,) broadcasts to (m, m): every prediction is compared with every y",
)
def broadcasts_the_loss(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.mean((w * x + b - y.ravel()) ** 2)


@mistake("mse_loss", "the squares are not averaged: np.mean makes one number of them")
def does_not_average(x: Any, y: Any, w: Any, b: Any) -> Any:
    return (w * x + b - y) ** 2


@mistake(
    "mse_loss",
    "the loss has the shape (1,), as a row of (m, 1) has: make one number of all that is there",
)
def averages_along_an_axis(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.mean((w * x + b - y) ** 2, axis=0)


@mistake("mse_loss", "np.median is taken in place of np.mean")
def takes_the_median(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.median((w * x + b - y) ** 2)


@mistake("mse_loss", "the largest square is returned in place of their mean")
def takes_the_largest(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.max((w * x + b - y) ** 2)


@mistake("mse_loss", "only the last sample counts: a return or an assignment inside a loop?")
def uses_the_last_sample(x: Any, y: Any, w: Any, b: Any) -> Any:
    return (w * x[-1, 0] + b - y[-1, 0]) ** 2


@mistake("mse_loss", "only the first sample counts: does a loop end, or return, after it?")
def uses_the_first_sample(x: Any, y: Any, w: Any, b: Any) -> Any:
    return (w * x[0, 0] + b - y[0, 0]) ** 2


@mistake("mse_loss", "the first sample's square alone, divided by m: a return inside the loop?")
def divides_the_first_sample(x: Any, y: Any, w: Any, b: Any) -> Any:
    return (w * x[0, 0] + b - y[0, 0]) ** 2 / len(x)


@mistake("mse_loss", "the last sample's square alone, divided by m: an = where += is needed?")
def divides_the_last_sample(x: Any, y: Any, w: Any, b: Any) -> Any:
    return (w * x[-1, 0] + b - y[-1, 0]) ** 2 / len(x)


@mistake("mse_loss", "the sum is divided by a fixed 1000: divide by the m of this call")
def divides_by_1000(x: Any, y: Any, w: Any, b: Any) -> Any:
    return np.sum((w * x + b - y) ** 2) / 1000


@mistake("mse_loss", "the loss is rounded: leave it as it is")
def rounds_the_loss(x: Any, y: Any, w: Any, b: Any) -> Any:
    return round(float(np.mean((w * x + b - y) ** 2)), 4)


@mistake("mse_loss", "this is the variance of the residuals: their mean is not to be subtracted")
def variance_of_residuals(x: Any, y: Any, w: Any, b: Any) -> Any:
    return float(np.var(w * x + b - y))


@mistake(
    "mse_loss",
    "this is the variance of the residuals, with m − 1 (ddof=1): take the mean of their squares",
)
def variance_of_a_sample(x: Any, y: Any, w: Any, b: Any) -> Any:
    return float(np.var(w * x + b - y, ddof=1)) if len(x) > 1 else float("nan")


@mistake("mse_loss", "this is the norm of the residuals, the root of the sum of squares")
def norm_of_residuals(x: Any, y: Any, w: Any, b: Any) -> Any:
    return float(np.linalg.norm(w * x + b - y))


@mistake("mse_loss", "the residuals are cubed: square them")
def cubes_residuals(x: Any, y: Any, w: Any, b: Any) -> Any:
    return float(np.mean(np.abs(w * x + b - y) ** 3))


@mistake("mse_loss", "w² is added to the loss (a penalty): the mean of the squares alone")
def adds_a_penalty(x: Any, y: Any, w: Any, b: Any) -> Any:
    return float(np.mean((w * x + b - y) ** 2) + w**2)


@mistake("mse_loss", "this is a Huber loss, linear for large residuals: square all of them")
def huber_loss(x: Any, y: Any, w: Any, b: Any) -> Any:
    size = np.abs(w * x + b - y)
    return float(np.mean(np.where(size <= 1, 0.5 * size**2, size - 0.5)))


@mistake("mse_loss", "negative residuals are left out: square them, too")
def cuts_off_negative_residuals(x: Any, y: Any, w: Any, b: Any) -> Any:
    return float(np.mean(np.maximum(w * x + b - y, 0.0) ** 2))


# -- mse_gradients ----------------------------------------------------------------------------


@mistake(
    "mse_gradients", "the 2 from differentiating the square is missing: the derivative of r² is 2·r"
)
def the_2_is_missing(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return np.mean(r * x), np.mean(r)


@mistake("mse_gradients", "the 2 from differentiating the square is missing in dw")
def the_2_is_missing_in_dw(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return np.mean(r * x), 2 * np.mean(r)


@mistake("mse_gradients", "the 2 from differentiating the square is missing in db")
def the_2_is_missing_in_db(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return 2 * np.mean(r * x), np.mean(r)


@mistake("mse_gradients", "the factor 2 is there twice")
def the_2_is_there_twice(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return 4 * np.mean(r * x), 4 * np.mean(r)


@mistake("mse_gradients", "both sums are not divided by m: the gradient is a mean, not a sum")
def sums_the_gradients(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return 2 * np.sum(r * x), 2 * np.sum(r)


@mistake("mse_gradients", "dw is a sum, not a mean (x.T @ r, say): divide it by m")
def sums_dw(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return 2 * np.sum(r * x), 2 * np.mean(r)


@mistake("mse_gradients", "db is a sum, not a mean: divide it by m")
def sums_db(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return 2 * np.mean(r * x), 2 * np.sum(r)


@mistake("mse_gradients", "sums in place of means, and the factor 2 is missing")
def sums_without_the_2(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return np.sum(r * x), np.sum(r)


@mistake("mse_gradients", "the means are divided by m once more")
def averages_the_gradients_twice(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return 2 * np.mean(r * x) / len(x), 2 * np.mean(r) / len(x)


@mistake("mse_gradients", "the sums are divided by a fixed 1000: divide by the m of this call")
def gradients_divided_by_1000(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return 2 * np.sum(r * x) / 1000, 2 * np.sum(r) / 1000


@mistake("mse_gradients", "the sums are divided by m − 1 instead of m")
def gradients_divided_by_m_minus_1(x: Any, y: Any, w: Any, b: Any) -> Any:
    r, m = w * x + b - y, max(len(x) - 1, 1)
    return 2 * np.sum(r * x) / m, 2 * np.sum(r) / m


@mistake("mse_gradients", "the sums are divided by m − 1, which is 0 for one sample: divide by m")
def gradients_divided_by_0(x: Any, y: Any, w: Any, b: Any) -> Any:
    r, m = w * x + b - y, len(x) - 1
    return 2 * np.sum(r * x) / m, 2 * np.sum(r) / m


@mistake("mse_gradients", "the gradients are rounded down to whole numbers: is // where / is due?")
def rounds_the_gradients_down(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return 2 * np.sum(r * x) // len(x), 2 * np.sum(r) // len(x)


@mistake(
    "mse_gradients",
    "the residual is y − prediction, without the minus that its derivative brings",
)
def the_sign_is_wrong(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = y - (w * x + b)
    return 2 * np.mean(r * x), 2 * np.mean(r)


@mistake("mse_gradients", "dw has the wrong sign: with r = y − prediction, ∂r/∂w is −x")
def the_sign_of_dw_is_wrong(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return -2 * np.mean(r * x), 2 * np.mean(r)


@mistake("mse_gradients", "db has the wrong sign: with r = y − prediction, ∂r/∂b is −1")
def the_sign_of_db_is_wrong(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return 2 * np.mean(r * x), -2 * np.mean(r)


@mistake("mse_gradients", "wrong sign (y − prediction), and the factor 2 is missing")
def sign_and_2(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = y - (w * x + b)
    return np.mean(r * x), np.mean(r)


@mistake("mse_gradients", "b has the wrong sign in the residual: w·x + b − y, or y − (w·x + b)")
def gradients_without_parentheses(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = y - w * x + b
    return -2 * np.mean(r * x), -2 * np.mean(r)


@mistake(
    "mse_gradients",
    "the residual is y − w·x + b: parentheses around w·x + b are missing, and the minus that its "
    "derivative brings",
)
def parentheses_and_sign(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = y - w * x + b
    return 2 * np.mean(r * x), 2 * np.mean(r)


@mistake("mse_gradients", "sums in place of means, and the sign is wrong (y − prediction)")
def sums_with_the_wrong_sign(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = y - (w * x + b)
    return 2 * np.sum(r * x), 2 * np.sum(r)


@mistake("mse_gradients", "b is left out of the prediction")
def gradients_without_b(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x - y
    return 2 * np.mean(r * x), 2 * np.mean(r)


@mistake("mse_gradients", "y is not subtracted: the residual is prediction − y")
def gradients_without_y(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b
    return 2 * np.mean(r * x), 2 * np.mean(r)


@mistake("mse_gradients", "the residual is prediction + y: it should be prediction − y")
def gradients_with_y_added(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b + y
    return 2 * np.mean(r * x), 2 * np.mean(r)


@mistake("mse_gradients", "x is left out of dw: the inner derivative of w·x + b by w is x")
def x_is_missing_in_dw(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return 2 * np.mean(r), 2 * np.mean(r)


@mistake("mse_gradients", "x is in db, too: the inner derivative of w·x + b by b is 1")
def x_is_in_db(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return 2 * np.mean(r * x), 2 * np.mean(r * x)


@mistake("mse_gradients", "x is in the wrong one: dw needs the factor x, db does not (swapped?)")
def returns_db_first(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return 2 * np.mean(r), 2 * np.mean(r * x)


@mistake(
    "mse_gradients",
    "x is in the wrong one, and the 2 is missing: dw needs the factor x, db does not",
)
def returns_halves_of_db_first(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return np.mean(r), np.mean(r * x)


@mistake("mse_gradients", "dw has x², not x")
def x_is_squared(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return 2 * np.mean(r * x * x), 2 * np.mean(r)


@mistake("mse_gradients", "dw has the factor w in the place of x: the derivative of w·x by w is x")
def w_in_place_of_x(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return 2 * np.mean(r * w), 2 * np.mean(r)


@mistake("mse_gradients", "dw has the factor y in the place of x")
def y_in_place_of_x(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return 2 * np.mean(r * y), 2 * np.mean(r)


@mistake(
    "mse_gradients",
    "dw is a product of two means (or (m, 1) times (m,) broadcast to (m, m), which has the same "
    "mean): take the mean of the products residual·x",
)
def product_of_means(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return 2 * np.mean(r) * np.mean(x), 2 * np.mean(r)


@mistake("mse_gradients", "dw is a product of two means, and the factor 2 is missing")
def product_of_means_without_the_2(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return np.mean(r) * np.mean(x), np.mean(r)


@mistake("mse_gradients", "dw is the mean residual times the sum of x")
def mean_times_sum(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return 2 * np.mean(r) * np.sum(x), 2 * np.mean(r)


@mistake(
    "mse_gradients",
    "(m, 1) minus (m,) broadcasts to (m, m): every prediction is compared with every y",
)
def broadcasts_the_residual(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y.ravel()
    return 2 * np.mean(r * x), 2 * np.mean(r)


@mistake("mse_gradients", "the products are not averaged: np.mean makes one number of them")
def gradients_not_averaged(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return 2 * r * x, 2 * r


@mistake(
    "mse_gradients",
    "the gradients have the shape (1,), as a row of (m, 1) has: make numbers of them",
)
def gradients_along_an_axis(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return 2 * np.mean(r * x, axis=0), 2 * np.mean(r, axis=0)


@mistake(
    "mse_gradients", "dw has the shape (1, 1), as x.T @ r has: make a number of it, with .item()"
)
def dw_is_a_matrix(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return 2 * x.T @ r / len(x), 2 * np.mean(r)


@mistake(
    "mse_gradients", "the residual is squared, not differentiated: the derivative of r² is 2·r"
)
def residual_squared(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return 2 * np.mean(r**2 * x), 2 * np.mean(r**2)


@mistake("mse_gradients", "these are the derivatives of the mean absolute error")
def gradients_of_the_absolute_error(x: Any, y: Any, w: Any, b: Any) -> Any:
    s = np.sign(w * x + b - y)
    return np.mean(s * x), np.mean(s)


@mistake("mse_gradients", "these are the derivatives of the root of the loss")
def gradients_of_the_root(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    root = np.sqrt(np.mean(r**2)) or 1.0
    return np.mean(r * x) / root, np.mean(r) / root


@mistake("mse_gradients", "the residuals lose their sign (an absolute value)")
def absolute_residuals(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = np.abs(w * x + b - y)
    return 2 * np.mean(r * x), 2 * np.mean(r)


@mistake("mse_gradients", "w and b are swapped in the prediction: w is the slope, b the intercept")
def gradients_with_w_and_b_swapped(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = b * x + w - y
    return 2 * np.mean(r * x), 2 * np.mean(r)


@mistake("mse_gradients", "only the first sample counts: does a loop end, or return, after it?")
def gradients_of_the_first_sample(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x[0, 0] + b - y[0, 0]
    return 2 * r * x[0, 0], 2 * r


@mistake("mse_gradients", "only the last sample counts: an assignment (=) where += is needed?")
def gradients_of_the_last_sample(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x[-1, 0] + b - y[-1, 0]
    return 2 * r * x[-1, 0], 2 * r


@mistake("mse_gradients", "the first sample alone, divided by m: a return inside the loop?")
def gradients_returned_early(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x[0, 0] + b - y[0, 0]
    return 2 * r * x[0, 0] / len(x), 2 * r / len(x)


@mistake("mse_gradients", "the last sample alone, divided by m: an = where += is needed?")
def gradients_not_accumulated(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x[-1, 0] + b - y[-1, 0]
    return 2 * r * x[-1, 0] / len(x), 2 * r / len(x)


@mistake("mse_gradients", "finite differences with one step forward are not exact: differentiate")
def forward_differences(x: Any, y: Any, w: Any, b: Any) -> Any:
    def loss(w: Any, b: Any) -> Any:
        return np.mean((w * x + b - y) ** 2)

    h = 1e-6
    return (loss(w + h, b) - loss(w, b)) / h, (loss(w, b + h) - loss(w, b)) / h


@mistake("mse_gradients", "the gradients are clipped to −1 … 1: return them as they are")
def clips_the_gradients(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return np.clip(2 * np.mean(r * x), -1, 1), np.clip(2 * np.mean(r), -1, 1)


@mistake("mse_gradients", "the gradients are scaled to the length 1: return them as they are")
def normalises_the_gradients(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    dw, db = 2 * np.mean(r * x), 2 * np.mean(r)
    size = np.hypot(dw, db) or 1.0
    return dw / size, db / size


@mistake("mse_gradients", "the means are computed in float32: stay in float64")
def gradients_in_float32(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = (w * x + b - y).astype(np.float32)
    return 2 * np.mean(r * x.astype(np.float32)), 2 * np.mean(r)


@mistake("mse_gradients", "the gradients are rounded: return them as they are")
def rounds_the_gradients(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return round(float(2 * np.mean(r * x)), 4), round(float(2 * np.mean(r)), 4)


@mistake("mse_gradients", "a term for weight decay is added to dw: the loss has none")
def adds_weight_decay(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return 2 * np.mean(r * x) + 0.01 * w, 2 * np.mean(r)


@mistake("mse_gradients", "the median is taken in place of the mean")
def gradients_by_median(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return 2 * np.median(r * x), 2 * np.median(r)


@mistake("mse_gradients", "the learning rate is in here already: it belongs to sgd_step")
def multiplies_by_the_rate(x: Any, y: Any, w: Any, b: Any) -> Any:
    r = w * x + b - y
    return 0.01 * 2 * np.mean(r * x), 0.01 * 2 * np.mean(r)


@mistake("mse_gradients", "dw uses the absolute value of x: x may be negative")
def dw_with_the_size_of_x(x: Any, y: Any, w: Any, b: Any) -> Any:
    residual = w * x + b - y
    return float(np.mean(2 * residual * np.abs(x))), float(np.mean(2 * residual))


@mistake("mse_gradients", "the mean of x is subtracted in dw: multiply the residuals by x itself")
def dw_with_centred_x(x: Any, y: Any, w: Any, b: Any) -> Any:
    residual = w * x + b - y
    return float(np.mean(2 * residual * (x - np.mean(x)))), float(np.mean(2 * residual))


@mistake("mse_gradients", "2·w is added to dw (a penalty): the derivative of the loss alone")
def dw_with_a_penalty(x: Any, y: Any, w: Any, b: Any) -> Any:
    residual = w * x + b - y
    return float(np.mean(2 * residual * x) + 2 * w), float(np.mean(2 * residual))


@mistake("mse_gradients", "negative residuals are left out: they count, too")
def gradients_of_positive_residuals(x: Any, y: Any, w: Any, b: Any) -> Any:
    residual = np.maximum(w * x + b - y, 0.0)
    return float(np.mean(2 * residual * x)), float(np.mean(2 * residual))


# -- sgd_step ---------------------------------------------------------------------------------


@mistake("sgd_step", "the step goes uphill: subtract lr times the gradient")
def steps_uphill(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return w + lr * dw, b + lr * db


@mistake("sgd_step", "w goes uphill: subtract lr·dw")
def w_steps_uphill(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return w + lr * dw, b - lr * db


@mistake("sgd_step", "b goes uphill: subtract lr·db")
def b_steps_uphill(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return w - lr * dw, b + lr * db


@mistake("sgd_step", "lr is not used: the step is lr times the gradient")
def ignores_lr(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return w - dw, b - db


@mistake("sgd_step", "lr is not used for b")
def ignores_lr_for_b(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return w - lr * dw, b - db


@mistake("sgd_step", "lr is not used for w")
def ignores_lr_for_w(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return w - dw, b - lr * db


@mistake("sgd_step", "the learning rate is fixed at 0.01 in the code: use lr")
def fixes_lr(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return w - 0.01 * dw, b - 0.01 * db


@mistake("sgd_step", "the gradient is divided by lr instead of multiplied by it")
def divides_by_lr(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return w - dw / lr, b - db / lr


@mistake("sgd_step", "lr is there twice")
def squares_lr(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return w - lr * lr * dw, b - lr * lr * db


@mistake("sgd_step", "the step is made twice (or a factor 2 is too much)")
def steps_twice(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return w - 2 * lr * dw, b - 2 * lr * db


@mistake("sgd_step", "only half the step is made")
def halves_the_step(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return w - lr * dw / 2, b - lr * db / 2


@mistake("sgd_step", "dw and db are swapped: w moves by dw, b by db")
def swaps_the_gradients(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return w - lr * db, b - lr * dw


@mistake("sgd_step", "dw is used for both: b moves by db")
def uses_dw_for_both(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return w - lr * dw, b - lr * dw


@mistake("sgd_step", "db is used for both: w moves by dw")
def uses_db_for_both(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return w - lr * db, b - lr * db


@mistake("sgd_step", "b is returned before w: the order is w, b")
def returns_b_first(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return b - lr * db, w - lr * dw


@mistake("sgd_step", "w and b are returned as they came: the step is not made, or not returned")
def does_not_step(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return w, b


@mistake("sgd_step", "b is returned as it came: it moves, too")
def does_not_move_b(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return w - lr * dw, b


@mistake("sgd_step", "w is returned as it came: it moves, too")
def does_not_move_w(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return w, b - lr * db


@mistake("sgd_step", "the steps are returned, not where they lead: subtract them from w and b")
def returns_the_steps(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return lr * dw, lr * db


@mistake("sgd_step", "the steps are returned, not where they lead: add w and b")
def returns_the_negative_steps(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return -lr * dw, -lr * db


@mistake("sgd_step", "the differences are the wrong way round: subtract the step from w and b")
def subtracts_from_the_steps(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return lr * dw - w, lr * db - b


@mistake("sgd_step", "lr multiplies the parameter, too: parentheses around w − dw?")
def scales_the_parameters(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return lr * (w - dw), lr * (b - db)


@mistake("sgd_step", "b's new value is computed with the new w: both steps use the old values")
def mixes_w_into_b(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    w = w - lr * dw
    return w, w - lr * db


@mistake("sgd_step", "the parameter is multiplied by 1 − lr·gradient: the step is a difference")
def steps_by_a_factor(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return w * (1 - lr * dw), b * (1 - lr * db)


@mistake("sgd_step", "only the sign of the gradient is used: the step is lr times the gradient")
def uses_signs_only(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return w - lr * np.sign(dw), b - lr * np.sign(db)


@mistake("sgd_step", "the gradient is scaled to the length 1: the step is lr times all of it")
def normalises_the_step(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    size = np.hypot(dw, db) or 1.0
    return w - lr * dw / size, b - lr * db / size


@mistake("sgd_step", "the gradient multiplies w − lr, not lr alone: parentheses around w − lr?")
def scales_the_gradients(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return (w - lr) * dw, (b - lr) * db


@mistake("sgd_step", "the step is clipped to −1 … 1")
def clips_the_step(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return w - lr * np.clip(dw, -1, 1), b - lr * np.clip(db, -1, 1)


@mistake("sgd_step", "w and b also shrink by weight decay: the plain step has none")
def decays_the_weights(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return w - lr * (dw + 0.01 * w), b - lr * (db + 0.01 * b)
