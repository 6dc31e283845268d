"""The probes of the PyTorch stage, which is imported when the first of them runs."""

import functools
import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import signature
from typing import Any

import numpy as np

from tests.judged.arguments import must_be_unchanged
from tests.judged.describing import describe, describe_tensor, short_repr, type_name
from tests.judged.modules import Modules
from tests.judged.probes import STATES
from tests.judged.values import (
    Array,
    Description,
    Items,
    Model,
    Other,
    Problem,
    Request,
    Result,
    Seed,
    Stopped,
    Trained,
)

OF_WORKERS = (  # options of a loader
    *("num_workers", "prefetch_factor", "persistent_workers", "timeout"),
    "multiprocessing_context",
)
UNUSUAL_SEED = 20_000_000  # so that a reseeding shows


def model(submission: Modules, request: Request, w: float, b: float, x: Array) -> Result:
    """Make a `LinearRegression`, set its parameters, and describe it and its prediction."""
    made = find(submission, request)
    import torch
    from torch import nn

    with torch_defaults(), submission.guard(request.seconds):
        learners: Any = made()
        if not isinstance(learners, nn.Module):
            return Other(type_name(learners), short_repr(learners))
        names = sorted(f"{n} {tuple(p.shape)}" for n, p in learners.named_parameters())
        inner = getattr(learners, "linear", None)
        if type(inner) is not nn.Linear or len(names) != 2:
            return Model(names, type_name(inner), Other("nothing", ""), [], Other("nothing", ""))
        set_parameters(learners, w, b)
        inputs = torch.tensor(x, dtype=torch.float32)
        prediction = learners(inputs)
        slopes = []
        if isinstance(prediction, torch.Tensor) and prediction.requires_grad:
            prediction.sum().backward()  # type: ignore[no-untyped-call]
            slopes = [
                float("nan") if p.grad is None else float(p.grad.sum())
                for p in (inner.weight, inner.bias)
            ]
        with torch.no_grad():
            again = describe_tensor(learners.eval()(inputs))
        return Model(names, type_name(inner), describe_tensor(prediction), slopes, again)


def dataset(submission: Modules, request: Request, x: Array, y: Array) -> Result:
    """Describe the tensors of the data set that `to_dataset` makes."""
    function = find(submission, request)
    import torch
    from torch.utils.data import TensorDataset

    given = {"x": x.copy(), "y": y.copy()}
    with torch_defaults(), submission.guard(request.seconds):
        made = function(given["x"], given["y"])
        must_be_unchanged({"x": x, "y": y}, given)
        if not isinstance(made, TensorDataset):
            return Other(type_name(made), short_repr(made))
        parts = list(made.tensors)
        if type(made) is not TensorDataset:  # it may have items of its own
            items = [made[index] for index in range(len(made))]
            parts = [torch.stack(column) for column in zip(*items, strict=True)]
        return Items("TensorDataset", [describe_data(part) for part in parts], True)


def describe_data(part: Any) -> Description:
    """Describe a tensor of a data set, which is to be learnt from and not to be changed."""
    if part.requires_grad:
        return Other(f"{type_name(part)} that requires grad", short_repr(part))
    return describe_tensor(part)


def one_pass(
    submission: Modules,
    request: Request,
    x: Array,
    y: Array,
    batch_size: int,
    lr: float,
    w: float,
    b: float,
    loss: str,
    calls: int,
    momentum: float,
) -> Result:
    """Run `train_epoch` on a right model, unshuffled batches, and SGD."""
    function = find(submission, request)
    import torch
    from torch.utils.data import DataLoader

    predicted: list[None] = []
    right = line(w, b, note=lambda: predicted.append(None))
    loader = DataLoader(tensors(x, y), batch_size=batch_size)
    optimizer = torch.optim.SGD(right.parameters(), lr=lr, momentum=momentum)
    loss_fn = loss_named(loss)
    returned = []
    for _ in range(calls):
        with (
            torch_defaults(),
            submission.guard(request.seconds),
            submission.trusting(request.stand_ins),
        ):
            value = function(right, loader, loss_fn, optimizer)
            is_float = isinstance(value, float) or not isinstance(value, np.number)
            returned.append(
                describe(value) if is_float else Other(type_name(value), short_repr(value))
            )
            w_end, b_end = parameters(right)
    if not predicted and (w_end, b_end) != (w, b):
        raise Stopped(Problem("model unused"))
    left = any(p.grad is not None and bool(p.grad.any()) for p in right.parameters())
    return Trained(w_end, b_end, returned, left)


