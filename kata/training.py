"""Stage 5: the same descent with PyTorch's model, loader, loss and optimizer."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

Array = NDArray[np.float64]
Batches = DataLoader[tuple[Tensor, ...]]


class LinearRegression(nn.Module):
    """The line w·x + b as a PyTorch module.

    Attributes
    ----------
    linear : torch.nn.Linear
        `nn.Linear(1, 1)`: its weight, shape (1, 1), is w, and its bias, shape (1,), is b.
        The model has no other parameters.

    Examples
    --------
    >>> model = LinearRegression()
    >>> sorted(name for name, _ in model.named_parameters())
    ['linear.bias', 'linear.weight']
    """

    def __init__(self) -> None:
        """Make the model with `self.linear = nn.Linear(1, 1)`."""
        # TODO: call the parent's __init__, then make self.linear
        raise NotImplementedError("training: LinearRegression")

    def forward(self, x: Tensor) -> Tensor:
        """Return w·x + b, shape (m, 1), for x of shape (m, 1)."""
        # TODO: return what self.linear makes of x
        raise NotImplementedError("training: LinearRegression.forward")


def to_dataset(x: Array, y: Array) -> TensorDataset:
    """Turn NumPy arrays into a PyTorch dataset.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n, 1)
        Inputs and targets; not changed.

    Returns
    -------
    TensorDataset
        Of the two tensors x and y, in this order: float32 (what `nn.Linear` computes in),
        shape (n, 1).

    Examples
    --------
    >>> dataset = to_dataset(np.array([[1.0], [2.0]]), np.array([[5.0], [8.0]]))
    >>> dataset[1]
    (tensor([2.]), tensor([8.]))
    """
    # TODO: turn both arrays into float32 tensors, and the tensors into a dataset
    raise NotImplementedError("training: to_dataset")


def train_epoch(
    model: nn.Module,
    loader: Batches,
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
) -> float:
    """Train for one pass over the loader, one update for each batch.

    The gradients of one batch must be cleared before those of the next are computed: PyTorch
    adds to what is there. When this function is called, no gradients are left over.

    Parameters
    ----------
    model : nn.Module
        Trained in place; maps x of shape (m, 1) to predictions of shape (m, 1).
    loader : DataLoader
        Gives the batches (xb, yb), float32 tensors of shape (m, 1), in the order of use.
    loss_fn : callable
        `loss_fn(prediction, target)`, a 0-d tensor: the loss to descend on.
    optimizer : torch.optim.Optimizer
        Holds the model's parameters and the learning rate. Each update is one `optimizer.step()`,
        whatever optimizer this is (SGD with momentum, say).

    Returns
    -------
    float
        The plain mean of the batch losses, each taken before that batch's update: a Python
        float, not a tensor. Every batch counts the same, a short last one too.

    Examples
    --------
    >>> model = LinearRegression()
    >>> loader = DataLoader(to_dataset(np.ones((7, 1)), np.ones((7, 1))), batch_size=3)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    >>> type(train_epoch(model, loader, nn.MSELoss(), optimizer))
    <class 'float'>
    """
    # TODO: for each batch: predict, loss, clear, backward, step; return the mean loss
    raise NotImplementedError("training: train_epoch")


def train(
    model: nn.Module,
    dataset: TensorDataset,
    *,
    batch_size: int,
    lr: float,
    epochs: int,
    generator: torch.Generator | None = None,
) -> list[float]:
    """Train the model by plain mini-batch gradient descent on the mean squared error.

    Plain: no momentum, no weight decay, the same learning rate throughout. Each epoch
    shuffles anew and uses every sample once; the short last batch is kept. A run that diverges
    goes on: inf and NaN are results.

    Parameters
    ----------
    model : nn.Module
        Trained in place, from the parameters it has.
    dataset : TensorDataset
        Pairs (x, y) of float32 tensors, as `to_dataset` makes them.
    batch_size : int
        Samples in each batch but the last, which has what is left. Above the length of the
        dataset it gives one batch.
    lr : float
        Learning rate α.
    epochs : int
        Number of passes over the data, at least 1.
    generator : torch.Generator, optional
        The source of the shuffles: an equal generator gives equal results. Without one they
        come from PyTorch's global generator, which is never reseeded.

    Returns
    -------
    list of float
        For each epoch, the plain mean of its batches' losses, as `train_epoch` returns it.

    Examples
    --------
    >>> dataset = to_dataset(np.ones((7, 1)), np.ones((7, 1)))
    >>> len(train(LinearRegression(), dataset, batch_size=3, lr=0.1, epochs=2))
    2
    """
    # TODO: make a shuffling loader and an optimizer, and train for some epochs
    raise NotImplementedError("training: train")
