"""The table of functions: one record for each, with all that the judge knows of it.

To add a function, add its record here, in the order in which the stages are solved; its file in
`kata/` and `solution/`, its tests in `tests/test_STAGE.py`, and its known mistakes in
`tests/judge/mistakes/STAGE.py`.
"""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.judge import fingerprints, forms, showing, trusted
from tests.judge.formulas import Formula
from tests.judge.record import Exact, Function, Inputs
from tests.judge.showing import column, paste_call
from tests.judged.values import Array


def xy(*pairs: tuple[float, float]) -> dict[str, Array]:
    return {"x": column([x for x, _ in pairs]), "y": column([y for _, y in pairs])}


# -- hand-picked calls of functions with one right result, simplest first -----------------------

# More samples than anyone would fix a number for by accident; too many to be shown first.
MANY: Inputs = {"x": column([k / 8 - 60 for k in range(1001)]), "w": -1.5, "b": 0.25}
PREDICTIONS: tuple[Inputs, ...] = (
    {"x": column([1]), "w": 2.0, "b": 0.0},
    {"x": column([3]), "w": 2.0, "b": 0.0},
    {"x": column([2]), "w": 3.0, "b": 1.0},
    {"x": column([0, 1, 2]), "w": 3.0, "b": 2.0},
    {"x": column([0.5, -1, 2, 4]), "w": -1.5, "b": 0.25},
    {"x": column([-2, 1]), "w": 0.0, "b": -3.0},
    {"x": column([0.3, -0.7]), "w": 1.7, "b": -0.9},
    {"x": column([1e-7]), "w": 1e-6, "b": 0.0},
    {"x": column([3000]), "w": 1000.0, "b": -1.0},
    {"x": column([2e8, -3e8]), "w": -1e8, "b": 4e8},
    MANY,
)
RESIDUAL = "w * x + b - y"
# One sample; then two and three, with x of a mean that is not 0; b = 0 first; residuals of
# one sign, then of both.
LOSSES: tuple[Inputs, ...] = (
    {**xy((1, 0)), "w": 1.0, "b": 0.0},
    {**xy((2, 1)), "w": 2.0, "b": 0.0},
    {**xy((1, 0), (2, 1)), "w": 1.0, "b": 0.0},
    {**xy((1, 0), (2, 1), (4, -1)), "w": 1.0, "b": 0.0},
    {**xy((1, 2)), "w": 0.0, "b": 1.0},
    {**xy((2, 9)), "w": 3.0, "b": 2.0},
    {**xy((1, 2)), "w": 1.0, "b": 2.0},  # b without a negative residual,
    {**xy((1, 3), (2, 3)), "w": 1.0, "b": 0.0},  # negative residuals without b
    {**xy((2, 1)), "w": 0.0, "b": -2.0},
    {**xy((0.3, 2.2), (1.7, -1.1), (-0.4, 0.6)), "w": 1.3, "b": -0.7},
    {**xy((0.25, 0.1), (3, 0.2), (1.5, 5), (2, -3), (0.7, 1)), "w": -2.1, "b": 0.6},
    {**xy((1, 4), (2, 1), (3, 9)), "w": 2.0, "b": 1.0},
    {**xy((0.125, 0)), "w": 0.001, "b": 0.0},  # rounded away by a fixed number of digits,
    {**xy((1e-4, 0), (2e-4, 1e-7)), "w": 1e-4, "b": 0.0},  # by a larger one,
    {**xy((3000, -1e6)), "w": 1000.0, "b": 0.0},  # or clipped
    {**xy((2e8, -3e8), (-1e8, 5e8)), "w": 1e8, "b": -2e8},
    {**xy((-1, 0.5), (0.5, 3), (1, 5.5), (2, 7)), "w": 3.0, "b": -2.0},
    {**MANY, "y": column([k % 7 for k in range(1001)])},
)
STEPS: tuple[Inputs, ...] = (
    {"w": 1.0, "b": 2.0, "dw": 3.0, "db": 5.0, "lr": 1.0},
    {"w": 1.0, "b": 2.0, "dw": 4.0, "db": -8.0, "lr": 0.5},
    {"w": 0.0, "b": 0.0, "dw": 2.0, "db": 1.0, "lr": 0.25},
    {"w": 0.0, "b": 3.0, "dw": 1.0, "db": 4.0, "lr": 1.0},
    {"w": 1.1, "b": -0.3, "dw": 2.7, "db": -1.9, "lr": 0.07},
    {"w": 1.1, "b": -0.3, "dw": -0.3, "db": 0.2, "lr": 0.07},
    {"w": 4.0, "b": 0.0, "dw": 1.0, "db": -3.0, "lr": 0.5},
    {"w": -3.0, "b": 0.5, "dw": -1.0, "db": 0.5, "lr": 0.125},
    {"w": 1.0, "b": -2.0, "dw": 3.0, "db": -1.0, "lr": 0.0},
    {"w": 1.0, "b": 0.0, "dw": 3e6, "db": -2e6, "lr": 0.001},
    {"w": 0.0, "b": 0.0, "dw": 1e-12, "db": -2e-12, "lr": 1.0},
    {"w": 0.0, "b": 0.0, "dw": 1.0, "db": -1.0, "lr": 100.0},
    {"w": 4e8, "b": -3e8, "dw": 3e8, "db": -2e8, "lr": -1.0},
)
MAPS: tuple[Inputs, ...] = (
    {"xb": column([1]), "yb": column([0]), "alpha": 0.5},
    {"xb": column([2]), "yb": column([1]), "alpha": 0.125},
    {"xb": column([2]), "yb": column([3]), "alpha": 1.0},
    {"xb": column([1, 2]), "yb": column([0, 3]), "alpha": 0.25},
    {"xb": column([0.3, -1.7, -0.4]), "yb": column([2.2, -1.1, 0.6]), "alpha": 0.07},
    {"xb": column([0]), "yb": column([0]), "alpha": 0.1},
    {"xb": column([-1, 0.5, 2]), "yb": column([1, -3, 0.5]), "alpha": -0.25},
)


