"""What the tests of the PyTorch stage share. Its numbers are float32: they round to 1e-7."""

import math
from typing import Any

import numpy as np

from tests.judge.answers import Answer
from tests.judge.boundary import Subject
from tests.judge.descents import FLOAT32, must_agree
from tests.judge.oracles import SQUARED, Loss, descend, in_order
from tests.judge.showing import show, show_result
from tests.judge.verdicts import finding
from tests.judged.values import Array, Values

LINEAR = "torch.nn.modules.linear.Linear"
PARAMETERS = ["linear.bias (1,)", "linear.weight (1, 1)"]


def must_be_a_linear_model(answer: Answer) -> None:
    """Demand `self.linear`, an `nn.Linear(1, 1)`, and no other parameters."""
    model = answer.value
    if model.linear != LINEAR:
        none = model.linear == "NoneType"
        answer.fail("no linear", found="" if none else model.linear)
    if model.parameters != PARAMETERS:
        answer.fail("parameters", found=model.parameters, right=PARAMETERS)


def must_predict(answer: Answer, right: Array) -> None:
    """Demand this prediction, and gradients that flow back from it to weight and bias."""
    x, w, b = (answer.values[name] for name in ("x", "w", "b"))
    prediction, slopes, expected = answer.value.prediction, answer.value.slopes, show(right)
    if not isinstance(prediction, Values):
        found = finding("no tensor", name=str(prediction[0]))
        answer.fail_with(found, got=show_result(prediction), expected=expected)
    value, again = prediction.array, answer.value.again
    if value.shape != right.shape:
        found = finding("tensor shape", shape=list(value.shape), wanted=list(right.shape))
        answer.fail_with(found, got=show(value), expected=expected)
    if not (np.abs(value - right) <= 1e-5 * (np.abs(w * x) + abs(b))).all():
        answer.fail_with(finding("forward"), got=show(value), expected=expected)
    if not isinstance(again, Values) or not np.array_equal(again.array, value):
        answer.fail_with(finding("forward changes"), got=show_result(again), expected=show(value))
    slope, size = float(x.sum()), float(np.abs(x).sum())
    flows = len(slopes) == 2 and abs(slopes[0] - slope) <= 1e-4 * (1 + size)
    if not (flows and abs(slopes[1] - len(x)) <= 1e-3):
        answer.fail("no graph", slopes=show(slopes), right=slope, n=len(x))


def must_hold_the_samples(answer: Answer) -> None:
    """Demand x and y as float32, with the shape that they have."""
    expected = show((answer.values["x"], answer.values["y"]))
    for name, tensor in zip("xy", answer.value, strict=True):
        right = answer.values[name].astype(np.float32)
        if tensor.shape != right.shape:
            shapes = {"shape": list(tensor.shape), "wanted": list(right.shape)}
            answer.fail_with(finding("shape", place=[name], **shapes), expected=expected)
        if not np.array_equal(tensor, right):
            answer.fail_with(finding("tensor values", part=name), expected=expected)


# -- one pass ---------------------------------------------------------------------------------

LOSSES: dict[str, Loss] = {
    "MSELoss()": SQUARED,
    "MSELoss(reduction='sum')": Loss(SQUARED.of, SQUARED.slope, summed=True),
    "L1Loss()": Loss(abs, lambda r: math.copysign(1.0, r)),
    # not the same with prediction and target exchanged
    "Lopsided()": Loss(
        lambda r: r * r * (3 if r > 0 else 1), lambda r: 2 * r * (3 if r > 0 else 1)
    ),
}


def must_step_once_per_batch(
    subject: Subject, x: Array, y: Array, when: str = "", least: float = 1.0, **values: Any
) -> None:
    """Demand the parameters and the mean losses that the formulas give on the same batches."""
    values = {"loss": "MSELoss()", "calls": 1, "momentum": 0.0, **values}
    loss, momentum = values["loss"], values["momentum"]
    batches = in_order(len(x), values["batch_size"], values["calls"])
    start = {name: values[name] for name in ("lr", "w", "b", "momentum")}
    run = descend(x, y, batches, loss=LOSSES[loss], least=least, **start)
    answer = subject(x=x, y=y, **values)
    w_end, b_end, losses, _ = answer.value
    shown = {
        "got": f"w={w_end:.6g}, b={b_end:.6g}, returned {show(losses)}",
        "expected": f"w={run.w:.6g}, b={run.b:.6g}, returned {show(run.losses)}",
    }
    plain = loss == "MSELoss()" and not momentum
    if not plain:
        when = f"momentum={momentum}" if momentum else f"loss_fn={loss}"
    elif not when:
        when = "second pass" if values["calls"] > 1 else pass_of(run.epochs[0])
    must_agree(answer, run, FLOAT32, when, resembling=plain, **shown)


def pass_of(batches: Any) -> str:
    """Return what is new in a pass, after simpler ones went right."""
    if len(batches) == 1:
        return "one batch of one" if len(batches[0]) == 1 else "batch"
    return "two batches" if len(batches[-1]) == len(batches[0]) else "short batch"
