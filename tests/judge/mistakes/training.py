"""Mistakes in `LinearRegression`, `to_dataset`, `train_epoch` and `train`.

PyTorch is imported inside the functions: nobody waits for it before the fifth stage.
"""

from collections.abc import Callable
from typing import Any

from tests.judge.mistakes.catalogue import mistake, right

# -- LinearRegression -------------------------------------------------------------------------


def module(forward: Callable[..., Any], make: str = "nn.Linear(1, 1)") -> Any:
    """Return a module with `self.linear` made by an expression, and the given forward."""
    from torch import nn

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = eval(make, {"nn": nn})

        def forward(self, x: Any) -> Any:
            return forward(self, x)

    return Model()


@mistake("LinearRegression", "the layer has no bias: nn.Linear(1, 1) has one")
def layer_without_bias() -> Any:
    return module(lambda self, x: self.linear(x), "nn.Linear(1, 1, bias=False)")


@mistake("LinearRegression", "the layer has the wrong sizes: one input, one output")
def layer_of_other_sizes() -> Any:
    return module(lambda self, x: self.linear(x), "nn.Linear(1, 2)")


@mistake("LinearRegression", "forward applies an activation function: a line has none")
def with_relu() -> Any:
    return module(lambda self, x: self.linear(x).relu())


@mistake("LinearRegression", "forward applies a sigmoid: a line has no activation function")
def with_sigmoid() -> Any:
    return module(lambda self, x: self.linear(x).sigmoid())


@mistake("LinearRegression", "forward drops the last axis (squeeze): keep the shape (m, 1)")
def with_squeeze() -> Any:
    return module(lambda self, x: self.linear(x).squeeze(-1))


@mistake("LinearRegression", "forward returns x: return self.linear(x)")
def returns_its_input() -> Any:
    return module(lambda self, x: x)


@mistake("LinearRegression", "forward leaves out the bias: call self.linear(x)")
def forward_without_bias() -> Any:
    return module(lambda self, x: x * self.linear.weight)


@mistake(
    "LinearRegression",
    "the graph is cut (detach, .data, no_grad, set_grad_enabled(False)): nothing can learn",
)
def forward_detached() -> Any:
    return module(lambda self, x: self.linear(x).detach())


# -- to_dataset -------------------------------------------------------------------------------


def dataset(*arrays: Any) -> Any:
    """Return a data set of tensors of the arrays, as they are."""
    import torch
    from torch.utils.data import TensorDataset

    return TensorDataset(*(torch.tensor(array) for array in arrays))


@mistake("to_dataset", "the tensors are float64: convert them to float32")
def dataset_in_float64(x: Any, y: Any) -> Any:
    return dataset(x, y)


@mistake("to_dataset", "the target is flat, shape (n,): keep (n, 1)")
def flat_target(x: Any, y: Any) -> Any:
    return dataset(x.astype("float32"), y.astype("float32").ravel())


@mistake("to_dataset", "x is flat, shape (n,): keep (n, 1), the shape of y, too")
def flat_tensors(x: Any, y: Any) -> Any:
    return dataset(x.astype("float32").ravel(), y.astype("float32").ravel())


@mistake("to_dataset", "the order is y, x: put x first")
def dataset_of_y_and_x(x: Any, y: Any) -> Any:
    return dataset(y.astype("float32"), x.astype("float32"))


@mistake("to_dataset", "y is missing: the data set holds both")
def dataset_of_x(x: Any, y: Any) -> Any:
    return dataset(x.astype("float32"))


@mistake("to_dataset", "x is there twice: the second tensor is y")
def dataset_of_x_twice(x: Any, y: Any) -> Any:
    return dataset(x.astype("float32"), x.astype("float32"))


@mistake("to_dataset", "the values are converted to whole numbers (long): use float32")
def dataset_of_integers(x: Any, y: Any) -> Any:
    return dataset(x.astype("int64"), y.astype("int64"))


@mistake("to_dataset", "the values are rounded to whole numbers")
def dataset_rounded(x: Any, y: Any) -> Any:
    return dataset(x.round().astype("float32"), y.round().astype("float32"))


@mistake("to_dataset", "the values are rounded to float16 on the way")
def dataset_through_float16(x: Any, y: Any) -> Any:
    return dataset(x.astype("float16").astype("float32"), y.astype("float16").astype("float32"))


@mistake("to_dataset", "x is standardised: keep its values")
def dataset_standardised(x: Any, y: Any) -> Any:
    return dataset(((x - x.mean()) / (x.std() or 1.0)).astype("float32"), y.astype("float32"))