def many_maps(shape: tuple[int, ...], first: int) -> tuple[Array, ...]:
    """Return maps of small whole numbers, others for another first one."""
    count = 6 * int(np.prod(shape))
    return tuple(((np.arange(count) + first) * first % 11 - 4.0).reshape(6, *shape))


COMPOSITIONS: tuple[Inputs, ...] = (
    {"first": (1.0, 0.0, 2.0, 0.0, 1.0, 3.0), "second": (1.0, 0.0, 5.0, 0.0, 1.0, 7.0)},
    {"first": (2.0, 0.0, 0.0, 0.0, 3.0, 0.0), "second": (5.0, 0.0, 0.0, 0.0, 7.0, 0.0)},
    {"first": (2.0, 0.0, 1.0, 0.0, 3.0, 4.0), "second": (5.0, 0.0, 0.0, 0.0, 7.0, 0.0)},
    {"first": (0.0, 1.0, 0.0, 1.0, 0.0, 0.0), "second": (1.0, 2.0, 0.0, 3.0, 4.0, 0.0)},
    {"first": (1.0, 2.0, 3.0, 4.0, 5.0, 6.0), "second": (7.0, 8.0, 9.0, 2.0, 3.0, 5.0)},
    {"first": (0.5, -0.25, 1.5, 2.0, -1.0, 0.0), "second": (-1.0, 3.0, 0.5, 0.25, 2.0, -4.0)},
    # many at once: two, and two in each of three segments
    {"first": many_maps((2,), first=1), "second": many_maps((2,), first=2)},
    {"first": many_maps((3, 2), first=1), "second": many_maps((3, 2), first=3)},
)


# -- the size of the terms that results are made of ----------------------------------------------


def residual_terms(x: Array, y: Array, w: float, b: float) -> Array:
    return np.asarray(np.abs(w * x) + abs(b) + np.abs(y))


def loss_terms(x: Array, y: Array, w: float, b: float) -> tuple[float]:
    return (float(np.mean(residual_terms(x, y, w, b) ** 2)),)


def gradient_terms(x: Array, y: Array, w: float, b: float) -> tuple[float, float]:
    terms, sizes = residual_terms(x, y, w, b), np.abs(x)
    # by covariance and means, every residual meets every x
    of_w = float(np.mean(terms * sizes)) + float(np.mean(terms)) * float(np.mean(sizes))
    return 2 * of_w, 2 * float(np.mean(terms))


# -- what wrong results may be equal to -------------------------------------------------------

Map = tuple[Any, ...]
IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)  # leaves w and b as they are


def without_offsets(step: Map) -> Map:
    ww, wb, w1, bw, bb, b1 = step
    return ww, wb, 0 * w1, bw, bb, 0 * b1


