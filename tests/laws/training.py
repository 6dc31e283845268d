"""Laws of the PyTorch stage's own functions, and of the gradients beside autograd."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tests import oracles
from tests.boundary import FORMS, Subject
from tests.laws.descent import MOST_KEPT, descent, must_follow
from tests.laws.gradients import gradient_sizes
from tests.laws.likeness import losses_like, parameters_like
from tests.oracles import ROUNDING
from tests.strategies import column
from tests.wording import Array, paste_call, paste_training, show, show_call


def must_be_the_line(subject: Subject, w: float, b: float, x: Array) -> None:
    """`LinearRegression` with parameters w, b predicts w·x + b, and can be differentiated."""
    answer = subject.ask(
        "model",
        f"LinearRegression()(x={show(x)}), with w={w}, b={b}",
        lambda description: description,
        paste=lambda module: (
            f"import torch; from torch import nn; from {module} import LinearRegression; "
            f"model = LinearRegression(); nn.init.constant_(model.linear.weight, {w}); "
            f"nn.init.constant_(model.linear.bias, {b}); model(torch.tensor({show(x)}))"
        ),
        w=w,
        b=b,
        x=x,
    )
    if answer.value[0] != "model":
        answer.fail("is not an nn.Module", "a subclass of nn.Module")
    _, names, linear, prediction, gradients = answer.value
    if linear != "torch.nn.modules.linear.Linear":
        found = "there is no such attribute" if linear == "NoneType" else f"it is {linear}"
        answer.fail(f"self.linear is not nn.Linear(1, 1): {found}", "nn.Linear(1, 1)", linear)
    wanted = ["linear.bias (1,)", "linear.weight (1, 1)"]
    if names != wanted:
        answer.fail(
            f"the parameters are {', '.join(names)}", f"{', '.join(wanted)}", ", ".join(names)
        )
    right = oracles.predict(x, w, b)
    size = 1e-5 * (np.abs(w * x) + abs(b))  # float32
    if prediction[0] != "array":
        answer.fail("forward returns no tensor", show(right), str(prediction[1]))
    value = prediction[1]
    if value.shape != right.shape:
        answer.fail(
            f"forward returns a tensor of shape {value.shape}, not {right.shape}",
            show(right),
            show(value),
        )
    if not (np.abs(value - right) <= size).all():
        answer.fail("forward does not return w·x + b", show(right), show(value))
    slope = float(x.sum())
    if len(gradients) != 2 or not (
        abs(gradients[0] - slope) <= 1e-4 * (1 + np.abs(x).sum())
        and abs(gradients[1] - len(x)) <= 1e-3
    ):
        answer.fail(
            "gradients do not flow back from the prediction to weight and bias",
            f"gradients of its sum {slope:g} and {len(x)}",
            show(gradients) if gradients else "a prediction without a graph",
        )


def must_hold_the_samples(subject: Subject, x: Array, y: Array) -> None:
    """`to_dataset` holds x and y as float32."""
    answer = subject.ask(
        "dataset",
        show_call("to_dataset", {"x": x, "y": y}),
        FORMS["to_dataset"],
        paste=lambda module: f"{paste_call(module, 'to_dataset', {'x': x, 'y': y}, 1)}.tensors",
        expected="a TensorDataset of x and y, float32 tensors of shape (n, 1)",
        x=x,
        y=y,
    )
    for name, tensor, array in zip(("x", "y"), answer.value, (x, y), strict=True):
        right = array.astype(np.float32)
        if tensor.shape != right.shape:
            answer.fail(f"{name} has the shape {tensor.shape}, not {right.shape}", show((x, y)))
        if not np.array_equal(tensor, right):
            answer.fail(f"{name} does not hold the values of {name}", show((x, y)))


LOSSES: dict[str, tuple[Callable[[float], float], Callable[[float], float], bool]] = {
    "MSELoss()": (lambda r: r * r, lambda r: 2 * r, False),
    "MSELoss(reduction='sum')": (lambda r: r * r, lambda r: 2 * r, True),
    "L1Loss()": (abs, lambda r: math.copysign(1.0, r), False),
    # not the same with prediction and target exchanged
    "Lopsided()": (
        lambda r: r * r * (3 if r > 0 else 1),
        lambda r: 2 * r * (3 if r > 0 else 1),
        False,
    ),
}


def must_train_one_pass(
    subject: Subject,
    x: Array,
    y: Array,
    *,
    batch_size: int,
    lr: float,
    w: float,
    b: float,
    loss: str = "MSELoss()",
    times: int = 1,
    when: str = "",
) -> None:
    """Demand the parameters and the mean loss that the formulas give on the same batches."""
    value, slope, summed = LOSSES[loss]
    w_now, b_now, size = w, b, 1.0
    right_losses: list[float] = []
    batch_losses: list[float] = []
    for _ in range(times):
        batch_losses = []
        for rows in oracles.in_order(len(x), batch_size, 1)[0]:
            residuals = [w_now * x[i, 0] + b_now - y[i, 0] for i in rows]
            share = 1 if summed else len(rows)
            batch_losses.append(sum(value(r) for r in residuals) / share)
            dw = sum(slope(r) * x[i, 0] for r, i in zip(residuals, rows, strict=True)) / share
            db = sum(slope(r) for r in residuals) / share
            w_now, b_now = w_now - lr * dw, b_now - lr * db
            size = max(size, abs(w_now), abs(b_now), lr * abs(dw), lr * abs(db), batch_losses[-1])
        right_losses.append(sum(batch_losses) / len(batch_losses))
    calls = f", {times} times" if times > 1 else ""
    answer = subject.ask(
        "train_epoch",
        f"train_epoch(model, loader, {loss}, SGD(lr={lr})){calls}, from w={w}, b={b} "
        f"on batches of {batch_size} of x={show(x)}, y={show(y)}",
        FORMS["train_epoch"],
        paste=lambda module: paste_epoch(module, x, y, batch_size, lr, w, b, loss, times),
        expected=f"w={float(w_now):.6g}, b={float(b_now):.6g}, and the loss as a Python float",
        x=x,
        y=y,
        batch_size=batch_size,
        lr=lr,
        w=w,
        b=b,
        loss=loss,
        times=times,
    )
    (w_end, b_end), losses, _ = answer.value
    allowed = 2e-5 * size  # float32 rounds to 1e-7 of the terms, a few dozen times
    expected = f"w={w_now:.6g}, b={b_now:.6g}, returned {show(right_losses)}"
    got = f"w={w_end:.6g}, b={b_end:.6g}, returned {show(losses)}"
    run = oracles.descend(x, y, oracles.in_order(len(x), batch_size, times), lr, w, b)
    squared = loss == "MSELoss()"
    passed = subject.memory.setdefault("right runs", [])
    if not (abs(w_end - w_now) <= allowed and abs(b_end - b_now) <= allowed):
        if (w_end, b_end) == (w, b):
            answer.fail("the model's parameters do not change", expected, got)
        found = w_end, b_end
        like = parameters_like(found, run, 2e-5 * run.size, passed) if squared else ""
        answer.fail(f"w and b are wrong {when}{like}", expected, got)
    if not all(abs(a - b) <= allowed for a, b in zip(losses, right_losses, strict=True)):
        like = losses_like(losses, run, 2e-5 * run.loss_size) if squared else ""
        answer.fail(f"w and b are right, but the loss is wrong {when}{like}", expected, got)
    if squared and len(passed) < MOST_KEPT:
        passed.append(run)


def paste_epoch(
    module: str,
    x: Array,
    y: Array,
    batch_size: int,
    lr: float,
    w: float,
    b: float,
    loss: str,
    times: int,
) -> str:
    """Write the calls as lines for a Python prompt, "" for a loss that PyTorch does not have."""
    if loss not in ("MSELoss()", "MSELoss(reduction='sum')", "L1Loss()"):
        return ""
    call = (
        f"train_epoch(model, DataLoader(data, batch_size={batch_size}), nn.{loss}, "
        f"optim.SGD(model.parameters(), lr={lr}))"
    )
    return paste_training(module, "; ".join([call] * times), w, b, x, y)


def must_train_without_a_generator(subject: Subject) -> None:
    """Demand full-batch descent, for which no order matters, when no generator is given."""
    x, y = column([1.0, 2.0, 4.0]), column([0.0, 3.0, 2.0])
    answer = descent(subject, x, y, batch_size=3, lr=0.05, epochs=2, seed=None)
    right = oracles.descend(x, y, oracles.in_order(3, 3, 2), 0.05)
    must_follow(subject, answer, right, "without a generator")
    same, other = np.full((5, 1), 0.5), np.full((5, 1), 3.0)
    answer = descent(subject, same, other, batch_size=2, lr=0.05, epochs=2, seed=None)
    right = oracles.descend(same, other, oracles.in_order(5, 2, 2), 0.05)
    must_follow(subject, answer, right, "without a generator, with a short last batch")
    x, y = column([1.0, 2.0, 4.0, 0.0, 3.0]), column([0.0, 3.0, 2.0, 5.0, 1.0])
    runs = [
        descent(subject, x, y, batch_size=1, lr=0.02, epochs=1, seed=None, stir=stir)
        for stir in range(6)  # that 120 orders are equal by chance 5 times: once in 2·10¹⁰ runs
    ]
    if all(run.value == runs[0].value for run in runs):
        runs[0].fail(
            "without a generator every run takes the samples in the same order",
            "shuffles drawn from PyTorch's global generator",
        )


def must_agree_with_autograd(subject: Subject, x: Array, y: Array, w: float, b: float) -> None:
    """Demand of the gradients in NumPy what PyTorch finds by itself, in float64."""
    answer = subject(x=x, y=y, w=w, b=b, expected=show(oracles.mse_gradients(x, y, w, b)))
    right = oracles.autograd_gradients(x, y, w, b)
    sizes = gradient_sizes(x, y, w, b)
    for name, value, target, size in zip(("dw", "db"), answer.value, right, sizes, strict=True):
        if not abs(value - target) <= ROUNDING * size:
            answer.fail(f"{name} is not what PyTorch's autograd gives", show(right))


def epoch_ladder(subject: Subject) -> None:
    x, y = column([1.0, 2.0, 4.0]), column([-1.0, 5.0, 2.0])  # residuals 2, -3, 2
    start: dict[str, Any] = {"lr": 0.125, "w": 1.0, "b": 0.0}
    must_train_one_pass(subject, x[:1], y[:1], batch_size=1, **start, when="after one batch of one")
    must_train_one_pass(subject, x[:2], y[:2], batch_size=2, **start, when="after one batch")
    must_train_one_pass(subject, x[:2], y[:2], batch_size=1, **start, when="after two batches")
    must_train_one_pass(subject, x, y, batch_size=2, **start, when="with a short last batch")
    must_train_one_pass(subject, x, y, batch_size=2, **start, times=2, when="in the second epoch")
    must_train_one_pass(
        subject,
        column([0.3, 1.7, -0.4]),
        column([2.2, -1.1, 0.6]),
        batch_size=2,
        lr=0.07,
        w=1.3,
        b=-0.7,
        when="with a short last batch",
    )
    large: dict[str, Any] = {"batch_size": 1, "lr": 0.01, "w": 1.0, "b": 0.0}
    must_train_one_pass(subject, x[:1], 1e4 * y[1:2], **large, when="on large numbers")
    for loss in ("L1Loss()", "MSELoss(reduction='sum')", "Lopsided()"):
        must_train_one_pass(
            subject, x[:2], y[:2], batch_size=2, **start, loss=loss, when=f"with loss_fn={loss}"
        )


def model_ladder(subject: Subject) -> None:
    must_be_the_line(subject, 3.0, 2.0, column([1.0]))
    must_be_the_line(subject, 3.0, 2.0, column([0.0, 1.0, -2.0]))


def dataset_ladder(subject: Subject) -> None:
    must_hold_the_samples(subject, column([1.0]), column([2.0]))
    must_hold_the_samples(subject, column([0.1, 1.0, 2.0]), column([2.3, 5.0, 8.0]))