@mistake("to_dataset", "the order of the samples is reversed: keep it")
def dataset_reversed(x: Any, y: Any) -> Any:
    return dataset(x[::-1].astype("float32"), y[::-1].astype("float32"))


# -- train_epoch ------------------------------------------------------------------------------


def clear(optimizer: Any, **_: Any) -> None:
    optimizer.zero_grad()


def item(loss: Any) -> Any:
    return loss.item()


def mean(losses: Any, **_: Any) -> Any:
    return sum(losses) / len(losses)


@right("train_epoch")
def one_pass(
    model: Any,
    loader: Any,
    loss_fn: Any,
    optimizer: Any,
    *,
    before: Callable[..., Any] = clear,
    between: Callable[..., Any] = lambda **_: None,
    step: Callable[..., Any] = lambda optimizer, **_: optimizer.step(),
    target: Callable[..., Any] = lambda y: y,
    note: Callable[..., Any] = item,
    result: Callable[..., Any] = mean,
    change: Callable[..., Any] = lambda loss, **_: loss,
    skip: Callable[..., Any] = lambda index, **_: False,
) -> Any:
    """Train for one pass as it should be, but for the parts that are given."""
    losses, sizes, last = [], [], None
    for index, (xb, yb) in enumerate(loader):
        if skip(index=index, loader=loader):
            continue
        facts: dict[str, Any] = {
            "optimizer": optimizer,
            "model": model,
            "index": index,
            "loader": loader,
        }
        last = xb, yb
        loss = change(loss_fn(model(xb), target(yb)), xb=xb, model=model)
        before(**facts)
        loss.backward()
        between(**facts)
        step(**facts)
        losses.append(note(loss))
        sizes.append(len(xb))
    return result(losses, sizes=sizes, loader=loader, last=last, model=model, loss_fn=loss_fn)


def flawed(name: str, sentence: str, **parts: Any) -> None:
    """Add a pass with the given parts to the catalogue."""

    def implementation(model: Any, loader: Any, loss_fn: Any, optimizer: Any) -> Any:
        return one_pass(model, loader, loss_fn, optimizer, **parts)

    implementation.__name__ = name.replace(" ", "_")
    mistake("train_epoch", sentence)(implementation)


flawed(
    "gradients never cleared",
    "each step has the gradients of all batches before, too: call optimizer.zero_grad() for each "
    "batch, and backward() on its own loss",
    before=lambda **_: None,
)
flawed(
    "gradients cleared once",
    "each step has the gradients of the pass's batches before, too: clear them for each batch, and "
    "call backward() on its own loss",
    before=lambda optimizer, index, **_: optimizer.zero_grad() if index == 0 else None,
)
flawed(
    "cleared before the step",
    "nothing is updated, and no gradient is left: is backward() called, on a loss that comes from "
    "model(xb), then step(), and zero_grad() not between them?",
    between=clear,
)
flawed(
    "no optimizer step",
    "nothing is updated: is optimizer.step() called, after backward()?",
    step=lambda **_: None,
)
flawed(
    "one step per epoch",
    "there is one step for each pass, with the sum of the batches' gradients: make one for each "
    "batch",
    before=lambda optimizer, index, **_: optimizer.zero_grad() if index == 0 else None,
    step=lambda optimizer, index, loader, **_: (
        optimizer.step() if index == len(loader) - 1 else None
    ),
)
flawed(
    "one step with the last gradient",
    "there is one step for each pass, with the last batch's gradient: make one for each batch",
    step=lambda optimizer, index, loader, **_: (
        optimizer.step() if index == len(loader) - 1 else None
    ),
)


@mistake(
    "train_epoch",
    "there is one step for each pass, with the mean of the batches' gradients: make one for each "
    "batch",
)
def one_step_with_the_mean(model: Any, loader: Any, loss_fn: Any, optimizer: Any) -> Any:
    losses = [loss_fn(model(xb), yb) for xb, yb in loader]
    optimizer.zero_grad()
    loss = sum(losses) / len(losses)
    loss.backward()
    optimizer.step()
    return loss.item()


def two_steps(optimizer: Any, **_: Any) -> None:
    optimizer.step()
    optimizer.step()


