"""Right ways to write `LinearRegression`, `to_dataset`, `train_epoch` and `train`.

PyTorch is imported inside the functions, as in the catalogue of mistakes.
"""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from solution.checks.styles.catalogue import right

# -- LinearRegression -------------------------------------------------------------------------


def model(
    forward: Callable[[Any, Any], Any], change: Callable[[Any], None] = lambda self: None
) -> Any:
    """Return a module with `self.linear` and the given forward."""
    from torch import nn

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(in_features=1, out_features=1)
            change(self)

        def forward(self, x: Any) -> Any:
            return forward(self, x)

    return Model()


@right("LinearRegression")
def functional_layer() -> Any:
    from torch.nn.functional import linear

    return model(lambda self, x: linear(x, self.linear.weight, self.linear.bias))


@right("LinearRegression")
def product_with_the_weight() -> Any:
    return model(lambda self, x: x @ self.linear.weight.T + self.linear.bias)


@right("LinearRegression")
def product_element_by_element() -> Any:
    return model(lambda self, x: self.linear.weight * x + self.linear.bias)


@right("LinearRegression")
def starting_at_0() -> Any:
    from torch import nn

    def zero(self: Any) -> None:
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    return model(lambda self, x: self.linear(x), zero)


@right("LinearRegression")
def counting_its_calls() -> Any:
    def forward(self: Any, x: Any) -> Any:
        self.calls = getattr(self, "calls", 0) + 1
        return self.linear(x)

    return model(forward)


@right("LinearRegression")
def layer_called_by_its_forward() -> Any:
    return model(lambda self, x: self.linear.forward(x))


@right("LinearRegression")
def weight_and_bias_fused() -> Any:
    import torch

    return model(lambda self, x: torch.addmm(self.linear.bias, x, self.linear.weight.t()))


@right("LinearRegression")
def layer_by_another_name_too() -> Any:
    def add_name(self: Any) -> None:
        self.__dict__["layer"] = self.linear

    return model(lambda self, x: self.layer(x), add_name)


# -- to_dataset -------------------------------------------------------------------------------


def data_set(convert: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    """Return a `to_dataset` that converts each array in this way."""

    def implementation(x: Any, y: Any) -> Any:
        from torch.utils.data import TensorDataset

        return TensorDataset(convert(x), convert(y))

    return implementation


def torch_name(name: str) -> Any:
    import torch

    return getattr(torch, name)


for name, convert in {
    "from_numpy_then_float": lambda a: torch_name("from_numpy")(a).float(),
    "as_tensor_of_a_dtype": lambda a: torch_name("as_tensor")(a, dtype=torch_name("float32")),
    "tensor_then_to": lambda a: torch_name("tensor")(a).to(torch_name("float")),
    "astype_first": lambda a: torch_name("from_numpy")(a.astype(np.float32)),
    "float_tensor": lambda a: torch_name("FloatTensor")(a),
    "capital_tensor": lambda a: torch_name("Tensor")(a),
    "from_lists": lambda a: torch_name("tensor")(a.tolist()).view(-1, 1),
    "row_by_row": lambda a: torch_name("stack")(
        [torch_name("tensor")([float(v)]) for v in a[:, 0]]
    ),
}.items():
    style = data_set(convert)
    style.__name__ = name
    right("to_dataset")(style)


# -- train_epoch ------------------------------------------------------------------------------


@right("train_epoch")
def clearing_first(model: Any, loader: Any, loss_fn: Any, optimizer: Any) -> Any:
    losses = []
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(xb), yb)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return float(np.mean(losses))


@right("train_epoch")
def clearing_after_the_step(model: Any, loader: Any, loss_fn: Any, optimizer: Any) -> Any:
    total = 0.0
    for xb, yb in loader:
        loss = loss_fn(model(xb), yb)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        total += loss.detach().item()
    return total / len(loader)


@right("train_epoch")
def setting_gradients_to_none(model: Any, loader: Any, loss_fn: Any, optimizer: Any) -> Any:
    model.train()
    total = 0.0
    for xb, yb in loader:
        loss = loss_fn(model(xb), yb)
        for parameter in model.parameters():
            parameter.grad = None
        loss.backward()
        optimizer.step()
        total += float(loss)
    return total / len(loader)