def training(
    submission: Modules,
    request: Request,
    x: Array,
    y: Array,
    batch_size: int,
    lr: float,
    epochs: int,
    w: float,
    b: float,
    generator: Seed | None,
) -> Result:
    """Run `train` on a right model and data set."""
    function = find(submission, request)
    import torch

    with submission.guard.limit.apart():
        torch.optim.SGD([torch.zeros(1)], lr=0.1)  # the first one takes seconds
    right, data = line(w, b), tensors(x, y)
    drawn_from = None if generator is None else torch.Generator().manual_seed(generator.value)
    options = {"batch_size": batch_size, "lr": lr, "epochs": epochs}
    state, of_numpy = torch.get_rng_state(), STATES["NumPy"]()
    mark = UNUSUAL_SEED + (request.global_seed or 0)
    torch.default_generator.manual_seed(mark)  # the CPU one: to seed all takes longer than to train
    try:
        with (
            torch_defaults(),
            submission.guard(request.seconds),
            submission.trusting(request.stand_ins),
        ):
            returned = function(right, data, **options, generator=drawn_from)
            losses = describe(returned, most=2 * epochs + 8)
            w_end, b_end = parameters(right)
        if torch.initial_seed() != mark:
            raise Stopped(Problem("pytorch state"))
        if STATES["NumPy"]() != of_numpy:
            raise Stopped(Problem("global state", name="NumPy"))
    finally:
        torch.set_rng_state(state)
    return Trained(w_end, b_end, [losses], False)


# -- what is right beside the learner's code --------------------------------------------------


def find(submission: Modules, request: Request) -> Any:
    """Return the learner's function, once PyTorch is there: it takes seconds that are nobody's."""
    function = submission.find(request)
    with submission.guard.limit.apart():
        importlib.import_module("torch")
    return function


def line(w: float, b: float, note: Callable[[], None] = lambda: None) -> Any:
    """Return a right model with these parameters, which notes each of its predictions."""
    from torch import nn

    class Line(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(1, 1)

        def forward(self, x: Any) -> Any:
            note()
            return self.linear(x)

    model = Line()
    set_parameters(model, w, b)
    return model


def set_parameters(model: Any, w: float, b: float) -> None:
    import torch

    with torch.no_grad():
        model.linear.weight.fill_(w)
        model.linear.bias.fill_(b)


def parameters(model: Any) -> tuple[float, float]:
    return float(model.linear.weight.detach()), float(model.linear.bias.detach())


def tensors(*arrays: Array) -> Any:
    import torch
    from torch.utils.data import TensorDataset

    return TensorDataset(*(torch.tensor(a, dtype=torch.float32) for a in arrays))


def loss_named(name: str) -> Any:
    """Return a loss of PyTorch's, "MSELoss(reduction='sum')", or the lopsided one."""
    from torch import nn

    kind, _, options = name.partition("(")
    if kind == "Lopsided":
        return lopsided
    return getattr(nn, kind)(reduction="sum" if "sum" in options else "mean")


def lopsided(prediction: Any, target: Any) -> Any:
    """Return a loss that counts a prediction above its target three times."""
    residual = prediction - target
    return (residual**2 * (1 + 2 * (residual > 0))).mean()


@contextmanager
def torch_defaults() -> Iterator[None]:
    """Let loaders start no processes, and put PyTorch's settings back that the code has changed."""
    import torch
    from torch.utils.data import DataLoader

    dtype, grad = torch.get_default_dtype(), torch.is_grad_enabled()
    made = DataLoader.__init__
    DataLoader.__init__ = without_workers(made)  # type: ignore[method-assign]
    try:
        yield
    finally:
        DataLoader.__init__ = made  # type: ignore[method-assign]
        torch.set_default_dtype(dtype)
        torch.set_grad_enabled(grad)


def without_workers(made: Callable[..., None]) -> Callable[..., None]:
    """Return what makes a loader that gives the same batches without processes of its own.

    To start them anew in each epoch would take a right training minutes for all its tests.
    """

    @functools.wraps(made)
    def make(*values: Any, **options: Any) -> None:
        if len(values) > 6 or options.get("num_workers"):
            given = signature(made).bind(*values, **options)
            if given.arguments["num_workers"] > 0:  # or the loader refuses these options
                for name in OF_WORKERS:
                    given.arguments.pop(name, None)
            values, options = given.args, given.kwargs
        made(*values, **options)

    return make