flawed(
    "two steps for each batch",
    "there are two steps for each batch: call step() once",
    step=two_steps,
)
flawed(
    "gradient doubled",
    "the gradient is doubled: is backward() called twice, or the loss doubled?",
    between=lambda model, **_: [p.grad.mul_(2) for p in model.parameters()],
)
flawed(
    "target flattened",
    "target of shape (m,) against a prediction of (m, 1): the loss compares all with all",
    target=lambda y: y.squeeze(-1),
)
flawed(
    "loss divided by the number of batches",
    "the loss is divided by the number of batches before backward(): that scales the steps",
    change=lambda loss, **_: loss / 2,
)
flawed(
    "loss multiplied by the batch length",
    "the loss is multiplied by the batch's length before backward()",
    change=lambda loss, xb, **_: loss * len(xb),
)
flawed(
    "loss tensors added up",
    "the losses are added up as tensors: take the number, loss.item()",
    note=lambda loss: loss,
)
flawed(
    "loss tensors detached",
    "the losses are tensors still: take the number, loss.item()",
    note=lambda loss: loss.detach(),
)
flawed(
    "returns the last loss",
    "the last batch's loss is returned: return the mean over all batches",
    result=lambda losses, **_: losses[-1],
)
flawed(
    "returns the first loss",
    "the first batch's loss is returned: return the mean over all batches",
    result=lambda losses, **_: losses[0],
)
flawed(
    "returns the sum",
    "the sum of the batch losses is returned: divide it by the number of batches",
    result=lambda losses, **_: sum(losses),
)
flawed(
    "weighted by length",
    "the batch losses are weighted by batch length: every batch counts the same",
    result=lambda losses, sizes, **_: (
        sum(loss * size for loss, size in zip(losses, sizes, strict=True)) / sum(sizes)
    ),
)
flawed(
    "divided by the number of samples",
    "the sum of the batch losses is divided by the number of samples, not of batches",
    result=lambda losses, sizes, **_: sum(losses) / sum(sizes),
)
flawed(
    "divided by batch_size",
    "the sum of the batch losses is divided by batch_size, not by the number of batches",
    result=lambda losses, loader, **_: sum(losses) / loader.batch_size,
)
flawed(
    "returns the list",
    "the list of batch losses is returned: return its mean",
    result=lambda losses, **_: losses,
)
flawed(
    "returns nothing",
    "nothing is returned: return the mean of the batch losses",
    result=lambda losses, **_: None,
)
flawed(
    "last loss divided",
    "the last batch's loss is divided by the number of batches: an = where += is needed?",
    result=lambda losses, **_: losses[-1] / len(losses),
)
flawed(
    "loss rounded down",
    "the mean loss is rounded down to a whole number: is // where / is due?",
    result=lambda losses, **_: sum(losses) // len(losses),
)
flawed(
    "loss after the last update",
    "the loss is computed anew after the last update",
    result=lambda losses, last, model, loss_fn, **_: loss_fn(model(last[0]), last[1]).item(),
)
flawed(
    "first batch only",
    "only the first batch is used: a return or break inside the loop?",
    skip=lambda index, **_: index > 0,
)
flawed(
    "first batch only, divided",
    "only the first batch is used, and its loss is divided by the number of batches: a return "
    "inside the loop?",
    skip=lambda index, **_: index > 0,
    result=lambda losses, loader, **_: losses[0] / len(loader),
)
flawed(
    "last batch skipped",
    "the last batch is left out",
    skip=lambda index, loader, **_: index > 0 and index == len(loader) - 1,
)


def clip(model: Any, **_: Any) -> None:
    from torch import nn

    nn.utils.clip_grad_norm_(model.parameters(), 1.0)


flawed("gradients clipped", "the gradients are clipped: use them as they are", between=clip)


@mistake("train_epoch", "loss_fn is not used, but the mean squared error: use the argument")
def loss_fn_ignored(model: Any, loader: Any, loss_fn: Any, optimizer: Any) -> Any:
    from torch import nn

    return one_pass(model, loader, nn.MSELoss(), optimizer)


@mistake("train_epoch", "the optimizer is not used, but one of its own with lr=0.01")
def optimizer_ignored(model: Any, loader: Any, loss_fn: Any, optimizer: Any) -> Any:
    import torch

    return one_pass(model, loader, loss_fn, torch.optim.SGD(model.parameters(), lr=0.01))


@mistake(
    "train_epoch",
    "the steps are plain ones, made by hand or by another optimizer: call step() of the one that "
    "is given",
)
def steps_of_its_own(model: Any, loader: Any, loss_fn: Any, optimizer: Any) -> Any:
    import torch

    lr = optimizer.param_groups[0]["lr"]
    return one_pass(model, loader, loss_fn, torch.optim.SGD(model.parameters(), lr=lr))