@right("train_epoch")
def clearing_by_the_model(model: Any, loader: Any, loss_fn: Any, optimizer: Any) -> Any:
    total, count = 0.0, 0
    for xb, yb in loader:
        loss = loss_fn(model(xb), yb)
        model.zero_grad(set_to_none=False)
        loss.backward()
        optimizer.step()
        total, count = total + loss.item(), count + 1
    return np.float64(total / count)


@right("train_epoch")
def mean_of_stacked_losses(model: Any, loader: Any, loss_fn: Any, optimizer: Any) -> Any:
    import torch

    losses = []
    for xb, yb in loader:
        loss = loss_fn(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return torch.stack(losses).mean().item()


@right("train_epoch")
def gradients_asked_of_autograd(model: Any, loader: Any, loss_fn: Any, optimizer: Any) -> Any:
    import torch

    parameters = list(model.parameters())
    total = 0.0
    for xb, yb in loader:
        loss = loss_fn(model(xb), yb)
        for parameter, gradient in zip(
            parameters, torch.autograd.grad(loss, parameters), strict=True
        ):
            parameter.grad = gradient
        optimizer.step()
        total += loss.item()
    return total / len(loader)


@right("train_epoch")
def closure_for_the_step(model: Any, loader: Any, loss_fn: Any, optimizer: Any) -> Any:
    losses = []
    for xb, yb in loader:

        def closure(xb: Any = xb, yb: Any = yb) -> Any:
            optimizer.zero_grad()
            loss = loss_fn(model(xb), yb)
            loss.backward()
            return loss

        losses.append(optimizer.step(closure).item())
    return sum(losses) / len(losses)


@right("train_epoch")
def running_mean_of_losses(model: Any, loader: Any, loss_fn: Any, optimizer: Any) -> Any:
    import torch

    batches, mean, count = iter(loader), 0.0, 0
    with torch.enable_grad():
        while (batch := next(batches, None)) is not None:
            count += 1
            optimizer.zero_grad()
            (loss := loss_fn(model.forward(batch[0]), batch[1])).backward()
            optimizer.step()
            mean += (loss.item() - mean) / count
    return mean


# -- train ------------------------------------------------------------------------------------


def one_epoch(model: Any, batches: Any, optimizer: Any, loss_fn: Any = None) -> float:
    from torch import nn

    losses = []
    for xb, yb in batches:
        loss = (loss_fn or nn.functional.mse_loss)(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)


@right("train")
def loader_made_once(
    model: Any, dataset: Any, *, batch_size: int, lr: float, epochs: int, generator: Any = None
) -> Any:
    import torch
    from torch.utils.data import DataLoader

    loader = DataLoader(dataset, batch_size=batch_size, shuffle=True, generator=generator)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    return [one_epoch(model, loader, optimizer, torch.nn.MSELoss()) for _ in range(epochs)]


@right("train")
def loader_with_workers(
    model: Any, dataset: Any, *, batch_size: int, lr: float, epochs: int, generator: Any = None
) -> Any:
    import torch
    from torch.utils.data import DataLoader

    options: dict[str, Any] = {"num_workers": 2, "persistent_workers": True, "prefetch_factor": 4}
    loader = DataLoader(dataset, batch_size, True, generator=generator, **options)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    return [one_epoch(model, loader, optimizer, torch.nn.MSELoss()) for _ in range(epochs)]


@right("train")
def loader_and_optimizer_made_for_each_epoch(
    model: Any, dataset: Any, *, batch_size: int, lr: float, epochs: int, generator: Any = None
) -> Any:
    import torch
    from torch.utils.data import DataLoader

    losses = np.zeros(epochs)
    for epoch in range(epochs):
        loader = DataLoader(dataset, batch_size, True, generator=generator)
        losses[epoch] = one_epoch(model, loader, torch.optim.SGD(model.parameters(), lr))
    return losses


@right("train")
def permutation_of_the_tensors(
    model: Any, dataset: Any, *, batch_size: int, lr: float, epochs: int, generator: Any = None
) -> Any:
    import torch

    x, y = dataset.tensors
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.0)
    losses = []
    for _ in range(epochs):
        order = torch.randperm(len(x), generator=generator)
        batches = ((x[rows], y[rows]) for rows in torch.split(order, batch_size))
        losses.append(one_epoch(model, batches, optimizer))
    return losses