def offsets_added(first: Map, second: Map) -> Map:
    ww, wb, _, bw, bb, _ = trusted.compose(first, second)
    return ww, wb, first[2] + second[2], bw, bb, first[5] + second[5]


OTHER_COMPOSITIONS: dict[str, Callable[..., Map]] = {
    "other order": lambda first, second: trusted.compose(second, first),
    "first alone": lambda first, second: first,
    "second alone": lambda first, second: second,
    "offsets of second": lambda first, second: trusted.compose(without_offsets(first), second),
    "offsets added": offsets_added,
    "offsets of first": lambda first, second: trusted.compose(first, without_offsets(second)),
    "products": lambda first, second: tuple(np.multiply(first, second)),
    "sums": lambda first, second: tuple(np.add(first, second)),
}


def steps_alone(xb: Array, yb: Array, alpha: float) -> Map:
    return tuple(np.subtract(trusted.update_map(xb, yb, alpha), IDENTITY))


OTHER_MAPS: dict[str, Callable[..., Map]] = {
    "no identity": steps_alone,
    "gradient": lambda xb, yb, alpha: steps_alone(xb, yb, -1.0),
    "alpha 1": lambda xb, yb, alpha: trusted.update_map(xb, yb, 1.0),
    "swapped": lambda xb, yb, alpha: trusted.update_map(yb, xb, alpha),
    "first sample": lambda xb, yb, alpha: trusted.update_map(xb[:1], yb[:1], alpha),
}


# -- the functions --------------------------------------------------------------------------------