@mistake("train_epoch", "prediction and target are swapped: loss_fn(prediction, target)")
def loss_of_target_and_prediction(model: Any, loader: Any, loss_fn: Any, optimizer: Any) -> Any:
    return one_pass(model, loader, lambda prediction, y: loss_fn(y, prediction), optimizer)


@mistake("train_epoch", "the batches' order is changed: take them as the loader gives them")
def batches_reversed(model: Any, loader: Any, loss_fn: Any, optimizer: Any) -> Any:
    return one_pass(model, list(loader)[::-1], loss_fn, optimizer)


@mistake("train_epoch", "the loader is gone through twice: one call is one pass")
def two_passes(model: Any, loader: Any, loss_fn: Any, optimizer: Any) -> Any:
    one_pass(model, loader, loss_fn, optimizer)
    return one_pass(model, loader, loss_fn, optimizer)


# -- train ------------------------------------------------------------------------------------


@right("train")
def full_run(
    model: Any,
    dataset: Any,
    *,
    batch_size: Any,
    lr: Any,
    epochs: Any,
    generator: Any = None,
    loader: dict[str, Any] | None = None,
    optimizer: Callable[..., Any] | None = None,
    loss: Callable[..., Any] | None = None,
    schedule: Callable[..., Any] = lambda lr, epoch: lr,
    after: Callable[..., Any] = lambda model, **_: None,
    **parts: Any,
) -> Any:
    """Train as it should be, but for the parts that are given."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader

    made: dict[str, Any] = {"batch_size": batch_size, "shuffle": True, "generator": generator}
    batches: Any = DataLoader(dataset, **(made | (loader or {})))
    make = optimizer or torch.optim.SGD
    chosen = make(model.parameters(), lr=lr)
    loss_fn = loss() if loss else nn.MSELoss()
    losses = []
    for epoch in range(epochs):
        for group in chosen.param_groups:
            group["lr"] = schedule(group["lr"] if epoch else lr, epoch)
        losses.append(one_pass(model, batches, loss_fn, chosen, **parts))
        after(model=model, dataset=dataset)
    return losses


def flawed_run(name: str, sentence: str, **parts: Any) -> None:
    """Add a training run with the given parts to the catalogue."""

    def implementation(model: Any, dataset: Any, **values: Any) -> Any:
        return full_run(model, dataset, **values, **parts)

    implementation.__name__ = name.replace(" ", "_")
    mistake("train", sentence)(implementation)


def sgd(**options: Any) -> Callable[..., Any]:
    def make(parameters: Any, lr: Any) -> Any:
        import torch

        return torch.optim.SGD(parameters, lr=lr, **options)

    return make


def named(kind: str, **options: Any) -> Callable[..., Any]:
    def make(parameters: Any, lr: Any) -> Any:
        import torch

        return getattr(torch.optim, kind)(parameters, lr=lr, **options)

    return make


def loss_named(kind: str, **options: Any) -> Callable[..., Any]:
    def make() -> Any:
        from torch import nn

        return getattr(nn, kind)(**options)

    return make


flawed_run(
    "training never clears",
    "each step has the gradients of all batches before, too: clear them for each batch",
    before=lambda **_: None,
)
flawed_run(
    "training clears once per epoch",
    "each step has the gradients of the epoch's batches before, too: clear them for each batch",
    before=lambda optimizer, index, **_: optimizer.zero_grad() if index == 0 else None,
)
flawed_run(
    "training without steps",
    "nothing is updated: is step() called, after backward(), by an optimizer of this model?",
    step=lambda **_: None,
)
flawed_run(
    "training with two steps",
    "the step is doubled: is step() called twice for a batch, or the loss doubled?",
    step=two_steps,
)
flawed_run(
    "training on a flat target",
    "target of shape (m,) against a prediction of (m, 1): the loss compares all with all",
    target=lambda y: y.squeeze(-1),
)
flawed_run(
    "summed squared error",
    "the squared errors are summed (reduction='sum'): nn.MSELoss() takes their mean",
    loss=loss_named("MSELoss", reduction="sum"),
)
flawed_run(
    "absolute error",
    "the loss is the absolute error (L1Loss): use nn.MSELoss()",
    loss=loss_named("L1Loss"),
)
flawed_run("Huber loss", "the loss is Huber's: use nn.MSELoss()", loss=loss_named("HuberLoss"))
flawed_run(
    "smooth loss",
    "the loss is SmoothL1Loss: use nn.MSELoss()",
    loss=loss_named("SmoothL1Loss", beta=0.5),
)
flawed_run(
    "training with momentum",
    "the optimizer has momentum 0.9: plain SGD has none",
    optimizer=sgd(momentum=0.9),
)
flawed_run(
    "training with Nesterov momentum",
    "the optimizer has Nesterov momentum: plain SGD has none",
    optimizer=sgd(momentum=0.9, nesterov=True),
)
flawed_run(
    "training with weight decay",
    "the optimizer has weight decay 0.01: plain SGD has none",
    optimizer=sgd(weight_decay=0.01),
)
flawed_run(
    "ascent",
    "the steps go uphill: does the optimizer maximise, or has the loss the wrong sign?",
    optimizer=sgd(maximize=True),
)
flawed_run(
    "training with Adam", "the optimizer is Adam: use torch.optim.SGD", optimizer=named("Adam")
)
flawed_run(
    "training with AdamW", "the optimizer is AdamW: use torch.optim.SGD", optimizer=named("AdamW")
)
flawed_run(
    "training with RMSprop",
    "the optimizer is RMSprop: use torch.optim.SGD",
    optimizer=named("RMSprop"),
)
flawed_run(
    "training with Adagrad",
    "the optimizer is Adagrad: use torch.optim.SGD",
    optimizer=named("Adagrad"),
)
flawed_run(
    "fixed rate",
    "the learning rate is fixed at 0.01 in the code: use lr",
    schedule=lambda lr, epoch: 0.01,
)
flawed_run(
    "rate shrinks",
    "the learning rate shrinks from epoch to epoch: it stays the same",
    schedule=lambda lr, epoch: lr * 0.9 if epoch else lr,
)
flawed_run(
    "rate halves",
    "the learning rate is halved in each epoch: it stays the same",
    schedule=lambda lr, epoch: lr * 0.5 if epoch else lr,
)
flawed_run("training clips", "the gradients are clipped: use them as they are", between=clip)
flawed_run(
    "last loss of each epoch",
    "the epoch's loss is its last batch's: take the mean",
    result=lambda losses, **_: losses[-1],
)
flawed_run(
    "first loss of each epoch",
    "the epoch's loss is its first batch's: take the mean",
    result=lambda losses, **_: losses[0],
)
flawed_run(
    "summed losses",
    "the batch losses are summed: divide by the number of batches",
    result=lambda losses, **_: sum(losses),
)
flawed_run(
    "losses weighted by length",
    "the batch losses are weighted by batch length: every batch counts the same",
    result=lambda losses, sizes, **_: (
        sum(loss * size for loss, size in zip(losses, sizes, strict=True)) / sum(sizes)
    ),
)
flawed_run(
    "losses divided by samples",
    "the sum of the batch losses is divided by the number of samples, not of batches",
    result=lambda losses, sizes, **_: sum(losses) / sum(sizes),
)
flawed_run(
    "losses are tensors",
    "the losses are tensors: take the numbers, loss.item()",
    note=lambda loss: loss.detach(),
)
flawed_run(
    "training in order", "the loader does not shuffle: shuffle=True", loader={"shuffle": False}
)
flawed_run(
    "generator left out",
    "the generator is not used: shuffle with it, DataLoader(…, generator=generator)",
    loader={"generator": None},
)


@mistake("train", "the short last batch is dropped: drop_last=False")
def drops_the_last(model: Any, dataset: Any, *, batch_size: Any, **values: Any) -> Any:
    drop = {"drop_last": len(dataset) >= batch_size}
    return full_run(model, dataset, batch_size=batch_size, **values, loader=drop)


@mistake("train", "batches shorter than batch_size are left out (drop_last=True): use them, too")
def drops_every_short_batch(model: Any, dataset: Any, **values: Any) -> Any:
    return full_run(
        model,
        dataset,
        **values,
        loader={"drop_last": True},
        result=lambda losses, **_: sum(losses) / max(len(losses), 1),
    )


@mistake("train", "batch_size is not used: every batch is a single sample")
def batch_size_1(model: Any, dataset: Any, *, batch_size: Any, **values: Any) -> Any:
    return full_run(model, dataset, batch_size=1, **values)


@mistake("train", "batch_size is not used: every batch has all samples")
def batch_size_n(model: Any, dataset: Any, *, batch_size: Any, **values: Any) -> Any:
    return full_run(model, dataset, batch_size=len(dataset), **values)


@mistake("train", "PyTorch's global generator is reseeded (torch.manual_seed): leave it alone")
def reseeds(model: Any, dataset: Any, **values: Any) -> Any:
    import torch

    torch.manual_seed(0)
    return full_run(model, dataset, **values)


@mistake(
    "train",
    "every run has the same orders, whatever the generator is: is one with a fixed seed made "
    "inside? Use the argument",
)
def own_fixed_generator(model: Any, dataset: Any, *, generator: Any = None, **values: Any) -> Any:
    import torch

    return full_run(model, dataset, **values, generator=torch.Generator().manual_seed(0))


@mistake(
    "train",
    "every epoch of every run has the same order, whatever the generator is: is one with a fixed "
    "seed made in each epoch? Use the argument",
)
def a_fixed_generator_for_each_epoch(
    model: Any, dataset: Any, *, epochs: Any, generator: Any = None, **values: Any
) -> Any:
    import torch

    losses = []
    for _ in range(epochs):
        own = torch.Generator().manual_seed(0)
        losses += full_run(model, dataset, **values, epochs=1, generator=own)
    return losses


@mistake("train", "another model is trained, made inside: train the one that is given")
def trains_a_new_model(model: Any, dataset: Any, **values: Any) -> Any:
    return full_run(module(lambda self, x: self.linear(x)), dataset, **values)


@mistake("train", "the batches are made once and used in every epoch: loop over the loader anew")
def batches_made_once(model: Any, dataset: Any, **values: Any) -> Any:
    import torch
    from torch import nn
    from torch.utils.data import DataLoader

    loader = DataLoader(
        dataset, batch_size=values["batch_size"], shuffle=True, generator=values["generator"]
    )
    batches = list(loader)
    optimizer = torch.optim.SGD(model.parameters(), lr=values["lr"])
    return [one_pass(model, batches, nn.MSELoss(), optimizer) for _ in range(values["epochs"])]


@mistake("train", "a copy of the model is trained: train the one that was given")
def trains_a_copy(model: Any, dataset: Any, **values: Any) -> Any:
    import copy

    return full_run(copy.deepcopy(model), dataset, **values)


@mistake("train", "the parameters are set to 0 first: train from the ones that the model has")
def starts_from_zero(model: Any, dataset: Any, **values: Any) -> Any:
    import torch

    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    return full_run(model, dataset, **values)


@mistake("train", "one epoch is missing: range(epochs) has them all")
def trains_one_epoch_less(model: Any, dataset: Any, *, epochs: Any, **values: Any) -> Any:
    return full_run(model, dataset, epochs=epochs - 1, **values)


@mistake("train", "there is one epoch too many")
def trains_one_epoch_more(model: Any, dataset: Any, *, epochs: Any, **values: Any) -> Any:
    return full_run(model, dataset, epochs=epochs + 1, **values)


@mistake("train", "only one epoch is made: loop over the epochs, and return after the loop")
def trains_one_epoch(model: Any, dataset: Any, *, epochs: Any, **values: Any) -> Any:
    return full_run(model, dataset, epochs=1, **values)


@mistake("train", "only the last loss is returned: return one for each epoch")
def returns_the_final_loss(model: Any, dataset: Any, **values: Any) -> Any:
    return full_run(model, dataset, **values)[-1]


@mistake("train", "nothing is returned: return the list of losses")
def returns_no_losses(model: Any, dataset: Any, **values: Any) -> Any:
    full_run(model, dataset, **values)


@mistake("train", "there is one loss for each batch: average them, one for each epoch")
def a_loss_for_each_batch(model: Any, dataset: Any, **values: Any) -> Any:
    per_epoch = full_run(model, dataset, **values, result=lambda losses, **_: losses)
    return [loss for losses in per_epoch for loss in losses]


@mistake("train", "the losses are a running total: start each epoch from 0")
def running_total_of_losses(model: Any, dataset: Any, **values: Any) -> Any:
    losses = full_run(model, dataset, **values)
    return [sum(losses[: i + 1]) for i in range(len(losses))]


@mistake("train", "the losses are taken of all data after each epoch: take the batches' mean")
def losses_after_the_epoch(model: Any, dataset: Any, **values: Any) -> Any:
    from torch.nn.functional import mse_loss

    x, y = dataset.tensors
    losses: list[float] = []
    full_run(
        model,
        dataset,
        **values,
        after=lambda model, **_: losses.append(mse_loss(model(x), y).item()),
    )
    return losses