@right("train")
def updates_without_an_optimizer(
    model: Any, dataset: Any, *, batch_size: int, lr: float, epochs: int, generator: Any = None
) -> Any:
    import torch

    x, y = dataset.tensors
    losses = []
    for _ in range(epochs):
        order = torch.rand(len(x), generator=generator).argsort()
        of_epoch = []
        for start in range(0, len(x), batch_size):
            rows = order[start : start + batch_size]
            loss = ((model(x[rows]) - y[rows]) ** 2).mean()
            loss.backward()
            with torch.no_grad():
                for parameter in model.parameters():
                    parameter -= lr * parameter.grad
                    parameter.grad = None
            of_epoch.append(loss.item())
        losses.append(sum(of_epoch) / len(of_epoch))
    return losses


@right("train")
def gradients_by_hand(
    model: Any, dataset: Any, *, batch_size: int, lr: float, epochs: int, generator: Any = None
) -> Any:
    import torch

    x, y = dataset.tensors
    optimizer = torch.optim.SGD([{"params": [p]} for p in model.parameters()], lr=lr)
    losses = []
    for _ in range(epochs):
        of_epoch = []
        for rows in torch.split(torch.randperm(len(x), generator=generator), batch_size):
            with torch.no_grad():
                residual = model(x[rows]) - y[rows]
                model.linear.weight.grad = (2 * (residual * x[rows]).mean()).reshape(1, 1)
                model.linear.bias.grad = (2 * residual.mean()).reshape(1)
                of_epoch.append((residual**2).mean())
            optimizer.step()
        losses.append(torch.stack(of_epoch).mean().item())
    return losses


@right("train")
def random_sampler_of_batches(
    model: Any, dataset: Any, *, batch_size: int, lr: float, epochs: int, generator: Any = None
) -> Any:
    import torch
    from torch.utils.data import BatchSampler, DataLoader, RandomSampler

    rows = RandomSampler(dataset, generator=generator)
    loader = DataLoader(dataset, batch_sampler=BatchSampler(rows, batch_size, drop_last=False))
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, foreach=True)
    return tuple(one_epoch(model, loader, optimizer) for _ in range(epochs))


@right("train")
def training_a_copy_and_loading_it(
    model: Any, dataset: Any, *, batch_size: int, lr: float, epochs: int, generator: Any = None
) -> Any:
    import torch
    from torch.utils.data import DataLoader

    twin = copy.deepcopy(model)
    loader = DataLoader(dataset, batch_size=batch_size, shuffle=True, generator=generator)
    optimizer = torch.optim.SGD(twin.parameters(), lr=lr, weight_decay=0.0)
    losses = [one_epoch(twin, loader, optimizer) for _ in range(epochs)]
    model.load_state_dict(twin.state_dict())
    return losses


@right("train")
def child_generator(
    model: Any, dataset: Any, *, batch_size: int, lr: float, epochs: int, generator: Any = None
) -> Any:
    import torch
    from torch.utils.data import DataLoader

    seed = int(torch.randint(2**31, (1,), generator=generator))
    child = torch.Generator().manual_seed(seed)
    rows: Any = list(dataset)
    loader = DataLoader(rows, batch_size=batch_size, shuffle=True, generator=child)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, fused=True)
    return [one_epoch(model, loader, optimizer) for _ in range(epochs)]


@right("train")
def functional_descent(
    model: Any, dataset: Any, *, batch_size: int, lr: float, epochs: int, generator: Any = None
) -> Any:
    import torch
    from torch.func import functional_call, grad_and_value
    from torch.utils.data import DataLoader

    def loss_of(parameters: Any, xb: Any, yb: Any) -> Any:
        return torch.nn.functional.mse_loss(functional_call(model, parameters, (xb,)), yb)

    parameters = {name: p.detach().clone() for name, p in model.named_parameters()}
    losses = []
    for _ in range(epochs):
        of_epoch = []
        for xb, yb in DataLoader(dataset, batch_size, shuffle=True, generator=generator):
            gradients, loss = grad_and_value(loss_of)(parameters, xb, yb)
            parameters = {name: p - lr * gradients[name] for name, p in parameters.items()}
            of_epoch.append(loss.item())
        losses.append(sum(of_epoch) / len(of_epoch))
    model.load_state_dict(parameters)
    return losses