RECORDS: tuple[Function, ...] = (
    Function(
        name="make_data",
        stage="data",
        positional=("n",),
        keywords=("w", "b", "noise", "seed"),
        parts=("x", "y"),
        form=forms.parts(x=forms.column, y=forms.column),
        result="x and y, float64 arrays of shape (n, 1)",
        builds_on=(),
        trusted=None,
        exact=None,
        fingerprint=fingerprints.data,
        points=10,
        hints=(
            "Which of the two, x and ε, is drawn from which distribution, and how many values "
            "of each does a data set of n samples need?",
            "Make one generator from the seed: rng = np.random.default_rng(seed). It can draw "
            "arrays of any shape, uniform ones (rng.random) and normal ones "
            "(rng.standard_normal). Draw both x and ε from the same generator, one after the "
            "other.",
            "With x = rng.random((n, 1)) and epsilon = rng.standard_normal((n, 1)), the formula "
            "for y can be written as it stands. A shape (n,) instead of (n, 1) would broadcast "
            "to an (n, n) array in the sum.",
        ),
    ),
    Function(
        name="predict",
        stage="gradients",
        positional=("x", "w", "b"),
        keywords=(),
        parts=("prediction",),
        form=forms.column,
        result="an array of shape (m, 1)",
        builds_on=(),
        trusted=trusted.predict,
        exact=Exact(
            nouns=("the prediction",),
            terms=lambda x, w, b: (np.abs(w * x) + abs(b),),
            base=None,
            cases=PREDICTIONS,
            formulas=(Formula("formula", "w * x + b", lambda value, _: value),),
        ),
        fingerprint=fingerprints.exact,
        points=5,
        hints=(
            "What does NumPy do when an array of shape (m, 1) is multiplied by a number?",
            "Arithmetic on arrays works element by element; a number is used for every element. "
            "No loop is needed.",
            "The formula w·x + b, written in Python with * and +, is the whole body.",
        ),
    ),
    Function(
        name="mse_loss",
        stage="gradients",
        positional=("x", "y", "w", "b"),
        keywords=(),
        parts=("loss",),
        form=forms.number,
        result="a number",
        builds_on=("predict",),
        trusted=trusted.mse_loss,
        exact=Exact(
            nouns=("the loss",),
            terms=loss_terms,
            base=None,
            cases=LOSSES,
            formulas=(Formula("mean", "(w * x + b - y) ** 2", lambda square, _: np.mean(square)),),
        ),
        fingerprint=fingerprints.exact,
        points=5,
        hints=(
            "For one sample: how far is the prediction from y? And what becomes of that number "
            "in the formula, before the mean is taken?",
            "Take the residuals, predict(x, w, b) − y, an array of shape (m, 1); square them; "
            "take the mean of the squares.",
            "residual = predict(x, w, b) - y, then np.mean(residual**2). Not the square of the "
            "mean, and no factor ½.",
        ),
    ),
    Function(
        name="mse_gradients",
        stage="gradients",
        positional=("x", "y", "w", "b"),
        keywords=(),
        parts=("dw", "db"),
        form=forms.parts(dw=forms.number, db=forms.number),
        result="two numbers",
        builds_on=("predict",),
        trusted=trusted.mse_gradients,
        exact=Exact(
            nouns=("dw", "db", "both gradients"),
            terms=gradient_terms,
            base=None,
            cases=LOSSES,
            formulas=(
                Formula("residuals", RESIDUAL, lambda r, given: np.mean(2 * r * given["x"])),
                Formula("residuals", RESIDUAL, lambda r, _: np.mean(2 * r)),
            ),
        ),
        fingerprint=fingerprints.exact,
        points=15,
        hints=(
            "The loss of one sample is r², with r = w·x + b − y. What is the derivative of r² "
            "by r? Of r by w? Of r by b?",
            "By the chain rule, ∂(r²)/∂w = 2·r·(∂r/∂w), and the same with b. One of the two "
            "inner derivatives is x, the other is 1. Then take the mean over the samples.",
            "dw = 2 * np.mean(residual * x), the mean of the products, not the product of the "
            "means. db looks the same, with 1 in the place of x. The residual is prediction − "
            "y, in this order.",
        ),
    ),
    Function(
        name="sgd_step",
        stage="gradients",
        positional=("w", "b", "dw", "db", "lr"),
        keywords=(),
        parts=("w", "b"),
        form=forms.PARAMETERS,
        result="two numbers",
        builds_on=(),
        trusted=trusted.sgd_step,
        exact=Exact(
            nouns=("the step of w", "the step of b", "both steps"),
            terms=lambda w, b, dw, db, lr: (abs(w) + abs(lr * dw), abs(b) + abs(lr * db)),
            base=lambda w, b, **_: (w, b),
            cases=STEPS,
            formulas=(
                Formula("becomes", "w - lr * dw", lambda new, given: new - given["w"]),
                Formula("becomes", "b - lr * db", lambda new, given: new - given["b"]),
            ),
        ),
        fingerprint=fingerprints.exact,
        points=5,
        hints=(
            "The gradient points uphill. Which way should w and b go?",
            "Each parameter moves by the learning rate times its own derivative, against its "
            "sign. Neither formula needs the other's new value.",
            "w - lr * dw is the new w. Return it together with the new b.",
        ),
    ),
    Function(
        name="sample_batch",
        stage="batching",
        positional=("x", "y", "batch_size", "rng"),
        keywords=(),
        parts=("xb", "yb"),
        form=forms.BATCH,
        result="xb and yb, float64 arrays of shape (batch_size, 1)",
        builds_on=(),
        trusted=trusted.sample_batch,
        exact=None,
        fingerprint=fingerprints.batches,
        points=10,
        hints=(
            "How do you pick some rows at random, so that none is picked twice? And how do you "
            "make sure that x and y give the same rows?",
            "Draw row numbers, not rows: once, from rng, without replacement. Then index x and "
            "y with the same row numbers. Check batch_size first, and raise ValueError.",
            "rows = rng.choice(len(x), size=batch_size, replace=False), then x[rows] and y[rows].",
        ),
    ),
    Function(
        name="shuffled_batches",
        stage="batching",
        positional=("x", "y", "batch_size", "rng"),
        keywords=(),
        parts=("batches",),
        form=forms.EPOCH,
        result="an iterable of pairs (xb, yb), float64 arrays of shape (batch_size, 1)",
        builds_on=(),
        trusted=trusted.shuffled_batches,
        exact=None,
        fingerprint=fingerprints.batches,
        points=10,
        paste=functools.partial(paste_call, around="list({})"),
        hints=(
            "If you had all the row numbers in a random order, how would you cut them into "
            "pieces of batch_size? Which piece is shorter, and when?",
            "order = rng.permutation(n) gives each row number once. A slice that reaches past "
            "the end of an array is simply shorter, so that the last batch needs no code of its "
            "own.",
            "for start in range(0, n, batch_size): rows = order[start : start + batch_size], "
            "and the batch is x[rows], y[rows]: yield it, or collect it in a list. Check "
            "batch_size and the two lengths before that.",
        ),
    ),
    Function(
        name="minibatch_gd",
        stage="descent",
        positional=("x", "y"),
        keywords=("batch_size", "lr", "epochs", "rng", "w", "b"),
        parts=("w", "b", "losses"),
        form=forms.DESCENT,
        result="w, b and a sequence with one number for each epoch",
        builds_on=("predict", "mse_loss", "mse_gradients", "sgd_step", "shuffled_batches"),
        trusted=None,
        exact=None,
        fingerprint=fingerprints.descents,
        points=15,
        hints=(
            "Two loops, one inside the other: over what does each go? What is done once in each "
            "epoch, and what once in each batch?",
            "For each batch: first note its loss with the present w and b, then its gradients, "
            "then the step. After the last batch of an epoch, append the mean of the noted "
            "losses.",
            "for xb, yb in shuffled_batches(x, y, batch_size, rng): the loss of (xb, yb), then "
            "dw, db = mse_gradients(xb, yb, w, b), then w, b = sgd_step(w, b, dw, db, lr). The "
            "gradient is already a mean over the batch that it got, also over a short one. Call "
            "shuffled_batches anew in every epoch, and do not set w and b back.",
        ),
    ),
    Function(
        name="LinearRegression",
        stage="training",
        positional=(),
        keywords=("w", "b", "x"),
        parts=("model",),
        form=forms.model,
        result="an nn.Module whose self.linear, nn.Linear(1, 1), makes the prediction",
        builds_on=(),
        trusted=None,
        exact=None,
        fingerprint=fingerprints.model,
        points=5,
        probe="model",
        shown=showing.show_model,
        paste=showing.paste_model,
        hints=(
            "Which part of the line does nn.Linear(1, 1) already contain?",
            "Its weight is w and its bias is b. A module must call super().__init__() before it "
            "gets its parts.",
            "In __init__: super().__init__(), then self.linear = nn.Linear(1, 1). In forward: "
            "return self.linear(x).",
        ),
    ),
    Function(
        name="to_dataset",
        stage="training",
        positional=(),
        keywords=("x", "y"),
        parts=("x", "y"),
        form=forms.parts(
            "a TensorDataset of x and y", x=forms.float32_column, y=forms.float32_column
        ),
        result="a TensorDataset of x and y, float32 tensors of shape (n, 1)",
        builds_on=(),
        trusted=None,
        exact=None,
        fingerprint=fingerprints.dataset,
        points=5,
        probe="dataset",
        paste=functools.partial(paste_call, around="{}.tensors"),
        hints=(
            "What dtype have the arrays, and what dtype do the weights of nn.Linear have?",
            "Make a float32 tensor of each array, and keep its shape (n, 1). TensorDataset "
            "takes any number of tensors of equal length.",
            "torch.tensor(x, dtype=torch.float32), the same for y, and TensorDataset of both, "
            "in this order.",
        ),
    ),
    Function(
        name="train_epoch",
        stage="training",
        positional=(),
        keywords=("x", "y", "batch_size", "lr", "w", "b", "loss", "calls", "momentum"),
        parts=("w", "b", "losses", "has_gradients"),
        form=forms.trained_epoch,
        result="the loss as a Python float",
        builds_on=(),
        trusted=trusted.train_epoch,
        exact=None,
        fingerprint=fingerprints.one_pass,
        points=10,
        probe="pass",
        shown=showing.show_epoch,
        paste=showing.paste_epoch,
        hints=(
            "Five things happen for each batch. In which order? Which of them adds to what is "
            "already there?",
            "Predict, compute the loss, clear the old gradients, backward, step. backward() "
            "adds to the gradients, so that they must be cleared once for each batch. "
            "loss.item() is the loss as a Python number.",
            "for xb, yb in loader: loss = loss_fn(model(xb), yb); optimizer.zero_grad(); "
            "loss.backward(); optimizer.step(); and add loss.item() to a total. Return the "
            "total divided by the number of batches, len(loader).",
        ),
    ),
    Function(
        name="train",
        stage="training",
        positional=(),
        keywords=("x", "y", "batch_size", "lr", "epochs", "w", "b", "generator"),
        parts=("w", "b", "losses"),
        form=forms.training,
        result="a list of one Python float for each epoch",
        builds_on=("train_epoch",),
        trusted=None,
        exact=None,
        fingerprint=fingerprints.descents,
        points=5,
        probe="training",
        shown=showing.show_training,
        paste=showing.paste_training,
        hints=(
            "What must be made once, before the first epoch, and what is done in every epoch?",
            "Once: a DataLoader that shuffles with the generator that you were given, an "
            "optimizer for model.parameters(), the loss. In every epoch: train_epoch.",
            "DataLoader(dataset, batch_size=batch_size, shuffle=True, generator=generator) "
            "shuffles anew each time it is looped over, and keeps the short last batch. "
            "torch.optim.SGD(model.parameters(), lr=lr) is plain gradient descent, and "
            "nn.MSELoss() the loss. Return the list of what train_epoch returns.",
        ),
    ),
    Function(
        name="update_map",
        stage="scan",
        positional=("xb", "yb", "alpha"),
        keywords=(),
        parts=forms.MAP_PARTS,
        form=forms.MAP,
        result="six numbers",
        builds_on=(),
        trusted=trusted.update_map,
        exact=Exact(
            nouns=("ww − 1", "wb", "w1", "bw", "bb − 1", "b1", "the steps of w and b"),
            terms=lambda xb, yb, alpha: (
                (1 + 2 * abs(alpha) * (1 + np.abs(xb).max()) ** 2 * (1 + np.abs(yb).max()),) * 6
            ),
            base=lambda **_: IDENTITY,
            cases=MAPS,
            others=OTHER_MAPS,
        ),
        fingerprint=fingerprints.exact,
        points=None,
        hints=(
            "Write w − 2α·mean(x·(w·x + b − y)) as something times w, plus something times b, "
            "plus a rest. What are the three?",
            "The mean of a sum is the sum of the means: mean(x·w·x) is w·mean(x²). Do the same "
            "with b's step, whose gradient has no x in front.",
            "ww = 1 − 2α·mean(x²), wb = bw = −2α·mean(x), w1 = 2α·mean(x·y), bb = 1 − 2α, b1 = "
            "2α·mean(y).",
        ),
    ),
    Function(
        name="compose",
        stage="scan",
        positional=("first", "second"),
        keywords=(),
        parts=forms.MAP_PARTS,
        form=forms.MAPS,
        result="six numbers, or six arrays for maps of six arrays",
        builds_on=(),
        trusted=trusted.compose,
        exact=Exact(
            nouns=(*forms.MAP_PARTS, "all six"),
            terms=lambda first, second: (
                (1 + 3 * np.abs(first).max() * (1 + np.abs(second).max()),) * 6
            ),
            base=None,
            cases=COMPOSITIONS,
            others=OTHER_COMPOSITIONS,
        ),
        fingerprint=fingerprints.exact,
        points=None,
        hints=(
            "After the first map, what is w? And b? What does the second map make of these two?",
            "Put the first map's formulas for w and b into the second map's, multiply out, and "
            "collect what stands before w, before b, and alone.",
            "The new ww is second.ww·first.ww + second.wb·first.bw, and the new w1 is "
            "second.ww·first.w1 + second.wb·first.b1 + second.w1; the other four look alike.",
        ),
    ),
    Function(
        name="minibatch_gd_scan",
        stage="scan",
        positional=("x", "y"),
        keywords=("batch_size", "lr", "epochs", "rng", "w", "b"),
        parts=("w", "b", "losses"),
        form=forms.DESCENT,
        result="w, b and a sequence with one number for each epoch",
        builds_on=("shuffled_batches", "update_map", "compose"),
        trusted=None,
        exact=None,
        fingerprint=fingerprints.descents,
        points=None,
        hints=(
            "If all the maps of a run lie in arrays, how can two updates of many segments be "
            "composed with a single call of compose?",
            "Cut the maps into segments of L; compose the first maps of all segments with their "
            "second ones, and so on, L times, as arrays. Then chain the segments, one after the "
            "other, to get the w and b at which each begins, and replay all of them side by "
            "side.",
            "With every map in arrays of shape (segments, L): for k in range(1, L): whole = "
            "compose(whole, maps[:, k]). Chain whole over the segments in a loop. Then for k in "
            "range(L): note w and b (arrays, one for each segment), and apply maps[:, k] to "
            "them. The loss of an update follows from w and b before it. Draw the orders as "
            "`shuffled_batches` does.",
        ),
    ),
)


def check(name: str, target: str, hints: tuple[str, str, str]) -> Function:
    """Return the record of a check, which is tried on implementations of another function."""
    return Function(
        name=name,
        stage="claims",
        positional=(),
        keywords=("target", "helpers", "text", "number", "luck", "look_inside"),
        parts=("run",),
        form=forms.ran,
        result=f"nothing, or AssertionError if {target} is wrong",
        builds_on=(),
        trusted=None,
        exact=None,
        fingerprint=None,
        points=None,
        probe="check",
        paste=lambda *_: "",  # a call of a check needs what learners do not have at hand
        hints=hints,
    )


RECORDS += (
    check(
        "check_gradients",
        "mse_gradients",
        (
            "For which samples, w and b would a wrong gradient give the right numbers? One sample? "
            "b = 0? Residuals of one sign?",
            "Let Hypothesis draw the number of samples, their size, w and b, and compare with the "
            "derivatives by another way: formulas of your own, or differences of the loss. "
            "Rounding is as large as the terms that are added up, not as their sum: allow a small "
            "part of mean(|w·x| + |b| + |y|), times |x| for dw, and far less than 1e-5 of it.",
            "@given(st.integers(1, 100), st.integers(-4, 4), st.integers(0, 2**32 - 1)): draw x, "
            "y, w and b from default_rng(seed).normal(size=…) · 10.0**exponent. With r = w·x + b "
            "− y, demand |dw − 2·mean(r·x)| ≤ 1e-10·mean((|w·x| + |b| + |y|)·|x|), the same "
            "without x for db, and that x and y are what they were. Keep copies of them.",
        ),
    ),
    check(
        "check_batches",
        "shuffled_batches",
        (
            "If every sample had its number written on it, what would you look at in the batches "
            "of one epoch? And in those of the next?",
            "With x = 0, 1, 2, … and y = 1000 + x each batch says which samples it holds. Try a "
            "batch_size that divides n, one that does not, 1, n, and one above n. Then the "
            "generator: an equal one must give an equal epoch, the next call another one. That "
            "every split is equally likely shows only in many calls: count them.",
            "The sizes must be [m, m, …, rest], the sorted numbers range(n), y == x + 1000 and the "
            "shapes (m, 1). Demand ValueError for batch_size = 0 and for x and y of different "
            "lengths, with try … except … else. For statistics, 4 samples in batches of 2: 6 "
            "splits, each about 100 times in 600 calls with one generator. 5 standard deviations "
            "are 46, which right ones hardly ever exceed. Which is first inside a batch is free.",
        ),
    ),
    check(
        "check_descent",
        "minibatch_gd",
        (
            "You cannot know the order of the samples. For which data, or which batch_size, does "
            "it not matter?",
            "With batch_size = n or above there is one batch: your own loop gives w, b and the "
            "losses. With samples that are all alike every order is the same, and you see what a "
            "short last batch does. With 3 samples and batch_size = 1 there are 6 orders: one "
            "epoch must end like one of them, and each must come at some time.",
            "Write a loop descend(batches, lr, w, b) that returns w, b and losses. Compare "
            "with it for one batch of all samples (start elsewhere than at 0, several epochs, a "
            "rate that diverges), and for alike samples with n = 7, batch_size = 3. Then "
            "itertools.permutations of 3 samples: after 2 epochs there are 36 ways; in 100 runs "
            "with other generators more than 12 must come, and equal generators must give equal "
            "results. Rounding: 1e-9 of the largest w, b or y on the way.",
        ),
    ),
)


def table(records: tuple[Function, ...]) -> dict[str, Function]:
    """Return the functions by name, if what they say of each other can be."""
    found: dict[str, Function] = {}
    for record in records:
        if record.name in found:
            raise ValueError(f"two records of {record.name}")
        for name in record.builds_on:
            if name not in found or found[name].trusted is None:
                raise ValueError(f"{record.name} builds on {name}: no trusted function before it")
        found[record.name] = record
    return found


FUNCTIONS = table(RECORDS)
COMPARED = [name for name, record in FUNCTIONS.items() if record.fingerprint]  # with mistakes
STAGE_OF = {name: record.stage for name, record in FUNCTIONS.items()}


def by_stage(bonus: bool) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, record in FUNCTIONS.items():
        if (record.points is None) == bonus:
            found.setdefault(record.stage, []).append(name)
    return found


STAGES, BONUS = by_stage(bonus=False), by_stage(bonus=True)  # the functions of each, in order
FILES = STAGES | BONUS
